"""Cuts each training to one step on a few examples, with labels that fit the model's output."""

import copy
import inspect

import numpy as np

from proof.real.staging import pictures, samples
from proof.real.staging.anything import Anything

ORDER = {
    "fit": "x y batch_size epochs verbose callbacks validation_split validation_data shuffle class_weight "
    "sample_weight initial_epoch steps_per_epoch validation_steps".split(),
    "fit_generator": "x steps_per_epoch epochs verbose callbacks validation_data validation_steps".split(),
}
GENERATOR = "generator"
KEPT = 2 * samples.BATCH
"""Of arrays: what is left when a part is split off for validation is still a batch."""


class Cut:
    """What a watch asks before it lets a training method run."""

    def __init__(self, tf):
        self.tf = tf

    def __call__(self, method, model, arguments, named):
        """The arguments that make it short."""
        if method not in ORDER:
            return arguments, named
        order = ORDER[method]
        if len(arguments) > len(order):
            return arguments, named
        named = dict(named, **dict(zip(order, arguments)))
        if GENERATOR in named:
            named["x"] = named.pop(GENERATOR)
        if "nb_epoch" not in named:
            named["epochs"] = int(named.get("initial_epoch") or 0) + 1
        named["verbose"] = 0
        if named.get("workers"):
            named["workers"] = 1
        if named.get("use_multiprocessing"):
            named["use_multiprocessing"] = False
        self._cut_data(model, named)
        if method == "fit_generator":
            return (named.pop("x"),) if "x" in named else (), named
        return (), named

    def _cut_data(self, model, named):
        units = outputs(model)
        if means_nothing(named.get("x")):
            named.update(made_for(model))
        one_by_one = _is_array(named.get("x"))
        if one_by_one:
            for name in ("x", "y", "sample_weight"):
                if named.get(name) is not None:
                    named[name] = first(named[name])
            if named.get("batch_size"):
                named["batch_size"] = min(int(named["batch_size"]), KEPT)
            named["y"] = self.fitting(named.get("y"), units)
            if named["y"] is None:
                del named["y"]
        else:
            named["steps_per_epoch"] = 1
            if "x" in named:
                named["x"] = self.fitting(named["x"], units)
        if one_by_one and named.get("steps_per_epoch"):
            named["steps_per_epoch"] = 1
        held = named.get("validation_data")
        if held is not None and means_nothing(held[0] if isinstance(held, (tuple, list)) and held else held):
            made = made_for(model)
            held = named["validation_data"] = (made["x"], made["y"]) if made else None
        if isinstance(held, (tuple, list)) and held and _is_array(held[0]):
            named["validation_data"] = tuple(
                self.fitting(first(part), units) if index == 1 else first(part) for index, part in enumerate(held)
            )
            named.pop("validation_steps", None)
        elif held is not None:
            named["validation_data"] = self.fitting(held, units)
            named["validation_steps"] = 1

    def fitting(self, given, units):
        """A few examples at a time; labels in columns get as many columns as the model has outputs."""
        if given is None:
            return given
        if isinstance(given, np.ndarray):
            return columns(given, units)
        if hasattr(given, "class_indices") and hasattr(given, "y"):
            given = copy.copy(given)
            given.batch_size = samples.BATCH
            if isinstance(given.y, np.ndarray):
                given.y = columns(given.y, units)
            return given
        if self.tf is not None and isinstance(given, self.tf.data.Dataset):
            return self._recoded(self._few(given), units)
        if inspect.isgenerator(given):
            return (first(batch, samples.BATCH) for batch in given)
        return given

    def _few(self, given):
        """A data set in batches of few."""
        tf = self.tf
        specs = tf.nest.flatten(getattr(given, "element_spec", None))
        if not all(isinstance(spec, tf.TensorSpec) and spec.shape.rank for spec in specs):
            return given
        return given.map(lambda *parts: tf.nest.map_structure(lambda part: part[: samples.BATCH], unpacked(parts)))

    def _recoded(self, given, units):
        spec = getattr(given, "element_spec", None)
        if units is None or not isinstance(spec, tuple) or len(spec) < 2 or not hasattr(spec[1], "shape"):
            return given
        shape = spec[1].shape
        if shape.rank != 2 or shape[1] in (None, 1) or shape[1] == units:
            return given
        tf = self.tf

        def recoded(image, label, *more):
            number = tf.argmax(label, axis=-1) % max(units, 2)
            wide = tf.one_hot(number, units) if units > 1 else tf.cast(number[:, None], "float32")
            return (image, wide, *more)

        return given.map(recoded)


