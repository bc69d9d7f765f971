"""What is no longer known of lists, dictionaries and objects that code which cannot be read had in hand.

Plain values in them may have been changed. What they hold of models, functions and objects is kept: unknown code that
puts another model into somebody's object is rare, and what it may have done to a model is forgotten by the library.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from immutables import Map

from bnlint.interpreter import names, namespaces
from bnlint.interpreter.classes import linearization
from bnlint.interpreter.heap import Class, Dict, Instance, List
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.operators import HANDED
from bnlint.interpreter.values import Address, Const, OneOf, Ref, Thing, Tuple, Unknown, Value

CHANGED = "handed to code that is not known"
MAX_FORGOTTEN = 2000


def forget_handed(m: Machine, values: Iterable[Value]) -> None:
    """``values``, and all that they hold, were handed to unknown code."""
    seen: set[Address] = set()
    waiting = list(values)
    while waiting and len(seen) < MAX_FORGOTTEN:
        value = waiting.pop()
        if isinstance(value, Unknown) and value.binding is not None:
            m.put((HANDED, value.binding), List(()))
        if isinstance(value, (Tuple, OneOf)):
            waiting.extend(value.items if isinstance(value, Tuple) else value.values)
        if isinstance(value, Thing) and value.kind == "parser":
            waiting.append(value.options)
        if not isinstance(value, Ref) or value.address in seen:
            continue
        seen.add(value.address)
        waiting.extend(_forget(m, value, m.record(value)))


def _forget(m: Machine, ref: Ref, record: Any) -> list[Value]:
    """Forgets what a record holds itself, and gives what it refers to."""
    if isinstance(record, List):
        kept = tuple(item for item in record.items if not is_plain(item))
        if len(kept) < len(record.items):
            kept = (*kept, Unknown(CHANGED))
        m.put(ref.address, record._replace(items=kept, exact=False))
        return list(record.items)
    if isinstance(record, Dict):
        m.put(ref.address, record._replace(items=_changed(record.items), exact=False))
        namespaces.items_changed(m, ref)
        return list(record.items.values())
    if isinstance(record, Instance):
        m.put(ref.address, record._replace(attrs=_changed(_attributes(m, record)), open=True))
        namespaces.attributes_changed(m, ref)
        return list(record.attrs.values())
    if isinstance(record, Class):
        m.put(ref.address, record._replace(names=_changed(record.names)))
    return []


def _attributes(m: Machine, record: Instance) -> Map[str, Value]:
    """An object's attributes with those that it sees of its class: they may have been set on the object."""
    attrs = record.attrs
    for address in linearization(m, record.cls) if record.cls is not None else ():
        for name, value in m.get(address).names.items():
            if name not in attrs and not name.startswith("__") and is_plain(value):
                attrs = attrs.set(name, value)
    return attrs


def _changed(values: Map[Any, Value]) -> Map[Any, Value]:
    source = values.get(names.SOURCE)
    result = values
    for name, value in values.items():
        if name != names.SOURCE and is_plain(value):
            known = f"{source.value}.{name}" if isinstance(source, Const) else None
            result = result.set(name, Unknown(CHANGED, known))
    return result


def is_plain(value: Value) -> bool:
    """Whether a value is made of constants."""
    if isinstance(value, (Tuple, OneOf)):
        return all(map(is_plain, value.items if isinstance(value, Tuple) else value.values))
    return isinstance(value, Const)
