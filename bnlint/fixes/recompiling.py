"""A `compile` written once more, so that a change of `trainable` counts."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from bnlint.fixes.edits import Change, Draft, Refusal
from bnlint.fixes.insertion import LOOPS, Spot, spot_between
from bnlint.fixes.source import Source, Step
from bnlint.graph.places import Place

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def repeat_compile(source: Source, *, compile: Place, after: Sequence[Place], before: Place) -> Draft:
    """``model.compile("adam", "mse")`` goes once more between the changes and the ``fit``, as it is written.

    Refuses where the optimizer is an object with a name (its state belongs to the first ``compile``), where a name in
    the call may mean something else by then, or where the ``compile`` does not surely run before the gap: it stands in
    another function or branch, or in a block that has ended; or where a loop would compile the model in every round.
    """
    call = source.call(compile)
    steps = source.steps(source.span(compile)[0])
    if call is None or not steps or not _is_plain(steps[-1].statement, call):
        raise Refusal("`compile` is no statement of its own")
    _has_own_optimizer(call)
    spot = spot_between(source, after, before)
    depth = _shared_suite(steps, spot)
    statement = steps[-1].statement
    if depth == len(spot.steps) - 1 and spot.steps[depth].order <= steps[-1].order:
        raise Refusal("the `compile` comes after the `fit`")
    _names_stay(source, statement, spot)
    start, end = source.bounds(statement)
    text = source.text[start:end]
    if ("\n" in text or "\r" in text) and source.indent(start) != spot.indent:
        raise Refusal("the `compile` runs over several lines that are indented otherwise")
    return Draft((Change(spot.offset, spot.offset, spot.indent + text + source.newline),))


def _is_plain(statement: ast.stmt, call: ast.Call) -> bool:
    """Whether a statement is ``….compile(…)`` and nothing else."""
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr == "compile"
    return isinstance(statement, ast.Expr) and statement.value is call and is_method


def _has_own_optimizer(call: ast.Call) -> None:
    """``Refusal`` unless the call makes its optimizer anew each time that it runs."""
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        raise Refusal("some arguments of `compile` are hidden behind a star")
    given = next((each.value for each in call.keywords if each.arg == "optimizer"), None)
    optimizer = given or (call.args[0] if call.args else None)
    match optimizer:
        case None | ast.Constant(value=str()) | ast.Call():
            return
        case _:
            raise Refusal("the optimizer is an object with a name, which keeps the state of the first `compile`")


def _shared_suite(steps: list[Step], spot: Spot) -> int:
    """How deep on the way to the gap the suite of ``compile`` lies."""
    own = steps[-1].suite
    for depth, step in enumerate(spot.steps):
        if step.suite is own:
            inner = [each.owner for each in spot.steps[depth + 1 :]]
            if any(isinstance(owner, _FUNCTIONS) for owner in inner):
                break
            if any(isinstance(owner, LOOPS) for owner in inner):
                raise Refusal("each round of the loop would begin with a new optimizer")
            return depth
    raise Refusal("the `compile` stands in another function, branch or block")


def _names_stay(source: Source, statement: ast.stmt, spot: Spot) -> None:
    """``Refusal`` where a name that the statement uses is bound anew before the gap."""
    used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    last, gap = statement.end_lineno or statement.lineno, source.line_of(spot.offset)
    names = (node for node in ast.walk(source.tree) if isinstance(node, ast.Name) and node.id in used)
    for name in names:
        if not isinstance(name.ctx, ast.Load) and last < name.lineno < gap:
            raise Refusal(f"`{name.id}` may be something else by then")
