"""Modules of the project: evaluated by name, when a name is asked for, never as a whole.

A module is a scope in the heap. Its statements run when a name that they bind is first looked up, so that a module
that trains at its top level does nothing by being imported.
"""

from __future__ import annotations

from immutables import Map

from bnlint.interpreter.heap import Scope
from bnlint.interpreter.machine import Frame, Machine
from bnlint.interpreter.values import Address, Ref, Unknown, Value


def module(m: Machine, name: str) -> Value | None:
    """A module of the project as a value; None where the project has none of this name."""
    source = m.modules.find(name, m.frame.source.path) if m.modules is not None else None
    if source is None:
        return None
    address: Address = ("module", source.path)
    if address not in m.heap:
        m.put(address, Scope(Map(), None, "module"))
    m.module_sources[address] = source
    return Ref(address)


def member(m: Machine, module_name: str, name: str) -> Value | None:
    """``from module_name import name`` for a module of the project."""
    found = module(m, module_name)
    if isinstance(found, Ref):
        value = _lookup(m, found.address, name)
        if value is not None:
            return value
    # a package's submodule
    inner = module(m, f"{module_name}.{name}" if not module_name.endswith(".") else module_name + name)
    if inner is not None:
        return inner
    return Unknown(f"`{name}` of {module_name}") if found is not None else None


def attribute(m: Machine, owner: Ref, name: str) -> Value:
    """``module.name``."""
    value = _lookup(m, owner.address, name)
    if value is not None:
        return value
    source = m.module_sources.get(owner.address)
    stem = source.name if source is not None else ""
    return module(m, f"{stem}.{name}") or Unknown(f"`{name}` of a module of the project")


def star(m: Machine, module_name: str, name: str) -> Value | None:
    """A name that ``from module_name import *`` brings from a module of the project."""
    found = module(m, module_name) if not name.startswith("_") else None
    return _lookup(m, found.address, name) if isinstance(found, Ref) else None


def _lookup(m: Machine, address: Address, name: str) -> Value | None:
    scope: Scope = m.get(address)
    value: Value | None = scope.names.get(name)
    if value is None and define(m, address, name):
        scope = m.get(address)
        value = scope.names.get(name)
    if value is None:
        for inner in reversed(scope.stars):
            value = m.library.star(inner, name)
            if value is not None:
                break
    return value


def define(m: Machine, address: Address, name: str) -> bool:
    """Runs the statements of a module that bind ``name``, once; False where there are none."""
    from bnlint.interpreter.statements import run_block

    source = m.module_sources.get(address)
    if source is None or (address, name) in m.defining:
        return False
    statements = source.bindings(name)
    stars = source.star_imports()
    m.defining.add((address, name))
    outer_frame, outer_context = m.frame, m.context
    m.frame, m.context = Frame(address, source), ()
    try:
        if stars and (address, "*") not in m.defining:
            m.defining.add((address, "*"))
            run_block(m, stars)
        if statements:
            run_block(m, statements)
    finally:
        m.frame, m.context = outer_frame, outer_context
        m.defining.discard((address, name))
    return bool(statements or stars)
