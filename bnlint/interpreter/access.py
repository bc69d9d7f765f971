"""Attributes and items: reading and setting them."""

from __future__ import annotations

import ast

from immutables import Map

from bnlint.interpreter import enums, environment, files, named_tuples, names, namespaces, project
from bnlint.interpreter.classes import after, class_of, find_in_class
from bnlint.interpreter.dictionaries import COUNTER, hashable, make_dict, set_somewhere
from bnlint.interpreter.heap import Class, Dict, Instance, List, Scope
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.operators import each, own_method
from bnlint.interpreter.values import (
    NONE,
    Address,
    Bound,
    Const,
    Function,
    Lib,
    OneOf,
    Partial,
    Ref,
    Super,
    Thing,
    Tuple,
    Unknown,
    Value,
    join_values,
    same,
)


def get_attribute(m: Machine, owner: Value, name: str, node: ast.AST) -> Value:
    """``owner.name``."""
    if isinstance(owner, OneOf):
        return each(owner, lambda value: get_attribute(m, value, name, node))
    if isinstance(owner, Unknown):
        source = f"{owner.source}.{name}" if owner.source else None
        return Unknown(owner.reason, source, harmless=owner.harmless)
    if isinstance(owner, Super):
        return _super_attribute(m, owner, name)
    if isinstance(owner, files.FilePath):
        return files.attribute(owner, name) or Bound(owner, name)
    if name == "__qualname__":
        return _qualified_name(m, owner, node)
    record = m.record(owner)
    if name == "__dict__" and isinstance(owner, Ref) and isinstance(record, Instance):
        return namespaces.of_object(m, owner, record)
    if name == "__dict__" and (isinstance(owner, Lib) or isinstance(record, Scope)):
        return Thing("names", of=owner)
    if isinstance(record, Scope) and isinstance(owner, Ref):
        return project.attribute(m, owner, name)
    if isinstance(record, Instance) and isinstance(owner, Ref):
        return _instance_attribute(m, owner, record, name, node)
    if isinstance(record, Class) and isinstance(owner, Ref):
        return _class_attribute(m, owner, name)
    own = m.heap.get(_attributes_of(owner)) if isinstance(owner, Function) else None
    if isinstance(own, Instance) and name in own.attrs:
        return own.attrs[name]
    found = m.library.attribute(m, owner, name, node)
    if found is not None:
        return found
    if isinstance(owner, Lib):
        if owner.name == "sys" and name == "argv":
            return names.command_line(m)
        return names.library(f"{owner.name}.{name}")
    if isinstance(owner, Function) and name == "__name__":
        return Const(owner.name)
    if isinstance(owner, (Const, Tuple, Ref, Function, Thing, Bound, Partial)):
        return Bound(owner, name)
    return Unknown("attribute")


def _instance_attribute(m: Machine, owner: Ref, record: Instance, name: str, node: ast.AST) -> Value:
    value = record.attrs.get(name)
    if value is not None:
        return value
    if record.cls is not None:
        found = find_in_class(m, record.cls, name)
        if found is not None:
            return bind(m, owner, found, name, node)
        if name == "__class__":
            return Ref(record.cls)
        if name == "__setattr__":
            return Bound(owner, name)
        if name in named_tuples.METHODS and named_tuples.fields_of(m, record.cls) is not None:
            return Bound(owner, name)
    if not record.open and not name.startswith("__"):
        given = own_method(m, owner, "__getattr__", (Const(name),))
        if given is not None:
            return given
    source = record.attrs.get(names.SOURCE)
    prefix = source.value if isinstance(source, Const) else None
    if record.cls is None and not record.open:
        return Bound(owner, name)
    return Unknown(f"attribute `{name}`", f"{prefix}.{name}" if prefix else None)


def _qualified_name(m: Machine, owner: Value, node: ast.AST) -> Value:
    """``x.__qualname__``: that of a class inside of another or of a function tells of these too."""
    record = m.record(owner)
    scope = m.heap.get(m.get(record.scope).parent) if isinstance(record, Class) else None
    if isinstance(owner, Lib) or (isinstance(scope, Scope) and scope.kind == "module"):
        return get_attribute(m, owner, "__name__", node)
    return Unknown("qualified name")


