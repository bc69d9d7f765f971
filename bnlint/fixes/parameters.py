"""Rewrites of a function's parameters."""

from __future__ import annotations

import ast
import io
import tokenize
from itertools import takewhile
from typing import NamedTuple

from bnlint.fixes.edits import Change, Draft, Refusal
from bnlint.fixes.source import Source
from bnlint.graph.places import Place

_SKIPPED = (tokenize.NL, tokenize.COMMENT, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


class Parameter(NamedTuple):
    """One parameter as it is written (annotation and default included), or a marker; ``comma`` at the comma behind."""

    text: str
    start: int
    end: int
    comma: int | None


def add_parameter(source: Source, *, function: Place, name: str, default: str) -> Draft:
    """``def call(self, x)`` becomes ``def call(self, x, training=None)``, on its own line where others have theirs.

    It goes behind the last positional parameter, before ``*args``, ``*`` and ``**kwargs``. Refuses where the function
    has such a parameter, or uses the name for something else.
    """
    node, start = _definition(source, function)
    if any(name in (getattr(child, "arg", None), getattr(child, "id", None)) for child in ast.walk(node)):
        raise Refusal(f"`{name}` stands in the function already")
    opening, closing, parameters = _parameters(source, start)
    before = [*takewhile(lambda parameter: not parameter.text.startswith("*"), parameters)]
    text = f"{name}={default}"
    if not before:
        changes = [Change(opening + 1, opening + 1, text + (", " if parameters else ""))]
    else:
        changes = _behind(source, before[-1], parameters, closing, text)
    return Draft(tuple(changes))


def _definition(source: Source, place: Place) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]:
    try:
        start = source.span(place)[0]
    except IndexError:
        raise Refusal("no function stands there") from None
    steps = source.steps(start)
    node = steps[-1].statement if steps else None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or source.bounds(node)[0] != start:
        raise Refusal("no function stands there")
    return node, start


def _parameters(source: Source, start: int) -> tuple[int, int, list[Parameter]]:
    """The offsets of a definition's parentheses, and what stands between their commas."""
    first = source.line_of(start)
    column = start - source.starts[first - 1]
    lines = io.StringIO(source.text[start:], newline="").readline

    def offset(position: tuple[int, int]) -> int:
        line, at = position
        return source.starts[first + line - 2] + at + (column if line == 1 else 0)

    depth, opening = 0, -1
    found: list[Parameter] = []
    begin = end = -1
    try:
        for token in tokenize.generate_tokens(lines):
            here, stop = offset(token.start), offset(token.end)
            if token.string in "([{" and token.type == tokenize.OP:
                depth += 1
                if depth == 1 and token.string == "(" and opening < 0:
                    opening = here
                    continue
            elif token.string in ")]}" and token.type == tokenize.OP:
                depth -= 1
                if depth == 0 and opening >= 0:
                    if begin >= 0:
                        found.append(Parameter(source.text[begin:end], begin, end, None))
                    return opening, here, found
            if opening < 0 or token.type in _SKIPPED:
                continue
            if depth == 1 and token.string == "," and token.type == tokenize.OP:
                found.append(Parameter(source.text[begin:end], begin, end, here))
                begin = end = -1
            else:
                begin, end = here if begin < 0 else begin, stop
    except (tokenize.TokenError, IndexError, SyntaxError) as error:
        raise Refusal("the parameters cannot be read") from error
    raise Refusal("the parameters have no end")


def _behind(source: Source, last: Parameter, every: list[Parameter], closing: int, text: str) -> list[Change]:
    lines = [source.line_of(parameter.start) for parameter in every]
    indent = source.indent(last.start)
    if len(set(lines)) < len(lines) or indent.strip():
        return [Change(last.end, last.end, f", {text}")]
    apart = source.newline + indent
    line_end = source.line_end(source.line_of(last.end if last.comma is None else last.comma))
    if closing <= line_end:  # `)` follows on the same line
        return [Change(last.end, last.end, f",{apart}{text}")]
    # a comment behind the parameter stays on its line
    if last.comma is not None:
        return [Change(line_end, line_end, f"{apart}{text},")]
    return [Change(last.end, last.end, ","), Change(line_end, line_end, apart + text)]
