"""Subjects `custom_step` and `eager_call`: models called on data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from bnlint.graph.network import ABSENT, Address
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects import CustomStep, EagerCall
from bnlint.keras.api.purposes import is_generator
from bnlint.keras.backbones import group_of
from bnlint.keras.facts import CUSTOM_STEP, FitView
from bnlint.keras.inside import inner_layers
from bnlint.keras.kinds import BATCH_NORM, DROPOUT
from bnlint.keras.merging import agreed
from bnlint.keras.semantics import Behaviour, Flags
from bnlint.keras.uses import Use, uses_of

if TYPE_CHECKING:
    from bnlint.keras.api.eager import MadeCall
    from bnlint.keras.api.steps import Step
    from bnlint.keras.fits import PathFits

WORDS = {True: "true", False: "false", ABSENT: "absent"}
OF_COUNTS: dict[str, Any] = dict.fromkeys(
    ("idle_batch_norm", "batch_norm_layers", "idle_own_batch_norm", "idle_dropout", "dropout_layers")
)
"""What is not known where the program was too large to be followed to its end."""

UNNAMED = {"model": "model"}
"""How messages name what has no name that is the same on all paths."""


class Idle(NamedTuple):
    """The layers that a call leaves in inference mode, though the step trains them; ``known``: all of them."""

    layers: dict[Address, Layer]
    known: bool
    pretrained: bool
    """whether training mode would reach trained statistics, or the Dropout of an application"""


def gather_custom_steps(runs: list[PathFits], *, complete: bool) -> tuple[CustomStep, ...]:
    """Every call of a model in a step, once for each way that leads to it; what differs between paths is unknown."""
    outside = {event.place for run in runs for event in run.events if event.kind == "eager_call"}
    found: dict[Any, list[CustomStep]] = {}
    for run in runs:
        phase = any(event.kind == "learning_phase" for event in run.events)
        of_path: dict[Any, CustomStep] = {}
        for view in run.views:
            for step, made in _calls(view):
                key = made.place, made.calls, made.layer
                one = replace(_step_call(view, step, made), learning_phase_set=phase, shared=made.place in outside)
                # one step that trains the model speaks for those that do not
                if key not in of_path or _weight(one) > _weight(of_path[key]):
                    of_path[key] = one
        for key, one in of_path.items():
            found.setdefault(key, []).append(one)
    merged = [agreed(alternatives, UNNAMED) for alternatives in found.values()]
    if not complete:
        merged = [replace(one, **OF_COUNTS) for one in merged]
    return tuple(sorted(merged, key=lambda one: order(one.place) if one.place else ()))


def _calls(view: FitView) -> list[tuple[Step, MadeCall]]:
    """The calls under tapes of a step, each with the part of the step that applies the tape's gradients."""
    step: Step | None = view.event.step
    parts = () if step is None else step.parts or (step,)
    return [
        (part, made)
        for part in parts
        for made in part.calls
        if made.tapes and isinstance(view.event.heap.get(made.layer), Layer)
    ]


def _weight(one: CustomStep) -> tuple[bool, bool]:
    return bool(one.updates_model), bool(one.idle_batch_norm or one.idle_dropout)


# --- calls in steps -------------------------------------------------------------------------------------------------


def _step_call(view: FitView, step: Step, made: MadeCall) -> CustomStep:
    heap = view.event.heap
    record: Layer = heap[made.layer]
    mine = [other for other in step.calls if other.layer == made.layer and other.tapes]
    trained = _inside(heap, step.owners)
    norms = _idle(view, made, BATCH_NORM, trained)
    drops = _idle(view, made, DROPOUT, None)
    count = None if not norms.known or any(each.many for each in norms.layers.values()) else len(norms.layers)
    certain = not view.event.data.get("cut")
    return CustomStep(
        place=made.place,
        line=made.place.line,
        model=made.called_as or record.label or "model",
        group=group_of(record.site),
        kind="tape" if view.event.train == CUSTOM_STEP else "train_step",
        tape_at=made.tapes[0][0],
        step_at=view.event.place,
        training=WORDS.get(made.training, "other"),  # type: ignore[arg-type]
        updates_model=made.layer in trained or any(owner in _inside(heap, (made.layer,)) for owner in step.owners),
        trains_otherwise=any(other.training != made.training for other in mine),
        idle_batch_norm=_some(norms) if certain else None,
        batch_norm_layers=count,
        idle_own_batch_norm=_some(norms, lambda each: _is_own(each, made.layer)),
        idle_dropout=_some(drops, lambda each: each.owner is None) if certain else None,
        dropout_layers=sum(each.owner is None for each in drops.layers.values()) if drops.known else None,
        reaches_pretrained=norms.pretrained
        or any(each.owner is not None for each in drops.layers.values())
        or (None if not norms.known else False),
        accepts_training=made.takes_training,
        mendable=made.direct and made.stands_in_step,
    )


def _some(idle: Idle, wanted: Callable[[Layer], bool | None] = lambda each: True) -> bool | None:
    """Whether one of the layers is wanted; unknown where that of one is, or there may be others."""
    answers = {wanted(each) for each in idle.layers.values()}
    if True in answers:
        return True
    return False if idle.known and None not in answers else None


def _is_own(record: Layer, model: Address) -> bool | None:
    """Whether a layer does not start from statistics of other data: it is new, or its model's training goes on."""
    if record.loaded_into == model:
        return True
    return None if record.pretrained is None else not record.pretrained


