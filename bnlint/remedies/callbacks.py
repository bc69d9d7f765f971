"""What bnlint's callbacks have in common: they are callbacks of every Keras that is loaded."""

from __future__ import annotations

import importlib
import sys
from functools import cache
from typing import Any


class OfAnyKeras:
    """A base for callbacks that work with ``keras``, ``tf_keras`` and ``tf.keras`` alike.

    Which Keras a callback will be used with shows only when ``fit`` gets it, and its ``isinstance`` checks come before.
    So an object is made of a class that has the ``Callback`` of every Keras loaded so far among its bases.
    """

    def __new__(cls, *_: Any, **__: Any) -> Any:
        """An object of this class that is a ``Callback`` of every Keras loaded so far."""
        own: Any = cls
        return super().__new__(_with_bases(own, _callbacks()))

    def __init__(self) -> None:
        self.params: Any = None
        self.validation_data: Any = None
        self._model: Any = None
        self._chief_worker_only: Any = None  # read by Keras 2
        self._supports_tf_logs = False

    @property
    def model(self) -> Any:
        """The model that is trained. On JAX its weights are brought up to date first."""
        sync = getattr(self._model, "jax_state_sync", None)
        if callable(sync):
            sync()
        return self._model

    @model.setter
    def model(self, model: Any) -> None:
        self._model = model

    def set_model(self, model: Any) -> None:
        """Told by Keras which model is trained."""
        self._model = getattr(model, "module", model) if type(model).__name__ == "DistributedDataParallel" else model


def _callbacks() -> tuple[type, ...]:
    """The ``Callback`` classes of the Keras packages that this process has loaded."""
    names: list[str] = [name for name in ("keras", "tf_keras") if name in sys.modules]
    if not names and "tensorflow" in sys.modules:
        names = ["tensorflow.keras"]
    found: list[type] = []
    for name in names:
        keras = sys.modules.get(name) or importlib.import_module("tensorflow").keras
        kind = getattr(getattr(keras, "callbacks", None), "Callback", None)
        if isinstance(kind, type) and kind not in found:
            found.append(kind)
    return tuple(found)


@cache
def _with_bases(cls: Any, bases: tuple[type, ...]) -> Any:
    missing = tuple(base for base in bases if not issubclass(cls, base))
    if not missing:
        return cls
    return type(cls.__name__, (cls, *missing), {"__module__": cls.__module__, "__doc__": cls.__doc__})
