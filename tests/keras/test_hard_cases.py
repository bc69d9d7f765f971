"""Programs on which a guess goes wrong: each expectation is what Keras 2.15 and Keras 3.15 did when they were run."""

from __future__ import annotations

import pytest

from tests.reading import FROZEN, INFERENCE_BUT_TRAINED, TRAINS, Row, facts, phases

BEFORE = """
    import tensorflow as tf
    from tensorflow import keras
    from tensorflow.keras import layers

    base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
    head = keras.Sequential([keras.Input((8,)), layers.BatchNormalization(), layers.Dense(1)])
    inputs = keras.Input((4,))
    model = keras.Model(inputs, head(base(inputs)))
    optimizer = keras.optimizers.SGD(1e-2)
"""

# the program; its fits on Keras 2.15; its fits on Keras 3.15, where they differ
CASES: dict[str, tuple[str, list[list[Row]], list[list[Row]] | None]] = {
    "variables of the head only": (
        """
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(features, training=True) - labels) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, head.trainable_variables), head.trainable_variables))
        """,
        [[("head", 1, *TRAINS)]],
        None,
    ),
    "called in both modes under one tape": (
        """
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(features, training=True) - labels) ** 2)
            loss += tf.reduce_mean(model(features, training=False))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        """,
        [[("base", 1, None, True, True), ("head", 1, None, True, True)]],
        None,
    ),
    "the parts called one by one": (
        """
        with tf.GradientTape() as tape:
            x = base(features, training=False)
            loss = tf.reduce_mean((head(x, training=True) - labels) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        """,
        [[("base", 1, *INFERENCE_BUT_TRAINED), ("head", 1, *TRAINS)]],
        None,
    ),
    "frozen after compile, then train_on_batch": (
        """
        model.compile("sgd", "mse")
        base.trainable = False
        model.train_on_batch(features, labels)
        """,
        [[("base", 1, *TRAINS), ("head", 1, *TRAINS)]],
        [[("base", 1, *FROZEN), ("head", 1, *TRAINS)]],
    ),
    "a fit, then a custom step": (
        """
        model.compile("sgd", "mse")
        model.fit(features, labels)
        base.trainable = False
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(features, training=True) - labels) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        """,
        [[("base", 1, *TRAINS), ("head", 1, *TRAINS)], [("base", 1, *FROZEN), ("head", 1, *TRAINS)]],
        None,
    ),
    "evaluate and predict train nothing": (
        """
        model.compile("sgd", "mse")
        model.evaluate(features, labels)
        model.predict(features)
        """,
        [],
        None,
    ),
    "one base in two models": (
        """
        a = keras.Model(inputs, layers.Dense(1)(base(inputs)))
        b = keras.Model(inputs, layers.Dense(1)(base(inputs, training=False)))
        a.compile("sgd","mse"); b.compile("sgd","mse")
        a.fit(features, labels)
        base.trainable = False
        b.fit(features, labels)
        b.compile("sgd","mse")
        b.fit(features, labels)
        a.fit(features, labels)
        """,
        [[("base", 1, *TRAINS)], [("base", 1, *INFERENCE_BUT_TRAINED)], [("base", 1, *FROZEN)], [("base", 1, *TRAINS)]],
        [[("base", 1, *TRAINS)], [("base", 1, *FROZEN)], [("base", 1, *FROZEN)], [("base", 1, *TRAINS)]],
    ),
    "one layer in both modes": (
        """
        bn = layers.BatchNormalization()
        x = layers.Dense(4)(inputs)
        m = keras.Model(inputs, layers.Dense(1)(layers.add([bn(x), bn(x, training=False)])))
        m.compile("sgd","mse")
        m.fit(features, labels)
        """,
        [[("m", 1, None, True, True)]],
        [[("m", 1, *TRAINS)]],
    ),
    "the base compiled by itself": (
        """
        base.trainable = False
        base.compile("sgd","mse")
        base.trainable = True
        model.compile("sgd","mse")
        model.fit(features, labels)
        """,
        [[("base", 1, *TRAINS), ("head", 1, *TRAINS)]],
        None,
    ),
    "a layer added to a frozen model": (
        """
        m = keras.Sequential([keras.Input((4,)), layers.Dense(4)])
        m.trainable = False
        m.add(layers.BatchNormalization())
        m.add(layers.Dense(1))
        m.compile("sgd","mse")
        m.fit(features, labels)
        """,
        [[("m", 1, "batch", True, False)]],
        None,
    ),
    "a layer added to the base afterwards": (
        """
        m = keras.Sequential([base, layers.Dense(1)])
        base.add(layers.BatchNormalization())
        m.compile("sgd","mse")
        m.fit(features, labels)
        """,
        [[("base", 2, *TRAINS)]],
        None,
    ),
    "off and on again": (
        """
        model.trainable = False
        base.trainable = True
        head.trainable = True
        model.trainable = True
        model.compile("sgd","mse")
        model.fit(features, labels)
        """,
        [[("base", 1, *TRAINS), ("head", 1, *TRAINS)]],
        None,
    ),
    "one layer off, then the model off and on": (
        """
        base.layers[1].trainable = False
        model.trainable = False
        model.trainable = True
        model.compile("sgd","mse")
        model.fit(features, labels)
        """,
        [[("base", 1, *TRAINS), ("head", 1, *TRAINS)]],
        None,
    ),
    "a subclass frozen before it is built": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.bn = layers.BatchNormalization()
                self.out = layers.Dense(1)
            def call(self, x, training=None):
                return self.out(self.bn(x, training=training))
        m = Net()
        m.trainable = False
        m.compile("sgd","mse")
        m.fit(features, labels)
        """,
        [[("m", 1, *FROZEN)]],
        None,
    ),
    "layers of a subclass frozen in its constructor": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.blocks = [layers.Dense(4), layers.BatchNormalization(), layers.Dense(1)]
                for l in self.blocks: l.trainable = isinstance(l, layers.Dense)
            def call(self, x, training=None):
                for l in self.blocks: x = l(x)
                return x
        m = Net()
        m.compile("sgd","mse")
        m.fit(features, labels)
        """,
        [[("m", 1, *FROZEN)]],
        None,
    ),
    "a layer of a subclass replaced": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.bn = layers.BatchNormalization()
                self.out = layers.Dense(1)
            def call(self, x):
                return self.out(self.bn(x))
        m = Net()
        m.bn = layers.BatchNormalization(trainable=False)
        m.compile("sgd","mse")
        m.fit(features, labels)
        """,
        [[("m", 1, *FROZEN)]],
        None,
    ),
}


@pytest.mark.parametrize(("program", "keras_2", "keras_3"), CASES.values(), ids=CASES.keys())
def test_hard_cases(program: str, keras_2: list[list[Row]], keras_3: list[list[Row]] | None) -> None:
    assert phases(BEFORE, program, target="tensorflow==2.15") == keras_2
    assert phases(BEFORE, program, target="keras==3.15") == (keras_2 if keras_3 is None else keras_3)


def test_variables_taken_before_the_freeze() -> None:
    program = """
        variables = model.trainable_variables
        base.trainable = False
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(features, training=True) - labels) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    """
    expected: list[list[Row]] = [[("base", 1, *INFERENCE_BUT_TRAINED), ("head", 1, *TRAINS)]]
    assert phases(BEFORE, program, target="tensorflow==2.15") == expected
    assert phases(BEFORE, program, target="keras==3.15") == expected


def test_a_layer_behind_a_setting_of_its_subclass() -> None:
    """The setting is off and the layer never runs: it may be left open, and may not be said to train."""
    program = """
        class Net(keras.Model):
            def __init__(self, norm=False):
                super().__init__()
                self.norm = norm
                self.bn = layers.BatchNormalization()
                self.head = layers.Dense(1)

            def call(self, x, training=None):
                if self.norm:
                    x = self.bn(x, training=training)
                return self.head(x)

        net = Net()
        net.compile("sgd", "mse")
        net.fit(features, labels)
    """
    for target in ("tensorflow==2.15", "keras==3.15"):
        assert all(
            row[3] is not True and row[4] is not True for fit in phases(BEFORE, program, target=target) for row in fit
        )


def test_calls_in_an_arm_that_ends_in_an_error_are_no_part_of_the_graph() -> None:
    program = """
        import keras

        class Scale(keras.layers.Layer):
            def __init__(self, mode):
                super().__init__()
                self.mode = mode
                self.norm = keras.layers.BatchNormalization()

            def call(self, x):
                if self.mode > 1:
                    y = keras.ops.reshape(self.norm(x, training=False), (-1, 8))
                    raise ValueError(y)
                return self.norm(x)

        inputs = keras.Input((8,))
        model = keras.Model(inputs, keras.layers.Dense(1)(Scale(mode())(inputs)))
        copy = keras.models.clone_model(model)
        copy.compile("sgd", "mse")
        copy.fit(features, labels)
    """
    assert facts(program) == [("copy", 1, "batch", True, True)]
