"""All paths of a program: the machine runs again for every way in which named inputs can decide its branches."""

from __future__ import annotations

from collections.abc import Callable

from bnlint.interpreter.entries import entry_points, next_decisions, run_entry
from bnlint.interpreter.library import Library
from bnlint.interpreter.machine import MAX_PATHS, BudgetExceeded, Event, Machine, Modules
from bnlint.interpreter.source import Source
from bnlint.interpreter.statements import run_block

STEPS = 50_000


class Path:
    """What one run of the program showed, and what each entry point showed after it, on each path of its own."""

    __slots__ = ("decisions", "entries", "events", "unknowns")

    def __init__(self, machine: Machine, entries: list[list[Event]]) -> None:
        self.events = machine.events
        self.entries = [events for events in entries if events]
        self.decisions = dict(machine.choices)
        self.unknowns = machine.unknowns


class Paths:
    """Every path that was run; ``complete`` is off where some were left out."""

    __slots__ = ("complete", "paths")

    def __init__(self, paths: list[Path], complete: bool) -> None:
        self.paths = paths
        self.complete = complete


def run_paths(
    source: Source, make_library: Callable[[], Library], steps: int = STEPS, modules: Modules | None = None
) -> Paths:
    """Runs a program on every path; ``modules`` finds the project's other files.

    Where the paths are too many for the step budget, fewer are followed one by one, and the other branches are joined.
    """

    def new_machine(decisions: dict[str, int], left: list[int], most: int) -> Machine:
        return Machine(source, make_library(), decisions, left, modules, most)

    machines, cost, complete = _run_module(new_machine, steps, MAX_PATHS)
    if not complete and len(machines) > 1:
        machines, cost, complete = _run_module(new_machine, steps, steps // cost)
    if not complete and len(machines) > 1:
        machines, cost, complete = _run_module(new_machine, steps, 1)
    if not complete:
        return Paths([Path(machine, []) for machine in machines], complete=False)
    entries = _run_entries(machines, steps, MAX_PATHS)
    if entries is None:
        entries = _run_entries(machines, steps, 1)
    if entries is None:
        entries = [[] for _ in machines]
        _note_size(machines[-1])
    return Paths([Path(machine, found) for machine, found in zip(machines, entries, strict=True)], complete=True)


def _run_module(
    new_machine: Callable[[dict[str, int], list[int], int], Machine], steps: int, most_paths: int
) -> tuple[list[Machine], int, bool]:
    """The machines of all paths, the steps that the first one took, and whether the budget was enough."""
    left = [steps]
    cost = steps
    machines: list[Machine] = []
    decisions: dict[str, int] | None = {}
    try:
        while decisions is not None:
            machine = new_machine(decisions, left, most_paths)
            machines.append(machine)
            run_block(machine, machine.source.tree.body)
            cost = min(cost, max(steps - left[0], 1))
            decisions = next_decisions(machine.choices, machine.arms)
    except BudgetExceeded:
        _note_size(machines[-1])
        return machines, cost, False
    return machines, cost, True


def _run_entries(machines: list[Machine], steps: int, most_paths: int) -> list[list[list[Event]]] | None:
    """For each path of the module, what its entry points show; None where the budget is not enough."""
    called: set[object] = set().union(*(machine.called for machine in machines))
    left = [steps]
    found: list[list[list[Event]]] = []
    for machine in machines:
        before, mark = set(machine.called), len(machine.unknowns)
        machine.steps, machine.most_paths = left, most_paths
        entries: list[list[Event]] = []
        try:
            for run in entry_points(machine, called):
                entries.extend(run_entry(machine, run))
        except BudgetExceeded:
            machine.called = before
            del machine.unknowns[mark:]
            return None
        found.append(entries)
    return found


def _note_size(machine: Machine) -> None:
    place = machine.node_source.place(machine.node)  # the frame it belongs to has been left
    machine.unknowns.append((place, "the program is too large to be followed further"))
