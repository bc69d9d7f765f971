"""The files of Keras and TensorFlow themselves: they are no programs on Keras."""

from __future__ import annotations

import os
from functools import lru_cache

LIBRARIES = frozenset({"keras", "tensorflow", "tf_keras", "keras_applications", "numpy"})
"""Never taken from a project: a checkout of Keras itself is not what a script in it means to be read with."""
INSIDE = ("src", "layers", "python", "engine")
"""Folders one of which each release of Keras and TensorFlow has; a folder of examples called keras has none."""


def is_of_library(path: str) -> bool:
    """Whether a file is part of one of these packages, wherever that lies."""
    return _is_inside(os.path.dirname(os.path.abspath(path)))


@lru_cache(maxsize=4096)
def _is_inside(folder: str) -> bool:
    """Whether a folder is that of a package of a library, or of a package inside of one."""
    if not os.path.isfile(os.path.join(folder, "__init__.py")):
        return False
    outer, name = os.path.split(folder)
    if name in LIBRARIES and any(os.path.isfile(os.path.join(folder, each, "__init__.py")) for each in INSIDE):
        return True
    return outer != folder and _is_inside(outer)
