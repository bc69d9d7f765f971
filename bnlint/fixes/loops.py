"""Loops over layers, and the tests in them: the model that they go over, the class that they ask for."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bnlint.fixes.edits import Change, Draft, Refusal
from bnlint.fixes.identity import names_same
from bnlint.fixes.imports import batch_normalization
from bnlint.fixes.insertion import spot_before
from bnlint.fixes.source import Source
from bnlint.graph.places import Place

if TYPE_CHECKING:
    from bnlint.graph.subjects import Backbone


def loop_over(source: Source, *, layers: Place, of: Backbone) -> Draft:
    """A loop over the layers of one model goes over those of another: ``model.layers`` becomes ``base.layers``.

    ``Refusal`` where the loop does more than set flags, or where the other model has no name there.
    """
    node = _expression(source, layers)
    lists = [each for each in ast.walk(node) if isinstance(each, ast.Attribute) and each.attr == "layers"]
    if len(lists) != 1:
        raise Refusal("it is not written there whose layers the loop goes over")
    if of.variable is None:
        raise Refusal("the nested model has no name here")
    spot = spot_before(source, [layers])
    if not isinstance(spot.anchor, ast.For) or not all(map(_only_sets_flags, spot.anchor.body)):
        raise Refusal("the loop does more than set flags")
    if of.built_at is not None and of.built_at.path != layers.path:
        raise Refusal("the nested model is built in another file")
    names_same(source, of.variable, of.built_at, spot)
    start, end = source.bounds(lists[0].value)
    return Draft((Change(start, end, of.variable),))


def _only_sets_flags(statement: ast.stmt) -> bool:
    match statement:
        case ast.If(body=body, orelse=orelse):
            return all(map(_only_sets_flags, [*body, *orelse]))
        case ast.Assign(targets=[ast.Attribute(attr="trainable")]) | ast.Continue() | ast.Pass():
            return True
    return False


def match_batch_norm(source: Source, *, test: Place, of: Backbone) -> Draft:
    """A test for BatchNormalization asks for the class that a model's layers have, by ``isinstance``."""
    node = _expression(source, test)
    start, end = source.bounds(node)
    built_at = of.built_at if of.built_at is not None and of.built_at.path == test.path else None
    written, addition = batch_normalization(source, start, of.package, built_at)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
        if len(node.args) != 2 or not isinstance(node.args[1], ast.Name | ast.Attribute):
            raise Refusal("the test asks for several classes")
        change = Change(*source.bounds(node.args[1]), written)
    else:
        asked = next((each for each in ast.walk(node) if isinstance(each, ast.Attribute) and each.attr == "name"), None)
        if asked is None or not isinstance(asked.value, ast.Name):
            raise Refusal("it is not written there which layer is asked for its name")
        negated = isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn)
        change = Change(start, end, f"{'not ' if negated else ''}isinstance({asked.value.id}, {written})")
    return Draft((change,) if addition is None else (addition, change))


def _expression(source: Source, place: Place) -> ast.expr:
    """The expression that stands exactly at a place."""
    try:
        start, end = source.span(place)
    except IndexError:
        raise Refusal("nothing stands there") from None
    for step in reversed(source.steps(start)):
        for node in ast.walk(step.statement):
            if isinstance(node, ast.expr) and source.bounds(node) == (start, end):
                return node
    raise Refusal("no expression stands there")
