"""HDF5 files of weights, written under one set of flags and read under another: whether every array lands in its place.

Two models of one architecture, the first with random weights; its flags are set and its weights are saved, the second
one's flags are set and they are loaded. ``"same"``: all weights are the saved ones. ``"mixed"``: nothing is raised and
some are others. An exception is the fact.
"""

import os
import shutil
import tempfile

import numpy as np

FORMS = {"h5": "w.h5", "weights_h5": "w.weights.h5", "whole_h5": "model.h5"}


def wide(keras, prefix):
    """Layers of several sizes, as in a real network."""
    layers = keras.layers
    inputs = layers.Input((5,), name=prefix + "in")
    x = inputs
    for number, units in enumerate((6, 7), 1):
        x = layers.Dense(units, use_bias=False, name="%sdense%d" % (prefix, number))(x)
        x = layers.BatchNormalization(name="%sbn%d" % (prefix, number))(x)
    return inputs, x


def even(keras, prefix):
    """BatchNormalization layers of one size and nothing else, so that every array fits every place."""
    layers = keras.layers
    inputs = layers.Input((5,), name=prefix + "in")
    x = inputs
    for number in (1, 2):
        x = layers.BatchNormalization(name="%sbn%d" % (prefix, number))(x)
    return inputs, x


def flat(keras, body):
    """All layers in the model that is saved."""
    inputs, x = body(keras, "")
    base = keras.models.Model(inputs, keras.layers.Dense(3, name="head")(x))
    return base, base


def nested(keras, body):
    """The layers in a model that is a layer of the one that is saved."""
    base = keras.models.Model(*body(keras, ""), name="base")
    inputs = keras.layers.Input((5,), name="outer")
    return keras.models.Model(inputs, keras.layers.Dense(3, name="head")(base(inputs))), base


def freeze_all(base):
    """The whole model by its flag."""
    base.trainable = False


def freeze_norms(base):
    """The BatchNormalization layers."""
    for layer in base.layers:
        if "bn" in layer.name:
            layer.trainable = False


def nothing(base):
    """As made."""


FREEZES = {"all": freeze_all, "norms": freeze_norms}
MODELS = {"flat_wide": (flat, wide), "nested_wide": (nested, wide), "nested_even": (nested, even)}


def by_name(model):
    """Every weight by the name of its layer and its number there, whatever the flags are."""
    found = {}
    for layer in model.layers:
        if getattr(layer, "layers", None):
            found.update(by_name(layer))
        elif layer.weights:
            kept = layer.trainable
            layer.trainable = True
            for number, array in enumerate(layer.get_weights()):
                found[layer.name, number] = array
            layer.trainable = kept
    return found


def randomize(model):
    """Weights that are all different; variances above zero."""
    for layer in model.layers:
        if getattr(layer, "layers", None):
            randomize(layer)
        elif layer.weights:
            layer.set_weights([np.random.uniform(0.5, 1.5, np.shape(each)) for each in layer.get_weights()])


def case(shape, body, name, before, after, whole=False, **options):
    """Whether what is saved after ``before`` is what stands in the model that is loaded after ``after``."""

    def measure(context):
        model, base = shape(context.keras, body)
        randomize(model)
        wanted = by_name(model)
        before(base)
        folder = tempfile.mkdtemp()
        try:
            path = os.path.join(folder, name)
            (model.save if whole else model.save_weights)(path)
            context.keras.backend.clear_session()
            loaded, its_base = shape(context.keras, body)
            after(its_base)
            loaded.load_weights(path, **options)
            found = by_name(loaded)
        finally:
            shutil.rmtree(folder)
        return "same" if all(np.allclose(wanted[key], found[key]) for key in wanted) else "mixed"

    return measure


def cases():
    """Every model, freeze and direction; files of weights, and those of whole models that weights are read from."""
    found = {}
    for form, name in FORMS.items():
        for model, (shape, body) in MODELS.items():
            key = "%s__%s__" % (form, model)
            whole = form == "whole_h5"
            found[key + "frozen_before_saving"] = case(shape, body, name, freeze_all, freeze_all, whole)
            for freeze, sets in FREEZES.items():
                found[key + freeze + "_frozen_after_saving"] = case(shape, body, name, nothing, sets, whole)
                found[key + freeze + "_thawed_after_saving"] = case(shape, body, name, sets, nothing, whole)
    shape, body = MODELS["nested_even"]
    found["h5__nested_even__by_name"] = case(shape, body, FORMS["h5"], nothing, freeze_norms, by_name=True)
    return found


QUESTIONS = {"q37_weight_files": cases()}
