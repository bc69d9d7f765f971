"""One row of a fit: layers in one state, with every fact that rules may ask for."""

from __future__ import annotations

from dataclasses import replace
from math import log
from typing import Any

from bnlint.graph.network import ABSENT
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects import Backbone, BatchNormAtFit, Because, Fit
from bnlint.keras.backbones import backbone_of, label_of, owner_address, owner_of
from bnlint.keras.default_rates import ADAPTIVE
from bnlint.keras.facts import FitView, State
from bnlint.keras.fits import PathFits, Row
from bnlint.keras.semantics import Outcome

SUGGESTED = (0.98, 0.97, 0.95, 0.9)
TARGET_RESIDUAL = 0.01
TARGET_AT_FIRST_VALIDATION = 0.05


def subject(run: PathFits, index: int, fit: Fit, entries: list[tuple[Row, Any]], key: Any) -> BatchNormAtFit:
    """The subject for layers of a fit that are in one state; ``key`` is what they have in common."""
    view = run.views[index]
    heap = view.event.heap
    row, outcome = entries[0]
    state = row.state
    frozen, residual, updates, unknown_number = key[2], key[5], key[6], key[7]
    owner = owner_of(heap, state)
    container = owner if owner is not None else heap[state.container]
    behaviour = view.behaviour
    assembly = assembly_of(heap, view, state, owner)
    record = state.record
    compiles = _compiles(run, view, row.enabled_by)
    # a learning phase that `fit` obeys decides for frozen layers as well
    free = not view.learning_phase_set
    uses_batch = behaviour.frozen_uses_batch(record.legacy) if behaviour is not None and free else None
    has_call = assembly in ("call", "subclass")
    accepts = behaviour.call_accepts_training(False) if behaviour is not None and has_call else None
    holds = argument_holds(behaviour, assembly)
    last = run.last_update.get(state.address, -1) <= index
    training = state.use.training
    frozen_at = record.frozen_at or _frozen_parent(heap, view, state, owner)
    requested = frozen_at is not None
    return BatchNormAtFit(
        where=label_of(container, root=state.container == view.root),
        group=key[0],
        layers=None if unknown_number else len(entries),
        names=tuple(entry.state.record.name or "" for entry, _ in entries) if not unknown_number else (),
        fit=fit,
        backbone=_backbone(run, view, entries, owner, assembly) if owner is not None else None,
        statistics=outcome.statistics,
        updated=outcome.updated,
        gamma_beta_trained=outcome.trained,
        frozen=frozen,
        frozen_by_request=requested,
        freeze_effective=_effective(frozen, outcome, requested),
        pretrained=record.pretrained,
        momentum=record.momentum,
        updates=updates,
        residual=residual,
        residual_at_first_validation=row.first_validation,
        last_fit=last,
        training_argument=training if isinstance(training, bool) else None,
        training_overridden=outcome.overridden,
        frozen_before=row.frozen_before,
        trained_before=any(entry.trained_before for entry, _ in entries),
        shows_intent=row.frozen_before or training is False,
        hdf5_weights_after=_hdf5_after(run, row.enabled_by),
        enabled_by=row.enabled_by,
        enabled_by_assignment=row.enabled_by_assignment,
        left_out=row.left_out,
        called_at=called_at(heap, view, state, owner, assembly, run),
        also_called_at=_also_called_at(state) if has_call else (),
        assembly=assembly,
        compiled_at=compiles,
        frozen_at=frozen_at,
        harmful_rate=_harmful(fit),
        frozen_uses_batch=uses_batch,
        freeze_out_of_reach=_out_of_reach(heap, view, state, owner),
        accepts_training=accepts,
        argument_holds=holds,
        injection_mends=record.legacy and uses_batch is True and owner is not None,
        suggested_momentum=_suggest(record.momentum, updates, row.first_validation),
        built_at=tuple(sorted({e.state.record.site for e, _ in entries}, key=order))
        if record.owner is None and not record.many
        else None,
        only_batch_norm_unfrozen=row.alone.trained,
        alone_since=row.alone.since,
        rest_frozen_at=row.alone.rest_frozen_at,
        enabled_alone=row.alone.enabled,
        enabled_by_true=row.alone.enabled_by_true,
        freeze_undone_at=row.alone.undone,
        freeze_undone_whole=row.alone.undone_whole,
        because=_because(view, row, frozen, outcome),
    )


