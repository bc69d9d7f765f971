"""Facts: what each BatchNormalization layer does in one fit of one path."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple, cast

from bnlint.graph.network import ABSENT, FORWARDED, Address
from bnlint.graph.records import Layer
from bnlint.keras.api.graph_mode import GraphMode
from bnlint.keras.api.phases import Phase
from bnlint.keras.inside import is_wrapper
from bnlint.keras.kinds import BATCH_NORM, WEIGHTED
from bnlint.keras.semantics import Behaviour, Flags, Outcome
from bnlint.keras.time_steps import over_time
from bnlint.keras.uses import Use, uses_of

CUSTOM_STEP = "train_step"


class Way(NamedTuple):
    """A use, and the training mode with which it starts."""

    use: Use
    start: bool | None


class State(NamedTuple):
    """One BatchNormalization layer in one fit of one path; ``momentum`` is the one in effect there.

    ``use`` is the first way to it, ``others`` are those besides; ``uses`` how often one training step updates it
    (None: not known).
    """

    address: Address
    record: Layer
    outcome: Outcome
    own: Flags
    container: Address
    use: Use
    uses: int | None
    known: bool = True
    momentum: float | None = None
    others: tuple[Use, ...] = ()


class Part(NamedTuple):
    """One layer in one fit of one path: whether its weights train; of Dropout whether it runs in training mode."""

    state: State
    trained: bool | None
    training: bool | None


class FitView:
    """One fit of one path: where its flags are read, and the state of every layer in it.

    ``saved`` are the models whose weights the program itself writes into files.
    """

    def __init__(
        self,
        event: Any,
        behaviour: Behaviour | None,
        phase: Phase | None = None,
        saved: frozenset[Address] = frozenset(),
        graph_mode: GraphMode | None = None,
    ) -> None:
        self.event = event
        self._saved = saved
        self.behaviour = behaviour
        self.phase = phase
        self.graph_mode = graph_mode
        self.root: Address = event.layer
        self.record: Layer = event.heap[self.root]
        self.compiled = self.record.model.compiled if self.record.model is not None else None
        self.learning_phase_set = phase is not None and not (behaviour is not None and _ignores(behaviour))
        """whether the learning phase was set on a release where that changes what a fit does"""
        self.states: list[State] = []
        self._known_trains: dict[tuple[Flags, tuple[Address, ...]], bool | None] = {}

    @property
    def learning_rate(self) -> float | None:
        """The rate with which the first epoch of a ``fit`` begins: the optimizer's, unless a callback sets another."""
        begun = self.event.data.get("begun")
        if begun is not None and not begun.kept:
            return cast("float | None", begun.rate)
        return self.compiled.learning_rate if self.compiled is not None else None

    def heaps(self, when: str | None) -> tuple[Any, ...]:
        """The moments whose flags may count: one, several where it is not known which, none where nothing is."""
        compiled = self.compiled
        if self.event.train == CUSTOM_STEP or compiled is None:
            return (self.event.heap,)
        if compiled.eager and self.behaviour is not None and self.behaviour.eager_reads_live:
            return (self.event.heap,)
        if when == "compile":
            return (compiled.heap,)
        if when == "first_fit":
            return compiled.heaps or (self.event.heap,)
        if when == "fit":
            return (self.event.heap,)
        return ()

    def flags(self, address: Address) -> Flags:
        """A layer's own flag as updates and as the gradient step see it."""
        behaviour = self.behaviour
        if behaviour is None:
            return Flags(None, None)
        record = self.event.heap.get(address)
        if isinstance(record, Layer) and is_wrapper(record) and behaviour.wrapper_flag != "own":
            return Flags(*([True, True] if behaviour.wrapper_flag else [None, None]))
        updates = self._flag(address, behaviour.updates_read_at)
        if self.event.train == CUSTOM_STEP:
            # the variables are those that were listed, whatever was set since
            listed = self.event.step.heap.get(address)
            return Flags(updates, listed.trainable if isinstance(listed, Layer) else updates)
        return Flags(updates, self._flag(address, behaviour.weights_read_at))

    def seen(self, address: Address) -> Layer | None:
        """A layer as the gradient step sees it; None where it is not known when that reads the flags."""
        if self.behaviour is None:
            return None
        heaps = self.heaps(self.behaviour.weights_read_at)
        records = [heap.get(address) or self.event.heap.get(address) for heap in heaps]
        if not records or any(record is not records[0] for record in records):
            return None
        return records[0] if isinstance(records[0], Layer) else None

    def _flag(self, address: Address, when: str | None) -> bool | None:
        heaps = self.heaps(when)
        if not heaps:
            first, second = self._flag(address, "compile"), self._flag(address, "first_fit")
            return first if first is second else None
        records = [heap.get(address) or self.event.heap.get(address) for heap in heaps]
        flags = {record.trainable if isinstance(record, Layer) else None for record in records}
        return flags.pop() if len(flags) == 1 else None

    def start(self, called: Address, training: Any) -> bool | None:
        """The training mode with which a model is run by ``fit``, or by a call in a custom step."""
        behaviour = self.behaviour
        if behaviour is None:
            return None
        if self.event.step is not None or self.event.train == CUSTOM_STEP:
            if training is ABSENT and self.phase is not None:
                # a plain call obeys the phase (measured: TensorFlow 2.0, 2.15)
                known = self.phase.value is not None and behaviour.ignores_learning_phase
                return bool(self.phase.value) if known else None
            if training is ABSENT:
                code = behaviour.code("q10_custom_loop", "eager__no_arg")
                trains = None if code is None else code.statistics == "batch"
                # where arguments stay, one in the graph counts for what comes after it
                return None if behaviour.training_stays and self._is_forced(called) else trains
            if training is not True and training is not FORWARDED:
                return None if training is None else False
            # handed to a `call` that has no such parameter: no on Keras 3.0 and 3.3, yes on 3.12 and 3.15 (measured)
            model = self.event.heap[called].model
            is_bare = model is not None and model.kind == "subclassed" and model.bare
            return None if is_bare and behaviour.bare_call_trains is not True else True
        model = self.record.model
        if model is not None and model.kind == "subclassed" and model.bare:
            return None if self._is_forced_when_bare else behaviour.bare_call_trains
        return True

    @cached_property
    def _is_forced_when_bare(self) -> bool:
        """Whether a ``training=True`` in a graph may count in a model whose ``call`` does not take the argument.

        Then it does in the evaluation at the end of an epoch, too, which has flags of its own.
        """
        model, behaviour = self.record.model, self.behaviour
        if model is None or model.kind != "subclassed" or not model.bare or behaviour is None:
            return False
        return behaviour.bare_call_trains is False and bool(behaviour.training_stays) and self._is_forced(self.root)

    def find_states(self) -> list[State]:
        """The state of every BatchNormalization layer that the fit reaches."""
        inside, ways = self._uses()
        return [self._state(address, use, ways.get(address, [])) for address, use in inside.items()]

    def find_parts(self) -> list[Part]:
        """The layers that the fit reaches and that hold no others: whether they train, in which mode Dropout runs."""
        inside, ways = self._uses(None)
        return [self._part(address, use, ways.get(address, [])) for address, use in inside.items()]

    def _uses(self, kinds: frozenset[str] | None = BATCH_NORM) -> tuple[dict[Address, Use], dict[Address, list[Way]]]:
        """The layers inside what is trained, and the ways on which the fit runs them."""
        heap, step = self.event.heap, self.event.step
        inside: dict[Address, Use] = {}
        ways: dict[Address, list[Way]] = {}
        roots: tuple[Address, ...] = (self.root,)
        if step is not None and self.root in step.owners and self.event.train == CUSTOM_STEP:
            roots = step.owners
        for use in (found for root in roots for found in uses_of(heap, root, kinds)):
            inside.setdefault(use.address, use)
            if step is None:
                ways.setdefault(use.address, []).append(Way(use, self.start(self.root, ABSENT)))
        for made in step.calls if step is not None else ():
            start = self.start(made.layer, made.training)
            for use in uses_of(heap, made.layer, kinds):
                ways.setdefault(use.address, []).append(Way(use, start))
        return inside, ways

    def _part(self, address: Address, inside: Use, ways: list[Way]) -> Part:
        record: Layer = self.event.heap[address]
        own = self.flags(address)
        trained = self._trains(own, inside.parents)
        modes = [self._mode(way) for way in ways] if record.rate is not None else []
        known = bool(ways) and not self.learning_phase_set and all(way.use.known and way.use.certain for way in ways)
        # of a custom step nobody knows here which of the variables it changes
        plain = self.event.step is None and all(way.use.known for way in ways)
        mode = None if not known or not modes or None in modes else any(modes)
        use = ways[0].use if ways and self.event.step is None else inside
        state = State(
            address, record, Outcome(None, None, None), own, self.container(inside.parents), use, len(ways), known
        )
        return Part(state, trained if plain or trained is False else None, mode)

    def _trains(self, own: Flags, around: tuple[Address, ...]) -> bool | None:
        """Whether the weights of a layer with these flags, in these models, train."""
        if self.behaviour is None:
            return None
        key = own, around
        if key not in self._known_trains:
            parents = [self.flags(parent) for parent in around[1:]]
            self._known_trains[key] = self.behaviour.outcome(True, own, parents, self.flags(self.root)).trained
        return self._known_trains[key]

    def _mode(self, way: Way) -> bool | None:
        """The training mode at the end of a way."""
        return self.behaviour.mode(way.start, list(way.use.links))[0] if self.behaviour is not None else None

    def _weights(self, address: Address, inside: Use) -> tuple[list[Flags], Flags, bool | None]:
        """The flags over a layer's weights (models between, the trained one), and whether it gets gradients at all."""
        step = self.event.step
        if step is None or not step.owners or (self.root in step.owners and len(step.owners) == 1):
            return [self.flags(parent) for parent in inside.parents[1:]], self.flags(self.root), True
        for owner in step.owners:
            for use in uses_of(self.event.heap, owner):
                if use.address == address:
                    parents = [self.flags(parent) for parent in use.parents[1:]]
                    return parents, self.flags(owner) if use.parents else Flags(True, True), True
        return [], Flags(True, True), False

    def _state(self, address: Address, inside: Use, ways: list[Way]) -> State:
        record: Layer = self.event.heap[address]
        if record.pretrained and record.loaded_into is not None and self._goes_on(record.loaded_into):
            record = record._replace(pretrained=None)
        own = self.flags(address)
        known = bool(ways) and all(way.use.known for way in ways)
        container = self.container(inside.parents)
        parents, root, is_trained = self._weights(address, inside)
        outcomes: list[Outcome] = []
        updates: int | None = 0
        for way in ways:
            if self.behaviour is None:
                break
            mode, overridden = self.behaviour.mode(way.start, list(way.use.links))
            outcome = self.behaviour.outcome(
                mode,
                own,
                parents,
                root,
                affine=record.affine,
                legacy=record.legacy,
                frozen_unbuilt=record.frozen_unbuilt,
                frozen_at_call=self._frozen_at_call(address, way.use.parents),
                deep=sum(not is_wrapper(self.event.heap[parent]) for parent in way.use.parents[1:]) > 1,
            )
            if self.graph_mode is not None:
                outcome = self._in_graph_mode(outcome, mode, address, way.use.parents)
            if self._is_forced_when_bare and self.event.train != CUSTOM_STEP:
                outcome = outcome._replace(statistics=None, updated=None)
            if not is_trained:
                outcome = outcome._replace(trained=False)
            elif record.made_frozen and self._in_own_layer(way.use.parents):
                # opened by the layer around it, Keras 3.15 updates its statistics and does not train it
                outcome = outcome._replace(trained=False if outcome.trained is False else None)
            outcome = outcome._replace(overridden=overridden and bool(outcome.updated))
            outcomes.append(outcome)
            times = self._times(way.use) if outcome.updated else 0
            updates = updates + times if updates is not None and times is not None else None
        outcome = _combine(outcomes) if outcomes else Outcome(None, None, None)
        if not all(way.use.certain for way in ways) and len(set(outcomes)) > 1:
            outcome = Outcome(None, None, None)
        if not known or self.learning_phase_set or self._untracked(ways):
            certain = outcome.updated is False and outcome.trained is False and own.updates is False and known
            if self.learning_phase_set:
                outcome = self._in_phase(own, parents, root, ways, record)
            elif not certain:
                outcome = Outcome(None, None, None)
        if outcome.trained and (record.many or (self.event.step is not None and self.event.step.partial)):
            outcome = outcome._replace(trained=None)
        if self.switched(address, own):
            outcome = Outcome(None, None, None)
        momentum = self._momentum(address)
        if outcome.updated and momentum == 1:
            # an update that keeps all of the old statistics is none; where it is one, it leaves NaN, for good
            kept = self.behaviour is not None and self.behaviour.momentum_of_one_updates is False
            outcome = outcome._replace(updated=False if kept else None)
        use = ways[0].use if ways and self.event.step is None else inside
        others = tuple(way.use for way in ways[1:])
        return State(address, record, outcome, own, container, use, updates, known, momentum, others)

    def _times(self, use: Use) -> int | None:
        """How often one run of a way updates the statistics: what is run on every time step may so each time."""
        found = over_time(self.event.heap, use.parents)
        if not found:
            return 1
        if len(found) > 1 or self.behaviour is None:
            return None
        return self.behaviour.updates_over_time(found[0].holds, found[0].steps)

    def switched(self, address: Address, own: Flags) -> bool:
        """Whether a layer that is frozen when ``fit`` begins is unfrozen by the model's own ``train_step``."""
        step = self.event.step
        frozen = own.updates is False and self.event.heap[address].trainable is False
        return step is not None and frozen and address in step.live

    @property
    def momentum_read_at(self) -> str | None:
        """When a momentum that was set counts, for the way in which this fit runs."""
        behaviour = self.behaviour
        if behaviour is None:
            return None
        at_once: bool | None = False
        if self.compiled is not None and self.compiled.eager:
            at_once = behaviour.momentum_read_when_eager
        elif self.event.train == "train_on_batch":
            at_once = behaviour.momentum_read_by_each_step
        if at_once is False or behaviour.momentum_read_at != "first_fit":
            return behaviour.momentum_read_at
        return "fit" if at_once else None

    def _momentum(self, address: Address) -> float | None:
        """The momentum of a layer that the fit goes by."""
        live, when = self.event.heap[address].momentum, self.momentum_read_at
        if when == "fit":
            return cast("float | None", live)
        records = [heap.get(address) for heap in self.heaps("first_fit")]
        found = {record.momentum if isinstance(record, Layer) else live for record in records}
        if when is None:
            found.add(live)
        return found.pop() if len(found) == 1 else None

    def _frozen_at_call(self, address: Address, around: tuple[Address, ...]) -> bool | None:
        """Whether a layer was frozen when the models between it and the trained one were called; None: not always."""
        flags: set[bool | None] = set()
        heap: Any = None
        for parent in around[1:]:
            heap = self.event.heap[parent].called or heap  # what a wrapper holds is called with it
            seen = heap.get(address) if heap is not None else None
            flags.add(seen.trainable if isinstance(seen, Layer) else None)
        if len(flags) > 1 or None in flags:
            return None
        return False in flags

    def _in_graph_mode(
        self, outcome: Outcome, mode: bool | None, address: Address, around: tuple[Address, ...]
    ) -> Outcome:
        """What a layer does after eager execution was switched off, where the flag counts as it was at the call.

        Measured: TensorFlow 1.15 to 2.15, on flags that do not change after ``compile``.
        """
        record: Layer = self.event.heap[address]
        unknown = Outcome(None, None, outcome.trained)
        behaviour, switched = self.behaviour, self.graph_mode
        if behaviour is None or switched is None or self.compiled is None or self.event.step is not None:
            return unknown._replace(trained=None)
        early, late = behaviour.frozen_in_graph(at_call=True), behaviour.frozen_in_graph(at_call=False)
        if early is not None and early == late:
            return outcome  # it ran as a graph anyway
        if early is None or late is None or self._changed_since_compile((address, *around)):
            return unknown._replace(trained=None)
        if record.legacy or mode is False:
            return outcome
        frozen = record.trainable is False
        if around[1:]:
            at_call = self._frozen_at_call(address, around)
        else:
            at_call = record.frozen_unbuilt or (None if record.frozen_at is not None and not frozen else False)
        if at_call is None or not switched.certain:
            return unknown._replace(updated=False if frozen else None)
        if at_call:
            return outcome._replace(statistics=early, updated=False)
        if frozen:
            return outcome._replace(statistics=late, updated=False)
        return outcome if all(self.event.heap[parent].trainable is True for parent in around) else unknown

    def _changed_since_compile(self, addresses: Iterable[Address]) -> bool:
        """Whether a flag is not the one that it was when the model was compiled."""
        assert self.compiled is not None
        pairs = [(self.compiled.heap.get(each), self.event.heap.get(each)) for each in addresses]
        return any(
            not isinstance(then, Layer) or then.trainable is not now.trainable or then.trainable is None
            for then, now in pairs
        )

    def _is_forced(self, called: Address) -> bool:
        """Whether a layer on the way to some layer of a model is called with ``training=True`` in its graph."""
        links = (link for use in uses_of(self.event.heap, called, None) for link in use.links)
        return any(link.container == "functional" and link.training is True for link in links)

    def _in_own_layer(self, parents: Iterable[Address]) -> bool:
        """Whether a layer sits in a layer of the program's own."""
        records = (self.event.heap[parent] for parent in parents)
        return any(record.model is not None and record.model.is_layer for record in records)

    def _in_phase(self, own: Flags, parents: list[Flags], root: Flags, ways: list[Way], record: Layer) -> Outcome:
        """What a layer does while the learning phase is set, as far as it was measured.

        In flat models, and in a model that calls one that is frozen by its own flag or not at all.
        """
        unknown = Outcome(None, None, None)
        phase, behaviour = self.phase, self.behaviour
        written = [link.training for way in ways for link in way.use.links]
        plain = all(training is ABSENT for training in written) and all(way.use.known for way in ways)
        on, off = Flags(True, True), Flags(False, False)
        around = set(parents)
        frozen = own == off if not parents else off in around
        measured = root == on and (own in (on, off) if not parents else around == {off} or {own, *around} == {on})
        if behaviour is None or phase is None or phase.value is None or own.updates is None or self.event.step:
            return unknown
        if not (plain and measured) or record.affine is not True or record.legacy or record.many:
            return unknown
        early = None if phase.value == 0 else phase.before_build
        if phase.value == 1 and early is not True:
            return unknown  # layers may have been built before it and after it
        code = behaviour.with_learning_phase(phase.value, before_build=early, frozen=frozen)
        return unknown if code is None else Outcome(code.statistics, code.updated, code.trained)

    def _goes_on(self, loaded: Address) -> bool:
        """Whether training may just go on with the weights loaded into a model.

        It is the trained one, or all that this has with its other parts, or one whose weights the program itself saves.
        """
        return loaded == self.root or loaded in self._saved or self._is_loaded_whole

    @cached_property
    def _is_loaded_whole(self) -> bool:
        layers = (self.event.heap.get(use.address) for use in uses_of(self.event.heap, self.root, None))
        own = [layer for layer in layers if isinstance(layer, Layer) and layer.type in WEIGHTED | BATCH_NORM]
        return all(layer.loaded_into is not None for layer in own)

    def container(self, parents: tuple[Address, ...]) -> Address:
        """The innermost model around a layer: blocks and wrappers are parts of it."""
        for parent in reversed(parents):
            model = self.event.heap[parent].model
            if model is not None and model.kind != "lambda" and not model.is_layer:
                return parent
        return self.root

    def _untracked(self, ways: list[Way]) -> bool:
        """Whether a way leads through a class of the program on a release that does not track what it holds."""
        inner = any(link.container == "subclassed" for way in ways for link in way.use.links[1:])
        inner = inner or (
            any(link.container == "subclassed" for way in ways for link in way.use.links[:1])
            and not (self.record.model is not None and self.record.model.kind == "subclassed")
        )
        return inner and (self.behaviour is None or not self.behaviour.inner_layers_are_tracked)


def _ignores(behaviour: Behaviour) -> bool:
    """Whether ``fit`` does as if the phase had not been set, or the program has stopped at setting it."""
    return behaviour.ignores_learning_phase is True or behaviour.sets_learning_phase is False


def _combine(outcomes: list[Outcome]) -> Outcome:
    """A layer called several times: it updates if one call does."""
    first = outcomes[0]
    if all(outcome == first for outcome in outcomes):
        return first
    updates = [outcome.updated for outcome in outcomes]
    statistics = {outcome.statistics for outcome in outcomes}
    trained = {outcome.trained for outcome in outcomes}
    return Outcome(
        statistics.pop() if len(statistics) == 1 else None,
        True if True in updates else None if None in updates else False,
        trained.pop() if len(trained) == 1 else None,
        any(outcome.overridden for outcome in outcomes),
    )
