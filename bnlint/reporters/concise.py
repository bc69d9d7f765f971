"""``concise``: one line a finding, as editors and people with ``grep`` like it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bnlint.reporters.style import Style, plain

if TYPE_CHECKING:
    from bnlint.findings import Finding
    from bnlint.graph.places import Place
    from bnlint.reports import Report


def location(finding: Finding, style: Style) -> str:
    """``train.py:12:5``, a notebook's cell after the path, and a saved model's layer in place of the line."""
    path, *parts = pieces(finding.place)
    return style.paint(":", "blue").join([style.paint(path, "bold"), *parts])


def pieces(place: Place) -> list[str]:
    """The parts of a place, the path first; of a saved model it may be all."""
    path = plain(place.path)
    if place.location is not None:
        return [path, plain(place.location)] if place.location else [path]
    cell = [f"cell {place.cell}"] if place.cell is not None else []
    return [path, *cell, str(place.line), str(place.column)]


def mark(finding: Finding, *, unsafe: bool) -> str:
    """``[*] `` for a finding whose fix `--fix` would make, with or without the unsafe ones."""
    return "[*] " if finding.fix and (unsafe or finding.fix.safety == "safe") else ""


def way_out(finding: Finding) -> str:
    """What to do: the fix and the option that makes it, else the advice; empty where there is neither."""
    if finding.fix is None:
        return finding.advice
    how = {"safe": "`--fix` does it", "unsafe": "unsafe, `--fix --unsafe-fixes` does it"}[finding.fix.safety]
    return f"{finding.fix.summary} ({how})"


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
