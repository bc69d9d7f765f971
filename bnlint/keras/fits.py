"""The fits of one path of a program, in order, and what adds up from one to the next."""

from __future__ import annotations

from typing import Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.keras.alone import Alone, Assignments, Rest, alone, rest_of
from bnlint.keras.api.graph_mode import GRAPH_MODE
from bnlint.keras.api.library import KerasLibrary
from bnlint.keras.api.phases import PHASE, Phase
from bnlint.keras.backbones import owner_address, owner_of
from bnlint.keras.facts import FitView, State

HDF5 = (".h5", ".hdf5", ".hdf", ".keras.h5")


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
    alone: Alone = Alone()
    left_out: bool = False
    trained_before: bool = False


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
        self._flags = Assignments(events, self.order.flags)
        self._fits_of: dict[Address, list[int]] = {}
        """when each layer took part in a fit"""
        known: dict[Any, list[State]] = {}
        saved = frozenset(event.layer for event in events if event.kind == "weights" and not event.reads)
        doubtful = any(event.kind == "learning_phase" and event.maybe for event in events)
        for event in events:
            if event.kind == "fit":
                record = event.heap[event.layer]
                behaviour = library.behaviour(record.package)
                phase: Phase | None = event.heap.get(PHASE)
                phase = Phase(None) if phase is not None and doubtful else phase
                view = FitView(event, behaviour, phase, saved, event.heap.get(GRAPH_MODE))
                seen = (event.layer, event.version, event.train, event.step)
                view.states = known.get(seen) or view.find_states()
                known[seen] = view.states
                self.views.append(view)
                rests: dict[Address, Rest] = {}
                siblings: dict[Address, Place | None] = {}
                self.rows.append([self._row(view, state, rests, siblings) for state in view.states])
                for state in view.states:
                    self._fits_of.setdefault(state.address, []).append(self.order.position(event))
                    if state.outcome.updated is not False:
                        self.last_update[state.address] = len(self.rows) - 1

    def _row(
        self, view: FitView, state: State, rests: dict[Address, Rest], siblings: dict[Address, Place | None]
    ) -> Row:
        address, outcome, event = state.address, state.outcome, view.event
        before = self._updates.get(address, 0)
        steps, epochs = event.steps, event.epochs
        after: int | None = before
        first: int | None = None
        if outcome.updated:
            one = steps * max(state.uses, 1) if steps is not None and state.uses is not None else None
            epochs = epochs * event.times if epochs is not None and event.times is not None else None
            epochs = None if event.data.get("stops") else epochs
            after = before + one * epochs if before is not None and one is not None and epochs is not None else None
            first = before + one if before is not None and one is not None and event.validated else None
        elif outcome.updated is None:
            after = None
        self._updates[address] = after
        momentum = state.momentum
        replaced = view.behaviour is not None and view.behaviour.first_update_replaces is True
        assigned = _is_enabled_by_assignment(view, state)
        left_out_by = None if assigned else self._left_out_by(view, state, siblings)
        enabled_by = left_out_by or _enabled(view, state)
        row = Row(
            state,
            after,
            _residual(momentum, after, replaced) if outcome.updated else None,
            _residual(momentum, first, replaced) if first is not None else None,
            frozen_in(view, state),
            address in self._frozen_before,
            enabled_by,
            assigned,
            self._alone(view, state, enabled_by, rests),
            left_out_by is not None,
            address in self.last_update,
        )
        if row.frozen:
            self._frozen_before.add(address)
        return row

    def _left_out_by(self, view: FitView, state: State, siblings: dict[Address, Place | None]) -> Place | None:
        """The last statement that froze layers of the same backbone, and not this one; ``siblings`` keeps it."""
        owner = owner_address(view.event.heap, state)
        if owner is None or state.own.updates is not True:
            return None
        if owner not in siblings:
            end = self.order.position(view.event)
            places = {
                each.record.frozen_at
                for each in view.states
                if each.own.updates is False and owner_address(view.event.heap, each) == owner
            }
            known = [place for place in places if place is not None and self._flags.last(place, end) >= 0]
            siblings[owner] = max(known, key=lambda place: self._flags.last(place, end), default=None)
        return siblings[owner]

    def _alone(self, view: FitView, state: State, enabled_by: Place | None, rests: dict[Address, Rest]) -> Alone:
        """How the layer fares apart from the rest of its backbone; ``rests`` keeps what was found in this fit."""
        owner = owner_address(view.event.heap, state)
        rest = Rest()
        if owner is not None and state.outcome.updated:
            rest = rests[owner] = rests.get(owner) or rest_of(view, owner, self._flags)
        position = self.order.position(view.event)
        found = alone(state, rest, self._flags, enabled_by, position, self._fits_of.get(state.address, ()))
        if found.undone is None:
            return found
        others = [each for each in view.states if owner_address(view.event.heap, each) == owner]
        whole = all(each.own.updates is False or each.record.frozen_at == found.undone for each in others)
        return found._replace(undone_whole=whole)


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


def _may_be_hdf5(event: Any) -> bool:
    path = event.path
    return path is None or path.endswith(HDF5) or "." not in path.rsplit("/", 1)[-1]
