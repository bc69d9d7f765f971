"""Where releases differ in what few programs show: each found by a measured program that bnlint had read wrongly."""

from __future__ import annotations

import pytest

from tests.reading import FROZEN, FROZEN_BY_BATCH, INFERENCE_BUT_TRAINED, TRAINS, facts, states

UPDATES = ("batch", True, False)
UNKNOWN = (None, None, None)

BASE = """
    import keras
    from keras import layers

    inputs = layers.Input((4,))
    base = keras.models.Model(inputs, layers.BatchNormalization()(layers.Dense(4)(inputs)))
"""
FREEZE = """
    for layer in base.layers:
        layer.trainable = False
"""
UNFREEZE = FREEZE.replace("False", "True")
ADD = """
    model = keras.models.Sequential()
    model.add(base)
    model.add(layers.Dense(1))
"""
CALL = """
    images = layers.Input((4,))
    model = keras.models.Model(images, layers.Dense(1)(base(images)))
"""
IN_TIME = """
    frames = layers.Input((5, 4))
    wrapper = layers.TimeDistributed(base)
    model = keras.models.Model(frames, layers.LSTM(1)(wrapper(frames)))
"""
TRAIN = """
    model.compile("sgd", "mse")
    model.fit(x, y)
"""


@pytest.mark.parametrize("put_in", [ADD, CALL], ids=["Sequential", "Model"])
@pytest.mark.parametrize("target", ["keras==2.1.6", "keras==2.2.4", "keras==2.3.1"])
def test_standalone_keras_settles_updates_when_a_backbone_is_put_into_a_model(target: str, put_in: str) -> None:
    assert states(BASE, FREEZE, put_in, TRAIN, target=target) == [FROZEN_BY_BATCH]
    assert states(BASE, put_in, FREEZE, TRAIN, target=target) == [UPDATES]
    assert states(BASE, FREEZE, put_in, UNFREEZE, TRAIN, target=target) == [("batch", False, True)]


def test_keras_2_1_2_does_not() -> None:
    assert states(BASE, FREEZE, ADD, TRAIN, target="keras==2.1.2") == [UPDATES]


def test_frozen_for_a_part_of_the_calls() -> None:
    program = BASE + "    if flag:\n        base.layers[-1].trainable = False\n"
    (row,) = facts(program, ADD, FREEZE, TRAIN, target="keras==2.2.4")
    assert row[3] is None


def test_a_wrapper_of_standalone_keras_unfreezes_what_it_wraps() -> None:
    frozen = "    base.trainable = False\n"
    assert states(BASE, frozen, IN_TIME, TRAIN, target="keras==2.2.4") == [TRAINS]
    assert states(BASE, IN_TIME, frozen, TRAIN, target="keras==2.2.4") == [FROZEN_BY_BATCH]
    assert states(BASE, FREEZE, IN_TIME, TRAIN, target="keras==2.2.4") == [FROZEN_BY_BATCH]
    assert states(BASE, frozen, IN_TIME, TRAIN) == [FROZEN]


def test_the_flag_of_a_wrapper() -> None:
    frozen = "    wrapper.trainable = False\n"
    assert states(BASE, IN_TIME, frozen, TRAIN, target="keras==2.2.4") == [FROZEN_BY_BATCH]
    assert states(BASE, IN_TIME, frozen, "    base.trainable = True\n", TRAIN, target="keras==2.2.4") == [TRAINS]
    assert states(BASE, IN_TIME, frozen, TRAIN, target="keras==2.1.2") == [TRAINS]
    assert states(BASE, IN_TIME, frozen, TRAIN) == [FROZEN]


def test_training_on_the_call_of_a_wrapper() -> None:
    called = IN_TIME.replace("wrapper(frames)", "wrapper(frames, training=False)")
    assert states(BASE, called, TRAIN, target="keras==2.2.4") == [TRAINS]
    assert states(BASE, called, TRAIN) == [TRAINS]
    tensorflow = BASE.replace("import keras\n", "from tensorflow import keras\n").replace(
        "from keras", "from tensorflow.keras"
    )
    assert states(tensorflow, called, TRAIN, target="tensorflow==2.15") == [INFERENCE_BUT_TRAINED]
    # TensorFlow 1.15 runs the base twice, and one of the two updates
    assert states(tensorflow, called, TRAIN, target="tensorflow==1.15") == [(None, None, True)]


BLOCK = """
    import keras
    from keras import layers

    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.norm = layers.BatchNormalization()

        def call(self, x):
            return self.norm(x)

    block = Block()
    inputs = layers.Input((4,))
"""
AROUND = """
    model = keras.Model(inputs, layers.Dense(1)(block(inputs)))
"""


def test_a_layer_in_a_block_that_was_called_has_its_weights() -> None:
    # Keras 3.0 trains gamma and beta of a layer that was frozen before it had any
    freeze = "    block.trainable = False\n"
    assert states(BLOCK, AROUND, freeze, TRAIN, target="keras==3.0.5") == [FROZEN]
    assert states(BLOCK, freeze, AROUND, TRAIN, target="keras==3.0.5") == [INFERENCE_BUT_TRAINED]


MODEL = """
    import keras
    from keras import layers

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.norm = layers.BatchNormalization()
            self.head = layers.Dense(1)

        def call(self, x, training=None):
            return self.head(self.norm(x, training=training))

    model = Net()
"""


@pytest.mark.parametrize("run", ["model.predict(x)", "model.evaluate(x, y)", "model(x)", "model.fit(x, y)"])
def test_a_model_that_has_run_has_its_weights(run: str) -> None:
    freeze = "    model.norm.trainable = False\n"
    first = f"    model.compile('sgd', 'mse')\n    {run}\n"
    assert states(MODEL, first, freeze, TRAIN, target="keras==3.0.5")[-1] == FROZEN
    assert states(MODEL, freeze, first, TRAIN, target="keras==3.0.5")[-1] == INFERENCE_BUT_TRAINED


def test_jax_hands_the_training_mode_on_below_a_call_that_was_given_it() -> None:
    assert states(BLOCK, AROUND, TRAIN, target="keras==3.15+jax") == [TRAINS]
    outer = MODEL.replace("self.norm = layers.BatchNormalization()", "self.norm = block")
    outer = outer.replace("call(self, x, training=None)", "call(self, x, training=None, mask=None)")
    kept = outer.replace("self.norm(x, training=training)", "self.norm(x)")
    block = BLOCK.replace("call(self, x)", "call(self, x, training=None)")
    assert states(block, outer, TRAIN, target="keras==3.15+jax") == [TRAINS]
    assert states(block, kept, TRAIN, target="keras==3.15+jax") == [INFERENCE_BUT_TRAINED]


def test_a_default_of_false_holds_in_functional_models_of_tensorflow_1() -> None:
    block = BLOCK.replace("import keras\n", "from tensorflow import keras\n").replace(
        "from keras", "from tensorflow.keras"
    )
    block = block.replace("call(self, x)", "call(self, x, training=False)").replace(
        "norm(x)", "norm(x, training=training)"
    )
    assert states(block, AROUND, TRAIN, target="tensorflow==1.15") == [INFERENCE_BUT_TRAINED]
    assert states(block, AROUND, TRAIN, target="tensorflow==2.15") == [TRAINS]
