"""``recalibrate`` against real Keras: the statistics that it gives, and that nothing else is touched."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from bnlint.measuring import frameworks
from bnlint.measuring.layers import batch_norms
from bnlint.remedies import freeze_batch_norm, recalibrate
from tests.remedies.networks import (
    BUILDERS,
    NORMS,
    PICTURES,
    VALUES,
    Builder,
    array,
    fit,
    flat,
    nested,
    shared,
    wrapped,
)

pytestmark = pytest.mark.tensorflow
BATCHES = [PICTURES[:16], PICTURES[16:32], PICTURES[32:]]


def pooled(batches: list[Any]) -> tuple[Any, Any]:
    values = np.concatenate([batch.reshape(-1, batch.shape[-1]) for batch in batches]).astype("float64")
    return values.mean(0), values.var(0)


def close(layer: Any, batches: list[Any]) -> bool:
    mean, variance = pooled(batches)
    return bool(
        np.allclose(array(layer.moving_mean), mean, rtol=1e-5, atol=1e-5)
        and np.allclose(array(layer.moving_variance), variance, rtol=1e-5, atol=1e-5)
    )


def input_norm(keras: Any) -> Any:
    """The data itself goes into the layer."""
    inputs = keras.Input((6, 6, 2), name="picture")
    hidden = keras.layers.BatchNormalization(name="norm")(inputs)
    return keras.Model(inputs, keras.layers.Flatten()(hidden))


def forms(keras: Any) -> dict[str, Any]:
    import tensorflow as tf  # type: ignore[import-not-found, import-untyped, unused-ignore]

    base = getattr(keras.utils, "PyDataset", None) or keras.utils.Sequence

    class Pages(base):  # type: ignore[misc, valid-type]
        def __len__(self) -> int:
            return len(BATCHES)

        def __getitem__(self, index: int) -> Any:
            return BATCHES[index], VALUES[: len(BATCHES[index])]

    return {
        "array": PICTURES,
        "with labels": (PICTURES, VALUES),
        "by name": {"picture": PICTURES},
        "tf.data": tf.data.Dataset.from_tensor_slices((PICTURES, VALUES)).batch(16),
        "pages": Pages(),
        "generator": (batch for batch in BATCHES),
        "tensors": iter([tf.constant(PICTURES)]),
    }


@pytest.mark.parametrize("form", ["array", "with labels", "by name", "tf.data", "pages", "generator", "tensors"])
def test_the_statistics_are_those_of_the_data(keras: Any, form: str) -> None:
    model = input_norm(keras)
    result = recalibrate(model, forms(keras)[form], batch_size=16)
    assert close(model.get_layer("norm"), [PICTURES])
    assert (result.paths, result.left, result.samples) == (("norm",), (), 40)
    assert result.batches == (1 if form == "tensors" else 3)


def test_batches_of_different_classes_count_with_what_is_between_them(keras: Any) -> None:
    """The average of the batches' own variances would say 0 here."""
    model = input_norm(keras)
    recalibrate(model, (np.full((8, 6, 6, 2), value, "float32") for value in (1.0, 5.0)))
    assert array(model.get_layer("norm").moving_mean) == pytest.approx([3.0, 3.0])
    assert array(model.get_layer("norm").moving_variance) == pytest.approx([4.0, 4.0])


@pytest.mark.parametrize("build", [flat, shared])
def test_deep_layers_have_the_statistics_of_what_training_mode_gives_them(keras: Any, build: Builder) -> None:
    """Asked of Keras itself: models that end before each layer, called with ``training=True``."""
    model = build(keras)
    fit(model)
    expected = []
    for _, layer in batch_norms(model):
        calls = [node for node in layer._inbound_nodes]
        ends = [node.input_tensors[0] if hasattr(node, "operation") else node.keras_inputs[0] for node in calls]
        before = keras.Model(model.input, ends)
        weights = model.get_weights()
        held = [before(batch, training=True) for batch in BATCHES]
        model.set_weights(weights)
        flat_ends = [array(end) for given in held for end in (given if isinstance(given, list) else [given])]
        expected.append((layer, flat_ends))
    recalibrate(model, iter(BATCHES))
    assert len(expected) == NORMS[build]
    for layer, ends in expected:
        assert close(layer, ends), layer.name


@pytest.mark.parametrize("build", BUILDERS)
def test_every_layer_is_reached_and_inference_then_answers_as_training_did(keras: Any, build: Builder) -> None:
    model = build(keras)
    result = recalibrate(model, PICTURES, batch_size=len(PICTURES))
    assert len(result.paths) == NORMS[build] and not result.left
    if build in (shared, wrapped):  # called several times, each time with a batch of its own
        return
    in_inference = array(model(PICTURES, training=False))
    in_training = array(model(PICTURES, training=True))  # one batch of all: its statistics are those of the data
    assert in_inference == pytest.approx(in_training, abs=2e-4)


def everything(model: Any) -> list[bytes]:
    """All that a model holds: weights, seeds, the optimizer's state, flags and momentums."""
    framework = frameworks.of(model)
    variables = [*model.variables, *model.optimizer.variables] if framework.generation == 3 else model.variables
    held = list(variables) + (list(model.optimizer.variables) if framework.generation == 2 else [])
    skipped = {id(each) for _, layer in batch_norms(model) for each in (layer.moving_mean, layer.moving_variance)}
    values = [array(each).tobytes() for each in held if id(each) not in skipped]
    flags = [(layer.name, layer.trainable, getattr(layer, "momentum", None)) for layer in model.layers]
    return [*values, repr(flags).encode(), repr(model.get_config()).encode()]


