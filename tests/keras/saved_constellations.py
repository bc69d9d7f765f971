"""Saves models in every constellation of flags and calls, loads them, fits one step, and tells what moved.

Run by test_saved_in_keras.py: ``python saved_constellations.py keras|tf_keras FOLDER``. Prints one JSON object:
``{file: {"layers": {location: [statistics moved, gamma or beta moved]}, "predict": [predict moved statistics, …]}}``.
"""

import importlib
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
api, folder = sys.argv[1], sys.argv[2]
if api == "tf_keras":
    os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np  # noqa: E402

keras = importlib.import_module(api)
layers = keras.layers
RANDOM = np.random.default_rng(7)
SHAPE = (6, 6, 2)


def base(name="base", **norm):
    inputs = keras.Input(SHAPE)
    x = layers.Conv2D(4, 3, name=name + "_conv")(inputs)
    x = layers.BatchNormalization(name=name + "_bn", **norm)(x)
    x = layers.Conv2D(4, 3, name=name + "_conv2")(x)
    x = layers.BatchNormalization(name=name + "_bn2", **norm)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, x, name=name)


def nested(inner, **call):
    inputs = keras.Input(SHAPE)
    x = inner(inputs, **call)
    x = layers.Dense(3, name="hidden")(x)
    x = layers.BatchNormalization(name="head_bn")(x)
    return keras.Model(inputs, layers.Dense(1, name="head")(x))


def flat(**call):
    inputs = keras.Input(SHAPE)
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    x = layers.BatchNormalization(name="bn")(x, **call)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(1, name="head")(x))


def norms_of(model):
    return [each for each in model.layers if isinstance(each, layers.BatchNormalization)]


def freeze_norms(model, value=False):
    for layer in norms_of(model):
        layer.trainable = value


def frozen_base():
    inner = base()
    inner.trainable = False
    return inner


def norms_frozen():
    inner = base()
    freeze_norms(inner)
    return inner


def frozen_in_part():
    inner = base()
    for layer in inner.layers[:3]:
        layer.trainable = False
    return inner


def norms_alone():
    inner = frozen_base()
    freeze_norms(inner, True)
    return inner


def whole_frozen():
    model = nested(base())
    model.trainable = False
    return model


def child_enabled():
    model = nested(base())
    model.trainable = False
    model.get_layer("head_bn").trainable = True
    return model


def sequential(inner):
    return keras.Sequential([keras.Input(SHAPE), inner, layers.BatchNormalization(name="head_bn"), layers.Dense(1)])


def deep(freeze):
    inner = base("inner")
    inputs = keras.Input(SHAPE)
    outer = keras.Model(inputs, inner(inputs), name="outer")
    if freeze == "inner":
        inner.trainable = False
    elif freeze == "outer":
        outer.trainable = False
    return nested(outer)


def shared(inner):
    first, second = keras.Input(SHAPE), keras.Input(SHAPE)
    return keras.Model([first, second], layers.Dense(1)(layers.Concatenate()([inner(first), inner(second)])))


def over_time(inner):
    inputs = keras.Input((3, *SHAPE))
    x = layers.TimeDistributed(inner, name="over_time")(inputs)
    return keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))


def flat_frozen():
    model = flat()
    freeze_norms(model)
    return model


def fixed_after_call():
    inner = base()
    model = nested(inner, training=False)
    freeze_norms(inner)
    return model


CASES = {
    "flat": flat,
    "flat_frozen": flat_frozen,
    "flat_training_false": lambda: flat(training=False),
    "flat_training_true": lambda: flat(training=True),
    "nested": lambda: nested(base()),
    "nested_frozen": lambda: nested(frozen_base()),
    "nested_norms_frozen": lambda: nested(norms_frozen()),
    "nested_frozen_in_part": lambda: nested(frozen_in_part()),
    "nested_norms_alone": lambda: nested(norms_alone()),
    "nested_training_false": lambda: nested(base(), training=False),
    "nested_training_false_frozen": lambda: nested(frozen_base(), training=False),
    "nested_training_false_norms_frozen": fixed_after_call,
    "nested_training_true": lambda: nested(base(), training=True),
    "nested_training_true_frozen": lambda: nested(frozen_base(), training=True),
    "nested_momentum_one": lambda: nested(base(momentum=1.0)),
    "whole_frozen": whole_frozen,
    "whole_frozen_child_enabled": child_enabled,
    "sequential": lambda: sequential(base()),
    "sequential_frozen": lambda: sequential(frozen_base()),
    "deep": lambda: deep(None),
    "deep_inner_frozen": lambda: deep("inner"),
    "deep_outer_frozen": lambda: deep("outer"),
    "shared": lambda: shared(base()),
    "shared_frozen": lambda: shared(frozen_base()),
    "over_time": lambda: over_time(base()),
    "over_time_frozen": lambda: over_time(frozen_base()),
}


def located(layer, around=""):
    """Every BatchNormalization layer by its location."""
    found = {}
    inner = getattr(layer, "layers", None)
    if inner is None:
        inner = [layer.layer] if isinstance(layer, layers.TimeDistributed) else []
    for each in inner:
        where = around + "/" + each.name if around else each.name
        if isinstance(each, layers.BatchNormalization):
            found[where] = each
        else:
            found.update(located(each, where))
    return found


def numbers(layer):
    return (
        np.concatenate([np.array(layer.moving_mean), np.array(layer.moving_variance)]),
        np.concatenate([np.array(layer.gamma), np.array(layer.beta)]),
    )


def train(model):
    """Gives every layer statistics of a training before, as a file would hold them."""
    for layer in located(model).values():
        size = layer.gamma.shape[0]
        layer.moving_mean.assign(RANDOM.normal(1, 0.1, size))
        layer.moving_variance.assign(RANDOM.uniform(2, 3, size))
        layer.gamma.assign(RANDOM.uniform(0.8, 0.9, size))


def moved(model, run):
    before = {where: numbers(layer) for where, layer in located(model).items()}
    run()
    after = {where: numbers(layer) for where, layer in located(model).items()}
    return {
        where: [not np.array_equal(one, two) for one, two in zip(before[where], after[where], strict=True)]
        for where in before
    }


def examples(model):
    shapes = [each.shape[1:] for each in model.inputs]
    made = [RANDOM.normal(0, 3, (8, *map(int, shape))).astype("float32") for shape in shapes]
    return made if len(made) > 1 else made[0]


def look(path):
    model = keras.models.load_model(path, compile=False)
    data = examples(model)
    predicted = moved(model, lambda: model.predict(data, verbose=0))
    model.compile(keras.optimizers.SGD(0.5), "mse")
    target = RANDOM.normal(0, 1, (8, 1)).astype("float32")
    return {
        "layers": moved(model, lambda: model.fit(data, target, batch_size=8, epochs=1, verbose=0)),
        "predict": {where: each[0] for where, each in predicted.items()},
    }


def main():
    answers = {}
    for name, make in CASES.items():
        for ending in (".keras", ".h5"):
            path = os.path.join(folder, name + ending)
            model = make()
            train(model)
            model.save(path)
            keras.backend.clear_session()
            answers[name + ending] = look(path)
    json.dump({"version": keras.__version__, "files": answers}, sys.stdout)


main()
