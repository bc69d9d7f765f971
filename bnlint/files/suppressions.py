"""Comments that silence findings: ``# bnlint: ignore[BN101]``, ``file-ignore``, ``skip-file``, and ``# noqa``.

Only real comments count, never the same words inside a string.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from bnlint.files import lines

_OURS = re.compile(
    r"#\s*bnlint:\s*(?P<word>[\w-]+)(?P<list>\s*\[(?P<codes>[^\]]*)\])?(?:(?!#\s|#noqa).)*", re.IGNORECASE
)
_NOQA = re.compile(r"#\s*noqa\b(?P<colon>\s*:\s*(?P<codes>.*))?", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z]+[0-9]+\Z")

WORDS = ("ignore", "file-ignore", "skip-file")


class Span(NamedTuple):
    """Text from ``(line, column)`` up to ``(end_line, end_column)``, which is not part of it; all count from 1."""

    line: int
    column: int
    end_line: int
    end_column: int


class Comment(NamedTuple):
    """One suppression. ``codes`` are codes or names as written; ``None`` silences everything.

    ``word`` is one of ``WORDS``, ``noqa``, or what a person wrote in their place. ``codes_span`` covers what stands
    between the brackets, ``span`` the whole comment with the blanks before it (the whole line where nothing else is
    on it): what to remove when the suppression is not needed. ``cell`` is set in a notebook, whose lines count by cell.
    """

    word: str
    codes: tuple[str, ...] | None
    line: int
    column: int
    end_column: int
    span: Span
    codes_span: Span | None
    cell: int | None = None

    @property
    def ours(self) -> bool:
        """Whether it is written in bnlint's own form, so that bnlint may speak about it."""
        return self.word != "noqa"

    def covers(self, first_line: int, last_line: int, cell: int | None = None) -> bool:
        """Whether it stands where it silences a finding that begins and ends on these lines of a cell."""
        return self.word == "file-ignore" or (
            self.word in ("ignore", "noqa")
            and (self.line == first_line or self.line == last_line)
            and self.cell == cell
        )

    def silences(self, code: str, name: str) -> str | None:
        """The entry of ``codes`` that means this rule (``""`` where everything is meant); ``None`` if none does."""
        if self.codes is None:
            return ""
        return next((written for written in self.codes if written.upper() == code or written.lower() == name), None)


def read(text: str, names: Collection[str] = ()) -> list[Comment]:
    """The suppressions in a program, in order. ``names`` are the rule names that ``# noqa`` may use."""
    if "bnlint:" not in text and "noqa" not in text.lower():
        return []
    found: list[Comment] = []
    for line, column, comment, before, ending in _comments(text):
        for ours in _OURS.finditer(comment):
            found.append(_ours(ours, line, column, comment, before, ending))
        noqa = _NOQA.search(comment)
        if noqa:
            start, end = column + noqa.start(), column + noqa.end()
            span = Span(line, start, line, end)
            found.append(Comment("noqa", _noqa_codes(noqa["codes"], names), line, start, end, span, None))
    return found


def read_cells(cells: Mapping[int, str], names: Collection[str] = ()) -> list[Comment]:
    """The suppressions in a notebook's cells, which are given by number."""
    return [comment._replace(cell=number) for number, text in cells.items() for comment in read(text, names)]


def skips_file(comments: Collection[Comment]) -> bool:
    """Whether one of the suppressions leaves out the whole file."""
    return any(comment.word == "skip-file" for comment in comments)


def _comments(text: str) -> Iterator[tuple[int, int, str, str, bool]]:
    """Each comment that matters: line, column, text, what stands before it on its line, whether a line follows."""
    import io
    import tokenize

    plain = lines.split(text)
    readline = io.StringIO("\n".join(plain)).readline
    try:
        for token in tokenize.generate_tokens(readline):
            if token.type == tokenize.COMMENT and ("bnlint:" in token.string or "noqa" in token.string.lower()):
                line, column = token.start
                yield line, column + 1, token.string, plain[line - 1][:column], line < len(plain)
    except (tokenize.TokenError, SyntaxError):
        return  # what could be read up to here counts; the file's own fault is reported elsewhere


def _ours(ours: re.Match[str], line: int, column: int, comment: str, before: str, ending: bool) -> Comment:
    codes = None
    codes_span = None
    if ours["list"] is not None:
        codes = tuple(code for code in re.split(r"[,\s]+", ours["codes"]) if code)
        codes_span = Span(line, column + ours.start("codes"), line, column + ours.end("codes"))
    start, end = column + ours.start(), column + ours.end()
    alone = ours.start() == 0 and ours.end() == len(comment)
    if alone and not before.strip() and ending:
        span = Span(line, 1, line + 1, 1)
    elif ours.end() == len(comment):
        kept = before + comment[: ours.start()]
        span = Span(line, len(kept.rstrip()) + 1, line, end)
    else:
        span = Span(line, start, line, end)
    stop = start + len(ours.group().rstrip())
    return Comment(ours["word"].lower(), codes, line, start, stop, span, codes_span)


def _noqa_codes(written: str | None, names: Collection[str]) -> tuple[str, ...] | None:
    """The codes after ``noqa:``; a remark that names none means all of them, as with a bare ``noqa``."""
    codes: list[str] = []
    for word in re.split(r"[,\s]+", written or ""):
        if not _CODE.match(word) and word.lower() not in names:
            break
        codes.append(word)
    return tuple(codes) or None
