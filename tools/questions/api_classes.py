"""How the BatchNormalization classes of one installation are related, and whether the packages mix."""

import importlib
import itertools

from .api_models import SIZE, data

CLASSES = {
    "Sync": "tensorflow.keras.layers.experimental.SyncBatchNormalization",
    "keras": "keras.layers.BatchNormalization",
    "python.keras": "tensorflow.python.keras.layers.BatchNormalization",
    "python.keras.V1": "tensorflow.python.keras.layers.BatchNormalizationV1",
    "python.keras.V2": "tensorflow.python.keras.layers.BatchNormalizationV2",
    "python.keras.v2": "tensorflow.python.keras.layers.normalization_v2.BatchNormalization",
    "tf.keras": "tensorflow.keras.layers.BatchNormalization",
    "tf.layers": "tensorflow.compat.v1.layers.BatchNormalization",
    "tf_keras": "tf_keras.layers.BatchNormalization",
    "v1": "tensorflow.compat.v1.keras.layers.BatchNormalization",
}
PACKAGES = {"keras": "keras", "tf.keras": "tensorflow.keras", "tf_keras": "tf_keras"}


def reached(path):
    """What a dotted path leads to, by attributes and, where one is missing, by importing the module."""
    parts = path.split(".")
    found = importlib.import_module(parts[0])
    for index, part in enumerate(parts[1:], 2):
        try:
            found = getattr(found, part)
        except AttributeError:
            if index == len(parts):
                raise
            try:
                found = importlib.import_module(".".join(parts[:index]))
            except ImportError:
                raise AttributeError(part) from None
    return found


def attempt(function, *arguments):
    """What a function returns, or the error that it raises as a fact."""
    try:
        return function(*arguments)
    except Exception as error:
        return {"error": type(error).__name__}


def relations(classes):
    """Which classes are one and the same, and which are subclasses."""
    found = {}
    for first, second in itertools.permutations(sorted(classes), 2):
        if classes[first] is classes[second]:
            found["%s is %s" % (first, second)] = True
        else:
            found["isinstance(%s(), %s)" % (first, second)] = issubclass(classes[first], classes[second])
    return found


def mixed(model_of, layer_of):
    """Whether a model of one package trains with a layer of another."""
    inputs = model_of.layers.Input((SIZE,))
    model = model_of.models.Model(inputs, layer_of.layers.BatchNormalization()(inputs))
    model.compile("sgd", "mse")
    x, _ = data()
    model.fit(x, x, verbose=0)
    return "works"


def mixing():
    """The two ways to mix ``keras`` and ``tf.keras``."""
    keras, of_tensorflow = importlib.import_module("keras"), reached("tensorflow.keras")
    return {
        "keras_layer_in_tf_keras_model": attempt(mixed, of_tensorflow, keras),
        "tf_keras_layer_in_keras_model": attempt(mixed, keras, of_tensorflow),
    }


def classes(context):
    """Everything, of one process: an installation's classes are the same whichever Keras is measured."""
    if context.tf is None:
        return {}
    found, there = {}, {}
    for name, path in CLASSES.items():
        try:
            kind = there[name] = reached(path)
            found["class_" + name] = kind.__module__ + "." + kind.__name__
        except (ImportError, AttributeError) as error:
            found["class_" + name] = {"error": type(error).__name__}
    found["relations"] = relations(there)
    found["mixing"] = attempt(mixing)
    for name, path in PACKAGES.items():
        try:
            found["version_" + name] = getattr(reached(path), "__version__", None)
        except (ImportError, AttributeError) as error:
            found["version_" + name] = {"error": type(error).__name__}
    return found


QUESTIONS = {"q17_isinstance": classes}
