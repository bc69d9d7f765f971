"""What TimeDistributed runs on every time step: how often a training step updates it."""

from __future__ import annotations

import pytest

from bnlint.keras.releases import Target
from bnlint.keras.semantics import Behaviour
from tests.reading import read, rows

IMPORTS = """
    from tensorflow import keras
    from tensorflow.keras import layers
    import numpy as np
"""
LAYER = """
    inner = layers.BatchNormalization()
"""
MODEL = """
    picture = keras.Input((4,))
    inner = keras.Model(picture, layers.BatchNormalization()(layers.Dense(4)(picture)))
"""
CALL = """
    frames = keras.Input(({steps}, 4))
    model = keras.Model(frames, layers.TimeDistributed(inner)(layers.TimeDistributed(layers.Dense(4))(frames)))
"""
SEQUENTIAL = """
    model = keras.Sequential([keras.Input(({steps}, 4)), layers.TimeDistributed(inner)])
"""
FIRST_LAYER = """
    model = keras.Sequential([layers.TimeDistributed(inner, input_shape=({steps}, 4))])
"""
TRAIN = """
    model.compile("sgd", "mse")
    model.fit(np.zeros((64, 5, 4)), np.zeros((64, 5, 4)), batch_size=32, epochs=3)
"""
STEPS = 2 * 3


@pytest.mark.parametrize("put_in", [CALL, SEQUENTIAL, FIRST_LAYER], ids=["Model", "Sequential", "input_shape"])
@pytest.mark.parametrize(
    ("target", "inner", "times"),
    [
        ("keras==3.15", LAYER, 5),
        ("keras==3.15", MODEL, 5),
        ("tensorflow==2.15", LAYER, 1),
        ("tensorflow==2.15", MODEL, 2),
        ("tensorflow==2.1", MODEL, 1),
    ],
)
def test_updates_of_a_training_step(target: str, inner: str, times: int, put_in: str) -> None:
    (row,) = rows(IMPORTS, inner, put_in.format(steps=5), TRAIN, target=target)
    assert row.updated is True
    assert row.updates == STEPS * times
    assert row.residual == pytest.approx(0.99 ** (STEPS * times))


def test_without_the_number_of_time_steps_the_updates_are_not_known() -> None:
    (row,) = rows(IMPORTS, LAYER, CALL.format(steps=None), TRAIN)
    assert (row.updated, row.updates, row.residual) == (True, None, None)
    (row,) = rows(IMPORTS, LAYER, CALL.format(steps=None), TRAIN, target="tensorflow==2.15")
    assert row.updates == STEPS


def test_where_releases_disagree_nothing_is_claimed() -> None:
    release = Target.parse("keras==3.4").release("keras")
    assert release is not None
    behaviour = Behaviour(release)
    assert behaviour.updates_over_time("model", 5) is None
    assert behaviour.updates_over_time("layer", 5) == 5


def test_one_path_that_freezes_the_layer_silences_the_subject() -> None:
    frozen = "    if flag:\n        inner.trainable = False\n"
    program = (IMPORTS, LAYER, frozen, CALL.format(steps=5), TRAIN)
    assert read(program, "keras==3.15").subjects["norm_over_time"] == ()