def _inside(heap: Any, roots: tuple[Address, ...]) -> set[Address]:
    """Models, all layers inside them, and those that their own ``call`` runs."""
    found: set[Address] = set()
    stack = list(roots)
    while stack:
        address = stack.pop()
        record = heap.get(address)
        if address in found or not isinstance(record, Layer):
            continue
        found.add(address)
        stack.extend(inner_layers(heap, record))
        stack.extend(node.layer for node in (record.model.nodes if record.model is not None else ()))
    return found


def _idle(view: FitView, made: MadeCall, kinds: frozenset[str], trained: set[Address] | None) -> Idle:
    """Layers of these kinds in inference mode that ``training=True`` would put into training mode."""
    behaviour, heap = view.behaviour, view.event.heap
    start = view.start(view.root, ABSENT)
    if behaviour is None or start is None:
        return Idle({}, known=False, pretrained=False)
    found: dict[Address, Layer] = {}
    known, pretrained = True, False
    for use in uses_of(heap, made.layer, kinds):
        record: Layer = heap[use.address]
        flags = [view.flags(address) for address in (use.address, *use.parents)]
        if record.type not in kinds or not use.known or None in [each.updates for each in flags]:
            known = False
            continue
        if kinds is DROPOUT and not record.rate:
            known = known and record.rate is not None
            continue
        if not _may_train(use, flags, trained):
            continue
        would, _ = behaviour.mode(True, list(use.links))
        if would and not _is_own(record, made.layer):
            pretrained = True
        now, _ = behaviour.mode(start, list(use.links))
        refused = any(link.training is False for link in use.links)
        if now is None or would is None or not use.certain:
            known = False
        elif not now and would and not refused:
            found[use.address] = record
    return Idle(found, known, pretrained)


def _may_train(use: Use, flags: list[Flags], trained: set[Address] | None) -> bool:
    if any(each.updates is False for each in flags):
        return False
    return trained is None or (use.address in trained and all(each.weights is not False for each in flags))


# --- calls outside of steps -----------------------------------------------------------------------------------------


def gather_eager_calls(runs: list[PathFits], *, complete: bool) -> tuple[EagerCall, ...]:
    """Every call of a model with ``training=True`` outside of steps, by its purpose."""
    taped = {
        made.place
        for run in runs
        for view in run.views
        if view.event.step is not None
        for made in view.event.step.calls
    }
    found: dict[Any, list[EagerCall]] = {}
    aims: dict[Place, set[str | None]] = {}
    for run in runs:
        for event in run.events:
            if event.kind == "eager_call" and event.training is True:
                aims.setdefault(event.place, set()).add(event.purpose.aim)
                one = _eager_call(event, run.library.behaviour(event.heap[event.layer].package))
                found.setdefault((event.place, event.calls, event.layer), []).append(one)
    merged = [agreed(alternatives, UNNAMED) for alternatives in found.values()]
    if not complete:
        merged = [replace(one, uses_batch=None) for one in merged]
    return tuple(
        replace(one, shared=one.place in taped or len(aims.get(one.place, ())) > 1)  # type: ignore[arg-type]
        for one in sorted(merged, key=lambda one: order(one.place) if one.place else ())
    )


def _eager_call(event: Any, behaviour: Behaviour | None) -> EagerCall:
    record: Layer = event.heap[event.layer]
    layers, known = _in_training_mode(event, behaviour)
    measured = behaviour.code("q23_inference", "eager_call_training_true") if behaviour is not None else None
    purpose = event.purpose
    return EagerCall(
        place=event.place,
        line=event.place.line,
        model=event.called_as or record.label or "model",
        group=group_of(record.site),
        purpose=purpose.aim,
        evidence=purpose.evidence,
        evidence_at=purpose.at,
        batch_norm_layers=len(layers) if known and not any(each.many for each in layers) else None,
        uses_batch=None if measured is None or not (layers or known) else bool(layers),
        updates_statistics=measured.updated if measured is not None else None,
        active_dropout=_holds_dropout(event),
        repeated=purpose.repeated,
        made_up=event.made_up,
        generator=is_generator(event.called_as or ""),
        literal=event.literal,
    )


def _in_training_mode(event: Any, behaviour: Behaviour | None) -> tuple[list[Layer], bool]:
    """The BatchNormalization layers that a call with ``training=True`` runs in training mode; whether all are known."""
    found: dict[Address, Layer] = {}
    known = behaviour is not None
    for use in uses_of(event.heap, event.layer) if behaviour is not None else ():
        assert behaviour is not None
        record: Layer = event.heap[use.address]
        holders = [event.heap[address].trainable for address in (use.address, *use.parents)]
        mode, _ = behaviour.mode(True, list(use.links))
        own, *parents = (Flags(flag, flag) for flag in holders)
        outcome = behaviour.outcome(mode, own, parents[1:], parents[0] if parents else own, legacy=record.legacy)
        if record.type not in BATCH_NORM or not use.known or not use.certain or outcome.statistics is None:
            known = False
        elif outcome.statistics == "batch" and outcome.updated:
            found[use.address] = record
    return list(found.values()), known


def _holds_dropout(event: Any) -> bool | None:
    found: list[Layer] = [event.heap[use.address] for use in uses_of(event.heap, event.layer, DROPOUT)]
    if any(each.type in DROPOUT and each.rate != 0 for each in found):
        return True
    return None if any(each.type not in DROPOUT for each in found) else False
