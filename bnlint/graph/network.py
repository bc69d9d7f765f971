"""Functional graphs: tensors, the calls that made them, and the order in which Keras lists a model's layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any, NamedTuple

from bnlint.graph.places import Place

Address = tuple[Any, ...]

ABSENT = "absent"
FORWARDED = "forwarded"


class Node:
    """One call of a layer on tensors.

    ``training`` is the argument written on the call: True, False, ``ABSENT``, ``FORWARDED`` (inside ``call``: the
    caller's own argument) or None where it is not known. ``output`` is the tensor (or the tensors, as one) it gives;
    ``called_as`` the expression that names the layer in the call. A ``choice`` is no call: its output is one of its
    inputs, it is not known which.
    """

    __slots__ = ("called_as", "choice", "inputs", "layer", "output", "place", "training")

    def __init__(
        self,
        layer: Address,
        inputs: tuple[Tensor, ...],
        training: Any = ABSENT,
        place: Place | None = None,
    ) -> None:
        self.layer = layer
        self.inputs = inputs
        self.training = training
        self.place = place
        self.output: Tensor = Tensor(self)
        self.called_as: str | None = None
        self.choice = False

    def __repr__(self) -> str:
        return f"Node({self.layer!r}, training={self.training})"


class Tensor:
    """A symbolic tensor and the node that made it; ``shape`` without the batch axis, None entries unknown."""

    __slots__ = ("node", "shape")

    def __init__(self, node: Node | None, shape: tuple[int | None, ...] | None = None) -> None:
        self.node = node
        self.shape = shape


class Network:
    """The part of a graph between inputs and outputs.

    ``layers`` in the order of ``model.layers``; ``nodes`` in an order in which they can run.
    """

    __slots__ = ("layers", "nodes")

    def __init__(self, layers: tuple[Address, ...], nodes: tuple[Node, ...]) -> None:
        self.layers = layers
        self.nodes = nodes


class Doubtful(NamedTuple):
    """What is in a network for some of its choices and not for others: calls, and layers that have no other call."""

    nodes: frozenset[Node] = frozenset()
    layers: frozenset[Address] = frozenset()


def doubtful(network: Network, outputs: Iterable[Tensor]) -> Doubtful:
    """Finds what depends on a choice between tensors.

    Sets of nodes and of layers are numbers with a bit for each: deep networks have as many sets as nodes.
    """
    if not any(node.choice for node in network.nodes):
        return Doubtful()
    bits = {node: 1 << index for index, node in enumerate(network.nodes)}
    layer_bits = {layer: 1 << index for index, layer in enumerate(network.layers)}
    certain: dict[Node, tuple[int, int]] = {}
    for node in network.nodes:
        nodes, layers = _certain_before(certain, node.inputs, together=not node.choice)
        certain[node] = nodes | bits[node], layers | layer_bits.get(node.layer, 0)
    nodes, layers = _certain_before(certain, outputs, together=True)
    return Doubtful(
        frozenset(node for node, bit in bits.items() if not nodes & bit),
        frozenset(layer for layer, bit in layer_bits.items() if not layers & bit),
    )


def _certain_before(
    certain: Mapping[Node, tuple[int, int]], tensors: Iterable[Tensor], *, together: bool
) -> tuple[int, int]:
    """What is certain for all of the tensors ``together``, or whichever of them is chosen."""
    sets = [certain[tensor.node] for tensor in tensors if tensor.node is not None and tensor.node in certain]
    combine = or_ if together else and_
    if not sets:
        return 0, 0
    return reduce(combine, (nodes for nodes, _ in sets)), reduce(combine, (layers for _, layers in sets))


def trace(inputs: Sequence[Tensor], outputs: Iterable[Tensor]) -> Network:
    """Finds the nodes that lead from ``inputs`` to ``outputs``, and lists their layers as Keras does.

    Keras sorts by depth (the longest way to an output), and within a depth by the order in which a depth-first walk
    from the outputs first meets the layers.
    """
    stops = {id(tensor) for tensor in inputs}
    finished: set[int] = set()
    met: dict[Address, int] = {}
    order: list[Node] = []
    for output in outputs:
        stack: list[tuple[Node, int, bool]] = []
        if output.node is not None:
            stack.append((output.node, 0, id(output) in stops))
        while stack:
            node, at, is_input = stack.pop()
            if at == 0:
                if id(node) in finished:
                    continue
                met.setdefault(node.layer, len(met))
            if not is_input and at < len(node.inputs):
                stack.append((node, at + 1, is_input))
                parent = node.inputs[at]
                if parent.node is not None and id(parent.node) not in finished:
                    stack.append((parent.node, 0, id(parent) in stops))
                continue
            if id(node) not in finished:
                finished.add(id(node))
                order.append(node)
    depths: dict[int, int] = {}
    layer_depths: dict[Address, int] = {}
    for node in reversed(order):
        depth = max(depths.get(id(node), 0), layer_depths.get(node.layer, 0))
        layer_depths[node.layer] = depths[id(node)] = depth
        for tensor in node.inputs:
            if tensor.node is not None and id(tensor.node) in finished:
                depths[id(tensor.node)] = max(depth + 1, depths.get(id(tensor.node), 0))
    for tensor in inputs:
        if tensor.node is not None and tensor.node.layer not in layer_depths:
            layer_depths[tensor.node.layer] = 0
            met[tensor.node.layer] = -1
            order.append(tensor.node)
    layers = sorted(layer_depths, key=lambda layer: (-layer_depths[layer], met[layer]))
    return Network(tuple(layers), tuple(order))
