"""Calls of which nothing is known, given a model: its flags may have changed. Harmless calls leave them."""

from __future__ import annotations

import pytest

from tests.reading import FROZEN, UNKNOWN, states

MODEL = """
    import keras
    from keras import layers
    import matplotlib.pyplot as plt
    import numpy as np
    import helpers

    bn = layers.BatchNormalization()
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8), bn, layers.Dense(1)])
    bn.trainable = False
    """
TRAIN = """
    model.compile("sgd", "mse")
    model.fit(features, labels)
"""


@pytest.mark.parametrize(
    "statement",
    [
        "helpers.prepare(model)",
        "helpers.prepare([model])",
        "helpers.prepare({'model': model})",
        "helpers.prepare(net=model)",
        "helpers.prepare(*[model])",
        "helpers.prepare(model.layers)",
        "helpers.prepare(bn)",
        "helpers.Trainer(model).run()",
        "setattr(bn, helpers.name(), True)",
    ],
)
def test_flags_are_unknown_after(statement: str) -> None:
    assert states(MODEL + statement + TRAIN) == [UNKNOWN]


@pytest.mark.parametrize(
    "statement",
    [
        "print(model)",
        "model.summary()",
        "keras.utils.plot_model(model)",
        "model.predict(features)",
        "model.evaluate(features, labels)",
        "model.get_layer(index=0)",
        "plt.plot(model)",
        "np.save('weights.npy', model.get_weights())",
        "helpers.prepare(features)",
        "len(model.layers)",
        "[layer.name for layer in model.layers]",
        "callbacks = [keras.callbacks.EarlyStopping(monitor='loss')]",
        "model.save_weights('model.weights.h5')",
    ],
)
def test_flags_stay_after(statement: str) -> None:
    assert states(MODEL + statement + TRAIN) == [FROZEN]


def test_a_model_handed_to_unknown_code_after_compile() -> None:
    """On Keras 3 the flags count at the first fit, and what they are then is not known."""
    program = (
        MODEL
        + """
    model.compile("sgd", "mse")
    helpers.prepare(model)
    model.fit(features, labels)
    """
    )
    assert states(program) == [UNKNOWN]


def test_an_assignment_settles_what_unknown_code_left_open() -> None:
    assert states(MODEL + "helpers.prepare(model)\n    bn.trainable = False" + TRAIN) == [FROZEN]


def test_another_model_keeps_its_flags() -> None:
    program = (
        MODEL
        + """
    other = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
    helpers.prepare(other)
    """
    )
    assert states(program + TRAIN) == [FROZEN]
