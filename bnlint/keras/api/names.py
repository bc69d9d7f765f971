"""Qualified names: which of them are Keras, and under which import root."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

ROOTS: tuple[tuple[str, str, bool], ...] = (
    # prefix, import root, whether its BatchNormalization is the v1 class
    ("tensorflow.compat.v1.keras", "tf.keras", True),
    ("tensorflow.compat.v2.keras", "tf.keras", False),
    ("tensorflow.python.keras", "tf.keras", False),
    ("tensorflow.contrib.keras", "tf.keras", False),
    ("tensorflow_core.python.keras", "tf.keras", False),
    ("tensorflow.keras", "tf.keras", False),
    ("tf_keras", "tf_keras", False),
    ("keras_applications", "keras", False),
    ("keras", "keras", False),
)
INNER = frozenset({"api", "_v2", "v2", "src", "engine", "python", "_tf_keras", "keras"})


class KerasName(NamedTuple):
    """A name in Keras: the import root, the path below it, and whether it is of the v1 compatibility API."""

    root: str
    path: tuple[str, ...]
    legacy: bool = False

    @property
    def last(self) -> str:
        """The last part of the name."""
        return self.path[-1] if self.path else ""

    @property
    def area(self) -> str:
        """The first part of the path, as ``layers`` or ``applications``."""
        return self.path[0] if self.path else ""


@lru_cache(maxsize=4096)
def keras_name(name: str) -> KerasName | None:
    """Reads a qualified name; None where it is not Keras.

    A program of which ``tensorflow`` was imported under another name is read through its imports, so only real
    qualified names come here; a project's own module that is called ``keras_utils`` is not Keras.
    """
    for prefix, root, legacy in ROOTS:
        if name == prefix or name.startswith(prefix + "."):
            parts = name[len(prefix) + 1 :].split(".") if len(name) > len(prefix) else []
            while parts and parts[0] in INNER:
                parts.pop(0)
            if prefix == "keras_applications":
                parts.insert(0, "applications")
            return KerasName(root, tuple(parts), legacy)
    if name.startswith("tensorflow.compat.v1.layers.") or name.startswith("tensorflow.layers."):
        return KerasName("tf.keras", ("layers", name.rsplit(".", 1)[1]), True)
    return None
