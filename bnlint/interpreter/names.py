"""Names: scopes, imports, functions."""

from __future__ import annotations

import ast
import builtins
import os

from immutables import Map

from bnlint.interpreter import environment, project
from bnlint.interpreter.command_lines import with_option
from bnlint.interpreter.heap import Class, Dict, Instance, List, Scope
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Address, Bound, Const, Function, Lib, Partial, Ref, Thing, Unknown, Value

EXIT = object()
"""What `sys.exit()` evaluates to: the statement ends the path."""

SOURCE = "__source__"
"""The attribute of an object that holds the name of the input it stands for."""
SETTER = "set "
"""In a class, the setter of property `p` stands under the name `set p`, which no program can bind."""
COMMAND_LINE = "argv"
DISPATCHING = frozenset({"functools.singledispatch", "functools.singledispatchmethod"})
BUILTINS = frozenset(dir(builtins))
DUNDER_NAME = "__main__"
ALIASES = {
    **{f"six.moves.{name}": f"builtins.{name}" for name in ("range", "zip", "map", "filter", "input")},
    "six.moves.xrange": "builtins.range",
    "six.moves.reduce": "functools.reduce",
    "six.moves.filterfalse": "itertools.filterfalse",
    "six.moves.zip_longest": "itertools.zip_longest",
    "six.moves.cPickle": "pickle",
}
"""Names under which one library gives what is another's."""


def load(m: Machine, name: str) -> Value | None:
    """The value of a name, or None where nothing defines it."""
    found = in_scope(m, m.frame.scope, name)
    if found is not None:
        return found
    if name == "__name__":
        return Const(m.frame.source.name)
    if name == "__file__":
        return Const(os.path.abspath(m.frame.source.path))
    if name in BUILTINS:
        return Lib("builtins." + name)
    return None


def in_scope(m: Machine, scope_address: Address, name: str) -> Value | None:
    """The value of a name in a scope or those around it, or None where none of them binds it."""
    address: Address | None = scope_address
    first = True
    while address is not None:
        scope: Scope = m.get(address)
        # a class body's names are seen from the body only, not from its methods
        if first or scope.kind != "class":
            value = scope.names.get(name)
            if value is not None:
                return value
            for star in reversed(scope.stars):
                value = m.library.star(star, name)
                if value is None:
                    value = project.star(m, star, name, project.home(m, address))
                if value is not None:
                    return value
            if scope.kind == "module" and project.define(m, address, name):
                found = m.get(address).names.get(name)
                if found is not None:
                    return found  # type: ignore[no-any-return]
        first = False
        address = scope.parent
    return None


def library(name: str) -> Lib:
    """Something of a library, by the name that it goes by."""
    return Lib(ALIASES.get(name, name))


def _is_own(m: Machine, value: Value) -> bool:
    """Whether calling a value runs code of the program."""
    if isinstance(value, Bound):
        return value.function is not None
    return isinstance(value, (Function, Partial)) or isinstance(m.record(value), (Class, Instance))


def store(m: Machine, name: str, value: Value) -> None:
    """Binds a name in the scope that Python would bind it in."""
    address = m.frame.scope
    scope: Scope = m.get(address)
    if name in scope.globals:
        while scope.parent is not None:
            address = scope.parent
            scope = m.get(address)
    elif name in scope.nonlocals:
        parent = scope.parent
        while parent is not None:
            outer: Scope = m.get(parent)
            if name in outer.names:
                address, scope = parent, outer
                break
            parent = outer.parent
    m.put(address, scope._replace(names=scope.names.set(name, value)))


def delete(m: Machine, name: str) -> None:
    """Unbinds a name."""
    scope: Scope = m.get(m.frame.scope)
    if name in scope.names:
        m.put(m.frame.scope, scope._replace(names=scope.names.delete(name)))


def forget_items(m: Machine, owner: Value) -> None:
    """An item of a container was removed: which ones are left is not followed."""
    record = m.record(owner)
    if isinstance(owner, Ref) and isinstance(record, List):
        m.put(owner.address, record._replace(exact=False))
    elif isinstance(owner, Ref) and isinstance(record, Dict):
        m.put(owner.address, Dict(Map(), (), False, record.kind))
    elif environment.is_environment(owner):
        environment.forget(m)


def module(m: Machine, name: str) -> Value:
    """What ``import name`` binds: a module of the project, else a library's."""
    return project.module(m, name) or Lib(name)


def member(m: Machine, module_name: str, name: str) -> Value:
    """What ``from module_name import name`` binds."""
    found = project.member(m, module_name, name)
    if found is not None:
        return found
    if module_name == "sys" and name == "argv":
        return command_line(m)
    return library(f"{module_name}.{name}" if not module_name.endswith(".") else module_name + name)


def command_line(m: Machine) -> Value:
    """``sys.argv`` of a program that is run without arguments, or with some where it does nothing without."""
    if m.has_arguments:
        return m.allocate(m.node, List((Const(m.source.path), Unknown("argument")), exact=False), COMMAND_LINE)
    return m.allocate(m.node, List((Const(m.source.path),)), COMMAND_LINE)


def argument_name(items: Value, index: int) -> str | None:
    """A name for an item of ``sys.argv``: a program that reads one is run with it. None for other lists."""
    if isinstance(items, Ref) and COMMAND_LINE in items.address:
        return f"sys.argv[{index}]"
    return None


def import_star(m: Machine, module_name: str) -> None:
    """``from module_name import *``: its names are looked up when they are used."""
    scope: Scope = m.get(m.frame.scope)
    m.put(m.frame.scope, scope._replace(stars=(*scope.stars, module_name)))


def function(m: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Value:
    """The value of a ``def``: defaults are evaluated now, the body when it is called."""
    from bnlint.interpreter.expressions import evaluate

    defaults = tuple(evaluate(m, default) for default in node.args.defaults)
    keyword_defaults = tuple(evaluate(m, d) if d is not None else None for d in node.args.kw_defaults)
    decorated = ""
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        last = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        if last in ("property", "cached_property", "staticmethod", "classmethod", "contextmanager"):
            decorated = last
        elif last == "setter":
            decorated = "setter"
        elif last in ("lru_cache", "cache", "memoize"):
            decorated = "cached"
    owner = m.frame.owner if m.get(m.frame.scope).kind == "class" else None
    made = Function(node, m.frame.scope, defaults, keyword_defaults, owner, decorated, m.frame.source)
    if decorated == "setter":
        # the property keeps its getter under the name; the setter is found beside it
        store(m, SETTER + node.name, made)
        scope: Scope = m.get(m.frame.scope)
        return scope.names.get(node.name, made)
    return decorate(m, made, node.decorator_list)


def decorate(m: Machine, value: Value, decorators: list[ast.expr]) -> Value:
    """What the decorators of the program make of a function or class; those of libraries leave it as it is."""
    from bnlint.interpreter.calls import call
    from bnlint.interpreter.expressions import evaluate

    for node in reversed(decorators):
        decorator = evaluate(m, node)
        if isinstance(decorator, Lib) and decorator.name in DISPATCHING:
            value = Unknown(f"a function under {decorator.name}")
        elif isinstance(decorator, Thing) and decorator.kind == "option":
            value = with_option(value, decorator)
        elif _is_own(m, decorator):
            value = call(m, decorator, Args((value,)), node)
    return value


def undefined(m: Machine, node: ast.Name) -> Value:
    """A name that nothing defines here."""
    return Unknown(f"`{node.id}` is not defined here", node.id)
