"""Momentum that is set after a layer was made: which fit goes by it."""

from __future__ import annotations

from typing import Any

import pytest

from bnlint.graph.subjects import MomentumSet
from tests.reading import read, rows

MODEL = """
    import keras
    from keras import layers

    inputs = layers.Input((4,))
    norm = layers.BatchNormalization()
    model = keras.models.Model(inputs, layers.Dense(1)(norm(inputs)))
    model.compile("sgd", "mse")
"""
FIT = """
    model.fit(x, y, batch_size=32, epochs=5)
"""
SET = """
    norm.momentum = 0.5
"""
COMPILE = """
    model.compile("sgd", "mse")
"""
CALLBACK = """
    class Schedule(keras.callbacks.Callback):
        def {hook}(self, number=None, logs=None):
            norm.momentum = {value}

    model.fit(x, y, batch_size=32, epochs={epochs}, callbacks=[Schedule()])
"""


def said(*program: str, target: str = "keras==3.15") -> list[tuple[Any, Any]]:
    """How each assignment fails, and the momentum that the fit goes by."""
    subjects: tuple[MomentumSet, ...] = read(imported(program, target), target).subjects["momentum_set"]
    return [(each.ignored, each.in_effect) for each in subjects]


def imported(program: tuple[str, ...], target: str) -> tuple[str, ...]:
    """The program with the Keras of TensorFlow, where that is the target."""
    if not target.startswith("tensorflow"):
        return program
    return tuple(
        part.replace("import keras", "from tensorflow import keras").replace(
            "from keras import", "from tensorflow.keras import"
        )
        for part in program
    )


HEEDED = [(None, None)]


@pytest.mark.parametrize("target", ["keras==3.15", "keras==3.15.1+jax", "tensorflow==2.0", "tensorflow==2.15"])
def test_between_fits(target: str) -> None:
    assert said(MODEL, SET, FIT, target=target) == HEEDED
    assert said(MODEL, FIT, SET, FIT, target=target) == [("late", 0.99)]
    assert said(MODEL, FIT, SET, COMPILE, FIT, target=target) == HEEDED


def test_torch_traces_nothing() -> None:
    assert said(MODEL, FIT, SET, FIT, target="keras==3.15.1+torch") == HEEDED


@pytest.mark.parametrize("target", ["keras==2.3.1", "keras==2.1.2", "tensorflow==1.15"])
def test_graphs_take_it_when_the_layer_is_called(target: str) -> None:
    assert said(MODEL, SET, FIT, target=target) == [("built", 0.99)]
    before = MODEL.replace("BatchNormalization()\n", "BatchNormalization()\n    norm.momentum = 0.5\n")
    assert said(before, FIT, target=target) == HEEDED
    assert rows(*imported((before, FIT), target), target=target)[0].momentum == 0.5


def test_where_the_first_update_replaces_the_statistics_the_momentum_was_not_measured() -> None:
    assert said(MODEL, SET, FIT, target="keras==2.2.4") == HEEDED


def test_a_model_that_calls_the_layer_anew() -> None:
    again = "    model = keras.models.Sequential([norm, layers.Dense(1)])\n    model.compile('sgd', 'mse')\n"
    assert said(MODEL, SET, again, FIT, target="keras==2.3.1") == HEEDED


@pytest.mark.parametrize("target", ["keras==3.15", "tensorflow==2.15"])
def test_batches_of_another_size_are_traced_anew(target: str) -> None:
    smaller = FIT.replace("32", "16")
    assert said(MODEL, smaller, SET, FIT, target=target) == HEEDED


def test_a_step_before_a_fit() -> None:
    step = "    model.train_on_batch(x[:32], y[:32])\n"
    data = "    import numpy as np\n    x, y = np.zeros((64, 4)), np.zeros((64, 1))\n"
    assert said(MODEL, data, step, SET, FIT) == HEEDED
    assert said(MODEL, data, step, SET, FIT, target="tensorflow==2.15") == [("late", 0.99)]


@pytest.mark.parametrize(
    ("hook", "value", "epochs", "expected"),
    [
        ("on_epoch_end", "0.5", 5, [("callback", 0.99)]),
        ("on_epoch_end", "0.5", 1, HEEDED),
        ("on_epoch_begin", "0.5", 5, HEEDED),
        ("on_epoch_begin", "schedule(number)", 5, [("callback", None)]),
        ("on_train_begin", "0.5", 5, HEEDED),
        ("on_train_end", "0.5", 5, HEEDED),
    ],
)
def test_callbacks(hook: str, value: str, epochs: int, expected: list[tuple[Any, Any]]) -> None:
    assert said(MODEL, CALLBACK.format(hook=hook, value=value, epochs=epochs)) == expected


def test_what_a_callback_sets_at_the_beginning_is_what_the_fit_goes_by() -> None:
    (row,) = rows(MODEL, CALLBACK.format(hook="on_train_begin", value="0.5", epochs=5))
    assert row.momentum == 0.5
    first, second = rows(MODEL, FIT, CALLBACK.format(hook="on_train_begin", value="0.5", epochs=5))
    assert first.residual is None or second.residual is None
    assert said(MODEL, FIT, CALLBACK.format(hook="on_train_begin", value="0.5", epochs=5)) == [("late", 0.99)]


@pytest.mark.parametrize("target", ["keras==3.15", "tensorflow==2.15", "tensorflow==2.0"])
def test_eager_steps(target: str) -> None:
    eager = MODEL.replace('"mse")', '"mse", run_eagerly=True)')
    assert said(eager, FIT, SET, FIT, target=target) == HEEDED
    assert rows(*imported((eager, FIT, SET, FIT), target), target=target)[-1].updated is True


def test_single_steps() -> None:
    step = "    model.train_on_batch(x[:32], y[:32])\n"
    data = "    import numpy as np\n    x, y = np.zeros((64, 4)), np.zeros((64, 1))\n"
    assert said(MODEL, data, step, SET, step) == [("late", 0.99)]
    assert said(MODEL, data, step, SET, step, target="tensorflow==2.15") == [("late", 0.99)]
    assert said(MODEL, data, step, SET, step, target="tensorflow==2.0") == HEEDED


def test_frozen_layers() -> None:
    frozen = MODEL.replace("Normalization()", "Normalization(trainable=False)")
    assert said(frozen, FIT, SET, FIT) == HEEDED


def test_a_branch_that_compiles() -> None:
    assert said(MODEL, FIT, SET, "    if flag:\n        model.compile('sgd', 'mse')\n", FIT) == HEEDED
