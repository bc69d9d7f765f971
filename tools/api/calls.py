"""Measures which keyword arguments callables take, by calling them.

The answers: ``y`` taken, ``w`` taken with a warning that names the argument, ``i`` taken and without effect (as a
warning or an optimizer's rate tells), ``s`` taken because the callable takes any keyword, ``n`` refused: what is raised
names the argument, and without it the call works. What cannot be told is left out. The keyword ``()`` is refused where
the callable is there and only raises an ImportError; ``no_such_argument`` tells whether any keyword is swallowed.
"""

import contextlib
import importlib
import inspect
import io
import logging
import os
import re
import shutil
import warnings

from api import values

BOGUS, CALLED = "no_such_argument", "()"
TAKEN, WARNED, IGNORED, SWALLOWED, REFUSED = "ywisn"
KNOWN_TWICE = re.compile(r"multiple values|both the legacy|received both|more than once", re.IGNORECASE)
NO_EFFECT = re.compile(r"ignored|no longer (needed|supported|used)|no effect|just remove", re.IGNORECASE)
OLD_PAIR = ("input", "output")  # Keras 1's names, one with the other
RATES = ("lr", "learning_rate", "decay")


class Package:
    """One Keras: its root module and TensorFlow's."""

    def __init__(self, api):
        self.tf = importlib.import_module("tensorflow") if api == "tf.keras" else None
        self.root = self.tf.keras if api == "tf.keras" else importlib.import_module(api)
        self.name = "tensorflow.keras" if api == "tf.keras" else api

    def find(self, path):
        """What a path below the root leads to; None where there is nothing."""
        if path.startswith("compat.v1.keras."):
            return reach(self.tf, path) if self.tf is not None else None
        return reach(self.root, path) or imported(self.name + "." + path)


def reach(value, path):
    """Attributes one after the other."""
    for part in path.split("."):
        try:
            value = getattr(value, part)
        except Exception:
            return None
    return value


def imported(path):
    """What stands under this name in a module that has to be imported."""
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name, None)
    except Exception:
        return None


class Outcome:
    """What a call raised (None: nothing), what it warned of, and what it returned."""

    def __init__(self, work):
        self.error, self.value = None, None
        records = io.StringIO()
        handler = logging.StreamHandler(records)
        loggers = [logging.getLogger(name) for name in ("tensorflow", "absl", None)]
        with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("always")
            for logger in loggers:
                logger.addHandler(handler)
            try:
                self.value = work()
            except Exception as error:
                self.error = type(error).__name__ + ": " + str(error)
            finally:
                for logger in loggers:
                    logger.removeHandler(handler)
        self.warnings = "\n".join(str(each.message) for each in warned) + records.getvalue()


def names(text, keyword):
    """Whether a message names an argument."""
    return re.search(r"(?<![\w.])" + re.escape(keyword) + r"(?!\w)", text) is not None


def signature_of(function):
    """Names of the parameters, and whether any keyword is taken; None where it cannot be told."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return {each.name for each in parameters}, any(each.kind is each.VAR_KEYWORD for each in parameters)


def judged(call, keyword, given, swallows, known, valued):
    """The answer for one keyword of a ``call`` that works without it."""
    outcome = Outcome(lambda: call(**{keyword: given}))
    if outcome.error is None:
        said = [line for line in outcome.warnings.split("\n") if names(line, keyword)]
        if said:
            return (IGNORED if any(NO_EFFECT.search(line) for line in said) else WARNED), outcome
        return (SWALLOWED if swallows and keyword not in known else TAKEN), outcome
    if KNOWN_TWICE.search(outcome.error):
        return TAKEN, outcome
    return (REFUSED if names(outcome.error, keyword) or valued else None), outcome


def of_callable(path, keywords, call, function, notes):
    """``{keyword: answer}``; ``call`` takes keywords."""
    plain = Outcome(call)
    if plain.error is not None:
        notes[path] = plain.error[:200]
        return {CALLED: REFUSED} if plain.error.startswith("ImportError") else {}
    bogus = Outcome(lambda: call(**{BOGUS: 1}))
    swallows = bogus.error is None
    known = (signature_of(function) or (set(), False))[0]
    found = {}
    for keyword in keywords:
        try:
            given = values.value(path, keyword)
        except KeyError:
            notes[path + " " + keyword] = "no value"
            continue
        word = keyword.partition("=")[0]
        answer, outcome = judged(call, word, given, swallows, known, word != keyword)
        if answer is None:
            notes[path + " " + keyword] = outcome.error[:200]
            continue
        if answer in (TAKEN, WARNED) and word in RATES and path.startswith("optimizers."):
            answer = answer if has_rate(outcome.value, word, given) else IGNORED
        found[keyword] = answer
    found[BOGUS] = SWALLOWED if swallows else REFUSED
    return found


def has_rate(optimizer, keyword, given):
    """Whether an optimizer's rate (or decay) is what was given."""
    for attribute in ("decay", "_decay", "_initial_decay") if keyword == "decay" else ("learning_rate", "lr"):
        held = getattr(optimizer, attribute, None)
        if held is None:
            continue
        for read in (float, lambda one: float(one.numpy()), evaluated):
            try:
                return abs(read(held) - given) < 1e-6
            except Exception:
                continue
    return False


