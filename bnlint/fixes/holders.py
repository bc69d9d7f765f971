"""An expression that names, at a gap of a program, the model whose `layers` hold a set of layers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from bnlint.fixes.edits import Refusal
from bnlint.fixes.identity import names_same
from bnlint.fixes.insertion import Spot, way_to
from bnlint.fixes.source import Source, Step
from bnlint.graph.places import Place

if TYPE_CHECKING:
    from bnlint.graph.subjects import Backbone

_UNCHANGED = frozenset({"enumerate", "reversed", "list", "tuple", "iter"})
"""Functions that hand on the layers they are given."""


class Candidate(NamedTuple):
    """An expression, and where the model that it should name was built."""

    expression: str
    built_at: Place | None


def holder_of(source: Source, backbone: Backbone, spot: Spot, near: Place) -> str:
    """The first expression that surely names the layers' model in the gap; ``Refusal`` with the first one's reason.

    ``near`` is the statement that the rewrite is about: it may itself spell the model.
    """
    reason: Refusal | None = None
    for candidate in _candidates(source, backbone, spot, near):
        try:
            names_same(source, candidate.expression, candidate.built_at, spot)
        except Refusal as refusal:
            reason = reason or refusal
        else:
            return candidate.expression
    raise reason or Refusal("the backbone has no name here")


def in_file(place: Place | None, near: Place) -> Place | None:
    """A place, where it is in the same file as another."""
    return place if place is not None and place.path == near.path else None


def _candidates(source: Source, backbone: Backbone, spot: Spot, near: Place) -> Iterator[Candidate]:
    if backbone.variable is not None:
        yield Candidate(backbone.variable, in_file(backbone.built_at, near))
    if backbone.enabled_through is not None:
        for found in _spelled(source, spot, near, backbone.enabled_through):
            yield Candidate(found, None)
    if backbone.trained_as is not None:
        yield Candidate(backbone.trained_as, in_file(backbone.trained_built_at, near))


def _spelled(source: Source, spot: Spot, near: Place, through: str) -> Iterator[str]:
    """How the statement at ``near`` itself spells the model, where the gap follows that statement or its loop."""
    steps = way_to(source, near)
    if not any(step.statement is spot.anchor for step in steps):
        return
    bound = {
        node.id for node in ast.walk(spot.anchor) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    for owner in _assigned(steps[-1].statement):
        model = owner if through == "model" else _model_over(owner, steps)
        if model is None or not _stays(model):
            continue
        if bound.isdisjoint(node.id for node in ast.walk(model) if isinstance(node, ast.Name)):
            yield ast.unparse(model)


def _assigned(statement: ast.stmt) -> Iterator[ast.expr]:
    """What a statement sets ``trainable`` on."""
    for target in statement.targets if isinstance(statement, ast.Assign) else ():
        if isinstance(target, ast.Attribute) and target.attr == "trainable":
            yield target.value


def _model_over(layer: ast.expr, steps: list[Step]) -> ast.expr | None:
    """The model through whose ``layers`` an expression reaches a layer: by an index, or as a loop's variable."""
    if isinstance(layer, ast.Subscript):
        return _layers_of(layer)
    if not isinstance(layer, ast.Name):
        return None
    for step in reversed(steps):
        loop = step.owner
        if isinstance(loop, ast.For) and step.field == "body" and layer.id in _last_names(loop.target):
            return _layers_of(loop.iter)
    return None


def _last_names(target: ast.expr) -> set[str]:
    """The name that a loop binds to each layer: all of its target, or the last part beside a counter."""
    match target:
        case ast.Name(id=name) | ast.Tuple(elts=[_, ast.Name(id=name)]):
            return {name}
    return set()


def _layers_of(iterated: ast.expr) -> ast.expr | None:
    """``model`` of ``model.layers[100:]``, ``enumerate(model.layers)``, and ``[l for l in model.layers if …]``."""
    match iterated:
        case ast.Attribute(attr="layers", value=model):
            return model
        case ast.Subscript(value=inner):
            return _layers_of(inner)
        case ast.Call(func=ast.Name(id=name), args=[inner, *_]) if name in _UNCHANGED:
            return _layers_of(inner)
        case ast.ListComp(elt=ast.Name(id=one), generators=[ast.comprehension(target=ast.Name(id=same), iter=inner)]):
            return _layers_of(inner) if one == same else None
    return None


def _stays(model: ast.expr) -> bool:
    """Whether an expression gives the same model each time that it is evaluated."""
    for node in ast.walk(model):
        match node:
            case ast.Call(func=ast.Attribute(attr="get_layer")):
                continue
            case ast.Call() | ast.NamedExpr() | ast.Await() | ast.Yield() | ast.Lambda() | ast.comprehension():
                return False
    return isinstance(model, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
