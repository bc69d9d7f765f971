"""What a program would download or read, made up: weights stay the random ones that a model begins with."""

import sys


def install(kit):
    """Puts the stand-ins in place of what this Keras would fetch."""
    kinds = [*kit.keras.models.Model.__mro__, *kit.keras.models.Sequential.__mro__]
    for kind in kinds:
        if "load_weights" in vars(kind):
            kind.load_weights = _load_nothing
    getattr(kit.keras, "applications", None)  # its modules are loaded when they are asked for
    for name, module in list(sys.modules.items()):
        if "keras" in name and "get_file" in getattr(module, "__dict__", ()):
            module.get_file = _no_file


def _load_nothing(self, *arguments, **named):
    """Stands for ``load_weights``: the weights are as good as loaded."""


def _no_file(fname=None, origin=None, *arguments, **named):
    """Stands for ``get_file``: a file's path, and no file."""
    return fname or origin
