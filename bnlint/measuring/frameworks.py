"""Which Keras a model in memory belongs to: found through the model's own class, no framework is preferred."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from typing import Any, Literal

ROOTS = ("keras", "tf_keras", "tensorflow")


@dataclass(frozen=True, slots=True)
class Framework:
    """A package of Keras as it runs here."""

    keras: Any
    """Its public namespace: ``keras``, ``tf_keras`` or ``tensorflow.keras``."""
    package: str
    version: str
    backend: str
    """``tensorflow``, ``jax`` or ``torch``."""

    @property
    def generation(self) -> Literal[2, 3]:
        """2 up to TensorFlow 2.15 and in ``tf_keras``, else 3."""
        return 2 if int(self.version.partition(".")[0]) < 3 else 3

    def array(self, tensor: Any) -> Any:
        """A tensor as a NumPy array, wherever it lives."""
        import numpy

        if self.generation == 3:
            return self.keras.ops.convert_to_numpy(tensor)
        return tensor.numpy() if hasattr(tensor, "numpy") else numpy.asarray(tensor)


def of(model: Any) -> Framework:
    """The framework of a model or a layer. Raises ``TypeError`` where its class comes from no Keras."""
    for kind in type(model).__mro__:
        root = kind.__module__.partition(".")[0]
        if root in ROOTS:
            return named("tensorflow.keras" if root == "tensorflow" else root)
    raise TypeError(f"a Keras model is expected, not {type(model).__name__!r}")


def named(package: str) -> Framework:
    """The framework of a package by its name. Raises ``ImportError`` where it is not installed."""
    keras = sys.modules.get(package) or importlib.import_module(package)
    version = getattr(keras, "__version__", None)
    if version is None:  # `tensorflow.keras` of some releases
        version = importlib.import_module("keras").__version__
    if package == "keras" and version.startswith("2."):  # what TensorFlow 2.6 to 2.15 has behind its own name
        keras = importlib.import_module("tensorflow").keras
        package = "tensorflow.keras"
    ask = getattr(keras.backend, "backend", None)
    return Framework(keras, package, str(version), ask() if callable(ask) and version[0] != "2" else "tensorflow")
