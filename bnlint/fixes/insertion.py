"""Where whole statements may be put into a program, and how they are laid out there."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from bnlint.fixes.edits import Change, Refusal
from bnlint.fixes.names import Names, Scope, dotted, walk_scope
from bnlint.fixes.source import Source, Step, blocks
from bnlint.graph.places import Place

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_WITHS = (ast.With, ast.AsyncWith)
_VARIABLES = ("layer", "bn_layer", "norm_layer", "frozen_layer", "inner_layer")


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
    steps = _steps(source, after)
    shared = _shared_depth(source, steps, before) if before else _layer_loop(steps)
    depth = _outside_loops(steps, shared)
    anchor = steps[depth].statement
    indent = _own_line(source, anchor)
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
    steps = _steps(source, places[0])
    anchor = steps[-1].statement
    others = [place for place in places[1:] if _steps(source, place)[-1].statement is not anchor]
    if _shared_depth(source, steps, others) < len(steps) - 1:
        raise Refusal("what must come after it stands in another branch or function")
    indent = _own_line(source, anchor)
    line = source.line_of(source.bounds(anchor)[0])
    while line > 1 and source.line(line - 1).startswith(indent + "#"):
        line -= 1
    return Spot(source.starts[line - 1], indent, _unit(source, steps, len(steps) - 1), anchor, tuple(steps))


def lines_at(source: Source, spot: Spot, lines: Sequence[str]) -> Change:
    """The insertion of lines, indented by ``unit`` for each tab that they begin with."""
    laid = [spot.indent + spot.unit * (len(line) - len(line.lstrip("\t"))) + line.lstrip("\t") for line in lines]
    newline = source.newline
    if spot.offset == len(source.text) and not source.text.endswith(("\n", "\r")):
        return Change(spot.offset, spot.offset, "".join(newline + line for line in laid))
    return Change(spot.offset, spot.offset, "".join(line + newline for line in laid))


def loop_variable(source: Source, spot: Spot, taken: set[str]) -> str:
    """``layer``, or another name where the program still reads its own ``layer`` behind the gap."""
    if "layer" not in taken and not _read_later(source, spot, "layer"):
        return "layer"
    used = taken | {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    numbered = (f"bn_layer_{number}" for number in range(2, 1000))
    return next(name for name in (*_VARIABLES[1:], *numbered) if name not in used)


def names_same(source: Source, expression: str, built_at: Place | None, spot: Spot) -> None:
    """``Refusal`` unless an expression names the same object in the gap as where that object was built."""
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError):
        raise Refusal("the backbone has no name here") from None
    if _owned_by(spot.anchor, ast.dump(tree.body)):
        return  # the statement in front of the gap uses that very name for it
    try:
        built = None if built_at is None else source.offset(built_at.line, built_at.column)
    except IndexError:
        built = None
    if built is None:
        raise Refusal("it is not known where the backbone was built")
    here, there = Names(source, source.bounds(spot.anchor)[0]), Names(source, built)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            _same_binding(node.id, here, there)
    _not_rebound(source, ast.dump(tree.body), here, source.line_of(built), spot)


def _steps(source: Source, place: Place) -> list[Step]:
    try:
        steps = source.steps(source.offset(place.line, place.column))
    except IndexError:
        steps = []
    if not steps:
        raise Refusal("no statement stands there")
    return steps


def _own_line(source: Source, statement: ast.stmt) -> str:
    """The indentation of a statement that begins its line."""
    indent = source.indent(source.bounds(statement)[0])
    line = source.line_of(source.bounds(statement)[0])
    if indent.strip(" \t") or (line > 1 and source.line(line - 1).rstrip("\r\n").endswith("\\")):
        raise Refusal("the statement shares its line with another")
    return indent


def _shared_depth(source: Source, steps: list[Step], before: Sequence[Place]) -> int:
    """How deep the suite lies in which both the first statement and all that must follow it stand."""
    depth = len(steps) - 1
    for place in before:
        following = _steps(source, place)
        common = 0
        while (
            common < min(depth, len(following) - 1)
            and steps[common].suite is following[common].suite
            and steps[common].order == following[common].order
        ):
            common += 1
        if common >= len(following) or steps[common].suite is not following[common].suite:
            raise Refusal("what must come after it stands in another branch or function")
        if following[common].order <= steps[common].order:
            raise Refusal("what must come after it comes before it")
        if not all(isinstance(step.owner, (*_WITHS, *_LOOPS, ast.Try)) for step in following[common + 1 :]):
            raise Refusal("what must come after it stands in another branch or function")
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
        if isinstance(statement, _LOOPS) and inner.field == "body":
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


def _owned_by(statement: ast.stmt, wanted: str) -> bool:
    """Whether a statement sets ``trainable`` on an expression or goes through its ``layers``."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("trainable", "layers") and ast.dump(node.value) == wanted
        for node in ast.walk(statement)
    )


