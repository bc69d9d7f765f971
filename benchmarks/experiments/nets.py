"""A small ResNet (two blocks, six BatchNormalization layers, about 19,000 weights), in Keras 3 and ``tf_keras``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.experiments.data import CLASSES, SIDE

Make = Callable[..., Any]
"""Makes a normalization layer, given its name."""


def backbone(keras: Any, normalization: Make | None = None, width: int = 16) -> Any:
    """Images (n, 16, 16, 1) to features (n, 2 × width).

    Args:
        keras: The namespace: ``keras`` or ``tf_keras``.
        normalization: The layers' class; default: the namespace's BatchNormalization.
        width: Channels of the first block; the second has twice as many.
    """
    layers = keras.layers
    make: Make = normalization or layers.BatchNormalization

    def convolved(x: Any, channels: int, name: str, size: int = 3, stride: int = 1) -> Any:
        x = layers.Conv2D(channels, size, stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
        return make(name=f"{name}_bn")(x)

    def block(x: Any, channels: int, stride: int, name: str) -> Any:
        short = x if stride == 1 else convolved(x, channels, f"{name}_short", size=1, stride=stride)
        x = layers.ReLU(name=f"{name}_relu")(convolved(x, channels, f"{name}_a", stride=stride))
        x = layers.Add(name=f"{name}_add")([convolved(x, channels, f"{name}_b"), short])
        return layers.ReLU(name=f"{name}_out")(x)

    images = keras.Input((SIDE, SIDE, 1), name="images")
    x = layers.ReLU(name="stem_relu")(convolved(images, width, "stem"))
    x = block(block(x, width, 1, "one"), 2 * width, 2, "two")
    return keras.Model(images, layers.GlobalAveragePooling2D(name="features")(x), name="backbone")


def classifier(keras: Any, base: Any, **call: Any) -> Any:
    """A backbone with a linear head; ``call`` goes to the backbone's call (``training=False``)."""
    images = keras.Input((SIDE, SIDE, 1), name="pictures")
    return keras.Model(images, keras.layers.Dense(CLASSES, name="head")(base(images, **call)), name="classifier")


def copy_weights(source: Any, target: Any) -> None:
    """Weights from one model to another of the same layers' names, of whatever Keras."""
    given = {layer.name: layer for layer in source.layers}
    for layer in target.layers:
        if layer.name not in given:
            continue
        if hasattr(layer, "layers"):
            copy_weights(given[layer.name], layer)
        elif layer.weights:
            layer.set_weights(given[layer.name].get_weights())
