"""Subject `trained_model`: models of the program's own classes, and what ``fit`` does not reach in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bnlint.graph.network import ABSENT, FORWARDED, Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.graph.subjects import TrainedModel
from bnlint.keras.backbones import group_of
from bnlint.keras.kinds import DROPOUT
from bnlint.keras.merging import common
from bnlint.keras.semantics import Link
from bnlint.keras.uses import Use, uses_of

if TYPE_CHECKING:
    from bnlint.keras.facts import FitView
    from bnlint.keras.fits import PathFits
    from bnlint.keras.semantics import Behaviour


def gather_trained_models(runs: list[PathFits]) -> tuple[TrainedModel, ...]:
    """Every ``call`` of a model of the program that Keras's own training step runs, once."""
    found: dict[Place, list[TrainedModel]] = {}
    for run in runs:
        for view in run.views:
            model = view.record.model
            if model is None or model.kind != "subclassed" or model.is_layer or model.call_at is None:
                continue
            if view.event.step is not None or view.behaviour is None:
                continue
            found.setdefault(model.call_at, []).append(_subject(view, view.behaviour, model.call_at))
    return tuple(_merged(every) for every in found.values())


def _subject(view: FitView, behaviour: Behaviour, call_at: Place) -> TrainedModel:
    model = view.record.model
    idle = _idle_batch_norm(view, behaviour)
    every = {view.event.heap[address].pretrained for address in idle}
    head = call_at._replace(end_line=call_at.line, end_column=call_at.column + len("def call"))
    return TrainedModel(
        name=view.record.type.removeprefix("class "),
        package=view.record.package,
        fit=view.event.place,
        method=view.event.method,
        call_at=head,
        takes_training=model is not None and not model.bare,
        bare_call_trains=behaviour.bare_call_trains,
        context_reaches=behaviour.context_reaches_inner_calls,
        idle_batch_norm=len(idle),
        has_idle_batch_norm=bool(idle),
        idle_dropout=_idle_dropout(view, behaviour),
        pretrained=True if True in every else None if None in every else False,
        group=group_of(call_at),
    )


def _idle_batch_norm(view: FitView, behaviour: Behaviour) -> list[Address]:
    """BatchNormalization layers that do not update their statistics, and would if ``call`` took ``training``."""
    found: list[Address] = []
    for state in view.states:
        if state.outcome.updated is not False or state.own.updates is not True or state.record.many:
            continue
        uses = [use for use in uses_of(view.event.heap, view.root) if use.address == state.address]
        parents = [view.flags(parent) for parent in state.use.parents[1:]]
        if not all(use.known and use.certain for use in uses):
            continue
        modes = [behaviour.mode(True, _handed_on(use))[0] for use in uses]
        if True in modes and behaviour.outcome(True, state.own, parents, view.flags(view.root)).updated:
            found.append(state.address)
    return found


def _idle_dropout(view: FitView, behaviour: Behaviour) -> int:
    """Active Dropout layers that every way reaches in inference mode, and would not if ``call`` took ``training``."""
    ways: dict[Address, list[Use]] = {}
    for use in uses_of(view.event.heap, view.root, DROPOUT):
        ways.setdefault(use.address, []).append(use)
    count = 0
    for address, uses in ways.items():
        record: Layer = view.event.heap[address]
        if record.type not in DROPOUT or not record.rate or not all(use.known and use.certain for use in uses):
            continue
        now = [behaviour.mode(False, list(use.links))[0] for use in uses]
        then = [behaviour.mode(True, _handed_on(use))[0] for use in uses]
        count += all(mode is False for mode in now) and True in then
    return count


def _handed_on(use: Use) -> list[Link]:
    """The calls on a way, with ``training`` handed on wherever a ``call`` of the program says nothing."""
    return [
        link._replace(training=FORWARDED) if link.container == "subclassed" and link.training is ABSENT else link
        for link in use.links
    ]


def _merged(every: list[TrainedModel]) -> TrainedModel:
    """What holds of one ``call`` in several fits, on several paths, or of several objects: idle in one, it is idle."""
    starts = [each.pretrained for each in every]
    return replace(
        every[0],
        idle_batch_norm=common([each.idle_batch_norm for each in every]),
        has_idle_batch_norm=any(each.has_idle_batch_norm for each in every),
        idle_dropout=max(each.idle_dropout for each in every),
        pretrained=True if True in starts else common(starts),
    )
