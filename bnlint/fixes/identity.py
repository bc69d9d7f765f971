"""Whether an expression names the same object at two points of a program."""

from __future__ import annotations

import ast

from bnlint.fixes.edits import Refusal
from bnlint.fixes.insertion import Spot
from bnlint.fixes.names import Names, Scope, dotted, walk_scope
from bnlint.fixes.source import Source
from bnlint.graph.places import Place

_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def names_same(source: Source, expression: str, built_at: Place | None, spot: Spot) -> None:
    """``Refusal`` unless an expression names the same object in the gap as where that object was built."""
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError):
        raise Refusal("the backbone has no name here") from None
    if _owned_by(spot.anchor, ast.dump(tree.body)):
        return  # the statement in front of the gap uses that very name for it
    try:
        built = None if built_at is None else source.span(built_at)[0]
    except IndexError:
        built = None
    if built is None:
        raise Refusal("it is not known where the backbone was built")
    here, there = Names(source, source.bounds(spot.anchor)[0]), Names(source, built)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            _same_binding(node.id, here, there)
    _not_rebound(source, ast.dump(tree.body), here, source.line_of(built), spot)


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
