"""Where a program writes the ``True`` that a call gets: there, in a call further out, as a default or as a variable."""

from __future__ import annotations

import ast
from typing import NamedTuple

from bnlint.graph.places import Place
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.source import Source

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Definition = ast.FunctionDef | ast.AsyncFunctionDef


class Written(NamedTuple):
    """Where the program writes the ``True`` that a call gets.

    ``how``: ``call`` (at the call of the layer), ``positional``, ``name`` (a variable that is only ever True),
    ``argument`` (of a call of the program's own function) or ``default`` (of its parameter). ``parameter`` is the
    keyword, ``function`` the innermost function around the call of the layer.
    """

    place: Place
    how: str
    parameter: str
    function: Place | None = None


def written(m: Machine, node: ast.Call) -> Written | None:
    """Where the ``training`` of a layer's call, which is True, comes from; None where that cannot be told."""
    place, function = m.place(node), function_place(m)
    given = next((keyword.value for keyword in node.keywords if keyword.arg == "training"), None)
    if given is None:
        literal = len(node.args) > 1 and is_true(node.args[1])
        return Written(place, "positional", "training", function) if literal else None
    if is_true(given):
        return Written(place, "call", "training", function)
    if not isinstance(given, ast.Name) or len(m.running) != len(m.calls):
        return None
    found = _of_name(m, given.id, len(m.running), place)
    return found._replace(function=function) if found is not None else None


def function_place(m: Machine) -> Place | None:
    """Where the innermost function of the program that runs stands; None in a module."""
    body = m.running[-1][0] if m.running else None
    return m.frame.source.place(body) if isinstance(body, FUNCTIONS) else None


def is_true(node: ast.expr | None) -> bool:
    """Whether an expression is a literal that means yes."""
    return isinstance(node, ast.Constant) and (node.value is True or node.value == 1)


def _of_name(m: Machine, name: str, depth: int, used_at: Place) -> Written | None:
    """Where the True comes from that a name stands for, in the function that runs ``depth`` calls deep."""
    body = m.running[depth - 1][0] if depth else None
    source = _source_of(m, body) if depth else m.source
    if source is None:
        return None
    if isinstance(body, FUNCTIONS):
        is_stored = name in source.outline.stores(body)
        if name in _names(body):
            return None if is_stored else _of_parameter(m, body, source, name, depth)
        scope: ast.AST = body if is_stored else source.tree
    else:
        scope = source.tree
    return Written(used_at, "name", name) if _is_only_true(source, scope, name) else None


def _of_parameter(m: Machine, body: Definition, source: Source, name: str, depth: int) -> Written | None:
    """Where the True comes from that a parameter was given, or its default."""
    place = m.calls[depth - 1]
    outer = _call_at(m, place)
    if outer is None or any(isinstance(each, ast.Starred) for each in outer.args):
        return None
    keywords = {keyword.arg: keyword.value for keyword in outer.keywords}
    if None in keywords:
        return None
    given = keywords.get(name) or _by_position(body, outer, name)
    if given is None:
        default = _default(body, name)
        return Written(source.place(default), "default", name) if default is not None and is_true(default) else None
    if is_true(given):
        return Written(place, "argument" if name in keywords else "positional", name)
    return _of_name(m, given.id, depth - 1, place) if isinstance(given, ast.Name) else None


def _names(body: Definition) -> list[str]:
    return [parameter.arg for parameter in (*body.args.posonlyargs, *body.args.args, *body.args.kwonlyargs)]


def _by_position(body: Definition, call: ast.Call, name: str) -> ast.expr | None:
    names = [parameter.arg for parameter in (*body.args.posonlyargs, *body.args.args)]
    if name not in names:
        return None
    is_method = isinstance(call.func, ast.Attribute) and names[0] in ("self", "cls")
    index = names.index(name) - is_method
    return call.args[index] if 0 <= index < len(call.args) else None


def _default(body: Definition, name: str) -> ast.expr | None:
    positional = reversed([*body.args.posonlyargs, *body.args.args])
    found: dict[str, ast.expr | None] = {
        parameter.arg: default for parameter, default in zip(positional, reversed(body.args.defaults), strict=False)
    }
    for parameter, default in zip(body.args.kwonlyargs, body.args.kw_defaults, strict=True):
        found[parameter.arg] = default
    return found.get(name)


def _is_only_true(source: Source, scope: ast.AST, name: str) -> bool:
    """Whether a scope binds a name once, to True, in a statement of its own."""
    stores = source.outline.stores(scope).get(name, [])
    made = source.outline.parents.get(stores[0]) if len(stores) == 1 else None
    if not isinstance(made, ast.Assign) or made.targets != stores or not is_true(made.value):
        return False
    return source.outline.parents.get(made) is scope


def _sources(m: Machine) -> tuple[Source, ...]:
    return m.frame.source, m.source, *m.module_sources.values()


def _source_of(m: Machine, body: object) -> Source | None:
    """The source in which a function stands."""
    return next((source for source in _sources(m) if body in source.outline.parents), None)


def _call_at(m: Machine, place: Place) -> ast.Call | None:
    """The call that stands at a place."""
    source = next((source for source in _sources(m) if source.path == place.path), None)
    return source.calls.get(place) if source is not None else None
