"""Assignments that were meant for ``trainable`` of a layer: another name, a module, or the model around the layer."""

from __future__ import annotations

import ast

from bnlint.graph.network import Address
from bnlint.graph.records import Layer
from bnlint.interpreter import names
from bnlint.interpreter.heap import Class
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Lib, Ref
from bnlint.keras import applications
from bnlint.keras.api.names import keras_name
from bnlint.keras.inside import inner_layers

MEANT = "trainable"
MOST_EDITS = 2
ATTRIBUTES = frozenset({"trainable", "trainable_weights", "trainable_variables"})
DELIBERATE = ("_", "un", "re", "non", "is_")
"""Beginnings of words that somebody means: `untrainable`, `retrainable`."""


def is_misspelled(name: str) -> bool:
    """Whether an attribute's name is a letter or two away from ``trainable``, or differs in capitals alone."""
    if name in ATTRIBUTES or name.startswith(DELIBERATE) or abs(len(name) - len(MEANT)) > MOST_EDITS:
        return False
    return _edits(name.lower(), MEANT) <= MOST_EDITS


def _edits(left: str, right: str) -> int:
    """How many letters must be put in, taken out, changed or swapped with their neighbour."""
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def other_attribute(m: Machine, target: Ref, name: str, node: ast.AST) -> None:
    """An attribute of a layer was set that Keras does not know."""
    if is_misspelled(name):
        record: Layer = m.get(target.address)
        mine = _is_of_program(m.frame.source.tree, name) or _is_of_class(m, record, name)
        _event(m, "misspelled", node, name, layer=target.address, of_program=mine)


def flag_of_library(m: Machine, owner: Lib, node: ast.AST) -> None:
    """``layers.trainable = False``: on a module of Keras, or on the function that builds an application."""
    name = keras_name(owner.name)
    if name is None or not name.path:
        return
    if name.last in applications.names() or name.last[:1].islower():
        _event(m, "module", node, MEANT, layer=None, of_program=False)


def flag_of_model(m: Machine, target: Ref, node: ast.AST) -> None:
    """``base.trainable = False`` in a loop over the layers of ``base``, which never uses the layer at hand."""
    record: Layer = m.get(target.address)
    if record.model is None or not m.context or not isinstance(node, ast.Attribute):
        return
    layer = _layer_at_hand(m, node)
    if layer is not None and layer[1] in inner_layers(m.heap, record):
        _event(m, "container", node, MEANT, layer=target.address, of_program=False)


def _event(m: Machine, kind: str, node: ast.AST, name: str, *, layer: Address | None, of_program: bool) -> None:
    source = m.frame.source
    place = m.place(node)
    owner, name_place, owner_place = "", None, None
    if isinstance(node, ast.Attribute):
        owner, owner_place = source.text_of(node.value), m.place(node.value)
        end = place.end_column
        name_place = place._replace(line=place.end_line, column=end - len(node.attr))
    at_hand = _layer_at_hand(m, node)
    m.event(
        "typo",
        node,
        typo=kind,
        layer=layer,
        written=name,
        owner=owner,
        name_place=name_place,
        owner_place=owner_place,
        of_program=of_program,
        variable=at_hand[0] if at_hand is not None else None,
        at_hand=at_hand[1] if at_hand is not None else None,
        exact=not m.is_in_unknown_turn,
    )


def _layer_at_hand(m: Machine, node: ast.AST) -> tuple[str, Address] | None:
    """The variable of the innermost loop around, and the layer in it now, where the loop's body never uses it."""
    loop = m.frame.source.outline.loop_around(node)
    if loop is None or not isinstance(loop.target, ast.Name):
        return None
    variable = loop.target.id
    used = any(isinstance(child, ast.Name) and child.id == variable for part in loop.body for child in ast.walk(part))
    value = None if used else names.in_scope(m, m.frame.scope, variable)
    if isinstance(value, Ref) and isinstance(m.record(value), Layer):
        return variable, value.address
    return None


def _is_of_program(tree: ast.AST, name: str) -> bool:
    """Whether the program reads an attribute of this name."""
    return any(_reads(node, name) for node in ast.walk(tree))


def _reads(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == name and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("getattr", "hasattr"):
        return any(isinstance(each, ast.Constant) and each.value == name for each in node.args)
    return False


def _is_of_class(m: Machine, record: Layer, name: str) -> bool:
    """Whether the layer's own class in the program sets or defines the attribute."""
    if record.user_class is None:
        return False
    cls = m.heap.get(record.user_class)
    if not isinstance(cls, Class):
        return True
    for node in ast.walk(cls.node):
        if isinstance(node, ast.Attribute) and node.attr == name and getattr(node.value, "id", "") == "self":
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            return True
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return True
    return False
