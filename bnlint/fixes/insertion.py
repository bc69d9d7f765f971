"""Where whole statements may be put into a program, and how they are laid out there."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from bnlint.fixes.edits import Change, Refusal
from bnlint.fixes.source import Source, Step, blocks
from bnlint.graph.places import Place

LOOPS = (ast.For, ast.AsyncFor, ast.While)
_WITHS = (ast.With, ast.AsyncWith)


class Spot(NamedTuple):
    """A gap between two statements: ``offset`` at the start of a line (or the text's end), and its indentation.

    ``anchor`` is the statement beside it, ``steps`` the way down to that statement.
    """

    offset: int
    indent: str
    unit: str
    anchor: ast.stmt
    steps: tuple[Step, ...]


def spot_after(source: Source, after: Place, before: Sequence[Place]) -> Spot:
    """The gap behind the statement at ``after`` (or behind its loop), which every place of ``before`` follows.

    ``Refusal`` where an inserted statement would not surely run between the two, or has no line to stand on.
    """
    steps = way_to(source, after)
    depth = _depth_for(source, steps, before)
    anchor = steps[depth].statement
    indent = own_line(source, anchor)
    end = source.bounds(anchor)[1]
    line = source.line_of(end)
    rest = source.text[end : source.line_end(line)].strip(" \t\x0c")
    if rest and not rest.startswith("#"):
        raise Refusal("another statement stands on the same line")
    if any(True for _ in blocks(anchor)):
        line = _past_comments(source, line, len(indent.expandtabs()))
    if line < len(source.starts):
        return Spot(source.starts[line], indent, _unit(source, steps, depth), anchor, tuple(steps[: depth + 1]))
    return Spot(len(source.text), indent, _unit(source, steps, depth), anchor, tuple(steps[: depth + 1]))


def spot_before(source: Source, places: Sequence[Place]) -> Spot:
    """The gap above the statement at the first of some places, and above the comments that belong to it.

    ``Refusal`` where the other places do not surely follow.
    """
    steps = way_to(source, places[0])
    anchor = steps[-1].statement
    others = [place for place in places[1:] if way_to(source, place)[-1].statement is not anchor]
    if _shared_depth(source, steps, others) < len(steps) - 1:
        raise Refusal("what must come after it stands in another branch or function")
    return _above(source, steps, len(steps) - 1)


def spot_above(source: Source, place: Place, before: Sequence[Place]) -> Spot:
    """The gap above the statement at ``place`` (or above its loop), which every place of ``before`` follows."""
    steps = way_to(source, place)
    return _above(source, steps, _depth_for(source, steps, before))


def spot_between(source: Source, after: Sequence[Place], before: Place) -> Spot:
    """The gap above the statement at ``before``, or above its loop, that follows every place of ``after``.

    It lies in the suite that both share; ``Refusal`` where one of ``after`` may run without it, or it without them.
    """
    following = way_to(source, before)
    depth = 0
    for place in after:
        steps = way_to(source, place)
        shared = _shared_depth(source, steps, [before])
        _outside_loops(steps, shared)
        depth = max(depth, shared)
    return _above(source, following, depth)


def spot_here(source: Source, place: Place) -> Spot:
    """The gap directly above the statement at a place, below the comments on it."""
    steps = way_to(source, place)
    anchor = steps[-1].statement
    indent = own_line(source, anchor)
    offset = source.starts[source.line_of(source.bounds(anchor)[0]) - 1]
    return Spot(offset, indent, _unit(source, steps, len(steps) - 1), anchor, tuple(steps))


def lines_at(source: Source, spot: Spot, lines: Sequence[str]) -> Change:
    """The insertion of lines, indented by ``unit`` for each tab that they begin with."""
    laid = [spot.indent + spot.unit * (len(line) - len(line.lstrip("\t"))) + line.lstrip("\t") for line in lines]
    newline = source.newline
    if spot.offset == len(source.text) and not source.text.endswith(("\n", "\r")):
        return Change(spot.offset, spot.offset, "".join(newline + line for line in laid))
    return Change(spot.offset, spot.offset, "".join(line + newline for line in laid))


def _above(source: Source, steps: list[Step], depth: int) -> Spot:
    """The gap above a statement and the comments that belong to it."""
    anchor = steps[depth].statement
    indent = own_line(source, anchor)
    line = source.line_of(source.bounds(anchor)[0])
    while line > 1 and source.line(line - 1).startswith(indent + "#"):
        line -= 1
    return Spot(source.starts[line - 1], indent, _unit(source, steps, depth), anchor, tuple(steps[: depth + 1]))


def way_to(source: Source, place: Place) -> list[Step]:
    """The way down to the statement at a place; ``Refusal`` where there is none."""
    try:
        steps = source.steps(source.span(place)[0])
    except IndexError:
        steps = []
    if not steps:
        raise Refusal("no statement stands there")
    return steps


def own_line(source: Source, statement: ast.stmt) -> str:
    """The indentation of a statement that begins its line; ``Refusal`` where it does not."""
    indent = source.indent(source.bounds(statement)[0])
    line = source.line_of(source.bounds(statement)[0])
    if indent.strip(" \t") or (line > 1 and source.line(line - 1).rstrip("\r\n").endswith("\\")):
        raise Refusal("the statement shares its line with another")
    return indent


def _depth_for(source: Source, steps: list[Step], before: Sequence[Place]) -> int:
    """The depth of the statement beside which one may be put that acts whenever it does, and before ``before``.

    What stands in another function follows by the order of calls, not by that of lines: beside the first statement,
    in its own suite, an inserted one acts when that does. Only a loop around it must not itself call such functions.
    """
    here = [place for place in before if _function(way_to(source, place)) is _function(steps)]
    depth = _outside_loops(steps, _shared_depth(source, steps, here) if here else _layer_loop(steps))
    if len(here) < len(before) and depth < len(steps) - 1 and _calls_own(source, steps[depth].statement):
        raise Refusal("what must come after it stands in another branch or function")
    return depth


def _function(steps: Sequence[Step]) -> ast.stmt | None:
    """The function in which the statement at the end of a way runs."""
    above = [step.statement for step in steps[:-1]]
    return next((each for each in reversed(above) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)), None)


def _calls_own(source: Source, statement: ast.stmt) -> bool:
    """Whether a statement calls something by the name of one of the program's functions."""
    own = {each.name for each in ast.walk(source.tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    called = {each.func for each in ast.walk(statement) if isinstance(each, ast.Call)}
    return any(getattr(each, "id", getattr(each, "attr", None)) in own for each in called)


def _shared_depth(source: Source, steps: list[Step], before: Sequence[Place]) -> int:
    """How deep the suite lies in which both the first statement and all that must follow it stand."""
    depth = len(steps) - 1
    for place in before:
        following = way_to(source, place)
        common = 0
        while (
            common < min(depth, len(following) - 1)
            and steps[common].suite is following[common].suite
            and steps[common].order == following[common].order
        ):
            common += 1
        if common >= len(following) or steps[common].suite is not following[common].suite:
            raise Refusal("what must come after it stands in another branch or function")
        if not all(isinstance(step.owner, (*_WITHS, *LOOPS, ast.Try)) for step in following[common + 1 :]):
            raise Refusal("what must come after it stands in another branch or function")
        if following[common].order <= steps[common].order:
            raise Refusal("what must come after it comes before it")
        depth = common
    return depth


def _layer_loop(steps: list[Step]) -> int:
    """The depth of the outermost loop whose variable the first statement hangs on, or of that statement itself."""
    depth = len(steps) - 1
    spoken = _spoken(steps[-1].statement)
    for outer in range(len(steps) - 2, -1, -1):
        loop = steps[outer].statement
        if isinstance(loop, ast.For | ast.AsyncFor) and steps[outer + 1].field == "body":
            if spoken.isdisjoint(_spoken(loop.target)):
                break
            depth = outer
            spoken |= _spoken(loop.iter)
    return depth


def _spoken(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _outside_loops(steps: list[Step], shared: int) -> int:
    """The depth of the statement to insert behind: the outermost loop around the first statement, or that itself."""
    depth = shared
    while depth < len(steps) - 1:
        statement, inner = steps[depth].statement, steps[depth + 1]
        if isinstance(statement, LOOPS) and inner.field == "body":
            return depth
        if not isinstance(statement, _WITHS):
            raise Refusal("the statement stands in another branch or function")
        depth += 1
    return depth


def _past_comments(source: Source, line: int, columns: int) -> int:
    """The last line of a block: comments behind its last statement belong to it when they are indented more."""
    last = line
    for number in range(line + 1, len(source.starts) + 1):
        text = source.line(number).expandtabs()
        stripped = text.strip()
        if stripped and not (stripped.startswith("#") and len(text) - len(text.lstrip(" ")) > columns):
            break
        if stripped:
            last = number
    return last


def _unit(source: Source, steps: Sequence[Step], depth: int) -> str:
    """One level of indentation as the program writes it, nearest example first."""
    near = [step.statement for step in reversed(steps[: depth + 1])]
    for statement in (*near, *ast.walk(source.tree)):
        if not isinstance(statement, ast.stmt):
            continue
        outer = source.indent(source.bounds(statement)[0])
        for _, suite, _ in blocks(statement):
            inner = source.indent(source.bounds(suite[0])[0])
            if not inner.strip() and not outer.strip() and inner.startswith(outer) and len(inner) > len(outer):
                return inner[len(outer) :]
    return "    "
