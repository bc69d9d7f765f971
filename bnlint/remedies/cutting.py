"""Where a graph of layers falls into two parts at one tensor, and why not where it does not."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bnlint.measuring.layers import every_layer

Key = tuple[int, int, int]
"""A tensor: of which layer, of which of its calls, which of the outputs."""
MOST_NAMED = 6
MASKED = "it gives a mask along with its output, which features do not keep"


class CannotSplit(ValueError):
    """The model does not fall into a backbone and a head there. The message says why, and where it does."""


class Step(NamedTuple):
    """One call of a layer in a functional model."""

    name: str
    layer: Any
    takes: tuple[Key, ...]
    gives: tuple[Key, ...]
    outputs: tuple[Any, ...]


def tensor_at(model: Any, at: Any) -> Any:
    """The symbolic tensor of a functional model after the layer ``at`` (a name, or the layer).

    All of the head is made from this tensor. Raises ``CannotSplit`` where it is not.
    """
    steps = _steps(model)
    layer = found_layer(model, at, {step.name: step.layer for step in steps})
    calls = [step for step in steps if step.layer is layer]
    if len(calls) != 1:
        raise CannotSplit(
            f"{layer.name!r} is called {len(calls)} times in {model.name!r}: the cut would not be one tensor"
        )
    reason = _obstacle(model, steps, calls[0])
    if reason is not None:
        raise CannotSplit(
            f"{model.name!r} cannot be cut after {layer.name!r}: {reason}{_elsewhere(model, steps, calls[0])}"
        )
    return calls[0].outputs[0]


def has_mask(tensor: Any) -> bool:
    """Whether a symbolic tensor has a mask, which the layers after it would be given in the whole model."""
    return getattr(tensor, "_keras_mask", None) is not None


def found_layer(model: Any, at: Any, layers: Mapping[str, Any]) -> Any:
    """The layer that ``at`` means. Raises ``CannotSplit`` with the names that come near."""
    if not isinstance(at, str):
        if any(at is layer for layer in layers.values()):
            return at
        at = str(getattr(at, "name", at))
    elif at in layers:
        return layers[at]
    for placed in every_layer(model):
        path, _, name = placed.path.rpartition("/")
        if path and at in (placed.path, name):
            raise CannotSplit(
                f"{name!r} stands inside {path!r}, which {model.name!r} calls as one layer: cut after {path!r}, or "
                f"split that model by itself"
            )
    near = difflib.get_close_matches(at, layers, 3, 0.5)
    raise CannotSplit(
        f"{model.name!r} has no layer {at!r}" + (f"; near it: {', '.join(map(repr, near))}" if near else "")
    )


def _obstacle(model: Any, steps: list[Step], cut: Step) -> str | None:
    """Why the part after a step is not made from its output alone; None where it is."""
    if not cut.takes:
        return "it is an input, and no backbone would be left"
    if len(cut.gives) != 1:
        return f"it gives {len(cut.gives)} tensors, and a cut is one"
    if has_mask(cut.outputs[0]):
        return MASKED
    before = _up_to(cut, steps)
    after = [step for step in steps if step.gives not in before]
    if not after:
        return "nothing comes after it, and no head would be left"
    givers = {key: step for step in steps for key in step.gives}
    for step in after:
        if not step.takes:
            return f"the input {step.name!r} goes into the model after it"
        for key in step.takes:
            if key not in cut.gives and givers[key].gives in before:
                return f"{step.name!r} also takes the output of {givers[key].name!r}, past the cut"
    early = [givers[key].name for key in map(_key, _flat(model.outputs)) if givers[key].gives in before]
    return f"the output of {early[0]!r} is one of the model's own" if early else None


def _up_to(cut: Step, steps: list[Step]) -> set[tuple[Key, ...]]:
    """A step and all that it is made from, each by what it gives."""
    givers = {key: step for step in steps for key in step.gives}
    found: set[tuple[Key, ...]] = set()
    stack = [cut]
    while stack:
        step = stack.pop()
        if step.gives not in found:
            found.add(step.gives)
            stack += [givers[key] for key in step.takes]
    return found


def _elsewhere(model: Any, steps: list[Step], cut: Step) -> str:
    """The nearest layers after which a cut is possible, in words."""
    possible = [
        (abs(index - steps.index(cut)), index)
        for index, step in enumerate(steps)
        if sum(other.layer is step.layer for other in steps) == 1 and _obstacle(model, steps, step) is None
    ]
    nearest = sorted(index for _, index in sorted(possible)[:MOST_NAMED])
    if not nearest:
        return ". It falls into two parts nowhere"
    return f". It can be cut after {', '.join(repr(steps[index].name) for index in nearest)}"


def _steps(model: Any) -> list[Step]:
    """The calls of a functional model, each after those that it needs."""
    found = []
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            layer = node.operation if hasattr(node, "operation") else node.layer
            takes = node.input_tensors if hasattr(node, "operation") else node.keras_inputs
            outputs = tuple(_flat(node.outputs))
            entered = () if node.is_input else tuple(map(_key, _flat(takes)))
            found.append(Step(layer.name, layer, entered, tuple(map(_key, outputs)), outputs))
    return found


def _key(tensor: Any) -> Key:
    layer, call, index = tensor._keras_history
    return id(layer), call, index


def _flat(value: Any) -> Iterator[Any]:
    match value:
        case Mapping():
            for each in value.values():
                yield from _flat(each)
        case list() | tuple():
            for each in value:
                yield from _flat(each)
        case _:
            yield value
