"""Subject `shuffled_prediction`: predictions in one order, labels in another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bnlint.graph.places import Place, order
from bnlint.graph.subjects.shuffled_predictions import ShuffledPrediction
from bnlint.keras.api.orders import SHUFFLE_AT
from bnlint.keras.merging import agreed

if TYPE_CHECKING:
    from bnlint.keras.fits import PathFits

NONE = 99
"""A position at which no call has an argument."""


def gather_shuffled(runs: list[PathFits]) -> tuple[ShuffledPrediction, ...]:
    """Every `predict` on a flow that shuffles, as it is on all paths that come there."""
    found: dict[Place, list[ShuffledPrediction | None]] = {}
    for run in runs:
        for index, event in enumerate(run.events):
            if event.kind == "predict":
                found.setdefault(event.place, []).append(_subject(run, index, event))
    return tuple(
        agreed([each for each in every if each is not None], {"trained": True})
        for place, every in sorted(found.items(), key=lambda each: order(each[0]))
        if None not in every
    )


def _subject(run: PathFits, index: int, event: Any) -> ShuffledPrediction | None:
    flow = event.data.get("flow")
    if flow is None or flow.shuffles is not True:
        return None
    if any(each.kind == "shuffle_set" and each.flow == flow.at for each in run.events):
        return None
    taken, scored = _compared(run, flow)
    return ShuffledPrediction(
        place=event.place,
        line=event.place.line,
        made_by=flow.made_by,
        made_at=flow.at,
        takes_shuffle=flow.made_by != "shuffle",
        shuffle_position=SHUFFLE_AT.get(flow.made_by, NONE),
        labels_taken=taken,
        compared_at=scored.place if scored is not None else None,
        compared_by=scored.by if scored is not None else None,
        unlabelled=flow.unlabelled,
        trained=any(_is_fit_of(each, flow) for each in run.events),
        group=f"{flow.at.path}:{flow.at.cell}:{flow.at.line}:{flow.at.column}",
    )


def _compared(run: PathFits, flow: Any) -> tuple[Any, Any]:
    """The first call that sets labels of the flow beside something, and how they were taken."""
    for event in run.events:
        if event.kind != "scored":
            continue
        if event.labels is not None and event.labels[0] == flow.at:
            return event.labels[1], event
        if flow.labels is not None and any(value is flow.labels for value in event.arrays):
            return "array", event
    return None, None


def _is_fit_of(event: Any, flow: Any) -> bool:
    used = event.data.get("flow") if event.kind == "fit" else None
    return used is not None and used.at == flow.at
