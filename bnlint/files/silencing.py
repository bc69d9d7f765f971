"""Suppression comments written into a program: ``# bnlint: ignore[BN101]`` at the end of a line."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bnlint.files import lines, suppressions


class Wanted(NamedTuple):
    """A finding to silence: its rule, and the lines on which a comment would (the first that takes one is used)."""

    code: str
    lines: tuple[int, ...]


def silence(text: str, wanted: Iterable[Wanted]) -> tuple[str, list[Wanted]]:
    """The program with a comment for each finding, and those for which no line takes one.

    Lines count from 1. A line takes a comment unless it ends inside a string or in a backslash, and a code is added to
    the comment that a line has already.
    """
    closed = _ends_inside(text)
    by_line: dict[int, list[str]] = {}
    left = []
    for each in wanted:
        line = next((line for line in each.lines if line not in closed), None)
        if line is None:
            left.append(each)
        elif each.code not in by_line.setdefault(line, []):
            by_line[line].append(each.code)
    return _written(text, by_line), left


def _ends_inside(text: str) -> set[int]:
    """The lines whose end is no place for a comment."""
    plain = lines.split(text)
    closed = {number for number, line in enumerate(plain, 1) if line.endswith("\\")}
    starts: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(plain)).readline):
            name = tokenize.tok_name[token.type]
            if name == "COMMENT":
                closed.discard(token.start[0])
            elif name in ("STRING", "FSTRING_MIDDLE"):
                closed.update(range(token.start[0], token.end[0]))
            elif name == "FSTRING_START":
                starts.append(token.start[0])
            elif name == "FSTRING_END":
                closed.update(range(starts.pop(), token.end[0]))
    except (tokenize.TokenError, SyntaxError, IndexError):
        return set(range(1, len(plain) + 1))
    return closed


def _written(text: str, by_line: Mapping[int, Sequence[str]]) -> str:
    comments = {comment.line: comment for comment in suppressions.read(text) if comment.word == "ignore"}
    pieces = lines.split_keeping_ends(text)
    for number, codes in by_line.items():
        line = pieces[number - 1]
        body = line.rstrip("\r\n")
        end = line[len(body) :]
        present = comments.get(number)
        if present is not None and present.codes_span is not None:
            at = present.codes_span.end_column - 1
            before = body[:at].rstrip()
            joined = ("" if before.endswith("[") else ", ") + ", ".join(codes)
            pieces[number - 1] = before + joined + body[at:] + end
        else:
            pieces[number - 1] = f"{body.rstrip()}  # bnlint: ignore[{', '.join(codes)}]{end}"
    return "".join(pieces)
