"""All paths of a program: the machine runs again for every way in which named inputs can decide its branches."""

from __future__ import annotations

import ast
from collections.abc import Callable

from bnlint.interpreter.calls import call_function, instantiate
from bnlint.interpreter.heap import Class
from bnlint.interpreter.library import Args, Library
from bnlint.interpreter.machine import BudgetExceeded, Event, Machine, Modules
from bnlint.interpreter.source import Source
from bnlint.interpreter.statements import run_block
from bnlint.interpreter.values import Function, Ref

MAX_PATHS = 64
STEPS = 50_000


class Path:
    """What one run of the program showed."""

    __slots__ = ("decisions", "entries", "events", "unknowns")

    def __init__(self, machine: Machine, entries: list[list[Event]]) -> None:
        self.events = machine.events
        self.entries = entries
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
    """Runs a program on every path; ``modules`` finds the project's other files."""
    left = [steps]
    paths: list[Path] = []
    decisions: dict[str, int] = {}
    while True:
        machine = Machine(source, make_library(), decisions, left, modules)
        try:
            run_block(machine, source.tree.body)
            entries = _entry_points(machine, source) if not paths else []
        except BudgetExceeded:
            place = machine.node_source.place(machine.node)  # the frame it belongs to has been left
            machine.unknowns.append((place, "the program is too large to be followed further"))
            paths.append(Path(machine, []))
            return Paths(paths, complete=False)
        paths.append(Path(machine, entries))
        following = _next_decisions(machine.choices)
        if following is None:
            return Paths(paths, complete=True)
        if len(paths) >= MAX_PATHS:
            return Paths(paths, complete=False)
        decisions = following


def _next_decisions(choices: dict[str, int]) -> dict[str, int] | None:
    """The last choice that can still be made otherwise is; those after it are left open again."""
    order = list(choices)
    while order:
        key = order.pop()
        if choices[key] == 0:
            return {**{earlier: choices[earlier] for earlier in order}, key: 1}
    return None


def _entry_points(machine: Machine, source: Source) -> list[list[Event]]:
    """Runs the functions and classes that nothing in the file calls, each from the same state, arguments unknown."""
    names = {node.name: node for node in source.tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    if not names:
        return []
    mentioned = {
        child.func.id
        for child in ast.walk(source.tree)
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Name)
    }
    found: list[list[Event]] = []
    order = sorted(names, key=lambda name: (name in mentioned, names[name].lineno))
    scope = machine.get(machine.globals)
    for name in order:
        node = names[name]
        value = scope.names.get(name)
        if isinstance(value, Function) and value.node not in machine.called:
            function = value
            arm = machine.attempt(lambda function=function, node=node: call_function(machine, function, Args(), node))  # type: ignore[misc]
            found.append(arm.events)
        elif isinstance(value, Ref) and isinstance(machine.record(value), Class) and node not in machine.called:
            found.append(_run_class(machine, value, node))
    return [events for events in found if events]


def _run_class(machine: Machine, cls: Ref, node: ast.AST) -> list[Event]:
    def run() -> None:
        made = instantiate(machine, cls, Args(open=True), node)
        record: Class = machine.get(cls.address)
        for name in sorted(record.names, key=lambda n: getattr(getattr(record.names[n], "node", None), "lineno", 0)):
            method = record.names[name]
            if not isinstance(method, Function) or name.startswith("__") or method.node in machine.called:
                continue
            if method.decorated in ("property", "cached_property", "setter", "staticmethod", "classmethod"):
                continue
            function = method
            arm = machine.attempt(
                lambda function=function: call_function(machine, function, Args((made,)), function.node)  # type: ignore[misc]
            )
            machine.events.extend(arm.events)

    return machine.attempt(run).events
