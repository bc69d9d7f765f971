"""What a question is asked of: one Keras, under one name."""

import importlib
import os
import random

import numpy as np

SEED = 11
APIS = ("keras", "tf.keras", "tf_keras")


class Context:
    """A Keras to measure.

    ``api`` is the name that a program imports it by, ``keras`` the module, ``tf`` TensorFlow's module or None (another
    backend), ``backend`` ``"tensorflow"``, ``"jax"`` or ``"torch"``, ``version`` Keras's as a tuple of numbers.
    """

    def __init__(self, api):
        if api == "tf_keras":
            os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
        self.api = api
        self.tf = None
        if api == "tf.keras":
            self.tf = importlib.import_module("tensorflow")
            self.keras = self.tf.keras
        else:
            self.keras = importlib.import_module(api)
        backend = getattr(self.keras.backend, "backend", None)
        self.backend = backend() if backend is not None else "tensorflow"
        if self.backend == "tensorflow" and self.tf is None:
            self.tf = importlib.import_module("tensorflow")
        self.release = str(getattr(self.keras, "__version__", None) or self.tf.__version__)
        self.version = tuple(int(part) for part in self.release.replace("-", ".").split(".")[:3] if part.isdigit())
        self.layers = self.keras.layers  # lazy modules are loaded before the first question
        self.models = self.keras.models

    @property
    def eager(self):
        """Whether operations run at once."""
        return self.tf is None or bool(getattr(self.tf, "executing_eagerly", bool)())

    @property
    def column(self):
        """The name of the column of the truth table that this Keras is."""
        if self.api == "tf.keras":
            return "tf.keras_tf-" + self.tf.__version__
        end = "tf-" + self.tf.__version__ if self.tf is not None else self.backend
        return self.api + "-" + self.release + "_" + end

    def fresh(self):
        """Forgets the graph and the names of the case before; weights start the same each time."""
        self.keras.backend.clear_session()
        random.seed(SEED)
        np.random.seed(SEED)
        if hasattr(self.keras.utils, "set_random_seed"):
            self.keras.utils.set_random_seed(SEED)
        elif self.tf is not None and hasattr(self.tf, "set_random_seed"):
            self.tf.set_random_seed(SEED)
        elif self.tf is not None:
            self.tf.random.set_seed(SEED)
