"""Runs plain Python programs on the interpreter, with a library that knows one thing: ``tracker.log``."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

from bnlint.interpreter.heap import Dict, List, Scope
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.paths import STEPS, Paths, run_paths
from bnlint.interpreter.source import Source
from bnlint.interpreter.statements import run_block
from bnlint.interpreter.stdlib import stdlib_method
from bnlint.interpreter.values import NONE, Address, Bound, Const, Lib, OneOf, Ref, Thing, Tuple, Unknown, Value

UNKNOWN = "unknown"


class OneOfThese(NamedTuple):
    """What is left of an undecided branch."""

    values: frozenset[Any]


class Some(NamedTuple):
    """What may be in a container whose content is not known exactly."""

    values: tuple[Any, ...]


def one_of(*values: object) -> OneOfThese:
    return OneOfThese(frozenset(values))


def some(*values: object) -> Some:
    return Some(values)


class Plain:
    """A library without libraries."""

    def attribute(self, m: Machine, value: Value, name: str, node: ast.AST) -> Value | None:
        return None

    def set_attribute(self, m: Machine, target: Ref, name: str, value: Value, node: ast.AST) -> bool:
        return False

    def set_unknown(self, m: Machine, owner: Value, name: str, value: Value, node: ast.AST) -> None:
        pass

    def call(self, m: Machine, callee: Value, args: Args, node: ast.AST) -> Value | None:
        if isinstance(callee, Lib) and callee.name == "tracker.log":
            m.event("log", node, values=tuple(plain(m, value) for value in args.positional))
            return NONE
        return stdlib_method(m, callee, args, node) if isinstance(callee, Bound) else None

    def super_call(self, m: Machine, receiver: Ref, base: Lib, name: str, args: Args, node: ast.AST) -> Value | None:
        return None

    def new_instance(self, m: Machine, cls: Address, bases: Sequence[Lib], node: ast.AST) -> Ref | None:
        return None

    def is_instance(self, m: Machine, value: Value, cls: Lib, node: ast.AST) -> bool | None:
        return None

    def type_of(self, m: Machine, value: Value) -> Value | None:
        return None

    def import_error(self, module: str, name: str) -> str | None:
        return None

    def configured(self, m: Machine, name: Value, value: Value) -> None:
        return None

    def is_plain(self, name: str) -> bool:
        return not name.startswith("tracker")

    def iterate(self, m: Machine, value: Value) -> Items | None:
        return None

    def subscript(self, m: Machine, value: Value, index: Value, node: ast.AST) -> Value | None:
        return None

    def length(self, m: Machine, value: Value) -> int | None:
        return None

    def with_item(self, m: Machine, value: Value, index: Value, item: Value) -> Value | None:
        return None

    def sliced(self, m: Machine, owner: Value, bounds: slice, node: ast.AST) -> Any:
        return None

    def list_changed(self, m: Machine, owner: Ref, method: str, before: Any, node: ast.AST) -> None:
        pass

    def loop_begins(self, m: Machine, node: ast.For | ast.AsyncFor, iterable: Value, items: Items) -> Any:
        return None

    def loop_ends(self, m: Machine, watched: Any, run: Any) -> None:
        pass

    def operate(self, m: Machine, operator: str, operands: Sequence[Value], node: ast.AST) -> Value | None:
        return None

    def enter(self, m: Machine, value: Value, node: ast.AST) -> Value | None:
        return None

    def leave(self, m: Machine, value: Value, node: ast.AST) -> None:
        pass

    def star(self, module: str, name: str) -> Value | None:
        return None

    def havoc(self, m: Machine, values: Sequence[Value], reason: str) -> None:
        pass

    def havoc_all(self, m: Machine, reason: str) -> None:
        pass

    def holds(self, m: Machine, values: Sequence[Value]) -> bool:
        return False

    def harmless(self, name: str) -> bool:
        return False

    def named(self, m: Machine, value: Value, name: str) -> None:
        pass


def plain(m: Machine, value: Value) -> Any:
    """An abstract value as Python writes it, as far as it is known."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Tuple):
        return tuple(plain(m, item) for item in value.items)
    if isinstance(value, OneOf):
        return one_of(*(plain(m, item) for item in value.values))
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, Thing) and value.kind == "items":
        items = tuple(plain(m, item) for item in value.items.values)
        return list(items) if value.items.exact else Some(items)
    record = m.record(value)
    if isinstance(record, List):
        items = tuple(plain(m, item) for item in record.items)
        return list(items) if record.exact else Some(items)
    if isinstance(record, Dict):
        pairs = {key[1]: plain(m, record.items[key]) for key in record.order}  # type: ignore[index]
        return pairs if record.exact else Some(tuple(pairs.items()))
    return value


def names(program: str) -> dict[str, Any]:
    """The names that a module has defined at its end."""
    source = Source(textwrap.dedent(program), "train.py")
    machine = Machine(source, Plain(), {}, [STEPS])
    run_block(machine, source.tree.body)
    scope: Scope = machine.get(machine.globals)
    return {name: plain(machine, value) for name, value in scope.names.items()}


def paths(program: str, steps: int = STEPS) -> Paths:
    """All paths of a program."""
    return run_paths(Source(textwrap.dedent(program), "train.py"), Plain, steps)


def logged(program: str) -> list[list[Any]]:
    """For each path, what it logged, in order."""
    return [
        [event.values[0] if len(event.values) == 1 else event.values for event in path.events]
        for path in paths(program).paths
    ]
