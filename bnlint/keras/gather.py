"""From the fits of every path to the subjects that rules are matched on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects import BatchNormAtFit, Because, Fit, Program
from bnlint.interpreter.machine import LATER_TURNS, context_of
from bnlint.keras.api.library import KerasLibrary
from bnlint.keras.backbones import backbone_of, group_key, label_of, owner_of
from bnlint.keras.calls import gather_calls, gather_layers
from bnlint.keras.facts import FitView, State
from bnlint.keras.semantics import Outcome

HDF5 = (".h5", ".hdf5", ".hdf", ".keras.h5")
ADAPTIVE = frozenset({"adam", "adamw", "rmsprop", "nadam", "adamax"})
SUGGESTED = (0.98, 0.97, 0.95, 0.9)
TARGET_RESIDUAL = 0.01
WEIGHTED = frozenset(
    {"Conv1D", "Conv2D", "Conv3D", "Dense", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "SeparableConv1D"}
)


class Row(NamedTuple):
    """One layer's facts in one fit of one path, before layers in the same state are put together."""

    state: State
    updates: int | None
    residual: float | None
    first_validation: float | None
    frozen: bool | None
    frozen_before: bool
    enabled_by: Place | None
    enabled_by_assignment: bool


class Order:
    """Where events of one path stand, by what they are about."""

    def __init__(self, events: list[Any]) -> None:
        self._positions = {id(event): at for at, event in enumerate(events)}
        self.flags: dict[Place | None, list[int]] = {}
        self.compiles: dict[Address, list[int]] = {}
        self.assemblies: dict[Address, list[int]] = {}
        self.last_weights = -1
        """the last time that weights alone are read from or written to what may be an HDF5 file"""
        for at, event in enumerate(events):
            if event.kind == "flag":
                self.flags.setdefault(event.place, []).append(at)
            elif event.kind == "compile":
                self.compiles.setdefault(event.layer, []).append(at)
            elif event.kind == "assembly":
                self.assemblies.setdefault(event.layer, []).append(at)
            elif event.kind == "weights" and not event.whole and _may_be_hdf5(event):
                self.last_weights = at

    def position(self, event: Any) -> int:
        """Where an event stands."""
        return self._positions[id(event)]


class PathFits:
    """The fits of one path, in order, with what accumulates from one to the next."""

    def __init__(self, events: list[Any], library: KerasLibrary) -> None:
        self.events = events
        self.order = Order(events)
        self.last_update: dict[Address, int] = {}
        """the last fit that updates, or may update, a layer"""
        self.library = library
        self.views: list[FitView] = []
        self.rows: list[list[Row]] = []
        self._updates: dict[Address, int | None] = {}
        self._frozen_before: set[Address] = set()
        known: dict[Any, list[State]] = {}
        phase = any(event.kind == "learning_phase" for event in events)
        for event in events:
            if event.kind == "fit":
                record = event.heap[event.layer]
                behaviour = library.behaviour(record.package)
                view = FitView(event, behaviour, phase and _phase_counts(behaviour))
                seen = (event.layer, event.version, event.train, event.step)
                view.states = known.get(seen) or view.find_states()
                known[seen] = view.states
                self.views.append(view)
                self.rows.append([self._row(view, state) for state in view.states])
                for state in view.states:
                    if state.outcome.updated is not False:
                        self.last_update[state.address] = len(self.rows) - 1

    def _row(self, view: FitView, state: State) -> Row:
        address, outcome, event = state.address, state.outcome, view.event
        before = self._updates.get(address, 0)
        steps, epochs = event.steps, event.epochs
        after: int | None = before
        first: int | None = None
        if outcome.updated:
            one = steps * max(state.uses, 1) if steps is not None else None
            epochs = epochs * event.times if epochs is not None and event.times is not None else None
            epochs = None if event.data.get("stops") else epochs
            after = before + one * epochs if before is not None and one is not None and epochs is not None else None
            first = before + one if before is not None and one is not None and event.validated else None
        elif outcome.updated is None:
            after = None
        self._updates[address] = after
        momentum = state.record.momentum
        replaced = view.behaviour is not None and view.behaviour.first_update_replaces is True
        row = Row(
            state,
            after,
            _residual(momentum, after, replaced) if outcome.updated else None,
            _residual(momentum, first, replaced) if first is not None else None,
            frozen_in(view, state),
            address in self._frozen_before,
            _enabled(view, state),
            _is_enabled_by_assignment(view, state),
        )
        if row.frozen:
            self._frozen_before.add(address)
        return row


