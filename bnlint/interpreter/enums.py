"""Enumerations: the members of a class of the program that derives from ``enum.Enum``."""

from __future__ import annotations

import ast

from immutables import Map

from bnlint.interpreter.classes import find_in_class, library_bases, linearization
from bnlint.interpreter.dictionaries import ENUM
from bnlint.interpreter.heap import Class, Instance
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Address, Bound, Const, Function, Lib, Ref, Thing, Unknown, Value, same

BASES = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"})
MIXINS = frozenset({"str", "int", "float"})


def is_enum(m: Machine, address: Address) -> bool:
    """Whether a class of the program is an enumeration."""
    return any(base.name in {f"enum.{name}" for name in BASES} for base in library_bases(m, address))


def _own_names(record: Class) -> list[str]:
    """The names that the class's body assigns, in order."""
    found: list[str] = []
    for statement in record.node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        found.extend(target.id for target in targets if isinstance(target, ast.Name))
    return [name for name in dict.fromkeys(found) if not name.startswith("_")]


def _value_of(record: Class, name: str) -> Value:
    """What a member's value is: ``auto()`` counts."""
    value: Value = record.names.get(name, Unknown("member of an enumeration"))
    if not (isinstance(value, Thing) and value.kind == "auto"):
        return value
    if any(isinstance(base, Lib) and base.name == "enum.StrEnum" for base in record.bases):
        return Const(name.lower())
    before = [record.names.get(one) for one in _own_names(record)]
    counts = all(isinstance(one, Thing) and one.kind == "auto" for one in before if one is not None)
    return Const(_own_names(record).index(name) + 1) if counts else Unknown("enum.auto()")


def member(m: Machine, address: Address, name: str) -> Ref | None:
    """The member ``name`` of an enumeration; None where the class binds something else under it."""
    for one in linearization(m, address):
        record: Class = m.get(one)
        if name in record.names:
            break
    else:
        return None
    if name not in _own_names(record) or not is_enum(m, one):
        return None
    value = _value_of(record, name)
    if isinstance(value, (Function, Bound, Lib)):
        return None  # a function is a method of the members, and whether a library's is one is not known
    first = next((other for other in _own_names(record) if same(_value_of(record, other), value)), name)
    ref = Ref((ENUM, one, first))
    if ref.address not in m.heap:
        attrs: Map[str, Value] = Map({"value": value, "_value_": value, "name": Const(first), "_name_": Const(first)})
        own = any(find_in_class(m, one, hook) is not None for hook in ("__init__", "__new__"))
        m.put(ref.address, Instance(one, attrs, own))
    return ref


def members(m: Machine, address: Address) -> list[Value] | None:
    """All members in order, each once; None where it is not an enumeration of known members."""
    if not is_enum(m, address):
        return None
    found: list[Value] = []
    for name in _own_names(m.get(address)):
        one = member(m, address, name)
        if one is None:
            return None
        if not any(same(one, other) for other in found):
            found.append(one)
    return found


def is_unnamed(m: Machine, value: Value) -> bool:
    """Whether a value is a member of an enumeration of which it is not known which one."""
    record = m.record(value)
    if not isinstance(record, Instance) or record.cls is None or (isinstance(value, Ref) and value.address[0] == ENUM):
        return False
    return is_enum(m, record.cls)


def plain(m: Machine, value: Value) -> Value:
    """The text or number that a member of a mixed enumeration (``class Mode(str, Enum)``) is; else ``value`` itself."""
    if not isinstance(value, Ref) or value.address[0] != ENUM:
        return value
    record: Instance = m.get(value.address)
    bases = library_bases(m, record.cls) if record.cls is not None else []
    mixed = any(base.name in {f"builtins.{name}" for name in MIXINS} for base in bases) or any(
        base.name in ("enum.IntEnum", "enum.StrEnum", "enum.IntFlag") for base in bases
    )
    return record.attrs["value"] if mixed else value
