"""Classes of the program: the order in which their bases are asked."""

from __future__ import annotations

from bnlint.interpreter.heap import Class, Instance
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Address, Lib, Ref, Value

MAX_BASES = 20


def linearization(m: Machine, address: Address, depth: int = 0) -> list[Address]:
    """The classes of the program in a class's method resolution order, itself first (C3; library classes left out)."""
    record: Class = m.get(address)
    if depth > MAX_BASES:
        return [address]
    bases = [base.address for base in record.bases if isinstance(base, Ref) and isinstance(m.record(base), Class)]
    rows = [linearization(m, base, depth + 1) for base in bases] + [bases]
    merged = [address]
    while any(rows):
        rows = [row for row in rows if row]
        head = next((row[0] for row in rows if not any(row[0] in other[1:] for other in rows)), rows[0][0])
        merged.append(head)
        rows = [[one for one in row if one != head] for row in rows]
    return merged


def find_in_class(m: Machine, address: Address, name: str) -> Value | None:
    """Looks a name up in a class of the program and its bases."""
    record: Class = m.get(address)
    found: Value | None = record.names.get(name)
    if found is not None or not record.bases:
        return found
    for base in linearization(m, address)[1:]:
        found = m.get(base).names.get(name)
        if found is not None:
            return found
    return None


def class_of(m: Machine, value: Value) -> Address | None:
    """The class of the program that a value is an object of, or is."""
    record = m.record(value)
    if isinstance(record, Class) and isinstance(value, Ref):
        return value.address
    if isinstance(record, Instance):
        return record.cls
    return getattr(record, "user_class", None)


def after(m: Machine, receiver: Value, owner: Address) -> list[Address]:
    """The classes that ``super()`` asks in ``owner``, for this receiver."""
    own = class_of(m, receiver)
    order = linearization(m, own) if own is not None else []
    if owner not in order:
        order = linearization(m, owner)
    return order[order.index(owner) + 1 :]


def library_bases(m: Machine, address: Address) -> list[Lib]:
    """The classes of libraries that a class of the program derives from, nearest first."""
    return [base for one in linearization(m, address) for base in m.get(one).bases if isinstance(base, Lib)]
