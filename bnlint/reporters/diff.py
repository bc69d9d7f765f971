"""``--diff``: what `--fix` would change, in the form that ``patch`` and ``git apply`` take."""

from __future__ import annotations

from collections.abc import Iterator

from bnlint.files.lines import split_keeping_ends
from bnlint.reporters.style import Style
from bnlint.reports import Report

_COLOURS = {"-": "red", "+": "green", "@": "cyan"}


def render(report: Report, style: Style) -> Iterator[str]:
    """The unified difference of one file in pieces that carry their own line ends; nothing where nothing changes."""
    if report.text == report.original:
        return
    from difflib import unified_diff

    old, new = split_keeping_ends(report.original), split_keeping_ends(report.text)
    path = report.path.replace("\\", "/")
    for index, line in enumerate(unified_diff(old, new, path, path)):
        body = line.rstrip("\r\n")
        end = line[len(body) :] or "\n\\ No newline at end of file\n"
        colour = "bold" if index < 2 else _COLOURS.get(line[:1])
        yield (style.paint(body, colour) if colour else body) + end
