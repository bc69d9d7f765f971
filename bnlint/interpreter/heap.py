"""Records of the heap, and how two of them are joined.

The heap is a persistent map from addresses to immutable records: a fork keeps the old map, a snapshot is free, and a
join goes record by record.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from immutables import Map

from bnlint.interpreter.values import Address, Const, Lib, OneOf, Ref, Thing, Tuple, Unknown, Value, join_values, same

UNSETTLED = "changes from turn to turn of a loop"
MAX_JOINED = 300
"""Longer lists are not compared item by item when two paths are joined."""
MAX_COMPARED = 60
"""Nor are those with more items that have to be compared with every other one."""


class Scope(NamedTuple):
    """The names of a module, a function call or a class body."""

    names: Map[str, Value]
    parent: Address | None
    kind: str = "function"
    stars: tuple[str, ...] = ()
    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()


class List(NamedTuple):
    """A list (or a set: ``kind``). Where ``exact`` is off, ``items`` are what may be in it, in no known number."""

    items: tuple[Value, ...]
    exact: bool = True
    kind: str = "list"


class Iterator(NamedTuple):
    """What is left of an iterator; where ``run`` is there, the work has not been done yet.

    ``stream`` does the same work, and calls something with each item as soon as it is there; ``elements`` too, but
    only where every item is known (else it raises `errors.Undecided`).
    """

    items: Any
    run: Any = None
    stream: Any = None
    elements: Any = None

    def join(self, other: Iterator) -> tuple[Iterator, bool]:
        """Consumed on one path and not on the other: what is left is not known."""
        from bnlint.interpreter.library import Items

        if self.leaves_the_same(other):
            return self, False
        return Iterator(Items([Unknown("item of an iterator")], False)), True

    def leaves_the_same(self, other: Iterator) -> bool:
        """Whether the work is done, and what is left is the same: a loop that draws from what is open settles."""
        if any(part is not None for each in (self, other) for part in each[1:]):
            return False
        mine, theirs = self.items, other.items
        size = len(mine.values)
        if size > MAX_JOINED or (mine.exact, mine.count, size) != (theirs.exact, theirs.count, len(theirs.values)):
            return False
        return all(map(same, mine.values, theirs.values))


class Dict(NamedTuple):
    """A dictionary with constant keys; ``rest`` is what unknown keys may hold, ``exact`` whether there are none."""

    items: Map[object, Value]
    order: tuple[object, ...] = ()
    exact: bool = True
    kind: str = "dict"


class Class(NamedTuple):
    """A class of the program."""

    node: ast.ClassDef
    name: str
    bases: tuple[Value, ...]
    scope: Address
    names: Map[str, Value]
    dataclass: bool = False


class Instance(NamedTuple):
    """An object of a class of the program that is no layer and no model."""

    cls: Address | None
    attrs: Map[str, Value]
    open: bool = False


class Record(Protocol):
    """A library's record: it knows how to be joined with another of its kind."""

    def join(self, other: object) -> tuple[object, bool]:
        """The joined record, and whether something that matters was lost."""
        ...


class Difference(NamedTuple):
    """What a join gave: the record, and whether something that matters differed."""

    record: object
    matters: bool


def _matters(left: Value, right: Value) -> bool:
    """Constants may differ between branches without harm; callables and things in the heap may not."""
    from bnlint.interpreter.values import Bound, Function, Partial

    heavy = (Ref, Function, Lib, Bound, Partial)
    for value in (left, right):
        if isinstance(value, heavy) or (isinstance(value, Thing) and value.kind == "tensor"):
            return True
    return False


PLAIN = (str, int, float, bytes, type(None))


class _Known:
    """Values to look others up in: constants and references by what they are, the rest one by one."""

    def __init__(self, values: Sequence[Value] = ()) -> None:
        self._keys: set[object] = set()
        self._others: list[Value] = []
        for value in values:
            self.add(value)

    def add(self, value: Value) -> bool:
        """Takes a value in; False where it was there."""
        if value in self:
            return False
        key = _key(value)
        if key is None:
            self._others.append(value)
        else:
            self._keys.add(key)
        return True

    def __contains__(self, value: Value) -> bool:
        key = _key(value)
        return any(same(value, other) for other in self._others) if key is None else key in self._keys


def _key(value: Value) -> object:
    """What two values have in common exactly where they are the same; None where only comparing them tells."""
    if isinstance(value, Ref):
        return Ref, value.address
    if isinstance(value, Const):
        plain = isinstance(value.value, PLAIN) and value.value == value.value
        return (type(value), type(value.value), value.value) if plain else None
    if isinstance(value, (Tuple, OneOf)):
        parts = tuple(map(_key, value.items if isinstance(value, Tuple) else value.values))
        return None if None in parts else (type(value), parts)
    if isinstance(value, Lib):
        return type(value), value.name
    if type(value) is Unknown and (value.binding is None or isinstance(value.binding, str)):
        return Unknown, value.source, value.binding
    return None


