"""Notebook cells as one program text and back: each cell under a comment of its own that no one else writes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bnlint.files import lines

STAND_IN = "\N{LATIN LETTER RETROFLEX CLICK}"
"""An identifier to Python and a rare sight in programs: what stands where a notebook says something to its shell."""

_MARK = f"#{STAND_IN} cell "
_MARKED = re.compile(rf"^{_MARK}(\d+)\r?\n\r?\n", re.MULTILINE)


def join(cells: Mapping[int, str], newline: str | None = None) -> str:
    """The program of some cells by number, in their order. A cell ends at the line end in front of the next mark.

    The line end is that of the cells, unless it is given.
    """
    end = newline or ("\r\n" if any("\r\n" in text for text in cells.values()) else "\n")
    return "".join(f"{_MARK}{number}{end}{end}{text}{end}" for number, text in cells.items())


def split(program: str) -> dict[int, str]:
    """The cells of a program that ``join`` made, by number; empty where it made none."""
    _, *pieces = _MARKED.split(program)
    end = newline_of(program)
    return {int(number): text.removesuffix(end) for number, text in zip(pieces[::2], pieces[1::2], strict=True)}


def newline_of(program: str) -> str:
    """The line end that ``join`` used."""
    return "\r\n" if program.partition("\n")[0].endswith("\r") else "\n"


def ends_cell(program: str, offset: int) -> bool:
    """Whether an offset lies behind the last line end of a cell, which is not the cell's own."""
    return offset == len(program) or program.startswith(_MARK, offset)


def begins_cell(program: str, offset: int) -> bool:
    """Whether an offset is that of a cell's first character."""
    return any(mark.end() == offset for mark in _MARKED.finditer(program))


def origins(program: str) -> list[tuple[int, int]]:
    """For each line of a program its cell and the line's number in that cell.

    A mark is the line behind the cell above it, the empty line below a mark is line 0 of the cell that follows.
    """
    found: list[tuple[int, int]] = []
    cell, line = 0, 0
    for text in lines.split(program):
        if cell and line == -1:
            line = 0
        else:
            line += 1
        found.append((cell, line))
        if text.startswith(_MARK):
            cell, line = int(text[len(_MARK) :]), -1
    return found
