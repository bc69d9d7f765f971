"""Subject ``trained_model``: what ``fit`` does not reach in a model of the program's own."""

from __future__ import annotations

import pytest

from bnlint.graph.subjects import TrainedModel
from tests.reading import read

CLASS = """
    import keras
    from keras import layers

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.norm = layers.BatchNormalization()
            self.drop = layers.Dropout(0.5)
            self.off = layers.Dropout(0.0)
            self.head = layers.Dense(1)
"""
TRAIN = """
    model = Net()
    model.compile("adam", "mse")
    model.{method}(features, labels)
"""
PLAIN = "        def call(self, x):\n            return self.head(self.off(self.drop(self.norm(x))))\n"


def trained(program: str, target: str = "keras==3.15") -> list[TrainedModel]:
    return list(read((program,), target).subjects["trained_model"])


@pytest.mark.parametrize("target", ["keras==3.0", "keras==3.3", "keras==3.12", "keras==3.15", "keras==3.15+jax"])
@pytest.mark.parametrize("method", ["fit", "train_on_batch"])
def test_keras_3_leaves_a_bare_call_in_inference_mode(target: str, method: str) -> None:
    (found,) = trained(CLASS + PLAIN + TRAIN.format(method=method), target)
    assert (found.takes_training, found.bare_call_trains) == (False, False)
    assert (found.idle_batch_norm, found.idle_dropout, found.pretrained) == (1, 1, False)
    assert (found.name, found.method) == ("Net", method)
    assert found.context_reaches is ("jax" not in target)


@pytest.mark.parametrize("target", ["tensorflow==2.15", "tensorflow==2.0"])
def test_keras_2_trains_it(target: str) -> None:
    program = (CLASS + PLAIN + TRAIN.format(method="fit")).replace("import keras", "from tensorflow import keras", 1)
    program = program.replace("from keras import layers", "from tensorflow.keras import layers")
    (found,) = trained(program, target)
    assert (found.bare_call_trains, found.has_idle_batch_norm, found.idle_dropout) == (True, False, 1)


CALLS = {
    "training=True at the layer": ("        def call(self, x):\n            return self.norm(x, training=True)\n", 0),
    "training=False at the layer": ("        def call(self, x):\n            return self.norm(x, training=False)\n", 0),
    "keywords of any name": ("        def call(self, x, **kw):\n            return self.norm(x)\n", 1),
    "twice": ("        def call(self, x):\n            return self.norm(self.norm(x))\n", 1),
    "a parameter of another name": (
        "        def call(self, x, train=True):\n            return self.norm(x, training=train)\n",
        0,
    ),
}


@pytest.mark.parametrize(("call", "idle"), CALLS.values(), ids=CALLS)
def test_idle_layers(call: str, idle: int) -> None:
    (found,) = trained(CLASS + call + TRAIN.format(method="fit"))
    assert found.idle_batch_norm == idle
    assert not found.takes_training


def test_frozen_layers_are_not_idle() -> None:
    program = (
        CLASS
        + PLAIN
        + TRAIN.format(method="fit").replace("model.compile", "model.norm.trainable = False; model.compile")
    )
    (found,) = trained(program)
    assert (found.idle_batch_norm, found.idle_dropout) == (0, 1)


def test_the_place_is_the_head_of_call_also_of_an_inherited_one() -> None:
    program = (
        CLASS + PLAIN + "    class Child(Net):\n        pass\n" + TRAIN.format(method="fit").replace("Net", "Child")
    )
    (found,) = trained(program)
    assert found.call_at is not None
    assert (found.call_at.line, found.call_at.column, found.call_at.end_column) == (11, 5, 13)


STEP = """
        def train_step(self, data):
            with tf.GradientTape() as tape:
                loss = self(data[0], training=True)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
            return {}
"""


def test_a_step_of_its_own_is_none_of_the_business_of_fit() -> None:
    assert trained("    import tensorflow as tf\n" + CLASS + PLAIN + STEP + TRAIN.format(method="fit")) == []


@pytest.mark.parametrize(("target", "updated"), [("keras==3.0", None), ("tensorflow==2.15", True)])
def test_training_true_for_a_bare_call_is_not_claimed_where_releases_differ(target: str, updated: bool | None) -> None:
    program = (
        CLASS
        + PLAIN
        + """
    import tensorflow as tf
    model = Net()
    optimizer = keras.optimizers.SGD()
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(x, training=True) - y)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
    """
    )
    (row,) = read((program,), target).subjects["batch_norm_at_fit"]
    assert row.updated is updated
