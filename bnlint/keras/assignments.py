"""Subjects `trainable_typo` and `momentum_set`: from the events of every path to one subject a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects.assignments import MomentumSet, TrainableTypo
from bnlint.keras.api.norm_attributes import SET, SET_LATER
from bnlint.keras.late_attributes import Ignored, ignored
from bnlint.keras.merging import common

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary
    from bnlint.keras.fits import PathFits


def gather_typos(runs: list[PathFits]) -> tuple[TrainableTypo, ...]:
    """Every assignment that was meant for ``trainable``, once."""
    found = _by_place(runs, "typo")
    return tuple(_typo(found[place]) for place in sorted(found, key=order))


def _by_place(runs: list[PathFits], *kinds: str) -> dict[Place, list[Any]]:
    found: dict[Place, list[Any]] = {}
    for run in runs:
        for event in run.events:
            if event.kind in kinds:
                found.setdefault(event.place, []).append(event)
    return found


def _typo(events: list[Any]) -> TrainableTypo:
    first = events[0]
    at_hand: set[Address] = {event.at_hand for event in events if event.at_hand is not None}
    exact = bool(at_hand) and all(event.exact for event in events)
    same = len({event.layer for event in events}) == 1
    record = first.heap.get(first.layer) if first.layer is not None and same else None
    model = record.model if isinstance(record, Layer) else None
    held = set(model.layers) if model is not None and model.exact else None
    return TrainableTypo(
        kind=first.typo,
        place=first.place,
        line=first.place.line,
        written=first.written,
        owner=first.owner,
        name_place=first.name_place,
        owner_place=first.owner_place,
        of_program=any(event.of_program for event in events),
        loop_variable=common([event.variable for event in events]),
        loop_layers=len(at_hand) if exact else None,
        layers=len(held) if held is not None else None,
        covers_all=at_hand >= held if exact and held is not None else None,
    )


def gather_momentum(runs: list[PathFits], library: KerasLibrary, complete: bool) -> tuple[MomentumSet, ...]:
    """Every place that gives BatchNormalization layers their momentum, once."""
    found = _by_place(runs, "layer", SET, SET_LATER)
    heeded = _heeded(runs) if complete else {}
    subjects = [_momentum(found[place], library, heeded.get(place, [])) for place in sorted(found, key=order)]
    return tuple(subject for subject in subjects if subject is not None)


def _heeded(runs: list[PathFits]) -> dict[Place, list[Ignored | None]]:
    """For every place that assigns: of each path and layer how the next fit fails to heed it."""
    found: dict[Place, list[Ignored | None]] = {}
    for run in runs:
        by_place: dict[Place, list[Ignored | None]] = {}
        for event in run.events:
            if event.kind in (SET, SET_LATER):
                by_place.setdefault(event.place, []).append(ignored(run, event))
        for place, every in by_place.items():
            # of one path one fit that fails is enough: other layers may be frozen, other turns be heeded
            failing = [each for each in every if each is not None]
            found.setdefault(place, []).append(failing[0] if failing else None)
    return found


def _momentum(events: list[Any], library: KerasLibrary, heeded: list[Ignored | None]) -> MomentumSet | None:
    first = events[0]
    records: list[Layer] = [event.heap[event.layer] for event in events]
    assigned = first.kind in (SET, SET_LATER)
    if not assigned and not any(record.momentum_given for record in records):
        return None
    values = [event.value for event in events] if assigned else [record.momentum for record in records]
    behaviour = library.behaviour(records[0].package)
    momentum = common(values)
    shown = heeded[0] if heeded and None not in heeded else None
    agreed = shown if shown is not None and all(each is not None and each.how == shown.how for each in heeded) else None
    return MomentumSet(
        place=first.place,
        line=first.place.line,
        places=(first.place,),
        type=records[0].type,
        package=records[0].package,
        momentum=momentum,
        one_minus_momentum=round(1 - momentum, 12) if momentum is not None else None,
        written="assignment" if assigned else "argument",
        layers=len({event.layer for event in events}) if all(event.times == 1 for event in events) else None,
        takes_effect=common([event.takes for event in events]) if assigned else True,
        debiased=behaviour.first_update_replaces if behaviour is not None else None,
        pretrained=common([record.pretrained for record in records]),
        attribute=first.attribute if assigned else "momentum",
        **(_told(agreed) if agreed is not None else {}),
    )


def _told(shown: Ignored) -> dict[str, Any]:
    return {
        "ignored": shown.how,
        "ignored_by": shown.fit,
        "fit_model": shown.model,
        "in_effect": shown.in_effect,
        "compile": shown.compile,
        "read_at": shown.read_at,
    }
