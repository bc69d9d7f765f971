"""A text seen three ways at once: characters, lines and columns, and the standard library's tree."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bnlint.files.cells import origins
from bnlint.graph.places import Place

_LINE_END = re.compile(r"\r\n?|\n")
_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")


class Step(NamedTuple):
    """One level of the way from the module down to a statement: ``suite[order]`` in the ``field`` of ``owner``."""

    owner: ast.AST
    field: str
    suite: list[ast.stmt]
    order: int

    @property
    def statement(self) -> ast.stmt:
        """The statement on this level."""
        return self.suite[self.order]


def parse(text: str) -> ast.Module:
    """The tree of ``text``; ``SyntaxError`` or ``ValueError`` where there is none. Never warns."""
    with warnings.catch_warnings():  # "invalid escape sequence" is the program's business, not ours
        warnings.simplefilter("ignore")
        return ast.parse(text)


class Source:
    """A program's text (without BOM), its lines as Python counts them, and its tree.

    Offsets are characters from 0. Lines end at LF, CR LF and CR only: form feeds and the like stand inside lines.
    """

    __slots__ = ("_cells", "_tree", "newline", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        ends = list(_LINE_END.finditer(text))
        self.starts = [0, *(end.end() for end in ends)]
        self.newline: str = ends[0].group() if ends else "\n"
        self._tree: ast.Module | None = None
        self._cells: list[tuple[int, int]] | None = None

    @property
    def tree(self) -> ast.Module:
        """The tree of the whole text, parsed at the first question."""
        if self._tree is None:
            self._tree = parse(self.text)
        return self._tree

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, with its end."""
        stop = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : stop]

    def line_of(self, offset: int) -> int:
        """The number of the line, from 1, in which an offset lies."""
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= offset else (low, middle)
        return low + 1

    def line_end(self, number: int) -> int:
        """The offset at which the line's own text stops, before its end mark."""
        return self.starts[number - 1] + len(self.line(number).rstrip("\r\n"))

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and a column in characters, both from 1; ``IndexError`` outside the text."""
        if not 1 <= line <= len(self.starts) or not 1 <= column <= len(self.line(line)) + 1:
            raise IndexError(f"there is no line {line}, column {column}")
        return self.starts[line - 1] + column - 1

    def span(self, place: Place) -> tuple[int, int]:
        """The offsets of a place; ``IndexError`` outside the text."""
        above = self._above(place.cell)
        return self.offset(above + place.line, place.column), self.offset(above + place.end_line, place.end_column)

    def place(self, start: int, end: int, path: str, cell: int | None = None) -> Place:
        """The place between two offsets; with any ``cell`` of a notebook, in the cell where they lie."""
        first, last = self.line_of(start), self.line_of(end)
        column, end_column = start - self.starts[first - 1] + 1, end - self.starts[last - 1] + 1
        if cell is None:
            return Place(path, first, column, last, end_column)
        cell, line = self._origins()[first - 1]
        return Place(path, line, column, line + last - first, end_column, cell)

    def _above(self, cell: int | None) -> int:
        """How many lines stand above a cell, none where cells are none; ``IndexError`` for a cell that is not there."""
        if cell is None:
            return 0
        try:
            return self._origins().index((cell, 1))
        except ValueError:
            raise IndexError(f"there is no cell {cell}") from None

    def _origins(self) -> list[tuple[int, int]]:
        if self._cells is None:
            self._cells = origins(self.text)
        return self._cells

    def at(self, line: int, byte_column: int) -> int:
        """The offset of a position as ``ast`` writes it: line from 1, column in UTF-8 bytes from 0."""
        text = self.line(line)
        if not text.isascii():
            byte_column = len(text.encode("utf-8", "surrogatepass")[:byte_column].decode("utf-8", "surrogatepass"))
        return self.starts[line - 1] + byte_column

    def bounds(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """The offsets between which a node stands, a definition without its decorators."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    def indent(self, offset: int) -> str:
        """What stands on the line before an offset; of white space only what counts, which a form feed begins anew."""
        before = self.text[self.starts[self.line_of(offset) - 1] : offset]
        return before if before.strip(" \t\x0c") else before.rpartition("\x0c")[2]

    def steps(self, offset: int) -> list[Step]:
        """The way down to the innermost statement around an offset; empty where none is."""
        line = self.line_of(offset)
        column = len(self.text[self.starts[line - 1] : offset].encode("utf-8", "surrogatepass"))
        return _descend(self.tree, (line, column))

    def call(self, place: Place) -> ast.Call | None:
        """The call that stands exactly at a place."""
        try:
            start, end = self.span(place)
        except IndexError:
            return None
        steps = self.steps(start)
        if not steps:
            return None
        line = self.line_of(start)
        for node in ast.walk(steps[-1].statement):
            if isinstance(node, ast.Call) and node.lineno == line and self.bounds(node) == (start, end):
                return node
        return None


def blocks(node: ast.AST) -> Iterator[tuple[str, list[ast.stmt], ast.AST]]:
    """The suites directly under a node: the field's name, the suite, and the node that owns it."""
    for field in _BLOCKS:
        children = getattr(node, field, None)
        if not isinstance(children, list) or not children:
            continue
        if field in ("handlers", "cases"):
            for child in children:
                yield "body", child.body, child
        else:
            yield field, children, node


def _descend(tree: ast.Module, position: tuple[int, int]) -> list[Step]:
    steps: list[Step] = []
    node: ast.AST = tree
    found = True
    while found:
        found = False
        for field, suite, owner in blocks(node):
            index = next((index for index, child in enumerate(suite) if _holds(child, position)), None)
            if index is not None:
                steps.append(Step(owner, field, suite, index))
                node, found = suite[index], True
                break
    return steps


def _holds(statement: ast.stmt, position: tuple[int, int]) -> bool:
    start = (statement.lineno, statement.col_offset)
    decorators = getattr(statement, "decorator_list", None)
    if decorators:
        start = (decorators[0].lineno, 0)
    assert statement.end_lineno is not None and statement.end_col_offset is not None
    return start <= position < (statement.end_lineno, statement.end_col_offset)


@lru_cache(maxsize=4)
def read(text: str) -> Source:
    """The source of a text; the last few are kept, as one text is asked about once a finding."""
    return Source(text)
