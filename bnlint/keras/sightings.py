"""What one path shows of its assignments of `trainable`: in which fit they fail, how, and for which layers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import Any, Literal, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.keras.facts import CUSTOM_STEP, FitView
from bnlint.keras.fits import PathFits
from bnlint.keras.inside import Held
from bnlint.keras.kinds import BATCH_NORM
from bnlint.keras.weights import doubtful_layers, trained_by, trains_in, weighted_layers

Fault = Literal["none", "late", "hidden", "starves"]


class Sighting(NamedTuple):
    """One assignment that fails in one fit of a path (``nth`` of its fits), and the layers that this concerns.

    ``value`` is the flag that the assignment gave them, ``hider`` the frozen model around them, ``combined_at`` the
    ``compile`` of a model for which the freeze was meant.
    """

    place: Place
    fault: Fault
    nth: int
    value: bool
    held: tuple[Held, ...]
    hider: Address | None = None
    hiders: int = 0
    combined_at: Place | None = None


class Shown(NamedTuple):
    """What one path shows of its assignments.

    ``held`` are those that a fit sees, ``followed`` those that a fit follows; ``idle`` those that the setter ignores,
    and of these ``differing`` those inside which flags differed. ``alike`` names for each fit the first one that
    speaks for it too.
    """

    faults: tuple[Sighting, ...] = ()
    held: frozenset[Place] = frozenset()
    followed: frozenset[Place] = frozenset()
    idle: frozenset[Place] = frozenset()
    differing: frozenset[Place] = frozenset()
    alike: tuple[int, ...] = ()


def sightings(run: PathFits) -> Shown:
    """All that one path shows."""
    return _Finder(run).shown()


class _Finder:
    """One path on the search for assignments that fail."""

    def __init__(self, run: PathFits) -> None:
        self.run = run
        self.order = run.order
        self.at = [run.order.position(view.event) for view in run.views]
        self.assigned = sorted(at for places in run.order.flags.values() for at in places)
        self.first_alike = self._first_alike()
        self._layers: dict[tuple[Address, int], dict[Address, Held]] = {}
        self._seen: set[Place] = set()

    def shown(self) -> Shown:
        """Everything, each fault once for each fit that shows it."""
        if not self.assigned or not self.run.views:
            return Shown()
        found: dict[tuple[Any, ...], list[Held]] = {}
        for index, view in enumerate(self.run.views):
            if self.first_alike[index] != index or not _is_understood(view):
                continue
            for held in self.layers(view.event).values():
                for key in (*self._late(index, view, held), *self._hidden(index, view, held)):
                    found.setdefault((*key, index), []).append(held)
        faults = [
            Sighting(place, fault, index, value, tuple(held), hider, hiders)
            for (place, fault, value, hider, hiders, index), held in found.items()
        ]
        faults += [sighting for index in range(len(self.at)) for sighting in self._starved(index)]
        idle, differing = set(), set()
        for at in self.assigned:
            event = self.run.events[at]
            if event.effect is False:
                idle.add(event.place)
                others = self._other_flags(event)
                if others:
                    differing.add(event.place)
                    faults += self._unmoved(at, event, others)
        followed = {place for place, places in self.order.flags.items() if place and places[0] < self.at[-1]}
        return Shown(
            tuple(faults),
            frozenset(self._seen),
            frozenset(followed),
            frozenset(idle),
            frozenset(differing),
            tuple(self.first_alike),
        )

    # --- what is there ----------------------------------------------------------------------------------------------

    def layers(self, event: Any) -> dict[Address, Held]:
        """The layers with weights of the model that an event is about."""
        key = event.layer, event.version
        if key not in self._layers:
            self._layers[key] = weighted_layers(event.heap, event.layer)
        return self._layers[key]

    def last_change(self, place: Place | None, before: int) -> int:
        """When an assignment last ran before something else; -1 where it did not."""
        places = self.order.flags.get(place, [])
        cut = bisect_left(places, before)
        return places[cut - 1] if cut else -1

    def compiled(self, index: int) -> int:
        """When the model of a fit was last compiled before it; -1 where that is not seen."""
        places = self.order.compiles.get(self.run.views[index].root, [])
        cut = bisect_left(places, self.at[index])
        return places[cut - 1] if cut else -1

    def _first_alike(self) -> list[int]:
        """For each fit the first one of the same model in the same state."""
        first: dict[Any, int] = {}
        found = []
        for index, view in enumerate(self.run.views):
            event = view.event
            key = event.layer, event.version, event.train, id(event.step), event.batch, event.samples
            found.append(first.setdefault(key, index))
        return found

    # --- late -------------------------------------------------------------------------------------------------------

    def _late(self, index: int, view: FitView, held: Held) -> Iterator[tuple[Any, ...]]:
        """A flag that differs from the one that the fit goes by."""
        behaviour = view.behaviour
        assert behaviour is not None
        chain = (held.address, *reversed(held.parents))
        used, live = [view.seen(address) for address in chain], [view.event.heap.get(address) for address in chain]
        self._seen.update(record.flag_at for record in used if record is not None and record.flag_at is not None)
        if all(record is other for record, other in zip(used, live, strict=True)):
            return
        trained, wanted = trained_by(view, held), trains_in(view.event.heap, held, behaviour)
        if trained is None or wanted is None or trained is wanted or behaviour.late_change_raises is not False:
            return
        place = _difference(used, live)
        changed = self.last_change(place, self.at[index])
        if place is None or changed < 0 or not self._keeps_its_flags(index, view, held, trained, changed):
            return
        if not self._is_at_home(view, held, wanted, changed):
            yield place, "late", wanted, None, 0

    def _keeps_its_flags(self, index: int, view: FitView, held: Held, trained: bool, changed: int) -> bool:
        """Whether a fit surely goes by flags that were read before a change."""
        behaviour, compiled = view.behaviour, view.compiled
        if behaviour is None or compiled is None:
            return False
        if behaviour.weights_read_at == "compile":
            # a subclassed model may be built, and its weights be listed, by its first fit alone
            model = view.record.model
            if model is None or model.kind != "subclassed" or not compiled.traces:
                return True
            return trains_in(compiled.traces[0].heap, held, behaviour) is trained
        # the step is traced anew, with the flags of that moment, for another method and for batches of other sizes
        return any(_traced_alike(other, view) for other in self._views_between(view, self.compiled(index), changed))

    def _views_between(self, view: FitView, start: int, end: int) -> Iterator[FitView]:
        """The fits of a model between two moments."""
        for at, other in zip(self.at, self.run.views, strict=True):
            if start < at < end and other.root == view.root:
                yield other

    def _is_at_home(self, view: FitView, held: Held, wanted: bool, changed: int) -> bool:
        """Whether a change took effect elsewhere: in another model with that layer, or in a step under a tape."""
        behaviour = view.behaviour
        assert behaviour is not None
        for event in self.run.events[changed:]:
            if event.kind == "compile" and event.layer != view.root:
                other = self.layers(event).get(held.address)
                if other is not None and trains_in(event.heap, other, behaviour) is wanted:
                    return True
        return self._trains_elsewhere(view, held, wanted, changed)

    def _trains_elsewhere(self, view: FitView, held: Held, wanted: bool, since: int) -> bool:
        for at, each in zip(self.at, self.run.views, strict=True):
            if at < since or (each.root == view.root and each.event.train != CUSTOM_STEP):
                continue
            other = self.layers(each.event).get(held.address)
            if other is not None and trained_by(each, other) is wanted:
                return True
        return False

    # --- hidden -----------------------------------------------------------------------------------------------------

    def _hidden(self, index: int, view: FitView, held: Held) -> Iterator[tuple[Any, ...]]:
        """A layer that was asked to train, after a model around it was frozen that keeps it from that."""
        own = view.seen(held.address)
        asked = own is not None and own.trainable is True and own.enabled_at is not None
        if own is None or not asked or own.enabled_at != own.flag_at or trained_by(view, held) is not False:
            return
        frozen = [address for address in held.parents if _is_off(view.seen(address))]
        # the trained model hides everything; of others the innermost speaks
        hider = held.parents[0] if held.parents[0] in frozen else frozen[-1]
        around = view.seen(hider)
        assert around is not None
        enabled, hidden = (self.last_change(place, self.at[index]) for place in (own.enabled_at, around.frozen_at))
        if 0 <= hidden < enabled and not self._trains_elsewhere(view, held, True, -1):
            yield own.enabled_at, "hidden", True, hider, len(frozen)

    # --- without effect ---------------------------------------------------------------------------------------------

    def _other_flags(self, event: Any) -> dict[Address, Place]:
        """The layers inside a model that an assignment left with another flag, and where that was assigned."""
        found: dict[Address, Place] = {}
        for address in self.layers(event):
            record = event.heap[address]
            asked_at = _asked_at(record)
            if record.trainable is (not event.value) and asked_at is not None and asked_at in self.order.flags:
                found[address] = asked_at
        return found

    def _unmoved(self, at: int, event: Any, others: dict[Address, Place]) -> Iterator[Sighting]:
        """The first fit after an assignment without effect, if it still has those flags."""
        for index, view in enumerate(self.run.views):
            held = [each for address, each in self.layers(view.event).items() if address in others]
            if self.at[index] < at or not held:
                continue
            # where some are given the flag one by one, or it is not known, these may be all that were meant
            if not _is_understood(view) or any(trained_by(view, each) is not (not event.value) for each in held):
                return
            now = {each.address: _asked_at(view.event.heap[each.address]) for each in held}
            held = [each for each in held if now[each.address] == others[each.address]]
            held = [each for each in held if self.last_change(others[each.address], self.at[index]) < at]
            if held:
                yield Sighting(event.place, "none", index, event.value, tuple(held))
            return

    # --- starved ----------------------------------------------------------------------------------------------------

    def _starved(self, index: int) -> Iterator[Sighting]:
        """A freeze that was meant for a model around, and by which the model's own fit trains none of its layers."""
        view, start = self.run.views[index], self.compiled(index)
        if start < 0 or not _is_understood(view) or view.compiled is None or view.behaviour is None:
            return
        if view.behaviour.weights_read_at != "first_fit" or any(self._views_between(view, start, self.at[index])):
            return
        lost = self._lost(view, self.layers(view.event).values())
        for held in lost:
            chain = (held.address, *reversed(held.parents))
            places = [record.frozen_at for record in map(view.seen, chain) if record is not None and _is_off(record)]
            changed = max((self.last_change(place, self.at[index]) for place in places), default=-1)
            combined = self._combined(view, held, changed)
            if changed > start and combined is not None:
                place = self.run.events[changed].place
                yield Sighting(place, "starves", index, False, tuple(lost), None, 0, combined)
                return

    def _lost(self, view: FitView, layers: Collection[Held]) -> list[Held]:
        """The layers that were to train when a model was compiled and do not, if these are all but BatchNorm layers.

        A freeze that leaves others of them trainable may be meant as it is.
        """
        doubtful = doubtful_layers(view.event.heap, view.root)
        trained = {held.address: trained_by(view, held) for held in (*layers, *doubtful)}
        if view.compiled is None or view.behaviour is None or None in trained.values():
            return []
        meant = [held for held in layers if trains_in(view.compiled.heap, held, view.behaviour) is not False]
        others = [held for held in meant if view.event.heap[held.address].type not in BATCH_NORM]
        if any(trained[held.address] for held in (*others, *doubtful)):
            return []
        lost = [held for held in meant if not trained[held.address]]
        return [held for held in lost if trains_in(view.compiled.heap, held, view.behaviour) is True]

    def _combined(self, view: FitView, held: Held, changed: int) -> Place | None:
        """The ``compile``, after a freeze, of another model with that layer, which is trained as well."""
        trained = {other.root for other in self.run.views if other.root != view.root}
        for event in self.run.events[changed + 1 :]:
            if event.kind == "compile" and event.layer in trained and held.address in self.layers(event):
                return event.place  # type: ignore[no-any-return]
        return None


def _is_understood(view: FitView) -> bool:
    """Whether it is known which weights a fit changes: those of its model, by Keras's step or one like it."""
    event = view.event
    if view.behaviour is None or event.train == CUSTOM_STEP or event.data.get("cut"):
        return False
    step = event.step
    return step is None or (not step.partial and step.owners in ((), (view.root,)))


def _traced_alike(one: FitView, other: FitView) -> bool:
    first, second = one.event, other.event
    return (first.train, first.batch, first.samples) == (second.train, second.batch, second.samples)


def _difference(used: list[Layer | None], live: list[Any]) -> Place | None:
    """The assignment by which a layer's flag, or that of a model around it, is not the one that was read."""
    for before, after in zip(used, live, strict=True):
        flags = (None, None) if before is None or after is None else (before.trainable, after.trainable)
        if None not in flags and flags[0] is not flags[1]:
            return after.flag_at  # type: ignore[no-any-return]
    return None


def _asked_at(record: Layer) -> Place | None:
    """The last assignment that asked for the flag which a layer has, whether or not it had it before."""
    return record.enabled_at if record.trainable else record.frozen_at


def _is_off(record: Layer | None) -> bool:
    return record is not None and record.trainable is False
