"""Calls that were made before: a function that changed nothing answers the same while what it can read is the same.

What a call can read is its arguments, the names of modules, the scopes around the function, and the records of the
heap. Modules and records are compared by counters that every change of one raises, the scopes one by one.
"""

from __future__ import annotations

from typing import Any

from bnlint.interpreter.heap import Scope
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Function, Lib, Ref, Tuple, Value


class Moment:
    """What is compared to tell whether a call changed anything."""

    __slots__ = ("choices", "events", "log", "version", "writes")

    def __init__(self, m: Machine) -> None:
        self.version = m.version
        self.writes = m.module_writes
        self.events = len(m.events)
        self.choices = len(m.choices)
        self.log = len(m.log)


def key_of(function: Function, args: Args) -> Any:
    """Names a call by its function, defaults and arguments; None where an argument has no name that lasts."""
    if args.open:
        return None
    defaults = (*function.defaults, *(value for value in function.kw_defaults if value is not None))
    named = [_name(value) for value in (*args.values(), *defaults)]
    if None in named:
        return None
    return id(function.node), function.scope, function.owner, tuple(named), tuple(args.keywords)


def _name(value: Value) -> Any:
    if isinstance(value, Const):
        return type(value.value).__name__, repr(value.value)
    if isinstance(value, Ref):
        return "ref", value.address
    if isinstance(value, Lib):
        return "lib", value.name
    if isinstance(value, Tuple):
        parts = tuple(_name(item) for item in value.items)
        return None if None in parts else ("tuple", parts)
    return None


def recall(m: Machine, key: Any) -> Value | None:
    """The value of the same call, where nothing that it can read has changed since."""
    entry = m.memo.get(key) if key is not None else None
    if entry is None:
        return None
    version, writes, scopes, value = entry
    if (version, writes) != (m.version, m.module_writes) or any(
        m.heap.get(address) is not scope for address, scope in scopes
    ):
        return None
    return value  # type: ignore[no-any-return]


def remember(m: Machine, key: Any, function: Function, before: Moment, value: Value) -> None:
    """Keeps the value of a call that left the heap, the events and the choices as they were."""
    if key is None or not isinstance(value, (Const, Lib, Tuple)):
        return
    changed = (m.version, m.module_writes) != (before.version, before.writes)
    if changed or len(m.events) != before.events or len(m.choices) != before.choices:
        return
    scopes = _scopes(m, function)
    if any(address in dict(scopes) for address in m.log[before.log :]):
        return
    m.memo[key] = (m.version, m.module_writes, scopes, value)


def _scopes(m: Machine, function: Function) -> list[tuple[Any, Scope]]:
    """The scopes around a function, the nearest first."""
    found: list[tuple[Any, Scope]] = []
    address: Any = function.scope
    while address is not None:
        scope: Scope = m.get(address)
        found.append((address, scope))
        address = scope.parent
    return found
