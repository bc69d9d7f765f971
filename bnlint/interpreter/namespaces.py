"""Names as dictionaries: ``globals()``, ``locals()``, ``vars(x)``, ``x.__dict__``."""

from __future__ import annotations

import ast

from bnlint.interpreter import names
from bnlint.interpreter.classes import linearization
from bnlint.interpreter.dictionaries import make_dict, unhash
from bnlint.interpreter.heap import Dict, Instance, Scope
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Address, Const, Function, Lib, Ref, Thing, Unknown, Value

OF_OBJECT = "vars"
"""How the address of an object's dictionary begins; the object's own address follows."""


def of_module(m: Machine) -> Thing:
    """``globals()``."""
    address = m.frame.scope
    while (parent := m.get(address).parent) is not None:
        address = parent
    return Thing("names", of=Ref(address))


def of_frame(m: Machine) -> Thing:
    """``locals()``."""
    return Thing("names", of=Ref(m.frame.scope))


def of_object(m: Machine, owner: Ref, record: Instance) -> Ref:
    """``vars(owner)``: a dictionary that is kept in step with the object's attributes."""
    pairs: list[tuple[Value, Value]] = [
        (Const(name), value) for name, value in sorted(record.attrs.items()) if name != names.SOURCE
    ]
    address = (OF_OBJECT, owner.address)
    m.put(address, make_dict(pairs)._replace(exact=not record.open))
    return Ref(address)


def object_of(dictionary: Value) -> Ref | None:
    """The object whose attributes a dictionary holds; None where it is a dictionary of its own."""
    if isinstance(dictionary, Ref) and dictionary.address[0] == OF_OBJECT:
        return Ref(dictionary.address[1])
    return None


def attributes_changed(m: Machine, owner: Ref) -> None:
    """An object's attributes were set: so were the items of its dictionary, where it was asked for."""
    if (OF_OBJECT, owner.address) in m.heap:
        of_object(m, owner, m.get(owner.address))


def items_changed(m: Machine, dictionary: Value) -> None:
    """A dictionary's items were set: where they are an object's attributes, so were these."""
    owner = object_of(dictionary)
    if owner is None:
        return
    held: Dict = m.record(dictionary)
    record: Instance = m.get(owner.address)
    attrs = record.attrs
    for name in record.attrs:
        if name != names.SOURCE and ("str", name) not in held.items:
            attrs = attrs.delete(name)
    for key in held.order:
        shown = unhash(key)
        if isinstance(shown, Const) and isinstance(shown.value, str):
            attrs = attrs.set(shown.value, held.items[key])
    if not held.exact:  # any attribute of its class may be hidden by one of its own
        for address in linearization(m, record.cls) if record.cls is not None else ():
            for name, value in m.get(address).names.items():
                if name not in attrs and not name.startswith("__") and not isinstance(value, Function):
                    attrs = attrs.set(name, Unknown(f"attribute `{name}`"))
    m.put(owner.address, record._replace(attrs=attrs, open=record.open or not held.exact))


def item(m: Machine, view: Thing, key: Value, node: ast.AST) -> Value:
    """``globals()[key]``, ``vars(module)[key]``."""
    from bnlint.interpreter.access import get_attribute

    owner: Value = view.of
    text = key.value if isinstance(key, Const) and isinstance(key.value, str) else None
    if isinstance(owner, Lib):
        if text is not None:
            return get_attribute(m, owner, text, node)
        return Unknown(f"unknown member of {owner.name}", key.source if isinstance(key, Unknown) else None)
    found = names.in_scope(m, owner.address, text) if text is not None and isinstance(owner, Ref) else None
    return found if found is not None else Unknown("a name that is not known")


def set_item(m: Machine, view: Thing, key: Value, value: Value) -> None:
    """``globals()[key] = value``; what a function's ``locals()`` are set to is felt nowhere."""
    scope = m.record(view.of)
    if not isinstance(scope, Scope) or scope.kind != "module":
        return
    if isinstance(key, Const) and isinstance(key.value, str):
        m.put(view.of.address, scope._replace(names=scope.names.set(key.value, value)))
    else:
        forget_plain(m, view.of.address)


def forget_plain(m: Machine, address: Address) -> None:
    """Names of a scope were set, it is not known which: those of constants may stand for others now."""
    from bnlint.interpreter.forgetting import is_plain

    scope: Scope = m.get(address)
    bound = scope.names
    for name, value in scope.names.items():
        if is_plain(value):
            bound = bound.set(name, Unknown(f"`{name}` may have been set by its name"))
    m.put(address, scope._replace(names=bound))


def contains(m: Machine, view: Thing, key: Value) -> bool | None:
    """``key in globals()``: what is bound may have been bound on another path only."""
    if not (isinstance(key, Const) and isinstance(key.value, str)):
        return None
    if isinstance(view.of, Lib):
        return True if m.library.star(view.of.name, key.value) is not None else None
    scope: Scope = m.record(view.of)
    missing = names.in_scope(m, view.of.address, key.value) is None
    return False if missing and not scope.stars and not key.value.startswith("__") else None


def method(m: Machine, view: Thing, name: str, args: Args, node: ast.AST) -> Value | None:
    """A method of such a dictionary; None where it is not followed."""
    key, default = args.get(0), args.get(1)
    if name in ("get", "__getitem__") and key is not None:
        inside = contains(m, view, key)
        if inside is False:
            return default if default is not None else NONE
        return item(m, view, key, node)
    if name == "update":
        record = m.record(key) if key is not None else None
        pairs = [(unhash(k), record.items[k]) for k in record.order] if isinstance(record, Dict) else []
        for one, value in [*pairs, *((Const(n), v) for n, v in args.keywords.items())]:
            set_item(m, view, one, value)
        if args.open or (key is not None and not (isinstance(record, Dict) and record.exact)):
            set_item(m, view, Unknown("name"), Unknown("value"))
        return NONE
    if name in ("keys", "items", "values", "copy"):
        return Thing("items", items=Items([Unknown("a name of a module")], False))
    return None
