"""Subject ``random_weights``: weights that begin as random numbers, and what the program does with them."""

from __future__ import annotations

import pytest

from bnlint.graph.subjects.random_weights import RandomWeights
from tests.reading import read

KERAS = """
    import tensorflow as tf
    from tensorflow import keras
    from tensorflow.keras import layers
"""
RANDOM = (
    KERAS
    + """
    base = keras.applications.VGG16(include_top=False, weights=None, pooling="avg")
    base.trainable = False
"""
)
TRAIN = """
    model = keras.Sequential([base, layers.Dense(10)])
    model.compile("adam", "mse")
    model.fit(images, labels)
"""
HEAD = (
    KERAS
    + """
    base = keras.applications.VGG16(include_top=False, weights="imagenet", pooling="avg")
    hidden = layers.Dense(64{argument})
    model = keras.Model(base.input, layers.Dense(10)(hidden(base.output)))
    for layer in model.layers[:-1]:
        layer.trainable = False
    {more}
    model.compile("adam", "mse")
    model.fit(images, labels)
"""
)


def found_in(*program: str, target: str = "tensorflow==2.15") -> tuple[RandomWeights, ...]:
    found: tuple[RandomWeights, ...] = read(program, target).subjects["random_weights"]
    return found


def test_frozen_in_every_fit() -> None:
    (found,) = found_in(RANDOM, TRAIN)
    assert (found.kind, found.frozen, found.trained, found.loaded) == ("backbone", True, False, False)


def test_weights_of_imagenet_are_not_random() -> None:
    assert not found_in(RANDOM.replace("weights=None", 'weights="imagenet"'), TRAIN)


def test_weights_by_default_of_an_option_are_not_known() -> None:
    options = """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--weights", default=None)
        args = parser.parse_args()
    """
    assert not found_in(options, RANDOM.replace("weights=None", "weights=args.weights"), TRAIN)


@pytest.mark.parametrize(
    "statement",
    [
        'base.load_weights("notop.h5")',
        "base.set_weights(other.get_weights())",
        "base.layers[1].set_weights(pairs[0])",
        "base.layers[1].kernel.assign(kernel)",
        "base.weights[0].assign(kernel)",
        "keras.backend.set_value(base.weights[0], kernel)",
        'tf.train.Checkpoint(net=base).restore("ckpt")',
        "fill(base)",
        "fill(base); base.trainable = False",
        "loader.load_weights(path)",
        "loader.minimize(loss)\noptimizer = keras.optimizers.Adam()\noptimizer.apply_gradients(steps)",
    ],
)
def test_other_weights_may_be_in_it(statement: str) -> None:
    (found,) = found_in(RANDOM, statement.replace("; ", "\n"), TRAIN)
    assert found.loaded


def test_trained_in_another_fit() -> None:
    (found,) = found_in(RANDOM, TRAIN, 'base.trainable = True\nmodel.compile("adam", "mse")\nmodel.fit(images, labels)')
    assert (found.frozen, found.trained) == (False, True)


def test_trained_on_another_path() -> None:
    (found,) = found_in(RANDOM, "if input():\n    base.trainable = True", TRAIN)
    assert found.trained


def test_features() -> None:
    (found,) = found_in(
        RANDOM,
        """
        features = base.predict(images)
        head = keras.Sequential([layers.Dense(10)])
        head.compile("adam", "mse")
        head.fit(features, labels)
        """,
    )
    assert (found.kind, found.fitted_after, found.headless, found.loaded) == ("features", True, True, False)


def test_features_computed_after_the_only_fit() -> None:
    (found,) = found_in(
        RANDOM,
        """
        head = keras.Sequential([layers.Dense(10)])
        head.compile("adam", "mse")
        head.fit(features, labels)
        base.predict(images)
        """,
    )
    assert not found.fitted_after


def layers_in(argument: str = "", more: str = "") -> tuple[RandomWeights, ...]:
    return tuple(each for each in found_in(HEAD.format(argument=argument, more=more)) if each.kind == "layers")


def test_a_new_layer_behind_the_slice() -> None:
    (found,) = layers_in()
    assert (found.layers, found.names, found.frozen) == (1, ("Dense",), True)


@pytest.mark.parametrize("argument", [", weights=[kernel, bias]", ", kernel_initializer=fixed", ", trainable=False"])
def test_a_layer_that_was_given_its_weights_or_frozen_in_its_constructor(argument: str) -> None:
    more = "hidden.trainable = True\n    hidden.trainable = hidden.trainable" if "trainable" in argument else ""
    assert not layers_in(argument, more)


@pytest.mark.parametrize("name", ["glorot_uniform", "he_normal", "random_normal"])
def test_a_random_initializer_is_no_weight(name: str) -> None:
    assert layers_in(f', kernel_initializer="{name}"')


def test_a_layer_that_is_unfrozen_again() -> None:
    assert not layers_in(more="hidden.trainable = True")


def test_layers_of_one_constructor_call_are_counted() -> None:
    (found,) = found_in(
        KERAS,
        """
        model = keras.Sequential([keras.Input((4,))])
        for _ in range(3):
            model.add(layers.Dense(8))
        model.trainable = False
        model.add(layers.Dense(1))
        model.compile("adam", "mse")
        model.fit(features, labels)
        """,
    )
    assert found.layers == 3


def test_weights_set_on_layers_that_nobody_knows_may_be_anybodys() -> None:
    (layers,) = found_in("""
        import keras

        def load(model, file):
            for name in file.names():
                model.get_layer(name).set_weights(file[name])

        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, name="first"), keras.layers.Dense(1)])
        load(model, read("weights.npz"))
        model.get_layer("first").trainable = False
        model.compile("sgd", "mse")
        model.fit(images, labels)
    """)
    assert (layers.frozen, layers.loaded) == (True, True)
