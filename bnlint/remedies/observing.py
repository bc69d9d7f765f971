"""What BatchNormalization layers did in an epoch, seen from outside: by what changed, and by asking each layer."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bnlint.measuring.forward import axis_of, restore, statistics, without_gradients
from bnlint.measuring.frameworks import Framework
from bnlint.measuring.layers import Placed

Mode = Literal["training", "frozen with updates", "batch without updates", "inference"]
"""``training``: normalises by the batch, and its moving statistics move. ``frozen with updates``: they move though
gamma and beta are not trained. ``batch without updates``: normalises by the batch, and they stay. ``inference``:
normalises by the moving statistics."""


@dataclass(frozen=True, slots=True)
class LayerState:
    """One BatchNormalization layer at the end of an epoch."""

    mode: Mode
    updates: int
    """Of its moving statistics, since the training began."""
    residual: float
    """The share of the moving statistics of the beginning that is left: momentum ** updates."""
    d: float
    """Distance of the held-out batch's mean from the moving one, in moving standard deviations; root mean square over
    the channels, the noise floor taken off."""
    r: float
    """Factor between the spreads, the moving and the held-out one; 1 is equal, and it is never below. The noise floor
    is taken off."""
    finite: bool
    """Whether all moving statistics are numbers."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """What a monitor saw at the end of an epoch."""

    epoch: int
    layers: dict[str, LayerState]
    """By path."""
    inference_loss: float | None
    """Of the held-out batch. None where the model was compiled without a loss, or no targets were given."""
    training_loss: float | None
    """Of the held-out batch, with BatchNormalization alone in training mode."""

    @property
    def gap(self) -> float | None:
        """Loss in inference mode less the loss in training mode."""
        if self.inference_loss is None or self.training_loss is None:
            return None
        return self.inference_loss - self.training_loss


def snapshot(layers: list[Placed], framework: Framework) -> dict[str, dict[str, Any]]:
    """The moving statistics of the layers that have been built, by path."""
    return {path: dict(statistics(layer, framework)) for path, layer in layers if layer.built}


def moved(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether any moving statistic has changed."""
    return any(not np.array_equal(before[name], after[name], equal_nan=True) for name in after)


def mode_of(has_moved: bool, trained: bool, by_batch: bool) -> Mode:
    """What a layer did in an epoch.

    Args:
        has_moved: Whether its moving statistics changed.
        trained: Whether gamma and beta are trained.
        by_batch: Whether it normalises by the batch though its statistics stay.
    """
    if has_moved:
        return "training" if trained else "frozen with updates"
    return "batch without updates" if by_batch else "inference"


def normalises_by_batch_and_keeps(layer: Any, framework: Framework) -> bool:
    """Whether a layer that is called in training mode normalises by the batch and yet leaves its statistics alone.

    So does one with momentum 1, and a frozen one of ``tf.compat.v1`` and of Keras before TensorFlow 2.0. It is asked
    with numbers that are far from its statistics, and these are put back.
    """
    before = dict(statistics(layer, framework))
    tensor = tensor_of(_far_from(layer, before), framework)
    try:
        with without_gradients(framework):
            training, inference = (framework.array(layer.call(tensor, training=flag)) for flag in (True, False))
        kept = not moved(before, dict(statistics(layer, framework)))
    finally:
        restore(layer, before)
    return kept and not np.allclose(training, inference, rtol=1e-3, atol=1e-3, equal_nan=True)


def _far_from(layer: Any, held: dict[str, Any]) -> Any:
    mean, variance = held["moving_mean"].reshape(-1), held["moving_variance"].reshape(-1)
    spread = np.sqrt(np.maximum(variance, 0) + layer.epsilon)
    rank = layer.input_spec.ndim if layer.input_spec is not None else 2
    numbers = np.random.default_rng(0).normal(size=(8, *[2] * (rank - 2), len(mean))) * 3 * spread + mean + 5 * spread
    return np.moveaxis(numbers, -1, axis_of(layer)).astype("float32")


def tensor_of(value: Any, framework: Framework) -> Any:
    """An array as a tensor of the framework."""
    if framework.generation == 3:
        return framework.keras.ops.convert_to_tensor(value)
    return importlib.import_module("tensorflow").convert_to_tensor(value)


def loss_of(model: Any, targets: Any, outputs: Any, framework: Framework) -> float | None:
    """The loss that a model was compiled with, regularization included; None where it has none.

    Args:
        model: A compiled model.
        targets: One batch of labels, in the structure of the outputs.
        outputs: What the model answers to it: arrays in their structure.
        framework: The model's own.
    """
    if getattr(model, "loss", None) is None and not hasattr(model, "compute_loss"):
        return None
    expected, predicted = (_structure(value, framework) for value in (targets, outputs))
    try:
        with without_gradients(framework):
            if hasattr(model, "compute_loss"):
                loss = model.compute_loss(y=expected, y_pred=predicted)
            else:  # up to TensorFlow 2.8
                loss = model.compiled_loss(expected, predicted, regularization_losses=model.losses)
    except Exception:  # a model with a `train_step` of its own need not have one that can be computed so
        return None
    return None if loss is None else float(framework.array(loss))


def _structure(value: Any, framework: Framework) -> Any:
    match value:
        case dict():
            return {name: _structure(each, framework) for name, each in value.items()}
        case list() | tuple():
            return type(value)(_structure(each, framework) for each in value)
    return tensor_of(value, framework)