def _class_attribute(m: Machine, owner: Ref, name: str) -> Value:
    found = find_in_class(m, owner.address, name)
    if name == "__name__":
        return Const(m.get(owner.address).name)
    member = enums.member(m, owner.address, name)
    if member is not None:
        return member
    if found is None and name == "_fields":
        fields = named_tuples.fields_of(m, owner.address)
        if fields is not None:
            return Tuple(map(Const, fields))
    if found is None and name == "__members__":
        members = enums.members(m, owner.address)
        if members is not None:
            pairs = [(m.record(one).attrs["name"], one) for one in members]
            return m.allocate(m.node, make_dict(pairs), name)
    if found is None:
        return Unknown(f"attribute `{name}`")
    if isinstance(found, Function) and found.decorated == "classmethod":
        return Bound(owner, name, found)
    return found


def _super_attribute(m: Machine, owner: Super, name: str) -> Value:
    for base in after(m, owner.receiver, owner.owner):
        found = m.get(base).names.get(name)
        if isinstance(found, Function):
            return Bound(owner.receiver, name, found)
        if found is not None:
            return found  # type: ignore[no-any-return]
    return Bound(owner, name)


def bind(m: Machine, owner: Ref, found: Value, name: str, node: ast.AST) -> Value:
    """A class's attribute as seen from an object: methods are bound, properties are called."""
    if isinstance(found, Function):
        if found.decorated == "cached_property":
            return _cached_property(m, owner, Bound(owner, name, found), node)
        if found.decorated == "property":
            from bnlint.interpreter.calls import call

            return call(m, Bound(owner, name, found), Args(), node)
        if found.decorated != "staticmethod":
            return Bound(owner, name, found)
    given = own_method(m, found, "__get__", (owner, Ref(cls) if (cls := class_of(m, owner)) is not None else NONE))
    return given if given is not None else found


def _cached_property(m: Machine, owner: Ref, method: Bound, node: ast.AST) -> Value:
    """What a property gave when it was first read."""
    from bnlint.interpreter.calls import call

    address = ("cached property", owner.address, method.name)
    record = m.heap.get(address)
    if isinstance(record, List) and record.exact:
        return record.items[0]
    value = call(m, method, Args(), node)
    if isinstance(m.record(owner), Instance):
        set_plainly(m, owner, method.name, value, node)
    else:  # it goes past what a model does with attributes that are set
        m.put(address, List((value,)))
    return value


def set_attribute(m: Machine, owner: Value, name: str, value: Value, node: ast.AST) -> None:
    """``owner.name = value``."""
    if isinstance(owner, OneOf):
        for alternative in owner.values:
            arm = m.attempt(lambda alternative=alternative: set_attribute(m, alternative, name, value, node))  # type: ignore[misc]
            m.heap, _ = m.join(m.heap, arm.heap, arm.touched)
            m.events.extend(arm.events)
        return
    if isinstance(owner, Function):
        address = _attributes_of(owner)
        record = m.heap.get(address, Instance(None, Map()))
        m.put(address, record._replace(attrs=record.attrs.set(name, value)))
        return
    if not isinstance(owner, Ref):
        if not (isinstance(owner, Unknown) and owner.harmless):
            m.library.set_unknown(m, owner, name, value, node)
        return
    record = m.record(owner)
    if isinstance(record, Instance) and own_method(m, owner, "__setattr__", (Const(name), value)) is not None:
        return
    set_plainly(m, owner, name, value, node)


def _attributes_of(function: Function) -> Address:
    """Where the attributes of a function are kept."""
    return ("attributes", function.name, getattr(function.node, "lineno", 0), function.scope)


def set_plainly(m: Machine, owner: Ref, name: str, value: Value, node: ast.AST) -> None:
    """``object.__setattr__(owner, name, value)``."""
    record = m.record(owner)
    if isinstance(record, Instance):
        if record.cls is not None:
            setter = find_in_class(m, record.cls, names.SETTER + name)
            if isinstance(setter, Function):
                from bnlint.interpreter.calls import call

                call(m, Bound(owner, name, setter), Args((value,)), node)
                return
        m.library.named(m, value, f"self.{name}")
        m.put(owner.address, m.record(owner)._replace(attrs=m.record(owner).attrs.set(name, value)))
        namespaces.attributes_changed(m, owner)
    elif isinstance(record, (Class, Scope)):
        m.put(owner.address, record._replace(names=record.names.set(name, value)))
    elif m.library.set_attribute(m, owner, name, value, node):
        m.library.named(m, value, f"self.{name}")


def delete_attribute(m: Machine, owner: Value, name: str) -> None:
    """``del owner.name``."""
    record = m.record(owner)
    if isinstance(owner, Ref) and isinstance(record, Instance) and name in record.attrs:
        m.put(owner.address, record._replace(attrs=record.attrs.delete(name)))
        namespaces.attributes_changed(m, owner)


