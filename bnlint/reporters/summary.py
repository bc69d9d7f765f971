"""The last lines for people, on standard error: how much was found, what can be done, and for which Keras it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bnlint.reporters.style import Style, counted, plain
from bnlint.reports import Report


def findings(reports: Sequence[Report], *, unsafe: bool, mended: bool) -> Iterator[str]:
    """How many findings there are (left), of which severity, and how many of them a fix would end."""
    found = [finding for report in reports for finding in report.findings]
    fixed = [len(report.fixed) for report in reports if report.fixed]
    asked = sum(report.asked for report in reports)
    files = counted(asked, "file")
    if fixed:
        yield f"Fixed {counted(sum(fixed), 'finding')} in {counted(len(fixed), 'file')}."
    if not found:
        left = " left" if mended and fixed else ""
        uses = "" if any(report.analysed for report in reports) else ", which hold nothing that bnlint speaks about"
        if asked == 1:
            uses = uses.replace("hold", "holds")
        yield f"No findings{left} in {files}{uses}."
        return
    by_severity = Counter(finding.severity for finding in found)
    severities = ", ".join(
        counted(by_severity[name], name, name if name == "info" else None)
        for name in ("error", "warning", "info")
        if by_severity[name]
    )
    yield f"{counted(len(found), 'finding')}{' left' if mended else ''} in {files}: {severities}."
    yield from _fixes(reports, unsafe=unsafe, mended=mended)


def _fixes(reports: Sequence[Report], *, unsafe: bool, mended: bool) -> Iterator[str]:
    fixes = [finding.fix.safety for report in reports for finding in report.findings if finding.fix]
    safe, risky = fixes.count("safe"), fixes.count("unsafe")
    if mended:
        if risky and not unsafe:
            yield f"{counted(risky, 'more fix', 'more fixes')}, unsafe, with `--unsafe-fixes`."
    elif safe or risky:
        parts = []
        if safe:
            parts.append(f"`--fix` mends {safe}")
        if risky:
            parts.append(f"{risky} {'more ' if safe else ''}can be mended by `--fix --unsafe-fixes`")
        yield f"[*] {', '.join(parts)}." if safe or unsafe else f"{', '.join(parts)}."


def fixed(reports: Sequence[Report], style: Style) -> Iterator[str]:
    """``--show-fixes``: what was fixed in each file, by rule."""
    for report in reports:
        if report.fixed:
            yield f"Fixed in {style.paint(plain(report.path), 'bold')}:"
            for (code, name), count in sorted(Counter((each.code, each.name) for each in report.fixed).items()):
                yield f"  {count} × {code} ({name})"


def withdrawn(reports: Sequence[Report]) -> Iterator[str]:
    """Fixes that were tried and taken back, each with the reason."""
    for report in reports:
        for finding, reason in report.withdrawn:
            from bnlint.reporters.concise import pieces

            place = ":".join([plain(report.path), *pieces(finding.place)[1:]])
            yield f"{place}: the fix of {finding.code} was withdrawn: {plain(reason)}"


def would_fix(reports: Sequence[Report]) -> Iterator[str]:
    """What ``--diff`` found to change."""
    fixed = [len(report.fixed) for report in reports if report.fixed]
    if fixed:
        yield f"Would fix {counted(sum(fixed), 'finding')} in {counted(len(fixed), 'file')}."
    else:
        yield "Nothing to fix."
