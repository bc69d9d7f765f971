"""Moving a statement up, above others that have nothing to do with what it does."""

from __future__ import annotations

import ast

from bnlint.fixes.edits import Change, Draft, Refusal
from bnlint.fixes.insertion import own_line, spot_above, way_to
from bnlint.fixes.source import Source, Step
from bnlint.graph.places import Place

_QUIET = frozenset(
    """compile print format summary info debug isinstance issubclass type len range enumerate reversed zip list tuple
    set sorted filter getattr hasattr get_layer lower upper startswith endswith""".split()
)
"""Functions and methods, by their last names, that neither read the weights of a model nor change them."""
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.For, ast.If, ast.Pass, ast.Continue, ast.Break)


def move_above(source: Source, *, statement: Place, above: Place) -> Draft:
    """Take the statement at one place and put it above the one at another, or above its loop or condition.

    Refuses where they do not stand in one suite, where what lies between binds a name that the statement reads or may
    touch the weights of a model, or where other text shares the lines.
    """
    if statement.cell != above.cell:
        raise Refusal("it would go into another cell")
    steps = way_to(source, statement)
    moved = steps[-1].statement
    if not isinstance(moved, ast.Expr) or not isinstance(moved.value, ast.Call):
        raise Refusal("the call is a part of something larger")
    first = _beside(steps[-1], way_to(source, above))
    passed = steps[-1].suite[first : steps[-1].order]
    _is_independent(moved, passed)
    own_line(source, moved)
    start, end = source.bounds(moved)
    begin, last = source.starts[source.line_of(start) - 1], source.line_of(end)
    stop = source.starts[last] if last < len(source.starts) else len(source.text)
    rest = source.text[end : source.line_end(last)].strip(" \t\x0c")
    if rest and not rest.startswith("#"):
        raise Refusal("another statement stands on the same line")
    own_line(source, passed[0])
    spot = spot_above(source, source.place(*source.bounds(passed[0]), above.path, above.cell), [statement])
    text = source.text[begin:stop]
    if not text.endswith(("\n", "\r")):
        text += source.newline
    return Draft((Change(spot.offset, spot.offset, text), Change(begin, stop, "")))


def _beside(step: Step, others: list[Step]) -> int:
    """Where in the suite of a statement another one stands, or what holds it, above that statement."""
    for other in others:
        if other.suite is step.suite and other.order < step.order:
            return other.order
    raise Refusal("the two stand in different suites")


def _is_independent(moved: ast.stmt, passed: list[ast.stmt]) -> None:
    read = {node.id for node in ast.walk(moved) if isinstance(node, ast.Name)}
    for statement in passed:
        for node in ast.walk(statement):
            if isinstance(node, ast.stmt) and not isinstance(node, _SIMPLE):
                raise Refusal("what stands between does more than set flags")
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in read:
                raise Refusal(f"`{node.id}` is set in between")
            if isinstance(node, ast.Call) and not _is_quiet(node):
                raise Refusal("what stands between may use the weights")


def _is_quiet(call: ast.Call) -> bool:
    """Whether a call has nothing to do with weights: a constructor, as of an optimizer, or one that is known."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    return name in _QUIET or name[:1].isupper()
