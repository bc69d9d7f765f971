"""``preprocess_for`` and ``name_argument``: which function images go through."""

from __future__ import annotations

import pytest

from tests.fixes.programs import backbone, place, planned_for, rewritten

USE = "data = prepare(x)\nmore = prepare(y)\n"
IMPORTED = {
    "by the function": (
        "from keras.applications.xception import preprocess_input as right\n",
        "right",
        "from keras.applications.xception import preprocess_input as right\n",
    ),
    "by the module": (
        "from keras.applications import xception\n",
        "xception.preprocess_input",
        "from keras.applications import xception\n",
    ),
    "by the package": ("import keras as K\n", "K.applications.xception.preprocess_input", "import keras as K\n"),
    "not at all": (
        "from keras.layers import Dense\n",
        "preprocess_input",
        "from keras.layers import Dense\nfrom keras.applications.xception import preprocess_input\n",
    ),
    "under a name that is taken": (
        "from keras.applications.vgg16 import preprocess_input\n",
        "xception_preprocess_input",
        "from keras.applications.vgg16 import preprocess_input\n"
        "from keras.applications.xception import preprocess_input as xception_preprocess_input\n",
    ),
}


@pytest.mark.parametrize("name", IMPORTED)
def test_every_place_names_the_right_function(name: str) -> None:
    before, expression, after = IMPORTED[name]
    text = before + USE
    at = (place(text, "prepare"), place(text, "prepare", 1))
    done = rewritten(text, "preprocess_for", at=at, module="xception", of=backbone(text, None))
    assert done == after + USE.replace("prepare", expression)


def test_tensorflow_is_named_as_the_program_does() -> None:
    text = "import tensorflow as tf\ndata = tf.keras.applications.vgg16.preprocess_input(x)\n"
    at = (place(text, "tf.keras.applications.vgg16.preprocess_input"),)
    of = backbone(text, None, package="tf.keras")
    done = rewritten(text, "preprocess_for", at=at, module="nasnet", of=of)
    assert done == text.replace("vgg16", "nasnet")


def test_rescale_gives_way_to_the_function() -> None:
    text = (
        "import keras\nmaker = Generator(zoom_range=2, rescale=1 / 255)\nother = Generator(rescale=1 / 255, shear=1)\n"
    )
    at = (place(text, "Generator(zoom_range=2, rescale=1 / 255)"), place(text, "Generator(rescale=1 / 255, shear=1)"))
    done = rewritten(text, "preprocess_for", at=at, module="xception", of=backbone(text, None))
    assert done == text.replace(
        "rescale=1 / 255", "preprocessing_function=keras.applications.xception.preprocess_input"
    )


@pytest.mark.parametrize("call", ["Generator(1 / 255)", "Generator(rescale=1 / 255, preprocessing_function=f)"])
def test_what_is_not_rescaled_by_keyword_is_left(call: str) -> None:
    text = f"import keras\nmaker = {call}\n"
    planned = planned_for(text, "preprocess_for", at=(place(text, call),), module="vgg16", of=backbone(text, None))
    assert planned.refusal is not None


def test_what_is_no_name_is_left() -> None:
    text = "import keras\ndata = functions[0](x)\n"
    at = (place(text, "functions[0]"),)
    planned = planned_for(text, "preprocess_for", at=at, module="vgg16", of=backbone(text, None))
    assert planned.refusal is not None


NAMED = {
    "alone": ("Generator(f)", "Generator(function=f)"),
    "before a keyword": ("Generator( f, zoom=2)", "Generator( function=f, zoom=2)"),
    "on a line of its own": ("Generator(\n    f,  # prepares\n)", "Generator(\n    function=f,  # prepares\n)"),
    "a lambda": ("Generator(lambda x: x / 255)", "Generator(function=lambda x: x / 255)"),
}


@pytest.mark.parametrize("name", NAMED)
def test_the_one_positional_argument_gets_its_keyword(name: str) -> None:
    before, after = NAMED[name]
    assert rewritten(before, "name_argument", call=place(before, before), name="function") == after


@pytest.mark.parametrize("call", ["Generator()", "Generator(f, True)", "Generator(*f)", "Generator(f, function=g)"])
def test_otherwise_it_is_left(call: str) -> None:
    assert planned_for(call, "name_argument", call=place(call, call), name="function").refusal is not None
