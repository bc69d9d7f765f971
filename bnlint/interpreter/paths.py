"""All paths of a program: the machine runs again for every way in which named inputs can decide its branches."""

from __future__ import annotations

from collections.abc import Callable

from bnlint.interpreter.entries import entry_points, is_hopeless, next_decisions, run_entry
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
    has_arguments = False

    def new_machine(decisions: dict[str, int], left: list[int], most: int) -> Machine:
        machine = Machine(source, make_library(), decisions, left, modules, most)
        machine.has_arguments = has_arguments
        return machine

    machines, cost, complete = _run_module(new_machine, steps, MAX_PATHS)
    if complete and "argv" in source.text and not any(map(_trains, machines)):
        # it says how it is used, and does nothing
        has_arguments = True
        machines, cost, complete = _run_module(new_machine, steps, MAX_PATHS)
    if not complete and cost < steps:  # one path is not too much
        machines, cost, complete = _run_module(new_machine, steps, steps // cost)
    if not complete and cost < steps:
        machines, cost, complete = _run_module(new_machine, steps, 1)
    if not complete:
        return Paths([Path(machine, []) for machine in machines], complete=False)
    entries = _run_entries(machines, steps)
    return Paths([Path(machine, found) for machine, found in zip(machines, entries, strict=True)], complete=True)


def _run_module(
    new_machine: Callable[[dict[str, int], list[int], int], Machine], steps: int, most_paths: int
) -> tuple[list[Machine], int, bool]:
    """The machines of all paths, the steps that the first one took, and whether the budget was enough."""
    left = [steps]
    cost = steps
    explored = 0.0
    machines: list[Machine] = []
    decisions: dict[str, int] | None = {}
    try:
        while decisions is not None:
            machine = new_machine(decisions, left, most_paths)
            machines.append(machine)
            for block in machine.source.blocks():
                run_block(machine, block)
            spent = steps - left[0]
            cost = min(cost, max(spent, 1))
            explored += 1 / machine.spread
            if is_hopeless(spent, explored, steps):
                return machines, cost, False
            decisions = next_decisions(machine.choices, machine.arms)
    except BudgetExceeded:
        _note_size(machines[-1])
        return machines, cost, False
    return machines, cost, True


def _trains(machine: Machine) -> bool:
    return any(event.kind == "fit" for event in machine.events)


def _run_entries(machines: list[Machine], steps: int) -> list[list[list[Event]]]:
    """For each path of the module, what its entry points show; of those that are too large, nothing is claimed."""
    called: set[object] = set().union(*(machine.called for machine in machines))
    left = 2 * steps
    found: list[list[list[list[Event]]]] = []
    beyond: set[int] = set()
    for machine in machines:
        found.append([])
        for number, run in enumerate(entry_points(machine, called)):
            events: list[list[Event]] = []
            complete = False
            for most_paths in (MAX_PATHS, 1):
                budget = min(steps // 2, left)
                machine.steps, machine.most_paths = [budget], most_paths
                events, complete, paths = run_entry(machine, run, budget)
                left -= budget - max(machine.steps[0], 0)
                if complete or paths == 1:  # with fewer paths it would be the same once more
                    break
            if not complete:
                beyond.add(number)
                _note_size(machine)
            found[-1].append(events)
    for one in found:
        for number in beyond & set(range(len(one))):
            for event in (event for path in one[number] for event in path):
                event.data["cut"] = True
    return [[events for each in one for events in each] for one in found]


def _note_size(machine: Machine) -> None:
    place = machine.node_source.place(machine.node)  # the frame it belongs to has been left
    machine.unknowns.append((place, "the program is too large to be followed further"))
