"""A source text and its syntax tree, with places in characters."""

from __future__ import annotations

import ast
import re

from bnlint.graph.places import Place

_LINE_END = re.compile(r"\r\n|\r|\n")


class Source:
    """One module: its text, its tree, and where nodes stand.

    Raises SyntaxError where the text is no Python.
    """

    def __init__(self, text: str, path: str, *, name: str = "__main__") -> None:
        self.text = text
        self.path = path
        self.name = name
        self.tree = ast.parse(text, filename=path, type_comments=False)
        self.lines = _LINE_END.split(text)
        self._ascii = text.isascii()

    def _column(self, line: int, offset: int) -> int:
        if self._ascii:
            return offset + 1
        text = self.lines[line - 1]
        return len(text.encode()[:offset].decode(errors="replace")) + 1

    def place(self, node: ast.AST) -> Place:
        """Where ``node`` stands: lines and columns from 1, columns in characters."""
        line, end = node.lineno, node.end_lineno or node.lineno  # type: ignore[attr-defined]
        return Place(
            self.path,
            line,
            self._column(line, node.col_offset),  # type: ignore[attr-defined]
            end,
            self._column(end, node.end_col_offset or 0),  # type: ignore[attr-defined]
        )

    def text_of(self, node: ast.AST) -> str:
        """The node's own text on one line, for messages."""
        return " ".join((ast.get_source_segment(self.text, node) or ast.unparse(node)).split())