def test_nothing_else_is_touched(keras: Any) -> None:
    layers = keras.layers
    keras.utils.set_random_seed(1)
    inputs = keras.Input((6, 6, 2))
    hidden = layers.Dropout(0.5)(layers.BatchNormalization(name="norm")(inputs))
    hidden = layers.BatchNormalization(name="frozen", trainable=False)(layers.Dense(3)(hidden))
    model = keras.Model(inputs, layers.Dense(1, name="score")(layers.Flatten()(layers.GaussianNoise(1.0)(hidden))))
    optimizer = keras.optimizers.Adam(0.01)
    model.compile(optimizer, "mse", jit_compile=False)
    model.fit(PICTURES, VALUES, batch_size=20, verbose=0)

    before, state, own = everything(model), repr(np.random.get_state()), random.getstate()
    frozen = [array(weight) for weight in model.get_layer("frozen").weights]
    function = model.train_function
    recalibrate(model, PICTURES)
    assert everything(model) == before
    assert all(np.array_equal(one, array(w)) for one, w in zip(frozen, model.get_layer("frozen").weights, strict=True))
    assert repr(np.random.get_state()) == state and random.getstate() == own
    assert model.train_function is function and model.optimizer is optimizer
    assert close(model.get_layer("norm"), [PICTURES])


def test_a_network_with_stale_statistics_gets_its_accuracy_back(keras: Any) -> None:
    """Few steps with a momentum of 0.999: the features are good, and the moving statistics are still the first ones."""
    layers, generator = keras.layers, np.random.default_rng(0)
    labels = generator.integers(0, 3, 300)
    centres = generator.normal(size=(3, 8))
    data = ((centres[labels] + generator.normal(0, 0.3, (300, 8))) * 20 + 100).astype("float32")
    keras.utils.set_random_seed(0)
    parts: list[Any] = [keras.Input((8,))]
    for width in (16, 16):
        parts += [layers.BatchNormalization(momentum=0.999), layers.Dense(width, "relu"), layers.Dropout(0.1)]
    model = keras.Sequential([*parts, layers.BatchNormalization(momentum=0.999), layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss, metrics=["accuracy"], jit_compile=False)
    model.fit(data, labels, batch_size=50, epochs=10, verbose=0)
    stale = model.evaluate(data, labels, verbose=0)[1]
    recalibrate(model, data, batch_size=50)
    recalibrated = model.evaluate(data, labels, verbose=0)[1]
    assert stale < 0.8
    assert recalibrated > 0.97


def test_a_list_is_several_inputs(keras: Any) -> None:
    with pytest.raises(ValueError, match=r"takes 1 input, and a batch has 3: .* as iter"):
        recalibrate(input_norm(keras), [PICTURES, PICTURES, PICTURES])


def test_frozen_layers_keep_their_statistics_unless_they_are_asked_for(keras: Any) -> None:
    model = nested(keras)
    model.get_layer("block").trainable = False
    result = recalibrate(model, PICTURES)
    assert (result.paths, result.left) == (("top",), ("block/first", "block/second"))
    # A frozen layer stays in inference mode in the pass, as in `fit`: `top` gets what it gets there.
    features = keras.Model(model.input, model.get_layer("top").input)
    assert close(model.get_layer("top"), [array(features(PICTURES))])
    assert array(model.get_layer("block").get_layer("first").moving_mean).tolist() == [0.0] * 4

    assert recalibrate(model, PICTURES, layers="all").paths == ("block/first", "block/second", "top")
    assert not model.get_layer("block").get_layer("first").trainable
    freeze_batch_norm(model)
    with pytest.raises(ValueError, match=r"every BatchNormalization layer of 'nested' is frozen.*layers='all'"):
        recalibrate(model, PICTURES)


def test_layers_can_be_named(keras: Any) -> None:
    model = nested(keras)
    block = model.get_layer("block")
    for asked in ("block", ["first", "block/second"], block, [block.get_layer("first"), "second"]):
        assert recalibrate(model, PICTURES, 1, layers=asked).paths == ("block/first", "block/second")
    with pytest.raises(ValueError, match="no BatchNormalization layer 'block/frist'; near it: 'block/first'"):
        recalibrate(model, PICTURES, layers=["block/frist"])


def test_it_can_be_taken_back(keras: Any) -> None:
    model = nested(keras)
    before = [array(weight) for weight in model.weights]
    result = recalibrate(model, PICTURES, 1)
    assert (result.batches, result.samples) == (1, 32)
    assert str(result) == "3 BatchNormalization layers have the statistics of 32 samples in 1 batch"
    result.undo()
    assert all(np.array_equal(one, array(other)) for one, other in zip(before, model.weights, strict=True))


def test_data_that_gives_no_statistics_is_refused_and_nothing_is_changed(keras: Any) -> None:
    model = nested(keras)
    before = [array(weight) for weight in model.weights]
    broken = PICTURES.copy()
    broken[3] = np.nan
    with pytest.raises(ValueError, match="what goes into 'block/first' is not finite"):
        recalibrate(model, broken)
    with pytest.raises(ValueError, match="there is no batch in the data"):
        recalibrate(model, iter(()))
    assert all(np.array_equal(one, array(other)) for one, other in zip(before, model.weights, strict=True))


def test_half_precision(keras: Any) -> None:
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = nested(keras)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    recalibrate(model, PICTURES, batch_size=len(PICTURES))
    in_inference, in_training = (array(model(PICTURES, training=mode)) for mode in (False, True))
    assert in_inference == pytest.approx(in_training, abs=0.05)
