"""How pixels run through a model: what reaches each of its layers of the range that is fed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from bnlint.graph.network import Address, Node, Tensor
from bnlint.graph.pixels import Pixels, scaled
from bnlint.graph.records import Layer, Model

MAX_DEPTH = 4
MAX_CALLS = 30


def layer_pixels(heap: Any, address: Address, pixels: Pixels | None, depth: int = 0) -> Pixels | None:
    """What a layer, or a model of layers that keep images, makes of pixels."""
    record = heap.get(address)
    if pixels is None or depth > MAX_DEPTH or not isinstance(record, Layer):
        return None
    if record.scaling is not None:
        return scaled(pixels, record.scaling)
    model = record.model
    if model is None or model.application is not None or not model.exact:
        return None
    if model.kind == "sequential":
        for inner in model.layers:
            pixels = layer_pixels(heap, inner, pixels, depth + 1)
        return pixels
    if model.kind == "functional" and len(model.inputs) == len(model.outputs) == 1:
        return _Walk(heap, model, pixels, depth).at(model.outputs[0])
    return None


class Reached(NamedTuple):
    """A pretrained network inside a model, and the pixels that come to it."""

    application: Address
    pixels: Pixels | None


def reached(heap: Any, root: Address, pixels: Pixels | None) -> list[Reached]:
    """The networks of ``keras.applications`` that a model is made of."""
    found: dict[Address, Reached] = {}
    for each in _reached(heap, root, pixels, 0):
        before = found.get(each.application)
        alike = before is None or (
            before.pixels is not None and each.pixels is not None and before.pixels.same_range(each.pixels)
        )
        found[each.application] = each if alike else Reached(each.application, None)
    return list(found.values())


def _reached(heap: Any, address: Address, pixels: Pixels | None, depth: int) -> Iterator[Reached]:
    record = heap.get(address)
    if not isinstance(record, Layer) or record.model is None or depth > MAX_DEPTH:
        return
    model = record.model
    if model.application is not None:
        yield Reached(address, _entered(heap, model, pixels))
    elif model.kind == "sequential":
        for inner in model.layers:
            yield from _reached(heap, inner, pixels, depth + 1)
            pixels = layer_pixels(heap, inner, pixels, depth + 1)
    elif model.kind in ("functional", "subclassed"):
        walk = _Walk(heap, model, pixels if len(model.inputs) <= 1 else None, depth)
        yield from _flat(heap, model, walk)
        for node in model.nodes:
            inner_record = heap.get(node.layer)
            if isinstance(inner_record, Layer) and inner_record.model is not None and len(node.inputs) == 1:
                yield from _reached(heap, node.layer, walk.at(node.inputs[0]), depth + 1)


def _entered(heap: Any, model: Model, pixels: Pixels | None) -> Pixels | None:
    """What reaches the first layer of an application: one built on an ``input_tensor`` has others before it."""
    if len(model.inputs) != 1:
        return pixels if not model.inputs else None
    first = model.inputs[0].node
    if first is None or not first.inputs:
        return pixels
    return None


def _flat(heap: Any, model: Model, walk: _Walk) -> Iterator[Reached]:
    """Applications whose layers are the model's own: ``Model(base.input, head(base.output))``."""
    owners = dict.fromkeys(
        record.owner
        for record in (heap.get(node.layer) for node in model.nodes)
        if isinstance(record, Layer) and record.owner is not None
    )
    for owner in owners:
        holder = heap.get(owner)
        if not isinstance(holder, Layer) or holder.model is None or holder.model.application is None:
            continue
        inputs = holder.model.inputs
        if len(inputs) == 1:
            yield Reached(owner, walk.at(inputs[0]))
        elif not inputs:
            yield Reached(owner, walk.pixels if _starts_with(heap, model, owner) else None)


def _starts_with(heap: Any, model: Model, owner: Address) -> bool:
    nodes = [tensor.node for tensor in model.inputs]
    layers = [heap.get(node.layer) for node in nodes if node is not None]
    return len(layers) == 1 and isinstance(layers[0], Layer) and layers[0].owner == owner


class _Walk:
    """From a tensor of a model back to its input, and the pixels on the way."""

    def __init__(self, heap: Any, model: Model, pixels: Pixels | None, depth: int) -> None:
        self.heap, self.pixels, self.depth = heap, pixels, depth
        self.inputs = {id(tensor) for tensor in model.inputs}
        self.known: dict[int, Pixels | None] = {}

    def at(self, tensor: Tensor, calls: int = 0) -> Pixels | None:
        """The pixels at a tensor; None where they are not known, or it is not made of the input by scaling alone."""
        if self.pixels is None or calls > MAX_CALLS:
            return None
        if id(tensor) in self.inputs or tensor.node is None:
            return self.pixels
        if id(tensor) not in self.known:
            self.known[id(tensor)] = self._made(tensor.node, calls)
        return self.known[id(tensor)]

    def _made(self, node: Node, calls: int) -> Pixels | None:
        if node.choice or not node.inputs:
            return None
        before = self.at(node.inputs[0], calls + 1)
        if before is None or any(tensor is not node.inputs[0] for tensor in node.inputs):
            return None
        return layer_pixels(self.heap, node.layer, before, self.depth + 1)
