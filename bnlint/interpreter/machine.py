"""The machine: heap, frames, branches and budgets.

One machine runs one path. Where a branch cannot be decided, both arms run from the same heap and are joined; where
the join would lose something that matters and the condition hangs on a named input, the machine takes the arm that
its decisions ask for, and `paths.py` runs the program again for the other.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from immutables import Map

from bnlint.graph.places import Place
from bnlint.interpreter.heap import Scope, join_records
from bnlint.interpreter.library import Library
from bnlint.interpreter.source import Source
from bnlint.interpreter.values import Address, OneOf, Ref, Unknown, Value, join_values

MAX_PATHS = 64
"""As many as six inputs with two values each give."""
MAX_DEPTH = 40
MAX_RECURSION = 6
MAX_RECURSION_IN_LOOPS = 2


FIRST_TURN = "first"
LATER_TURNS = "*"
"""What stands in a context for all turns of a loop but the first, where they are not run one by one."""


class BudgetExceeded(Exception):
    """The program is too large to be followed within the step budget."""


class Modules(Protocol):
    """Finds the modules of the project that a program belongs to."""

    def find(self, name: str, importer: str) -> Source | None:
        """The module ``name`` (with leading dots where it is relative), imported by the file ``importer``."""

    def add_folder(self, folder: str) -> None:
        """A folder that the program puts on Python's path."""

    def has_config(self, path: str) -> bool:
        """Whether ``path`` leads, for a program of the project, to a file of settings in it."""

    def config(self, path: str, form: str) -> tuple[bool, Any]:
        """Whether such a file can be read as ``form`` (``json``, ``yaml``, ``toml``, ``ini``), and what is in it."""

    def written(self, path: str) -> None:
        """The program itself writes this file: what is on the disk says nothing."""


class Completion:
    """How a block ended, where it did not simply run to its end."""

    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: Value | None = None) -> None:
        self.kind = kind
        self.value = value


RAISED = Completion("raise")
BREAK = Completion("break")
CONTINUE = Completion("continue")


class Frame:
    """One function call: its scope, and the ends of paths that were joined away."""

    __slots__ = (
        "at_each",
        "at_yield",
        "began",
        "function",
        "is_context",
        "level",
        "loops",
        "owner",
        "receiver",
        "returns",
        "scope",
        "source",
        "yields",
    )

    def __init__(self, scope: Address, source: Source, function: str = "", owner: Address | None = None) -> None:
        self.scope = scope
        self.source = source
        self.function = function
        self.owner = owner
        self.receiver: Value | None = None
        self.returns: list[tuple[Value, Map[Address, Any]]] = []
        self.loops: list[LoopEnds] = []
        self.yields: list[tuple[Value, bool]] = []
        self.is_context = False
        self.at_yield: Callable[[Value], None] | None = None
        self.at_each: Callable[[Value], None] | None = None
        self.level = (0, 0)
        self.began = 0


class LoopEnds:
    """Heaps with which a loop's turns were left early."""

    __slots__ = ("began", "breaks", "continues")

    def __init__(self, began: int) -> None:
        self.began = began
        self.breaks: list[Map[Address, Any]] = []
        self.continues: list[Map[Address, Any]] = []


class Event:
    """Something that the facts are read from: it keeps where it happened and the heap it saw.

    Events of one ``version`` saw the same records, whatever names were bound between them. An event in a loop that
    was not run turn by turn stands for ``times`` events (None: it is not known how many).
    """

    __slots__ = ("calls", "data", "heap", "kind", "maybe", "place", "times", "version")

    def __init__(
        self,
        kind: str,
        place: Place,
        heap: Map[Address, Any],
        calls: tuple[Place, ...],
        data: dict[str, Any],
        version: int,
        times: int | None,
    ) -> None:
        self.kind = kind
        self.place = place
        self.heap = heap
        self.calls = calls
        self.data = data
        self.maybe = False
        self.version = version
        self.times = times

    def __getattr__(self, name: str) -> Any:
        try:
            return self.data[name]
        except KeyError:
            raise AttributeError(name) from None


