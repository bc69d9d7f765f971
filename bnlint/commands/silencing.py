"""``bnlint --add-noqa``: a suppression comment for every finding that is left."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from bnlint.commands import options as shared
from bnlint.files.cells import origins
from bnlint.files.discovery import NOTEBOOK
from bnlint.files.silencing import Wanted, silence
from bnlint.files.splicing import Unspliceable
from bnlint.files.texts import opened, rewrite
from bnlint.findings import Finding
from bnlint.reporters.style import Style, counted, plain
from bnlint.reports import Report
from bnlint.settings import Settings

NO_LINE = ("BN900", "BN901", "BN902", "BN903")
"""What is said of a file that cannot be read, or of a comment, is not silenced by one more comment."""


def add(reports: Sequence[Report], settings: Settings) -> int:
    """Write the comments; 1 where a finding cannot be silenced so, 2 where a file cannot be read or written."""
    shared.say_problems(reports, Style(shared.wants_colour(settings.color, stream=sys.stderr)))
    added = files = left = 0
    failed = False
    for report in reports:
        failed = failed or bool(report.errors)
        wanted = [finding for finding in report.findings if finding.code not in NO_LINE]
        if not wanted or not report.asked:
            left += len(report.findings)
            continue
        number, refused = _silenced(report.path, wanted)
        if refused:
            print(f"bnlint: {plain(report.path)}: {plain(refused)}", file=sys.stderr)
            failed = True
        added += number
        files += number > 0
        left += len(report.findings) - number
    if not settings.quiet:
        print(f"Added {counted(added, 'suppression')} in {counted(files, 'file')}.", file=sys.stderr)
    if left:
        print(f"{counted(left, 'finding')} cannot be silenced by a comment.", file=sys.stderr)
    return 2 if failed else int(left > 0)


def _silenced(path: str, findings: list[Finding]) -> tuple[int, str]:
    """How many findings of a file have a comment now, and why it was left as it is, where it was."""
    if any(finding.place.location is not None for finding in findings):
        return 0, ""
    program = opened(path)
    at = _line_numbers(program.text) if path.lower().endswith(NOTEBOOK) else None
    wanted = [_wanted(finding, at) for finding in findings]
    text, left = silence(program.text, wanted)
    after = text
    if program.notebook is not None:
        try:
            after = program.notebook.mended(text).source.text
        except Unspliceable as error:
            return 0, f"was not changed: {error}"
    if after == program.source.text:
        return 0, ""
    refused = rewrite(path, program.source.text, after)
    return (0, refused) if refused else (len(wanted) - len(left), "")


def _line_numbers(text: str) -> Mapping[tuple[int, int], int]:
    """The line of a notebook's program at which a cell's line stands."""
    return {origin: number for number, origin in enumerate(origins(text), 1)}


def _wanted(finding: Finding, at: Mapping[tuple[int, int], int] | None) -> Wanted:
    place = finding.place
    both = dict.fromkeys((place.line, place.end_line))
    if at is None:
        return Wanted(finding.code, tuple(both))
    return Wanted(finding.code, tuple(at[place.cell or 0, line] for line in both))
