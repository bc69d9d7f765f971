"""Subjects `momentum_set` and `batch_norm_argument` of a model file: what its config gives to the layers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bnlint.graph.network import Address
from bnlint.graph.saved import SavedModel
from bnlint.graph.subjects import BatchNormArgument, MomentumSet
from bnlint.keras import api_history
from bnlint.keras.facts import FitView
from bnlint.keras.kinds import BATCH_NORM
from bnlint.keras.releases import Release
from bnlint.keras.saved_applications import Applications
from bnlint.keras.saved_places import home_of, places, together

BATCH_NORM_CLASS = "layers.BatchNormalization"
KERAS_3 = "keras3"
UNLISTED = frozenset({(KERAS_3, "h5")})
"""Where an `axis` that is a list of one number is taken: Keras 3 makes it a number in HDF5 files (3.0.5 to 3.15.1)."""
HARMLESS: tuple[object, ...] = (None, False, {})
"""Values with which an argument may go without changing anything."""


def momentum_sets(model: SavedModel, view: FitView, applications: Applications) -> tuple[MomentumSet, ...]:
    """The momenta in the config: those of one model that are the same are one."""
    behaviour = view.behaviour
    return tuple(
        MomentumSet(
            place=places(model, addresses)[0],
            places=places(model, addresses),
            type=kind,
            package=model.heap[model.root].package,
            momentum=momentum,
            one_minus_momentum=round(1 - momentum, 12),
            written="config",
            layers=len(addresses),
            debiased=behaviour.first_update_replaces if behaviour is not None else None,
            pretrained=_trained(model, addresses),
            of_application=all(applications.own_momentum(each) == momentum for each in addresses),
        )
        for (_, momentum, kind), addresses in together(_momenta(model))
    )


def _momenta(model: SavedModel) -> Iterator[tuple[tuple[Address, float, str], Address]]:
    for address in model.order:
        record = model.heap[address]
        if record.momentum is not None:
            yield (home_of(model, address), record.momentum, record.type), address


def _trained(model: SavedModel, addresses: list[Address]) -> bool | None:
    """Whether layers hold statistics that come from training."""
    found = [model.weights[each].are_initial for each in addresses if model.weights and each in model.weights]
    return None if not found or None in found else not all(found)


def batch_norm_arguments(model: SavedModel, view: FitView) -> tuple[BatchNormArgument, ...]:
    """The arguments of BatchNormalization in the config that the target has none of, layer by layer."""
    if view.behaviour is None:
        return ()
    release = view.behaviour.release
    if not may_load(model, release):
        return ()
    found: list[BatchNormArgument] = []
    for address in model.order:
        config = model.extras[address].config
        if model.heap[address].type not in BATCH_NORM or model.extras[address].custom:
            continue
        for name, value in config.items():
            asked = _asked(name, value)
            listed = asked != name
            if listed and (release.package, model.format) in UNLISTED:
                continue
            if api_history.argument(release, BATCH_NORM_CLASS, asked) == "refused":
                found.append(_argument(model, address, name, value))
    return tuple(found)


def may_load(model: SavedModel, release: Release) -> bool:
    """Whether anything of the kind loads on a release at all, so that an argument may be what stands in the way.

    Between Keras 2 and 3 HDF5 files of Keras 2 alone do, in one direction; all else fails by its classes or its inputs
    (measured: files of Keras 2.2.4 to 2.21 and 3.0.5 to 3.15.1 on 2.8, 2.11, tf_keras 2.21, Keras 3.12 and 3.15.1).
    """
    root = model.extras.get(model.root)
    if model.format == "live" or (model.keras is None and (root is None or root.module is None)):
        return False  # it is there already, or nobody knows what has written it
    from_keras_3 = model.keras is None or model.keras.startswith("3.")
    onto_keras_3 = release.package == KERAS_3
    return from_keras_3 is onto_keras_3 or (onto_keras_3 and model.format == "h5")


def _asked(name: str, value: Any) -> str:
    """The argument as it was measured: a list of axes is another than a number."""
    if name == "axis" and isinstance(value, list):
        return "axis=[3]" if len(value) == 1 else "axis=[1,2]"
    return name


def _text(value: Any) -> str:
    text = json.dumps(value, sort_keys=True) if isinstance(value, (Mapping, list, tuple)) else str(value)
    return text[:60]


def _argument(model: SavedModel, address: Address, name: str, value: Any) -> BatchNormArgument:
    one_axis = name == "axis" and isinstance(value, list) and len(value) == 1 and isinstance(value[0], int)
    unused = name.startswith("renorm_") and model.extras[address].config.get("renorm") is not True
    return BatchNormArgument(
        place=model.heap[address].site,
        argument=name,
        value=_text(value),
        written="config",
        layers=1,
        package=model.heap[model.root].package,
        axis=value[0] if one_axis else None,
        without_effect=unused or any(value is each or value == each for each in HARMLESS),
        group=model.path,
    )
