"""Subject ``images_at_fit``: the pixels that reach a pretrained network, by the ways in which they are prepared."""

from __future__ import annotations

import pytest

from bnlint.graph.subjects import ImageGenerator, ImagesAtFit, OtherImages
from tests.reading import read

START = """
    import numpy as np
    import tensorflow as tf
    from tensorflow import keras
    from tensorflow.keras.preprocessing.image import ImageDataGenerator
"""
FLAT = """
    base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
    model = keras.Model(base.input, keras.layers.Dense(5)(base.output))
    model.compile("adam", "mse")
"""
DATA = START + '    data = keras.utils.image_dataset_from_directory("train")\n' + FLAT
LOADED = START + "    (x, y), _ = keras.datasets.cifar10.load_data()\n" + FLAT
FILES = START + '    source = "train"\n' + FLAT
RAW, UNIT, CAFFE, SIGNED = "0 to 255", "0 to 1", "−124 to 151", "−1 to 1"


def images(*program: str, target: str = "tensorflow==2.15") -> ImagesAtFit:
    """What reaches the one network of a program's one fit."""
    (found,) = read(program, target).subjects["images_at_fit"]
    assert isinstance(found, ImagesAtFit)
    return found


PREPARED = {
    "a directory": (DATA, "model.fit(data)", RAW),
    "mapped, divided": (DATA, "model.fit(data.map(lambda x, y: (x / 255.0, y)).prefetch(2))", UNIT),
    "mapped to −1 to 1": (DATA, "model.fit(data.map(lambda x, y: ((tf.cast(x, tf.float32) / 127.5) - 1, y)))", SIGNED),
    "mapped by a layer": (
        DATA,
        "scale = keras.layers.Rescaling(1 / 127.5, offset=-1)\n    model.fit(data.map(lambda x, y: (scale(x), y)))",
        SIGNED,
    ),
    "mapped by a model of layers": (
        DATA,
        "scale = keras.Sequential([keras.layers.Resizing(64, 64), keras.layers.Rescaling(1 / 255)])\n"
        "    model.fit(data.map(lambda x, y: (scale(x, training=True), y)))",
        UNIT,
    ),
    "mapped by the right function": (
        DATA,
        "prepare = keras.applications.resnet50.preprocess_input\n    model.fit(data.map(lambda x, y: (prepare(x), y)))",
        CAFFE,
    ),
    "mapped by something unknown": (DATA, "model.fit(data.map(prepare))", None),
    "standardized": (DATA, "model.fit(data.map(lambda x, y: (tf.image.per_image_standardization(x), y)))", "−2 to 2"),
    "an array": (LOADED, "model.fit(x, y)", RAW),
    "an array as floats": (LOADED, 'x = x.astype("float32")\n    x /= 255\n    model.fit(x[:1000], y[:1000])', UNIT),
    "an array without a mean": (
        LOADED, "x = x[..., ::-1] - np.array([103.939, 116.779, 123.68])\n    model.fit(x, y)", CAFFE,
    ),
    "one channel after the other": (
        LOADED,
        "x = x[..., ::-1].astype('float32')\n    x[..., 0] -= 103.939\n    x[..., 1] -= 116.779\n"
        "    x[..., 2] -= 123.68\n    model.fit(x, y)",
        CAFFE,
    ),
    "one channel set": (LOADED, "x[..., 0] = other\n    model.fit(x, y)", None),
    "an array filled": (
        FILES,
        "x = np.empty((9, 32, 32, 3))\n    for at in range(9):\n"
        "        x[at] = keras.utils.img_to_array(keras.utils.load_img(paths[at])) / 255\n    model.fit(x, y)",
        UNIT,
    ),
    "divided by its own maximum": (LOADED, "model.fit(x / np.max(x), y)", None),
    "a file of numbers": (FILES, 'model.fit(np.load("x.npy"), y)', None),
    "a file of numbers, divided": (FILES, 'model.fit(np.load("x.npy") / 255.0, y)', UNIT),
    "pictures one by one": (
        FILES,
        "pictures = []\n    for path in paths:\n"
        "        picture = keras.utils.img_to_array(keras.utils.load_img(path))\n"
        "        pictures.append(picture / 255.0)\n    model.fit(np.array(pictures), y)",
        UNIT,
    ),
    "rescale": (FILES, 'model.fit(ImageDataGenerator(rescale=1 / 255).flow_from_directory("train"))', UNIT),
    "the function comes before rescale": (
        FILES,
        "f = keras.applications.resnet50.preprocess_input\n"
        "    model.fit(ImageDataGenerator(rescale=1 / 255, preprocessing_function=f).flow_from_directory(source))",
        "−0.5 to 0.6",
    ),
    "fitted statistics": (
        LOADED,
        "maker = ImageDataGenerator(featurewise_center=True)\n    maker.fit(x)\n    model.fit(maker.flow(x, y))",
        None,
    ),
    "statistics that nothing computes": (
        LOADED, "maker = ImageDataGenerator(featurewise_center=True)\n    model.fit(maker.flow(x, y))", RAW,
    ),
    "noise in place of images": (FILES, "model.fit(np.random.rand(8, 224, 224, 3), y)", None),
}  # fmt: skip


