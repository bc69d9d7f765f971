"""Where the text of a notebook's cells stands in its file: for those who see lines of the file, and no cells."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

from bnlint.files import lines
from bnlint.files.splicing import Change, Written, edit_of, sources, written_at

Span = tuple[int, int, int, int]
"""Line, column, and those of the end, which is exclusive; from 1, columns in characters."""


class Physical:
    """The file of a notebook, given its text and the text of its code cells by number."""

    def __init__(self, text: str, cells: Mapping[int, str]) -> None:
        self._text = text
        self._cells = cells
        self._values = dict(sources(text))
        self._line_starts = [0, *(end.end() for end in re.finditer("\n", text))]
        self._written: dict[int, Written] = {}

    def span(self, cell: int, place: Span) -> Span:
        """The place of a cell as one of the file."""
        units = self._of(cell).units
        first, last = (self._index(cell, line, column) for line, column in (place[:2], place[2:]))
        if not units:
            start = end = self._values[cell][0]
        else:
            start = units[first][0] if first < len(units) else units[-1][1]
            end = start if last <= first else units[last - 1][1]
        return (*self._at(start), *self._at(end))

    def edits(self, edits: Iterable[tuple[int, Span, str]]) -> Iterator[tuple[Span, str]]:
        """Replacements in cells (cell, place, new text) as replacements in the file. Raises ``Unspliceable``."""
        escape = self._text.isascii()
        for cell, place, content in edits:
            change = Change(self._index(cell, *place[:2]), self._index(cell, *place[2:]), content)
            start, end, encoded = edit_of(self._of(cell), change, self._text, escape=escape)
            yield (*self._at(start), *self._at(end)), encoded

    def _of(self, cell: int) -> Written:
        if cell not in self._written:
            self._written[cell] = written_at(self._text, *self._values[cell])
        return self._written[cell]

    def _index(self, cell: int, line: int, column: int) -> int:
        """How many characters of a cell stand in front of a place."""
        text = self._cells[cell]
        before = lines.split_keeping_ends(text)[: max(line - 1, 0)]
        return min(sum(map(len, before)) + max(column - 1, 0), len(text))

    def _at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1
