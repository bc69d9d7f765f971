"""Modules of the project: evaluated by name, when a name is asked for, never as a whole.

A module is a scope in the heap. The statements that a name needs run when it is first looked up, so that a module that
trains at its top level does nothing by being imported for a constant.
"""

from __future__ import annotations

import ast
import os

from immutables import Map

from bnlint.interpreter.heap import Dict, List, Scope
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Frame, Machine
from bnlint.interpreter.slices import changed_inside
from bnlint.interpreter.source import Source
from bnlint.interpreter.values import NONE, Address, Const, Lib, Ref, Unknown, Value

ALL = "__all__"
PACKAGE = "__init__.py"


def module(m: Machine, name: str, importer: str | None = None) -> Value | None:
    """A module of the project as a value; None where the project has none of this name."""
    source = m.modules.find(name, importer or m.frame.source.path) if m.modules is not None else None
    if source is None:
        return None
    address: Address = ("module", source.path)
    if address not in m.heap:
        m.put(address, Scope(Map(), None, "module"))
    m.module_sources[address] = source
    return Ref(address)


def home(m: Machine, address: Address) -> str:
    """The file of a module."""
    return m.module_sources.get(address, m.source).path


def member(m: Machine, module_name: str, name: str) -> Value | None:
    """``from module_name import name`` for a module of the project."""
    found = module(m, module_name)
    if not isinstance(found, Ref):
        return None
    value = _lookup(m, found.address, name) or _submodule(m, found.address, name)
    if value is not None:
        return value
    return None if _is_namespace(m, found.address) else Unknown(f"`{name}` of {module_name}")


def attribute(m: Machine, owner: Ref, name: str) -> Value:
    """``module.name``."""
    value = _lookup(m, owner.address, name) or _submodule(m, owner.address, name)
    if value is not None:
        return value
    if _is_namespace(m, owner.address):  # an installed package of this name comes before a folder
        return Lib(f"{m.module_sources[owner.address].name}.{name}")
    return Unknown(f"`{name}` of a module of the project")


def star(m: Machine, module_name: str, name: str, importer: str | None = None) -> Value | None:
    """A name that ``from module_name import *`` brings from a module of the project."""
    found = module(m, module_name, importer)
    if not isinstance(found, Ref) or (found.address, ALL) in m.defining:
        return None
    listed = _listed(m, found.address) if name != ALL else None
    if name == ALL or (name.startswith("_") if listed is None else name not in listed):
        return None
    value = _lookup(m, found.address, name)
    return value if value is not None or listed is None else _submodule(m, found.address, name)


def search(m: Machine, args: Args, position: int) -> Value:
    """``sys.path.append(folder)`` and the like."""
    folder = args.get(position)
    if m.modules is not None and isinstance(folder, Const) and isinstance(folder.value, str):
        m.modules.add_folder(folder.value)
    return NONE


def _listed(m: Machine, address: Address) -> frozenset[str] | None:
    """What a module's ``__all__`` lists; None where it has none, or it is not known."""
    value = _lookup(m, address, ALL)
    items = getattr(value, "items", None) if not isinstance(value, Ref) else None
    record = m.record(value) if value is not None else None
    if isinstance(record, List) and record.exact:
        items = record.items
    if items is None or not all(isinstance(item, Const) and isinstance(item.value, str) for item in items):
        return None
    return frozenset(item.value for item in items)


def _submodule(m: Machine, address: Address, name: str) -> Value | None:
    source = m.module_sources.get(address)
    if source is None or os.path.basename(source.path) != PACKAGE:
        return None
    return module(m, "." + name, source.path)


def _is_namespace(m: Machine, address: Address) -> bool:
    source = m.module_sources.get(address)
    return source is not None and not source.text and not os.path.isfile(source.path)


def _lookup(m: Machine, address: Address, name: str) -> Value | None:
    scope: Scope = m.get(address)
    value: Value | None = scope.names.get(name)
    if value is None and define(m, address, name):
        scope = m.get(address)
        value = scope.names.get(name)
    if value is None and scope.stars:
        value = _from_stars(m, address, scope, name)
    return value


def _from_stars(m: Machine, address: Address, scope: Scope, name: str) -> Value | None:
    key = (address, f"* {name}")
    if key in m.defining:  # two modules that import each other's names
        return None
    m.defining.add(key)
    try:
        for inner in reversed(scope.stars):
            value = m.library.star(inner, name)
            if value is None:
                value = star(m, inner, name, home(m, address))
            if value is not None:
                return value
    finally:
        m.defining.discard(key)
    return None


def define(m: Machine, address: Address, name: str) -> bool:
    """Runs the statements that a name of a module needs, each of them once; False where there are none."""
    source = m.module_sources.get(address)
    if source is None or (address, name) in m.defining:
        return False
    stars = source.star_imports()
    statements = source.slices.of(name)
    wanted = {index: node for index, node in enumerate(source.tree.body) if node in stars} | dict(statements)
    m.defining.add((address, name))
    outside, at = (m.frame, m.context, m.calls, m.turns), (m.node, m.node_source)
    m.frame, m.context, m.calls, m.turns = Frame(address, source), (), (), ()
    try:
        for index in sorted(wanted):
            _run_once(m, source, index, wanted[index])
        m.node, m.node_source = at
    finally:
        m.frame, m.context, m.calls, m.turns = outside
        m.defining.discard((address, name))
    _open_where_changed(m, address, source, name)
    return bool(statements or stars)


def _run_once(m: Machine, source: Source, index: int, node: ast.stmt) -> None:
    from bnlint.interpreter.statements import run_block

    address: Address = ("run", source.path)
    done: Scope = m.heap.get(address) or Scope(Map(), None)
    if str(index) not in done.names:
        m.put(address, done._replace(names=done.names.set(str(index), NONE)))
        run_block(m, [node])


def _open_where_changed(m: Machine, address: Address, source: Source, name: str) -> None:
    """A list or dictionary that functions of the module fill: who has called them is not followed."""
    value = m.get(address).names.get(name)
    record = m.record(value) if value is not None else None
    if not isinstance(value, Ref) or not isinstance(record, (Dict, List)) or not record.exact:
        return
    if changed_inside(source.tree.body, name):
        m.put(value.address, record._replace(exact=False))
