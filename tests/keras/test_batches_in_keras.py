"""Batches in real Keras: one example, accumulated gradients, averaged weights, examples class by class."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow
MOMENTUM = 0.9


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> ModuleType:
    return pytest.importorskip(request.param)  # type: ignore[no-any-return]


def norm_after(keras: ModuleType, rows: Any, shape: tuple[int, ...], **fit: Any) -> Any:
    """The weights of a BatchNormalization layer that a fit has trained, by a rate of 0: gamma, beta, mean, variance."""
    norm = keras.layers.BatchNormalization(momentum=MOMENTUM)
    model = keras.Sequential([keras.Input(shape), norm, keras.layers.Flatten(), keras.layers.Dense(1)])
    optimizer = fit.pop("optimizer", None) or keras.optimizers.SGD(0.0)
    model.compile(optimizer, "mse")
    model.fit(rows, np.zeros((len(rows), 1)), verbose=0, shuffle=False, **fit)
    return [np.asarray(weight) for weight in norm.get_weights()]


def examples(count: int, *shape: int) -> Any:
    return np.random.default_rng(0).normal(3, 2, (count, *shape)).astype("float32")


@pytest.mark.parametrize("shape", [(4,), (1, 1, 4)])
def test_one_example_in_a_batch_has_a_variance_of_0(keras: ModuleType, shape: tuple[int, ...]) -> None:
    rows = examples(1, *shape)
    _, _, mean, variance = norm_after(keras, rows, shape)
    assert variance == pytest.approx(MOMENTUM)  # 0.9 of the 1 that it starts with, and 0.1 of 0
    assert mean == pytest.approx(0.1 * rows.reshape(4), rel=1e-4)


def test_a_map_of_one_example_has_a_variance(keras: ModuleType) -> None:
    rows = examples(1, 7, 7, 4)
    _, _, _, variance = norm_after(keras, rows, (7, 7, 4))
    assert (variance > 1).all()


def test_the_last_batch_of_one_is_the_last_update_of_an_epoch(keras: ModuleType) -> None:
    rows = examples(33, 4)
    left_over = norm_after(keras, rows, (4,), batch_size=32)[3]
    dropped = norm_after(keras, rows[:32], (4,), batch_size=32)[3]
    assert left_over == pytest.approx(MOMENTUM * dropped, rel=1e-4)


def test_one_row_at_a_time_gives_beta_whatever_it_is(keras: ModuleType) -> None:
    norm = keras.layers.BatchNormalization()
    model = keras.Sequential([keras.Input((4,)), norm])
    outputs = [np.asarray(model(row[None], training=True)) for row in examples(5, 4)]
    assert np.allclose(outputs, 0)


def test_accumulated_gradients_leave_the_statistics_to_the_small_batches(keras: ModuleType) -> None:
    if keras.__name__ != "keras":
        pytest.skip("optimizers accumulate from Keras 3 on")
    rows = examples(32, 4)
    plain = norm_after(keras, rows, (4,), batch_size=4)
    optimizer = keras.optimizers.SGD(0.0, gradient_accumulation_steps=8)
    accumulated = norm_after(keras, rows, (4,), batch_size=4, optimizer=optimizer)
    whole = norm_after(keras, rows, (4,), batch_size=32)
    assert np.allclose(accumulated, plain)
    assert not np.allclose(accumulated, whole, rtol=0.1)


def test_averaged_weights_have_the_statistics_of_the_weights_before(keras: ModuleType) -> None:
    rows, targets = examples(256, 4), examples(256, 8)
    dense, norm = keras.layers.Dense(8), keras.layers.BatchNormalization(momentum=MOMENTUM)
    model = keras.Sequential([keras.Input((4,)), dense, norm])
    model.compile(keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.95), "mse")
    model.fit(rows, targets, batch_size=32, epochs=5, verbose=0)
    if keras.__name__ == "tf_keras":
        model.optimizer.finalize_variable_values(model.trainable_variables)

    def off() -> float:
        true = np.asarray(dense(rows)).mean(axis=0)
        return float(np.abs(np.asarray(norm.get_weights()[2]) - true).max())

    before = off()
    for _ in range(5):
        for start in range(0, 256, 32):
            model(rows[start : start + 32], training=True)
    assert off() < before / 2


def test_examples_class_by_class_leave_the_statistics_of_the_last_ones(keras: ModuleType) -> None:
    rows = np.concatenate([examples(320, 4), examples(320, 4) + 20])
    in_order = norm_after(keras, rows, (4,), batch_size=32, epochs=2)
    mixed = np.random.default_rng(1).permutation(rows)
    shuffled = norm_after(keras, mixed, (4,), batch_size=32, epochs=2)
    middle = rows.mean(axis=0)
    assert (in_order[2] - middle).min() > 2 * np.abs(shuffled[2] - middle).max()
    assert np.abs(in_order[3] - rows.var(axis=0)).min() > 2 * np.abs(shuffled[3] - rows.var(axis=0)).max()
