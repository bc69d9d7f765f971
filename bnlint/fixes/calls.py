"""The arguments of one call with the offsets of all their parts, read from libcst's tree of that call alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from bnlint.fixes.edits import Change, Refusal, join, splice
from bnlint.fixes.source import Source
from bnlint.graph.places import Place

if TYPE_CHECKING:
    import ast

    import libcst

_LINE_END = re.compile(r"\r\n?")


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
    """The call at a place; ``Refusal`` where none stands there, or one that libcst cannot give back as it is.

    Only the call's own text is parsed, inside parentheses of ours so that it may run over several lines.
    """
    import libcst

    node = source.call(place)
    if node is None:
        raise Refusal("no call stands there")
    start, end = source.bounds(node)
    text = source.text[start:end]
    tree = _parse(text)
    offset = _offsets(text, start)
    module = libcst.Module([])

    def width(*nodes: libcst.CSTNode) -> int:
        return sum(len(module.code_for_node(node)) for node in nodes)

    opening = 1 + width(tree.func, tree.whitespace_after_func)
    position = opening + 1 + width(tree.whitespace_before_args)
    arguments = []
    for argument in tree.args:
        value = position + len(argument.star) + width(argument.whitespace_after_star)
        if argument.keyword is not None and isinstance(argument.equal, libcst.AssignEqual):
            value += width(argument.keyword, argument.equal)
        stop = following = value + width(argument.value)
        comma = None
        if isinstance(argument.comma, libcst.Comma):
            comma = offset(stop + width(argument.comma.whitespace_before))
            following += width(argument.comma)
        name = argument.keyword.value if argument.keyword is not None else None
        arguments.append(Argument(name, argument.star, offset(position), offset(value), offset(stop), comma))
        position = following + width(argument.whitespace_after_arg)
    only = tree.args[0].value if len(tree.args) == 1 else None
    bare = isinstance(only, libcst.GeneratorExp) and not only.lpar
    return CallSite(source, node, start, offset(opening), offset(position), tuple(arguments), bare)


def confirm(site: CallSite, changes: list[Change], names: list[str | None]) -> tuple[Change, ...]:
    """The joined changes, once libcst reads the changed call with just these arguments (``None``: positional)."""
    inside = [change for change in changes if site.start <= change.start and change.end <= site.end]
    shifted = [Change(start - site.start, end - site.start, content) for start, end, content in join(inside)]
    tree = _parse(splice(site.text(site.start, site.end), shifted))
    found = [argument.keyword.value if argument.keyword is not None else None for argument in tree.args]
    if found != names:
        raise Refusal("the rewritten call would not read as meant")
    return join(changes)


def names(site: CallSite) -> list[str | None]:
    """The keywords of a call's arguments in order, ``None`` for each that has none."""
    return [argument.name for argument in site.arguments]


def _parse(text: str) -> libcst.Call:
    import libcst

    plain = "(" + _LINE_END.sub("\n", text) + ")"
    try:
        tree = libcst.parse_expression(plain)
    except libcst.ParserSyntaxError:
        raise Refusal("libcst cannot read the call") from None
    if not isinstance(tree, libcst.Call) or libcst.Module([]).code_for_node(tree) != plain:
        raise Refusal("libcst does not give the call back as it is written")
    return tree


def _offsets(text: str, start: int) -> Callable[[int], int]:
    """From positions in the parsed text (one parenthesis more, CR LF as one) to offsets of the whole text."""
    if "\r\n" not in text:
        return lambda position: start + position - 1
    table = [index for index in range(len(text) + 1) if text[index - 1 : index + 1] != "\r\n"]
    return lambda position: start + table[position - 1]
