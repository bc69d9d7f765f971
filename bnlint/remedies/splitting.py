"""A model as two: the backbone, whose features are computed once and kept on disk, and the head, trained on them.

The backbone runs in inference mode only, whatever the flags and the release: its BatchNormalization layers normalize
with the moving statistics, and nothing in it is trained.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Literal

from bnlint.measuring import frameworks
from bnlint.measuring.layers import every_layer
from bnlint.remedies import cutting
from bnlint.remedies.cutting import CannotSplit
from bnlint.remedies.features import Features, compute


@dataclass(frozen=True, slots=True)
class Split:
    """A model and its two parts, which hold the model's own layers: training the head trains the model."""

    model: Any
    backbone: Any
    head: Any

    def features(
        self,
        data: Any,
        folder: str | os.PathLike[str],
        *,
        batch_size: int = 32,
        steps: int | None = None,
        stale: Literal["refuse", "remake"] = "refuse",
    ) -> Features:
        """What the backbone predicts for ``data``, with the labels, kept in ``folder`` and computed once.

        A run that was ended half-way goes on where it was: the data is read again from its start, and a batch that
        the folder has is not predicted again. Features of other weights, layers or data are refused.

        Args:
            data: Arrays, a tuple ``(inputs, labels[, sample_weights])``, a ``tf.data.Dataset``, a PyDataset or
                Sequence, or an iterable of batches; without augmentation, which would be frozen into the features.
            folder: A new folder, or one of an earlier run.
            batch_size: For arrays.
            steps: How many batches; None for all.
            stale: What to do with features that are of something else: ``refuse`` or ``remake``.

        Raises:
            StaleFeatures: The folder holds features of other weights, layers or data, and ``stale`` is ``refuse``.
            ValueError: There is no batch in the data, or the folder holds files of something else.
        """
        return compute(self.backbone, data, folder, batch_size=batch_size, steps=steps, stale=stale)

    def join(self, head: Any = None) -> Any:
        """One model again: with the model's own head the model itself, else a new one with the head that is given.

        A new model is Sequential where the old one is. The layers of a Sequential head become its layers; any other
        head becomes one of them. Predictions are those of ``head(backbone(inputs))``. Weights are shared, not copied.
        """
        if head is None or head is self.head:
            return self.model
        framework = frameworks.of(self.model)
        if frameworks.of(head).package != framework.package:
            raise TypeError(f"the head is of {frameworks.of(head).package}, the backbone of {framework.package}")
        sequential = framework.keras.Sequential
        layers = _layers(head) if isinstance(head, sequential) else [head]
        if isinstance(self.backbone, sequential):
            return _sequential(framework, self.model, [*_layers(self.backbone), *layers], self.model.name)
        tensor = self.backbone.output
        for layer in layers:
            tensor = layer(tensor)
        return framework.keras.Model(self.backbone.input, tensor, name=self.model.name)


def split(model: Any, at: Any) -> Split:
    """Cut a model after one of its layers into a backbone and a head.

    Both hold the layers of ``model``, not copies: nothing is moved, and training the head trains the model. To train a
    new head, make one for features of the shape ``backbone.output_shape`` and give it to :meth:`Split.join`.

    Args:
        model: A functional or Sequential model of Keras 2 or 3, with its input shape known.
        at: The last layer of the backbone: its name, or the layer itself. A nested model is one layer.

    Raises:
        CannotSplit: The head is not made from that one tensor (a skip connection passes the cut, a second input comes
            after it, the layer is called twice, it passes a mask on, both parts share weights), or the model is
            subclassed and has no graph.
        TypeError: ``model`` is no model of Keras.
    """
    framework = frameworks.of(model)
    name = model.name
    if isinstance(model, framework.keras.Sequential):
        layers = _layers(model)
        last = cutting.found_layer(model, at, {layer.name: layer for layer in layers})
        here = next(index for index, layer in enumerate(layers) if layer is last) + 1
        if here == len(layers):
            raise CannotSplit(f"{name!r} cannot be cut after {last.name!r}: nothing comes after it")
        backbone = _sequential(framework, model, layers[:here], f"{name}_backbone")
        if cutting.has_mask(backbone.outputs[0]):
            raise CannotSplit(f"{name!r} cannot be cut after {last.name!r}: {cutting.MASKED}")
        return _checked(
            Split(model, backbone, _sequential(framework, backbone, layers[here:], f"{name}_head", "outputs"))
        )
    if not hasattr(model, "_nodes_by_depth"):
        raise CannotSplit(
            f"{name!r} is a {type(model).__name__}, which has no graph of layers to cut: split a functional model "
            "inside of it, or make it as one, keras.Model(inputs, outputs)"
        )
    tensor = cutting.tensor_at(model, at)
    make = framework.keras.Model
    backbone = make(model.input, tensor, name=f"{name}_backbone")
    return _checked(Split(model, backbone, make(tensor, model.output, name=f"{name}_head")))


def _checked(parts: Split) -> Split:
    """The parts, if training the head leaves the backbone as it is."""
    before = {id(weight) for weight in parts.backbone.weights}
    for placed in every_layer(parts.head):
        if placed.path and any(id(weight) in before for weight in placed.layer.weights):
            raise CannotSplit(
                f"{placed.path!r} of {parts.model.name!r} is part of the backbone and of the head: the features would "
                "change while the head is trained"
            )
    return parts


def _layers(model: Any) -> list[Any]:
    """The layers of a Sequential model without its Input, which Keras 2 does not list either."""
    return [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]


def _sequential(
    framework: frameworks.Framework,
    like: Any,
    layers: list[Any],
    name: str,
    of: Literal["inputs", "outputs"] = "inputs",
) -> Any:
    """A Sequential model that takes what another one takes, or gives."""
    try:
        (tensor,) = getattr(like, of)
    except (AttributeError, TypeError, ValueError):
        raise CannotSplit(f"{like.name!r} has no input shape yet: call it on a batch, or build it") from None
    entry = framework.keras.Input(batch_shape=tuple(tensor.shape), dtype=tensor.dtype)
    return framework.keras.Sequential([entry, *layers], name=name)
