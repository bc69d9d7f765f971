"""Subject `weights_loaded`: HDF5 files whose arrays of an inner model stand in the order of its flags.

A file in the old HDF5 form has one list of arrays for each layer of the model: those to train, then the others. For a
layer that is a model that list goes through all layers inside, so that a change of a flag moves arrays about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects import WeightsLoaded
from bnlint.keras.backbones import group_of, label_of
from bnlint.keras.inside import walk
from bnlint.keras.kinds import BATCH_NORM, WEIGHTED, WEIGHTLESS
from bnlint.keras.merging import agreed

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary
    from bnlint.keras.fits import PathFits
    from bnlint.keras.semantics import Behaviour

LISTED = frozenset({"functional", "sequential"})
"""Models whose layers stand in a file one by one."""
Part: TypeAlias = tuple[int, Literal["to train", "others"]]
"""Some arrays of a layer, which is told by its number among those inside."""


class NotKnown(Exception):
    """The order hangs on something that is not known."""


class Arrays(NamedTuple):
    """The arrays of one layer or model, in their order: those to train, and the others."""

    to_train: tuple[Part, ...] = ()
    others: tuple[Part, ...] = ()

    @property
    def both(self) -> tuple[Part, ...]:
        """As a file has them."""
        return self.to_train + self.others


class Inside:
    """The arrays of a model inside another, by the flags in a heap."""

    def __init__(self, heap: Any, *, own_flag_counts: bool) -> None:
        self._heap, self._own_flag_counts = heap, own_flag_counts
        self._number = 0
        self.types: list[str] = []

    def of_model(self, record: Layer) -> Arrays:
        """Those of all layers inside, as the model's own flag has it."""
        if record.model is None or not record.model.exact or record.model.kind not in LISTED:
            raise NotKnown
        parts = [self._of_layer(self._heap.get(address)) for address in record.model.layers]
        if record.trainable is None:
            raise NotKnown
        if record.trainable is False and self._own_flag_counts:
            return Arrays((), tuple(part for each in parts for part in each.both))
        return Arrays(
            tuple(part for each in parts for part in each.to_train),
            tuple(part for each in parts for part in each.others),
        )

    def _of_layer(self, record: Any) -> Arrays:
        if not isinstance(record, Layer) or record.many or record.holds or record.user_class is not None:
            raise NotKnown
        if record.model is not None:
            return self.of_model(record)
        self._number += 1
        self.types.append(record.type)
        weights, statistics = self._parts(record)
        if (weights or statistics) and record.trainable is None:
            raise NotKnown
        return Arrays(weights, statistics) if record.trainable else Arrays((), weights + statistics)

    def _parts(self, record: Layer) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        """What a layer has to train, and what else."""
        weights: tuple[Part, ...] = ((self._number, "to train"),)
        statistics: tuple[Part, ...] = ((self._number, "others"),)
        if record.type in BATCH_NORM:
            if record.affine is None:
                raise NotKnown
            return (weights if record.affine else ()), statistics
        if record.type in WEIGHTED:
            return weights, ()
        if record.type == "Normalization":
            return (), statistics
        if record.type in WEIGHTLESS:
            return (), ()
        raise NotKnown


def gather_weight_files(runs: list[PathFits], library: KerasLibrary) -> tuple[WeightsLoaded, ...]:
    """Every `load_weights`; what differs between paths is unknown."""
    found: dict[Place, list[WeightsLoaded]] = {}
    for run in runs:
        for subject in _of_run(run, library):
            assert subject.place is not None
            found.setdefault(subject.place, []).append(subject)
    return tuple(agreed(found[place], {"model": "model", "group": ""}) for place in sorted(found, key=order))


def _of_run(run: PathFits, library: KerasLibrary) -> Iterator[WeightsLoaded]:
    written: dict[str, int] = {}
    for position, event in enumerate(run.events):
        if event.kind == "checkpoint" or (event.kind == "weights" and not event.reads):
            if event.path is None:
                written.clear()  # it may have been any of them
            elif event.layer is not None:
                written[event.path] = position
        elif event.kind == "weights" and event.layer is not None:
            yield _loaded(run.events, written.get(event.path or ""), position, library)


