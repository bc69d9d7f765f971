"""Subject `masked_norm`: BatchNormalization behind a layer that masks time steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bnlint.graph.network import Address, Tensor
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.saved import SavedModel
from bnlint.graph.subjects.masks import MaskedNorm
from bnlint.keras.backbones import group_key
from bnlint.keras.facts import FitView, State
from bnlint.keras.fits import PathFits
from bnlint.keras.kinds import BATCH_NORM
from bnlint.keras.merging import agreed
from bnlint.keras.saved_places import group, home_of, site

HANDS_ON = BATCH_NORM | frozenset("Activation Dense Dropout".split())
"""Layers that hand a mask on to what follows them, on all measured releases."""
MOST_CALLS = 100
Positions = dict[int, dict[Address, int]]
"""Where each layer first stands in a Sequential, by the identity of the list of its layers."""


def gather_masked(runs: list[PathFits], complete: bool) -> tuple[MaskedNorm, ...]:
    """Of every layer the first fit that updates it, where all paths show the same."""
    found: dict[Place, list[MaskedNorm]] = {}
    clear: set[Place] = set()
    positions: Positions = {}
    for run in runs if complete else []:
        shown: dict[Place, MaskedNorm] = {}
        idle: set[Place] = set()
        for view in run.views:
            for state in view.states:
                subject = _subject(view, state, positions)
                if subject is None:
                    idle.add(state.record.site)
                else:
                    shown.setdefault(state.record.site, subject)
        clear |= idle - shown.keys()
        for place, subject in shown.items():
            found.setdefault(place, []).append(subject)
    return tuple(agreed(found[place], {"group": ""}) for place in sorted(found, key=order) if place not in clear)


def saved_masked(model: SavedModel, view: FitView) -> tuple[MaskedNorm, ...]:
    """The layers of a model file, in its order."""
    states = {state.address: state for state in view.states}
    found: list[MaskedNorm] = []
    positions: Positions = {}
    for address in model.order:
        subject = _subject(view, states[address], positions, model) if address in states else None
        found += [subject] if subject is not None else []
    return tuple(found)


def _subject(view: FitView, state: State, positions: Positions, model: SavedModel | None = None) -> MaskedNorm | None:
    """What a fit shows of a layer that it updates, and that a mask reaches in its only call."""
    if not state.known or state.outcome.updated is not True or state.others or state.record.many:
        return None
    source = _source(view.event.heap, state, positions)
    if source is None:
        return None
    return MaskedNorm(
        place=site(model, state.address) if model is not None else state.record.site,
        name=state.record.name or "",
        masked_by=source.type,
        masked_at=source.site,
        fit=site(model, model.root) if model is not None else view.event.place,
        saved=model is not None,
        counted=view.behaviour.counts_masked_steps if view.behaviour is not None else None,
        group=group(model, home_of(model, state.address)) if model else group_key(view.event.heap, state),
    )


def _source(heap: Any, state: State, positions: Positions) -> Layer | None:
    """The layer that makes the mask of what a BatchNormalization layer is given."""
    around = heap.get(state.use.parents[-1]) if state.use.parents else None
    if not isinstance(around, Layer) or around.model is None:
        return None
    if around.model.kind == "sequential":
        layers = around.model.layers
        if id(layers) not in positions:
            positions[id(layers)] = {address: index for index, address in reversed(list(enumerate(layers)))}
        return _in_sequential(heap, layers, positions[id(layers)].get(state.address, 0))
    if around.model.kind != "functional":
        return None
    calls = [node for node in around.model.nodes if node.layer == state.address]
    return _behind(heap, calls[0].inputs) if len(calls) == 1 else None


def _in_sequential(heap: Any, layers: Sequence[Address], position: int) -> Layer | None:
    for each in reversed(layers[max(position - MOST_CALLS, 0) : position]):
        record = heap.get(each)
        if not isinstance(record, Layer):
            return None
        if record.masks:
            return record
        if record.type not in HANDS_ON:
            return None
    return None


def _behind(heap: Any, inputs: Sequence[Tensor]) -> Layer | None:
    for _ in range(MOST_CALLS):
        if len(inputs) != 1 or inputs[0].node is None:
            return None
        record = heap.get(inputs[0].node.layer)
        if not isinstance(record, Layer):
            return None
        if record.masks:
            return record
        if record.type not in HANDS_ON:
            return None
        inputs = inputs[0].node.inputs
    return None
