"""Loops that cannot matter: plain work on plain data, in a loop of unknown length within another.

Each level of such loops multiplies the turns that are run. So one that only draws, counts or reads files is not run
turn by turn: what it sets is unknown afterwards. It may name no layer and no function of the program, train nothing,
and set no attribute.
"""

from __future__ import annotations

import ast

from bnlint.interpreter import names
from bnlint.interpreter.heap import UNSETTLED, Dict, Instance, List, Scope, unknown_list
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import (
    LOST_FUNCTION,
    Bound,
    Const,
    Function,
    Lib,
    OneOf,
    Partial,
    Ref,
    Super,
    Thing,
    Tuple,
    Unknown,
    Value,
)

PLAIN_THINGS = frozenset({"data", "history", "pattern", "shape"})


def skip(m: Machine, node: ast.For | ast.AsyncFor) -> bool:
    """Passes over a dull loop, and tells whether it was one."""
    words = m.frame.source.outline.words(node)
    if words is None:
        return False
    values = {name: names.load(m, name) for name in words.read - words.written}
    before = {name: found for name in words.written if (found := names.load(m, name)) is not None}
    if not all(value is None or _is_plain(m, value) for value in (*values.values(), *before.values())):
        return False
    scope: Scope = m.get(m.frame.scope)
    bound = scope.names
    for name in sorted(words.written):
        if name in scope.globals or name in scope.nonlocals:
            return False
        bound = bound.set(name, Unknown(UNSETTLED))
    for value in values.values():
        _forget(m, value)
    m.put(m.frame.scope, scope._replace(names=bound))
    return True


def _is_plain(m: Machine, value: Value, depth: int = 0) -> bool:
    """Whether nothing that a loop may do with a value can make, change or train a layer, or run the program's code."""
    if depth > 3:
        return False
    if isinstance(value, Const):
        return True
    if isinstance(value, Unknown):
        return value.reason != LOST_FUNCTION
    if isinstance(value, Lib):
        return value.name.startswith("builtins.") or m.library.is_plain(value.name)
    if isinstance(value, Thing):
        return value.kind in PLAIN_THINGS
    if isinstance(value, (Function, Bound, Partial, Super)):
        return False
    if isinstance(value, OneOf):
        return all(_is_plain(m, one, depth + 1) for one in value.values)
    if isinstance(value, Tuple):
        return all(_is_plain(m, item, depth + 1) for item in value.items)
    record = m.record(value)
    if isinstance(record, List):
        return all(_is_plain(m, item, depth + 1) for item in record.items)
    if isinstance(record, Dict):
        return all(_is_plain(m, item, depth + 1) for item in record.items.values())
    return isinstance(record, Instance) and record.cls is None


def _forget(m: Machine, value: Value | None, depth: int = 0) -> None:
    """A container that a loop names, and those in it, may have been filled by it."""
    if depth > 3:
        return
    record = m.record(value) if value is not None else None
    inner: tuple[Value, ...] = value.items if isinstance(value, Tuple) else ()
    if isinstance(record, List) and isinstance(value, Ref):
        inner = record.items
        m.put(value.address, unknown_list(UNSETTLED)._replace(kind=record.kind))
    elif isinstance(record, Dict) and isinstance(value, Ref):
        inner = tuple(record.items.values())
        items = record.items
        for key in record.items:
            items = items.set(key, Unknown(UNSETTLED))
        m.put(value.address, record._replace(items=items, exact=False))
    for item in inner:
        _forget(m, item, depth + 1)
