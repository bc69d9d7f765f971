"""``training=True`` on calls that build a graph: where it is noted, and where the program writes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from bnlint.graph.network import Node
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.interpreter.machine import Event, Machine
from bnlint.interpreter.source import Source
from bnlint.interpreter.values import NONE, Ref
from bnlint.keras.uses import BATCH_NORM, DROPOUT, uses_of

PARAMETER = "argument `"
"""How the interpreter words the value of a parameter that nothing is known of."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Container(NamedTuple):
    """What the call stands in where that is no functional graph: its kind, its place, and whether it is a model whose
    ``call`` takes no ``training``."""

    kind: str
    place: Place
    bare: bool = False


class Written(NamedTuple):
    """Where the program writes the ``True`` that a call gets.

    ``how``: ``call`` (at the call of the layer), ``positional``, ``name`` (a variable that is only ever True),
    ``argument`` (of a call of the program's own function) or ``default`` (of its parameter). ``parameter`` is the
    keyword, ``function`` the innermost function around the call of the layer.
    """

    place: Place
    how: str
    parameter: str
    function: Place | None


def note_forced(m: Machine, ref: Ref, node: ast.AST, missing: str | None = None, made: Node | None = None) -> None:
    """Notes ``layer(x, training=True)`` where a graph is built and the layer is, or surely holds, BatchNormalization.

    ``made`` is the call in the graph; without it ``missing`` tells why ``x`` is not known. A Dropout that is called so
    is noted as well: the two together are meant.
    """
    record: Layer = m.get(ref.address)
    is_dropout = record.type in DROPOUT
    if not is_dropout and not _holds_batch_norm(m, ref):
        return
    if not isinstance(node, ast.Call) or not (made is not None or _builds(m, record, missing)):
        return
    written = _written(m, node)
    if written is None or _is_one_of_two(m, node):
        return
    inside = None if made is not None or not _in_call(m) else Container("subclassed", written.function or m.place(node))
    called_as = ast.unparse(node.func) if not isinstance(node.func, ast.Call) else None
    data = {"layer": ref.address, "made": made, "written": written, "inside": inside, "called_as": called_as}
    m.event("forced", node, dropout=is_dropout, **data)


def keep_forced(m: Machine, events: Sequence[Event], container: Container) -> None:
    """Keeps what was noted while a ``call`` or a ``Lambda`` was traced, whose events are dropped otherwise."""
    for event in events:
        if event.kind == "forced":
            event.data["inside"] = event.inside or container
            m.events.append(event)


def _holds_batch_norm(m: Machine, ref: Ref) -> bool:
    return any(m.heap[use.address].type in BATCH_NORM for use in uses_of(m.heap, ref.address))


def _builds(m: Machine, record: Layer, missing: str | None) -> bool:
    """Whether a call on something that is no known tensor builds a graph all the same.

    It does in a ``call`` that is run by itself, and in a function that makes the layer and calls it at once on its own
    parameter, or on what other layers have made of that.
    """
    if m.tapes or m.steps_seen is not None or not m.running:
        return False
    if _in_call(m):
        return True
    body = m.running[-1][0]
    if missing is None or not missing.startswith(PARAMETER) or not isinstance(body, FUNCTIONS):
        return False
    around = m.frame.source.place(body)
    site = record.site
    made_here = site.path == around.path and site.cell == around.cell and around.line <= site.line <= around.end_line
    return made_here and body.name != "__init__"


def _in_call(m: Machine) -> bool:
    """Whether the ``call`` of a layer or model of the program runs."""
    return m.frame.function == "call" and isinstance(m.record(m.frame.receiver or NONE), Layer)


def _function_place(m: Machine) -> Place | None:
    body = m.running[-1][0] if m.running else None
    return m.frame.source.place(body) if isinstance(body, FUNCTIONS) else None


# --- where it is written --------------------------------------------------------------------------------------------


def _written(m: Machine, node: ast.Call) -> Written | None:
    """Where the ``True`` of a layer's call comes from; None where that cannot be told."""
    given = next((keyword.value for keyword in node.keywords if keyword.arg == "training"), None)
    if given is None:
        literal = len(node.args) > 1 and _is_true(node.args[1])
        return Written(m.place(node), "positional", "training", _function_place(m)) if literal else None
    if _is_true(given):
        return Written(m.place(node), "call", "training", _function_place(m))
    found = _origin(m, given, len(m.running))
    if found is None:
        return None
    place, how, parameter = found
    return Written(m.place(node) if how == "name" and place is None else place, how, parameter, _function_place(m))


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and (node.value is True or node.value == 1)


