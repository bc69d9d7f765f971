"""Named tuples: classes of the program with fields in an order."""

from __future__ import annotations

import ast

from immutables import Map

from bnlint.interpreter.classes import linearization
from bnlint.interpreter.dictionaries import make_dict
from bnlint.interpreter.heap import Class, Instance, Scope
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Address, Const, Lib, Ref, Tuple, Unknown, Value

BASES = frozenset({"typing.NamedTuple", "typing_extensions.NamedTuple"})
METHODS = frozenset({"_asdict", "_replace", "index", "count"})


def make_class(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``namedtuple("Name", fields)`` and ``NamedTuple("Name", [(field, type), …])``: as if a class stood there."""
    from bnlint.interpreter.iteration import iterate

    name, given = args.get(0, "typename"), args.get(1, "field_names", "fields")
    fields = _field_names(m, given, node) if given is not None else None
    if fields is None or not (isinstance(name, Const) and isinstance(name.value, str)):
        return None
    defaults = args.get(None, "defaults")
    values = iterate(m, defaults, node).values if defaults is not None and _is_sequence(m, defaults) else ()
    members: dict[str, Value] = dict(zip(fields[len(fields) - len(values) :], values, strict=False))
    body: list[ast.stmt] = [
        ast.AnnAssign(ast.Name(field, ast.Store()), ast.Constant(None), None, simple=1) for field in fields
    ]
    tree = ast.ClassDef(name=name.value, bases=[], keywords=[], body=body, decorator_list=[])
    for child in ast.walk(tree):
        ast.copy_location(child, node)
    scope = m.allocate(node, Scope(Map(members), m.frame.scope, "class"), "scope")
    record = Class(tree, name.value, (Lib("typing.NamedTuple"),), scope.address, Map(members))
    return m.allocate(node, record, "class")


def _is_sequence(m: Machine, value: Value) -> bool:
    return isinstance(value, Tuple) or m.record(value) is not None


def _field_names(m: Machine, given: Value, node: ast.AST) -> list[str] | None:
    from bnlint.interpreter.iteration import iterate

    if isinstance(given, Const):
        return given.value.replace(",", " ").split() if isinstance(given.value, str) else None
    items = iterate(m, given, node)
    names = [item.items[0] if isinstance(item, Tuple) and item.items else item for item in items.values]
    found = [name.value for name in names if isinstance(name, Const) and isinstance(name.value, str)]
    return found if items.exact and len(found) == len(names) else None


def fields_of(m: Machine, address: Address) -> list[str] | None:
    """The fields of a named tuple's class, in order; None for any other class."""
    chain = linearization(m, address)
    records: list[Class] = [m.get(one) for one in chain]
    if not any(isinstance(base, Lib) and base.name in BASES for record in records for base in record.bases):
        return None
    return [
        statement.target.id
        for record in reversed(records)
        for statement in record.node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]


def as_tuple(m: Machine, value: Value) -> Tuple | None:
    """The plain tuple that a named tuple is; None for anything else."""
    record = m.record(value)
    if not isinstance(record, Instance) or record.cls is None:
        return None
    fields = fields_of(m, record.cls)
    if fields is None:
        return None
    return Tuple(record.attrs.get(field, Unknown(f"field `{field}`")) for field in fields)


def method(m: Machine, receiver: Ref, name: str, args: Args, node: ast.AST) -> Value | None:
    """``_asdict()`` and ``_replace(…)``; None where the receiver is no named tuple."""
    whole, record = as_tuple(m, receiver), m.get(receiver.address)
    if whole is None:
        return None
    if name == "_asdict":
        fields = fields_of(m, record.cls) or []
        pairs: list[tuple[Value, Value]] = list(zip(map(Const, fields), whole.items, strict=True))
        return m.allocate(node, make_dict(pairs), "fields")
    if name == "_replace":
        attrs = record.attrs.update(args.keywords)
        return m.allocate(node, record._replace(attrs=attrs, open=record.open or args.open), "instance")
    return Unknown(f"method `{name}` of a tuple")
