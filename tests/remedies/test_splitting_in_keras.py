"""``split`` on real Keras: the two parts, the head trained on features, and one model again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bnlint.remedies import CannotSplit, recalibrate, split
from bnlint.remedies.features import StaleFeatures
from tests.remedies.networks import (
    PICTURES,
    SHAPE,
    VALUES,
    Builder,
    array,
    block,
    compile_model,
    flat,
    nested,
    sequential,
    shared,
    subclassed,
    twice_nested,
)

pytestmark = pytest.mark.tensorflow
CUTS = [(flat, "relu"), (flat, "features"), (nested, "block"), (sequential, "block"), (twice_nested, "middle")]


def predicted(model: Any, inputs: Any = PICTURES) -> Any:
    """What ``predict`` gives, without the seconds that it compiles."""
    found = model(inputs, training=False)
    return {name: array(each) for name, each in found.items()} if isinstance(found, dict) else array(found)


def trained_head(model: Any, at: str, folder: Path) -> tuple[Any, Any]:
    parts = split(model, at)
    features = parts.features((PICTURES, VALUES), folder, batch_size=16)
    compile_model(parts.head, jit_compile=False)
    parts.head.fit(features.x, features.y, batch_size=20, verbose=0)
    return parts, features


@pytest.mark.parametrize("build, at", CUTS)
def test_a_head_trained_on_features_is_joined_to_one_model(keras: Any, tmp_path: Path, build: Builder, at: str) -> None:
    model = build(keras)
    recalibrate(model, PICTURES)  # so that batch and moving statistics are not those of the start
    expected, layers = predicted(model), [layer.name for layer in model.layers]
    parts = split(model, at)
    assert predicted(parts.head, predicted(parts.backbone)) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    before = [array(weight) for weight in parts.backbone.weights]

    parts, features = trained_head(model, at, tmp_path / "features")
    assert features.x == pytest.approx(predicted(parts.backbone), rel=1e-6, abs=1e-6)
    assert np.array_equal(features.y, VALUES)
    by_parts = predicted(parts.head, features.x)
    assert by_parts != pytest.approx(expected, abs=1e-3)
    joined = parts.join()
    assert joined.predict(PICTURES, verbose=0) == pytest.approx(by_parts, rel=1e-6, abs=1e-6)
    assert predicted(joined) == pytest.approx(by_parts, rel=1e-6, abs=1e-6)
    assert joined is model and [layer.name for layer in joined.layers] == layers
    assert all(np.array_equal(one, array(other)) for one, other in zip(before, parts.backbone.weights, strict=True))

    joined.save(tmp_path / "joined.keras")
    again = keras.models.load_model(tmp_path / "joined.keras", compile=False)
    assert predicted(again) == pytest.approx(by_parts, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("build, at", CUTS)
def test_another_head_makes_another_model(keras: Any, tmp_path: Path, build: Builder, at: str) -> None:
    model = build(keras)
    expected = predicted(model)
    parts = split(model, at)
    shape = parts.backbone.output_shape[1:]
    layers = [keras.Input(shape), keras.layers.Flatten(name="flatten"), keras.layers.Dense(5, name="classes")]
    for head in (keras.Sequential(layers), keras.Model(layers[0], layers[2](layers[1](layers[0])), name="head")):
        joined = parts.join(head)
        assert predicted(joined) == pytest.approx(predicted(head, predicted(parts.backbone)), rel=1e-6, abs=1e-6)
        assert joined.name == model.name
        is_flat = isinstance(head, keras.Sequential)
        assert [layer.name for layer in joined.layers][-1] == ("classes" if is_flat else "head")
        assert isinstance(joined, keras.Sequential) is isinstance(model, keras.Sequential)
        joined.save(tmp_path / "joined.keras")
    assert predicted(model) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def several_outputs(keras: Any) -> Any:
    backbone = block(keras)
    features = backbone.output
    outputs = {"score": keras.layers.Dense(1, name="score")(features), "kind": keras.layers.Dense(3)(features)}
    return keras.Model(backbone.input, outputs, name="several")


def test_a_head_may_have_several_outputs(keras: Any) -> None:
    model = several_outputs(keras)
    parts, expected = split(model, "features"), predicted(model)
    found = predicted(parts.head, predicted(parts.backbone))
    assert set(found) == {"score", "kind"}
    assert all(found[name] == pytest.approx(expected[name], rel=1e-6, abs=1e-6) for name in expected)


def test_a_layer_does_as_well_as_its_name(keras: Any) -> None:
    model = nested(keras)
    assert split(model, model.get_layer("block")).backbone.output_shape == (None, 8)
    with pytest.raises(CannotSplit, match="'nested' has no layer 'top'"):
        split(model, keras.layers.Dense(1, name="top"))


def aside(keras: Any) -> Any:
    """A second input comes in after the backbone."""
    pictures, number = keras.Input(SHAPE, name="pictures"), keras.Input((1,), name="number")
    joined = keras.layers.Concatenate(name="both")([block(keras)(pictures), number])
    return keras.Model([pictures, number], keras.layers.Dense(1)(joined), name="aside")


def early(keras: Any) -> Any:
    """An output is taken before the cut."""
    backbone = block(keras)
    score = keras.layers.Dense(1)(backbone.output)
    return keras.Model(backbone.input, [backbone.get_layer("relu").output, score], name="early")


def masked(keras: Any) -> Any:
    """What is padded is left out by a mask, which goes from layer to layer beside the tensors."""
    layers = keras.layers
    rows = keras.Input((6, 12))
    hidden = layers.Dense(4, name="dense")(layers.Masking(0.0, name="mask")(rows))
    return keras.Model(rows, layers.Dense(1)(layers.SimpleRNN(3, name="rnn")(hidden)), name="masked")


def masked_in_sequence(keras: Any) -> Any:
    layers = keras.layers
    hidden = [layers.Masking(0.0, name="mask"), layers.Dense(4, name="dense"), layers.SimpleRNN(3, name="rnn")]
    return keras.Sequential([keras.Input((6, 12)), *hidden, layers.Dense(1)], name="masked")


def twice(keras: Any) -> Any:
    """A layer of the backbone comes again in the head."""
    again = keras.layers.Dense(8, name="again")
    backbone = block(keras)
    hidden = keras.layers.ReLU(name="between")(again(backbone.output))
    return keras.Model(backbone.input, keras.layers.Dense(1)(again(hidden)), name="twice")


REFUSED = [
    (masked, "dense", "it gives a mask along with its output, which features do not keep. It can be cut after 'rnn'"),
    (masked_in_sequence, "dense", "it gives a mask along with its output"),
    (twice, "between", "'again' of 'twice' is part of the backbone and of the head"),
    (
        flat,
        "branch",
        r"'add' also takes the output of 'first', past the cut\. It can be cut after 'conv', 'first', 'add'",
    ),
    (flat, "score", "nothing comes after it, and no head would be left"),
    (flat, "poool", "'flat' has no layer 'poool'; near it: 'pool'"),
    (nested, "relu", "'relu' stands inside 'block', which 'nested' calls as one layer: cut after 'block', or split"),
    (nested, "block/relu", "'relu' stands inside 'block'"),
    (sequential, "score", "nothing comes after it"),
    (shared, "both", "'both' is called 2 times in 'shared': the cut would not be one tensor"),
    (subclassed, "attribute", "which has no graph of layers to cut"),
    (aside, "block", "the input 'number' goes into the model after it. It can be cut after 'both'"),
    (early, "pool", "the output of 'relu' is one of the model's own"),
]


@pytest.mark.parametrize("build, at, words", REFUSED, ids=lambda value: getattr(value, "__name__", None))
def test_what_does_not_fall_into_two_is_refused(keras: Any, build: Builder, at: str, words: str) -> None:
    with pytest.raises(CannotSplit, match=words):
        split(build(keras), at)


def test_an_input_is_no_backbone_and_a_shape_is_needed(keras: Any) -> None:
    model = flat(keras)
    with pytest.raises(CannotSplit, match="no backbone would be left"):
        split(model, model.layers[0].name)
    with pytest.raises(CannotSplit, match="'unbuilt' has no input shape yet"):
        split(keras.Sequential([keras.layers.Dense(2, name="a"), keras.layers.Dense(1)], name="unbuilt"), "a")
    with pytest.raises(TypeError, match="not 'dict'"):
        split({}, "a")


def test_features_of_other_weights_are_refused(keras: Any, tmp_path: Path) -> None:
    model = nested(keras)
    parts, _ = trained_head(model, "block", tmp_path / "features")
    assert parts.features((PICTURES, VALUES), tmp_path / "features", batch_size=16).computed == 0
    conv = model.get_layer("block").get_layer("conv")
    conv.bias.assign(array(conv.bias) + 1)
    with pytest.raises(StaleFeatures, match="other weights"):
        parts.features((PICTURES, VALUES), tmp_path / "features", batch_size=16)


def test_a_backbone_that_updates_its_statistics_in_predict_is_refused(keras: Any, tmp_path: Path) -> None:
    """``training=True`` on a call holds in ``predict`` of Keras 2, not of Keras 3."""
    inputs = keras.Input(SHAPE)
    hidden = keras.layers.BatchNormalization(name="norm")(inputs, training=True)
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(hidden)))
    parts = split(model, "norm")
    if keras.__name__ == "keras":
        assert parts.features(PICTURES, tmp_path / "features").x == pytest.approx(
            predicted(parts.backbone), rel=1e-6, abs=1e-6
        )
        return
    with pytest.raises(StaleFeatures, match="called with training=True"):
        parts.features(PICTURES, tmp_path / "features")


def test_half_precision(keras: Any, tmp_path: Path) -> None:
    for policy in ("mixed_float16", "mixed_bfloat16"):
        keras.mixed_precision.set_global_policy(policy)
        try:
            model = nested(keras)
        finally:
            keras.mixed_precision.set_global_policy("float32")
        parts = split(model, "block")
        features = parts.features(PICTURES, tmp_path / policy, batch_size=len(PICTURES))
        expected = predicted(model, PICTURES).astype("float32")
        assert predicted(parts.head, features.x).astype("float32") == pytest.approx(expected, rel=1e-6, abs=1e-6)
