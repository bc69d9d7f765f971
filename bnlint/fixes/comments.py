"""Rewrites of comments and of plain text."""

from __future__ import annotations

import ast

from bnlint.fixes.edits import Change, Draft, Refusal
from bnlint.fixes.source import Source
from bnlint.graph.places import Place


def remove_comment(source: Source, *, place: Place) -> Draft:
    """Take out one comment, or the part of one from its ``#`` to the next; a line of nothing else goes too."""
    start, end = _span(source, place)
    if not source.text.startswith("#", start) or _in_string(source, start):
        raise Refusal("no comment stands there")
    line = source.line_of(start)
    first, stop = source.starts[line - 1], source.line_end(line)
    if end > stop:
        raise Refusal("the comment does not end on its line")
    before, behind = source.text[first:start], source.text[end:stop]
    if behind.strip():
        return Draft((Change(start, end + len(behind) - len(behind.lstrip()), ""),))
    if before.strip():
        return Draft((Change(first + len(before.rstrip()), stop, ""),))
    following = source.starts[line] if line < len(source.starts) else stop
    return Draft((Change(first, following, ""),))


def replace_text(source: Source, *, place: Place, old: str, new: str) -> Draft:
    """Put ``new`` for the text at a place, which must be ``old``."""
    start, end = _span(source, place)
    if source.text[start:end] != old:
        raise Refusal("another text stands there")
    return Draft((Change(start, end, new),))


def _span(source: Source, place: Place) -> tuple[int, int]:
    try:
        return source.span(place)
    except IndexError:
        raise Refusal("the place is outside the text") from None


def _in_string(source: Source, offset: int) -> bool:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)):
            start, end = source.bounds(node)
            if start <= offset < end:
                return True
    return False
