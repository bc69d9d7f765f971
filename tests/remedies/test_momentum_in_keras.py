"""``set_momentum`` against real Keras: what the next step of training does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bnlint.measuring.layers import batch_norms
from bnlint.remedies import set_momentum
from tests.remedies.networks import BUILDERS, NORMS, PICTURES, VALUES, Builder, array, compile_model, fit, nested

pytestmark = pytest.mark.tensorflow


def first_norm(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((6, 6, 2))
    hidden = layers.Flatten()(layers.BatchNormalization(name="norm")(inputs))
    return keras.Model(inputs, layers.Dense(1)(hidden), name="first_norm")


def share_kept(model: Any) -> float:
    """What a step of training on all pictures leaves of the moving mean."""
    norm = model.get_layer("norm")
    before, batch = array(norm.moving_mean), PICTURES.mean((0, 1, 2))
    model.fit(PICTURES, VALUES, batch_size=len(PICTURES), verbose=0)
    return float(np.mean((array(norm.moving_mean) - batch) / (before - batch)))


@pytest.mark.parametrize("build", BUILDERS)
def test_every_layer_has_it_and_the_weights_are_kept(keras: Any, build: Builder) -> None:
    model = build(keras)
    before = [array(weight) for weight in model.weights]
    result = set_momentum(model, 0.9)
    assert len(result.previous) == len(result.changed) == NORMS[build]
    assert set(result.previous.values()) == {0.99}
    assert {layer.momentum for _, layer in batch_norms(model)} == {0.9}
    assert all(np.array_equal(one, array(other)) for one, other in zip(before, model.weights, strict=True))
    result.undo()
    assert {layer.momentum for _, layer in batch_norms(model)} == {0.99}


def test_the_next_fit_goes_by_it_after_compile(keras: Any) -> None:
    model = first_norm(keras)
    fit(model)
    assert set_momentum(model, 0.25).compile_needed
    compile_model(model)
    assert share_kept(model) == pytest.approx(0.25, abs=1e-4)


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize("fitted", [False, True])
def test_it_says_when_compile_is_needed(keras: Any, fitted: bool, eager: bool) -> None:
    model = first_norm(keras)
    compile_model(model, run_eagerly=eager)
    if fitted:
        model.fit(PICTURES, VALUES, batch_size=len(PICTURES), verbose=0)
    result = set_momentum(model, 0.5)
    kept = share_kept(model)
    assert kept == pytest.approx(0.99 if result.compile_needed else 0.5, abs=1e-4)
    assert result.compile_needed is (fitted and not eager)


def test_frozen_layers_are_told_apart(keras: Any) -> None:
    model = nested(keras)
    model.get_layer("block").trainable = False
    result = set_momentum(model, 0.9)
    assert result.frozen == ("block/first", "block/second")
    assert str(result).startswith("momentum 0.9 set in 3 BatchNormalization layers (2 of all 3 are frozen")


@pytest.mark.parametrize("momentum", [1, 1.5, -0.1, float("nan")])
def test_a_momentum_out_of_range_is_refused(keras: Any, momentum: float) -> None:
    model = nested(keras)
    with pytest.raises(ValueError, match="at least 0 and less than 1"):
        set_momentum(model, momentum)
    assert {layer.momentum for _, layer in batch_norms(model)} == {0.99}
