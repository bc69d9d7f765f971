"""Models of real Kerases, asked in memory: what bnlint reads is what Keras has."""

from __future__ import annotations

from typing import Any

import pytest

import bnlint
from bnlint.graph.saved import SavedModel
from bnlint.saved_models import live

pytestmark = pytest.mark.tensorflow
np = pytest.importorskip("numpy")


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> Any:
    return pytest.importorskip(request.param, reason="pip install -e '.[keras]' brings the Kerases")


def read(model: Any) -> SavedModel:
    return live.read(model, "<model>")


def nested(keras: Any) -> Any:
    """A frozen model inside, another axis in each of three BatchNormalization layers, and a shared one."""
    layers = keras.layers
    given = keras.Input((8, 8, 3))
    inner_input = keras.Input((6, 6, 4))
    convolved = layers.Conv2D(4, 3, use_bias=False, name="c2")(inner_input)
    inner = keras.Model(inner_input, layers.BatchNormalization(name="bn2", momentum=0.5)(convolved), name="inner")
    inner.trainable = False
    x = layers.Conv2D(4, 3, name="c1")(given)
    x = layers.BatchNormalization(name="bn1", axis=1, gamma_regularizer="l2")(x)
    x = layers.Flatten()(inner(x))
    x = layers.Dense(4, name="fc")(layers.Dropout(0.3)(x))
    shared = layers.BatchNormalization(name="bn3")
    x = layers.Add(name="sum")([shared(x), shared(layers.ReLU()(x))])
    model = keras.Model(given, layers.Dense(2, name="out")(x), name="net")
    model.compile("sgd", "mse")
    return model


def test_the_rules_on_the_graph(keras: Any) -> None:
    result = bnlint.lint_model(nested(keras), select=["BN401", "BN402", "BN403", "BN404", "BN405"])
    assert {(each.code, each.location) for each in result} == {
        ("BN402", "bn3"), ("BN403", "bn1"), ("BN405", "bn1"),
    }  # fmt: skip
    assert [each.code for each in result.errors] == ["BN403"]
    assert result.problems == ()
    assert result.target is not None and keras.__version__ in result.target


def test_flags_and_statistics_are_those_of_now(keras: Any) -> None:
    model = nested(keras)
    random = np.random.RandomState(0)
    x, y = random.randn(16, 8, 8, 3).astype("float32"), random.randn(16, 2).astype("float32")
    before = read(model)
    assert before.weights is not None and all(each.are_initial for each in before.weights.values())
    assert before.others is not None and before.others.trained is False
    model.fit(x, y, batch_size=8, epochs=1, verbose=0)
    after = read(model)
    assert after.weights is not None and after.others is not None
    by_name = {after.locations[address]: address for address in after.order}
    assert set(by_name) == {"bn1", "inner/bn2", "bn3"}
    assert after.heap[("saved", "inner")].trainable is False
    assert (after.others.steps, after.others.trained) == (2, True)
    for name, address in by_name.items():
        layer = model.get_layer("inner").get_layer("bn2") if name == "inner/bn2" else model.get_layer(name)
        mean = np.asarray(layer.moving_mean)
        statistics = after.weights[address]
        assert statistics.moving_mean is not None
        assert statistics.moving_mean.size == mean.size
        assert statistics.moving_mean.mean == pytest.approx(float(mean.mean()), abs=1e-6)
        assert statistics.are_initial is (name == "inner/bn2")
        assert after.heap[address].trainable is layer.trainable


def test_a_model_and_its_config_and_its_file_say_the_same(keras: Any, tmp_path: Any) -> None:
    model = nested(keras)
    file = tmp_path / "model.keras"
    model.save(file)
    forms = [model, model.get_config(), model.to_json(), file]
    said = [[(each.code, each.location) for each in bnlint.lint_model(each, select=["BN4"])] for each in forms]
    assert said[0] and all(each == said[0] for each in said)


def test_classes_of_ones_own(keras: Any) -> None:
    layers = keras.layers

    class Block(layers.Layer):  # type: ignore[misc, name-defined]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.dense, self.norm = layers.Dense(4), layers.BatchNormalization(name="norm", momentum=0.7)

        def call(self, x: Any) -> Any:
            return self.norm(self.dense(x))

    class Net(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.block = Block(name="block")
            self.head = keras.Sequential([layers.BatchNormalization(name="last")], name="head")

        def call(self, x: Any) -> Any:
            return self.head(self.block(x))

    model = Net()
    model(np.zeros((2, 3), "float32"))
    model.block.norm.trainable = False
    saved = read(model)
    assert [(saved.locations[each], saved.heap[each].momentum, saved.heap[each].trainable) for each in saved.order] == [
        ("block/norm", 0.7, False),
        ("head/last", 0.99, True),
    ]
    assert saved.weights is not None and len(saved.weights) == 2
    assert not bnlint.lint_model(model).errors


def test_wrappers_and_layers_without_weights_yet(keras: Any) -> None:
    layers = keras.layers
    wrapped = keras.Sequential(
        [keras.Input((4, 8)), layers.TimeDistributed(layers.BatchNormalization(name="bn")), layers.LSTM(2)]
    )
    saved = read(wrapped)
    assert saved.weights is not None and len(saved.weights) == 1
    unbuilt = read(keras.Sequential([layers.Dense(2), layers.BatchNormalization(name="bn"), layers.Dense(1)]))
    assert unbuilt.weights is not None
    assert [(each.gamma, each.moving_mean) for each in unbuilt.weights.values()] == [(None, None)]


def test_an_application(keras: Any) -> None:
    model = keras.applications.MobileNetV2(weights=None, input_shape=(32, 32, 3))
    saved = read(model)
    norms = [layer.name for layer in model.layers if type(layer).__name__ == "BatchNormalization"]
    assert [saved.locations[each] for each in saved.order] == norms
    assert saved.weights is not None and len(saved.weights) == len(norms)
    assert not bnlint.lint_model(model, select=["BN4"]).findings
