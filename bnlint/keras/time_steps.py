"""Wrappers that run a layer or a model on every time step, and how many time steps there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from bnlint.graph.network import Address, Tensor
from bnlint.graph.records import Layer, Model
from bnlint.keras.kinds import BATCH_NORM, DROPOUT

WRAPPER = "TimeDistributed"
KEEPS_TIME = BATCH_NORM | DROPOUT | frozenset(
    "TimeDistributed Activation Dense ELU GaussianNoise LayerNormalization LeakyReLU Masking PReLU ReLU Softmax "
    "UnitNormalization".split()
)  # fmt: skip
MOST_CALLS = 1_000


class OverTime(NamedTuple):
    """A TimeDistributed on the way to a layer: what it holds, and the time steps of its input (None: not known)."""

    wrapper: Address
    holds: Literal["layer", "model"]
    steps: int | None


def over_time(heap: Any, parents: Sequence[Address]) -> tuple[OverTime, ...]:
    """The wrappers among the models and wrappers around a layer, the outermost first."""
    found: list[OverTime] = []
    for index, address in enumerate(parents):
        record = heap.get(address)
        if not isinstance(record, Layer) or record.type != WRAPPER or not record.holds:
            continue
        inner = heap.get(record.holds[0])
        holds: Literal["layer", "model"] = "model" if isinstance(inner, Layer) and inner.model else "layer"
        found.append(OverTime(address, holds, _steps(heap, address, parents[index - 1] if index else None)))
    return tuple(found)


def _steps(heap: Any, wrapper: Address, around: Address | None) -> int | None:
    """The time steps of what a model gives to a wrapper, where that is the same in all its calls."""
    record = heap.get(around) if around is not None else None
    if not isinstance(record, Layer) or record.model is None:
        return None
    model = record.model
    if model.kind == "sequential":
        return _in_sequential(heap, record, model, wrapper)
    found = {_of_tensor(heap, node.inputs[0]) if node.inputs else None for node in model.nodes if node.layer == wrapper}
    return found.pop() if len(found) == 1 else None


def _in_sequential(heap: Any, holder: Layer, model: Model, wrapper: Address) -> int | None:
    for address in reversed(model.layers[: model.layers.index(wrapper) + 1] if wrapper in model.layers else ()):
        record = heap.get(address)
        if not isinstance(record, Layer) or record.type not in KEEPS_TIME:
            return None
        if record.first_axis is not None:
            return record.first_axis
    return holder.first_axis


def _of_tensor(heap: Any, tensor: Tensor) -> int | None:
    """The size of a tensor's first axis after that of the batch."""
    for _ in range(MOST_CALLS):
        if tensor.shape:
            return tensor.shape[0]
        if tensor.node is None:
            return None
        record = heap.get(tensor.node.layer)
        if not isinstance(record, Layer):
            return None
        if record.type == "InputLayer":
            return record.first_axis
        if record.type not in KEEPS_TIME or not tensor.node.inputs:
            return None
        tensor = tensor.node.inputs[0]
    return None
