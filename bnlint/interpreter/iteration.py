"""What a loop sees: items, iterators, and work that is put off until it is consumed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from bnlint.interpreter import enums, named_tuples
from bnlint.interpreter.classes import find_in_class
from bnlint.interpreter.dictionaries import unhash
from bnlint.interpreter.heap import Class, Dict, Instance, Iterator, List
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Function, OneOf, Ref, Thing, Tuple, Unknown, Value

Block = Callable[[Value], None]
"""What is done with an item as soon as it is there."""


def iterate(m: Machine, value: Value, node: ast.AST) -> Items:
    """What a loop over ``value`` sees."""
    if isinstance(value, Tuple):
        return Items(value.items)
    if isinstance(value, Const) and isinstance(value.value, str):
        return Items([Const(character) for character in value.value[:1000]], len(value.value) <= 1000)
    record = m.record(value)
    if isinstance(record, List):
        # things in a set of which it is not known what they are may be one and the same
        alike = record.kind == "set" and any(isinstance(item, (Unknown, OneOf)) for item in record.items)
        return Items(record.items, record.exact and not (alike and len(record.items) > 1))
    if isinstance(record, Dict):
        return Items([unhash(key) for key in record.order], record.exact)
    if isinstance(value, Thing) and value.kind == "items":
        return value.items  # type: ignore[no-any-return]
    if isinstance(record, Iterator) and isinstance(value, Ref):
        return consume(m, value, record)
    if isinstance(value, OneOf):
        joined: list[Value] = []
        for alternative in value.values:
            joined.extend(iterate(m, alternative, node).values)
        return Items(joined, False)
    if isinstance(record, Instance) and record.cls is not None:
        found = find_in_class(m, record.cls, "__iter__")
        if isinstance(found, Function):
            return _own_items(m, value, found, node)
        whole = named_tuples.as_tuple(m, value)
        if whole is not None:
            return Items(whole.items)
    if isinstance(record, Class) and isinstance(value, Ref):
        members = enums.members(m, value.address)
        if members is not None:
            return Items(members)
    found_items = m.library.iterate(m, value)
    if found_items is not None:
        return found_items
    if isinstance(value, Unknown):
        return Items([Unknown(value.reason or "item of something unknown", harmless=value.harmless)], False)
    return Items([Unknown("item of something unknown")], False)


def _own_items(m: Machine, value: Value, method: Function, node: ast.AST) -> Items:
    """What ``__iter__`` of a class of the program gives; an object that is its own iterator is not followed."""
    from bnlint.interpreter.calls import call_function

    given = call_function(m, method, Args((value,)), node)
    if isinstance(m.record(given), (Iterator, List, Dict)):
        return iterate(m, given, node)
    return Items([Unknown("item")], False)


def consume(m: Machine, ref: Ref, record: Iterator) -> Items:
    """All that is left in an iterator; a lazy one does its work now. Nothing is left afterwards."""
    items: Items = record.items if record.run is None else record.run()
    m.put(ref.address, Iterator(Items(()) if items.exact else items))
    return items


def lazy(
    m: Machine,
    node: ast.AST,
    run: Callable[[], Items],
    part: str = "iterator",
    stream: Callable[[Block], None] | None = None,
    elements: Callable[[Block], None] | None = None,
) -> Ref:
    """An iterator that does its work when it is consumed (a generator, a ``map``), as if it stood where it was made."""
    frame, context = m.frame, m.context

    def resumed(work: Callable[..., Any], *args: Any) -> Any:
        outer = m.frame, m.context
        m.frame, m.context = frame, context
        try:
            return work(*args)
        finally:
            m.frame, m.context = outer

    def later(work: Callable[[Block], None] | None) -> Callable[[Block], None] | None:
        return None if work is None else lambda block: resumed(work, block)

    return m.allocate(node, Iterator(Items(()), lambda: resumed(run), later(stream), later(elements)), part)
