"""Layers with weights: where they sit in a model, and whether a gradient step changes them."""

from __future__ import annotations

from typing import Any

from bnlint.graph.network import Address
from bnlint.graph.records import Layer
from bnlint.keras.facts import FitView
from bnlint.keras.inside import Held, walk
from bnlint.keras.kinds import BATCH_NORM, WEIGHTED
from bnlint.keras.semantics import Behaviour, Flags


def weighted_layers(heap: Any, root: Address) -> dict[Address, Held]:
    """The layers of a model that surely have weights, each once; a record may stand for those of unknown content."""
    return {held.address: held for held in walk(heap, root) if _has_weights(heap, heap[held.address], held)}


def doubtful_layers(heap: Any, root: Address) -> list[Held]:
    """The layers of a model that may have weights: classes of the program, and what is not known."""
    found = []
    for held in walk(heap, root):
        record = heap[held.address]
        if (record.user_class is not None or record.many) and not _has_weights(heap, record, held):
            found.append(held)
    return found


def _has_weights(heap: Any, record: Layer, held: Held) -> bool:
    if record.many:
        parent = heap.get(held.parents[-1]) if held.parents else None
        model = parent.model if isinstance(parent, Layer) else None
        return record.model is None and model is not None and (model.kind == "unknown" or bool(model.application))
    if record.type in BATCH_NORM:
        return record.affine is True
    return record.type in (BATCH_NORM | WEIGHTED) and record.model is None


def trains_in(heap: Any, held: Held, behaviour: Behaviour) -> bool | None:
    """Whether a step that read the flags in a state would change a layer's weights."""
    return _trains([heap.get(address) for address in (held.address, *held.parents)], behaviour)


def trained_by(view: FitView, held: Held) -> bool | None:
    """Whether a fit changes a layer's weights."""
    if view.behaviour is None:
        return None
    return _trains([view.seen(address) for address in (held.address, *held.parents)], view.behaviour)


def _trains(records: list[Any], behaviour: Behaviour) -> bool | None:
    """From the flags of a layer and of the models around it, the trained one second."""
    own, *around = [record.trainable if isinstance(record, Layer) else None for record in records]
    flags = [Flags(flag, flag) for flag in around]
    return behaviour.trains(Flags(own, own), flags[1:], flags[0]) if flags else own