def _origin(m: Machine, expression: ast.expr, depth: int) -> Any:
    """``(place, how, parameter)`` of the True that a name stands for in the function ``depth`` calls deep."""
    if not isinstance(expression, ast.Name) or len(m.running) != len(m.calls):
        return None
    body = m.running[depth - 1][0] if depth else None
    if not isinstance(body, FUNCTIONS):
        return (None, "name", expression.id) if depth == 0 and _only_true(m.source.tree, expression.id) else None
    stored = [child for child in _own_nodes(body) if isinstance(child, ast.Name) and child.id == expression.id]
    is_stored = any(isinstance(child.ctx, ast.Store) for child in stored)
    parameters = [*body.args.posonlyargs, *body.args.args]
    names = [parameter.arg for parameter in (*parameters, *body.args.kwonlyargs)]
    if expression.id not in names:
        source = _source_of(m, body)
        scope = body if is_stored or source is None else source.tree
        return (None, "name", expression.id) if _only_true(scope, expression.id) else None
    if is_stored:
        return None
    place = m.calls[depth - 1]
    source = _source(m, place.path)
    outer = _call_at(source, place) if source is not None else None
    if source is None or outer is None or any(isinstance(each, ast.Starred) for each in outer.args):
        return None
    given = next((keyword.value for keyword in outer.keywords if keyword.arg == expression.id), None)
    if any(keyword.arg is None for keyword in outer.keywords):
        return None
    by_name = given is not None
    if given is None and expression.id in [parameter.arg for parameter in parameters]:
        bound = isinstance(outer.func, ast.Attribute) and names[:1] in (["self"], ["cls"])
        index = names.index(expression.id) - bound
        given = outer.args[index] if index < len(outer.args) else None
    if given is None:
        default = _default(body, expression.id)
        inner = _source_of(m, body)
        return (inner.place(default), "default", expression.id) if _is_true(default) and inner is not None else None
    if _is_true(given):
        return place, "argument" if by_name else "positional", expression.id
    found = _origin(m, given, depth - 1)
    if found is not None and found[0] is None:
        return place, "name", expression.id
    return found


def _default(body: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> ast.expr | None:
    parameters = [*body.args.posonlyargs, *body.args.args]
    pairs = [*zip(reversed(parameters), reversed(body.args.defaults), strict=False)]
    pairs += [pair for pair in zip(body.args.kwonlyargs, body.args.kw_defaults, strict=True) if pair[1] is not None]  # type: ignore[misc]
    return next((default for parameter, default in pairs if parameter.arg == name), None)


def _only_true(scope: ast.AST, name: str) -> bool:
    """Whether a scope binds a name once, to True."""
    stores = [
        child
        for child in _own_nodes(scope)
        if isinstance(child, ast.Name) and child.id == name and isinstance(child.ctx, ast.Store)
    ]
    made = [
        child
        for child in getattr(scope, "body", [])
        if isinstance(child, ast.Assign) and child.targets == stores and _is_true(child.value)
    ]
    return len(stores) == 1 and len(made) == 1


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of functions and classes in it."""
    stack: list[ast.AST] = list(getattr(scope, "body", []))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(node))


def _source(m: Machine, path: str) -> Source | None:
    every = (m.source, m.frame.source, *m.module_sources.values())
    return next((source for source in every if source.path == path), None)


def _source_of(m: Machine, body: ast.AST) -> Source | None:
    """The source in which a function stands."""
    every = (m.frame.source, m.source, *m.module_sources.values())
    return next((source for source in every if any(node is body for node in ast.walk(source.tree))), None)


def _call_at(source: Source, place: Place) -> ast.Call | None:
    """The call that stands at a place."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and source.place(node) == place:
            return node
    return None


# --- a choice between two graphs ------------------------------------------------------------------------------------


def _is_one_of_two(m: Machine, node: ast.Call) -> bool:
    """Whether another branch of an ``if`` around the call writes ``training=False``: then the program chooses."""
    root = m.running[-1][0] if m.running else m.frame.source.tree
    for branch in ast.walk(root) if isinstance(root, ast.AST) else ():
        if isinstance(branch, ast.If | ast.IfExp):
            arms = [_listed(branch.body), _listed(branch.orelse)]
            inside = [any(child is node for part in arm for child in ast.walk(part)) for arm in arms]
            if any(inside) and any(_says_false(arm) for arm, holds in zip(arms, inside, strict=True) if not holds):
                return True
    return False


def _listed(arm: Any) -> list[ast.AST]:
    return list(arm) if isinstance(arm, list) else [arm]


def _says_false(arm: list[ast.AST]) -> bool:
    return any(
        isinstance(child, ast.keyword)
        and child.arg == "training"
        and isinstance(child.value, ast.Constant)
        and not child.value.value
        for part in arm
        for child in ast.walk(part)
    )
