"""Ways to build, nest, share, save and load models: what Keras 3.15 and Keras 2.15 did when each was run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.constructs.programs import Fits, counts, marks, on_both_targets
from tests.reading import (
    FROZEN,
    FROZEN_BY_BATCH,
    INFERENCE_BUT_TRAINED,
    TRAINS,
    UNKNOWN,
    phases,
    rows,
)

State = tuple[Any, ...]

GAPS = {
    # says something wrong
    # says something less than is known
    "a layer from its config",
    "clone with a function",
    "json through a file",
    "a Lambda that calls a frozen model",
    "derived from Dense, with a norm inside",
    "a cell with a norm",
    "derived from BatchNormalization, inference when frozen",
    "saved and loaded, SavedModel",
    "get_output_at",
    "keras_cv",
    "keras_hub, a task",
}
"""Cases that bnlint gets wrong or does not know, on both targets or on the one that is named."""

BEFORE = """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers
"""
COMPILE = """
        model.compile("sgd", "mse")
"""

# of four features; the program; its fits on Keras 3.15; its fits on Keras 2.15, where they differ
MODELS: dict[str, tuple[str, Fits, Fits | None]] = {
    "Sequential by add in a loop": (
        """
        model = keras.Sequential()
        model.add(keras.Input((4,)))
        for units in (8, 16, 8):
            model.add(layers.Dense(units))
            model.add(layers.BatchNormalization())
        model.add(layers.Dense(1))
        """,
        [{TRAINS: 3}],
        None,
    ),
    "Sequential of a list made before": (
        """
        stack = [keras.Input((4,))]
        for units in (8, 8):
            stack += [layers.Dense(units), layers.BatchNormalization(), layers.ReLU()]
        model = keras.Sequential([*stack, layers.Dense(1)], name="net")
        model.layers[1].trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "Sequential with layers as a keyword": (
        """
        model = keras.models.Sequential(
            layers=[layers.Dense(8, input_shape=(4,)), layers.BatchNormalization(), layers.Dense(1)]
        )
        model.get_layer(index=1).trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "three levels, the middle one frozen": (
        """
        inner = keras.Sequential([keras.Input((8,)), layers.BatchNormalization()])
        middle = keras.Sequential([keras.Input((4,)), layers.Dense(8), inner, layers.BatchNormalization()])
        inputs = keras.Input((4,))
        model = keras.Model(inputs, layers.Dense(1)(layers.BatchNormalization()(middle(inputs))))
        middle.trainable = False
        """,
        [{FROZEN: 2, TRAINS: 1}],
        None,
    ),
    "reached through two levels": (
        """
        inner = keras.Sequential(
            [keras.Input((8,)), layers.BatchNormalization(), layers.BatchNormalization()], name="inner"
        )
        middle = keras.Sequential([keras.Input((4,)), layers.Dense(8), inner], name="middle")
        model = keras.Sequential([keras.Input((4,)), middle, layers.Dense(1)])
        model.get_layer("middle").get_layer("inner").layers[0].trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a block that is a Sequential": (
        """
        def dense_bn(units):
            return keras.Sequential([layers.Dense(units), layers.BatchNormalization(), layers.ReLU()])

        inputs = x = keras.Input((4,))
        blocks = [dense_bn(units) for units in (8, 16, 32)]
        for block in blocks:
            x = block(x)
        model = keras.Model(inputs, layers.Dense(1)(x))
        for block in blocks[:2]:
            block.trainable = False
        """,
        [{FROZEN: 2, TRAINS: 1}],
        None,
    ),
    "a helper with a flag": (
        """
        def dense_bn(x, units, norm=True, frozen=False):
            x = layers.Dense(units, use_bias=not norm)(x)
            if norm:
                x = layers.BatchNormalization(trainable=not frozen)(x)
            return layers.Activation("relu")(x)

        inputs = keras.Input((4,))
        x = dense_bn(inputs, 8, frozen=True)
        x = dense_bn(x, 8, norm=False)
        x = dense_bn(x, 8)
        model = keras.Model(inputs, layers.Dense(1)(x))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a helper that returns a function": (
        """
        def dense_bn(units, **options):
            def apply(x):
                return layers.BatchNormalization(**options)(layers.Dense(units)(x))
            return apply

        inputs = keras.Input((4,))
        x = dense_bn(8, momentum=0.9, trainable=False)(inputs)
        x = dense_bn(8)(x)
        model = keras.Model(inputs, layers.Dense(1)(x))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "blocks joined by compose": (
        """
        from functools import reduce

        def compose(*functions):
            return reduce(lambda f, g: lambda *a, **k: g(f(*a, **k)), functions)

        inputs = keras.Input((4,))
        x = compose(layers.Dense(8), layers.BatchNormalization(trainable=False), layers.LeakyReLU())(inputs)
        model = keras.Model(inputs, compose(layers.BatchNormalization(), layers.Dense(1))(x))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "reduce over layers": (
        """
        from functools import reduce

        stack = [
            layers.Dense(8),
            layers.BatchNormalization(),
            layers.Dense(8),
            layers.BatchNormalization(),
            layers.Dense(1),
        ]
        inputs = keras.Input((4,))
        model = keras.Model(inputs, reduce(lambda x, layer: layer(x), stack, inputs))
        stack[1].trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "recursion": (
        """
        def stack(x, depth):
            if depth == 0:
                return x
            x = layers.BatchNormalization(name=f"bn_{depth}")(layers.Dense(8)(x))
            return stack(x, depth - 1)

        inputs = keras.Input((4,))
        model = keras.Model(inputs, layers.Dense(1)(stack(inputs, 4)))
        model.get_layer("bn_4").trainable = False
        """,
        [{FROZEN: 1, TRAINS: 3}],
        None,
    ),
    "a recursive U": (
        """
        def level(x, widths):
            width, *deeper = widths
            down = layers.BatchNormalization()(layers.Dense(width)(x))
            if deeper:
                down = layers.concatenate([down, level(down, deeper)])
            return layers.BatchNormalization()(layers.Dense(width)(down))

        inputs = keras.Input((4,))
        model = keras.Model(inputs, layers.Dense(1)(level(inputs, [8, 16, 32])))
        """,
        [{TRAINS: 6}],
        None,
    ),
    "partial of a layer": (
        """
        from functools import partial

        Norm = partial(layers.BatchNormalization, momentum=0.9)
        FrozenNorm = partial(Norm, trainable=False)
        model = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8), FrozenNorm(), layers.Dense(8), Norm(epsilon=1e-5), layers.Dense(1)]
        )
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a lambda that makes layers": (
        """
        norm = lambda frozen=False: layers.BatchNormalization(trainable=not frozen)
        model = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8), norm(True), layers.Dense(8), norm(), layers.Dense(1)]
        )
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "layers chosen from a table": (
        """
        NORMS = {"batch": layers.BatchNormalization, "layer": layers.LayerNormalization, None: layers.Identity}
        inputs = x = keras.Input((4,))
        for norm in ("batch", None, "layer", "batch"):
            x = NORMS[norm]()(layers.Dense(8)(x))
        model = keras.Model(inputs, layers.Dense(1)(x))
        """,
        [{TRAINS: 2}],
        None,
    ),
    "layers from a description": (
        """
        SPEC = [
            ("Dense", {"units": 8}),
            ("BatchNormalization", {"momentum": 0.9}),
            ("ReLU", {}),
            ("BatchNormalization", {"trainable": False}),
            ("Dense", {"units": 1}),
        ]
        model = keras.Sequential([keras.Input((4,))])
        for kind, options in SPEC:
            model.add(getattr(layers, kind)(**options))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a layer from its config": (
        """
        bn = layers.BatchNormalization(momentum=0.9)
        bn.trainable = False
        again = layers.BatchNormalization.from_config(bn.get_config())
        model = keras.Sequential([keras.Input((4,)), layers.Dense(8), again, layers.Dense(1)])
        """,
        [{FROZEN: 1}],
        None,
    ),
    "clones of a layer in a list": (
        """
        model = keras.Sequential(
            [keras.Input((4,))]
            + [layer for _ in range(3) for layer in (layers.Dense(8), layers.BatchNormalization())]
            + [layers.Dense(1)]
        )
        model.layers[3].trainable = False
        """,
        [{FROZEN: 1, TRAINS: 2}],
        None,
    ),
    "one layer added twice": (
        """
        bn = layers.BatchNormalization()
        inputs = keras.Input((4,))
        x = bn(inputs)
        x = bn(layers.Dense(4)(x))
        model = keras.Model(inputs, layers.Dense(1)(x))
        bn.trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "names that Keras makes": (
        """
        model = keras.Sequential(
            [
                keras.Input((4,)),
                layers.BatchNormalization(),
                layers.BatchNormalization(),
                layers.BatchNormalization(),
                layers.Dense(1),
            ]
        )
        model.get_layer("batch_normalization_1").trainable = False
        """,
        [{FROZEN: 1, TRAINS: 2}],
        None,
    ),
    "the name that Keras makes for a Sequential": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        model.get_layer("sequential").trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "names that begin anew": (
        """
        keras.backend.clear_session()
        model = keras.Sequential(
            [keras.Input((4,)), layers.BatchNormalization(), layers.BatchNormalization(), layers.Dense(1)]
        )
        model = None
        keras.backend.clear_session()
        model = keras.Sequential(
            [keras.Input((4,)), layers.BatchNormalization(), layers.BatchNormalization(), layers.Dense(1)]
        )
        model.get_layer("batch_normalization_1").trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "slices": (
        """
        model = keras.Sequential([keras.Input((4,))])
        for _ in range(6):
            model.add(layers.BatchNormalization())
        model.add(layers.Dense(1))
        for layer in model.layers[1:-2]:
            layer.trainable = False
        """,
        [{FROZEN: 4, TRAINS: 2}],
        None,
    ),
    "a slice with a step": (
        """
        model = keras.Sequential([keras.Input((4,))])
        for _ in range(6):
            model.add(layers.BatchNormalization())
        model.add(layers.Dense(1))
        for layer in model.layers[:-1][::2]:
            layer.trainable = False
        """,
        [{FROZEN: 3, TRAINS: 3}],
        None,
    ),
    "the inner model found by its class": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        inner = next(layer for layer in model.layers if isinstance(layer, keras.Model))
        inner.trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "the inner model told by what it has": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        inputs = keras.Input((4,))
        model = keras.Model(inputs, layers.Dense(1)(layers.BatchNormalization()(base(inputs))))
        def freeze(model):
            for layer in model.layers:
                if hasattr(layer, "layers"):
                    freeze(layer)
                elif isinstance(layer, layers.BatchNormalization):
                    layer.trainable = False
        freeze(base)
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "sublayers of all levels": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        for layer in model._flatten_layers():
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
        """,
        [{FROZEN: 2}],
        None,
    ),
    "pop": (
        """
        model = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(name="kept"), layers.Dense(3)]
        )
        model.pop()
        model.add(layers.BatchNormalization(name="added"))
        model.add(layers.Dense(1))
        model.layers[1].trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "layers.pop on the list of a functional model": (
        """
        inputs = keras.Input((4,))
        x = layers.BatchNormalization()(layers.Dense(8)(inputs))
        old = keras.Model(inputs, layers.Dense(3)(layers.BatchNormalization(name="last")(x)))
        old.layers.pop()
        old.layers.pop()
        model = keras.Model(old.input, layers.Dense(1)(old.layers[-1].output))
        """,
        [{TRAINS: 2}],
        None,
    ),
    "a model up to a named layer": (
        """
        inputs = keras.Input((4,))
        x = layers.BatchNormalization()(layers.Dense(8, name="features")(inputs))
        old = keras.Model(inputs, layers.Dense(3)(layers.BatchNormalization(name="last")(x)))
        cut = keras.Model(inputs=old.inputs, outputs=old.get_layer("features").output)
        model = keras.Sequential([cut, layers.BatchNormalization(), layers.Dense(1)])
        cut.trainable = False
        old.get_layer("last").trainable = True
        """,
        [{TRAINS: 1}],
        None,
    ),
    "the last layer replaced": (
        """
        inputs = keras.Input((4,))
        x = layers.BatchNormalization()(layers.Dense(8)(inputs))
        old = keras.Model(inputs, layers.Dense(3)(layers.BatchNormalization()(x)))
        model = keras.Model(old.input, layers.Dense(1)(old.layers[-2].output))
        for layer in model.layers[:-2]:
            layer.trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "called layer by layer": (
        """
        old = keras.Sequential(
            [
                keras.Input((4,)),
                layers.Dense(8),
                layers.BatchNormalization(),
                layers.BatchNormalization(),
                layers.Dense(3),
            ]
        )
        inputs = x = keras.Input((4,))
        for layer in old.layers[:-2]:
            layer.trainable = False
            x = layer(x)
        model = keras.Model(inputs, layers.Dense(1)(x))
        """,
        [{FROZEN: 1}],
        None,
    ),
    "clone of a frozen model": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        base.trainable = False
        copy = keras.models.clone_model(base)
        copy.set_weights(base.get_weights())
        model = keras.Sequential([copy, layers.Dense(1)])
        """,
        [{FROZEN: 1}],
        None,
    ),
    "clone of a model with a frozen layer": (
        """
        base = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.BatchNormalization()]
        )
        base.layers[1].trainable = False
        copy = keras.models.clone_model(base)
        model = keras.Sequential([copy, layers.Dense(1)])
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "clone with a function": (
        """
        def freeze_norm(layer):
            config = layer.get_config()
            if isinstance(layer, layers.BatchNormalization):
                config["trainable"] = False
            return layer.__class__.from_config(config)

        old = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        model = keras.models.clone_model(old, clone_function=freeze_norm)
        """,
        [{FROZEN: 1}],
        None,
    ),
    "a deep copy": (
        """
        import copy

        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        base.trainable = False
        model = keras.Sequential([copy.deepcopy(base), layers.Dense(1)])
        """,
        [{FROZEN: 1}],
        None,
    ),
    "two members of an ensemble": (
        """
        def member():
            return keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])

        members = [member() for _ in range(3)]
        inputs = keras.Input((4,))
        model = keras.Model(inputs, layers.Dense(1)(layers.average([m(inputs) for m in members])))
        members[0].trainable = members[-1].trainable = False
        """,
        [{FROZEN: 2, TRAINS: 1}],
        None,
    ),
    "saved and loaded, .keras": (
        """
        base = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.BatchNormalization()]
        )
        base.layers[1].trainable = False
        base.save("base.keras")
        model = keras.Sequential([keras.models.load_model("base.keras"), layers.Dense(1)])
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "saved and loaded, .h5": (
        """
        base = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.BatchNormalization()]
        )
        base.layers[1].trainable = False
        base.save("base.h5")
        model = keras.Sequential([keras.models.load_model("base.h5"), layers.Dense(1)])
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a frozen model saved and loaded, .keras": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        base.trainable = False
        base.save("base.keras")
        model = keras.Sequential([keras.models.load_model("base.keras"), layers.Dense(1)])
        """,
        [{FROZEN: 1}],
        None,
    ),
    "a frozen model saved and loaded, .h5": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        base.trainable = False
        keras.models.save_model(base, "base.h5")
        model = keras.Sequential([keras.models.load_model("base.h5"), layers.Dense(1)])
        """,
        [{FROZEN: 1}],
        None,
    ),
    "saved and loaded with training=False inside": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        inputs = keras.Input((4,))
        old = keras.Model(inputs, layers.Dense(1)(base(inputs, training=False)))
        old.save("old.keras")
        model = keras.models.load_model("old.keras")
        """,
        [{TRAINS: 1}],
        [{INFERENCE_BUT_TRAINED: 1}],
    ),
    "loaded without compiling": (
        """
        model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        model.save("model.keras")
        model = keras.models.load_model("model.keras", compile=False)
        for layer in model.layers:
            layer.trainable = False
        model.layers[-1].trainable = True
        """,
        [{FROZEN: 1}],
        None,
    ),
    "the path of a Path": (
        """
        from pathlib import Path

        folder = Path(".")
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        base.trainable = False
        base.save(folder / "base.keras")
        model = keras.Sequential([keras.models.load_model(folder / "base.keras"), layers.Dense(1)])
        """,
        [{FROZEN: 1}],
        None,
    ),
    "weights saved and loaded": (
        """
        def build():
            return keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])

        old = build()
        old.trainable = False
        old.save_weights("old.weights.h5")
        model = build()
        model.load_weights("old.weights.h5")
        """,
        [{TRAINS: 1}],
        None,
    ),
    "json": (
        """
        base = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.BatchNormalization()]
        )
        base.layers[1].trainable = False
        copy = keras.models.model_from_json(base.to_json())
        model = keras.Sequential([copy, layers.Dense(1)])
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "json through a file": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        with open("base.json", "w") as file:
            file.write(base.to_json())
        with open("base.json") as file:
            copy = keras.models.model_from_json(file.read())
        copy.trainable = False
        model = keras.Sequential([copy, layers.Dense(1)])
        """,
        [{FROZEN: 1}],
        None,
    ),
    "get_config and from_config": (
        """
        base = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.BatchNormalization()]
        )
        base.layers[1].trainable = False
        copy = keras.Sequential.from_config(base.get_config())
        model = keras.Sequential([copy, layers.Dense(1)])
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "two backbones with one head": (
        """
        first = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        second = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        head = keras.Sequential([keras.Input((8,)), layers.BatchNormalization(), layers.Dense(1)])
        first.trainable = False
        inputs = keras.Input((4,))
        model = keras.Model(inputs, layers.add([head(first(inputs)), head(second(inputs))]))
        """,
        [{FROZEN: 1, TRAINS: 2}],
        None,
    ),
    "TimeDistributed around a model": (
        """
        base = keras.Sequential([keras.Input((2,)), layers.Dense(8), layers.BatchNormalization()])
        base.trainable = False
        model = keras.Sequential(
            [keras.Input((4,)), layers.Reshape((2, 2)), layers.TimeDistributed(base), layers.Flatten(), layers.Dense(1)]
        )
        """,
        [{FROZEN: 1}],
        None,
    ),
    "TimeDistributed around a layer": (
        """
        inputs = keras.Input((4,))
        x = layers.TimeDistributed(layers.BatchNormalization())(layers.Reshape((2, 2))(inputs))
        x = layers.TimeDistributed(layers.BatchNormalization(), trainable=False)(x)
        model = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))
        """,
        [{TRAINS: 2}],
        [{TRAINS: 1, ("batch", True, False): 1}],
    ),
    "the layer in a wrapper": (
        """
        model = keras.Sequential(
            [
                keras.Input((4,)),
                layers.Reshape((2, 2)),
                layers.TimeDistributed(layers.BatchNormalization()),
                layers.BatchNormalization(),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )
        model.layers[1].layer.trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "Bidirectional": (
        """
        inputs = keras.Input((4,))
        x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(layers.Reshape((2, 2))(inputs))
        x = layers.Bidirectional(layers.GRU(4))(layers.BatchNormalization()(x))
        model = keras.Model(inputs, layers.Dense(1)(layers.BatchNormalization(trainable=False)(x)))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a Lambda before and after": (
        """
        inputs = keras.Input((4,))
        x = layers.Lambda(lambda x: x / 255.0)(inputs)
        x = layers.BatchNormalization(trainable=False)(layers.Dense(8)(x))
        x = layers.Lambda(lambda x: keras.ops.sqrt(x * x + 1e-6) if hasattr(keras, "ops") else tf.sqrt(x * x + 1e-6))(x)
        model = keras.Model(inputs, layers.Dense(1)(x))
        """,
        [{FROZEN: 1}],
        None,
    ),
    "a Lambda that calls a frozen model": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        base.trainable = False
        inputs = keras.Input((4,))
        model = keras.Model(
            inputs,
            layers.Dense(1)(layers.BatchNormalization()(layers.Lambda(lambda x: base(x, training=False))(inputs))),
        )
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "augmentation in front": (
        """
        augmentation = keras.Sequential([layers.GaussianNoise(0.1), layers.GaussianDropout(0.1)], name="augmentation")
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()], name="base")
        inputs = keras.Input((4,))
        x = augmentation(inputs)
        x = base(x, training=False)
        model = keras.Model(inputs, layers.Dense(1)(layers.Dropout(0.2)(x)))
        model.layers[2].trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "subclass, training handed on": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(8)
                self.bn = layers.BatchNormalization()
                self.out = layers.Dense(1)

            def call(self, x, training=None):
                return self.out(self.bn(self.dense(x), training=training))

        model = Net()
        """,
        [{TRAINS: 1}],
        None,
    ),
    "subclass, training not handed on": (
        """
        class Net(keras.Model):
            def __init__(self):
                super(Net, self).__init__()
                self.dense = layers.Dense(8)
                self.bn = layers.BatchNormalization()
                self.out = layers.Dense(1)

            def call(self, inputs, training=None):
                x = self.dense(inputs)
                x = self.bn(x)
                return self.out(x)

        model = Net()
        """,
        [{TRAINS: 1}],
        None,
    ),
    "subclass, call without training": (
        """
        class Net(keras.Model):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.dense, self.bn, self.out = layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)

            def call(self, x):
                return self.out(self.bn(self.dense(x)))

        model = Net(name="net")
        """,
        [{INFERENCE_BUT_TRAINED: 1}],
        [{TRAINS: 1}],
    ),
    "subclass, training=False by default": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.bn = layers.BatchNormalization()
                self.out = layers.Dense(1)

            def call(self, x, training=False):
                return self.out(self.bn(x, training=training))

        model = Net()
        """,
        [{TRAINS: 1}],
        None,
    ),
    "subclass, keywords handed on": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.bn = layers.BatchNormalization()
                self.out = layers.Dense(1)

            def call(self, x, **kwargs):
                return self.out(self.bn(x, **kwargs))

        model = Net()
        """,
        [{INFERENCE_BUT_TRAINED: 1}],
        [{TRAINS: 1}],
    ),
    "subclass, training and a flag": (
        """
        class Net(keras.Model):
            def __init__(self, train_bn):
                super().__init__()
                self.train_bn = train_bn
                self.bn = layers.BatchNormalization()
                self.out = layers.Dense(1)

            def call(self, x, training=None):
                return self.out(self.bn(x, training=training and self.train_bn))

        model = Net(train_bn=False)
        """,
        [{INFERENCE_BUT_TRAINED: 1}],
        None,
    ),
    "subclass around a backbone": (
        """
        class Net(keras.Model):
            def __init__(self, base):
                super().__init__()
                self.base = base
                self.head = keras.Sequential([layers.BatchNormalization(), layers.Dense(1)])

            def call(self, x, training=None):
                return self.head(self.base(x, training=False), training=training)

        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        model = Net(base)
        """,
        [{INFERENCE_BUT_TRAINED: 1, TRAINS: 1}],
        None,
    ),
    "subclass, lists of lists": (
        """
        class Net(keras.Model):
            def __init__(self, depths=(2, 1)):
                super().__init__()
                self.stages = [
                    [(layers.Dense(8), layers.BatchNormalization()) for _ in range(depth)] for depth in depths
                ]
                self.out = layers.Dense(1)

            def call(self, x, training=None):
                for stage in self.stages:
                    for dense, bn in stage:
                        x = bn(dense(x), training=training)
                return self.out(x)


        model = Net()
        for _, bn in model.stages[0]:
            bn.trainable = False
        """,
        [{FROZEN: 2, TRAINS: 1}],
        None,
    ),
    "subclass, a dictionary of layers": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.norms = {"first": layers.BatchNormalization(), "second": layers.BatchNormalization()}
                self.out = layers.Dense(1)

            def call(self, x, training=None):
                for name in ("first", "second"):
                    x = self.norms[name](x, training=training)
                return self.out(x)

        model = Net()
        model.norms["first"].trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "subclass, layers set by name": (
        """
        class Net(keras.Model):
            def __init__(self, depth):
                super().__init__()
                self.depth = depth
                for i in range(depth):
                    setattr(self, f"dense{i}", layers.Dense(8))
                    setattr(self, f"bn{i}", layers.BatchNormalization())
                self.out = layers.Dense(1)

            def call(self, x, training=None):
                for i in range(self.depth):
                    x = getattr(self, f"bn{i}")(getattr(self, f"dense{i}")(x), training=training)
                return self.out(x)

        model = Net(3)
        model.bn1.trainable = False
        """,
        [{FROZEN: 1, TRAINS: 2}],
        None,
    ),
    "subclass, layers appended one by one": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.stack = []
                for units in (8, 8):
                    self.stack.append(layers.Dense(units))
                    self.stack.append(layers.BatchNormalization())
                self.stack.append(layers.Dense(1))

            def call(self, x, training=None):
                for layer in self.stack:
                    if isinstance(layer, layers.BatchNormalization):
                        x = layer(x, training=training)
                    else:
                        x = layer(x)
                return x

        model = Net()
        model.stack[1].trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "subclass, layers made in build": (
        """
        class Net(keras.Model):
            def build(self, input_shape):
                self.dense = layers.Dense(input_shape[-1])
                self.bn = layers.BatchNormalization()
                self.out = layers.Dense(1)
                super().build(input_shape)

            def call(self, x, training=None):
                return self.out(self.bn(self.dense(x), training=training))

        model = Net()
        model.build((None, 4))
        model.bn.trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "subclass of a subclass": (
        """
        class Base(keras.Model):
            def __init__(self):
                super().__init__()
                self.bn = layers.BatchNormalization()
                self.out = layers.Dense(1)

            def features(self, x, training):
                return self.bn(x, training=training)

            def call(self, x, training=None):
                return self.out(self.features(x, training))

        class Deeper(Base):
            def __init__(self):
                super().__init__()
                self.more = layers.BatchNormalization(trainable=False)

            def features(self, x, training):
                return self.more(super().features(x, training), training=training)

        model = Deeper()
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "subclass, layers listed by .layers": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.block = keras.Sequential([layers.Dense(8), layers.BatchNormalization()])
                self.bn = layers.BatchNormalization()
                self.out = layers.Dense(1)

            def call(self, x, training=None):
                return self.out(self.bn(self.block(x, training=training), training=training))

        model = Net()
        for layer in model.layers[:1]:
            layer.trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "subclass called on an input": (
        """
        class Block(keras.Model):
            def __init__(self, units):
                super().__init__()
                self.dense = layers.Dense(units)
                self.bn = layers.BatchNormalization()

            def call(self, x, training=None):
                return self.bn(self.dense(x), training=training)

        inputs = keras.Input((4,))
        first, second = Block(8), Block(8)
        model = keras.Model(inputs, layers.Dense(1)(second(first(inputs))))
        first.trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "subclass with functional parts": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                inputs = keras.Input((4,))
                x = layers.BatchNormalization(name="inner_bn")(layers.Dense(8)(inputs))
                self.encoder = keras.Model(inputs, x, name="encoder")
                self.decoder = keras.Sequential([keras.Input((8,)), layers.BatchNormalization(), layers.Dense(1)])

            def call(self, x):
                return self.decoder(self.encoder(x))

        model = Net()
        model.encoder.get_layer("inner_bn").trainable = False
        """,
        [{FROZEN: 1, INFERENCE_BUT_TRAINED: 1}],
        [{FROZEN: 1, TRAINS: 1}],
    ),
    "a layer of the program, training handed on": (
        """
        class DenseBN(layers.Layer):
            def __init__(self, units, **kwargs):
                super().__init__(**kwargs)
                self.dense = layers.Dense(units)
                self.bn = layers.BatchNormalization()

            def call(self, x, training=None):
                return self.bn(self.dense(x), training=training)

        model = keras.Sequential([keras.Input((4,)), DenseBN(8, name="a"), DenseBN(8, name="b"), layers.Dense(1)])
        model.get_layer("a").trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a layer of the program, no training": (
        """
        class DenseBN(layers.Layer):
            def __init__(self, units):
                super().__init__()
                self.dense = layers.Dense(units)
                self.bn = layers.BatchNormalization()

            def call(self, x):
                return self.bn(self.dense(x))

        inputs = keras.Input((4,))
        model = keras.Model(inputs, layers.Dense(1)(DenseBN(8)(DenseBN(8)(inputs))))
        """,
        [{TRAINS: 2}],
        None,
    ),
    "a layer of the program that builds its layers": (
        """
        class DenseBN(layers.Layer):
            def __init__(self, units, norm=True):
                super().__init__()
                self.units, self.norm = units, norm

            def build(self, shape):
                self.dense = layers.Dense(self.units)
                self.bn = layers.BatchNormalization() if self.norm else None
                super().build(shape)

            def call(self, x, training=None):
                x = self.dense(x)
                return x if self.bn is None else self.bn(x, training=training)

        model = keras.Sequential([keras.Input((4,)), DenseBN(8), DenseBN(8, norm=False), DenseBN(8), layers.Dense(1)])
        """,
        [{TRAINS: 2}],
        None,
    ),
    "a layer of the program with inference inside": (
        """
        class Frozen(layers.Layer):
            def __init__(self, model):
                super().__init__()
                self.model = model

            def call(self, x):
                return self.model(x, training=False)

        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        model = keras.Sequential([keras.Input((4,)), Frozen(base), layers.BatchNormalization(), layers.Dense(1)])
        """,
        [{INFERENCE_BUT_TRAINED: 1, TRAINS: 1}],
        None,
    ),
    "a wrapper of the program": (
        """
        class Residual(layers.Wrapper):
            def call(self, x, training=None):
                return x + self.layer(x, training=training)


        bn = layers.BatchNormalization()
        model = keras.Sequential(
            [keras.Input((4,)), Residual(bn), Residual(layers.BatchNormalization()), layers.Dense(1)]
        )
        bn.trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "derived from BatchNormalization, training by the caller": (
        """
        class BatchNorm(layers.BatchNormalization):
            def call(self, inputs, training=None):
                return super(self.__class__, self).call(inputs, training=training)

        TRAIN_BN = False
        inputs = keras.Input((4,))
        x = BatchNorm(name="bn1")(layers.Dense(8)(inputs), training=TRAIN_BN)
        model = keras.Model(inputs, layers.Dense(1)(x))
        """,
        [{TRAINS: 1}],
        [{INFERENCE_BUT_TRAINED: 1}],
    ),
    "derived from BatchNormalization, always inference": (
        """
        class FrozenNorm(layers.BatchNormalization):
            def call(self, inputs, training=None):
                return super().call(inputs, training=False)


        model = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8), FrozenNorm(), layers.BatchNormalization(), layers.Dense(1)]
        )
        """,
        [{INFERENCE_BUT_TRAINED: 1, TRAINS: 1}],
        None,
    ),
    "derived from BatchNormalization, other defaults only": (
        """
        class Norm(layers.BatchNormalization):
            def __init__(self, momentum=0.9, epsilon=1e-5, **kwargs):
                super().__init__(momentum=momentum, epsilon=epsilon, **kwargs)

        model = keras.Sequential([keras.Input((4,)), layers.Dense(8), Norm(), Norm(trainable=False), layers.Dense(1)])
        for layer in model.layers:
            print(layer.name, isinstance(layer, layers.BatchNormalization))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "around BatchNormalization": (
        """
        class Norm(layers.Layer):
            def __init__(self, kind="batch", **kwargs):
                super().__init__(**kwargs)
                self.norm = {"batch": layers.BatchNormalization, "layer": layers.LayerNormalization}[kind]()

            def call(self, x, training=None):
                return (
                    self.norm(x, training=training)
                    if isinstance(self.norm, layers.BatchNormalization)
                    else self.norm(x)
                )


        model = keras.Sequential([keras.Input((4,)), Norm("layer"), Norm(), layers.Dense(1)])
        """,
        [{TRAINS: 1}],
        None,
    ),
    "mixed precision": (
        """
        keras.mixed_precision.set_global_policy("mixed_float16")
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        base.trainable = False
        model = keras.Sequential([base, layers.BatchNormalization(dtype="float32"), layers.Dense(1, dtype="float32")])
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a device": (
        """
        with tf.device("/cpu:0"):
            model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
            model.layers[1].trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "growth of memory first": (
        """
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
        tf.random.set_seed(1)
        model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        model.layers[1].trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "a model builder with stages of a state": (
        """
        class Builder:
            def __init__(self):
                self.inputs = self.x = keras.Input((4,))

            def block(self, units, frozen=False):
                self.x = layers.Dense(units)(self.x)
                bn = layers.BatchNormalization()
                bn.trainable = not frozen
                self.x = bn(self.x)
                return self

            def build(self):
                return keras.Model(self.inputs, layers.Dense(1)(self.x))

        model = Builder().block(8, frozen=True).block(16).block(8).build()
        """,
        [{FROZEN: 1, TRAINS: 2}],
        None,
    ),
    "skips kept in a list": (
        """
        skips = []
        inputs = x = keras.Input((4,))
        for units in (8, 16, 32):
            x = layers.BatchNormalization()(layers.Dense(units)(x))
            skips.append(x)
        for units, skip in zip((16, 8), reversed(skips[:-1])):
            x = layers.concatenate([layers.BatchNormalization(trainable=False)(layers.Dense(units)(x)), skip])
        model = keras.Model(inputs, layers.Dense(1)(x))
        """,
        [{FROZEN: 2, TRAINS: 3}],
        None,
    ),
    "the layers named after the frozen ones": (
        """
        model = keras.Sequential(
            [
                keras.Input((4,)),
                layers.Dense(8, name="stem"),
                layers.BatchNormalization(name="stem_bn"),
                layers.Dense(8, name="top"),
                layers.BatchNormalization(name="top_bn"),
                layers.Dense(1, name="out"),
            ]
        )
        set_trainable = False
        for layer in model.layers:
            if layer.name == "top":
                set_trainable = True
            layer.trainable = set_trainable
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a layer replaced by another": (
        """
        def replace(model, kind, make):
            x = inputs = keras.Input(model.input_shape[1:])
            for layer in model.layers:
                x = make()(x) if isinstance(layer, kind) else layer(x)
            return keras.Model(inputs, x)

        old = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        model = replace(old, layers.BatchNormalization, lambda: layers.BatchNormalization(trainable=False))
        """,
        [{FROZEN: 1}],
        None,
    ),
    "all batch norm replaced by none": (
        """
        def without_norm(model):
            x = inputs = keras.Input((4,))
            for layer in model.layers:
                if "batch_normalization" not in layer.name:
                    x = layer(x)
            return keras.Model(inputs, x)

        old = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        model = without_norm(old)
        """,
        [{}],
        None,
    ),
    "a layer frozen before it builds its layers": (
        """
        class DenseBN(layers.Layer):
            def build(self, shape):
                self.dense = layers.Dense(8)
                self.bn = layers.BatchNormalization()
                super().build(shape)

            def call(self, x, training=None):
                return self.bn(self.dense(x), training=training)

        block = DenseBN()
        block.trainable = False
        model = keras.Sequential([keras.Input((4,)), block, layers.Dense(1)])
        """,
        [{TRAINS: 1}],
        [{("batch", True, False): 1}],
    ),
    "norms by a generator": (
        """
        def norms(model):
            for layer in model.layers:
                if hasattr(layer, "layers"):
                    yield from norms(layer)
                elif isinstance(layer, layers.BatchNormalization):
                    yield layer

        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        for bn in norms(model):
            bn.trainable = False
        """,
        [{FROZEN: 2}],
        None,
    ),
    "a class that is called like a layer": (
        """
        class DenseBN:
            def __init__(self, units, frozen=False):
                self.dense = layers.Dense(units)
                self.bn = layers.BatchNormalization(trainable=not frozen)

            def __call__(self, x):
                return self.bn(self.dense(x))

        inputs = keras.Input((4,))
        model = keras.Model(inputs, layers.Dense(1)(DenseBN(8)(DenseBN(8, frozen=True)(inputs))))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "layers in a data class": (
        """
        from dataclasses import dataclass

        @dataclass
        class Block:
            dense: layers.Layer
            bn: layers.Layer

            def apply(self, x):
                return self.bn(self.dense(x))

        inputs = x = keras.Input((4,))
        blocks = [Block(layers.Dense(8), layers.BatchNormalization()) for _ in range(3)]
        for block in blocks:
            x = block.apply(x)
        blocks[0].bn.trainable = False
        model = keras.Model(inputs, layers.Dense(1)(x))
        """,
        [{FROZEN: 1, TRAINS: 2}],
        None,
    ),
    "layers in a named tuple": (
        """
        from collections import namedtuple

        Net = namedtuple("Net", "encoder decoder model")

        def build():
            encoder = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
            decoder = keras.Sequential([keras.Input((8,)), layers.BatchNormalization(), layers.Dense(1)])
            inputs = keras.Input((4,))
            return Net(encoder, decoder, keras.Model(inputs, decoder(encoder(inputs))))

        net = build()
        net.encoder.trainable = False
        model = net.model
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "subclass, a loop over self.layers": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.first = layers.Dense(8)
                self.bn = layers.BatchNormalization()
                self.last = layers.Dense(1)

            def call(self, x, training=None):
                for layer in self.layers:
                    x = layer(x)
                return x

        model = Net()
        """,
        [{TRAINS: 1}],
        None,
    ),
    "subclass, indices into a list": (
        """
        class Net(keras.Model):
            def __init__(self, depth=3):
                super().__init__()
                self.depth = depth
                self.dense = [layers.Dense(8) for _ in range(depth)]
                self.norms = [layers.BatchNormalization(trainable=i > 0) for i in range(depth)]
                self.out = layers.Dense(1)

            def call(self, inputs, training=None, mask=None):
                x = inputs
                for i in range(self.depth):
                    x = self.norms[i](self.dense[i](x), training=training)
                    if i % 2 == 0:
                        x = tf.nn.relu(x)
                return self.out(x)

        model = Net()
        """,
        [{FROZEN: 1, TRAINS: 2}],
        None,
    ),
    "subclass, a function inside call": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.a, self.b = layers.BatchNormalization(), layers.BatchNormalization()
                self.out = layers.Dense(1)

            def call(self, x, training=None):
                def norm(layer, x):
                    return layer(x, training=training)

                return self.out(norm(self.b, norm(self.a, x)))

        model = Net()
        model.a.trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "subclass, a Sequential filled in a loop": (
        """
        class Net(keras.Model):
            def __init__(self, widths):
                super().__init__()
                self.net = keras.Sequential()
                for width in widths:
                    self.net.add(layers.Dense(width))
                    self.net.add(layers.BatchNormalization())
                self.net.add(layers.Dense(1))

            def call(self, x, training=None):
                return self.net(x, training=training)

        model = Net([8, 8, 8])
        model.net.layers[1].trainable = False
        """,
        [{FROZEN: 1, TRAINS: 2}],
        None,
    ),
    "a class that is a Sequential": (
        """
        class Block(keras.Sequential):
            def __init__(self, units, frozen=False, **kwargs):
                super().__init__([layers.Dense(units), layers.BatchNormalization(), layers.ReLU()], **kwargs)
                if frozen:
                    self.trainable = False


        model = keras.Sequential(
            [keras.Input((4,)), Block(8, frozen=True, name="a"), Block(8, name="b"), layers.Dense(1)]
        )
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a class that adds to itself": (
        """
        class Net(keras.Sequential):
            def __init__(self, depth):
                super().__init__()
                for _ in range(depth):
                    self.add(layers.Dense(8))
                    self.add(layers.BatchNormalization())
                self.add(layers.Dense(1))

        model = Net(2)
        model.build((None, 4))
        model.layers[1].trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a mixin": (
        """
        class Freezing:
            def freeze(self):
                for layer in self.layers:
                    if isinstance(layer, layers.BatchNormalization):
                        layer.trainable = False

        class Net(Freezing, keras.Model):
            pass

        inputs = keras.Input((4,))
        model = Net(inputs, layers.Dense(1)(layers.BatchNormalization()(layers.Dense(8)(inputs))))
        model.freeze()
        """,
        [{FROZEN: 1}],
        None,
    ),
    "by the name that an inner model has": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        model.get_layer(base.name).trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "the name that Keras makes for a class of the program": (
        """
        class DenseBN(layers.Layer):
            def __init__(self, units):
                super().__init__()
                self.dense, self.bn = layers.Dense(units), layers.BatchNormalization()

            def call(self, x, training=None):
                return self.bn(self.dense(x), training=training)

        model = keras.Sequential([keras.Input((4,)), DenseBN(8), DenseBN(8), layers.Dense(1)])
        model.get_layer("dense_bn_1").trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "no input until fit": (
        """
        model = keras.Sequential(
            [layers.BatchNormalization(), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)]
        )
        model.layers[0].trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "built by a shape": (
        """
        model = keras.Sequential([layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        model.build(input_shape=(None, 4))
        model.summary()
        print(len(model.trainable_variables), [layer.trainable for layer in model.layers])
        model.layers[1].trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "other normalizations": (
        """
        inputs = keras.Input((4,))
        x = layers.LayerNormalization()(layers.Normalization()(inputs))
        x = layers.GroupNormalization(2)(layers.UnitNormalization()(layers.Dense(8)(x)))
        model = keras.Model(inputs, layers.Dense(1)(x))
        """,
        [{}],
        None,
    ),
    "arithmetic between layers": (
        """
        inputs = keras.Input((4,))
        x = layers.BatchNormalization()(inputs)
        y = layers.BatchNormalization(trainable=False)(inputs)
        model = keras.Model(inputs, layers.Dense(1)((x + y) / 2 - x[:, :1] * y))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "the same model assembled again": (
        """
        inputs = keras.Input((4,))
        first = keras.Model(inputs, layers.BatchNormalization()(layers.Dense(8)(inputs)))
        second = keras.Model(inputs=first.inputs, outputs=first.outputs)
        second.trainable = False
        model = keras.Model(first.input, layers.Dense(1)(layers.BatchNormalization()(first.output)))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "weights moved layer by layer": (
        """
        def build():
            return keras.Sequential(
                [
                    keras.Input((4,)),
                    layers.Dense(8),
                    layers.BatchNormalization(),
                    layers.Dense(8),
                    layers.BatchNormalization(),
                    layers.Dense(1),
                ]
            )


        old, model = build(), build()
        for source, target in zip(old.layers[:-3], model.layers[:-3]):
            target.set_weights(source.get_weights())
            target.trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "the path in a temporary folder": (
        """
        import os
        import tempfile

        path = os.path.join(tempfile.mkdtemp(), "model.keras")
        old = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        old.layers[1].trainable = False
        old.save(path)
        model = keras.models.load_model(path)
        """,
        [{FROZEN: 1}],
        None,
    ),
    "a path put together": (
        """
        run = 3
        old = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        old.layers[1].trainable = False
        old.save(f"model_{run:02d}.keras")
        old.layers[1].trainable = True
        model = keras.models.load_model("model_{:02d}.keras".format(run))
        """,
        [{FROZEN: 1}],
        None,
    ),
    "a class of the program saved and loaded": (
        """
        @keras.utils.register_keras_serializable()
        class DenseBN(layers.Layer):
            def __init__(self, units, **kwargs):
                super().__init__(**kwargs)
                self.units = units
                self.dense, self.bn = layers.Dense(units), layers.BatchNormalization()

            def call(self, x, training=None):
                return self.bn(self.dense(x), training=training)

            def get_config(self):
                return {**super().get_config(), "units": self.units}

        old = keras.Sequential([keras.Input((4,)), DenseBN(8), layers.Dense(1)])
        old.save("old.keras")
        model = keras.models.load_model("old.keras")
        model.layers[0].trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "overwritten file": (
        """
        old = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        old.save("model.keras")
        old.trainable = False
        old.save("model.keras")
        model = keras.models.load_model("model.keras")
        """,
        [{FROZEN: 1}],
        None,
    ),
    "derived from BatchNormalization, frozen by its own method": (
        """
        class Norm(layers.BatchNormalization):
            def freeze(self):
                self.trainable = False
                return self

        model = keras.Sequential([keras.Input((4,)), layers.Dense(8), Norm().freeze(), Norm(), layers.Dense(1)])
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "derived from Dense, with a norm inside": (
        """
        class DenseBN(layers.Dense):
            def __init__(self, units, **kwargs):
                super().__init__(units, **kwargs)
                self.bn = layers.BatchNormalization()

            def call(self, x, training=None):
                return self.bn(super().call(x), training=training)

        model = keras.Sequential([keras.Input((4,)), DenseBN(8), layers.Dense(1)])
        """,
        [{TRAINS: 1}],
        None,
    ),
    "a norm behind a setting": (
        """
        def norm(x, kind):
            if kind == "batch":
                return layers.BatchNormalization()(x)
            elif kind == "frozen":
                bn = layers.BatchNormalization()
                bn.trainable = False
                return bn(x)
            return x

        inputs = x = keras.Input((4,))
        for kind in ["batch", "none", "frozen", None]:
            x = norm(layers.Dense(8)(x), kind)
        model = keras.Model(inputs, layers.Dense(1)(x))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a cell with a norm": (
        """
        class Cell(layers.Layer):
            def __init__(self, units, **kwargs):
                super().__init__(**kwargs)
                self.state_size = units
                self.dense, self.bn = layers.Dense(units), layers.BatchNormalization()

            def call(self, x, states, training=None):
                x = self.bn(self.dense(x), training=training) + states[0]
                return x, [x]

        inputs = keras.Input((4,))
        x = layers.RNN(Cell(4))(layers.Reshape((2, 2))(inputs))
        model = keras.Model(inputs, layers.Dense(1)(layers.BatchNormalization(trainable=False)(x)))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a layer given to the constructor of another": (
        """
        class Head(layers.Layer):
            def __init__(self, norm):
                super().__init__()
                self.norm = norm
                self.out = layers.Dense(1)

            def call(self, x, training=None):
                return self.out(self.norm(x, training=training))

        bn = layers.BatchNormalization()
        model = keras.Sequential([keras.Input((4,)), layers.Dense(8), Head(bn)])
        model.layers[-1].norm.trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "a model as the attribute of a model": (
        """
        backbone = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        inputs = keras.Input((4,))
        model = keras.Model(inputs, layers.Dense(1)(layers.BatchNormalization()(backbone(inputs))))
        model.backbone = backbone
        model.backbone.trainable = False
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "layers taken out of a model into a new Sequential": (
        """
        old = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(3)])
        old.trainable = False
        model = keras.Sequential(old.layers[:-1])
        model.add(layers.BatchNormalization())
        model.add(layers.Dense(1))
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "layers of a model taken out, the model unfrozen": (
        """
        old = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(3)])
        for layer in old.layers:
            layer.trainable = False
        model = keras.Sequential([keras.Input((4,)), *old.layers[:-1], layers.BatchNormalization(), layers.Dense(1)])
        model.trainable = True
        """,
        [{FROZEN: 1, TRAINS: 1}],
        [{TRAINS: 2}],
    ),
    "the input layer told apart": (
        """
        model = keras.Sequential(
            [layers.InputLayer((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)]
        )
        for i in range(len(model.layers) - 1):
            model.layers[i].trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
}

# the same with an application
APPLICATIONS: dict[str, tuple[str, Fits, Fits | None]] = {
    "ResNet50 by its name": (
        """
        model = keras.Sequential(
            [keras.applications.ResNet50(include_top=False, pooling="avg", input_shape=(32, 32, 3)), layers.Dense(1)]
        )
        model.get_layer("resnet50").trainable = False
        """,
        [{FROZEN: 53}],
        None,
    ),
    "EfficientNetB0 by its name": (
        """
        inputs = keras.Input((32, 32, 3))
        x = keras.applications.EfficientNetB0(include_top=False, pooling="avg", input_shape=(32, 32, 3))(inputs)
        model = keras.Model(inputs, layers.Dense(1)(layers.BatchNormalization()(x)))
        for layer in model.get_layer("efficientnetb0").layers:
            if not isinstance(layer, layers.BatchNormalization):
                layer.trainable = True
            else:
                layer.trainable = False
        """,
        [{FROZEN: 49, TRAINS: 1}],
        None,
    ),
    "VGG16 by its name": (
        """
        model = keras.Sequential(
            [
                keras.applications.VGG16(include_top=False, pooling="avg", input_shape=(32, 32, 3)),
                layers.BatchNormalization(),
                layers.Dense(1),
            ]
        )
        model.get_layer("vgg16").trainable = False
        """,
        [{TRAINS: 1}],
        None,
    ),
    "DenseNet121 by its name": (
        """
        model = keras.Sequential(
            [keras.applications.DenseNet121(include_top=False, pooling="avg", input_shape=(32, 32, 3)), layers.Dense(1)]
        )
        model.get_layer("densenet121").get_layer(
            "conv1_bn" if "conv1_bn" in [l.name for l in model.layers[0].layers] else "conv1/bn"
        ).trainable = False
        """,
        [{FROZEN: 1, TRAINS: 120}],
        None,
    ),
    "inputs of several sizes down a backbone": (
        """
        base = keras.applications.MobileNetV2(include_top=False, input_shape=(32, 32, 3))
        names = ["block_1_expand_relu", "block_3_expand_relu", "block_6_expand_relu"]
        down = keras.Model(inputs=base.input, outputs=[base.get_layer(name).output for name in names])
        down.trainable = False
        inputs = keras.Input((32, 32, 3))
        *skips, x = down(inputs)
        for skip in reversed(skips):
            x = layers.concatenate(
                [layers.BatchNormalization()(layers.Conv2DTranspose(8, 3, strides=2, padding="same")(x)), skip]
            )
        model = keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling2D()(x)))
        """,
        [{FROZEN: 19, TRAINS: 2}],
        None,
    ),
    "cut in the middle and frozen in part": (
        """
        base = keras.applications.ResNet50(include_top=False, input_shape=(32, 32, 3))
        cut = keras.Model(base.input, base.get_layer("conv3_block4_out").output)
        for layer in cut.layers:
            layer.trainable = layer.name.startswith("conv3")
        model = keras.Sequential([cut, layers.GlobalAveragePooling2D(), layers.Dense(1)])
        """,
        [{FROZEN: 11, TRAINS: 13}],
        None,
    ),
    "flat on the output, by index": (
        """
        base = keras.applications.MobileNet(include_top=False, input_shape=(32, 32, 3))
        x = layers.GlobalAveragePooling2D()(base.layers[-7].output)
        model = keras.Model(base.input, layers.Dense(1)(x))
        for layer in model.layers[:40]:
            layer.trainable = False
        """,
        [{FROZEN: 12, TRAINS: 13}],
        None,
    ),
    "flat, all but the head": (
        """
        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        x = layers.Dense(8)(base.output)
        x = layers.BatchNormalization(name="head_bn")(x)
        model = keras.Model(inputs=base.input, outputs=layers.Dense(1, name="head")(x))
        for layer in model.layers:
            if not layer.name.startswith("head"):
                layer.trainable = False
        """,
        [{FROZEN: 27, TRAINS: 1}],
        None,
    ),
    "a classifier with its top taken off by pop": (
        """
        base = keras.applications.MobileNet(input_shape=(32, 32, 3), weights=None, classes=10)
        base.trainable = False
        x = layers.Flatten()(base.get_layer("dropout").output)
        model = keras.Model(base.inputs, layers.Dense(1)(x))
        """,
        [{FROZEN: 27}],
        None,
    ),
    "layers of a backbone moved to a Sequential": (
        """
        base = keras.applications.MobileNet(include_top=False, input_shape=(32, 32, 3))
        model = keras.Sequential(base.layers[:20])
        model.add(layers.GlobalAveragePooling2D())
        model.add(layers.Dense(1))
        for layer in model.layers[:10]:
            layer.trainable = False
        """,
        [{FROZEN: 3, TRAINS: 3}],
        None,
    ),
    "augmentation and preprocessing in front": (
        """
        augment = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)])
        base = keras.applications.MobileNetV2(include_top=False, input_shape=(32, 32, 3))
        base.trainable = False
        inputs = keras.Input((32, 32, 3))
        x = augment(inputs)
        x = keras.applications.mobilenet_v2.preprocess_input(x)
        x = base(x, training=False)
        x = layers.GlobalAveragePooling2D()(x)
        model = keras.Model(inputs, layers.Dense(1)(x))
        """,
        [{FROZEN: 52}],
        None,
    ),
    "two backbones on one input": (
        """
        inputs = keras.Input((32, 32, 3))
        parts = []
        for application in (keras.applications.MobileNet, keras.applications.DenseNet121):
            base = application(include_top=False, pooling="avg", input_shape=(32, 32, 3))
            base.trainable = application is keras.applications.DenseNet121
            parts.append(base(inputs))
        model = keras.Model(inputs, layers.Dense(1)(layers.concatenate(parts)))
        """,
        [{FROZEN: 27, TRAINS: 121}],
        None,
    ),
    "a backbone on gray images": (
        """
        base = keras.applications.MobileNet(include_top=False, pooling="avg", weights=None, input_shape=(32, 32, 1))
        inputs = keras.Input((32, 32, 3))
        gray = layers.Conv2D(1, 1)(inputs)
        model = keras.Model(inputs, layers.Dense(1)(base(gray)))
        base.layers[2].trainable = False
        """,
        [{FROZEN: 1, TRAINS: 26}],
        None,
    ),
    "nested, saved, loaded, unfrozen by name": (
        """
        base = keras.applications.MobileNetV2(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        inputs = keras.Input((32, 32, 3))
        old = keras.Model(inputs, layers.Dense(1)(base(inputs)))
        old.save("old.keras")
        model = keras.models.load_model("old.keras")
        inner = [layer for layer in model.layers if isinstance(layer, keras.Model)][0]
        inner.trainable = True
        for layer in inner.layers[:100]:
            layer.trainable = False
        """,
        [{FROZEN: 34, TRAINS: 18}],
        None,
    ),
    "a clone of an application": (
        """
        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        for layer in base.layers[:30]:
            layer.trainable = False
        model = keras.Sequential([keras.models.clone_model(base), layers.Dense(1)])
        """,
        [{FROZEN: 9, TRAINS: 18}],
        None,
    ),
    "applications called in a subclass": (
        """
        class Net(keras.Model):
            def __init__(self, classes=1):
                super().__init__()
                self.backbone = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
                self.backbone.trainable = True
                for layer in self.backbone.layers:
                    if isinstance(layer, layers.BatchNormalization):
                        layer.trainable = False
                self.head = layers.Dense(classes)

            def call(self, inputs, training=None):
                x = keras.applications.mobilenet.preprocess_input(inputs)
                return self.head(self.backbone(x, training=training))

        model = Net()
        """,
        [{FROZEN: 27}],
        None,
    ),
    "a subclass that predicts before it trains": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.backbone = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
                self.head = layers.Dense(1)

            def call(self, inputs):
                return self.head(self.backbone(inputs))

        model = Net()
        model.build((None, 32, 32, 3))
        model.predict(images)
        model.backbone.trainable = False
        """,
        [{FROZEN: 27}],
        None,
    ),
    "include_top and classes": (
        """
        model = keras.applications.MobileNet(
            weights=None, input_shape=(32, 32, 3), classes=1, classifier_activation=None
        )
        for layer in model.layers[:-6]:
            layer.trainable = False
        """,
        [{FROZEN: 27}],
        None,
    ),
}

# the same for programs that train by themselves
WHOLE: dict[str, tuple[str, Fits, Fits | None]] = {
    "lists of inputs and outputs": (
        """
        left, right = keras.Input((4,)), keras.Input((4,))
        x = layers.concatenate(
            [layers.BatchNormalization(name="left_bn")(left), layers.BatchNormalization(name="right_bn")(right)]
        )
        model = keras.Model(inputs=[left, right], outputs=[layers.Dense(1)(x), layers.Dense(1)(x)])
        model.get_layer("left_bn").trainable = False
        model.compile("sgd", ["mse", "mse"])
        model.fit([features, features], [labels, labels])
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "inputs and outputs in dictionaries": (
        """
        parts = {name: keras.Input((4,), name=name) for name in ("a", "b")}
        norms = {name: layers.BatchNormalization(name=f"{name}_bn")(tensor) for name, tensor in parts.items()}
        model = keras.Model(parts, {"y": layers.Dense(1, name="y")(layers.add(list(norms.values())))})
        model.get_layer("b_bn").trainable = False
        model.compile("sgd", {"y": "mse"})
        model.fit({"a": features, "b": features}, {"y": labels})
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "saved after a fit, loaded and fitted on": (
        """
        import os

        model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        model.layers[1].trainable = False
        model.compile("sgd", "mse")
        model.fit(features, labels)
        path = os.path.join("out", "model.keras")
        os.makedirs("out", exist_ok=True)
        model.save(path)
        model = keras.models.load_model(path)
        model.fit(features, labels)
        model.trainable = True
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{FROZEN: 1}, {FROZEN: 1}, {FROZEN: 1}],
        [{FROZEN: 1}, {FROZEN: 1}, {TRAINS: 1}],
    ),
    "the file of a checkpoint": (
        """
        best = "best.keras"
        model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(
            features, labels, callbacks=[keras.callbacks.ModelCheckpoint(best, monitor="loss", save_best_only=True)]
        )
        model = keras.models.load_model(best)
        model.layers[1].trainable = False
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1}, {FROZEN: 1}],
        None,
    ),
    "one model called in both modes": (
        """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        a, b = keras.Input((4,)), keras.Input((4,))
        x = layers.concatenate([base(a, training=True), base(b, training=False)])
        model = keras.Model([a, b], layers.Dense(1)(x))
        model.compile("sgd", "mse")
        model.fit([features, features], labels)
        """,
        [{TRAINS: 1}],
        [{(None, True, True): 1}],
    ),
    "siamese": (
        """
        twin = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()], name="twin")
        a, b = keras.Input((4,)), keras.Input((4,))
        distance = layers.Lambda(lambda pair: abs(pair[0] - pair[1]))([twin(a), twin(b)])
        model = keras.Model([a, b], layers.Dense(1)(layers.BatchNormalization()(distance)))
        model.get_layer("twin").trainable = False
        model.compile("sgd", "mse")
        model.fit([features, features], labels)
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "an encoder with two heads, one after the other": (
        """
        encoder = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        pretext = keras.Sequential([encoder, layers.BatchNormalization(), layers.Dense(4)])
        pretext.compile("sgd", "mse")
        pretext.fit(features, features)
        encoder.trainable = False
        model = keras.Sequential([encoder, layers.BatchNormalization(), layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 2}, {FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a generator and its judge": (
        """
        generator = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(4)])
        judge = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        judge.compile("sgd", "mse")
        judge.trainable = False
        inputs = keras.Input((4,))
        gan = keras.Model(inputs, judge(generator(inputs)))
        gan.compile("sgd", "mse")
        gan.train_on_batch(features, labels)
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "subclass, training negated by a setting": (
        """
        class Net(keras.Model):
            def __init__(self, freeze_bn=False):
                super().__init__()
                self.freeze_bn = freeze_bn
                self.bn = layers.BatchNormalization()
                self.out = layers.Dense(1)

            def call(self, x, training=None):
                return self.out(self.bn(x, training=False if self.freeze_bn else training))

        for freeze in (True, False):
            model = Net(freeze_bn=freeze)
            model.compile("sgd", "mse")
            model.fit(features, labels)
        """,
        [{INFERENCE_BUT_TRAINED: 1}, {TRAINS: 1}],
        None,
    ),
    "subclass that freezes its backbone": (
        """
        class Net(keras.Model):
            def __init__(self, base, freeze=True):
                super().__init__()
                self.base = base
                self.base.trainable = not freeze
                self.bn = layers.BatchNormalization()
                self.head = layers.Dense(1)

            def call(self, x, training=None):
                return self.head(self.bn(self.base(x), training=training))

            def unfreeze(self):
                self.base.trainable = True

        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        model = Net(base)
        model.compile("sgd", "mse")
        model.fit(features, labels)
        model.unfreeze()
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{FROZEN: 1, TRAINS: 1}, {TRAINS: 2}],
        None,
    ),
    "made under a strategy": (
        """
        strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
        with strategy.scope():
            base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
            base.trainable = False
            model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
            model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a TPU if there is one": (
        """
        try:
            resolver = tf.distribute.cluster_resolver.TPUClusterResolver()
            tf.config.experimental_connect_to_cluster(resolver)
            strategy = tf.distribute.TPUStrategy(resolver)
        except ValueError:
            strategy = tf.distribute.get_strategy()

        with strategy.scope():
            model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
            model.layers[1].trainable = False
            model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{FROZEN: 1}],
        None,
    ),
    "weights tied through Model(inputs, outputs) twice": (
        """
        inputs = keras.Input((4,))
        shared = layers.BatchNormalization()(layers.Dense(8)(inputs))
        policy = keras.Model(inputs, layers.Dense(1)(shared))
        value = keras.Model(inputs, layers.Dense(1)(layers.BatchNormalization()(shared)))
        for layer in policy.layers:
            layer.trainable = False
        value.compile("sgd", "mse")
        value.fit(features, labels)
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a model kept in a dictionary": (
        """
        models = {}
        for name, frozen in {"a": True, "b": False}.items():
            models[name] = keras.Sequential(
                [keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)], name=name
            )
            models[name].layers[1].trainable = not frozen
        for model in models.values():
            model.compile("sgd", "mse")
            model.fit(features, labels)
        """,
        [{FROZEN: 1}, {TRAINS: 1}],
        None,
    ),
    "subclass, several inputs": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.left, self.right = layers.BatchNormalization(), layers.BatchNormalization()
                self.out = layers.Dense(1)

            def call(self, inputs, training=None):
                a, b = inputs["a"], inputs["b"]
                return self.out(self.left(a, training=training) + self.right(b, training=False))

        model = Net()
        model.compile("sgd", "mse")
        model.fit({"a": features, "b": features}, labels)
        """,
        [{TRAINS: 1, INFERENCE_BUT_TRAINED: 1}],
        None,
    ),
    "encoder, decoder and both": (
        """
        def build():
            inputs = keras.Input((4,))
            encoder = keras.Model(inputs, layers.BatchNormalization()(layers.Dense(2)(inputs)), name="encoder")
            code = keras.Input((2,))
            decoder = keras.Model(
                code, layers.Dense(4)(layers.BatchNormalization()(layers.Dense(8)(code))), name="decoder"
            )
            return encoder, decoder, keras.Model(inputs, decoder(encoder(inputs)), name="both")


        encoder, decoder, model = build()
        model.compile("sgd", "mse")
        model.fit(features, features)
        encoder.trainable = False
        classifier = keras.Sequential([encoder, layers.BatchNormalization(), layers.Dense(1)])
        classifier.compile("sgd", "mse")
        classifier.fit(features, labels)
        """,
        [{TRAINS: 2}, {FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "a student and a copy that follows it": (
        """
        student = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        teacher = keras.models.clone_model(student)
        teacher.trainable = False
        for target, source in zip(teacher.weights, student.weights):
            target.assign(0.99 * target + 0.01 * source)
        student.compile("sgd", "mse")
        student.fit(features, teacher.predict(features))
        """,
        [{TRAINS: 1}],
        None,
    ),
    "members of a stack, renamed and frozen": (
        """
        def member():
            return keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])

        members = [member(), member()]
        for i, m in enumerate(members):
            for layer in m.layers:
                layer.trainable = False
                layer._name = "ensemble_" + str(i + 1) + "_" + layer.name
        merged = layers.concatenate([m.outputs[0] for m in members])
        model = keras.Model([m.inputs[0] for m in members], layers.Dense(1)(layers.BatchNormalization()(merged)))
        model.compile("sgd", "mse")
        model.fit([features, features], labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
        None,
    ),
    "a VAE with its own step": (
        """
        class VAE(keras.Model):
            def __init__(self, encoder, decoder):
                super().__init__()
                self.encoder, self.decoder = encoder, decoder

            def train_step(self, data):
                with tf.GradientTape() as tape:
                    code = self.encoder(data)
                    loss = tf.reduce_mean((data - self.decoder(code)) ** 2)
                grads = tape.gradient(loss, self.trainable_weights)
                self.optimizer.apply_gradients(zip(grads, self.trainable_weights))
                return {"loss": loss}

        encoder = keras.Sequential([keras.Input((4,)), layers.Dense(2), layers.BatchNormalization()])
        decoder = keras.Sequential([keras.Input((2,)), layers.BatchNormalization(), layers.Dense(4)])
        model = VAE(encoder, decoder)
        model.compile("sgd")
        model.fit(tf.cast(features, "float32"))
        """,
        [{INFERENCE_BUT_TRAINED: 2}],
        None,
    ),
    "a student that learns from a teacher": (
        """
        class Distiller(keras.Model):
            def __init__(self, student, teacher):
                super().__init__()
                self.student, self.teacher = student, teacher

            def train_step(self, data):
                x, y = data
                target = self.teacher(x, training=False)
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((self.student(x, training=True) - target) ** 2)
                variables = self.student.trainable_variables
                self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
                return {"loss": loss}

        def net():
            return keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])

        model = Distiller(net(), net())
        model.compile("sgd")
        model.fit(features, labels)
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "MobileNetV2 by its name": (
        """
        model = keras.Sequential(
            [keras.applications.MobileNetV2(include_top=False, pooling="avg", input_shape=(96, 96, 3)), layers.Dense(1)]
        )
        model.get_layer("mobilenetv2_1.00_96").trainable = False
        model.compile("sgd", "mse")
        model.fit(tf.image.resize(images, (96, 96)), labels)
        """,
        [{FROZEN: 52}],
        None,
    ),
    "MobileNetV2 by its name at full size": (
        """
        inputs = keras.Input((224, 224, 3))
        base = keras.applications.MobileNetV2(include_top=False, pooling="avg", input_tensor=inputs)
        other = keras.applications.MobileNetV2(include_top=False, pooling="avg", input_shape=(224, 224, 3))
        model = keras.Model(inputs, layers.Dense(1)(layers.concatenate([base.output, other(inputs)])))
        model.get_layer("mobilenetv2_1.00_224").trainable = False
        model.compile("sgd", "mse")
        model.fit(tf.image.resize(images, (224, 224)), labels)
        """,
        [{FROZEN: 52, TRAINS: 52}],
        None,
    ),
    "MobileNet by its name": (
        """
        model = keras.Sequential(
            [
                keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(224, 224, 3), alpha=0.25),
                layers.Dense(1),
            ]
        )
        model.get_layer("mobilenet_0.25_224").trainable = False
        model.compile("sgd", "mse")
        model.fit(tf.image.resize(images, (224, 224)), labels)
        """,
        [{FROZEN: 27}],
        None,
    ),
    "TimeDistributed around a backbone": (
        """
        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        for layer in base.layers[:-4]:
            layer.trainable = False
        inputs = keras.Input((2, 32, 32, 3))
        x = layers.TimeDistributed(base)(inputs)
        model = keras.Model(inputs, layers.Dense(1)(layers.LSTM(4)(x)))
        model.compile("sgd", "mse")
        model.fit(tf.stack([images, images], axis=1), labels)
        """,
        [{FROZEN: 26, TRAINS: 1}],
        None,
    ),
    "two backbones, flat, their layers renamed": (
        """
        first = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        second = keras.applications.MobileNetV2(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        for layer in first.layers:
            layer._name = "first_" + layer.name
            layer.trainable = False
        x = layers.concatenate([first.output, second.output])
        model = keras.Model([first.input, second.input], layers.Dense(1)(x))
        model.compile("sgd", "mse")
        model.fit([images, images], labels)
        """,
        [{FROZEN: 27, TRAINS: 52}],
        None,
    ),
    "gray images made into three channels": (
        """
        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        inputs = keras.Input((32, 32, 1))
        model = keras.Model(
            inputs, layers.Dense(1)(base(layers.Concatenate()([inputs, inputs, inputs]), training=False))
        )
        base.trainable = False
        model.compile("sgd", "mse")
        model.fit(images[..., :1], labels)
        """,
        [{FROZEN: 27}],
        None,
    ),
    "saved, loaded, unfrozen from a layer on": (
        """
        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Model(base.input, layers.Dense(1)(base.output))
        model.compile("sgd", "mse")
        model.fit(images, labels)
        model.save("stage1.h5")
        model = keras.models.load_model("stage1.h5", compile=False)
        for layer in model.layers[-20:]:
            layer.trainable = True
        model.compile("sgd", "mse")
        model.fit(images, labels)
        """,
        [{FROZEN: 27}, {FROZEN: 21, TRAINS: 6}],
        None,
    ),
    "an application alone, compiled": (
        """
        model = keras.applications.ResNet50V2(include_top=False, weights=None, pooling="max", input_shape=(32, 32, 3))
        model.trainable = False
        model.get_layer("post_bn").trainable = True
        model.compile("sgd", "mse")
        model.fit(images, tf.zeros((4, 2048)))
        """,
        [{FROZEN: 48, ("batch", True, False): 1}],
        None,
    ),
}

# what exists on one target only: the target; the program; its fits
ON_ONE_TARGET: dict[str, tuple[str, str, Fits]] = {
    "call compiled by tf.function": (
        "tensorflow==2.15",
        """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers

        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.bn, self.out = layers.BatchNormalization(), layers.Dense(1)

            @tf.function
            def call(self, x, training=None):
                return self.out(self.bn(x, training=training))

        model = Net()

        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1}],
    ),
    "layers.pop on Keras 2.2.4": (
        "keras==2.2.4",
        """
        from keras.layers import BatchNormalization, Dense, Input
        from keras.models import Model

        inputs = Input((4,))
        x = BatchNormalization()(Dense(8)(inputs))
        old = Model(inputs, Dense(3)(BatchNormalization(name="last")(x)))
        old.layers.pop()
        old.layers.pop()
        model = Model(old.input, Dense(1)(old.layers[-1].output))
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1}],
    ),
    "layers.pop on TensorFlow 1.15": (
        "tensorflow==1.15",
        """
        from tensorflow.keras.layers import BatchNormalization, Dense, Input
        from tensorflow.keras.models import Model

        inputs = Input((4,))
        x = BatchNormalization()(Dense(8)(inputs))
        old = Model(inputs, Dense(3)(BatchNormalization(name="last")(x)))
        old.layers.pop()
        old.layers.pop()
        model = Model(old.input, Dense(1)(old.layers[-1].output))
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 2}],
    ),
    "input and output": (
        "keras==2.2.4",
        """
        from keras.layers import BatchNormalization, Dense, Input
        from keras.models import Model

        inputs = Input(shape=(4,))
        x = BatchNormalization(trainable=False)(Dense(8)(inputs))
        x = BatchNormalization()(x)
        model = Model(input=inputs, output=Dense(1)(x))
        model.compile("sgd", "mse")
        model.fit(features, labels, nb_epoch=1)
        """,
        [{TRAINS: 1, FROZEN_BY_BATCH: 1}],
    ),
    "fit_generator": (
        "keras==2.2.4",
        """
        from keras.layers import BatchNormalization, Dense
        from keras.models import Sequential

        def batches():
            while True:
                yield features, labels

        model = Sequential([Dense(8, input_shape=(4,)), BatchNormalization(), Dense(1)])
        model.compile("sgd", "mse")
        model.fit_generator(batches(), steps_per_epoch=2, epochs=1)
        """,
        [{TRAINS: 1}],
    ),
    # by reasoning: it takes several GPUs to run these two
    "multi_gpu_model": (
        "keras==2.2.4",
        """
        from keras.layers import BatchNormalization, Dense
        from keras.models import Sequential
        from keras.utils import multi_gpu_model

        model = Sequential([Dense(8, input_shape=(4,)), BatchNormalization(), Dense(1)])
        parallel = multi_gpu_model(model, gpus=2)
        parallel.compile("sgd", "mse")
        parallel.fit(features, labels)
        """,
        [{TRAINS: 1}],
    ),
    "multi_gpu_model or not": (
        "keras==2.2.4",
        """
        from keras.layers import BatchNormalization, Dense
        from keras.models import Sequential
        from keras.utils.training_utils import multi_gpu_model

        model = Sequential([Dense(8, input_shape=(4,)), BatchNormalization(), Dense(1)])
        try:
            parallel = multi_gpu_model(model)
            print("Training using multiple GPUs")
        except ValueError:
            parallel = model
            print("Training using a single GPU or the CPU")
        parallel.compile("sgd", "mse")
        parallel.fit(features, labels)
        """,
        [{TRAINS: 1}],
    ),
    "a model renamed": (
        "tensorflow==2.15",
        """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers

        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        base._name = "backbone"
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        model.get_layer("backbone").trainable = False
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN: 1}],
    ),
    "derived from BatchNormalization, inference when frozen": (
        "tensorflow==2.15",
        """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers

        class BatchNormalization(layers.BatchNormalization):
            def call(self, x, training=False):
                if training is None:
                    training = tf.constant(False)
                training = tf.logical_and(training, self.trainable)
                return super().call(x, training)

        inputs = keras.Input((4,))
        x = BatchNormalization(name="first")(layers.Dense(8)(inputs))
        model = keras.Model(inputs, layers.Dense(1)(BatchNormalization(name="second")(x)))
        model.get_layer("first").trainable = False
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN: 1}],
    ),
    "derived from BatchNormalization with a flag": (
        "tensorflow==2.15",
        """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers

        class BatchNormalization(layers.BatchNormalization):
            def __init__(self, freeze, *args, **kwargs):
                self.freeze = freeze
                super().__init__(*args, **kwargs)
                self.trainable = not self.freeze

            def call(self, inputs, *args, **kwargs):
                if self.freeze:
                    kwargs["training"] = False
                return super().call(inputs, *args, **kwargs)

        inputs = keras.Input((4,))
        x = BatchNormalization(freeze=True)(layers.Dense(8)(inputs))
        model = keras.Model(inputs, layers.Dense(1)(BatchNormalization(freeze=False)(x)))
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN: 1}],
    ),
    "saved and loaded, SavedModel": (
        "tensorflow==2.15",
        """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers

        base = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.BatchNormalization()]
        )
        base.layers[1].trainable = False
        base.save("base")
        base = keras.models.load_model("base")
        model = keras.Sequential([base, layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN: 1}],
    ),
    "saved and loaded with training=False inside, SavedModel": (
        "tensorflow==2.15",
        """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers

        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        inputs = keras.Input((4,))
        old = keras.Model(inputs, layers.Dense(1)(base(inputs, training=False)))
        keras.models.save_model(old, "old", save_format="tf")
        model = keras.models.load_model("old", compile=False)
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{INFERENCE_BUT_TRAINED: 1}],
    ),
    "submodules": (
        "tensorflow==2.15",
        """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers

        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        for part in base.submodules:
            if isinstance(part, layers.BatchNormalization):
                part.trainable = False
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN: 1}],
    ),
    "get_output_at": (
        "tensorflow==2.15",
        """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers

        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
        other = keras.Input((4,))
        base(other)
        x = base.get_layer(index=-1).get_output_at(0)
        model = keras.Model(base.input, layers.Dense(1)(layers.BatchNormalization(trainable=False)(x)))
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN: 1}],
    ),
}

# of unknown content: for each set of layers its number, None for any, and what it does, None where nobody can know
UNKNOWN_CONTENT: dict[str, tuple[str, list[tuple[int | None, State | None]]]] = {
    "segmentation_models, encoder frozen": (
        """
        import segmentation_models as sm

        sm.set_framework("tf.keras")
        model = sm.Unet("resnet34", encoder_weights="imagenet", encoder_freeze=True)
        """,
        [(None, None)],
    ),
    "segmentation_models, all frozen": (
        """
        import segmentation_models as sm

        model = sm.Unet("resnet34", encoder_weights="imagenet")
        for layer in model.layers:
            layer.trainable = False
        """,
        [(None, FROZEN)],
    ),
    "segmentation_models as a base": (
        """
        import segmentation_models as sm

        base = sm.Linknet("efficientnetb0", encoder_weights=None)
        base.trainable = False
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Flatten(), layers.Dense(1)])
        """,
        [(None, FROZEN), (1, TRAINS)],
    ),
    "efficientnet.tfkeras": (
        """
        import efficientnet.tfkeras as efn

        base = efn.EfficientNetB0(weights="noisy-student", include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        """,
        [(None, FROZEN), (1, TRAINS)],
    ),
    "efficientnet.tfkeras, trained": (
        """
        from efficientnet.tfkeras import EfficientNetB3

        base = EfficientNetB3(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))
        model = keras.Model(base.input, layers.Dense(1)(layers.BatchNormalization()(base.output)))
        """,
        [(None, TRAINS), (1, TRAINS)],
    ),
    "classification_models": (
        """
        from classification_models.tfkeras import Classifiers

        ResNet18, preprocess_input = Classifiers.get("resnet18")
        base = ResNet18((32, 32, 3), weights="imagenet", include_top=False)
        for layer in base.layers:
            layer.trainable = False
        x = layers.GlobalAveragePooling2D()(base.output)
        model = keras.Model(inputs=[base.input], outputs=[layers.Dense(1)(layers.BatchNormalization()(x))])
        """,
        [(None, FROZEN), (1, TRAINS)],
    ),
    "keras_cv": (
        """
        import keras_cv

        backbone = keras_cv.models.ResNetBackbone.from_preset("resnet50_imagenet")
        backbone.trainable = False
        model = keras_cv.models.ImageClassifier(backbone=backbone, num_classes=2)
        """,
        [(None, FROZEN)],
    ),
    "keras_hub": (
        """
        import keras_hub

        backbone = keras_hub.models.Backbone.from_preset("resnet_50_imagenet")
        backbone.trainable = False
        model = keras.Sequential(
            [backbone, layers.GlobalAveragePooling2D(), layers.BatchNormalization(), layers.Dense(1)]
        )
        """,
        [(None, FROZEN), (1, TRAINS)],
    ),
    "keras_hub, a task": (
        """
        import keras_hub

        model = keras_hub.models.ImageClassifier.from_preset("resnet_50_imagenet", num_classes=2)
        model.backbone.trainable = False
        """,
        [(None, FROZEN)],
    ),
    "a layer of TensorFlow Hub, frozen": (
        """
        import tensorflow_hub as hub

        url = "https://tfhub.dev/google/imagenet/mobilenet_v2_100_224/feature_vector/5"
        model = keras.Sequential(
            [
                hub.KerasLayer(url, input_shape=(224, 224, 3), trainable=False),
                layers.BatchNormalization(),
                layers.Dense(1),
            ]
        )
        """,
        [(None, FROZEN), (1, TRAINS)],
    ),
    "a layer of TensorFlow Hub, trained": (
        """
        import tensorflow_hub as hub

        extractor = hub.KerasLayer("https://tfhub.dev/google/imagenet/resnet_v2_50/feature_vector/5", trainable=True)
        model = keras.Sequential([keras.Input((224, 224, 3)), extractor, layers.BatchNormalization(), layers.Dense(1)])
        """,
        [(None, None), (1, TRAINS)],
    ),
    "vit_keras": (
        """
        from vit_keras import vit

        base = vit.vit_b16(image_size=224, pretrained=True, include_top=False, pretrained_top=False)
        base.trainable = False
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        """,
        [(None, FROZEN), (1, TRAINS)],
    ),
    "a module of the project that is not there": (
        """
        from models.backbones import build_backbone

        base = build_backbone("resnet50", weights="imagenet")
        for layer in base.layers[:-10]:
            layer.trainable = False
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        """,
        [(None, None), (1, TRAINS)],
    ),
    "a module whose path ends like Keras": (
        """
        from vendor.keras.applications import ResNet50

        base = ResNet50(weights="imagenet", include_top=False, pooling="avg")
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        """,
        [(None, None), (1, TRAINS)],
    ),
    "a file that is not there": (
        """
        base = keras.models.load_model("pretrained.h5")
        base.trainable = False
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        """,
        [(None, FROZEN), (1, TRAINS)],
    ),
    "a file that is not there, flags as saved": (
        """
        base = keras.models.load_model("pretrained.keras")
        model = keras.Model(base.input, layers.Dense(1)(layers.BatchNormalization()(base.layers[-2].output)))
        """,
        [(None, None), (1, TRAINS)],
    ),
    "a file of a class of another library": (
        """
        from keras_contrib.layers import InstanceNormalization

        model = keras.models.load_model("model.h5", custom_objects={"InstanceNormalization": InstanceNormalization})
        """,
        [(None, None)],
    ),
    "json that is not there": (
        """
        with open("model.json") as file:
            model = keras.models.model_from_json(file.read())
        model.load_weights("model.weights.h5")
        """,
        [(None, None)],
    ),
    "a file or a new model": (
        """
        import os

        def build():
            return keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])

        if os.path.exists("model.keras"):
            model = keras.models.load_model("model.keras")
        else:
            model = build()
        """,
        [(None, None)],
    ),
}

# made in a loop of which nobody knows how often it turns: no number of them may be claimed
UNKNOWN_NUMBER: dict[str, str] = {
    "added in a loop of unknown length": """
        import loader

        model = keras.Sequential([keras.Input((4,)), layers.Dense(8)])
        for _ in loader.items():
            model.add(layers.BatchNormalization())
        model.add(layers.Dense(1))
        """,
    "added while something lasts": """
        import loader

        model, depth = keras.Sequential([keras.Input((4,)), layers.Dense(8)]), loader.depth()
        while depth > 0:
            model.add(layers.BatchNormalization())
            depth -= 1
        """,
    "appended in a loop of unknown length": """
        import loader

        stack = [keras.Input((4,)), layers.Dense(8)]
        for _ in loader.items():
            stack.append(layers.BatchNormalization())
        model = keras.Sequential([*stack, layers.Dense(1)])
        """,
    "in a comprehension of unknown length": """
        import loader

        stack = [layers.BatchNormalization() for _ in loader.items()]
        model = keras.Sequential([keras.Input((4,)), *stack, layers.Dense(1)])
        """,
}


@pytest.mark.parametrize(("program", "target", "expected"), on_both_targets(MODELS, GAPS))
def test_models(program: str, target: str, expected: Fits) -> None:
    assert counts(BEFORE, program, COMPILE + "        model.fit(features, labels)", target=target) == expected


@pytest.mark.parametrize(("program", "target", "expected"), on_both_targets(APPLICATIONS, GAPS))
def test_applications(program: str, target: str, expected: Fits) -> None:
    assert counts(BEFORE, program, COMPILE + "        model.fit(images, labels)", target=target) == expected


@pytest.mark.parametrize(("program", "target", "expected"), on_both_targets(WHOLE, GAPS))
def test_whole_programs(program: str, target: str, expected: Fits) -> None:
    assert counts(BEFORE, program, target=target) == expected


@pytest.mark.parametrize(
    ("target", "program", "expected"),
    [pytest.param(*case, id=name, marks=marks(GAPS, name)) for name, case in ON_ONE_TARGET.items()],
)
def test_on_one_target(target: str, program: str, expected: Fits) -> None:
    assert counts(program, target=target) == expected


@pytest.mark.parametrize("target", ["keras==3.15", "tensorflow==2.15"])
@pytest.mark.parametrize(
    ("program", "expected"),
    [pytest.param(*case, id=name, marks=marks(GAPS, name)) for name, case in UNKNOWN_CONTENT.items()],
)
def test_unknown_content(program: str, expected: list[tuple[int | None, State | None]], target: str) -> None:
    """No claim is made, or a true one; what the program itself puts beside it is known; nothing counts as untrained."""
    found = rows(BEFORE, program, COMPILE + "        model.fit(images, labels)", target=target)
    assert [row.layers for row in found] == [layers for layers, _ in expected]
    for row, (layers, behaviour) in zip(found, expected, strict=True):
        claim = (row.statistics, row.updated, row.gamma_beta_trained)
        allowed = behaviour if behaviour is not None else UNKNOWN
        assert claim == allowed or (
            layers is None and all(said in (true, None) for said, true in zip(claim, allowed, strict=True))
        )
        assert layers is not None or row.pretrained is not False


@pytest.mark.parametrize("target", ["keras==3.15", "tensorflow==2.15"])
@pytest.mark.parametrize(
    "program",
    [pytest.param(program, id=name, marks=marks(GAPS, name)) for name, program in UNKNOWN_NUMBER.items()],
)
def test_layers_of_unknown_number(program: str, target: str) -> None:
    found = phases(BEFORE, program, COMPILE + "        model.fit(features, labels)", target=target)
    assert any(layers is None for fit in found for _, layers, *_ in fit)