def _is_long(values: Sequence[Value]) -> bool:
    return len(values) > MAX_JOINED or sum(_key(value) is None for value in values) > MAX_COMPARED


def _distinct(values: Sequence[Value]) -> list[Value]:
    seen = _Known()
    return [value for value in values if seen.add(value)]


def _join_names(left: Map[str, Value], right: Map[str, Value]) -> tuple[Map[str, Value], bool]:
    if left is right:
        return left, False
    result, matters = left, False
    for name, value in right.items():
        other = left.get(name)
        if other is value:
            continue
        if other is None:
            # assigned on one side only: reading it on the other path would raise
            result = result.set(name, value)
            matters = matters or _matters(value, value)
        elif not same(other, value):
            result = result.set(name, join_values(other, value))
            matters = matters or _matters(other, value)
    for name, value in left.items():
        if name not in right:
            matters = matters or _matters(value, value)
    return result, matters


def join_records(left: object, right: object) -> Difference:
    """Joins two records of one address."""
    if left is right:
        return Difference(left, False)
    if isinstance(left, Scope) and isinstance(right, Scope):
        names, matters = _join_names(left.names, right.names)
        return Difference(left._replace(names=names), matters)
    if isinstance(left, Instance) and isinstance(right, Instance):
        names, matters = _join_names(left.attrs, right.attrs)
        return Difference(left._replace(attrs=names, open=left.open or right.open), matters)
    if isinstance(left, List) and isinstance(right, List):
        if len(left.items) == len(right.items) and left.exact and right.exact:
            matters = any(_matters(a, b) for a, b in zip(left.items, right.items, strict=True) if not same(a, b))
            return Difference(left._replace(items=tuple(map(join_values, left.items, right.items))), matters)
        if _is_long((*left.items, *right.items)):
            return Difference(List((Unknown("item of a long list"),), False, left.kind), True)
        seen = _distinct((*left.items, *right.items))
        return Difference(List(tuple(seen), False, left.kind), any(_matters(v, v) for v in seen))
    if isinstance(left, Dict) and isinstance(right, Dict):
        items, matters = left.items, False
        for key, value in right.items.items():
            other = items.get(key)
            if other is None:
                items, matters = items.set(key, value), True
            elif not same(other, value):
                items, matters = items.set(key, join_values(other, value)), matters or _matters(other, value)
        order = left.order + tuple(k for k in right.order if k not in left.items)
        same_keys = len(left.items) == len(right.items) and all(key in right.items for key in left.items)
        exact = left.exact and right.exact and same_keys
        return Difference(Dict(items, order, exact, left.kind), matters)
    if isinstance(left, Class) and isinstance(right, Class):
        names, matters = _join_names(left.names, right.names)
        return Difference(left._replace(names=names), matters)
    join = getattr(left, "join", None)
    if join is not None and type(left) is type(right):
        record, matters = join(right)
        return Difference(record, matters)
    return Difference(Instance(None, Map(), True), True)


def without_constants(value: Value) -> Value:
    """``value``, unknown where it is a constant."""
    if isinstance(value, Const) or (isinstance(value, OneOf) and all(isinstance(each, Const) for each in value.values)):
        return Unknown(UNSETTLED)
    return Tuple(tuple(map(without_constants, value.items))) if isinstance(value, Tuple) else value


def without_anything(value: Value) -> Value:
    """Unknown, but for tensors: a stack that grows with each turn is made of the same layers however deep it gets."""
    parts = value.values if isinstance(value, OneOf) else (value,)
    grows = all(isinstance(each, Thing) and each.kind == "tensor" for each in parts)
    return value if grows else Unknown(UNSETTLED)


def widen(before: Any, joined: Any, change: Callable[[Value], Value]) -> Any:
    """A record with ``change`` made to the values that a loop's last turn has changed: the next would change them too.

    A library's record is left as it is.
    """
    if type(before) is not type(joined):
        return joined
    if isinstance(joined, (Scope, Class)):
        return joined._replace(names=_widen_items(before.names, joined.names, change))
    if isinstance(joined, Instance):
        return joined._replace(attrs=_widen_items(before.attrs, joined.attrs, change))
    if isinstance(joined, Dict):
        return joined._replace(items=_widen_items(before.items, joined.items, change))
    if isinstance(joined, List):
        known = _Known(before.items)
        kept = [item in known for item in joined.items]
        items = [item if old else change(item) for item, old in zip(joined.items, kept, strict=True)]
        return joined._replace(items=tuple(items if joined.exact else _distinct(items)))
    return joined


def _widen_items(before: Map[Any, Value], joined: Map[Any, Value], change: Callable[[Value], Value]) -> Map[Any, Value]:
    result = joined
    for name, value in joined.items():
        if name in before and not same(before[name], value):
            result = result.set(name, change(value))
    return result


def unknown_list(reason: str) -> List:
    """A list of which nothing is known."""
    return List((Unknown(reason),), exact=False)
