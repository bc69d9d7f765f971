"""BatchNormalization layers by themselves.

Which of them train while the rest of their backbone is frozen, and which were frozen by a statement about them alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.keras.inside import all_layers
from bnlint.keras.kinds import BATCH_NORM, WEIGHTED, WEIGHTLESS

if TYPE_CHECKING:
    from bnlint.keras.facts import FitView, State


class Rest(NamedTuple):
    """The layers of a backbone that are no BatchNormalization, as one fit sees them.

    ``frozen`` is unknown where the content is; ``frozen_at`` is the last statement that froze one with weights.
    """

    frozen: bool | None = None
    frozen_at: Place | None = None


class Alone(NamedTuple):
    """Facts of one layer in one fit: see the subject's fields of the same meaning."""

    trained: bool | None = None
    since: Place | None = None
    rest_frozen_at: Place | None = None
    enabled: bool = False
    enabled_by_true: bool = False
    undone: Place | None = None
    undone_whole: bool = False


class Assignments:
    """Assignments of ``trainable`` in one path: which layers a statement named, and when."""

    def __init__(self, events: list[Any], positions: dict[Place | None, list[int]]) -> None:
        self._events = events
        self._positions = positions

    def at(self, place: Place | None) -> list[int]:
        """When a statement assigned, in order."""
        return self._positions.get(place, [])

    def last(self, place: Place | None, end: int | None = None) -> int:
        """The last time that a statement assigned (before ``end``); −1 for never."""
        return max((at for at in self.at(place) if end is None or at < end), default=-1)

    def last_of(self, place: Place | None, layer: Address, end: int) -> int:
        """The same, for an assignment to this very layer."""
        return max((at for at in self.at(place) if at < end and self._events[at].layer == layer), default=-1)

    def about_batch_norm(self, place: Place | None, value: bool) -> bool:
        """Whether a statement gave the value to BatchNormalization layers, and to nothing else with weights."""
        types = [self._type(at) for at in self.at(place) if self._events[at].value is value]
        return any(one in BATCH_NORM for one in types) and all(one in BATCH_NORM | WEIGHTLESS for one in types)

    def only(self, place: Place | None, value: bool) -> bool:
        """Whether all that a statement assigned is this value."""
        return all(self._events[at].value is value for at in self.at(place))

    def _type(self, at: int) -> str | None:
        event = self._events[at]
        record = event.heap.get(event.layer)
        return record.type if isinstance(record, Layer) and record.model is None and not record.many else None


def rest_of(view: FitView, owner: Address, flags: Assignments) -> Rest:
    """What a fit does with the layers of a backbone that are no BatchNormalization."""
    heap = view.event.heap
    inside = set(all_layers(heap, view.root))
    own = all_layers(heap, owner)
    flat = owner not in inside and owner != view.root
    others = [address for address in own if not flat or address in inside]
    records: list[tuple[Address, Layer]] = [(address, heap[address]) for address in others]
    if any(record.many or (record.model is not None and not record.model.exact) for _, record in records):
        return Rest()
    plain = [
        (address, record)
        for address, record in records
        if record.model is None and not record.holds and not record.hidden and record.type not in BATCH_NORM
    ]
    weighted = [(address, record) for address, record in plain if record.type in WEIGHTED]
    doubtful = [address for address, record in plain if record.type not in WEIGHTED | WEIGHTLESS]
    trained = [view.flags(address).weights for address, _ in weighted]
    if not weighted or True in trained:
        return Rest(False)
    if None in trained or any(view.flags(address).weights is not False for address in doubtful):
        return Rest()
    places = {record.frozen_at for _, record in weighted if record.frozen_at is not None}
    return Rest(True, max(places, key=flags.last, default=None))


def alone(
    state: State, rest: Rest, flags: Assignments, enabled_by: Place | None, end: int, fits: Iterable[int]
) -> Alone:
    """The facts of one layer in the fit at ``end``; ``fits`` are those before it that the layer took part in."""
    enabled = flags.about_batch_norm(enabled_by, True)
    by_true = enabled and flags.only(enabled_by, True)
    undone = None if enabled else _undone(state, flags, enabled_by, end, fits)
    own = state.own.updates
    trained = rest.frozen if own and state.outcome.updated else None if own is None else False
    if not trained:
        return Alone(trained, None, None, enabled, by_true, undone)
    return Alone(True, enabled_by if enabled else rest.frozen_at, rest.frozen_at, enabled, by_true, undone)


def _undone(state: State, flags: Assignments, enabled_by: Place | None, end: int, fits: Iterable[int]) -> Place | None:
    """The freeze of BatchNormalization layers alone that the statement at ``enabled_by`` took back before any fit."""
    frozen_at = state.record.frozen_at
    if frozen_at is None or state.own.updates is not True or not flags.about_batch_norm(frozen_at, False):
        return None
    back = flags.last(enabled_by, end)
    froze = flags.last_of(frozen_at, state.address, back)
    if not -1 < froze < back or any(froze < fit < back for fit in fits):
        return None
    return frozen_at
