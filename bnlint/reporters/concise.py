"""``concise``: one line a finding, as editors and people with ``grep`` like it."""

from __future__ import annotations

from collections.abc import Iterator

from bnlint.findings import Finding
from bnlint.reporters.style import Style, plain
from bnlint.reports import Report


def location(finding: Finding, style: Style) -> str:
    """``train.py:12:5``, a notebook's cell after the path, and a saved model's layer in place of the line."""
    place = finding.place
    colon = style.paint(":", "blue")
    parts = [style.paint(plain(place.path), "bold")]
    if finding.layer is not None:
        return colon.join([*parts, plain(finding.layer)])
    if place.cell is not None:
        parts.append(f"cell {place.cell}")
    return colon.join([*parts, str(place.line), str(place.column)])


def mark(finding: Finding, *, unsafe: bool) -> str:
    """``[*] `` for a finding whose fix `--fix` would make, with or without the unsafe ones."""
    return "[*] " if finding.fix and (unsafe or finding.fix.safety == "safe") else ""


def headline(finding: Finding, style: Style, *, unsafe: bool) -> str:
    """``BN102 [*] warning: message``."""
    code = style.severity(finding.code, finding.severity)
    fixable = style.paint(mark(finding, unsafe=unsafe), "cyan")
    return f"{code} {fixable}{style.severity(finding.severity, finding.severity)}: {plain(finding.message)}"


def render(report: Report, style: Style, *, unsafe: bool) -> Iterator[str]:
    """The lines for one file."""
    for finding in report.findings:
        colon = style.paint(":", "blue")
        yield f"{location(finding, style)}{colon} {headline(finding, style, unsafe=unsafe)}"