@pytest.mark.parametrize("name", PREPARED)
def test_the_way_of_pixels_to_the_network(name: str) -> None:
    start, end, given = PREPARED[name]
    assert images(start, "    " + end).given == given


INSIDE = {
    "nothing": ("base(inputs)", RAW),
    "a layer": ("base(keras.layers.Rescaling(1 / 255)(inputs))", UNIT),
    "an operator": ("base(inputs / 255.0)", UNIT),
    "the right function": ("base(keras.applications.resnet50.preprocess_input(inputs))", CAFFE),
    "a lambda": ("base(keras.layers.Lambda(lambda x: x / 127.5 - 1)(inputs))", SIGNED),
    "augmentation first": (
        "base(keras.layers.Rescaling(1 / 255)(keras.Sequential([keras.layers.RandomFlip()])(inputs)))", UNIT,
    ),
    "known statistics": ("base(keras.layers.Normalization(mean=[0, 0, 0], variance=[4, 4, 4])(inputs))", "0 to 128"),
    "statistics of the data": ("base(keras.layers.Normalization()(inputs))", None),
    "learned": ("base(keras.layers.Conv2D(3, 1)(inputs))", None),
    "one channel thrice": ("base(keras.layers.Concatenate()([inputs, inputs, inputs]))", RAW),
}  # fmt: skip


@pytest.mark.parametrize("name", INSIDE)
@pytest.mark.parametrize("target", ["tensorflow==2.15", "keras==3.15"])
def test_what_the_model_does_before_the_network(name: str, target: str) -> None:
    call, given = INSIDE[name]
    program = f"""
    inputs = keras.Input((224, 224, 3))
    base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
    model = keras.Model(inputs, keras.layers.Dense(5)({call}))
    model.compile("adam", "mse")
    model.fit(keras.utils.image_dataset_from_directory("train"))
    """
    assert images(START, program, target=target).given == given


EXPECTED = {
    "ResNet50": ("caffe", CAFFE, "resnet50"),
    "ResNet101V2": ("tf", SIGNED, "resnet_v2"),
    "VGG16": ("caffe", CAFFE, "vgg16"),
    "Xception": ("tf", SIGNED, "xception"),
    "DenseNet121": ("torch", "−2.1 to 2.6", "densenet"),
    "EfficientNetB0": ("pass-through", RAW, "efficientnet"),
    "MobileNetV3Small": ("pass-through", RAW, "mobilenet_v3"),
    "ConvNeXtTiny": ("pass-through", RAW, "convnext"),
}


@pytest.mark.parametrize("application", EXPECTED)
def test_every_family_expects_its_own_range(application: str) -> None:
    found = images(DATA.replace("ResNet50", application), "    model.fit(data)")
    assert (found.expected_mode, found.expected, found.module) == EXPECTED[application]


def test_without_its_inner_layers_it_is_not_known_what_a_network_expects() -> None:
    program = DATA.replace("ResNet50(", "MobileNetV3Small(include_preprocessing=False, ") + "    model.fit(data)"
    assert read((program,), "tensorflow==2.15").subjects["images_at_fit"] == ()


def test_weights_of_another_file_were_trained_on_other_images() -> None:
    found = images(DATA, '    base.load_weights("own.h5")\n    model.fit(data)')
    assert found.imagenet is not True or found.harm is None


def test_paths_that_differ_say_nothing() -> None:
    program = "    if args.scale:\n        data = data.map(lambda x, y: (x / 255, y))\n    model.fit(data)"
    found = images("import argparse\nargs = argparse.ArgumentParser().parse_args()\n", DATA, program)
    assert found.given is None
    assert found.harm is None


def test_one_call_for_two_networks_has_no_fix() -> None:
    program = """
    from tensorflow.keras.applications.vgg16 import preprocess_input
    data = ImageDataGenerator(preprocessing_function=preprocess_input).flow_from_directory("train")
    for make in (keras.applications.Xception, keras.applications.VGG16):
        base = make(include_top=False, weights="imagenet", pooling="avg")
        model = keras.Sequential([base, keras.layers.Dense(5)])
        model.compile("adam", "mse")
        model.fit(data)
    """
    found = read((START, program), "tensorflow==2.15").subjects["images_at_fit"]
    assert {(each.module, each.called_as) for each in found} == {("xception", None), ("vgg16", None)}


def test_what_a_model_is_fed_after_its_fit() -> None:
    program = """
    model.fit(x / 255, y, validation_data=(x, y))
    model.evaluate(x / 255.0, y)
    model.predict(x)
    """
    found = read((LOADED, program), "tensorflow==2.15").subjects["other_images"]
    assert all(isinstance(each, OtherImages) for each in found)
    assert [(each.use, each.given, each.harm) for each in found] == [
        ("validation", RAW, "moderate"),
        ("evaluate", UNIT, "none"),
        ("predict", RAW, "moderate"),
    ]


def test_a_generator_in_unknown_hands_may_have_been_fitted() -> None:
    program = """
    maker = ImageDataGenerator(featurewise_center=True)
    adapt(maker)
    model.fit(maker.flow(x, y))
    """
    (found,) = read((LOADED, program), "tensorflow==2.15").subjects["image_generator"]
    assert isinstance(found, ImageGenerator)
    assert (found.asks, found.adapted) == (("featurewise_center",), None)
