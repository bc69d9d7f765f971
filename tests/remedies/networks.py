"""Small networks on pictures of 6 × 6, one for each way in which a BatchNormalization layer is held."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bnlint.measuring import frameworks
from bnlint.measuring.layers import batch_norms

SHAPE = (6, 6, 2)
_RANDOM = np.random.default_rng(0)
PICTURES = _RANDOM.normal(0.5, 1.0, (40, *SHAPE)).astype("float32")
VALUES = _RANDOM.normal(size=(40, 1)).astype("float32")


def block(keras: Any, name: str = "block") -> Any:
    """A small residual network that ends in eight features."""
    layers = keras.layers
    inputs = keras.Input(SHAPE)
    short = layers.BatchNormalization(name="first")(layers.Conv2D(4, 3, padding="same", name="conv")(inputs))
    long = layers.BatchNormalization(name="second")(layers.Conv2D(4, 3, padding="same", name="branch")(short))
    added = layers.ReLU(name="relu")(layers.Add(name="add")([short, long]))
    features = layers.Dense(8, name="features")(layers.GlobalAveragePooling2D(name="pool")(added))
    return keras.Model(inputs, features, name=name)


def flat(keras: Any) -> Any:
    backbone = block(keras)
    hidden = keras.layers.BatchNormalization(name="top")(backbone.output)
    return keras.Model(backbone.input, keras.layers.Dense(1, name="score")(hidden), name="flat")


def nested(keras: Any) -> Any:
    inputs = keras.Input(SHAPE)
    hidden = block(keras)(inputs * 2.0 - 1.0)
    hidden = keras.layers.BatchNormalization(name="top")(hidden)
    return keras.Model(inputs, keras.layers.Dense(1, name="score")(hidden), name="nested")


def twice_nested(keras: Any) -> Any:
    inputs = keras.Input(SHAPE)
    middle = keras.Model(inputs, keras.layers.Dense(3)(block(keras)(inputs)), name="middle")
    return keras.Sequential([keras.Input(SHAPE), middle, keras.layers.Dense(1, name="score")], name="twice_nested")


def sequential(keras: Any) -> Any:
    layers = keras.layers
    norm, score = layers.BatchNormalization(name="top"), layers.Dense(1, name="score")
    return keras.Sequential([keras.Input(SHAPE), block(keras), norm, score], name="sequential")


def wrapped(keras: Any) -> Any:
    layers = keras.layers
    row = keras.Sequential([keras.Input(SHAPE[1:]), layers.Dense(3), layers.BatchNormalization(name="in_row")])
    inputs = keras.Input(SHAPE)
    rows = layers.TimeDistributed(row, name="rows")(inputs)
    again = layers.TimeDistributed(layers.BatchNormalization(name="alone"), name="again")(rows)
    return keras.Model(inputs, layers.Dense(1, name="score")(layers.Flatten()(again)), name="wrapped")


def shared(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input(SHAPE)
    norm = layers.BatchNormalization(name="both")
    joined = layers.Concatenate()([norm(inputs), norm(inputs * 3.0)])
    return keras.Model(inputs, layers.Dense(1, name="score")(layers.Flatten()(joined)), name="shared")


def subclassed(keras: Any) -> Any:
    layers = keras.layers

    class Network(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(name="subclassed")
            self.norm = layers.BatchNormalization(name="attribute")
            self.stages = [layers.Dense(4), layers.BatchNormalization(name="in_list")]
            self.flatten = layers.Flatten()
            self.score = layers.Dense(1, name="score")

        def call(self, inputs: Any, training: Any = None) -> Any:
            hidden = self.norm(inputs, training=training)
            hidden = self.stages[1](self.stages[0](hidden), training=training)
            return self.score(self.flatten(hidden))

    model = Network()
    model(PICTURES[:2])
    return model


Builder = Callable[[Any], Any]
BUILDERS: tuple[Builder, ...] = (flat, nested, twice_nested, sequential, wrapped, shared, subclassed)
NORMS: dict[Builder, int] = {flat: 3, nested: 3, twice_nested: 2, sequential: 3, wrapped: 2, shared: 1, subclassed: 2}


def array(variable: Any) -> Any:
    return np.array(variable.numpy())


def norm_weights(model: Any) -> list[Any]:
    """Gamma, beta and the moving statistics of every BatchNormalization layer."""
    return [array(weight) for _, layer in batch_norms(model) for weight in layer.weights]


def fit(model: Any, epochs: int = 1, batch_size: int = 20) -> float:
    """``compile`` and ``fit`` on the pictures. Without XLA, which takes seconds to compile. Returns the first loss."""
    compile_model(model, jit_compile=False)
    history = model.fit(PICTURES, VALUES, batch_size=batch_size, epochs=epochs, verbose=0).history
    return float(history["loss"][0])


def compile_model(model: Any, rate: float = 0.05, **options: Any) -> None:
    optimizer = frameworks.of(model).keras.optimizers.SGD(rate)
    model.compile(optimizer, "mse", **options)
