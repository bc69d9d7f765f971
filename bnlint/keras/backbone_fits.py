"""Subject `backbone_at_fit`: the backbones of every fit, and what a fit is to those of the same model before it."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects import Fit
from bnlint.graph.subjects.backbones import BackboneAtFit
from bnlint.keras.backbones import backbone_of, group_of, owner_of
from bnlint.keras.facts import FitView, Part
from bnlint.keras.fine_tuning import rate_facts
from bnlint.keras.kinds import BATCH_NORM, DROPOUT, WEIGHTLESS
from bnlint.keras.merging import agreed, common
from bnlint.keras.rows import argument_holds, assembly_of, called_at

if TYPE_CHECKING:
    from bnlint.keras.fits import PathFits


ONCE = frozenset({"flags_changed", "loaded_between", "rate_serves_head", "trained_apart"})
"""Facts that hold where they hold on one path."""


class Earlier(NamedTuple):
    """What a fit is to the earlier ones of the same model."""

    second: bool = False
    first_fit: Place | None = None
    before: int | None = None
    rate_lowered: bool | None = None
    flags_changed: bool = False
    loaded_between: bool = False


class Backbones:
    """The backbones in the fits of one path."""

    def __init__(self, run: PathFits) -> None:
        self.run = run
        self.parts: list[list[Part]] = []
        known: dict[Any, list[Part]] = {}
        for view in run.views:
            event = view.event
            seen = event.layer, event.version, event.train, event.step
            if seen not in known:
                known[seen] = view.find_parts()
            self.parts.append(known[seen])

    @cached_property
    def trained_in(self) -> dict[str, set[Address]]:
        """The models whose fits may train a backbone, by the name of its set of layers."""
        found: dict[str, set[Address]] = {}
        for index, view in enumerate(self.run.views):
            for group, parts in self.groups(index).items():
                if is_frozen(parts) is not True:
                    found.setdefault(group, set()).add(view.root)
        return found

    def groups(self, index: int) -> dict[str, list[Part]]:
        """The parts of one fit that belong to a backbone, by the name of its set of layers."""
        heap = self.run.views[index].event.heap
        found: dict[str, list[Part]] = {}
        for part in self.parts[index]:
            holder = holder_of(heap, part)
            if holder is not None:
                found.setdefault(group_of(holder.site), []).append(part)
        return found


def holder_of(heap: Any, part: Part) -> Layer | None:
    """The backbone of a layer: the application or loaded model, or a model inside of which nothing more is known."""
    owner = owner_of(heap, part.state)
    if owner is not None:
        return owner
    inside = [heap.get(parent) for parent in part.state.use.parents[1:]]
    models = [each for each in inside if isinstance(each, Layer) and each.model is not None]
    return next((each for each in reversed(models) if each.model is not None and each.model.kind == "unknown"), None)


def gather_backbones(runs: list[Backbones], fits: tuple[Fit, ...], complete: bool) -> tuple[BackboneAtFit, ...]:
    """Every backbone in every fit; what differs between paths is unknown."""
    by_place = {fit.place: fit for fit in reversed(fits)}
    found: dict[tuple[Any, ...], list[BackboneAtFit]] = {}
    for backbones in runs:
        counts: dict[Any, int] = {}
        for index, view in enumerate(backbones.run.views):
            place = view.event.place, view.event.calls
            counts[place] = counts.get(place, 0) + 1
            for group, parts in backbones.groups(index).items():
                subject = _subject(backbones, index, group, parts, by_place.get(view.event.place))
                found.setdefault((*place, counts[place], group), []).append(subject)
    return tuple(_agreed(alternatives, complete) for alternatives in found.values())


def _agreed(alternatives: list[BackboneAtFit], complete: bool) -> BackboneAtFit:
    """What holds on every path."""
    merged = agreed(alternatives, {**dict.fromkeys(ONCE, True), "group": f"{alternatives[0].set_of_layers} at fit"})
    return merged if complete else replace(merged, frozen=None, dropout_active=None, trains_convolutions=None)


def _subject(backbones: Backbones, index: int, group: str, parts: list[Part], fit: Fit | None) -> BackboneAtFit:
    run = backbones.run
    view = run.views[index]
    heap, behaviour = view.event.heap, view.behaviour
    state = parts[0].state
    owner = holder_of(heap, parts[0])
    assert owner is not None
    assembly = assembly_of(heap, view, state, owner)
    has_call = assembly in ("call", "subclass")
    argument = state.use.training if has_call else None
    holds = argument_holds(behaviour, assembly)
    earlier = earlier_fits(run, index)
    at = frozen_at(heap, parts)
    ours = {part.state.address for part in parts}
    frozen_before = _frozen_in(backbones, earlier.before, group)
    return BackboneAtFit(
        backbone=backbone_of(heap, owner, state.use.called_as),
        set_of_layers=group,
        group=group if argument == "absent" and holds else f"{group} at fit",
        batch_norm=any(part.state.record.type in BATCH_NORM for part in parts),
        fit=fit,
        pretrained=common([part.state.record.pretrained for part in parts]),
        frozen=is_frozen(parts),
        frozen_at=at,
        frozen_by_request=at is not None,
        others_train=_any_trains([each for each in backbones.parts[index] if each.state.address not in ours]),
        trained_apart=bool(backbones.trained_in.get(group, set()) - {view.root}),
        training={True: "true", False: "false"}.get(argument, "absent" if argument == "absent" else "other"),  # type: ignore[arg-type]
        called_at=called_at(heap, view, state, owner, assembly, run),
        assembly=assembly,
        accepts_training=behaviour.call_accepts_training(False) if behaviour is not None and has_call else None,
        argument_holds=holds,
        compiled_at=view.compiled.place if view.compiled is not None else None,
        second_phase=earlier.second,
        first_fit=earlier.first_fit,
        frozen_before=frozen_before,
        rate_lowered=earlier.rate_lowered,
        says_fine_tuning=bool(view.event.data.get("fine_tunes")),
        flags_changed=earlier.flags_changed,
        loaded_between=earlier.loaded_between,
        **_dropout(parts),
        **rate_facts(backbones, index, parts, group, frozen_before),
    )


def has_weights(record: Layer) -> bool:
    """Whether a layer may have weights that train."""
    return record.type not in WEIGHTLESS and not record.hidden and record.type != "no batch norm"


def is_frozen(parts: list[Part]) -> bool | None:
    """Whether none of these layers trains; None too where none of them has weights."""
    trained = [part.trained for part in parts if has_weights(part.state.record)]
    if True in trained:
        return False
    return None if None in trained or not trained else True


def _any_trains(parts: list[Part]) -> bool | None:
    trained = [part.trained for part in parts if has_weights(part.state.record)]
    return True if True in trained else None if None in trained else False


def _frozen_in(backbones: Backbones, index: int | None, group: str) -> bool | None:
    parts = backbones.groups(index).get(group) if index is not None else None
    return is_frozen(parts) if parts else None


def frozen_at(heap: Any, parts: list[Part]) -> Place | None:
    """The last statement that froze one of these layers, or a model around it."""
    places: set[Place] = set()
    for part in parts:
        holders = (part.state.record, *(heap.get(parent) for parent in part.state.use.parents[1:]))
        places |= {h.frozen_at for h in holders if isinstance(h, Layer) and h.frozen_at and h.trainable is False}
    return max(places, key=order, default=None)


def _dropout(parts: list[Part]) -> dict[str, Any]:
    """The facts of the Dropout layers among these."""
    found = [part for part in parts if part.state.record.type in DROPOUT]
    unknown = any(part.state.record.many for part in parts) or any(part.state.record.rate is None for part in found)
    dropping = [part for part in found if (part.state.record.rate or 0) > 0]
    modes = [part.training for part in dropping]
    active: bool | None = True if True in modes else None if None in modes or unknown else False
    return {
        "dropout_layers": None if unknown else len(dropping),
        "dropout_rate": max((part.state.record.rate or 0 for part in dropping), default=None),
        "dropout_active": active,
    }


def earlier_fits(run: PathFits, index: int) -> Earlier:
    """What a fit is to the earlier fits of the same model on its path."""
    view = run.views[index]
    earlier = [at for at in range(index) if _same_model(run.views[at], view)]
    if view.event.train != "fit" or not earlier:
        return Earlier()
    first, before = run.views[earlier[0]], run.views[earlier[-1]]
    end = run.order.position(view.event)
    start, last = run.order.position(first.event), run.order.position(before.event)
    flags = any(event.kind in ("flag", "typo") for event in run.events[start:end])
    loaded = any(event.kind in ("weights", "loaded") and event.data.get("reads") for event in run.events[last:end])
    now, then = view.compiled, before.compiled
    lowered: bool | None = None
    if now is not None and then is not None and now.learning_rate is not None and then.learning_rate is not None:
        lowered = now.learning_rate < then.learning_rate
    again = now is not None and then is not None and now.place != then.place
    return Earlier(again, first.event.place, earlier[-1], lowered, flags, loaded)


def _same_model(one: FitView, other: FitView) -> bool:
    return one.root == other.root and one.event.train == "fit"
