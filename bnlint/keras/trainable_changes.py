"""From what paths show to the subject `trainable_change`: one for each place that assigns `trainable`."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects import Because, TrainableChange
from bnlint.keras.backbones import backbone_of, group_key, label_of, owner_among
from bnlint.keras.facts import FitView, State
from bnlint.keras.fits import PathFits
from bnlint.keras.kinds import BATCH_NORM
from bnlint.keras.merging import agreed
from bnlint.keras.sightings import Shown, Sighting, sightings
from bnlint.keras.weights import trained_by, weighted_layers

Effect = Literal["none", "late", "hidden", "holds", "overwritten"]

OF_THE_FIRST = (
    "fit", "fit_model", "compile", "recompiled_at", "next_compile", "flags_read_at", "changes", "first_change",
    "last_change", "hidden_at", "starved_fit", "combined_at", "because",
)  # fmt: skip
"""Lines of which the first path shows its own; the others have some of their own that tell the same."""

FAULTS = ("none", "late", "hidden", "starves")
"""What a place is said to do where it does several of these: the first."""


class Verdict(NamedTuple):
    """What one path says of one place: its effect, and the first fit that shows it."""

    run: PathFits
    shown: Shown
    effect: Effect
    sighting: Sighting | None = None
    flags_differ: bool = False

    @property
    def story(self) -> tuple[Any, ...]:
        """What all paths must agree on."""
        return self.effect, self.sighting.fault if self.sighting is not None else None


def gather_changes(runs: list[PathFits], complete: bool) -> tuple[TrainableChange, ...]:
    """One subject for each place that assigns `trainable`."""
    found: dict[Place, list[Verdict]] = {}
    for run in runs:
        shown = sightings(run)
        for place in run.order.flags:
            if place is not None:
                verdicts = found.setdefault(place, [])
                verdict = _verdict(run, shown, place)
                verdicts += [verdict] if verdict is not None else []
    return tuple(_subject(place, found[place] if complete else []) for place in sorted(found, key=order))


def _verdict(run: PathFits, shown: Shown, place: Place) -> Verdict | None:
    """What a path says of a place; None where no fit follows."""
    faults = [fault for fault in shown.faults if fault.place == place]
    if faults:
        worst = min(faults, key=lambda fault: (FAULTS.index(fault.fault), fault.nth))
        effect: Any = "holds" if worst.fault == "starves" else worst.fault
        return Verdict(run, shown, effect, worst, place in shown.differing)
    if place not in shown.followed:
        return None
    effect = "none" if place in shown.idle else "holds" if place in shown.held else "overwritten"
    return Verdict(run, shown, effect, None, place in shown.differing)


def _subject(place: Place, verdicts: list[Verdict]) -> TrainableChange:
    """What holds on every path on which a fit follows the assignment."""
    first = verdicts[0] if verdicts else None
    if first is None or any(verdict.story != first.story for verdict in verdicts):
        return TrainableChange(place=place, line=place.line)
    if first.sighting is None:
        differ = any(verdict.flags_differ for verdict in verdicts)
        return TrainableChange(place=place, line=place.line, effect=first.effect, flags_differ=differ)
    told = [_told(verdict, verdict.sighting) for verdict in verdicts if verdict.sighting is not None]
    shown = {name: getattr(told[0], name) for name in OF_THE_FIRST}
    return agreed(told, {**shown, "model": "the model", "group": "", "flags_differ": True, "wakes_batch_norm": True})


def _told(verdict: Verdict, sighting: Sighting) -> TrainableChange:
    """A subject with all that the path shows."""
    run = verdict.run
    view = run.views[sighting.nth]
    heap, behaviour = view.event.heap, view.behaviour
    at = run.order.position(view.event)
    compiles = run.order.compiles.get(view.root, [])
    changed = max(one for one in run.order.flags[sighting.place] if one < at)
    container, owner = _container(heap, view, sighting)
    changes = tuple(sorted({each.place for each in _same_story(verdict.shown, sighting)}, key=order))
    drifting = _drifting(view, sighting)
    hider = heap.get(sighting.hider) if sighting.hider is not None else None
    hider = hider if isinstance(hider, Layer) else None
    read_by, read_at = _read(run, sighting.nth)
    compiled = view.compiled.place if view.compiled is not None else None
    return TrainableChange(
        place=sighting.place,
        line=sighting.place.line,
        value=sighting.value,
        model=label_of(heap[container], root=container == view.root),
        backbone=backbone_of(heap, heap[owner]) if owner is not None else None,
        effect=verdict.effect,
        layers=None if any(heap[each.address].many for each in sighting.held) else len(sighting.held),
        only_batch_norm=all(heap[each.address].type in BATCH_NORM for each in sighting.held),
        flags_differ=verdict.flags_differ,
        fit=view.event.place,
        fit_model=label_of(view.record, root=True),
        compile=compiled,
        recompiled_at=tuple(run.events[one].place for one in compiles if changed < one < at),
        next_compile=next((run.events[one].place for one in compiles if one > at), None),
        flags_read=read_by,
        flags_read_at=read_at,
        changes=changes,
        first_change=changes[0],
        last_change=changes[-1],
        hidden_by=backbone_of(heap, hider) if hider is not None else None,
        hidden_at=hider.frozen_at if hider is not None else None,
        hidden_by_trained=sighting.hider == view.root if hider is not None else None,
        hidden_once=sighting.hiders == 1 if hider is not None else None,
        drifting=None if any(state.outcome.updated is None for state in drifting) else len(drifting),
        wakes_batch_norm=sighting.value and any(_would_update(view, state) for state in _concerned(view, sighting)),
        setter_reaches=behaviour.setter_reaches_children if behaviour is not None else None,
        starved_fit=view.event.place if sighting.fault == "starves" else None,
        still_trained=_still_trained(view) if sighting.fault == "starves" else None,
        combined_at=sighting.combined_at,
        group=_group(run, verdict.shown, sighting),
        because=_because(sighting, hider, compiled, view.event.place),
    )


def _still_trained(view: FitView) -> Literal["nothing", "batch_norm", "others"]:
    """What a fit trains after a freeze that was meant for another model."""
    heap = view.event.heap
    trained = [held for held in weighted_layers(heap, view.root).values() if trained_by(view, held)]
    if not trained:
        return "nothing"
    return "batch_norm" if all(heap[held.address].type in BATCH_NORM for held in trained) else "others"


def _container(heap: Any, view: FitView, sighting: Sighting) -> tuple[Address, Address | None]:
    """The model that all layers concerned sit in, and the backbone that they all belong to."""
    owners, around = set(), set()
    for held in sighting.held:
        owners.add(owner_among(heap, heap[held.address], held.parents))
        around.add(view.container(held.parents))
    if len(owners) == 1 and (owner_address := owners.pop()) is not None:
        return owner_address, owner_address
    return around.pop() if len(around) == 1 else view.root, None


def _same_story(shown: Shown, sighting: Sighting) -> list[Sighting]:
    """The assignments that fail in the same way in the same fit."""
    told = sighting.fault, sighting.nth, sighting.hider
    return [each for each in shown.faults if (each.fault, each.nth, each.hider) == told]


def _drifting(view: FitView, sighting: Sighting) -> list[State]:
    """The BatchNormalization layers concerned whose statistics the fit changes, or may change."""
    return [state for state in _concerned(view, sighting) if state.outcome.updated is not False]


def _concerned(view: FitView, sighting: Sighting) -> list[State]:
    """The BatchNormalization layers concerned, as the fit sees them."""
    addresses = {held.address for held in sighting.held}
    return [state for state in view.states if state.address in addresses]


def _would_update(view: FitView, state: State) -> bool:
    """Whether a pretrained layer would be in training mode in a fit if its flags were on."""
    if view.behaviour is None or state.record.pretrained is not True:
        return False
    mode, _ = view.behaviour.mode(True, list(state.use.links))
    return mode is not False


def _group(run: PathFits, shown: Shown, sighting: Sighting) -> str:
    """The set of layers whose updates are all explained by a change; empty where there is none, or more to say."""
    story = [each for each in shown.faults if (each.place, each.fault) == (sighting.place, sighting.fault)]
    explained = {(each.nth, held.address) for each in story for held in each.held}
    view = run.views[sighting.nth]
    drifting = _drifting(view, sighting)
    if not drifting:
        return ""
    group = group_key(view.event.heap, drifting[0])
    for index, other in enumerate(run.views):
        for state in other.states:
            if state.outcome.updated is False or group_key(other.event.heap, state) != group:
                continue
            if (shown.alike[index], state.address) not in explained:
                return ""
    return group


def _read(run: PathFits, index: int) -> tuple[Literal["compile", "fit"] | None, Place | None]:
    """What read the flags that a fit goes by, and where."""
    view = run.views[index]
    behaviour, compiled = view.behaviour, view.compiled
    if behaviour is None or compiled is None:
        return None, None
    if behaviour.weights_read_at == "compile":
        return "compile", compiled.place
    at = run.order.position(view.event)
    start = max((one for one in run.order.compiles.get(view.root, ()) if one < at), default=-1)
    fits = [each.event for each in run.views if each.root == view.root and start < run.order.position(each.event)]
    return "fit", fits[0].place


def _because(sighting: Sighting, hider: Layer | None, compiled: Place | None, fit: Place) -> tuple[Because, ...]:
    notes = [Because(sighting.place, f"trainable = {sighting.value}"), Because(fit, "trained")]
    if hider is not None and hider.frozen_at is not None:
        notes.append(Because(hider.frozen_at, "trainable = False"))
    if compiled is not None:
        notes.append(Because(compiled, "compiled"))
    return tuple(sorted(notes, key=lambda note: (order(note.place), note.fact)))
