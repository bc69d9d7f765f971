"""Subject `layer_list`: what becomes of a model whose list of layers the program changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.subjects import LayerList
from bnlint.keras.backbones import group_of
from bnlint.keras.merging import agreed

if TYPE_CHECKING:
    from bnlint.keras.fits import PathFits


def gather_layer_lists(runs: list[PathFits]) -> tuple[LayerList, ...]:
    """Every change of a model's list, one a place; what differs between paths is unknown."""
    found: dict[Place, list[LayerList]] = {}
    for run in runs:
        by_model: dict[Address, list[Any]] = {}
        for event in run.events:
            if event.kind == "layer_list":
                by_model.setdefault(event.layer, []).append(event)
        for events in by_model.values():
            for event in events:
                found.setdefault(event.place, []).append(_subject(event, _taken(events)))
    return tuple(
        agreed(found[place], {"model": "model", "group": group_of(place)}) for place in sorted(found, key=order)
    )


def _taken(events: list[Any]) -> int | None:
    """How many layers are taken off the end of one model's list in all."""
    if any(event.maybe or event.from_the_end is not True or event.times != 1 for event in events):
        return None
    return len(events)


def _subject(event: Any, taken: int | None) -> LayerList:
    record = event.heap[event.layer]
    return LayerList(
        place=event.place,
        line=event.place.line,
        model=record.label or record.name or "model",
        application=record.model.application if record.model is not None else None,
        method=event.method,
        reaches_model=event.changes,
        used=event.used,
        taken=taken,
        new_end=-taken - 1 if taken is not None else None,
        group=group_of(record.site),
    )
