"""A name for a loop's variable that takes nothing from the program."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from bnlint.fixes.insertion import Spot
from bnlint.fixes.source import Source, Step

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_VARIABLES = ("layer", "bn_layer", "norm_layer", "frozen_layer", "inner_layer")


def loop_variable(source: Source, spot: Spot, taken: set[str]) -> str:
    """``layer``, or another name where the program still reads its own ``layer`` behind the gap."""
    if "layer" not in taken and not is_read_later(source, spot.steps, "layer"):
        return "layer"
    used = taken | {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    numbered = (f"bn_layer_{number}" for number in range(2, 1000))
    return next(name for name in (*_VARIABLES[1:], *numbered) if name not in used)


def is_read_later(source: Source, steps: Sequence[Step], name: str) -> bool:
    """Whether a name is read behind the statement at the end of a way before it is bound again; in doubt, yes."""
    owners = [step.statement for step in steps[:-1] if isinstance(step.statement, _FUNCTIONS)]
    scope: ast.AST = owners[-1] if owners else source.tree
    for node in ast.walk(scope):
        if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
            return True
        if node is not scope and isinstance(node, (*_FUNCTIONS, ast.Lambda)) and _reads_free(node, name):
            return True
    for step in reversed(steps):
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
