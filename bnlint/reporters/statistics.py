"""``--statistics``: how often each rule spoke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bnlint.reporters.style import Style
from bnlint.reports import Report

Row = tuple[int, str, str, bool]


def rows(reports: Sequence[Report], *, unsafe: bool) -> list[Row]:
    """Count, code, name, and whether some of the findings can be fixed; the most frequent rule first."""
    found = [finding for report in reports for finding in report.findings]
    counts = Counter((finding.code, finding.name) for finding in found)
    fixable = {finding.code for finding in found if finding.fix and (unsafe or finding.fix.safety == "safe")}
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(count, code, name, code in fixable) for (code, name), count in ordered]


def render(counted: Sequence[Row], style: Style) -> Iterator[str]:
    """A line for each rule."""
    width = len(str(max((count for count, *_ in counted), default=0)))
    for count, code, name, fixable in counted:
        yield f"{count:>{width}}  {style.paint(code, 'bold')}  {'[*]' if fixable else '[ ]'}  {name}"
