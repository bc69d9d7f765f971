"""What is inside a layer: the layers of a model, what a wrapper holds, what the attributes of a class keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.records import Layer
from bnlint.interpreter.heap import Dict, List
from bnlint.interpreter.values import Ref, Tuple, Value

MAX_LAYERS = 20_000
MAX_DEPTH = 5
_NUMBER = re.compile(r"\d+")


def by_lines(address: Address) -> str:
    """A sort key: the order of the program's lines. A heap's own hangs on how Python hashes strings in this run."""
    return _NUMBER.sub(lambda number: number[0].zfill(9), repr(address))


class Held(NamedTuple):
    """A layer, and the models and wrappers around it, the outermost first."""

    address: Address
    parents: tuple[Address, ...] = ()


def layers_in(heap: Any, value: Value, depth: int = 0) -> list[Address]:
    """The layers that a value is or holds: Keras tracks lists, tuples and dictionaries of layers."""
    if depth > MAX_DEPTH:
        return []
    if isinstance(value, Tuple):
        return [a for item in value.items for a in layers_in(heap, item, depth + 1)]
    if not isinstance(value, Ref):
        return []
    record = heap.get(value.address)
    if isinstance(record, Layer):
        return [value.address]
    if isinstance(record, List):
        return [a for item in record.items for a in layers_in(heap, item, depth + 1)]
    if isinstance(record, Dict):
        return [a for key in record.order for a in layers_in(heap, record.items[key], depth + 1)]
    return []


def kept_layers(heap: Any, record: Layer) -> list[Address]:
    """The layers that the attributes of a layer are or hold, each once."""
    return list(dict.fromkeys(a for name in sorted(record.attrs) for a in layers_in(heap, record.attrs[name])))


def inner_layers(heap: Any, record: Layer) -> list[Address]:
    """The layers directly inside a layer: a model's layers, a wrapper's layer, the attributes of a subclass."""
    if record.model is None and not record.attrs:
        return list(dict.fromkeys(record.holds)) if record.holds else []
    found: dict[Address, None] = {}
    if record.model is not None:
        found.update(dict.fromkeys(record.model.layers))
    found.update(dict.fromkeys(record.holds))
    found.update(dict.fromkeys(kept_layers(heap, record)))
    return list(found)


def walk(heap: Any, root: Address) -> Iterator[Held]:
    """A layer and all layers inside it, each once: on the first way that leads to it."""
    visited: set[Address] = set()
    pending = [Held(root)]
    while pending:
        held = pending.pop()
        record = heap.get(held.address)
        if held.address in visited or not isinstance(record, Layer):
            continue
        visited.add(held.address)
        yield held
        inside = inner_layers(heap, record)
        if inside:
            around = (*held.parents, held.address)
            pending.extend(Held(inner, around) for inner in reversed(inside))


def is_wrapper(record: Layer) -> bool:
    """Whether a layer is a wrapper around others, such as TimeDistributed."""
    return bool(record.holds) and record.model is None


def all_layers(heap: Any, root: Address) -> list[Address]:
    """A layer and all layers inside it, each once."""
    return [held.address for held in islice(walk(heap, root), MAX_LAYERS)]
