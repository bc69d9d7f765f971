"""Changes of a notebook's cells put into the file's own text, so that every other byte stays as it is.

What JSON lets people choose is kept: indentation, the order of keys, escapes, line ends, the text of a cell as one
string or as a list of lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from bnlint.files import lines

_SPACE = re.compile(r"[ \t\n\r]*")
_UNIT = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[^u]|[^\\\"]", re.DOTALL
)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_DECODER = json.JSONDecoder()


class Change(NamedTuple):
    """Replace the characters between two offsets by ``content``."""

    start: int
    end: int
    content: str


class Unspliceable(Exception):
    """A change that cannot be put into the file."""


class Written(NamedTuple):
    """How a cell's text stands in the file.

    ``units`` has the offsets at which each of its characters begins and ends there, ``heads`` the indices of those that
    begin a string of a list, ``gap`` what separates two of these; None for a text that is one string.
    """

    units: list[tuple[int, int]]
    heads: frozenset[int]
    gap: str | None


def differences(old: str, new: str) -> list[Change]:
    """The changes that make ``old`` to ``new``, in order, line by line and as short as their lines allow."""
    before, after = lines.split_keeping_ends(old), lines.split_keeping_ends(new)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    changes = []
    for tag, first, last, new_first, new_last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            was, becomes = old[starts[first] : starts[last]], "".join(after[new_first:new_last])
            head = _common(was, becomes)
            tail = _common(was[head:][::-1], becomes[head:][::-1])
            end = len(becomes) - tail
            changes.append(Change(starts[first] + head, starts[last] - tail, becomes[head:end]))
    return changes


def apply(text: str, changes: Sequence[Change]) -> str:
    """The text with ordered changes made."""
    for start, end, content in reversed(changes):
        text = text[:start] + content + text[end:]
    return text


def _common(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def splice(text: str, changes: Mapping[int, Sequence[Change]]) -> str:
    """The notebook's file with the changes of its cells, by number. Raises ``Unspliceable``; nothing is half done."""
    places = dict(sources(text))
    escape = text.isascii()
    edits: list[tuple[int, int, str]] = []
    for number, wanted in changes.items():
        if number not in places:
            raise Unspliceable(f"cell {number} has no text in the file")
        written = written_at(text, *places[number])
        edits += [edit_of(written, change, text, escape=escape) for change in wanted]
    for start, end, content in sorted(edits, reverse=True):
        text = text[:start] + content + text[end:]
    return text


def edit_of(written: Written, change: Change, text: str, *, escape: bool) -> tuple[int, int, str]:
    """One change of a cell as one of the file."""
    units, heads, gap = written
    start, end, content = change
    if not units:
        raise Unspliceable("the cell is empty")
    if start == len(units):
        first = last = units[-1][1]
    elif end == len(units) and start in heads and start > 0 and not content:
        return units[start - 1][1] + 1, units[-1][1] + 1, ""  # whole strings, each with the gap in front of it
    else:
        first = units[start][0]
        last = first if end == start else units[end][0] if end < len(units) else units[-1][1]
    encoded = json.dumps(content, ensure_ascii=escape)[1:-1]
    if gap is not None:
        pieces = [json.dumps(piece, ensure_ascii=escape)[1:-1] for piece in _LINES.findall(content)]
        if content.endswith("\n") and end < len(units):
            pieces.append("")
        if content and start == len(units) and text[units[-1][0] : units[-1][1]] == "\\n":
            pieces.insert(0, "")
        encoded = f'"{gap}"'.join(pieces)
    return first, last, encoded


def written_at(text: str, start: int, end: int) -> Written:
    """Where the characters of a cell's text stand, given where its value stands."""
    if text[start] == '"':
        return Written(_units(text, start, end), frozenset(), None)
    units: list[tuple[int, int]] = []
    heads: set[int] = set()
    gap: str | None = None
    items = list(_items(text, start))
    for index, (first, last) in enumerate(items):
        if index == 1:
            gap = text[items[0][1] : first]
        if len(found := _units(text, first, last)) > 0:
            heads.add(len(units))
            units += found
    if gap is None:
        margin = text[start + 1 : items[0][0]] if items else ""
        gap = "," + (margin or (" " if text[start - 1] == " " else ""))  # as behind the colon of its key
    return Written(units, frozenset(heads), gap)


def _units(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The offsets of each character of a JSON string."""
    return [unit.span() for unit in _UNIT.finditer(text, start + 1, end - 1)]


# --------------------------------------------------------------------------------------- where things stand in the file


def sources(text: str) -> Iterator[tuple[int, tuple[int, int]]]:
    """The offsets of the text of each cell that has one, by the cell's number."""
    top = dict(_members(text, _after_space(text, 0)))
    listed = []
    if "worksheets" in top:
        for start, _ in _items(text, top["worksheets"][0]):
            sheet = dict(_members(text, start))
            if "cells" in sheet:
                listed.append(sheet["cells"][0])
    elif "cells" in top:
        listed.append(top["cells"][0])
    number = 0
    for each in listed:
        for start, _ in _items(text, each):
            number += 1
            cell = dict(_members(text, start)) if text[start] == "{" else {}
            place = cell.get("source", cell.get("input"))
            if place is not None:
                yield number, place


def _members(text: str, at: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """The members of the object that begins at an offset: each key, and where its value stands."""
    at = _after_space(text, at + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        start = _after_space(text, _after_space(text, at) + 1)
        _, end = _DECODER.raw_decode(text, start)
        yield key, (start, end)
        at = _after_space(text, end)
        if text[at] == ",":
            at = _after_space(text, at + 1)


def _items(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Where the items of the list stand that begins at an offset."""
    at = _after_space(text, at + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        yield at, end
        at = _after_space(text, end)
        if text[at] == ",":
            at = _after_space(text, at + 1)


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at
