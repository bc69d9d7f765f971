"""What a program would download or read, made up: weights stay the random ones that a model begins with."""

import os
import sys

import numpy as np


def install(kit):
    """Puts the stand-ins in place of what this Keras would fetch."""
    kinds = [*kit.keras.models.Model.__mro__, *kit.keras.models.Sequential.__mro__]
    for kind in kinds:
        if "load_weights" in vars(kind):
            kind.load_weights = _load_own(kind.load_weights)
    getattr(kit.keras, "applications", None)  # its modules are loaded when they are asked for
    for name, module in list(sys.modules.items()):
        if "keras" in name and "get_file" in getattr(module, "__dict__", ()):
            module.get_file = _no_file


def _load_own(original):
    """Stands for ``load_weights``: a file that the program has written is loaded, any other is as good as loaded."""

    def load_weights(self, filepath, *arguments, **named):
        if os.path.exists(str(filepath)):
            return original(self, filepath, *arguments, **named)
        return None

    return load_weights


def _no_file(fname=None, origin=None, *arguments, **named):
    """Stands for ``get_file``: a file's path, and no file."""
    return fname or origin


# ----------------------------------------------------------------------------------------------------------------- data

EXAMPLES = 4
"""So many rows made-up data has: one batch of them is one step."""
REPLACED = {
    "fit": ("x", "y", "batch_size", "epochs", "steps_per_epoch", "verbose", "callbacks", "validation_data"),
    "fit_generator": ("generator", "steps_per_epoch", "epochs", "verbose"),
}
"""Arguments of a training method, in an order that stands for positional ones, which made-up data brings itself."""


STEPS = ("map", "batch", "cache", "prefetch", "shuffle", "take", "repeat", "unbatch", "with_options")


class Made:
    """Stands for data: rows of the shape that the model takes which was made last, as often as somebody asks."""

    def __init__(self, models):
        self.models = models

    def __iter__(self):
        yield self.pair()

    def pair(self):
        """Inputs and targets of one batch."""
        return rows(self.models[-1] if self.models else None)

    def __array__(self, dtype=None, copy=None):
        return self.pair()[0]

    def __getattr__(self, name):
        if name not in STEPS:
            raise AttributeError(name)
        return lambda *arguments, **named: self


def rows(model):
    """One batch for a model: as wide as its input and its output."""
    inside = [part for part in vars(model).values() if hasattr(part, "layers")] if model is not None else []
    shapes = [shape_of(each, "input_shape") for each in [model, *inside]]
    inputs = [size or 32 for size in next((shape for shape in shapes if shape), (None, 8))[1:]]
    outputs = [size or 1 for size in (shape_of(model, "output_shape") or (None, 1))[1:]]
    x = np.sin(np.arange(EXAMPLES * np.prod(inputs), dtype="float32")).reshape([EXAMPLES, *inputs])
    if "sparse" in str(getattr(model, "loss", "")) or getattr(model, "loss", None) is None:
        outputs = [1]
    y = np.arange(EXAMPLES * np.prod(outputs)).reshape([EXAMPLES, *outputs]) % 2
    return x, y.astype("int32" if outputs == [1] else "float32")


def shape_of(model, name):
    """A model's shape; None before it is built."""
    try:
        found = getattr(model, name, None)
    except (AttributeError, ValueError, RuntimeError):
        return None
    return found if isinstance(found, tuple) else None


def given(names, models):
    """Data for names that a program does not define, and the functions of Keras that would read some."""
    return {name: Made(models) for name in names}


def replace_reading(kit, models):
    """What reads data from files gives made-up data."""
    for owner in (kit.keras.utils, getattr(kit.keras, "preprocessing", None)):
        if hasattr(owner, "image_dataset_from_directory"):
            owner.image_dataset_from_directory = lambda *arguments, **named: Made(models)


def feed(method, model, arguments, named):
    """The arguments of a training method with made-up data in one batch and one epoch."""
    names = REPLACED.get(method)
    if names is None:
        return arguments, named
    kept = {name: value for name, value in named.items() if name not in (*names, "generator")}
    x, y = rows(model)
    if method == "fit_generator":
        return ([],), dict(kept, generator=iter(lambda: (x, y), None), steps_per_epoch=1, epochs=1, verbose=0)
    more = {"validation_data": (x, y)} if "validation_data" in named else {}
    return (), dict(kept, x=x, y=y, batch_size=EXAMPLES, epochs=1, verbose=0, **more)
