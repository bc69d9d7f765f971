"""Rewrites of what is assigned to `trainable`: a second assignment, or one on the model around."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bnlint.fixes.edits import Draft, Refusal
from bnlint.fixes.identity import names_same
from bnlint.fixes.insertion import lines_at, spot_above, spot_here
from bnlint.fixes.source import Source
from bnlint.fixes.variables import loop_variable
from bnlint.graph.places import Place

if TYPE_CHECKING:
    from bnlint.graph.subjects import Backbone


def assign_opposite_first(source: Source, *, at: Place) -> Draft:
    """``base.trainable = False`` goes above ``base.trainable = True``, so that the setter has something to do.

    Refuses where anything but one constant is assigned to one `trainable`, or the statement shares its line.
    """
    spot = spot_here(source, at)
    match spot.anchor:
        case ast.Assign(targets=[ast.Attribute(attr="trainable") as target], value=ast.Constant(value=bool() as value)):
            start, end = source.bounds(target)
        case _:
            raise Refusal("the statement does not assign True or False to one `trainable`")
    text = source.text[start:end]
    if "\n" in text or "\r" in text:
        raise Refusal("the assignment runs over several lines")
    return Draft((lines_at(source, spot, [f"{text} = {not value}"]),))


def unfreeze_model(source: Source, *, of: Backbone, above: Place, before: Sequence[Place] = ()) -> Draft:
    """The frozen model is set trainable, and its layers one by one are not, above what sets some of them trainable.

    ::

        base.trainable = True
        for layer in base.layers:
            layer.trainable = False

    Refuses where this would not surely run before each place of ``before``, or the model has no name there.
    """
    if of.variable is None:
        raise Refusal("the frozen model has no name here")
    spot = spot_above(source, above, before)
    built_at = of.built_at if of.built_at is not None and of.built_at.path == above.path else None
    names_same(source, of.variable, built_at, spot)
    taken = {node.id for node in ast.walk(ast.parse(of.variable)) if isinstance(node, ast.Name)}
    last = spot.steps[-1]
    # what follows the gap begins with the statement below it
    layer = loop_variable(source, spot._replace(steps=(*spot.steps[:-1], last._replace(order=last.order - 1))), taken)
    lines = [f"{of.variable}.trainable = True", f"for {layer} in {of.variable}.layers:", f"\t{layer}.trainable = False"]
    return Draft((lines_at(source, spot, lines),))
