"""Lines of code with marks under them: carets stand right under tabs, wide characters and very long lines too."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bnlint.reporters.style import Style, plain

TAB = 4


class Mark(NamedTuple):
    """Something to point at: a line and a span of columns, from 1, the end exclusive; ``None`` for the line's end."""

    line: int
    column: int
    end_column: int | None
    label: str = ""
    primary: bool = False


class Shown(NamedTuple):
    """A line as it is printed, and the column (from 0) at which each of its characters stands; one more for its end.

    Characters that were cut away stand at the edge where they were cut.
    """

    text: str
    columns: Sequence[int]


def render(lines: Sequence[str], marks: Iterable[Mark], style: Style, severity: str) -> Iterator[str]:
    """The marked lines in order, with the neighbours of the primary one; gaps are shown as ``...``."""
    by_line: dict[int, list[Mark]] = {}
    wanted: set[int] = set()
    for mark in marks:
        if 1 <= mark.line <= len(lines):
            by_line.setdefault(mark.line, []).append(mark)
            wanted.update(range(mark.line - 1, mark.line + 2) if mark.primary else (mark.line,))
    numbers = _with_single_gaps(
        sorted(n for n in wanted if 1 <= n <= len(lines) and (n in by_line or lines[n - 1].strip()))
    )
    if not numbers:
        return
    gutter = len(str(numbers[-1]))
    edge = style.paint(" " * gutter + " |", "blue")
    room = max(style.width - gutter - 3, 20)
    yield edge
    before = numbers[0] - 1
    for number in numbers:
        if number != before + 1:
            yield style.paint("...", "blue")
        before = number
        here = sorted(by_line.get(number, ()), key=lambda mark: (not mark.primary, mark.column))
        shown = _displayed(lines[number - 1], here, room)
        yield f"{style.paint(f'{number:>{gutter}} |', 'blue')} {shown.text}".rstrip()
        for mark in here:
            yield f"{edge} {_underline(mark, shown, style, severity)}"
    yield edge


def _with_single_gaps(numbers: list[int]) -> list[int]:
    """Line numbers with those filled in that stand alone between two others."""
    filled: list[int] = []
    for number in numbers:
        if filled and number == filled[-1] + 2:
            filled.append(number - 1)
        filled.append(number)
    return filled


def _displayed(line: str, marks: Sequence[Mark], room: int) -> Shown:
    """The line with tabs as blanks, cut down to ``room`` columns around its first mark."""
    if len(line) <= room and line.isascii() and line.isprintable():
        return Shown(line, range(len(line) + 1))
    cells = _cells(line[: marks[0].column + 4 * room] if marks else line[: 4 * room])
    columns = [0]
    for cell in cells:
        columns.append(columns[-1] + cell.width)
    if columns[-1] <= room:
        return Shown("".join(cell.text for cell in cells), columns)
    start = columns[min(marks[0].column - 1, len(cells))] if marks else 0
    first = bisect_left(columns, start - room // 3) if start > room // 2 else 0
    last = bisect_left(columns, columns[first] + room - 2, first, len(cells))
    left = "…" if first else ""
    text = left + "".join(cell.text for cell in cells[first:last]) + ("…" if last < len(cells) else "")
    low, high = columns[first] - len(left), columns[last] - columns[first] + len(left)
    return Shown(text, [min(max(column - low, 0), high) for column in columns])


class _Cell(NamedTuple):
    """What is printed for one character, and how many columns it takes."""

    text: str
    width: int


def _cells(line: str) -> list[_Cell]:
    from unicodedata import combining, east_asian_width

    cells: list[_Cell] = []
    column = 0
    for char in line:
        if char == "\t":
            width = TAB - column % TAB
            cells.append(_Cell(" " * width, width))
        elif combining(char):
            cells.append(_Cell(char, 0))
        else:
            cells.append(_Cell(plain(char), 2 if east_asian_width(char) in "WF" else 1))
        column += cells[-1].width
    return cells


def _underline(mark: Mark, shown: Shown, style: Style, severity: str) -> str:
    last = len(shown.columns) - 1
    start = shown.columns[min(mark.column - 1, last)]
    end = shown.columns[min(mark.end_column - 1, last) if mark.end_column else last]
    drawn = ("^" if mark.primary else "-") * max(end - start, 1)
    label = f" {mark.label}" if mark.label else ""
    painted = style.severity(drawn + label, severity) if mark.primary else style.paint(drawn + label, "blue")
    return " " * start + painted