def slice_of(index: Value) -> slice | None:
    """A Python slice, where its bounds are known integers."""
    if not (isinstance(index, Thing) and index.kind == "slice"):
        return None
    bounds: list[int | None] = []
    for part in index.parts:
        if not isinstance(part, Const) or not (part.value is None or isinstance(part.value, int)):
            return None
        bounds.append(part.value)
    return slice(*bounds)


def get_item(m: Machine, owner: Value, index: Value, node: ast.AST) -> Value:
    """``owner[index]``."""
    if isinstance(owner, OneOf):
        return each(owner, lambda value: get_item(m, value, index, node))
    if isinstance(index, OneOf):
        return each(index, lambda value: get_item(m, owner, value, node))
    record = m.record(owner)
    if isinstance(record, Instance):
        given = own_method(m, owner, "__getitem__", (index,))
        if given is not None:
            return given
        owner = named_tuples.as_tuple(m, owner) or owner
    if isinstance(record, Class) and isinstance(owner, Ref) and isinstance(index, Const):
        return enums.member(m, owner.address, str(index.value)) or Unknown("item of a class")
    if isinstance(record, Dict):
        key = hashable(index)
        if key is not None and key in record.items:
            return record.items[key]
        if key is not None and record.exact and record.kind == "defaultdict":
            return _missing_item(m, owner, index, node)
        if isinstance(index, Const) and isinstance(index.value, str) and record.exact and record.kind == COUNTER:
            return Const(0)
        shown = namespaces.object_of(owner)
        if shown is not None and key is not None and isinstance(index, Const) and isinstance(index.value, str):
            return get_attribute(m, shown, index.value, node)
        source = f"{index.source} as key" if isinstance(index, Unknown) and index.source else None
        if key is None and record.order and record.exact:
            return choose_item(m, [(one, record.items[one]) for one in record.order], source, node)
        return Unknown("key of a dictionary", source)
    if isinstance(owner, Tuple) or isinstance(record, List):
        items = owner.items if isinstance(owner, Tuple) else record.items
        exact = isinstance(owner, Tuple) or record.exact
        bounds = slice_of(index)
        if bounds is not None:
            part = items[bounds] if exact else items
            if isinstance(owner, Tuple):
                return Tuple(part)
            return m.allocate(node, List(part, exact, record.kind), m.library.sliced(m, owner, bounds, node) or 0)
        if isinstance(index, Thing) and index.kind == "slice":
            return m.allocate(node, List(items, False))
        if isinstance(index, Const) and isinstance(index.value, int) and exact:
            try:
                return items[index.value]
            except IndexError:
                return Unknown("index out of range", names.argument_name(owner, index.value))
        if not items:
            return Unknown("item of an empty list")
        if isinstance(index, Const) and isinstance(index.value, str) and all(item is items[0] for item in items):
            return items[0]  # outputs of a model, asked for by name
        if all(isinstance(item, Ref) for item in items):
            # one of these, it is not known which: an assignment to it may reach each of them
            return items[0] if len(items) == 1 else OneOf(tuple(items))
        result = items[0]
        for item in items[1:]:
            result = join_values(result, item)
        if isinstance(index, Const) or not isinstance(result, (Unknown, Ref, OneOf)):
            return result if len(items) == 1 else Unknown("item of a list")
        return result
    if isinstance(owner, Const) and isinstance(owner.value, (str, bytes)):
        bounds = slice_of(index)
        try:
            if bounds is not None:
                return Const(owner.value[bounds])
            if isinstance(index, Const):
                return Const(owner.value[index.value])
        except (IndexError, TypeError):
            return Unknown("index out of range")
    if isinstance(owner, Thing) and owner.kind == "names":
        return namespaces.item(m, owner, index, node)
    if environment.is_environment(owner):
        return environment.item(m, index)
    found = m.library.subscript(m, owner, index, node)
    if found is not None:
        return found
    source = owner.source if isinstance(owner, Unknown) else owner.name if isinstance(owner, Lib) else None
    harmless = isinstance(owner, Unknown) and owner.harmless
    if source and isinstance(index, Const):
        return Unknown("item", f"{source}[{index.value!r}]", harmless=harmless)
    return Unknown("item of something unknown", harmless=harmless)


def _missing_item(m: Machine, owner: Value, index: Value, node: ast.AST) -> Value:
    """The item that a ``defaultdict`` makes where it has none under a key."""
    from bnlint.interpreter.calls import call

    factory = default_factory(m, owner)
    if factory is None:
        return Unknown("default of a dictionary")
    made = call(m, factory, Args(), node)
    set_item(m, owner, index, made)
    return made


