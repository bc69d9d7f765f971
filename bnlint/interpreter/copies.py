"""``copy``: lists, dictionaries and objects of the program; what belongs to a library is left to it."""

from __future__ import annotations

import ast
from typing import Any

from bnlint.interpreter.dictionaries import ENUM
from bnlint.interpreter.heap import Class, Dict, Instance, List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Address, Const, Function, Lib, Ref, Tuple, Unknown, Value

MAX_COPIED = 3000


def copy(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``copy.copy``."""
    value = args.get(0, "x")
    record = m.record(value) if value is not None else None
    if isinstance(record, (List, Dict, Instance)) and not _stays(m, value):
        return m.allocate(node, record, "copy")
    return value


def deepcopy(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``copy.deepcopy``; None where something in it belongs to a library."""
    value = args.get(0, "x")
    if value is None or not _is_plain(m, value, set()):
        return None
    return _copied(m, value, node, {})


def _parts(record: Any) -> tuple[Value, ...]:
    if isinstance(record, List):
        return record.items
    return tuple((record.items if isinstance(record, Dict) else record.attrs).values())


def _stays(m: Machine, value: Value | None) -> bool:
    """Whether a copy is the thing itself: classes, members of enumerations."""
    return isinstance(value, Ref) and (value.address[0] == ENUM or isinstance(m.record(value), Class))


def _is_plain(m: Machine, value: Value, seen: set[Address]) -> bool:
    if isinstance(value, (Const, Lib, Function)):
        return True
    if isinstance(value, Unknown):
        return value.harmless
    if isinstance(value, Tuple):
        return all(_is_plain(m, item, seen) for item in value.items)
    if _stays(m, value):
        return True
    record = m.record(value)
    if not isinstance(value, Ref) or not isinstance(record, (List, Dict, Instance)) or len(seen) > MAX_COPIED:
        return False
    if value.address in seen:
        return True
    seen.add(value.address)
    return all(_is_plain(m, part, seen) for part in _parts(record))


def _copied(m: Machine, value: Value, node: ast.AST, done: dict[Address, Ref]) -> Value:
    if isinstance(value, Tuple):
        return Tuple(_copied(m, item, node, done) for item in value.items)
    if not isinstance(value, Ref) or _stays(m, value):
        return value
    if value.address in done:
        return done[value.address]
    record = m.get(value.address)
    made = done[value.address] = m.allocate(node, record, ("copy", len(done)))
    if isinstance(record, List):
        m.put(made.address, record._replace(items=tuple(_copied(m, item, node, done) for item in record.items)))
        return made
    field = "items" if isinstance(record, Dict) else "attrs"
    values = getattr(record, field)
    for key, item in list(values.items()):
        values = values.set(key, _copied(m, item, node, done))
    m.put(made.address, record._replace(**{field: values}))
    return made