def evaluated(variable):
    """The value of a variable of a graph."""
    try:
        return float(importlib.import_module("keras.backend").get_value(variable))
    except Exception:
        return float(importlib.import_module("tensorflow").keras.backend.get_value(variable))


def made(package, given):
    """A positional argument; words stand for what has to be made of this Keras."""
    layers = package.root.layers
    if given == "layer":
        return layers.Dense(3)
    if given == "recurrent":
        return layers.LSTM(3)
    if given == "cell":
        return layers.SimpleRNNCell(3) if hasattr(layers, "SimpleRNNCell") else None
    return given


def of_constructor(package, path, keywords, notes):
    """A class, or a function that makes a layer."""
    constructor = package.find(path)
    if constructor is None:
        return {}
    name = path.rpartition(".")[2]
    given = values.POSITIONAL.get(name, ())

    def with_these(positional, keywords):
        return constructor(*[made(package, each) for each in positional], **keywords)

    def call(**keywords):
        if isinstance(keywords.get("axis"), list):  # refused when the layer is built
            return with_these(given, keywords)(package.root.layers.Input((8, 8, 4)))
        if values.IN_PLACE.get(name, set()) & set(keywords):
            return with_these((), keywords)
        try:
            return with_these(given, keywords)
        except Exception:
            if name not in values.WITHOUT_SIZE:
                raise
        return with_these(given[:2], keywords)

    return of_callable(
        path, keywords, call, constructor.__init__ if inspect.isclass(constructor) else constructor, notes
    )


def of_application(package, path, keywords, notes):
    """A constructor of an application, stopped at the weights, which no keyword of a refused name gets to."""
    constructor = package.find(path)
    if constructor is None:
        return {}

    def call(**keywords):
        return constructor(weights="neither none nor a file", **keywords)

    plain = Outcome(call)
    found = {}
    for keyword in keywords:
        outcome = Outcome(lambda k=keyword: call(**{k: application_value(package, k)}))
        if outcome.error is None or outcome.error == plain.error:
            found[keyword] = TAKEN
        elif names(outcome.error, keyword):
            found[keyword] = REFUSED
        else:
            notes[path + " " + keyword] = outcome.error[:200]
    return found


def application_value(package, keyword):
    """What an application is given."""
    if keyword in ("layers", "backend", "models", "utils"):
        return getattr(package.root, keyword)
    known = {
        "alpha": 1.0, "classes": 1000, "classifier_activation": "softmax", "dropout": 0.1,
        "include_preprocessing": True, "include_top": True, "input_shape": None, "input_tensor": None,
        "minimalistic": False, "name": "named", "pooling": None, "depth_multiplier": 1,
    }  # fmt: skip
    return known[keyword]


def small(package, kind="Model"):
    """A compiled model."""
    keras = package.root
    if kind == "Sequential":
        model = keras.models.Sequential()
        model.add(keras.layers.Dense(1, input_shape=(values.SIZE,)))
    else:
        inputs = keras.layers.Input((values.SIZE,))
        model = keras.models.Model(inputs, keras.layers.Dense(1)(inputs))
    eagerly = {"run_eagerly": True} if "run_eagerly" in inspect.signature(model.compile).parameters else {}
    model.compile("sgd", "mse", **eagerly)  # nothing to trace, where that is possible
    return model


def batches():
    """The batch again and again."""
    while True:
        yield values.data()


def inputs_only():
    """Its inputs."""
    while True:
        yield values.data()[0]