def _phase_counts(behaviour: Any) -> bool:
    """Whether ``set_learning_phase`` changes what ``fit`` does on the release."""
    if behaviour is None:
        return True
    code = behaviour.code("q12_slp0_before_build_trainable", "")
    found = code if code is not None else behaviour.code("q12_slp0_before_build_trainable", "code")
    return found is not None and found.statistics != "batch"


def _residual(momentum: float | None, updates: int | None, replaced: bool) -> float | None:
    if updates is None or momentum is None or momentum < 0:
        return None
    if replaced and updates > 0:
        return 0.0
    return float(momentum**updates)


def _enabled(view: FitView, state: State) -> Place | None:
    record = state.record
    for holder in (record, *(view.event.heap.get(parent) for parent in reversed(state.use.parents))):
        if isinstance(holder, Layer) and holder.enabled_at is not None:
            return holder.enabled_at
    owner = owner_of(view.event.heap, state) or view.event.heap.get(state.container)
    return owner.site if isinstance(owner, Layer) else record.site


def _is_enabled_by_assignment(view: FitView, state: State) -> bool:
    holders = (state.record, *(view.event.heap.get(parent) for parent in state.use.parents))
    return any(isinstance(holder, Layer) and holder.enabled_at is not None for holder in holders)


def frozen_in(view: FitView, state: State) -> bool | None:
    """Whether a layer is frozen: by its own flag, or by that of a model around it where that stops its training."""
    if state.own.updates is False:
        return True
    around = [view.flags(parent).updates for parent in state.use.parents[1:]]
    if False in around and state.outcome.trained is False:
        return True
    return None if state.own.updates is None else False


# --- grouping -------------------------------------------------------------------------------------------------------


def guarded_groups(view: FitView) -> set[str]:
    """Backbones of which a fit trains other layers while all their BatchNormalization layers are frozen."""
    by_owner: dict[Address, list[State]] = {}
    for state in view.states:
        if state.record.owner is not None:
            by_owner.setdefault(state.record.owner, []).append(state)
    found: set[str] = set()
    for owner, states in by_owner.items():
        if any(state.own.updates is not False for state in states):
            continue
        model = view.event.heap[owner].model
        ours = {state.address for state in states}
        plain = [address for address in (model.layers if model is not None else ()) if address not in ours]
        if any(view.flags(address).weights and view.event.heap[address].type in WEIGHTED for address in plain):
            found.add(group_key(view.event.heap, states[0]))
    return found


# --- fits -----------------------------------------------------------------------------------------------------------


def gather(path: str, found: Any, library: KerasLibrary) -> Program:
    """All facts of one file."""
    runs: list[PathFits] = []
    for one in found.paths:
        runs.append(PathFits(one.events, library))
        runs.extend(PathFits(events, library) for events in one.entries)
    fits = _merge_paths(runs, found.complete)
    guarded = {group for run in runs for view in run.views for group in guarded_groups(view)}
    subjects: dict[str, tuple[Any, ...]] = {
        "batch_norm_at_fit": tuple(row for fit in fits for row in fit.batch_norm),
        "call": gather_calls(runs, fits, library, guarded),
        "layer": gather_layers(runs),
    }
    unknowns = {(place, reason) for one in found.paths for place, reason in one.unknowns}
    ordered = sorted(unknowns, key=lambda each: (order(each[0]), each[1]))
    notes = tuple(Because(place, reason) for place, reason in ordered)
    return Program(path, fits, subjects, notes)


def _merge_paths(runs: list[PathFits], complete: bool) -> tuple[Fit, ...]:
    """One fit for each place and call string; what differs between paths is unknown."""
    merged: dict[tuple[Any, ...], list[tuple[PathFits, int]]] = {}
    for run in runs:
        counts: dict[tuple[Any, ...], int] = {}
        for index, view in enumerate(run.views):
            place = (view.event.place, view.event.calls)
            counts[place] = counts.get(place, 0) + 1
            merged.setdefault((*place, counts[place]), []).append((run, index))
    fits: list[Fit] = []
    for alternatives in merged.values():
        fits.append(_fit(alternatives, complete))
    return tuple(_without_repeats(fits))


def _without_repeats(fits: list[Fit]) -> list[Fit]:
    """A loop's turns that show the same are one fit, after which the statistics are as the last turn left them."""
    kept: list[Fit] = []
    for fit in fits:
        before = kept[-1] if kept else None
        if before is None or fit.place != before.place or _shown(fit) != _shown(before):
            kept.append(fit)
            continue
        rows = zip(before.batch_norm, fit.batch_norm, strict=True)
        merged = (replace(row, updates=last.updates, residual=last.residual) for row, last in rows)
        object.__setattr__(before, "batch_norm", tuple(merged))
    return kept


