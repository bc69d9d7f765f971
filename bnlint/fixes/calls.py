"""The arguments of one call with the offsets of all their parts.

The standard library's tree says where arguments are; only white space, comments, parentheses and commas are between
them, which are read here. libcst gives the same, but takes 0.1 s to import; the tests compare with it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from bnlint.fixes.edits import Change, Refusal, join, splice
from bnlint.fixes.source import Source, parse
from bnlint.graph.places import Place

_NOTHING = re.compile(r"(?:\s|\\(?=[\r\n])|#[^\r\n]*)*")
"""What means nothing inside a call's parentheses: white space, a line's continuation, a comment."""


class Argument(NamedTuple):
    """One argument; offsets in characters of the whole text, ``comma`` at the comma that follows, if one does."""

    name: str | None
    star: str
    start: int
    value: int
    end: int
    comma: int | None

    @property
    def stop(self) -> int:
        """Where the argument ends, its comma included."""
        return self.end if self.comma is None else self.comma + 1


class CallSite(NamedTuple):
    """A call in a text: ``opening`` and ``closing`` are the offsets of its parentheses."""

    source: Source
    node: ast.Call
    start: int
    opening: int
    closing: int
    arguments: tuple[Argument, ...]
    bare_generator: bool

    @property
    def end(self) -> int:
        """Where the call ends."""
        return self.closing + 1

    def argument(self, name: str) -> Argument | None:
        """The keyword argument of that name."""
        return next((argument for argument in self.arguments if argument.name == name), None)

    def text(self, start: int, end: int) -> str:
        """The text between two offsets."""
        return self.source.text[start:end]

    def own_line(self, offset: int) -> bool:
        """Whether only white space stands before an offset on its line."""
        return not self.source.indent(offset).strip()


def call_site(source: Source, place: Place) -> CallSite:
    """The call at a place; ``Refusal`` where none stands there."""
    node = source.call(place)
    if node is None:
        raise Refusal("no call stands there")
    start, end = source.bounds(node)
    _, after = source.bounds(node.func)
    opening = next(at for at in _marks(source.text, after, end) if source.text[at] == "(")
    bare = len(node.args) == 1 and source.bounds(node.args[0]) == (opening, end)
    arguments = tuple(_arguments(source, _parts(node), opening, end - 1, bare))
    return CallSite(source, node, start, opening, end - 1, arguments, bare)


def _parts(call: ast.Call) -> list[ast.expr | ast.keyword]:
    """The arguments in the order in which they are written."""
    return sorted([*call.args, *call.keywords], key=lambda part: (part.lineno, part.col_offset))


def _arguments(
    source: Source, parts: list[ast.expr | ast.keyword], opening: int, closing: int, bare: bool
) -> Iterator[Argument]:
    text, start = source.text, _after_nothing(source.text, opening + 1)
    for part in parts:
        end = source.bounds(_last(part) if bare else part)[1]
        marks = list(_marks(text, end, closing))
        # Before the comma only parentheses that close the argument's own can stand.
        own = next((index for index, at in enumerate(marks) if text[at] != ")"), len(marks))
        comma = marks[own] if own < len(marks) else None
        stop = marks[own - 1] + 1 if own else end
        star = "*" if isinstance(part, ast.Starred) else ""
        name = None
        value = start
        if isinstance(part, ast.keyword):
            name, star = part.arg, "" if part.arg is not None else "**"
            value = start if name is None else text.index("=", start) + 1
        value = _after_nothing(text, value + len(star))
        yield Argument(name, star, start, value, stop, comma)
        if comma is not None:
            start = _after_nothing(text, comma + 1)


def _last(generator: ast.expr | ast.keyword) -> ast.expr:
    """The last expression in a generator that stands in the call's own parentheses: the tree counts those to it."""
    assert isinstance(generator, ast.GeneratorExp)
    clause = generator.generators[-1]
    return clause.ifs[-1] if clause.ifs else clause.iter


def _marks(text: str, start: int, end: int) -> Iterator[int]:
    """The offsets of the characters that mean something, where no strings or names are."""
    at = _after_nothing(text, start)
    while at < end:
        yield at
        at = _after_nothing(text, at + 1)


def _after_nothing(text: str, offset: int) -> int:
    found = _NOTHING.match(text, offset)
    assert found is not None
    return found.end()


def confirm(site: CallSite, changes: list[Change], names: list[str | None]) -> tuple[Change, ...]:
    """The joined changes, once the changed call parses with just these arguments (``None``: positional)."""
    inside = [change for change in changes if site.start <= change.start and change.end <= site.end]
    shifted = [Change(start - site.start, end - site.start, content) for start, end, content in join(inside)]
    if _reread(splice(site.text(site.start, site.end), shifted)) != names:
        raise Refusal("the rewritten call would not read as meant")
    return join(changes)


def names(site: CallSite) -> list[str | None]:
    """The keywords of a call's arguments in order, ``None`` for each that has none."""
    return [argument.name for argument in site.arguments]


def _reread(text: str) -> list[str | None]:
    """The keywords of a call's arguments in order; only its own text is parsed, in parentheses of ours."""
    try:
        (statement,) = parse(f"({text})").body
    except (SyntaxError, ValueError):
        raise Refusal("the rewritten call would not read as meant") from None
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        raise Refusal("the rewritten call would not read as meant")
    return [part.arg if isinstance(part, ast.keyword) else None for part in _parts(statement.value)]
