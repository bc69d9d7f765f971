"""Subject ``forced_training``: a ``training=True`` that is written into a graph."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from bnlint.graph.subjects import ForcedTraining
from tests.reading import read

START = """
    from tensorflow import keras
    from tensorflow.keras import layers

    inputs = keras.Input((16,))
"""
BUILD = "    model = keras.Model(inputs, layers.Dense(1)(x))\n"
TRAIN = """
    model.compile("adam", "mse")
    model.fit(features, labels)
"""


def forced(*program: str, target: str = "tensorflow==2.15") -> list[ForcedTraining]:
    return list(read(program, target).subjects["forced_training"])


def only(*program: str, target: str = "tensorflow==2.15") -> ForcedTraining:
    (found,) = forced(*program, target=target)
    return found


NORM = "    norm = layers.BatchNormalization()\n    x = norm(inputs, training=True)\n"


@pytest.mark.parametrize(
    ("target", "statistics", "updated"),
    [
        ("keras==2.2.4", "batch", False), ("tensorflow==1.15", "batch", False), ("tensorflow==2.0", "batch", True),
        ("tensorflow==2.15", "batch", True), ("keras==3.0", "moving", False), ("keras==3.15", "moving", False),
        ("keras==3.15+jax", "moving", False),
    ],
)  # fmt: skip
def test_what_predict_does_with_it(target: str, statistics: str, updated: bool) -> None:
    program = (
        (START + NORM + BUILD + TRAIN).replace("tensorflow.keras", "keras").replace("from tensorflow import", "import")
    )
    if not target.startswith("keras"):
        program = START + NORM + BUILD + TRAIN
    found = only(program, target=target)
    assert (found.predicts_with, found.predict_updates) == (statistics, updated)


@pytest.mark.parametrize("target", ["keras==3.0", "keras==3.15", "tensorflow==2.15"])
def test_inside_a_call_it_holds(target: str) -> None:
    program = """
        import keras
        from keras import layers

        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.norm = layers.BatchNormalization()
            def call(self, x, training=None):
                return self.norm(x, training=True)

        model = Net()
        model.compile("adam", "mse")
        model.fit(features, labels)
    """
    found = only(program, target=target)
    assert (found.inside, found.predicts_with, found.predict_updates) == ("subclassed", "batch", True)
    assert found.trains_anyway is True


def test_without_training_in_call_keras_3_would_not_train_it() -> None:
    program = """
        import keras

        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.norm = keras.layers.BatchNormalization()
            def call(self, x):
                return self.norm(x, training=True)

        model = Net()
        model.compile("adam", "mse")
        model.fit(features, labels)
    """
    assert only(program, target="keras==3.15").trains_anyway is False
    assert only(program, target="tensorflow==2.15").trains_anyway is True


def test_a_class_that_nothing_makes() -> None:
    program = """
        from tensorflow.keras import layers

        class Block(layers.Layer):
            def __init__(self):
                super().__init__()
                self.norm = layers.BatchNormalization()
            def call(self, x):
                return self.norm(x, training=True)
            def try_out(self, x):
                return self.norm(x, training=True)
    """
    assert [(found.line, found.inside, found.fitted) for found in forced(program)] == [(8, "subclassed", False)]


FREEZE = "    norm.trainable = False\n"
FROZEN = {
    "never": (NORM + BUILD + TRAIN, False, False),
    "always": (NORM + FREEZE + BUILD + TRAIN, True, True),
    "at last": (NORM + BUILD + TRAIN + FREEZE + TRAIN, False, True),
    "at first": (NORM + FREEZE + BUILD + TRAIN + FREEZE.replace("False", "True") + TRAIN, False, False),
    "without a fit": (NORM + BUILD + FREEZE, True, True),
    "unknown": (NORM + "    norm.trainable = given\n" + BUILD + TRAIN, None, None),
}


@pytest.mark.parametrize(("program", "frozen", "last"), FROZEN.values(), ids=FROZEN)
def test_frozen(program: str, frozen: bool | None, last: bool | None) -> None:
    found = only(START + program)
    assert (found.frozen, found.frozen_last) == (frozen, last)


@pytest.mark.parametrize(("target", "wins"), [("tensorflow==1.15", False), ("tensorflow==2.15", True)])
def test_whether_a_freeze_wins(target: str, wins: bool) -> None:
    assert only(START + NORM + FREEZE + BUILD + TRAIN, target=target).freeze_wins is wins


def block(signature: str, call: str, before: str = "") -> str:
    return f"""
        from tensorflow import keras
        from tensorflow.keras import layers
        {before}
        def block(x, {signature}):
            return layers.BatchNormalization()(x, training=training)

        inputs = keras.Input((16,))
        x = block(inputs{call})
        model = keras.Model(inputs, x)
    """


WRITTEN: dict[str, tuple[str, Any]] = {
    "argument": (block("training=None", ", training=True"), (8, "argument")),
    "by position": (block("training=None", ", True"), (8, "positional")),
    "default": (block("training=True", ""), (4, "default")),
    "keyword-only default": (block("*, training=True", ""), (4, "default")),
    "a variable that is only True": (block("training", ", training=flag", "flag = True"), (8, "name")),
    "a variable of the module": (block("unused=0", "", "training = True"), (5, "name")),
    "a variable that changes": (block("training", ", training=flag", "flag = True; flag = bool(flag)"), None),
    "a choice": (block("training", ", training=bool(given)"), None),
    "false": (block("training=True", ", training=False"), None),
    "none": (block("training=True", ", training=None"), None),
}


@pytest.mark.parametrize(("program", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_where_it_is_written(program: str, expected: Any) -> None:
    found = forced(program)
    assert [(each.line, each.written) for each in found] == ([expected] if expected else [])


def test_through_two_functions() -> None:
    program = """
        from tensorflow import keras
        from tensorflow.keras import layers

        def block(x, is_training):
            return layers.BatchNormalization()(x, training=is_training)

        def network(train=False):
            inputs = keras.Input((16,))
            return keras.Model(inputs, block(block(inputs, train), is_training=train))

        model = network(train=True)
    """
    found = only(program)
    assert (found.line, found.written, found.parameter, found.layers) == (11, "argument", "train", 2)


def test_an_uncalled_function_may_be_given_anything() -> None:
    program = """
        from tensorflow.keras import layers

        def block(x, training=True):
            return layers.BatchNormalization()(x, training=training)
    """
    assert forced(program) == []


CLEAN = {
    "Dropout": START + "    x = layers.Dropout(0.5)(inputs, training=True)\n" + BUILD,
    "an array": START + "    y = layers.BatchNormalization()(features, training=True)\n",
    "a step": START
    + "    x = layers.BatchNormalization()(inputs)\n"
    + BUILD
    + """
    import tensorflow as tf
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(x, training=True) - y)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
    """,
    "a choice of two graphs": """
    from tensorflow.keras import layers

    def block(x, train):
        norm = layers.BatchNormalization()
        return norm(x, training=True) if train else norm(x, training=False)
    """,
    "open arguments": START + "    x = layers.BatchNormalization()(inputs, **given)\n" + BUILD,
}


@pytest.mark.parametrize("program", CLEAN.values(), ids=CLEAN)
def test_what_is_no_forced_training(program: str) -> None:
    assert forced(program) == []


def test_one_model_is_one_group_and_two_are_two() -> None:
    program = """
        from tensorflow import keras
        from tensorflow.keras import layers

        def block(x):
            return layers.BatchNormalization()(x, training=True)

        def network():
            inputs = keras.Input((16,))
            x = layers.BatchNormalization()(block(inputs), training=True)
            return keras.Model(inputs, x)

        model = network()
        inputs = keras.Input((16,))
        other = keras.Model(inputs, layers.BatchNormalization()(inputs, training=True))
    """
    first, second, third = forced(program)
    assert first.group == second.group != third.group


def test_a_model_that_is_called_so() -> None:
    program = """
        from tensorflow import keras

        base = keras.applications.MobileNetV2(include_top=False, weights=None, pooling="avg")
        for layer in base.layers[:20]:
            layer.trainable = False
        inputs = keras.Input((96, 96, 3))
        model = keras.Model(inputs, base(inputs, training=True))
        model.compile("adam", "mse")
        model.fit(features, labels)
    """
    found = only(program)
    assert (found.called, found.label, found.frozen) == ("model", "base", False)
    assert found.layers is not None
    assert 0 < found.layers < 52


def test_a_custom_step_may_need_it() -> None:
    program = (
        START
        + NORM
        + BUILD
        + """
    import tensorflow as tf
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(features))
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
    """
    )
    found = only(program)
    assert (found.fitted, found.trains_anyway) == (True, False)


@pytest.mark.parametrize(("argument", "too"), [(", training=True", True), ("", False)])
def test_dropout_that_is_forced_in_another_block_of_the_model(argument: str, too: bool) -> None:
    program = f"""
        from tensorflow import keras
        from tensorflow.keras import layers

        def encoder(x):
            return layers.BatchNormalization()(x, training=True)

        def decoder(x):
            return layers.Dropout(0.5)(x{argument})

        def generator():
            inputs = keras.Input((16,))
            return keras.Model(inputs, decoder(encoder(inputs)))
    """
    assert only(program).dropout_too is too


@pytest.mark.parametrize(("target", "statistics"), [("keras==3.15", None), ("tensorflow==2.15", "batch")])
def test_keras_3_refuses_it_by_position(target: str, statistics: str | None) -> None:
    program = START + "    x = layers.BatchNormalization()(inputs, True)\n" + BUILD
    assert only(program, target=target).predicts_with == statistics


@pytest.mark.parametrize(("method", "anyway"), [("fit", True), ("train_on_batch", False)])
def test_predictions_may_feed_a_training_by_batches(method: str, anyway: bool) -> None:
    assert only(START + NORM + BUILD + TRAIN.replace("fit", method)).trains_anyway is anyway


@pytest.mark.parametrize(("target", "layers"), [("tensorflow==2.15", 1), ("keras==3.15", 2)])
def test_an_inner_call_that_says_false_is_not_reached_where_that_holds(target: str, layers: int) -> None:
    program = """
        inner = layers.BatchNormalization()(layers.BatchNormalization()(inputs), training=False)
        x = keras.Model(inputs, inner)(inputs, training=True)
    """
    text = START + textwrap.indent(textwrap.dedent(program), "    ") + BUILD + TRAIN
    if target.startswith("keras"):
        text = text.replace("tensorflow.keras", "keras").replace("from tensorflow import", "import")
    assert only(text, target=target).layers == layers
