from __future__ import annotations

import json

import pytest

from bnlint.files import lines, notebooks
from bnlint.files.physical import Physical, Span

TEXT = 'größer = "a\\tb 🙂"\n\n  x = base(inputs)\n'


def notebook(source: object, *, version: int = 4, indent: int | None = 1, ascii_only: bool = True) -> str:
    cell = {"cell_type": "code", "source" if version == 4 else "input": source}
    top = {"cells": [cell]} if version == 4 else {"worksheets": [{"cells": [cell]}]}
    return json.dumps({**top, "metadata": {}, "nbformat": version}, indent=indent, ensure_ascii=ascii_only)


def physical(text: str) -> Physical:
    return Physical(text, notebooks.read(text.encode()).cells)


def between(text: str, span: Span) -> str:
    starts = [0]
    for row in text.split("\n"):
        starts.append(starts[-1] + len(row) + 1)
    line, column, end_line, end_column = span
    return text[starts[line - 1] + column - 1 : starts[end_line - 1] + end_column - 1]


@pytest.mark.parametrize("source", [TEXT, TEXT.splitlines(keepends=True)], ids=["text", "lines"])
@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_every_character_of_a_cell(source: object, version: int, indent: int | None, ascii_only: bool) -> None:
    text = notebook(source, version=version, indent=indent, ascii_only=ascii_only)
    there = physical(text)
    for number, line in enumerate(lines.split(TEXT), start=1):
        for column, char in enumerate(line, start=1):
            span = there.span(1, (number, column, number, column + 1))
            assert json.loads(f'"{between(text, span)}"') == char
    assert "base(inputs)" in between(text, there.span(1, (3, 7, 3, 19)))


def test_lines_of_a_list_are_lines_of_the_file() -> None:
    there = physical(notebook(TEXT.splitlines(keepends=True)))
    first, third = there.span(1, (1, 1, 1, 7)), there.span(1, (3, 3, 3, 4))
    assert third[0] == first[0] + 2


def test_what_lies_beyond_a_cell_is_its_end() -> None:
    text = notebook("x = 1")
    there = physical(text)
    assert there.span(1, (1, 6, 9, 9)) == there.span(1, (1, 6, 1, 6))
    assert between(text, there.span(1, (1, 5, 7, 7))) == "1"


def test_an_empty_cell_has_a_place() -> None:
    text = notebook("")
    line, column, end_line, end_column = physical(text).span(1, (1, 1, 1, 1))
    assert (line, column) == (end_line, end_column)
    assert text.split("\n")[line - 1][column - 1 :].startswith('""')


def test_edits_are_put_into_the_text_as_it_is_written() -> None:
    for ascii_only, written in ((True, "\\u00e9"), (False, "é")):
        text = notebook("x = größe\n", ascii_only=ascii_only)
        ((span, content),) = physical(text).edits([(1, (1, 5, 1, 10), 'é"')])
        assert content == written + '\\"'
        assert json.loads(f'"{between(text, span)}"') == "größe"