def _shown(fit: Fit) -> Any:
    rows = [(r.where, r.layers, r.names, r.statistics, r.updated, r.gamma_beta_trained) for r in fit.batch_norm]
    return rows, fit.model, fit.batch_size, [b for r in fit.batch_norm for b in r.because if b.fact == "called"]


def _common(values: list[Any]) -> Any:
    first = values[0]
    return first if all(value == first for value in values) else None


def _fit(alternatives: list[tuple[PathFits, int]], complete: bool) -> Fit:
    run, index = alternatives[0]
    view = run.views[index]
    event = view.event
    views = [other.views[i] for other, i in alternatives]
    complete = complete and not any(other.event.data.get("cut") for other in views)

    def agreed(name: str) -> Any:
        return _common([v.event.data.get(name) for v in views])

    optimizer, rate = _common([_optimizer_of(each) for each in views]) or (None, None)
    fit = Fit(
        place=event.place,
        line=event.place.line,
        kind=event.train,
        model=view.record.label or view.record.name or "model",
        batch_size=agreed("batch"),
        steps_per_epoch=agreed("steps"),
        epochs=agreed("epochs"),
        samples=agreed("samples"),
        learning_rate=rate,
        optimizer=optimizer,
    )
    rows = _rows(alternatives, fit, complete)
    object.__setattr__(fit, "batch_norm", tuple(rows))
    return fit


def _optimizer_of(view: FitView) -> tuple[str | None, float | None]:
    """The class of the optimizer that trains, and its rate."""
    event, compiled = view.event, view.compiled
    name = event.data.get("optimizer") or (compiled.optimizer if compiled else None)
    rate = event.data.get("rate") if event.train == "train_step" else (compiled.learning_rate if compiled else None)
    return name, rate


def _rows(alternatives: list[tuple[PathFits, int]], fit: Fit, complete: bool) -> list[BatchNormAtFit]:
    tables: list[dict[Any, Row]] = [{row.state.address: row for row in run.rows[index]} for run, index in alternatives]
    if any(table.keys() != tables[0].keys() for table in tables):
        # built at other places, they may still be the same layers by their names
        tables = [_by_name(run, index) for run, index in alternatives]
    run, index = alternatives[0]
    grouped: dict[Any, list[tuple[Row, Any]]] = {}
    for key, row in tables[0].items():
        if all(key in table for table in tables):
            found = [table[key] for table in tables]
            outcome = _agree([each.state.outcome for each in found], complete)
            frozen, residual, updates = (_common([each[i] for each in found]) for i in (4, 2, 1))
            _put(grouped, run, index, _agreed(row, found), outcome, frozen, residual, updates, False)
    # of layers that only some paths have, what holds for all of them is still known
    others = [
        (path, row)
        for path, table in zip(alternatives, tables, strict=True)
        for key, row in table.items()
        if not all(key in other for other in tables)
    ]
    if others:
        (run, index), row = others[0]
        outcome = _agree([each.state.outcome for _, each in others], complete)
        frozen = _common([each.frozen for _, each in others])
        row = _agreed(row, [each for _, each in others])
        others[0] = (run, index), row
        _put(grouped, run, index, row, outcome, frozen, None, None, True)
    by_run = {id(row): path for path, row in others[:1]}
    return [
        _subject(*by_run.get(id(entries[0][0]), alternatives[0]), fit, entries, key) for key, entries in grouped.items()
    ]


def _agreed(row: Row, found: list[Row]) -> Row:
    """A row with what its layer has on every path."""
    records = [each.state.record for each in found]
    record = row.state.record._replace(
        pretrained=_common([each.pretrained for each in records]), momentum=_common([each.momentum for each in records])
    )
    return row._replace(
        state=row.state._replace(record=record),
        frozen_before=all(each.frozen_before for each in found),
        first_validation=_common([each.first_validation for each in found]),
    )


def _by_name(run: PathFits, index: int) -> dict[Any, Row]:
    """Rows by the layers' names and the application that they come from, those without a name apart."""
    heap = run.views[index].event.heap
    found: dict[Any, Row] = {}
    counts: dict[Any, int] = {}
    for row in run.rows[index]:
        record = row.state.record
        if record.name is None or record.many:
            found[row.state.address] = row
            continue
        owner = owner_of(heap, row.state)
        application = owner.model.application if owner is not None and owner.model is not None else None
        key = record.name, application
        counts[key] = counts.get(key, 0) + 1
        found[record.name, application, counts[key]] = row
    return found


