"""Data classes: their fields, and what ``dataclasses`` does with their objects."""

from __future__ import annotations

import ast

from bnlint.interpreter.classes import find_in_class, linearization
from bnlint.interpreter.dictionaries import make_dict
from bnlint.interpreter.heap import Dict, Instance, List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Address, Const, Function, Lib, Ref, Thing, Tuple, Unknown, Value

FACTORIES = ("default_factory", "factory")


def make_field(m: Machine, args: Args, node: ast.AST) -> Value:
    """``dataclasses.field``, ``attrs.field``."""
    init = args.get(None, "init")
    given = not (isinstance(init, Const) and init.value is False)
    return Thing("field", value=args.get(None, "default"), factory=args.get(None, *FACTORIES), init=given)


def fields_of(m: Machine, address: Address) -> list[str]:
    """The fields of a data class, those of its bases first."""
    found = [
        stmt.target.id
        for one in reversed(linearization(m, address))
        for stmt in m.get(one).node.body
        if isinstance(stmt, ast.AnnAssign) and isinstance(stmt.target, ast.Name) and not _is_class_variable(stmt)
    ]
    return list(dict.fromkeys(found))


def _is_class_variable(stmt: ast.AnnAssign) -> bool:
    kind = stmt.annotation.value if isinstance(stmt.annotation, ast.Subscript) else stmt.annotation
    return getattr(kind, "attr", getattr(kind, "id", "")) == "ClassVar"


def _described(m: Machine, address: Address, name: str) -> tuple[Thing | None, Value | None]:
    """What ``field()`` says of a field, or its plain default."""
    default = find_in_class(m, address, name)
    if isinstance(default, Thing) and default.kind == "field":
        return default, None
    return None, default


def fill_fields(m: Machine, ref: Ref, address: Address, args: Args, node: ast.AST) -> None:
    """The ``__init__`` of a data class."""
    position = 0
    for name in fields_of(m, address):
        field, value = _described(m, address, name)
        if field is None or field.init:
            given = args.get(position, name)
            position += 1
            lost = given is None and args.open
            value = Unknown(f"field `{name}`") if lost else given if given is not None else value
        if value is None and field is not None:
            value = _made(m, field, node)
        instance: Instance = m.get(ref.address)
        value = value if value is not None else Unknown(f"field `{name}`")
        m.put(ref.address, instance._replace(attrs=instance.attrs.set(name, value)))


def _made(m: Machine, field: Thing, node: ast.AST) -> Value | None:
    """What a field has that no argument gives: a factory makes one for each object."""
    from bnlint.interpreter.calls import call

    if field.factory is None:
        return field.value  # type: ignore[no-any-return]
    outer = m.context
    m.context = (*outer, ("field", getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))
    try:
        return call(m, field.factory, Args(), node)
    finally:
        m.context = outer


def _object(m: Machine, value: Value | None) -> Instance | None:
    """The record of an object of a data class whose attributes are known."""
    record = m.record(value) if value is not None else None
    if not isinstance(record, Instance) or record.cls is None or record.open:
        return None
    return record if m.get(record.cls).dataclass else None


def replace(m: Machine, args: Args, node: ast.AST) -> Value:
    """``dataclasses.replace``: an object made anew, with the fields of another."""
    from bnlint.interpreter.calls import instantiate

    record = _object(m, args.get(0, "obj"))
    if record is None or record.cls is None or args.open:
        return Unknown("dataclasses.replace()")
    given: dict[str, Value] = {}
    for name in fields_of(m, record.cls):
        field, _ = _described(m, record.cls, name)
        if field is None or field.init:
            given[name] = record.attrs.get(name) or Unknown(f"field `{name}`")
    return instantiate(m, Ref(record.cls), Args((), {**given, **args.keywords}), node)


def as_dict(m: Machine, args: Args, node: ast.AST) -> Value:
    """``dataclasses.asdict``."""
    value = args.get(0, "obj")
    if _object(m, value) is None or value is None or args.get(1, "dict_factory") is not None:
        return Unknown("dataclasses.asdict()")
    return _copied(m, value, node, 0)


def as_tuple(m: Machine, args: Args, node: ast.AST) -> Value:
    """``dataclasses.astuple``."""
    record = _object(m, args.get(0, "obj"))
    if record is None or record.cls is None:
        return Unknown("dataclasses.astuple()")
    values = [record.attrs.get(name, Unknown(f"field `{name}`")) for name in fields_of(m, record.cls)]
    return Tuple(_copied(m, value, node, 0) for value in values)


def _copied(m: Machine, value: Value, node: ast.AST, depth: int) -> Value:
    """Objects of data classes as dictionaries, containers anew; a copy of anything else is not followed."""
    if isinstance(value, Tuple):
        return Tuple(_copied(m, item, node, depth + 1) for item in value.items)
    if isinstance(value, (Const, Lib, Function)) or depth > 20:
        return value if depth <= 20 else Unknown("deep data class")
    record, part = m.record(value), ("as dictionary", depth)
    data = _object(m, value)
    if data is not None and data.cls is not None:
        names = fields_of(m, data.cls)
        values = [data.attrs.get(name, Unknown(f"field `{name}`")) for name in names]
        pairs: list[tuple[Value, Value]] = [
            (Const(name), _copied(m, one, node, depth + 1)) for name, one in zip(names, values, strict=True)
        ]
        return m.allocate(node, make_dict(pairs), part)
    if isinstance(record, List):
        return m.allocate(
            node, record._replace(items=tuple(_copied(m, i, node, depth + 1) for i in record.items)), part
        )
    if isinstance(record, Dict):
        items = record.items
        for key, item in record.items.items():
            items = items.set(key, _copied(m, item, node, depth + 1))
        return m.allocate(node, record._replace(items=items), part)
    return Unknown("copy of an object")
