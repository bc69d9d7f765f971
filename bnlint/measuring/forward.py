"""One forward pass in inference mode, or with BatchNormalization alone in training mode. The model is left as it was.

Other layers that behave differently in training (Dropout, noise, augmentation) stay in inference mode in both, so that
the two passes differ in nothing but the statistics that BatchNormalization normalises with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from bnlint.measuring import frameworks
from bnlint.measuring.distance import Moments
from bnlint.measuring.layers import Placed, batch_norms

Mode = Literal["inference", "training"]
Record = Callable[[str, Moments], None]
"""Called with a layer's path and the moments of what went into it, once each time the layer is called."""

STATISTICS = ("moving_mean", "moving_variance", "moving_stddev", "renorm_mean", "renorm_stddev")


def forward(
    model: Any,
    inputs: Any,
    mode: Mode = "inference",
    record: Record | None = None,
    layers: Sequence[Placed] | None = None,
) -> Any:
    """What a model answers to one batch, as NumPy arrays in the structure of its outputs.

    Training mode means: each BatchNormalization layer normalises with the statistics of this batch, a frozen one too
    (for the pass it is trainable: frozen, it would answer alike in both modes). The moving statistics that the pass
    writes are put back.

    Args:
        model: A built model of Keras 2 or 3 on any backend.
        inputs: One batch: an array, or arrays in the structure of the model's inputs. Samples along the first axis.
        mode: ``inference`` or ``training``.
        record: Told what went into each layer.
        layers: The BatchNormalization layers; default: all of the model's.
    """
    framework = frameworks.of(model)
    found = batch_norms(model) if layers is None else layers
    with _prepared(found, framework, mode, record), without_gradients(framework):
        return _arrays(model(_tensors(inputs, framework), training=False), framework)


@contextmanager
def _prepared(
    layers: Sequence[Placed], framework: frameworks.Framework, mode: Mode, record: Record | None
) -> Iterator[None]:
    """The layers' ``call`` exchanged for one that records and forces training mode; all is put back at the end."""
    training = mode == "training"
    frozen = [layer for _, layer in layers if training and not layer.trainable]
    kept = [(layer, statistics(layer, framework)) for _, layer in layers if training]
    try:
        for placed in layers:
            # In the instance's own dictionary: Keras's attribute tracking has nothing to do with it.
            placed.layer.__dict__["call"] = _call(placed, framework, mode, record)
        for layer in frozen:
            layer.trainable = True
        yield
    finally:
        for _, layer in layers:
            layer.__dict__.pop("call", None)
        for layer in frozen:
            layer.trainable = False
        for layer, values in kept:
            restore(layer, values)


def _call(placed: Placed, framework: frameworks.Framework, mode: Mode, record: Record | None) -> Callable[..., Any]:
    own = placed.layer.call

    def call(inputs: Any, *arguments: Any, **named: Any) -> Any:
        if record is not None:
            mask = named.get("mask")
            masked = None if mask is None else framework.array(mask)
            record(placed.path, Moments.of(framework.array(inputs), axis_of(placed.layer), masked))
        if mode == "training":
            # Positional: `training`, then `mask`.
            given = dict(zip(("mask",), arguments[1:], strict=False))
            return own(inputs, **{**given, **named, "training": True})
        return own(inputs, *arguments, **named)

    return call


def axis_of(layer: Any) -> int:
    """The axis of a layer's channels. Raises ``ValueError`` where there are several."""
    axis = layer.axis
    if isinstance(axis, (list, tuple)) or hasattr(axis, "__iter__"):
        axes = list(axis)
        if len(axes) != 1:
            raise ValueError(f"{layer.name} normalises over the axes {axes}; one is expected")
        axis = axes[0]
    return int(axis)


def statistics(layer: Any, framework: frameworks.Framework) -> Mapping[str, Any]:
    """A layer's moving statistics by the names of its attributes, as NumPy arrays of their own."""
    held = {name: getattr(layer, name, None) for name in STATISTICS}
    return {name: framework.array(held[name]).copy() for name in STATISTICS if held[name] is not None}


def restore(layer: Any, values: Mapping[str, Any]) -> None:
    """Put moving statistics back that :func:`statistics` gave."""
    for name, value in values.items():
        getattr(layer, name).assign(value)


@contextmanager
def without_gradients(framework: frameworks.Framework) -> Iterator[None]:
    """On PyTorch no graph for gradients is built; elsewhere there is none."""
    if framework.backend != "torch":
        yield
        return
    import importlib

    with importlib.import_module("torch").no_grad():
        yield


def _tensors(inputs: Any, framework: frameworks.Framework) -> Any:
    """Arrays as tensors of the framework, in their structure; what is a tensor stays."""
    match inputs:
        case Mapping():
            return {key: _tensors(each, framework) for key, each in inputs.items()}
        case list() | tuple():
            return type(inputs)(_tensors(each, framework) for each in inputs)
    if framework.generation == 3:
        return framework.keras.ops.convert_to_tensor(inputs)
    import importlib

    return importlib.import_module("tensorflow").convert_to_tensor(inputs)


def _arrays(outputs: Any, framework: frameworks.Framework) -> Any:
    match outputs:
        case Mapping():
            return {key: _arrays(each, framework) for key, each in outputs.items()}
        case list() | tuple():
            return [_arrays(each, framework) for each in outputs]
    return framework.array(outputs)