def of_method(package, path, keywords, notes):
    """A method of a small model."""
    kind, _, method = path.partition(".")
    model = small(package, kind)
    if not hasattr(model, method):
        return {}
    function = getattr(model, method)
    x, y = values.data()
    arguments = {
        "fit": ((x, y), {"verbose": 0}),
        "compile": (("sgd", "mse"), {}),
        "evaluate": ((x, y), {"verbose": 0}),
        "predict": ((x,), {}),
        "fit_generator": ((batches(), 1), {"verbose": 0}),
        "evaluate_generator": ((batches(), 1), {}),
        "predict_generator": ((inputs_only(), 1), {}),
        "train_on_batch": ((x, y), {}),
        "predict_classes": ((x,), {}),
        "predict_proba": ((x,), {}),
        "save": ((os.path.join(values.FOLDER, "model.h5"),), {}),
        "save_weights": ((os.path.join(values.FOLDER, "of.weights.h5"),), {}),
        "load_weights": ((os.path.join(values.FOLDER, "of.weights.h5"),), {}),
        "summary": ((), {}),
    }
    if method not in arguments:
        notes[path] = "no arguments"
        return {}
    positional, named = arguments[method]
    if method == "load_weights":
        model.save_weights(*positional)

    def call(**keywords):
        if "validation_steps" in keywords or "nb_val_samples" in keywords or "validation_freq" in keywords:
            keywords["validation_data"] = (x, y)
        if "generator" in keywords or "x" in keywords or "y" in keywords:
            keywords = {key: x for key in keywords}
        return function(*positional, **dict(named, **keywords))

    return of_callable(path, keywords, call, function, notes)


def of_model(package, path, keywords, notes):
    """``Model(...)`` or ``Sequential(...)``."""
    keras = package.root
    if path == "Sequential":
        return of_callable(path, keywords, keras.models.Sequential, keras.models.Sequential.__init__, notes)
    inputs = keras.layers.Input((values.SIZE,))
    outputs = keras.layers.Dense(1)(inputs)
    tensors = {"input": inputs, "output": outputs}
    found = {}
    for keyword in keywords:
        arguments = {"inputs": inputs, "outputs": outputs}
        if keyword in OLD_PAIR:
            arguments = {name: tensors[name] for name in OLD_PAIR}
        elif keyword not in arguments:
            arguments[keyword] = values.value(path, keyword)
        outcome = Outcome(lambda a=arguments: keras.models.Model(**a))
        if outcome.error is None:
            found[keyword] = WARNED if keyword in OLD_PAIR and names(outcome.warnings, keyword) else TAKEN
        elif names(outcome.error, keyword) or keyword in OLD_PAIR:
            found[keyword] = REFUSED
        else:
            notes[path + " " + keyword] = outcome.error[:200]
    return found


def of_function(package, path, keywords, notes):
    """A function, by its parameters."""
    function = package.find(path)
    if function is None or inspect.isclass(function):
        return {}
    read = signature_of(function)
    if read is None:
        return {}
    parameters, any_keyword = read
    legacy = hasattr(function, "__wrapped__")
    found = {}
    for keyword in keywords:
        if keyword in parameters:
            found[keyword] = TAKEN
        elif not any_keyword and not legacy:
            found[keyword] = REFUSED
    return found


CONSTRUCTORS = (
    "callbacks.", "compat.v1.keras.layers.", "initializers.", "layers.", "losses.", "metrics.", "optimizers.",
    "preprocessing.image.ImageDataGenerator",
)  # fmt: skip


def way(package, path):
    """How a callable is measured."""
    if path in ("Model", "Sequential"):
        return of_model
    if path.startswith(("Model.", "Sequential.")):
        return of_method
    if path.startswith("applications.") and path.rpartition(".")[2][0].isupper():
        return of_application
    found = package.find(path)
    if path.startswith(CONSTRUCTORS) and (inspect.isclass(found) or path.startswith("layers.Input")):
        return of_constructor
    return of_function


def measured(api, arguments):
    """``{callable: {keyword: answer}}`` and notes on what could not be told."""
    package = Package(api)
    found, notes = {}, {}
    for path, keywords in arguments.items():
        answers = way(package, path)(package, path, keywords, notes)
        if answers:
            found[path] = answers
    shutil.rmtree(values.FOLDER, ignore_errors=True)
    return found, notes


def methods(api, listed):
    """``{"Model": [...], "Sequential": [...]}``: which of the listed methods models have."""
    package = Package(api)
    found = {}
    for kind in ("Model", "Sequential"):
        model = small(package, kind)
        found[kind] = [name for name in listed if hasattr(type(model), name) or name in vars(model)]
    return found
