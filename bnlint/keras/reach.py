"""Which layers a fit reaches, and with which flags over their weights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bnlint.graph.network import Address
from bnlint.graph.records import Layer
from bnlint.keras.facts import FitView, State
from bnlint.keras.fits import PathFits
from bnlint.keras.inside import walk
from bnlint.keras.kinds import BATCH_NORM, WEIGHTED


def reached(heap: Any, root: Address) -> dict[Address, tuple[Address, ...]]:
    """Every layer inside a model, with the models and wrappers between, the model itself left out."""
    return {held.address: held.parents[1:] for held in walk(heap, root) if held.parents}


def with_weights(heap: Any, layers: Iterable[Address]) -> list[Address]:
    """Those of some layers that surely have weights to train."""
    records = ((address, heap.get(address)) for address in layers)
    return [a for a, record in records if isinstance(record, Layer) and record.type in WEIGHTED | BATCH_NORM]


def batch_norm(heap: Any, layers: Iterable[Address]) -> list[Address]:
    """Those of some layers that are BatchNormalization."""
    records = ((address, heap.get(address)) for address in layers)
    return [a for a, record in records if isinstance(record, Layer) and record.type in BATCH_NORM]


def next_fit(run: PathFits, event: Any, layers: Iterable[Address]) -> FitView | None:
    """The first fit after an event that reaches all of some layers."""
    wanted, start = set(layers), run.order.position(event)
    for view in run.views:
        if run.order.position(view.event) > start and wanted <= reached(view.event.heap, view.root).keys():
            return None if view.event.data.get("cut") else view
    return None


def is_trained(view: FitView, address: Address) -> bool | None:
    """Whether a layer's weights are among those that a fit trains, by its flag and those of all models around it."""
    way = reached(view.event.heap, view.root).get(address)
    if way is None:
        return None
    flags = [view.flags(each).weights for each in (address, *way, view.root)]
    return None if None in flags else all(flags)


def states_of(view: FitView, layers: Iterable[Address]) -> list[State]:
    """What a fit does to some BatchNormalization layers."""
    wanted = set(layers)
    return [state for state in view.states if state.address in wanted]


def are_updated(view: FitView, layers: list[Address]) -> bool:
    """Whether a fit surely updates the statistics of all of some BatchNormalization layers."""
    states = states_of(view, layers)
    return len(states) == len(layers) and all(state.outcome.updated is True for state in states)


def untouched(event: Any, view: FitView, layers: Iterable[Address]) -> bool:
    """Whether no statement has set the flags of some layers between an event and a fit."""
    before, after = event.heap, view.event.heap
    return all(_marks(before.get(address)) == _marks(after.get(address)) for address in layers)


def _marks(record: Any) -> tuple[Any, ...]:
    return (record.trainable, record.flag_at, record.enabled_at, record.frozen_at) if record is not None else ()
