"""``training=True`` on calls that build a graph."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, NamedTuple

from bnlint.graph.network import Node
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.interpreter.machine import Event, Machine
from bnlint.interpreter.values import NONE, Ref
from bnlint.keras.api.written import FUNCTIONS, written
from bnlint.keras.kinds import BATCH_NORM, DROPOUT
from bnlint.keras.uses import uses_of

PARAMETER = "argument `"
"""How the interpreter words the value of a parameter that nothing is known of."""


class Container(NamedTuple):
    """What a call stands in where that is no functional graph: its kind (``subclassed``, ``lambda``) and its place.

    ``bare``: that is the ``call`` of a model and takes no ``training``.
    """

    kind: str
    place: Place
    bare: bool = False


def note_forced(m: Machine, ref: Ref, node: ast.AST, missing: str | None = None, made: Node | None = None) -> None:
    """Notes ``layer(x, training=True)`` where a graph is built and the layer is, or surely holds, BatchNormalization.

    ``made`` is the call in the graph; without it ``missing`` tells why ``x`` is not known. A Dropout that is called so
    is noted as well: the two together are meant.
    """
    record: Layer = m.get(ref.address)
    is_dropout = record.type in DROPOUT
    if not isinstance(node, ast.Call) or not (is_dropout or _holds_batch_norm(m, ref)):
        return
    if made is None and not _builds(m, record, missing):
        return
    source = written(m, node)
    if source is None or _is_one_of_two(m, node):
        return
    inside = Container("subclassed", source.function or source.place) if made is None and _in_call(m) else None
    called_as = ast.unparse(node.func) if not isinstance(node.func, ast.Call) else None
    data = {"layer": ref.address, "made": made, "written": source, "inside": inside, "called_as": called_as}
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
    around, site = m.frame.source.place(body), record.site
    is_made_here = site.path == around.path and site.cell == around.cell and around.line <= site.line <= around.end_line
    return is_made_here and body.name != "__init__"


def _in_call(m: Machine) -> bool:
    """Whether the ``call`` of a layer or model of the program runs."""
    return m.frame.function == "call" and isinstance(m.record(m.frame.receiver or NONE), Layer)


def _is_one_of_two(m: Machine, node: ast.Call) -> bool:
    """Whether another branch of an ``if`` around the call writes ``training=False``: then the program chooses."""
    outline = m.frame.source.outline
    for part, branch in outline.around(node):
        if isinstance(branch, FUNCTIONS):
            return False
        if isinstance(branch, ast.If | ast.IfExp) and part is not branch.test:
            body, orelse = _listed(branch.body), _listed(branch.orelse)
            other = orelse if part in body else body
            if any(_is_false(keyword) for each in other for keyword in outline.keywords(each)):
                return True
    return False


def _listed(arm: Any) -> list[ast.AST]:
    return list(arm) if isinstance(arm, list) else [arm]


def _is_false(keyword: ast.keyword) -> bool:
    return keyword.arg == "training" and isinstance(keyword.value, ast.Constant) and not keyword.value.value
