"""TensorFlow 2 after ``disable_v2_behavior()``: measured by running these programs on TensorFlow 1.15, 2.4 and 2.15."""

from __future__ import annotations

import pytest

from tests.reading import FROZEN, FROZEN_BY_BATCH, INFERENCE_BUT_TRAINED, TRAINS, UNKNOWN, states

HEAD = """
import tensorflow as tf
from tensorflow.keras import layers

tf.compat.v1.disable_v2_behavior()
"""
FIT = """
model.compile("sgd", "mse")
model.fit(features, labels)
"""
FLAT = """
model = tf.keras.Sequential([layers.Dense(4, input_shape=(3,)), layers.BatchNormalization(), layers.Dense(1)])
"""
NESTED = """
base = tf.keras.Sequential([layers.Dense(4, input_shape=(3,)), layers.BatchNormalization()])
inputs = tf.keras.Input((3,))
"""
CALLED = """
model = tf.keras.Model(inputs, layers.Dense(1)(base(inputs)))
"""
FREEZE = """
base.trainable = False
"""
PROGRAMS = {
    "trainable": (FLAT, TRAINS),
    "frozen after it was called": (FLAT + "model.layers[1].trainable = False\n", FROZEN_BY_BATCH),
    "frozen by its constructor": (FLAT.replace("Normalization()", "Normalization(trainable=False)"), FROZEN),
    "frozen before its model was called": (NESTED + FREEZE + CALLED, FROZEN),
    "frozen after its model was called": (NESTED + CALLED + FREEZE, FROZEN_BY_BATCH),
    "unfrozen after its model was called": (
        NESTED + FREEZE + CALLED + "base.trainable = True\n",
        INFERENCE_BUT_TRAINED,
    ),
    "called with training=False": (
        NESTED + FREEZE + CALLED.replace("base(inputs)", "base(inputs, training=False)"),
        FROZEN,
    ),
    "an application is called when it is made": (
        """
base = tf.keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
base.trainable = False
model = tf.keras.Model(base.input, layers.Dense(1)(base.output))
""",
        FROZEN_BY_BATCH,
    ),
}


@pytest.mark.parametrize("switch", ["disable_v2_behavior", "disable_eager_execution"])
@pytest.mark.parametrize("target", ["tensorflow==2.4", "tensorflow==2.15"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_flag_counts_as_it_is_when_the_layer_is_called(name: str, target: str, switch: str) -> None:
    program, expected = PROGRAMS[name]
    assert states(HEAD.replace("disable_v2_behavior", switch), program, FIT, target=target) == [expected]


def test_tensorflow_1_runs_as_a_graph_anyway() -> None:
    for program, expected in PROGRAMS.values():
        usual = states(HEAD.partition("tf.compat")[0], program, FIT, target="tensorflow==1.15")
        assert states(HEAD, program, FIT, target="tensorflow==1.15") == usual
        assert usual != [FROZEN] or "training=False" in program, expected


def test_what_was_not_measured_is_unknown() -> None:
    late = FLAT + FIT.replace("model.fit", "model.layers[1].trainable = False\nmodel.fit")
    assert states(HEAD, late, target="tensorflow==2.15") == [UNKNOWN]
    assert states(HEAD, FLAT, FIT, target="keras==3.15") == [UNKNOWN]  # `fit` raises there
    flat = """
bn = layers.BatchNormalization()
bn.trainable = False
inputs = tf.keras.Input((3,))
outputs = layers.Dense(1)(bn(inputs))
bn.trainable = True
model = tf.keras.Model(inputs, outputs)
"""
    ((statistics, updated, _),) = states(HEAD, flat, FIT, target="tensorflow==2.15")
    assert (statistics, updated) == (None, None)


def test_a_switch_that_may_not_be_called() -> None:
    head = HEAD.replace("tf.compat", "if unknown:\n    tf.compat")
    program, _ = PROGRAMS["frozen after it was called"]
    assert states(head, program, FIT, target="tensorflow==2.15") == [(None, False, False)]
