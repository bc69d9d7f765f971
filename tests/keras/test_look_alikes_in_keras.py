"""What BN603, BN604 and BN605 say, asked of the installed Keras."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from bnlint.keras.default_rates import default_rate
from bnlint.keras.loss_table import activated_twice
from bnlint.keras.releases import Target

pytestmark = pytest.mark.tensorflow

COUNT = 40


@pytest.fixture(params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> Any:
    return pytest.importorskip(request.param)


def release_of(keras: Any) -> Any:
    root = keras.__name__.partition(".")[0]
    return Target.parse(f"{root}=={keras.__version__}", "test").release(root)


def test_default_rates_are_those_of_the_table(keras: Any) -> None:
    release = release_of(keras)
    names = [name for name in ("SGD", "Adam", "AdamW", "RMSprop", "Nadam", "Adamax", "Adagrad", "Adadelta", "Lion")]
    made = {name: float(getattr(keras.optimizers, name)().learning_rate) for name in names}
    assert made == {name: pytest.approx(default_rate(name, release)) for name in names}


def test_a_callback_sets_the_rate_of_the_first_epoch(keras: Any) -> None:
    np = importlib.import_module("numpy")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(1e-5), "mse")
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch: 1e-3)
    model.fit(np.ones((4, 2)), np.ones((4, 1)), callbacks=[scheduler], verbose=0)
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-3)


def shows_its_pixels(keras: Any) -> Any:
    """A model that gives each example's number back."""
    return keras.Sequential([keras.Input((2, 2, 1)), keras.layers.GlobalAveragePooling2D()])


@pytest.mark.parametrize("shuffle", [None, False])
def test_predictions_on_a_flow(keras: Any, shuffle: bool | None) -> None:
    np = importlib.import_module("numpy")
    if keras.__name__ != "keras":
        pytest.importorskip("scipy")  # its generators do nothing without
    legacy = "keras.src.legacy.preprocessing.image"
    module = importlib.import_module(legacy) if keras.__name__ == "keras" else keras.preprocessing.image
    generator = module.ImageDataGenerator()
    numbers = np.arange(COUNT, dtype="float32")
    images = np.broadcast_to(numbers[:, None, None, None], (COUNT, 2, 2, 1))
    flow = generator.flow(images, numbers, batch_size=8, **({} if shuffle is None else {"shuffle": shuffle}))
    predicted = shows_its_pixels(keras).predict(flow, verbose=0)[:, 0]
    assert sorted(predicted) == list(numbers)
    assert (list(predicted) == list(numbers)) is (shuffle is False)


@pytest.mark.parametrize("shuffle", [None, False])
def test_labels_from_another_pass_over_a_directory(keras: Any, shuffle: bool | None, tmp_path: Path) -> None:
    np = importlib.import_module("numpy")
    tf = importlib.import_module("tensorflow")
    for label in range(2):
        (tmp_path / str(label)).mkdir()
        for number in range(COUNT // 2):
            pixels = tf.constant(label * 200, tf.uint8, (2, 2, 1))
            tf.io.write_file(f"{tmp_path}/{label}/{number}.png", tf.io.encode_png(pixels))
    data = keras.utils.image_dataset_from_directory(
        str(tmp_path), image_size=(2, 2), color_mode="grayscale", batch_size=8,
        **({} if shuffle is None else {"shuffle": shuffle}),
    )  # fmt: skip
    predicted = shows_its_pixels(keras).predict(data, verbose=0)[:, 0] > 100
    labels = np.concatenate([labels for _, labels in data]) > 0
    assert bool((predicted == labels).all()) is (shuffle is False)


@pytest.mark.parametrize("behind", [False, True])
def test_logits_that_are_activated_already(keras: Any, behind: bool) -> None:
    np = importlib.import_module("numpy")
    inputs = keras.Input((3,))
    outputs = keras.layers.Dense(3, activation="softmax", use_bias=False, name="head")(inputs)
    outputs = keras.layers.Reshape((3,))(outputs) if behind else outputs
    model = keras.Model(inputs, outputs)
    model.get_layer("head").set_weights([np.eye(3, dtype="float32") * 50])
    images, labels = np.eye(3, dtype="float32"), np.arange(3)
    losses = {}
    for logits in (True, False):
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=logits))
        losses[logits] = float(model.evaluate(images, labels, verbose=0))
    twice = activated_twice(release_of(keras), "tensorflow", "behind" if behind else "direct")
    assert twice is behind
    assert losses[False] == pytest.approx(0, abs=1e-4)
    assert losses[True] == pytest.approx(-np.log(np.e / (np.e + 2)) if twice else 0, abs=1e-3)
