"""``freeze_batch_norm`` against real Keras: what a fit does after it."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from bnlint.measuring.layers import batch_norms
from bnlint.remedies import CannotFreeze, freeze_batch_norm
from tests.remedies.networks import (
    BUILDERS,
    NORMS,
    PICTURES,
    VALUES,
    Builder,
    array,
    compile_model,
    fit,
    flat,
    nested,
    norm_weights,
)

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize("build", BUILDERS)
def test_training_keeps_every_layer_in_inference_mode(keras: Any, build: Builder) -> None:
    def evaluated() -> float:
        return float(model.evaluate(PICTURES, VALUES, batch_size=len(PICTURES), verbose=0))

    model = build(keras)
    compile_model(model, jit_compile=False)
    # The loss that `fit` reports of its only step is that of the weights before it.
    in_inference = evaluated()
    assert fit(model, batch_size=len(PICTURES)) != pytest.approx(in_inference, rel=1e-3)  # what freezing is about

    frozen = freeze_batch_norm(model)
    assert len(frozen.previous) == len(frozen.changed) == NORMS[build]
    in_inference, before, score = evaluated(), norm_weights(model), array(model.get_layer("score").kernel)
    assert fit(model, batch_size=len(PICTURES)) == pytest.approx(in_inference, rel=1e-5)
    assert all(np.array_equal(one, other) for one, other in zip(before, norm_weights(model), strict=True))
    assert not np.array_equal(score, array(model.get_layer("score").kernel))


def test_nothing_but_the_flags_of_batch_norm_is_changed(keras: Any) -> None:
    model = nested(keras)
    others = [layer for layer in model.get_layer("block").layers if not layer.name.startswith(("first", "second"))]
    flags, weights = [layer.trainable for layer in others], [array(weight) for weight in model.weights]
    freeze_batch_norm(model)
    assert [layer.trainable for layer in others] == flags == [True] * len(others)
    assert sorted(map(str, weights)) == sorted(str(array(weight)) for weight in model.weights)


def test_it_can_be_taken_back(keras: Any) -> None:
    model = nested(keras)
    model.get_layer("top").trainable = False
    frozen = freeze_batch_norm(model)
    assert frozen.previous == {"block/first": True, "block/second": True, "top": False}
    assert frozen.changed == ("block/first", "block/second")
    assert str(frozen).startswith("2 BatchNormalization layers frozen (1 was frozen before); compile before fit")
    frozen.undo()
    assert [layer.trainable for _, layer in batch_norms(model)] == [True, True, False]


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize("fitted", [False, True])
def test_it_says_when_compile_is_needed(keras: Any, fitted: bool, eager: bool) -> None:
    model = flat(keras)
    assert not freeze_batch_norm(model).compile_needed
    model = flat(keras)
    compile_model(model, run_eagerly=eager)
    if fitted:
        model.fit(PICTURES, VALUES, batch_size=20, verbose=0)
    frozen = freeze_batch_norm(model)
    before = norm_weights(model)
    model.fit(PICTURES, VALUES, batch_size=20, verbose=0)
    heeded = all(np.array_equal(one, other) for one, other in zip(before, norm_weights(model), strict=True))
    assert frozen.compile_needed is not heeded


def test_a_layer_that_normalizes_by_the_batch_when_frozen_is_refused() -> None:
    pytest.importorskip("tf_keras")
    legacy = importlib.import_module("tf_keras.src.layers.normalization.batch_normalization_v1").BatchNormalization
    keras = importlib.import_module("tf_keras")
    layers = [keras.layers.BatchNormalization(name="new", trainable=False), legacy(name="old", trainable=False)]
    model = keras.Sequential([keras.Input((6, 6, 2)), *layers, keras.layers.Flatten(), keras.layers.Dense(1)])
    compile_model(model)
    in_inference = model.evaluate(PICTURES, VALUES, verbose=0)
    assert fit(model, batch_size=len(PICTURES)) != pytest.approx(in_inference, rel=1e-3)  # so it is, measured
    model.get_layer("new").trainable = model.get_layer("old").trainable = True
    with pytest.raises(CannotFreeze, match=r"'old' is the BatchNormalization of tf\.compat\.v1"):
        freeze_batch_norm(model)
    assert all(layer.trainable for _, layer in batch_norms(model))


def test_graph_mode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    keras = pytest.importorskip("tf_keras")
    old = importlib.import_module("tensorflow").compat.v1
    monkeypatch.setattr(old, "executing_eagerly_outside_functions", lambda: False)
    with pytest.raises(CannotFreeze, match="in graph mode a layer takes its mode when it is called"):
        freeze_batch_norm(keras.layers.BatchNormalization())


def test_a_model_without_batch_norm_is_refused(keras: Any) -> None:
    with pytest.raises(ValueError, match="'plain' has no BatchNormalization layer"):
        freeze_batch_norm(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)], name="plain"))
    with pytest.raises(TypeError, match="a Keras model is expected, not 'str'"):
        freeze_batch_norm("model.keras")
