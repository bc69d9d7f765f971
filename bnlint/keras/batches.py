"""Subject `batches_at_fit`: the batches of each fit, and what its BatchNormalization layers make of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects import BatchesAtFit, Fit
from bnlint.keras.api.sizes import Feeding
from bnlint.keras.api.strategies import NOWHERE, SCOPE, Scope
from bnlint.keras.api_history import argument
from bnlint.keras.backbones import group_of
from bnlint.keras.connections import Call, Graph, models_in, outputs_of
from bnlint.keras.kinds import BATCH_NORM, ELEMENTWISE
from bnlint.keras.merging import agreed

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary
    from bnlint.keras.facts import FitView
    from bnlint.keras.fits import PathFits, Row

FLAT = frozenset(
    """Flatten GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
    GlobalMaxPooling2D GlobalMaxPooling3D""".split()
)
"""Layers behind which there is one value for each channel and example."""
MOST_STEPS = 200


def gather_batches(
    runs: list[PathFits], fits: tuple[Fit, ...], library: KerasLibrary, complete: bool
) -> tuple[BatchesAtFit, ...]:
    """One for each fit in which layers normalize by the batch, as it is on every path."""
    by_place = {(fit.place, fit.kind): fit for fit in reversed(fits)}
    found: dict[Place, list[BatchesAtFit]] = {}
    for run in runs if complete else ():
        for view, rows in zip(run.views, run.rows, strict=True):
            fit = by_place.get((view.event.place, view.event.train))
            if fit is not None:
                found.setdefault(view.event.place, []).append(_subject(run, view, rows, fit, library))
    merged = (agreed(every, _OTHERWISE) for every in found.values())
    return tuple(each for each in merged if each.layers is None or each.layers)


_OTHERWISE: dict[str, Any] = {
    "flat_layers": 0, "flat": False, "drops": False, "takes_drop_remainder": False, "batches_validation": True,
    "replicated": False, "recalibrated": True, "group": "",
}  # fmt: skip
"""What is taken for facts that are not three-valued, where the paths disagree: what gives no finding, or no fix."""


def _subject(run: PathFits, view: FitView, rows: list[Row], fit: Fit, library: KerasLibrary) -> BatchesAtFit:
    # of a model whose content is not known it is not known either whether it has such layers
    live = [row for row in rows if row.state.outcome.statistics == "batch" and not row.state.record.many]
    feeding: Feeding | None = view.event.data.get("feeding")
    scope = _scope(view)
    if not live or feeding is None:
        return BatchesAtFit(fit=fit, layers=0, group=group_of(view.event.place))
    flat = _flat(view, live) if _is_small(fit.batch_size, feeding) else []
    release = library.release(view.record.package)
    pretrained = {row.state.record.pretrained for row in live}
    compiled = view.compiled
    return BatchesAtFit(
        fit=fit,
        group=_group(view, feeding),
        layers=len(live),
        pretrained=True if True in pretrained else None if None in pretrained else False,
        flat_layers=len(flat),
        flat=bool(flat),
        flat_at=min((record.site for record in flat), key=order, default=None),
        batch_at=feeding.batch_at,
        data=feeding.form,
        batch_size=_per_replica(fit, feeding, scope),
        one_more=_one_more(fit),
        last_batch=feeding.last if scope == NOWHERE else None,
        drops=feeding.drops,
        takes_drop_remainder=feeding.form == "pipeline" and feeding.by_batch,
        batches_validation=feeding.validated_at == feeding.batch_at,
        strategy=scope.name,
        strategy_at=scope.place,
        replicas=scope.replicas or None,
        replicated=feeding.per_replica is not None,
        **_synchronized([row.state.record for row in live]),
        takes_synchronized=argument(release, "layers.BatchNormalization", "synchronized") == "taken"
        if release is not None
        else None,
        order=feeding.order,
        ordered_at=feeding.ordered_at,
        batches_shuffled_at=feeding.batches_shuffled_at,
        accumulated=compiled.accumulates if compiled is not None else None,
        averages=compiled.averages if compiled is not None else None,
        optimizer_at=(compiled.made_at or compiled.place) if compiled is not None else None,
        recalibrated=_recalibrated(run, view),
    )


def _scope(view: FitView) -> Scope:
    """The strategy in whose scope the model was compiled."""
    compiled = view.compiled
    found: Scope | None = compiled.heap.get(SCOPE) if compiled is not None else None
    return found or NOWHERE


def _group(view: FitView, feeding: Feeding) -> str:
    """One finding for each call that makes batches; one for all the turns of a hand-written loop of a function."""
    if view.event.train == "fit":
        return group_of(feeding.batch_at)
    around = view.event.calls[-1] if view.event.calls else None
    return f"{view.event.place.path}:loop" if around is None else f"{group_of(around)}:loop"


def _per_replica(fit: Fit, feeding: Feeding, scope: Scope) -> int | None:
    if feeding.per_replica is not None:
        return feeding.per_replica
    if not scope.is_known:
        return None
    return -(-fit.batch_size // scope.replicas) if fit.batch_size and scope.replicas else fit.batch_size


SMALL = 8


def _is_small(batch: int | None, feeding: Feeding) -> bool:
    """Whether it matters how many values an example has: few examples in the batches, or one in the last."""
    sizes = [size for size in (batch, feeding.per_replica, feeding.last) if size is not None]
    return bool(sizes) and min(sizes) <= SMALL


def _one_more(fit: Fit) -> int | None:
    """The next batch size that does not leave one example."""
    if not fit.samples or not fit.batch_size:
        return None
    sizes = range(fit.batch_size + 1, 2 * fit.batch_size + 2)
    return next((size for size in sizes if fit.samples % size != 1), None)


def _synchronized(records: list[Layer]) -> dict[str, Any]:
    """Whether the layers share statistics, and where those were made that do not."""
    told = [record.options.synchronized if record.options is not None else None for record in records]
    # no application's, and no file's of which the content is known, are synchronized
    shared = [False if record.owner is not None else each for record, each in zip(records, told, strict=True)]
    own = [record for record, each in zip(records, shared, strict=True) if each is not True]
    brought = any(record.owner is not None for record in own)
    places = None if brought else tuple(sorted({record.site for record in own}, key=order))
    known = None if None in shared else all(shared)
    return {"synchronized": False if False in shared else known, "unsynchronized_at": places}


def _recalibrated(run: PathFits, view: FitView) -> bool:
    """Whether the model runs in training mode after a fit: that moves its statistics to where the weights are."""
    after = run.events[run.order.position(view.event) + 1 :]
    return any(event.kind == "eager_call" and event.training is not False for event in after)


# --- one value a channel and example ----------------------------------------------------------------------------------


def _flat(view: FitView, live: list[Row]) -> list[Layer]:
    """The layers that surely normalize one value for each channel and example, in all their calls."""
    heap = view.event.heap
    graph = Graph(heap, models_in(heap))
    calls: dict[Address, list[Call]] = {}
    for call in graph.norms.values():
        calls.setdefault(call.address, []).append(call)
    return [
        row.state.record
        for row in live
        if row.state.address in calls and all(_is_flat(heap, call) for call in calls[row.state.address])
    ]


def _is_flat(heap: Any, norm: Call) -> bool:
    """Whether what a layer takes has no other axes than the batch's and the channels', or others of size 1."""
    at: Call = norm
    for _ in range(MOST_STEPS):
        if at.options.rank is not None:
            return at.options.rank == 1
        # layers that work element by element, of several inputs: what holds of one holds of all, but for broadcasts
        before = next((each for each in at.before if each is not None), None)
        if before is None:
            return _takes_vectors(heap, at)
        record = before.record
        if record.model is not None:
            return _ends_flat(heap, before.address)
        if record.type in FLAT or before.options.sequences is False:
            return True
        if len(before.before) > 1 or not _passes(before):
            return before.options.rank == 1 if record.type == "InputLayer" else False
        at = before
    return False


def _takes_vectors(heap: Any, call: Call) -> bool:
    """Whether the first layer of a Sequential is given vectors, by the input that this was given."""
    if not isinstance(call.key, tuple) or call.key[1] != 0:
        return False
    holder = heap[call.key[0]]
    return holder.options is not None and holder.options.rank == 1


def _passes(call: Call) -> bool:
    record = call.record
    if record.many or record.user_class is not None:
        return False
    return record.type == "Dense" or record.type in BATCH_NORM or record.type in ELEMENTWISE


def _ends_flat(heap: Any, model: Address) -> bool:
    ends: Iterable[Address] = list(outputs_of(heap, model))
    kinds = [heap[end].type for end in ends if isinstance(heap.get(end), Layer)]
    return bool(kinds) and all(kind in FLAT for kind in kinds)
