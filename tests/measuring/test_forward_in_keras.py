"""Forward passes of real Keras: what training mode gives, and that nothing is changed by it."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bnlint.measuring import frameworks
from bnlint.measuring.distance import Moments
from bnlint.measuring.forward import forward
from bnlint.measuring.layers import batch_norms

pytestmark = pytest.mark.tensorflow

RANDOM = np.random.default_rng(0)
EPSILON = 1e-3


@pytest.fixture(params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> Any:
    if importlib.util.find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return importlib.import_module(request.param)


def flat(keras: Any) -> Any:
    return keras.Sequential([keras.layers.Input((4,)), keras.layers.BatchNormalization(name="bn")])


def nested_frozen(keras: Any) -> Any:
    inner = keras.Input((6,))
    hidden = keras.layers.Dense(5)(inner)
    hidden = keras.layers.BatchNormalization(name="bn")(hidden)
    backbone = keras.Model(inner, keras.layers.Dropout(0.9)(hidden), name="backbone")
    backbone.trainable = False
    outer = keras.Input((6,))
    features = backbone(outer, training=False)
    return keras.Model(outer, keras.layers.Dense(2)(keras.layers.BatchNormalization(name="top")(features)))


def over_time(keras: Any) -> Any:
    return keras.Sequential(
        [
            keras.layers.Input((3, 4)),
            keras.layers.TimeDistributed(keras.layers.BatchNormalization(name="bn"), name="over_time"),
        ]
    )


def subclassed(keras: Any) -> Any:
    class Block(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(name="block")
            self.layer = keras.layers.Dense(3, name="dense")
            self.norms = [keras.layers.BatchNormalization(name=f"norm_{i}") for i in range(2)]

        def call(self, x: Any, training: Any = None) -> Any:
            x = self.layer(x)
            for norm in self.norms:
                x = norm(x, training=training)
            return x

    class Net(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.block = Block()

        def call(self, x: Any, training: Any = None) -> Any:
            return self.block(x, training=training)

    model = Net()
    model(np.zeros((2, 6), "float32"))
    return model


def renormalized(keras: Any) -> Any:
    return keras.Sequential([keras.layers.Input((4,)), keras.layers.BatchNormalization(renorm=True, name="bn")])


def half_precision(keras: Any) -> Any:
    return keras.Sequential(
        [keras.layers.Input((4,)), keras.layers.BatchNormalization(name="bn", dtype="mixed_float16")]
    )


Build = Callable[[Any], Any]
BUILDERS: list[Build] = [flat, nested_frozen, over_time, subclassed, renormalized, half_precision]
PATHS: dict[Build, list[str]] = {
    flat: ["bn"],
    nested_frozen: ["backbone/bn", "top"],
    over_time: ["over_time/bn"],
    subclassed: ["block/norm_0", "block/norm_1"],
    renormalized: ["bn"],
    half_precision: ["bn"],
}


def batch_for(model: Any) -> Any:
    shape = (
        (8, 3, 4) if isinstance(getattr(model, "input_shape", None), tuple) and len(model.input_shape) == 3 else None
    )
    width = 4 if getattr(model, "input_shape", (None, 6))[-1] == 4 else 6
    return RANDOM.normal(2.0, 3.0, size=shape or (8, width)).astype("float32")


def everything(model: Any) -> list[Any]:
    """All that could have changed: values, flags, and what an instance holds."""
    layers = [placed.layer for placed in batch_norms(model)]
    return [
        *[np.array(each) for each in model.get_weights()],
        [layer.trainable for layer in layers],
        [[bool(each.trainable) for each in layer.weights] for layer in layers],
        ["call" in layer.__dict__ for layer in layers],
    ]


def same(before: list[Any], after: list[Any]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize("build", BUILDERS)
def test_paths_of_layers(keras: Any, build: Build) -> None:
    model = build(keras)
    assert [path.removeprefix(f"{model.name}/") for path, _ in batch_norms(model)] == PATHS[build]


@pytest.mark.parametrize("mode", ["inference", "training"])
@pytest.mark.parametrize("build", BUILDERS)
def test_nothing_is_changed(keras: Any, build: Build, mode: Any) -> None:
    model = build(keras)
    before = everything(model)
    forward(model, batch_for(model), mode, record=lambda path, moments: None)
    assert same(before, everything(model))


@pytest.mark.parametrize("build", [flat, nested_frozen])
def test_nothing_is_changed_where_the_pass_fails(keras: Any, build: Build) -> None:
    model = build(keras)
    before = everything(model)

    def fails(path: str, moments: Moments) -> None:
        raise RuntimeError("while recording")

    with pytest.raises(RuntimeError, match="while recording"):
        forward(model, batch_for(model), "training", fails)
    assert same(before, everything(model))


def test_inference_mode_is_what_predict_gives(keras: Any) -> None:
    model = nested_frozen(keras)
    batch = batch_for(model)
    assert forward(model, batch) == pytest.approx(model.predict(batch, verbose=0), rel=1e-6, abs=1e-6)


def test_training_mode_normalises_a_frozen_layer_too_and_drops_nothing_out(keras: Any) -> None:
    model = nested_frozen(keras)
    batch = batch_for(model)
    dense, bn = model.get_layer("backbone").layers[1:3]
    hidden = batch @ np.array(dense.get_weights()[0])
    once = (hidden - hidden.mean(0)) / np.sqrt(hidden.var(0) + EPSILON)
    twice = (once - once.mean(0)) / np.sqrt(once.var(0) + EPSILON)
    expected = twice @ np.array(model.layers[-1].get_weights()[0])
    assert forward(model, batch, "training") == pytest.approx(expected, abs=1e-4)
    assert not bn.trainable


def test_moments_are_those_of_the_inputs(keras: Any) -> None:
    model = nested_frozen(keras)
    batch = batch_for(model)
    found: dict[str, Moments] = {}
    forward(model, batch, "training", found.__setitem__)
    hidden = batch @ np.array(model.get_layer("backbone").layers[1].get_weights()[0])
    assert list(found) == ["backbone/bn", "top"]
    assert found["backbone/bn"].mean == pytest.approx(hidden.mean(0), rel=1e-4)
    assert found["backbone/bn"].variance == pytest.approx(hidden.var(0), rel=1e-4)
    assert found["top"].mean == pytest.approx(np.zeros(5), abs=1e-5)


def test_a_mask_reaches_the_moments(keras: Any) -> None:
    model = keras.Sequential(
        [keras.layers.Input((3, 2)), keras.layers.Masking(0.0), keras.layers.BatchNormalization(name="bn")]
    )
    batch = np.array([[[1, 2], [3, 4], [0, 0]], [[5, 6], [0, 0], [0, 0]]], dtype="float32")
    found: dict[str, Moments] = {}
    forward(model, batch, "training", found.__setitem__)
    assert found["bn"].values == 3
    assert found["bn"].mean == pytest.approx([3.0, 4.0])


def test_models_with_several_inputs_and_outputs(keras: Any) -> None:
    left, right = keras.Input((2,), name="left"), keras.Input((2,), name="right")
    joined = keras.layers.BatchNormalization()(keras.layers.Concatenate()([left, right]))
    model = keras.Model({"left": left, "right": right}, [joined, keras.layers.Dense(1)(joined)])
    batch = {"left": np.ones((3, 2), "float32"), "right": np.zeros((3, 2), "float32")}
    answers = forward(model, batch, "training")
    assert [each.shape for each in answers] == [(3, 4), (3, 1)]


def test_frameworks_are_told_apart(keras: Any) -> None:
    found = frameworks.of(flat(keras))
    assert found.keras is keras
    assert found.generation == (3 if keras.__name__ == "keras" else 2)


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(TypeError, match="'list'"):
        frameworks.of([])
