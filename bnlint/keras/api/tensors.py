"""Symbolic tensors as values."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from bnlint.graph.network import ABSENT, FORWARDED, Address, Node, Tensor
from bnlint.graph.pixels import Scaling
from bnlint.graph.places import Place
from bnlint.graph.records import Doubt, Layer
from bnlint.interpreter.heap import Dict, List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import BRANCHES, Const, OneOf, Thing, Tuple, Unknown, Value


def wrap(tensor: Tensor) -> Thing:
    """A tensor as a value."""
    return Thing("tensor", tensor=tensor)


def tensors_in(m: Machine, value: Value | None, depth: int = 0) -> list[Tensor]:
    """The symbolic tensors in a value: one, or those of a list, tuple or dictionary."""
    if value is None or depth > 4:
        return []
    if isinstance(value, Thing) and value.kind == "tensor":
        return [value.tensor]
    if isinstance(value, Tuple):
        return [t for item in value.items for t in tensors_in(m, item, depth + 1)]
    if isinstance(value, OneOf):
        inside = [t for one in value.values for t in tensors_in(m, one, depth + 1)]
        if len(inside) == len(value.values) and all(_is_tensor(one) for one in value.values):
            return [choice(m, inside, m.node).tensor]
        # which of them it is, and what else lies between, was lost in a join
        package = m.get(inside[0].node.layer).package if inside and inside[0].node else "keras"
        return [opaque(m, inside, package, m.node, BRANCHES).tensor] if inside else []
    record = m.record(value)
    if isinstance(record, List):
        return [t for item in record.items for t in tensors_in(m, item, depth + 1)]
    if isinstance(record, Dict):
        return [t for key in record.order for t in tensors_in(m, record.items[key], depth + 1)]
    return []


def _is_tensor(value: Value) -> bool:
    return isinstance(value, Thing) and value.kind == "tensor"


def choice(m: Machine, inputs: Sequence[Tensor], node: ast.AST) -> Thing:
    """One of several tensors, after branches that could not be decided."""
    package = m.get(inputs[0].node.layer).package if inputs[0].node else "keras"
    made = operation(m, "one of several", inputs, package, True, node)
    made.tensor.node.choice = True
    return made


def unknown_part(m: Machine, value: Value | None, depth: int = 0) -> str | None:
    """Why a value is not known, where it is, or is a list with, something unknown that may be a tensor."""
    if isinstance(value, Unknown):
        return value.reason or "something unknown"
    if isinstance(value, Thing) and value.kind == "output":
        return value.data.get("missing")
    if isinstance(value, Thing) and value.kind == "data" and value.data["data"].form is None:
        return "something unknown"
    record = m.record(value) if value is not None else None
    if isinstance(record, List) and not record.exact:
        return "list of unknown length"
    items = record.items if isinstance(record, List) else value.items if isinstance(value, Tuple) else ()
    found = (unknown_part(m, item, depth + 1) for item in items if depth < 3)
    return next((reason for reason in found if reason is not None), None)


def training_argument(value: Value | None) -> object:
    """A ``training`` argument as a node keeps it."""
    if value is None:
        return ABSENT
    if isinstance(value, Const):
        return ABSENT if value.value is None else bool(value.value)
    if isinstance(value, Thing) and value.kind == "flag":
        return FORWARDED
    return None


def note_called(m: Machine, layer: Address) -> None:
    """A model or a wrapper is put into another model: the flags of its layers at that moment may count."""
    record: Layer = m.get(layer)
    if record.called is None and (record.model is not None or record.holds):
        m.put(layer, record._replace(called=m.heap))


def connect(m: Machine, layer: Address, inputs: Sequence[Tensor], training: object, node: ast.AST) -> Thing:
    """Calls a layer on tensors: a new node of the graph, and its output."""
    made = Node(layer, tuple(inputs), training, m.place(node))
    record: Layer = m.get(layer)
    if record.node is None or not record.built:
        m.put(layer, record._replace(node=record.node or made, built=True))
    note_called(m, layer)
    m.traces[-1].append(made)
    return wrap(made.output)


def operation(
    m: Machine,
    name: str,
    inputs: Sequence[Tensor],
    package: str,
    hidden: bool,
    node: ast.AST,
    scaling: Scaling | None = None,
) -> Thing:
    """A plain operation on tensors. Keras 2 lists it among a model's layers, Keras 3 does not (``hidden``)."""
    record = Layer(
        type="TFOpLambda", package=package, site=m.place(node), name=name, built=True, hidden=hidden, scaling=scaling
    )
    ref = m.allocate(node, record, "operation")
    return connect(m, ref.address, inputs, ABSENT, node)


def unknown_layers(place: Place, package: str, reason: str) -> Layer:
    """One record for any number of layers of which nothing is known."""
    return Layer(
        type="unknown", package=package, site=place, trainable=None, built=True, pretrained=None, many=True,
        doubt=Doubt(place, reason),
    )  # fmt: skip


def opaque(m: Machine, inputs: Sequence[Tensor], package: str, node: ast.AST, reason: str) -> Thing:
    """Something unknown was done to tensors: it may hold any layers."""
    record = unknown_layers(m.place(node), package, reason)
    ref = m.allocate(node, record, "opaque")
    return connect(m, ref.address, inputs, None, node)


def argument_tensors(m: Machine, args: Args) -> list[Tensor]:
    """The tensors among a call's arguments."""
    return [tensor for value in args.values() for tensor in tensors_in(m, value)]