def _backbone(run: PathFits, view: FitView, entries: list[tuple[Row, Any]], owner: Layer, assembly: Any) -> Backbone:
    """The backbone, with the ways in which the code around the fit may name it."""
    heap = view.event.heap
    row = entries[0][0]
    home = owner_address(heap, row.state)
    sole = all(owner_address(heap, each) == home for each in view.states)
    assigned = {run.events[at].layer for at in run.order.flags.get(row.enabled_by, ())}
    through: Any = None
    if home in assigned:
        through = "model"
    elif all(entry.state.address in assigned for entry, _ in entries) and (sole or assembly not in (None, "flat")):
        through = "layers"
    trained = view.record if sole and assembly == "flat" else None
    return replace(
        backbone_of(heap, owner, row.state.use.called_as),
        enabled_through=through,
        trained_as=trained.label if trained is not None else None,
        trained_built_at=trained.site if trained is not None else None,
    )


def argument_holds(behaviour: Any, assembly: Any) -> bool | None:
    """Whether ``training=False`` on a call holds; inside a subclass's ``call`` it does wherever it is taken."""
    if behaviour is None:
        return None
    if assembly == "subclass":
        code = behaviour.code("q11_subclass", "top_model__hard_false")
        return None if code is None else code.statistics == "moving"
    return behaviour.argument_holds()  # type: ignore[no-any-return]


def _effective(frozen: bool | None, outcome: Any, requested: bool) -> bool | None:
    if not requested:
        return None
    if outcome.updated is None:
        return None
    return bool(frozen) and not outcome.updated


def assembly_of(heap: Any, view: FitView, state: State, owner: Layer | None) -> Any:
    """How the backbone is put into the trained model; None where there is none, or it is the trained model itself."""
    if owner is None or heap.get(view.root) == owner:
        return None
    parents = [heap.get(parent) for parent in state.use.parents]
    if not any(parent is not None and parent.site == owner.site and parent.model == owner.model for parent in parents):
        return "flat"
    return state.use.assembly


def called_at(
    heap: Any, view: FitView, state: State, owner: Layer | None, assembly: Any, run: PathFits
) -> Place | None:
    """Where a backbone is called, or put into the trained model."""
    if owner is None:
        return None
    if assembly == "flat":
        return heap[state.container].site  # type: ignore[no-any-return]
    if assembly == "sequential":
        end = run.order.position(view.event)
        added = [
            at
            for parent in set(state.use.parents)
            for at in run.order.assemblies.get(parent, ())
            if at < end and (child := heap.get(run.events[at].child)) is not None and child.site == owner.site
        ]
        return run.events[max(added)].place if added else view.record.site
    return state.use.called_at


def _also_called_at(state: State) -> tuple[Place, ...]:
    """The other calls beside the first, of a backbone that has several inputs, that are without ``training``."""
    places = {
        use.called_at
        for use in state.others
        if use.called_at is not None and use.training is ABSENT and use.parents == state.use.parents
    }
    return tuple(sorted(places - {state.use.called_at}, key=order))


def _frozen_parent(heap: Any, view: FitView, state: State, owner: Layer | None) -> Place | None:
    """Where a model over the layer was frozen, whether or not that reaches the layer."""
    for parent in reversed(state.use.parents):
        holder = heap.get(parent)
        if isinstance(holder, Layer) and holder.trainable is False and holder.frozen_at is not None:
            return holder.frozen_at
    if owner is not None and _out_of_reach(heap, view, state, owner):
        return owner.frozen_at
    return None


def _out_of_reach(heap: Any, view: FitView, state: State, owner: Layer | None) -> bool:
    """A model's flag is off, the model is no part of the trained one, and its flag does not reach its layers."""
    behaviour = view.behaviour
    if owner is None or behaviour is None or behaviour.setter_reaches_children is not False:
        return False
    inside = any(heap.get(parent) == owner for parent in state.use.parents)
    return owner.trainable is False and not inside


