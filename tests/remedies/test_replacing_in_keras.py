"""``replace_batch_norm`` on real Keras: what is exchanged, what is kept, what is refused."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from bnlint.measuring import frameworks
from bnlint.measuring.layers import batch_norms, every_layer
from bnlint.remedies import CannotRebuild, replace_batch_norm
from bnlint.remedies.substitutes import groups_for

np = pytest.importorskip("numpy")
KINDS = ("group", "renorm", "sync")


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> ModuleType:
    return pytest.importorskip(request.param)  # type: ignore[no-any-return]


def nested(keras: ModuleType) -> Any:
    """A backbone and a Sequential in a model, a layer called twice, a Lambda, operations on tensors."""
    layers = keras.layers
    image = keras.Input((12, 12, 3))
    maps = layers.Conv2D(8, 3, use_bias=False, name="conv")(image)
    maps = layers.ReLU()(layers.BatchNormalization(epsilon=1e-5, momentum=0.9, name="first")(maps))
    backbone = keras.Model(image, maps, name="backbone")
    stem = keras.Sequential(
        [keras.Input((10, 10, 8)), layers.Conv2D(64, 3), layers.BatchNormalization(name="second")], name="stem"
    )
    inputs = keras.Input((12, 12, 3), name="photo")
    x = layers.Dropout(0.3)(stem(backbone(inputs)))
    shared = layers.BatchNormalization(name="shared")
    x = layers.GlobalAveragePooling2D()(layers.Add()([shared(x), shared(x)]))
    x = layers.BatchNormalization(
        gamma_regularizer=keras.regularizers.L2(1e-3), beta_constraint=keras.constraints.NonNeg(), name="last"
    )(layers.Dense(32)(x), training=False)
    x = layers.Lambda(lambda tensor: tensor * 1.5)(x * 2.0 + 1.0)
    model = keras.Model(inputs, layers.Dense(2, name="logits")(x), name="net")
    backbone.trainable = False
    backbone.get_layer("first").trainable = True
    return model


def with_other_weights(model: Any) -> Any:
    """Weights that no initializer gives; the moving statistics stay."""
    rng = np.random.default_rng(0)
    for _, layer in batch_norms(model):
        gamma, beta, *rest = layer.get_weights()
        layer.set_weights([gamma + rng.uniform(size=gamma.shape), beta + rng.uniform(size=beta.shape), *rest])
    return model


def images(count: int = 4, *shape: int) -> Any:
    return np.random.default_rng(0).normal(1, 2, (count, *(shape or (12, 12, 3)))).astype("float32")


def answers(model: Any, inputs: Any, **call: Any) -> Any:
    return frameworks.of(model).array(model(inputs, **call))


def apart(one: Any, other: Any) -> float:
    """The largest difference as a share of the largest answer: two runs of one model round in different orders."""
    return float(np.abs(one - other).max() / max(1.0, np.abs(one).max()))


def named(model: Any) -> dict[str, Any]:
    return {placed.path: placed.layer for placed in every_layer(model)}


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_has_its_name_flag_and_weights(keras: ModuleType, kind: Any) -> None:
    old = with_other_weights(nested(keras))
    paths = [path for path, _ in batch_norms(old)]
    new = replace_batch_norm(old, kind)
    before, after = named(old), named(new)
    assert list(before) == list(after)
    assert [getattr(each, "trainable", None) for each in before.values()] == [
        getattr(each, "trainable", None) for each in after.values()
    ]
    assert paths == ["backbone/first", "stem/second", "shared", "last"]
    for path, layer in before.items():
        assert after[path] is not layer
        if path in paths:
            assert type(after[path]).__name__ == {"group": "GroupNormalization"}.get(kind, "BatchNormalization")
            for name in ("gamma", "beta"):
                one, other = (frameworks.of(old).array(getattr(each, name)) for each in (layer, after[path]))
                assert apart(one, other) < 1e-6 and np.abs(one - one[0]).max() > 0.1
        elif getattr(layer, "weights", None) and not isinstance(layer, keras.Model):
            assert len(layer.weights) == len(after[path].weights)
            for first, second in zip(layer.get_weights(), after[path].get_weights(), strict=True):
                assert np.array_equal(first, second)


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", KINDS)
def test_what_the_layers_have_in_common_is_kept(keras: ModuleType, kind: Any) -> None:
    layers = named(replace_batch_norm(nested(keras), kind))
    first, last = layers["backbone/first"], layers["last"]
    assert first.epsilon == 1e-5 and last.epsilon == 1e-3
    assert type(last.gamma_regularizer).__name__ == "L2"
    assert type(last.beta_constraint).__name__ == "NonNeg"
    if kind != "group":
        assert first.momentum == 0.9
    assert bool(getattr(first, "renorm", False)) is (kind == "renorm")
    assert bool(getattr(first, "synchronized", False)) is (kind == "sync")


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", ["renorm", "sync"])
def test_inference_is_that_of_the_old_model(keras: ModuleType, kind: Any) -> None:
    old = with_other_weights(nested(keras))
    new = replace_batch_norm(old, kind)
    assert apart(answers(old, images()), answers(new, images())) < 1e-6


@pytest.mark.tensorflow
def test_the_old_model_is_left_as_it_was(keras: ModuleType) -> None:
    old = nested(keras)
    before, weights = answers(old, images()), old.get_weights()
    new = replace_batch_norm(old, "group")
    new.compile("sgd", "mse")
    new.fit(images(), np.zeros((4, 2)), verbose=0)
    assert np.array_equal(before, answers(old, images()))
    assert all(np.array_equal(*pair) for pair in zip(weights, old.get_weights(), strict=True))


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", KINDS)
def test_the_new_model_trains_and_is_saved(keras: ModuleType, kind: Any, tmp_path: Any) -> None:
    inputs = keras.Input((12, 12, 3))
    x = keras.layers.BatchNormalization()(keras.layers.Conv2D(8, 3)(inputs))
    model = replace_batch_norm(keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Flatten()(x))), kind)
    model.compile("sgd", "mse")
    model.fit(images(), np.zeros((4, 2)), verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert apart(answers(model, images()), answers(again, images())) < 1e-6


@pytest.mark.tensorflow
def test_no_sample_sees_another_one_in_groups(keras: ModuleType) -> None:
    new = replace_batch_norm(nested(keras), "group")
    rows = images(8)
    together = answers(new, rows)
    assert np.abs(together - np.concatenate([answers(new, rows[i : i + 1]) for i in range(8)])).max() < 1e-4


@pytest.mark.tensorflow
def test_wrapped_layers_and_channels_first(keras: ModuleType) -> None:
    layers = keras.layers
    inputs = keras.Input((5, 6, 4, 8))
    x = layers.TimeDistributed(layers.BatchNormalization(name="inner"), name="wrapped")(inputs)
    x = layers.TimeDistributed(layers.Dense(3, name="dense"), name="plain")(x)
    first = layers.BatchNormalization(axis=1, name="by_time")(x)
    old = keras.Model(inputs, first)
    new = replace_batch_norm(old, "group")
    layer = named(new)["wrapped/inner"]
    assert type(layer).__name__ == "GroupNormalization" and layer.groups == 4
    assert new.get_layer("by_time").axis == 1 and new.get_layer("by_time").groups == 1
    assert np.array_equal(old.get_layer("plain").get_weights()[0], new.get_layer("plain").get_weights()[0])
    assert np.isfinite(answers(new, images(2, 5, 6, 4, 8))).all()


@pytest.mark.tensorflow
def test_groups_normalise_as_the_paper_says(keras: ModuleType) -> None:
    old = keras.Sequential([keras.Input((6, 6, 8)), keras.layers.BatchNormalization(epsilon=1e-5)])
    new = replace_batch_norm(old, "group")
    rows = images(3, 6, 6, 8)
    assert new.layers[-1].groups == 4
    grouped = rows.reshape(3, 6, 6, 4, 2)
    mean, variance = (f(grouped, axis=(1, 2, 4), keepdims=True) for f in (np.mean, np.var))
    expected = ((grouped - mean) / np.sqrt(variance + 1e-5)).reshape(rows.shape)
    assert np.abs(answers(new, rows) - expected).max() < 1e-5


@pytest.mark.tensorflow
def test_a_vector_keeps_what_it_says(keras: ModuleType) -> None:
    """One channel a group would turn each number of a vector into 0."""
    layers = keras.layers
    for shape in ((32,), (1, 1, 32)):
        new = replace_batch_norm(keras.Sequential([keras.Input(shape), layers.BatchNormalization()]), "group")
        assert new.layers[-1].groups == 2
        assert np.abs(answers(new, images(3, *shape))).mean() > 0.5
    with pytest.raises(CannotRebuild, match="single number a sample"):
        replace_batch_norm(keras.Sequential([keras.Input((1,)), layers.BatchNormalization()]), "group")


@pytest.mark.parametrize(
    ("channels", "inputs", "groups"),
    [
        (64, "map", 32),
        (48, "map", 24),
        (24, "map", 12),
        (37, "map", 1),
        (1, "map", 1),
        (1280, "map", 32),
        (3, "map", 1),
        (32, "vector", 2),
        (512, "vector", 32),
        (10, "vector", 1),
        (1, "vector", None),
    ],
)
def test_numbers_of_groups(channels: int, inputs: Any, groups: int | None) -> None:
    assert groups_for(channels, inputs) == groups


@pytest.mark.tensorflow
def test_several_inputs_and_outputs(keras: ModuleType) -> None:
    layers = keras.layers
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    both = layers.BatchNormalization()(layers.Concatenate()([left, right]))
    old = keras.Model({"left": left, "right": right}, [layers.Dense(2)(both), layers.Dense(1)(both)])
    new = replace_batch_norm(old, "renorm")
    inputs, array = {"left": images(3, 4), "right": -images(3, 4)}, frameworks.of(old).array
    for before, after in zip(old(inputs), new(inputs), strict=True):
        assert apart(array(before), array(after)) < 1e-6


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", KINDS)
def test_mixed_precision(keras: ModuleType, kind: Any) -> None:
    layers = keras.layers
    old = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.Conv2D(8, 3, dtype="mixed_float16"),
            layers.BatchNormalization(dtype="mixed_float16"),
            layers.Flatten(),
            layers.Dense(2, dtype="float32"),
        ]
    )
    new = replace_batch_norm(old, kind)
    assert new.layers[1].compute_dtype == "float16"
    assert np.isfinite(answers(new, images(4, 6, 6, 3), training=True)).all()
    assert np.isfinite(np.concatenate([weight.ravel() for weight in new.get_weights()])).all()


@pytest.mark.tensorflow
def test_models_that_were_built_without_an_input(keras: ModuleType) -> None:
    layers = keras.layers
    inner = keras.Sequential([layers.Conv2D(8, 3), layers.BatchNormalization(name="inner")], name="block")
    old = keras.Sequential([inner, layers.BatchNormalization(name="outer"), layers.Flatten(), layers.Dense(2)])
    old.build((None, 6, 6, 3))
    new = replace_batch_norm(old, "renorm")
    assert new.built and [path for path, _ in batch_norms(new)] == ["block/inner", "outer"]
    assert apart(answers(old, images(2, 6, 6, 3)), answers(new, images(2, 6, 6, 3))) < 1e-6


@pytest.mark.tensorflow
def test_a_model_in_two_places_stays_one(keras: ModuleType) -> None:
    layers = keras.layers
    tower = keras.Sequential([keras.Input((4,)), layers.Dense(16), layers.BatchNormalization(name="bn")], name="tower")
    left, right = keras.Input((4,)), keras.Input((4,))
    half = keras.Model(left, tower(left), name="half")
    old = keras.Model([left, right], layers.Add()([half(left), tower(right)]))
    new = replace_batch_norm(old, "group")
    assert new.get_layer("half").get_layer("tower") is new.get_layer("tower")
    assert len(new.weights) == 4


@pytest.mark.tensorflow
def test_a_train_step_of_ones_own_is_kept(keras: ModuleType) -> None:
    class Own(keras.Model):  # type: ignore[misc,name-defined]
        def train_step(self, data: Any) -> Any:
            return {"ours": 7.0}

    inputs = keras.Input((4,))
    new = replace_batch_norm(Own(inputs, {"all": keras.layers.BatchNormalization()(inputs)}), "renorm")
    assert list(new(images(2, 4))) == ["all"]
    new.compile("sgd", "mse")
    assert new.fit(images(4, 4), images(4, 4), verbose=0).history["ours"] == [7.0]


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", KINDS)
def test_a_trained_model_is_refused(keras: ModuleType, kind: Any) -> None:
    old = nested(keras)
    replace_batch_norm(old, kind)  # with the weights that an initializer gave it is none
    layer = old.get_layer("backbone").get_layer("first")
    gamma, beta, mean, variance = layer.get_weights()
    layer.set_weights([gamma, beta, mean + 0.2, variance])
    with pytest.raises(ValueError, match=r"1 of the 4 BatchNormalization layers have been trained \(backbone/first"):
        replace_batch_norm(old, kind)
    new = replace_batch_norm(old, kind, even_if_trained=True)
    if kind != "group":
        assert apart(answers(old, images()), answers(new, images())) < 1e-6
        assert np.allclose(new.get_layer("backbone").get_layer("first").get_weights()[2], 0.2)


@pytest.mark.tensorflow
def test_backbones_of_applications(keras: ModuleType) -> None:
    """Without weights none counts as trained; one step in training mode is enough to."""
    backbone = keras.applications.MobileNet(weights=None, include_top=False, input_shape=(32, 32, 3), alpha=0.25)
    new = replace_batch_norm(backbone, "group")
    assert len(batch_norms(backbone)) == 27 and not batch_norms(new)
    backbone(images(2, 32, 32, 3), training=True)
    with pytest.raises(ValueError, match="27 of the 27 BatchNormalization layers have been trained"):
        replace_batch_norm(backbone, "group")


@pytest.mark.tensorflow
def test_what_cannot_be_taken_apart_is_refused(keras: ModuleType) -> None:
    class Block(keras.layers.Layer):  # type: ignore[misc,name-defined]
        def __init__(self, **named: Any) -> None:
            super().__init__(**named)
            self.norm = keras.layers.BatchNormalization()

        def build(self, shape: Any) -> None:
            self.norm.build(shape)
            super().build(shape)

        def call(self, inputs: Any) -> Any:
            return self.norm(inputs)

    class Own(keras.Model):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__(name="own")
            self.norm = keras.layers.BatchNormalization()

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.norm(inputs, training=training)

    own = Own()
    own(images(2, 4))
    with pytest.raises(CannotRebuild, match=r"own \(Own\) is a subclassed model"):
        replace_batch_norm(own, "group")
    with pytest.raises(CannotRebuild, match=r"block \(Block\) makes its BatchNormalization layers in its own code"):
        replace_batch_norm(keras.Sequential([keras.Input((4,)), Block(name="block")]), "group")
    with pytest.raises(ValueError, match="has no BatchNormalization layer"):
        replace_batch_norm(keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]), "group")
    with pytest.raises(ValueError, match="is not built"):
        replace_batch_norm(keras.Sequential([keras.layers.BatchNormalization()]), "group")
    with pytest.raises(ValueError, match="'group', 'renorm', 'sync'"):
        replace_batch_norm(own, "layer")  # type: ignore[arg-type]