HARMLESS_EVENTS = frozenset(
    """api assembly call eager_call excluded_from_decay forced layer layer_list layer_loop loaded momentum
    momentum_later predict typo untold weights""".split()
)


class Machine:
    """Runs one path of a program."""

    def __init__(
        self,
        source: Source,
        library: Library,
        decisions: dict[str, int],
        steps: list[int],
        modules: Modules | None = None,
        most_paths: int = MAX_PATHS,
    ) -> None:
        self.source = source
        self.most_paths = most_paths
        self.spread = 1
        self.has_arguments = False
        self.modules = modules
        self.module_sources: dict[Address, Source] = {}
        self.defining: set[tuple[Address, str]] = set()
        self.library = library
        self.heap: Map[Address, Any] = Map()
        self.events: list[Event] = []
        self.steps = steps
        self.decisions = decisions
        self.choices: dict[str, int] = {}
        self.arms: dict[str, int] = {}
        self.context: tuple[Any, ...] = ()
        self.calls: tuple[Place, ...] = ()
        self.star = 0
        self.turns: tuple[int | None, ...] = ()
        self.depth = 0
        self.running: list[tuple[object, tuple[Any, ...]]] = []
        self.called: set[object] = set()
        self.unknowns: list[tuple[Place, str]] = []
        self.traces: list[list[Any]] = [[]]
        self.eager_calls: list[Any] = []
        self.tapes: list[Any] = []
        self.last_tapes: frozenset[Any] = frozenset()
        self.steps_seen: list[Any] | None = None
        self.memo: dict[Any, Any] = {}
        self.trying = 0
        self.starting = False
        self.stashed = 0
        self.tries: list[tuple[int, ...]] = []
        self.handling: list[Value | None] = []
        self.node: ast.AST = source.tree.body[0] if source.tree.body else source.tree
        self.node_source = source
        self.version = 0
        self.module_writes = 0
        self.log: list[Address] = []
        self.globals: Address = ("module", source.name)
        self.heap = self.heap.set(self.globals, Scope(Map(), None, "module"))
        self.frame = Frame(self.globals, source)

    # --- heap -------------------------------------------------------------------------------------------------------

    def get(self, address: Address) -> Any:
        """The record at ``address``."""
        return self.heap[address]

    def put(self, address: Address, record: object) -> None:
        """Replaces the record at ``address``."""
        self.heap = self.heap.set(address, record)
        if not isinstance(record, Scope):
            self.version += 1
        elif record.kind == "module":
            self.module_writes += 1
        self.log.append(address)

    def put_many(self, heap: Map[Address, Any], addresses: Sequence[Address]) -> None:
        """Takes over a heap in which the records at ``addresses`` are new."""
        self.heap = heap
        self.version += 1
        self.module_writes += 1
        self.log.extend(addresses)

    def record(self, value: Value) -> Any:
        """The record that a reference names, or None."""
        return self.heap.get(value.address) if isinstance(value, Ref) else None

    def allocate(self, node: ast.AST, record: object, part: Any = 0) -> Ref:
        """Puts a new record into the heap, at an address that says where it was made."""
        address: Address = (type(node).__name__, getattr(node, "lineno", 0), getattr(node, "col_offset", 0), part)
        address = (*address, self.frame.source.path, self.context)
        if not self.star:
            again = 0
            while (*address, again) in self.heap:
                again += 1
            address = (*address, again)
        self.put(address, record)
        return Ref(address)

    def place(self, node: ast.AST) -> Place:
        """Where ``node`` stands."""
        # the last statement that was run may be one of a function in another file
        source = self.node_source if node is self.node else self.frame.source
        return source.place(node)

    @property
    def is_in_unknown_turn(self) -> bool:
        """Whether a loop of unknown length is being run."""
        return FIRST_TURN in self.context or LATER_TURNS in self.context

    def tick(self, amount: int = 1) -> None:
        """Counts steps; raises BudgetExceeded where there are none left."""
        self.steps[0] -= amount
        if self.steps[0] < 0:
            raise BudgetExceeded

    def event(self, kind: str, node: ast.AST | Place, **data: Any) -> Event:
        """Records an event with the heap as it is."""
        place = node if isinstance(node, Place) else self.place(node)
        times: int | None = 1
        for turns in self.turns:
            times = None if times is None or turns is None else times * turns
        event = Event(kind, place, self.heap, self.calls, data, self.version, times)
        self.events.append(event)
        return event

    def unknown(self, node: ast.AST, reason: str, source: str | None = None) -> Unknown:
        """An unknown value, and a note of what was not understood."""
        self.unknowns.append((self.place(node), reason))
        return Unknown(reason, source)

    # --- what is certain --------------------------------------------------------------------------------------------

    def certainty(self) -> tuple[int, ...]:
        """Changes where something undecided begins: while it is the same, what runs runs for certain."""
        return self.trying, self.star, self.stashed, len(self.traces)

    def raises(self) -> bool:
        """Whether an error that is raised now is surely seen by a ``try``."""
        return bool(self.tries) and self.tries[-1] == self.certainty()

    # --- joins and branches -----------------------------------------------------------------------------------------

    def join(self, left: Map[Address, Any], right: Map[Address, Any], touched: set[Address]) -> tuple[Any, bool]:
        """Joins two heaps that differ at most at the ``touched`` addresses."""
        if left is right:
            return left, False
        result, matters = left, False
        for address in touched:
            other = right.get(address)
            mine = left.get(address)
            if mine is other or other is None:
                continue
            if mine is None:
                result = result.set(address, other)
                continue
            difference = join_records(mine, other)
            if difference.record is not mine:
                result = result.set(address, difference.record)
            matters = matters or difference.matters
        return result, matters

    def attempt(self, run: Callable[[], Any]) -> Arm:
        """Runs something from the present heap, takes its effects back, and returns them."""
        start, mark, since = self.heap, len(self.events), len(self.log)
        trace = self.traces[-1]
        called = len(trace)
        self.trying += 1
        try:
            result = run()
        finally:
            self.trying -= 1
            arm_heap = self.heap
            self.restore(start)
            events, nodes = self.events[mark:], trace[called:]
            del self.events[mark:], trace[called:]
        return Arm(result, arm_heap, set(self.log[since:]), events, nodes)

    def restore(self, heap: Map[Address, Any]) -> None:
        """Goes back to an earlier heap."""
        self.heap = heap
        self.version += 1
        self.module_writes += 1

    def adopt(self, arm: Arm) -> Any:
        """Makes an arm's effects the machine's own."""
        self.heap = arm.heap
        self.keep(arm)
        return arm.result

    def keep(self, arm: Arm) -> None:
        """Keeps what an arm showed: its events, and the calls that it put into the graph that is being traced."""
        self.events.extend(arm.events)
        self.traces[-1].extend(arm.nodes)

    def can_fork(self, key: str | None, arms: int) -> bool:
        """Whether a branch on ``key`` may be decided one way now and in the other ways in other runs."""
        return key is not None and (key in self.choices or self.spread * arms <= self.most_paths)

    def decide(self, key: str, arms: int) -> int:
        """Which of its arms this run takes at ``key``."""
        if key not in self.choices:
            self.choices[key] = self.decisions.get(key, 0)
            self.arms[key] = arms
            self.spread *= arms
        return self.choices[key]

    def place_key(self, node: ast.AST) -> str | None:
        """Where no input has a name: outside of loops the place itself can stand for it."""
        if not all(isinstance(part, tuple) for part in self.context):
            return None
        return f"line {getattr(node, 'lineno', 0)}:{getattr(node, 'col_offset', 0)} {self.context}"

    def branch(self, key: str | None, node: ast.AST, arms: Sequence[Callable[[], Completion | None]]) -> Any:
        """Runs the arms of a branch that cannot be decided."""
        key = key or self.place_key(node)
        if key is not None and key in self.choices:
            return arms[self.choices[key]]()
        tried = [self.attempt(arm) for arm in arms]
        alive = [arm for arm in tried if not (isinstance(arm.result, Completion) and arm.result.kind == "raise")]
        if not alive:
            return self.adopt(tried[0])
        if len(alive) == 1:
            return self.adopt(alive[0])
        ended = any(isinstance(arm.result, Completion) for arm in alive)
        loud = any(event.kind not in HARMLESS_EVENTS for arm in alive for event in arm.events)
        heap, matters = self._join_arms(alive)
        if (ended or loud or matters) and len(alive) == len(tried) and self.can_fork(key, len(arms)):
            return self.adopt(tried[self.decide(str(key), len(arms))])
        return self._merge(alive, heap)

    def _join_arms(self, arms: Sequence[Arm]) -> tuple[Map[Address, Any], bool]:
        going = [arm for arm in arms if not isinstance(arm.result, Completion)]
        touched: set[Address] = set().union(*(arm.touched for arm in arms))
        if not going:
            return self.heap, False
        heap, matters = going[0].heap, False
        for arm in going[1:]:
            heap, lost = self.join(heap, arm.heap, touched)
            matters = matters or lost
        return heap, matters

    def _merge(self, arms: Sequence[Arm], heap: Map[Address, Any]) -> Completion | None:
        for arm in arms:
            for event in arm.events:
                event.maybe = True
            self.keep(arm)
        going = [arm for arm in arms if not isinstance(arm.result, Completion)]
        ended = [arm for arm in arms if isinstance(arm.result, Completion)]
        if going:
            for arm in ended:
                self._stash(arm.result, arm.heap)
            self.heap = heap
            return None
        for arm in ended[:-1]:
            self._stash(arm.result, arm.heap)
        self.heap = ended[-1].heap
        return ended[-1].result  # type: ignore[no-any-return]

    def _stash(self, completion: Completion, heap: Map[Address, Any]) -> None:
        self.stashed += 1
        if completion.kind == "return":
            self.frame.returns.append((completion.value or Unknown(), heap))
        elif self.frame.loops:
            ends = self.frame.loops[-1]
            (ends.breaks if completion.kind == "break" else ends.continues).append(heap)

    def join_heaps(self, heaps: Sequence[Map[Address, Any]], since: int) -> Map[Address, Any]:
        """Joins heaps that were one when the log of changes was ``since`` long."""
        result = heaps[0]
        touched = set(self.log[since:])
        self.tick(len(touched) // 20)
        for other in heaps[1:]:
            result, _ = self.join(result, other, touched)
        return result

    def choose_value(self, key: str | None, node: ast.AST, arms: Sequence[Callable[[], Value]]) -> Value:
        """The value of an expression with undecided alternatives."""
        found: list[Value] = []

        def run(arm: Callable[[], Value]) -> Callable[[], None]:
            def evaluate() -> None:
                found.append(arm())

            return evaluate

        if key is not None and key in self.choices:
            return arms[self.choices[key]]()
        tried = [self.attempt(run(arm)) for arm in arms]
        joined = found[0]
        for value in found[1:]:
            joined = join_values(joined, value)
        heavy = isinstance(joined, (OneOf, Unknown)) and not all(isinstance(value, Unknown) for value in found)
        if heavy and self.can_fork(key, len(arms)):
            choice = self.decide(str(key), len(arms))
            self.adopt(tried[choice])
            return found[choice]
        heap, _ = self._join_arms(tried)
        self._merge(tried, heap)
        return joined


def context_of(address: Address) -> tuple[Any, ...]:
    """The calls and loop turns in which something was made; none where an address was not made by `allocate`."""
    return address[5] if len(address) > 5 and isinstance(address[5], tuple) else ()


class Arm:
    """What one arm of a branch did."""

    __slots__ = ("events", "heap", "nodes", "result", "touched")

    def __init__(
        self, result: Any, heap: Map[Address, Any], touched: set[Address], events: list[Event], nodes: list[Any]
    ) -> None:
        self.result = result
        self.heap = heap
        self.touched = touched
        self.events = events
        self.nodes = nodes