def _compiles(run: PathFits, view: FitView, after: Place | None) -> tuple[Place, ...]:
    """The compiles of the trained model before a fit, and after the last assignment at ``after``."""
    end = run.order.position(view.event)
    start = max((at for at in run.order.flags.get(after, ()) if at < end), default=-1)
    return tuple(run.events[at].place for at in run.order.compiles.get(view.root, ()) if start < at < end)


def _hdf5_after(run: PathFits, enabled_by: Place | None) -> bool:
    start = min(run.order.flags.get(enabled_by, ()), default=-1)
    return run.order.last_weights > start


def _harmful(fit: Fit) -> bool | None:
    if fit.optimizer is None or fit.learning_rate is None:
        return None
    return fit.optimizer.lower() in ADAPTIVE and fit.learning_rate >= 1e-3


def _suggest(momentum: float | None, updates: int | None, first: float | None) -> float | None:
    """The largest usual momentum that does; ``first`` is what is left at the first validation as it is."""
    if momentum is None or updates is None or updates <= 0 or momentum <= SUGGESTED[-1]:
        return None
    until_first = log(first) / log(momentum) if first and first < 1 and momentum < 1 else updates
    at_the_end = [one for one in SUGGESTED if one < momentum and one**updates <= TARGET_RESIDUAL]
    at_once = [one for one in at_the_end if one**until_first <= TARGET_AT_FIRST_VALIDATION]
    too_slow = momentum**updates > TARGET_RESIDUAL  # then what helps at the end helps
    return next(iter(at_once or (at_the_end if too_slow else ())), None)


def _because(view: FitView, row: Row, frozen: bool | None, outcome: Outcome) -> tuple[Because, ...]:
    record = row.state.record
    notes: list[Because] = []
    frozen_at = record.frozen_at or _frozen_parent(
        view.event.heap, view, row.state, owner_of(view.event.heap, row.state)
    )
    if frozen and frozen_at is not None:
        notes.append(Because(frozen_at, "trainable = False"))
    elif frozen is False and record.enabled_at is not None:
        notes.append(Because(record.enabled_at, "trainable = True"))
    training = row.state.use.training
    if isinstance(training, bool) and row.state.use.called_at is not None:
        notes.append(Because(row.state.use.called_at, f"training={training}"))
    if view.compiled is not None:
        notes.append(Because(view.compiled.place, "compiled"))
    notes += [Because(place, text) for place, text in view.event.data.get("defaults", ())]
    if view.event.calls:
        notes.append(Because(view.event.calls[-1], "called"))
    if outcome.updated is None or outcome.trained is None:
        notes.append(_not_known(view, row))
    home = view.event.place.path
    shown = {note if note.place.path == home else note._replace(fact=_elsewhere(note)) for note in notes}
    return tuple(sorted(shown, key=lambda each: (order(each.place), each.fact)))


def _not_known(view: FitView, row: Row) -> Because:
    """The first thing on the way to a layer of which bnlint does not know enough to say what the fit does to it."""
    heap = view.event.heap
    holders = [row.state.record, *(heap.get(parent) for parent in row.state.use.parents), view.record]
    doubt = next((each.doubt for each in holders if isinstance(each, Layer) and each.doubt is not None), None)
    if view.behaviour is None:
        return Because(view.event.place, "not known: not measured on this release")
    if view.event.data.get("cut"):
        return Because(view.event.place, "not known: the program is too large")
    if row.state.outcome.updated is not None and row.state.outcome.trained is not None:
        return Because(view.event.place, "not known: differs between paths")
    if doubt is not None:
        return Because(doubt.place, f"not known: {doubt.reason}")
    if view.learning_phase_set:
        return Because(view.event.place, "not known: learning phase set globally")
    if view.switched(row.state.address, row.state.own):
        return Because(view.event.place, "not known: its `train_step` sets flags")
    if not row.state.known:
        return Because(row.state.record.site, "not known: how it is called")
    return Because(view.event.place, "not known: no measurement answers this")


def _elsewhere(note: Because) -> str:
    """A note on a line of another file of the project names the file."""
    return f"{note.fact} in {note.place.path.replace(chr(92), '/').rsplit('/', 1)[-1]}"