def default_factory(m: Machine, owner: Value) -> Value | None:
    """What a ``defaultdict`` calls for a missing item; None where it is not known."""
    record = m.heap.get(("factory", owner.address)) if isinstance(owner, Ref) else None
    return record.items[0] if isinstance(record, List) and record.exact else None


def set_default_factory(m: Machine, owner: Ref, factory: Value) -> None:
    """Remembers what a ``defaultdict`` calls for a missing item."""
    m.put(("factory", owner.address), List((factory,)))


def choose_item(m: Machine, items: list[tuple[object, Value]], source: str | None, node: ast.AST) -> Value:
    """One of ``items`` (key, value), as an unknown key decides; ``source`` names what the key hangs on.

    Tables with the same keys are asked with the same one: their order does not matter, nor which values are equal.
    """
    ordered = sorted(items, key=lambda item: repr(item[0]))
    first = ordered[0][1]
    if all(same(value, first) for _, value in ordered):
        return first
    key = f"{source} among {[label for label, _ in ordered]}" if source else None
    return m.choose_value(key, node, [lambda value=value: value for _, value in ordered])  # type: ignore[misc]


def set_item(m: Machine, owner: Value, index: Value, value: Value) -> None:
    """``owner[index] = value``."""
    record = m.record(owner)
    if isinstance(owner, Thing) and owner.kind == "names":
        namespaces.set_item(m, owner, index, value)
    if environment.is_environment(owner):
        environment.set_item(m, index, value)
    if not isinstance(owner, Ref):
        return
    if isinstance(record, Dict):
        key = hashable(index)
        if key is None:
            m.put(owner.address, set_somewhere(record, value))
        else:
            order = record.order if key in record.items else (*record.order, key)
            m.put(owner.address, record._replace(items=record.items.set(key, value), order=order))
        namespaces.items_changed(m, owner)
    elif isinstance(record, Instance):
        own_method(m, owner, "__setitem__", (index, value))
    elif isinstance(record, List):
        bounds = slice_of(index)
        if bounds is not None and record.exact:
            _set_slice(m, owner, record, bounds, value)
        elif isinstance(index, Const) and isinstance(index.value, int) and record.exact:
            items = list(record.items)
            try:
                items[index.value] = value
            except IndexError:
                return
            m.put(owner.address, record._replace(items=tuple(items)))
        else:
            m.put(owner.address, List((*record.items, value), False, record.kind))


def _set_slice(m: Machine, owner: Ref, record: List, bounds: slice, value: Value) -> None:
    """``owner[a:b] = value`` of a list whose items are known."""
    new, items = iterate(m, value, m.node), list(record.items)
    try:
        items[bounds] = new.values
    except ValueError:  # a step, and another number of items: it raises
        new = Items(new.values, False)
    m.put(owner.address, record._replace(items=tuple(items), exact=new.exact))


def delete_item(m: Machine, owner: Value, index: Value) -> None:
    """``del owner[index]``; what is left is not followed where the index is not known."""
    record = m.record(owner)
    if isinstance(owner, Ref) and isinstance(record, Dict) and hashable(index) in record.items:
        order = tuple(key for key in record.order if key != hashable(index))
        m.put(owner.address, record._replace(items=record.items.delete(hashable(index)), order=order))
        namespaces.items_changed(m, owner)
        return
    bounds = slice_of(index)
    at = index.value if isinstance(index, Const) and isinstance(index.value, int) else bounds
    if isinstance(owner, Ref) and isinstance(record, List) and record.exact and at is not None:
        items = list(record.items)
        try:
            del items[at]
        except IndexError:
            return
        m.put(owner.address, record._replace(items=tuple(items)))
        m.library.list_changed(m, owner, "del", record, m.node)
        return
    if isinstance(record, Instance):
        own_method(m, owner, "__delitem__", (index,))
    names.forget_items(m, owner)


def parts_of(m: Machine, value: Value, count: int, node: ast.AST) -> list[Value] | None:
    """The ``count`` parts into which an assignment unpacks a value; None where they are not known."""
    if isinstance(value, Thing) and value.kind == "tensor":
        return [value] * count
    if isinstance(value, Thing) and value.kind != "items":
        items = m.library.iterate(m, value)
        return list(items.values) if items is not None and items.exact else None
    if isinstance(value, OneOf):
        rows = [parts_of(m, alternative, count, node) for alternative in value.values]
        if any(row is None or len(row) != count for row in rows):
            return None
        parts = rows[0]
        for row in rows[1:]:
            parts = list(map(join_values, parts or [], row or []))
        return parts
    items = iterate(m, value, node)
    return list(items.values) if items.exact else None