def _same_binding(name: str, here: Names, there: Names) -> None:
    ours, theirs = here.scope(name), there.scope(name)
    if ours is None or theirs is None:
        raise Refusal(f"`{name}` is not known there")
    if ours.node is not theirs.node and not _same_object(name, here, there, ours, theirs):
        raise Refusal(f"`{name}` is another variable there")


def _same_object(name: str, here: Names, there: Names, ours: Scope, theirs: Scope) -> bool:
    """Whether a name is the first argument of two methods of one class: ``self``."""
    return (
        _first_argument(ours.node) == _first_argument(theirs.node) == name
        and _class_of(here, ours.node) is not None
        and _class_of(here, ours.node) is _class_of(there, theirs.node)
    )


def _first_argument(node: ast.AST) -> str | None:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.args.args:
        return None
    return node.args.args[0].arg


def _class_of(names: Names, function: ast.AST) -> ast.AST | None:
    for node in ast.walk(names.source.tree):
        if isinstance(node, ast.ClassDef) and function in node.body:
            return node
    return None


def _not_rebound(source: Source, wanted: str, here: Names, built: int, spot: Spot) -> None:
    """``Refusal`` where the expression is bound anew and so may name another object in the gap."""
    local = list(walk_scope(here.scopes[0].node))
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Store | ast.Del):
            continue
        if ast.dump(node).replace("ctx=Store()", "ctx=Load()").replace("ctx=Del()", "ctx=Load()") != wanted:
            continue
        statement = source.steps(source.bounds(node)[0])[-1].statement
        if statement.lineno <= built <= (statement.end_lineno or 0):
            continue
        if any(each is node for each in local):
            if built <= node.lineno < source.line_of(spot.offset) or _in_loop(spot):
                raise Refusal(f"`{dotted(node)}` may name something else by then")
        elif isinstance(node, ast.Attribute) or any(each is node for each in _binding_scope(here, node.id)):
            raise Refusal(f"`{dotted(node)}` may name something else by then")


def _binding_scope(here: Names, name: str) -> list[ast.AST]:
    scope = here.scope(name)
    return [] if scope is None else list(walk_scope(scope.node))


def _in_loop(spot: Spot) -> bool:
    return any(isinstance(step.owner, _LOOPS) for step in spot.steps)


def _read_later(source: Source, spot: Spot, name: str) -> bool:
    """Whether a name is read behind the gap before it is bound again; in doubt, yes."""
    owners = [step.statement for step in spot.steps[:-1] if isinstance(step.statement, _FUNCTIONS)]
    scope: ast.AST = owners[-1] if owners else source.tree
    for node in ast.walk(scope):
        if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
            return True
        if node is not scope and isinstance(node, (*_FUNCTIONS, ast.Lambda)) and _reads_free(node, name):
            return True
    for step in reversed(spot.steps):
        following = step.suite[step.order + 1 :]
        if isinstance(step.owner, _LOOPS) and step.field == "body":
            head = [step.owner.target, step.owner.iter] if not isinstance(step.owner, ast.While) else [step.owner.test]
            following = [*following, *head, *step.suite[: step.order + 1]]  # type: ignore[list-item]
        for node in following:
            event = _first_event(node, name)
            if event is not None:
                return event == "read"
        if step.owner is scope:
            break
    return False


def _reads_free(function: ast.AST, name: str) -> bool:
    bound = any(
        (isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.arg) and node.arg == name)
        for node in ast.walk(function)
    )
    return not bound and any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(function))


def _first_event(node: ast.AST, name: str) -> str | None:
    """What a statement does first to a name: ``read`` or ``bind``; ``None`` where it does neither for sure."""
    match node:
        case ast.Assign(targets=targets, value=value):
            order: list[ast.AST] = [value, *targets]
        case ast.AugAssign(target=ast.Name(id=found)) if found == name:
            return "read"
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            order = [value, target]
        case ast.For() | ast.AsyncFor():
            order = [node.iter, node.target, *node.body, *node.orelse]
        case ast.If(test=test, body=body, orelse=orelse):
            events = [_sequence([test, *body], name), _sequence([test, *orelse], name)]
            return "read" if "read" in events else "bind" if None not in events else None
        case ast.While(test=test, body=body):
            return "read" if _sequence([test, *body], name) == "read" else None
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            targets = [each.target for each in node.generators]
            if any(isinstance(each, ast.Name) and each.id == name for t in targets for each in ast.walk(t)):
                return _sequence([node.generators[0].iter], name)
            order = list(ast.iter_child_nodes(node))
        case ast.FunctionDef(name=defined) | ast.ClassDef(name=defined):
            return "bind" if defined == name else None
        case ast.Lambda():
            return None
        case ast.Name(id=found, ctx=context):
            return None if found != name else "read" if isinstance(context, ast.Load) else "bind"
        case ast.Try():
            inner = [_first_event(child, name) for child in ast.iter_child_nodes(node)]
            return "read" if "read" in inner else None
        case _:
            order = list(ast.iter_child_nodes(node))
    return _sequence(order, name)


def _sequence(nodes: Sequence[ast.AST], name: str) -> str | None:
    return next((event for node in nodes if (event := _first_event(node, name)) is not None), None)