def _loaded(events: Sequence[Any], saved: int | None, position: int, library: KerasLibrary) -> WeightsLoaded:
    event = events[position]
    record: Layer = event.heap[event.layer]
    subject = WeightsLoaded(
        place=event.place,
        line=event.place.line,
        model=record.label or record.name or "model",
        file=event.path,
        group=group_of(record.site),
    )
    behaviour = library.behaviour(record.package)
    if saved is None or behaviour is None:
        return subject
    since = events[saved]
    files = _Files(since, behaviour)
    inner = next(files.moved(event), None) if files.follow_flags else None
    differs = files.differs(event)
    changed = _first_change(events, saved, position)
    return WeightsLoaded(
        **{name: getattr(subject, name) for name in ("place", "line", "model", "file", "group")},
        saved_at=since.place,
        order_differs=differs,
        inner=inner,
        changed_at=events[changed].place if changed is not None else None,
        in_order_before=None if changed is None else _is_false(files.differs(event, events[changed - 1].heap)),
    )


def _is_false(value: bool | None) -> bool | None:
    return None if value is None else not value


def _first_change(events: Sequence[Any], saved: int, position: int) -> int | None:
    """The first event between two that sets a flag inside the loaded model."""
    event = events[position]
    inside = {held.address for held in walk(event.heap, event.layer)}
    between = range(saved + 1, position)
    return next((at for at in between if events[at].kind == "flag" and events[at].layer in inside), None)


class _Files:
    """The order of arrays in a file that the program has written."""

    def __init__(self, saved: Any, behaviour: Behaviour) -> None:
        self._saved = saved
        form = _form(saved)
        self.follow_flags = behaviour.weight_files_follow_flags(form) if form is not None else None
        self._own_flag_counts = behaviour.weight_files_follow_model_flags(form) if form is not None else None

    def differs(self, event: Any, heap: Any = None) -> bool | None:
        """Whether an inner model of the loaded one has its arrays in another order than the file."""
        if not self.follow_flags:
            return self.follow_flags
        heap = event.heap if heap is None else heap
        pairs = list(self._pairs(event, heap))
        orders = [self._compare(old, new, heap) for old, new in pairs]
        if True in orders:
            return True
        return False if pairs and None not in orders else None

    def moved(self, event: Any) -> Iterator[str]:
        """How messages name the inner models with another order."""
        for old, new in self._pairs(event, event.heap):
            if self._compare(old, new, event.heap):
                yield label_of(event.heap[new])

    def _pairs(self, event: Any, heap: Any) -> Iterator[tuple[Address, Address]]:
        """The models inside, as they were saved and as they are loaded."""
        old, new = self._saved.heap.get(self._saved.layer), heap.get(event.layer)
        if not all(isinstance(each, Layer) and each.model is not None for each in (old, new)):
            return
        if not all(each.model.kind in LISTED and each.model.exact for each in (old, new)):
            return
        before = [address for address in old.model.layers if _is_model(self._saved.heap.get(address))]
        after = [address for address in new.model.layers if _is_model(heap.get(address))]
        if len(before) == len(after):
            yield from zip(before, after, strict=True)

    def _compare(self, old: Address, new: Address, heap: Any) -> bool | None:
        if self._own_flag_counts is None:
            return None
        then = Inside(self._saved.heap, own_flag_counts=self._own_flag_counts)
        now = Inside(heap, own_flag_counts=self._own_flag_counts)
        try:
            there, here = then.of_model(self._saved.heap[old]), now.of_model(heap[new])
        except NotKnown:
            return None
        return there.both != here.both if then.types == now.types else None


def _is_model(record: Any) -> bool:
    return isinstance(record, Layer) and record.model is not None


def _form(saved: Any) -> Literal["h5", "weights_h5", "whole_h5"] | None:
    """The form of a file by what writes it and its name, in the words of the measurements."""
    if not saved.path.endswith((".h5", ".hdf5")):
        return None
    if saved.whole:
        return "whole_h5"
    return "weights_h5" if saved.path.endswith(".weights.h5") else "h5"
