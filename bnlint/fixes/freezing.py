"""Loops over a backbone's layers: the BN freeze, and another momentum."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bnlint.fixes.edits import Change, Draft, Refusal
from bnlint.fixes.holders import holder_of, in_file
from bnlint.fixes.imports import batch_normalization
from bnlint.fixes.insertion import Spot, lines_at, spot_after, spot_before
from bnlint.fixes.source import Source
from bnlint.fixes.variables import loop_variable
from bnlint.graph.places import Place

if TYPE_CHECKING:
    from bnlint.graph.subjects import Backbone


def freeze_batch_norm(source: Source, *, of: Backbone, after: Place, before: Sequence[Place] = ()) -> Draft:
    """The BN freeze: the one remedy that holds from TF 2.0 to Keras 3.15.

    Goes behind the statement (or its loop) that enables::

        for layer in base.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False

    Refuses where the loop would not surely run between ``after`` and every place of ``before``, where it would not
    reach the layers, or where no expression there names what holds them: the backbone's variable, the model that the
    enabling statement goes through (``model.layers[1]``), or the trained model that took the layers in.
    """
    return _loop(source, of, spot_after(source, after, before), after, "trainable = False")


def set_momentum(source: Source, *, of: Backbone, to: str, before: Sequence[Place]) -> Draft:
    """The same loop with ``layer.momentum = …``, above the first ``compile`` of ``before``, which is in order."""
    if not before:
        raise Refusal("it is not known before which `compile` the momentum must change")
    return _loop(source, of, spot_before(source, before), before[0], f"momentum = {to}")


def _loop(source: Source, backbone: Backbone, spot: Spot, near: Place, setting: str) -> Draft:
    if backbone.has_nested:
        raise Refusal("some of its layers sit in nested models or wrappers, which a loop over `layers` does not reach")
    holder = holder_of(source, backbone, spot, near)
    built_at = in_file(backbone.built_at, near)
    offset = source.bounds(spot.anchor)[0]
    type_name, addition = batch_normalization(source, offset, backbone.package, built_at)
    taken = {node.id for node in ast.walk(ast.parse(holder)) if isinstance(node, ast.Name)}
    layer = loop_variable(source, spot, taken | {type_name.partition(".")[0]})
    change = lines_at(
        source,
        spot,
        [
            f"for {layer} in {holder}.layers:",
            f"\tif isinstance({layer}, {type_name}):",
            f"\t\t{layer}.{setting}",
        ],
    )
    changes: list[Change] = [change] if addition is None else [addition, change]
    return Draft(tuple(changes))