def unpacked(parts):
    """What ``map`` hands over as arguments, as one element again."""
    return parts[0] if len(parts) == 1 else tuple(parts)


def means_nothing(given):
    """Whether data is a stand-in without content, or empty."""
    return isinstance(given, Anything) or (isinstance(given, np.ndarray) and not given.size)


def made_for(model):
    """Random examples of the shape that a model with one input and one output takes; nothing for another model."""
    shape = getattr(model, "input_shape", None)
    result = getattr(model, "output_shape", None)
    if not isinstance(shape, tuple) or not isinstance(result, tuple) or not isinstance(result[-1], int):
        return {}
    sizes = [size or pictures.SIDE for size in shape[1:]]
    numbers = samples.labels(result[-1], KEPT)
    if result[-1] == 1 or "sparse" in str(model.loss).lower():
        labels = np.zeros([KEPT] + [size or pictures.SIDE for size in result[1:-1]] + [1], "float32")
    elif len(result) == 2:
        labels = np.eye(result[-1], dtype="float32")[numbers]
    else:
        labels = samples.NUMBERS.rand(KEPT, *[size or pictures.SIDE for size in result[1:]]).astype("float32")
    return {"x": samples.NUMBERS.rand(KEPT, *sizes).astype("float32"), "y": labels}


def outputs(model):
    """How many columns the one output of a model for classes has; None for any other model."""
    try:
        shape = model.output_shape
    except (AttributeError, ValueError, RuntimeError):
        return None
    if not isinstance(shape, tuple) or len(shape) != 2 or not isinstance(shape[1], int):
        return None
    return shape[1]


def columns(labels, units):
    """Labels in as many columns as there are outputs; those that are not coded in columns stay."""
    if units is None or labels.ndim != 2 or labels.shape[1] in (1, units):
        return labels
    numbers = labels.argmax(axis=1) % max(units, 2)
    return np.eye(units, dtype="float32")[numbers] if units > 1 else numbers[:, None].astype("float32")


def first(given, count=KEPT):
    """The first examples of an array, or of each array in a list or dict."""
    if isinstance(given, dict):
        return {name: first(part, count) for name, part in given.items()}
    if isinstance(given, (list, tuple)) and given and not isinstance(given[0], (int, float)):
        return type(given)(first(part, count) for part in given)
    return given if given is None else given[:count]


def _is_array(given):
    if isinstance(given, dict):
        return bool(given) and all(map(_is_array, given.values()))
    if isinstance(given, (list, tuple)):
        return bool(given) and all(hasattr(part, "shape") or isinstance(part, (int, float, list)) for part in given)
    return hasattr(given, "shape") and hasattr(given, "__getitem__") and not hasattr(given, "element_spec")


def limit_predictions(kit):
    """``evaluate`` and ``predict`` on a generator that never ends take few steps."""
    for kind in kit.keras.models.Model.__mro__:
        for method in ("evaluate", "predict", "evaluate_generator", "predict_generator"):
            if method in vars(kind):
                setattr(kind, method, _short(vars(kind)[method]))


def _short(original):
    def run(self, *arguments, **named):
        given = arguments[0] if arguments else named.get("x")
        if original.__name__ == "evaluate" and given is not None and not _is_array(given):
            named["steps"] = 1
        if named.get("steps"):
            named["steps"] = min(2, int(named["steps"]))
        if method_of_generators and len(arguments) > 1:
            arguments = (arguments[0], min(2, int(arguments[1])), *arguments[2:])
        named.pop("use_multiprocessing", None)
        return original(self, *arguments, **named)

    method_of_generators = original.__name__.endswith("_generator")
    run.__wrapped__ = original
    return run
