"""Subject `norm_over_time`: BatchNormalization that a TimeDistributed runs on every time step of a sequence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.saved import SavedModel
from bnlint.graph.subjects.time_steps import NormOverTime
from bnlint.keras.backbones import group_key
from bnlint.keras.facts import FitView, State
from bnlint.keras.fits import PathFits
from bnlint.keras.merging import agreed, common
from bnlint.keras.saved_places import group, home_of, site
from bnlint.keras.time_steps import OverTime, over_time

Found = dict[Address, tuple[OverTime, list[State]]]


def gather_over_time(runs: list[PathFits], complete: bool) -> tuple[NormOverTime, ...]:
    """Of every wrapper the first fit that updates layers in it, where all paths show the same."""
    found: dict[Place, list[NormOverTime | None]] = {}
    for run in runs if complete else []:
        shown: dict[Place, NormOverTime] = {}
        for view in run.views:
            for wrapper, (way, states) in _updated(view).items():
                record: Layer = view.event.heap[wrapper]
                label = _label(view.event.heap, record)
                said = _subject(view, way, states, label, record.site, view.event.place)
                keys = {group_key(view.event.heap, state) for state in states}
                shown.setdefault(record.site, _in_group(said, keys))
        idle = {heap[each].site for view in run.views for heap in [view.event.heap] for each in _wrappers(view)}
        for place, subject in [*shown.items(), *((place, None) for place in idle - shown.keys())]:
            found.setdefault(place, []).append(subject)
    sure = {place: [one for one in every if one is not None] for place, every in found.items() if None not in every}
    return tuple(agreed(sure[place], {"label": "a model", "group": ""}) for place in sorted(sure, key=order))


def saved_over_time(model: SavedModel, view: FitView) -> tuple[NormOverTime, ...]:
    """The wrappers of a model file, in the order of their layers."""
    found = _updated(view)
    return tuple(
        _in_group(
            _subject(view, way, states, _label(model.heap, model.heap[wrapper]), site(model, wrapper), None),
            {group(model, home_of(model, state.address)) for state in states},
            saved=True,
            fit=site(model, model.root),
        )
        for wrapper, (way, states) in found.items()
    )


def _updated(view: FitView) -> Found:
    """The wrappers of a fit with the layers in them that it updates, where nothing else is on the way."""
    found: Found = {}
    for state in view.states:
        ways = over_time(view.event.heap, state.use.parents)
        if len(ways) == 1 and not state.others and state.known and state.outcome.updated and not state.record.many:
            found.setdefault(ways[0].wrapper, (ways[0], []))[1].append(state)
    return found


def _wrappers(view: FitView) -> set[Address]:
    """All wrappers of a fit, whether it updates anything in them or not."""
    return {way.wrapper for state in view.states for way in over_time(view.event.heap, state.use.parents)}


def _subject(
    view: FitView, way: OverTime, states: list[State], label: str, place: Place, fit: Place | None
) -> NormOverTime:
    behaviour = view.behaviour
    momentum = common([state.momentum for state in states])
    updates = behaviour.updates_over_time(way.holds, way.steps) if behaviour is not None else None
    known = momentum is not None and updates is not None
    return NormOverTime(
        place=place,
        fit=fit,
        label=label,
        holds=way.holds,
        layers=len(states),
        statistics=common([state.outcome.statistics for state in states]),
        pretrained=common([state.record.pretrained for state in states]),
        each_step=behaviour.normalizes_each_step(way.holds) if behaviour is not None else None,
        time_steps=way.steps,
        updates=updates,
        momentum=momentum,
        effective_momentum=momentum**updates if known else None,
    )


def _in_group(subject: NormOverTime, groups: set[str], **more: Any) -> NormOverTime:
    return replace(subject, group=groups.pop() if len(groups) == 1 else "", **more)


def _label(heap: Any, wrapper: Layer) -> str:
    inner = heap.get(wrapper.holds[0])
    if not isinstance(inner, Layer) or inner.model is None:
        return "a layer"
    name = inner.model.application or inner.label or inner.name
    return f"`{name}`" if name is not None else "a model"
