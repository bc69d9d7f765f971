"""Dictionary records and their keys."""

from __future__ import annotations

from typing import Any

from immutables import Map

from bnlint.interpreter.heap import Dict
from bnlint.interpreter.values import Const, Lib, Ref, Tuple, Value, join_values

COUNTER = "Counter"
"""The kind of a dictionary that counts: what it does not have it has 0 times."""
ENUM = "enum"
"""How the address of an enumeration's member begins; the class's address and the member's name follow."""


def make_dict(pairs: list[tuple[Value, Value]], kind: str = "dict") -> Dict:
    """A dictionary record; keys that are no constants make it inexact."""
    items: Map[object, Value] = Map()
    order: list[object] = []
    exact = True
    for key, value in pairs:
        known = hashable(key)
        if known is None:
            exact = False
            continue
        if known not in items:
            order.append(known)
        items = items.set(known, value)
    return Dict(items, tuple(order), exact, kind)


def set_somewhere(record: Dict, value: Value) -> Dict:
    """A dictionary in which a value was set under a key that is not known: it may stand under each of them now."""
    items = record.items
    for key in record.order:
        items = items.set(key, join_values(items[key], value))
    return record._replace(items=items, exact=False)


def hashable(key: Value) -> object | None:
    """A dictionary key for a known value; None where it is not known."""
    if isinstance(key, Const):
        return (type(key.value).__name__, key.value)
    if isinstance(key, Tuple):
        parts = tuple(hashable(item) for item in key.items)
        return None if None in parts else ("tuple", parts)
    if isinstance(key, Lib):
        return ("lib", key.name)
    if isinstance(key, Ref) and key.address[0] == ENUM:
        return (ENUM, key.address)
    return None


def unhash(key: Any) -> Value:
    """The value that a dictionary key stands for."""
    kind, value = key
    if kind == "tuple":
        return Tuple(map(unhash, value))
    if kind == ENUM:
        return Ref(value)
    return Lib(value) if kind == "lib" else Const(value)
