"""From the fits of every path to the subjects that rules are matched on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bnlint.graph.network import Address
from bnlint.graph.places import order
from bnlint.graph.records import Layer
from bnlint.graph.subjects import BatchNormAtFit, Because, Fit, Program
from bnlint.interpreter.machine import LATER_TURNS, context_of
from bnlint.keras.alone import Alone
from bnlint.keras.api.library import KerasLibrary
from bnlint.keras.assignments import gather_momentum, gather_typos
from bnlint.keras.backbone_fits import Backbones, gather_backbones
from bnlint.keras.backbones import group_key, owner_of
from bnlint.keras.bare import gather_trained_models
from bnlint.keras.batches import gather_batches
from bnlint.keras.calls import gather_calls, gather_layers
from bnlint.keras.connections import gather_connections
from bnlint.keras.custom_steps import gather_custom_steps, gather_eager_calls
from bnlint.keras.explained import explained
from bnlint.keras.facts import FitView, State
from bnlint.keras.fits import PathFits, Row
from bnlint.keras.forced import gather_forced
from bnlint.keras.images import gather_generators, gather_images, gather_other_images
from bnlint.keras.kinds import WEIGHTED
from bnlint.keras.layer_list_changes import gather_layer_lists
from bnlint.keras.layer_loops import gather_loops
from bnlint.keras.masked_norms import gather_masked
from bnlint.keras.merging import common
from bnlint.keras.norms_over_time import gather_over_time
from bnlint.keras.optimizers import gather_reused
from bnlint.keras.phases import gather_phases
from bnlint.keras.random_weights import gather_random_weights
from bnlint.keras.rows import subject
from bnlint.keras.shuffled import gather_shuffled
from bnlint.keras.trainable_changes import gather_changes
from bnlint.keras.trained_outputs import gather_outputs
from bnlint.keras.weight_files import gather_weight_files

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
    backbones = [Backbones(run) for run in runs]
    subjects: dict[str, tuple[Any, ...]] = {
        "backbone_at_fit": gather_backbones(backbones, fits, found.complete),
        "batch_norm_at_fit": tuple(row for fit in fits for row in fit.batch_norm),
        "batches_at_fit": gather_batches(runs, fits, library, found.complete),
        "call": gather_calls(runs, fits, library, guarded),
        "connection": gather_connections(runs),
        "custom_step": gather_custom_steps(runs, complete=found.complete),
        "eager_call": gather_eager_calls(runs, complete=found.complete),
        "forced_training": gather_forced(runs, library),
        "image_generator": gather_generators(runs, found.complete),
        "images_at_fit": gather_images(runs, fits, found.complete),
        "layer": gather_layers(runs),
        "layer_list": gather_layer_lists(runs),
        "learning_phase": gather_phases(runs, library),
        "masked_norm": gather_masked(runs, found.complete),
        "momentum_set": gather_momentum(runs, library, found.complete),
        "norm_over_time": gather_over_time(runs, found.complete),
        "other_images": gather_other_images(runs, fits, found.complete),
        "random_weights": gather_random_weights(backbones),
        "reused_optimizer": gather_reused(runs, found.complete),
        "shuffled_prediction": gather_shuffled(runs) if found.complete else (),
        "trainable_change": gather_changes(runs, found.complete),
        "trainable_typo": gather_typos(runs),
        "trained_model": gather_trained_models(runs),
        "trained_output": gather_outputs(runs, library) if found.complete else (),
        **gather_loops(runs if found.complete else [], fits, library),
        "weights_loaded": gather_weight_files(runs, library),
    }
    unknowns = {(place, reason) for one in found.paths for place, reason in one.unknowns}
    ordered = sorted(unknowns, key=lambda each: (order(each[0]), each[1]))
    notes = tuple(Because(place, reason) for place, reason in ordered)
    return Program(path, fits, explained(subjects), notes)


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


def _fit(alternatives: list[tuple[PathFits, int]], complete: bool) -> Fit:
    run, index = alternatives[0]
    view = run.views[index]
    event = view.event
    views = [other.views[i] for other, i in alternatives]
    complete = complete and not any(other.event.data.get("cut") for other in views)

    def agreed(name: str) -> Any:
        return common([v.event.data.get(name) for v in views])

    optimizer, rate = common([_optimizer_of(each) for each in views]) or (None, None)
    fit = Fit(
        place=event.place,
        line=event.place.line,
        kind=event.train,
        model=view.record.label or view.record.name or "model",
        batch_size=agreed("batch"),
        steps_per_epoch=agreed("steps"),
        epochs=agreed("epochs"),
        samples=agreed("samples"),
        random_examples=any(each.event.data.get("is_random") for each in views),
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
    rate = event.data.get("rate") if event.train == "train_step" else view.learning_rate
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
            frozen, residual, updates = (common([each[i] for each in found]) for i in (4, 2, 1))
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
        frozen = common([each.frozen for _, each in others])
        row = _agreed(row, [each for _, each in others])
        others[0] = (run, index), row
        _put(grouped, run, index, row, outcome, frozen, None, None, True)
    by_run = {id(row): path for path, row in others[:1]}
    return [
        subject(*by_run.get(id(entries[0][0]), alternatives[0]), fit, entries, key) for key, entries in grouped.items()
    ]


def _agreed(row: Row, found: list[Row]) -> Row:
    """A row with what its layer has on every path."""
    records = [each.state.record for each in found]
    record = row.state.record._replace(
        pretrained=common([each.pretrained for each in records]), momentum=common([each.momentum for each in records])
    )
    return row._replace(
        state=row.state._replace(record=record),
        frozen_before=all(each.frozen_before for each in found),
        left_out=all(each.left_out for each in found),
        trained_before=any(each.trained_before for each in found),
        first_validation=common([each.first_validation for each in found]),
        alone=Alone(*(common(list(values)) for values in zip(*(each.alone for each in found), strict=True))),
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
    statistics, updated, trained, overridden = (common([o[i] for o in outcomes]) for i in range(4))
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
        row.alone,
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