def _agree(outcomes: list[Any], complete: bool) -> Any:
    statistics, updated, trained, overridden = (_common([o[i] for o in outcomes]) for i in range(4))
    if not complete:
        statistics = updated = trained = None
    return outcomes[0]._replace(statistics=statistics, updated=updated, trained=trained, overridden=bool(overridden))


def _put(
    grouped: dict[Any, Any],
    run: PathFits,
    index: int,
    row: Row,
    outcome: Any,
    frozen: bool | None,
    residual: float | None,
    updates: int | None,
    differs: bool,
) -> None:
    heap = run.views[index].event.heap
    key = (
        group_key(heap, row.state),
        outcome,
        frozen,
        row.state.record.momentum,
        row.state.record.pretrained,
        residual,
        updates,
        row.state.record.many
        or differs
        or any(link.container == "lambda" for link in row.state.use.links)
        or _is_of_many_turns(row.state.address, run.views[index].root)
        or _is_doubtful(heap, row.state),
        row.enabled_by if row.enabled_by_assignment else None,
        row.state.record.frozen_at if frozen else None,
        row.state.record.flag_at,
        row.frozen_before,
        row.state.record.momentum_given,
    )
    grouped.setdefault(key, []).append((row, outcome))


def _is_of_many_turns(address: Address, root: Address) -> bool:
    """Whether a layer stands for those of all later turns of a loop that the trained model is not made in."""
    return _later_turns(address) > _later_turns(root)


def _is_doubtful(heap: Any, state: State) -> bool:
    """Whether the layer, or a model around it, is there for some choices between tensors and not for others."""
    inner = (*state.use.parents[1:], state.address)
    for parent, child in zip(state.use.parents, inner, strict=False):
        holder = heap.get(parent)
        if isinstance(holder, Layer) and holder.model is not None and child in holder.model.doubtful.layers:
            return True
    return False


def _later_turns(address: Address) -> int:
    return sum(part == LATER_TURNS for part in context_of(address))


def _subject(run: PathFits, index: int, fit: Fit, entries: list[tuple[Row, Any]], key: Any) -> BatchNormAtFit:
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
    uses_batch = behaviour.frozen_uses_batch(record.legacy) if behaviour is not None else None
    has_call = assembly in ("call", "subclass")
    accepts = behaviour.call_accepts_training(False) if behaviour is not None and has_call else None
    holds = _argument_holds(behaviour, assembly)
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
        backbone=backbone_of(heap, owner, state.use.called_as) if owner is not None else None,
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
        shows_intent=row.frozen_before or training is False,
        hdf5_weights_after=_hdf5_after(run, row.enabled_by),
        enabled_by=row.enabled_by,
        enabled_by_assignment=row.enabled_by_assignment,
        called_at=_called_at(heap, view, state, owner, assembly, run),
        assembly=assembly,
        compiled_at=compiles,
        frozen_at=frozen_at,
        harmful_rate=_harmful(fit),
        frozen_uses_batch=uses_batch,
        freeze_out_of_reach=_out_of_reach(heap, view, state, owner),
        accepts_training=accepts,
        argument_holds=holds,
        injection_mends=record.legacy and uses_batch is True and owner is not None,
        suggested_momentum=_suggest(record.momentum, updates),
        built_at=tuple(sorted({e.state.record.site for e, _ in entries}, key=order))
        if record.owner is None and not record.many
        else None,
        because=_because(view, row, frozen, outcome),
    )


def _argument_holds(behaviour: Any, assembly: Any) -> bool | None:
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


def _called_at(
    heap: Any, view: FitView, state: State, owner: Layer | None, assembly: Any, run: PathFits
) -> Place | None:
    if owner is None:
        return None
    if assembly == "flat":
        return view.record.site
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


def _may_be_hdf5(event: Any) -> bool:
    path = event.path
    return path is None or path.endswith(HDF5) or "." not in path.rsplit("/", 1)[-1]


def _harmful(fit: Fit) -> bool | None:
    if fit.optimizer is None or fit.learning_rate is None:
        return None
    return fit.optimizer.lower() in ADAPTIVE and fit.learning_rate >= 1e-3


def _suggest(momentum: float | None, updates: int | None) -> float | None:
    if momentum is None or updates is None or updates <= 0 or momentum <= SUGGESTED[-1]:
        return None
    return next((one for one in SUGGESTED if one < momentum and one**updates <= TARGET_RESIDUAL), None)


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
    if not row.state.known:
        return Because(row.state.record.site, "not known: how it is called")
    return Because(view.event.place, "not known: no measurement answers this")


def _elsewhere(note: Because) -> str:
    """A note on a line of another file of the project names the file."""
    return f"{note.fact} in {note.place.path.replace(chr(92), '/').rsplit('/', 1)[-1]}"
