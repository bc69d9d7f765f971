"""Subjects `layer_loop`, `class_test` and `slice`: loops over a model's layers, and what they miss."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects import ClassTest, Fit, LayerLoop, Slice
from bnlint.keras import blocks
from bnlint.keras.backbones import backbone_of, group_key, group_of, label_of
from bnlint.keras.facts import FitView
from bnlint.keras.merging import agreed
from bnlint.keras.reach import (
    are_updated,
    batch_norm,
    is_trained,
    next_fit,
    reached,
    states_of,
    untouched,
    with_weights,
)

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary
    from bnlint.keras.fits import PathFits

Subject = TypeVar("Subject", LayerLoop, ClassTest, Slice)
Judged = TypeVar("Judged", LayerLoop, ClassTest)


FIRST = ("line", "fit", "group", "set_of_layers")
"""Facts of which that of the first path is told: the others name other fits and layers that fare the same."""
UNNAMED = {"model": "the model", "where": "the model"}
"""How messages name a model that is another on each path."""


class Fault(NamedTuple):
    """What is wrong with a loop, in which fit that shows, and on which layers."""

    kind: str
    view: FitView
    value: bool
    layers: list[Address]


def gather_loops(
    runs: list[PathFits], fits: tuple[Fit, ...], library: KerasLibrary
) -> dict[str, tuple[LayerLoop | ClassTest | Slice, ...]]:
    """The three subjects by their names; of what differs between runs of one place, nothing is claimed."""
    by_place: dict[Place, Fit] = {}
    for fit in fits:
        by_place.setdefault(fit.place, fit)
    found = [(run, event) for run in runs for event in run.events if event.kind == "layer_loop"]
    passed = {place for _, event in found for place in event.passed}
    loops: list[LayerLoop] = []
    tests: list[ClassTest] = []
    for run in runs:
        events = [event for event in run.events if event.kind == "layer_loop"]
        loops += _of_one_path([_loop(run, event, by_place) for event in events], _reaches_some)
        failed = [_class_test(run, event, library, by_place) for event in events if event.failed is not None]
        tests += _of_one_path([test for test in failed if test.place not in passed], lambda test: False)
    slices = [_slice(event) for _, event in found if event.origin.bounds is not None]
    return {
        "layer_loop": _merged(loops, "fault"),
        "class_test": _merged(tests, "fault"),
        "slice": _merged(slices, "out_of_range"),
    }


def _by_place(subjects: list[Subject]) -> list[list[Subject]]:
    found: dict[Any, list[Subject]] = {}
    for subject in subjects:
        found.setdefault(subject.place, []).append(subject)
    return list(found.values())


def _of_one_path(subjects: list[Judged], is_right: Callable[[Judged], bool]) -> list[Judged]:
    """One subject a place: the first with a fault, unless the loop was right for another model, or another time."""
    kept: list[Judged] = []
    for those in _by_place(subjects):
        right = [each for each in those if is_right(each)]
        faulty = [each for each in those if each.fault is not None]
        kept.append((right or faulty or those)[0])
    return kept


def _reaches_some(loop: LayerLoop) -> bool:
    return loop.fault is None and bool(loop.chosen)


def _merged(subjects: list[Subject], decisive: str) -> tuple[Subject, ...]:
    """One subject a place, if those of all paths agree in the decisive fact; what else differs is unknown."""
    kept: list[Subject] = []
    for those in _by_place(subjects):
        if len({getattr(each, decisive) for each in those}) == 1:
            firsts = {name: getattr(those[0], name) for name in FIRST if hasattr(those[0], name)}
            kept.append(agreed(those, UNNAMED | firsts))
    return tuple(sorted(kept, key=lambda each: order(cast("Place", each.place))))


# --- loops over the layers of a model with models inside ------------------------------------------------------------


def _loop(run: PathFits, event: Any, fits: dict[Place, Fit]) -> LayerLoop:
    heap, record = event.heap, event.heap[event.layer]
    wanted = {address: value for nested in event.nested for address, value in nested.wanted.items()}
    owners = [nested.owner for nested in event.nested if nested.wanted]
    fault = _misses(run, event, wanted) or _takes_all(run, event, wanted) or _enables_spared(run, event, wanted)
    common = LayerLoop(
        place=event.origin.place if event.origin.sliced_at is None else event.origin.sliced_at,
        line=event.place.line,
        model=label_of(record, root=True),
        layers=len(record.model.layers),
        looked_at=len(event.layers),
        chosen=len(event.chosen),
        nested_layers=sum(len(heap[nested.owner].model.layers) for nested in event.nested),
        nested_chosen=len(wanted),
        only_batch_norm=bool(wanted) and len(batch_norm(heap, wanted)) == len(wanted),
        slice_end=_bound(event)[0],
    )
    if fault is None:
        return common
    normal = batch_norm(heap, fault.layers)
    groups = [group_key(fault.view.event.heap, state) for state in states_of(fault.view, normal)]
    updated = bool(normal) and are_updated(fault.view, normal)
    if fault.kind == "enables_spared":
        owners = [owner for owner in owners if set(normal) & set(heap[owner].model.layers)]
    return replace(
        common,
        fault=cast("Any", fault.kind),
        value=fault.value,
        batch_norm_layers=len(normal),
        set_at=heap[normal[0]].enabled_at if fault.kind == "enables_spared" else _set_at(event),
        backbone=backbone_of(heap, heap[owners[0]]) if len(owners) == 1 else None,
        fit=fits.get(fault.view.event.place),
        group=groups[0] if updated and groups else "",
        set_of_layers=groups[0] if groups else group_of(heap[owners[0]].site) if owners else "",
    )


def _misses(run: PathFits, event: Any, wanted: dict[Address, bool | None]) -> Fault | None:
    values = set(wanted.values())
    if event.chosen or len(values) != 1 or None in values:
        return None
    (value,) = values
    layers = with_weights(event.heap, wanted)
    view = next_fit(run, event, layers) if layers else None
    if view is None or not untouched(event, view, layers):
        return None
    if value:
        missed = all(view.flags(address).weights is False for address in layers)
    else:
        missed = all(is_trained(view, address) for address in layers)
        missed = missed and are_updated(view, batch_norm(event.heap, layers))
    return Fault("misses", view, bool(value), layers) if missed else None


def _takes_all(run: PathFits, event: Any, wanted: dict[Address, bool | None]) -> Fault | None:
    """All layers of the model are set off, those among them that the loop would leave in nested models included."""
    model = event.heap[event.layer].model
    if set(event.chosen) != set(model.layers) or set(event.chosen.values()) != {False} or not wanted:
        return None
    nested = [address for each in event.nested for address in event.heap[each.owner].model.layers]
    spared = [address for address in with_weights(event.heap, nested) if wanted.get(address) is not False]
    view = next_fit(run, event, spared) if spared else None
    if view is None or None in wanted.values():
        return None
    every = with_weights(view.event.heap, reached(view.event.heap, view.root))
    nothing = all(is_trained(view, address) is False for address in every)
    return Fault("takes_all", view, False, spared) if nothing and untouched(event, view, spared) else None


def _enables_spared(run: PathFits, event: Any, wanted: dict[Address, bool | None]) -> Fault | None:
    """A test leaves out BatchNormalization, but the flag of a model that passes it reaches that."""
    heap = event.heap
    spared: list[Address] = []
    for nested in event.nested:
        layers = with_weights(heap, heap[nested.owner].model.layers)
        ours = batch_norm(heap, layers)
        others = [address for address in layers if address not in ours]
        if not ours or not others or not all(wanted.get(address) is True for address in others):
            continue
        if any(address in wanted and wanted[address] is not False for address in ours):
            continue
        spared += [a for a in ours if heap[a].trainable is True and (a in wanted or not event.before[a].trainable)]
    if not spared or True not in event.chosen.values() or any(address in event.layers for address in spared):
        return None
    if any(event.before[address].trainable is None for address in spared):
        return None
    view = next_fit(run, event, spared)
    if view is None or not untouched(event, view, spared) or not are_updated(view, spared):
        return None
    return Fault("enables_spared", view, True, spared)


def _set_at(event: Any) -> Place | None:
    """The assignment that gave all chosen layers their flag."""
    places = {event.heap[address].flag_at for address in event.chosen}
    return places.pop() if len(places) == 1 else None


# --- tests that no layer passes -------------------------------------------------------------------------------------


def _class_test(run: PathFits, event: Any, library: KerasLibrary, fits: dict[Place, Fit]) -> ClassTest:
    heap, failed = event.heap, event.failed
    ours = batch_norm(heap, event.layers)
    missed = [a for a in ours if a in failed.wanted and failed.wanted[a] is False and event.chosen.get(a) is not False]
    spared = [a for a in ours if a not in failed.wanted and event.chosen.get(a) and not event.before[a].trainable]
    view = next_fit(run, event, missed or spared) if missed or spared else None
    sure = (
        view is not None
        and None not in failed.wanted.values()
        and None not in event.chosen.values()
        and untouched(event, view, missed or spared)
        and are_updated(view, missed or spared)
        and not any(event.before[address].trainable is None for address in spared)
    )
    layers = missed or spared or ours
    first: Layer | None = heap[layers[0]] if layers else None
    states = states_of(view, layers) if view is not None else []
    owner = heap.get(first.owner) if first is not None and first.owner is not None else None
    holder = owner if isinstance(owner, Layer) else heap[event.layer]
    by = "name" if failed.text is not None else "package"
    if by == "package" and first is not None and library.same_package(first.package, failed.package):
        by = "generation"
    return ClassTest(
        place=failed.place,
        line=failed.place.line,
        by=cast("Any", by),
        tested=failed.package,
        package=first.package if first is not None else None,
        text=failed.text,
        name=first.name if first is not None else None,
        where=label_of(holder, root=True),
        layers=len(layers),
        legacy=first.legacy if first is not None else None,
        fault=cast("Any", ("not_frozen" if missed else "not_spared") if sure else None),
        fit=fits.get(view.event.place) if view is not None else None,
        backbone=backbone_of(heap, holder),
        group=group_key(view.event.heap, states[0]) if view is not None and states else "",
    )


# --- slices ---------------------------------------------------------------------------------------------------------


def _bound(event: Any) -> tuple[int | None, str | None]:
    """The one number in a slice, and on which side of the colon it stands."""
    if event.origin.bounds is None:
        return None, None
    start, stop, step = event.origin.bounds
    if step is not None or (start is None) is (stop is None):
        return None, None
    return (start, "start") if stop is None else (stop, "stop")


def _slice(event: Any) -> Slice:
    heap, record = event.heap, event.heap[event.layer]
    bound, side = _bound(event)
    layers = record.model.layers
    application = record.model.application or _application_of(heap, layers)
    takes = _takes(bound, side, len(layers)) if bound is not None else None
    values = set(event.chosen.values())
    known = application is not None and record.model.exact and bound is not None
    cut = blocks.cut([heap[a].name for a in layers], bound) if known and bound is not None and takes is None else None
    owner = next((heap.get(heap[a].owner) for a in layers if heap[a].owner is not None), None)
    return Slice(
        place=event.origin.sliced_at,
        line=event.origin.sliced_at.line,
        model=label_of(record, root=True),
        application=application,
        layers=len(layers) if record.model.exact else None,
        bound=bound,
        side=cast("Any", side),
        out_of_range=takes is not None if known else None,
        takes=cast("Any", takes),
        value=values.pop() if len(values) == 1 else None,
        set_at=_set_at(event),
        cuts_block=cut.block if cut is not None else None,
        border=cut.at if cut is not None else None,
        border_below=cut.below if cut is not None else None,
        border_above=cut.above if cut is not None else None,
        last_below=cut.last_below if cut is not None else None,
        last_above=cut.last_above if cut is not None else None,
        group=group_of((owner if isinstance(owner, Layer) else record).site),
    )


def _takes(bound: int, side: str | None, count: int) -> str | None:
    """What a slice takes whose number lies beyond ``count`` layers; None where it does not."""
    if side == "stop":
        return "all" if bound > count else "none" if bound <= -count else None
    return "none" if bound >= count else "all" if bound < -count else None


def _application_of(heap: Any, layers: Iterable[Address]) -> str | None:
    """The application that the layers of a flat model come from."""
    owners = {heap[address].owner for address in layers} - {None}
    models = [heap[owner].model for owner in owners if isinstance(heap.get(owner), Layer)]
    return models[0].application if len(models) == 1 and models[0] is not None else None
