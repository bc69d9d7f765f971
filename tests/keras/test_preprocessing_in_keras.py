"""Images against real Keras: the ranges that are given to rules, and what another one does to a network."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import pytest

from tests.reading import analyse

pytestmark = pytest.mark.tensorflow
MODULES = ("resnet50", "vgg16", "inception_v3", "densenet", "efficientnet")


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


def white(generator: Any) -> tuple[tuple[float, ...], list[str]]:
    """What a generator makes of a white picture, and what it warns of."""
    numpy = importlib.import_module("numpy")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        picture = generator.standardize(numpy.full((8, 8, 3), 255.0, "float32"))
    return tuple(float(value) for value in picture[4, 4]), [str(each.message) for each in caught]


def given(program: str, target: str = "keras==3.15") -> Any:
    """The fact that bnlint has on the pixels of a program."""
    (found,) = analyse(program, target).subjects["images_at_fit"]
    return found.given


@pytest.mark.parametrize("module", MODULES)
def test_preprocess_input_does_what_is_believed(keras: Any, module: str) -> None:
    numpy = importlib.import_module("numpy")
    function = getattr(keras.applications, module).preprocess_input
    black, bright = (function(numpy.full((1, 2, 2, 3), value, "float32"))[0, 0, 0] for value in (0.0, 255.0))
    low, high = min(*black, *bright), max(*black, *bright)
    words = given(PROGRAM.format(module=module))
    first, last = (float(part.replace("−", "-")) for part in words.split(" to "))
    assert first == pytest.approx(low, abs=0.5)
    assert last == pytest.approx(high, abs=0.5)


PROGRAM = """
import keras

data = keras.utils.image_dataset_from_directory("train")
prepare = keras.applications.{module}.preprocess_input
base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
model = keras.Sequential([base, keras.layers.Dense(5)])
model.compile("adam", "mse")
model.fit(data.map(lambda x, y: (prepare(x), y)))
"""


def test_a_generator_leaves_images_as_they_are(keras: Any) -> None:
    image = importlib.import_module("keras.src.legacy.preprocessing.image")
    function = keras.applications.vgg16.preprocess_input
    raw = (255.0, 255.0, 255.0)
    found, warned = white(image.ImageDataGenerator(function))
    assert found == raw
    assert "featurewise_center" in warned[0]
    assert white(image.ImageDataGenerator(featurewise_std_normalization=True))[0] == raw
    by_hand = image.ImageDataGenerator()
    by_hand.mean = importlib.import_module("numpy").array([123.68, 116.779, 103.939])
    assert white(by_hand) == (raw, [])
    named, _ = white(image.ImageDataGenerator(preprocessing_function=function))
    assert named == pytest.approx((151.061, 138.221, 131.32))
    # the function comes first, then `rescale`
    both, _ = white(image.ImageDataGenerator(preprocessing_function=function, rescale=1 / 255))
    assert both == pytest.approx([value / 255 for value in (151.061, 138.221, 131.32)])


def pictures(count: int, seed: int) -> tuple[Any, Any]:
    """Made-up pictures of four classes: stripes in four directions, in colours and brightness of chance."""
    numpy = importlib.import_module("numpy")
    random = numpy.random.default_rng(seed)
    rows, columns = numpy.mgrid[0:16, 0:16] / 16
    slopes = numpy.array([[1, 0], [0, 1], [1, 1], [1, -1]])
    labels = random.integers(0, 4, count)
    waves = slopes[labels, 0, None, None] * rows + slopes[labels, 1, None, None] * columns
    phase = random.uniform(0, 6.28, (count, 1, 1))
    stripes = (numpy.sin(20 * waves + phase) + 1)[..., None] / 2
    colours = random.uniform(0, 255, (2, count, 1, 1, 3))
    return (colours[0] * stripes + colours[1] * (1 - stripes)).astype("float32"), labels


def network(keras: Any, inside: bool = False) -> Any:
    """A small network of convolutions and BatchNormalization."""
    layers: list[Any] = [keras.Input((16, 16, 3))]
    layers += [keras.layers.Rescaling(1 / 127.5, -1)] if inside else []
    for filters in (16, 32):
        layers += [keras.layers.Conv2D(filters, 3, use_bias=False), keras.layers.BatchNormalization(momentum=0.9)]
        layers += [keras.layers.ReLU(), keras.layers.MaxPooling2D()]
    return keras.Sequential([*layers, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(4)])


def trained(keras: Any, images: Any, labels: Any, inside: bool = False) -> Any:
    keras.utils.set_random_seed(1)
    model = network(keras, inside)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(5e-3), loss, metrics=["accuracy"])
    model.fit(images, labels, epochs=8, batch_size=64, verbose=0)
    return model


def test_another_range_is_another_picture(keras: Any) -> None:
    images, labels = pictures(1500, 0)
    others, truth = pictures(400, 1)
    model = trained(keras, images / 255, labels)
    right = model.evaluate(others / 255, truth, verbose=0)[1]
    raw = model.evaluate(others, truth, verbose=0)[1]
    print(f"trained on 0 to 1: {right:.3f} there, {raw:.3f} on 0 to 255")
    mean = trained(keras, images - 117, labels)
    seen, unseen = (mean.evaluate(each, truth, verbose=0)[1] for each in (others - 117, others / 255))
    print(f"trained on -117 to 138: {seen:.3f} there, {unseen:.3f} on 0 to 1")
    assert right > 0.9 and seen > 0.9
    assert unseen < 0.5


def test_behind_layers_that_scale_inside_a_small_contrast_is_lost_in_epsilon(keras: Any) -> None:
    images, labels = pictures(1500, 0)
    others, truth = pictures(400, 1)
    right = trained(keras, images, labels, inside=True).evaluate(others, truth, verbose=0)[1]
    wrong = trained(keras, images / 255, labels, inside=True).evaluate(others / 255, truth, verbose=0)[1]
    print(f"Rescaling inside, trained on 0 to 255: {right:.3f}, on 0 to 1: {wrong:.3f}")
    assert right > 0.9
    assert wrong < right - 0.3
