"""One view of all the Kerases: how to import one, what lies inside a model, the numbers in a variable."""

import importlib
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np

APIS = ("keras", "tf.keras", "tf_keras")
NOT_INNER = {"_inbound_nodes", "_outbound_nodes", "inbound_nodes", "outbound_nodes", "_metrics", "metrics"}


class Kit:
    """A Keras as programs see it through one import root.

    ``keras`` is the module, ``tf`` TensorFlow or None (another backend), ``third`` whether it is Keras 3 and ``eager``
    whether variables have a value at once.
    """

    def __init__(self, api):
        self.api = api
        try:
            self.tf = importlib.import_module("tensorflow")
        except ImportError:  # Keras 3 on another backend
            self.tf = None
        self.keras = self.tf.keras if api == "tf.keras" else importlib.import_module(api)
        self.version = str(getattr(self.keras, "__version__", None) or self.tf.__version__)
        self.third = int(self.version.split(".")[0]) >= 3
        self.backend = self.keras.backend.backend()
        if self.backend != "tensorflow":
            self.tf = None
        self.batch_norms = tuple(self._batch_norms())

    def _batch_norms(self):
        layers = self.keras.layers
        yield layers.BatchNormalization
        if hasattr(layers, "SyncBatchNormalization"):
            yield layers.SyncBatchNormalization
        experimental = getattr(getattr(layers, "experimental", None), "SyncBatchNormalization", None)
        if experimental is not None:
            yield experimental
        legacy = getattr(getattr(self.tf, "compat", None), "v1", None)
        # The applications of TensorFlow 2.0 hold the class of version 1.
        if legacy is not None and self.api == "tf.keras" and not self.third:
            yield legacy.keras.layers.BatchNormalization

    @property
    def eager(self):
        """Whether code runs as it is written (TensorFlow 2, other backends) and not as a graph."""
        return self.tf is None or bool(getattr(self.tf, "executing_eagerly", lambda: False)())

    def numbers(self, variable):
        """The value of a variable as an array; None of None."""
        if variable is None:
            return None
        if self.third:
            return np.array(self.keras.ops.convert_to_numpy(variable))
        if self.eager:
            return np.array(variable.numpy())
        return np.array(self.keras.backend.get_value(variable))

    def inner(self, layer):
        """The layer and all layers inside it, each once, in the order in which they were made a part of it."""
        seen, found, base = set(), [], self.keras.layers.Layer

        def visit(each):
            if id(each) in seen:
                return
            seen.add(id(each))
            if isinstance(each, base):
                found.append(each)
                listed = getattr(each, "layers", None)
                parts = list(listed) if isinstance(listed, (list, tuple)) else []
                names = [name for name in sorted(vars(each)) if name not in NOT_INNER]
                parts += [vars(each)[name] for name in names]
            elif isinstance(each, dict):
                parts = list(each.values())
            elif isinstance(each, (list, tuple)):
                parts = list(each)
            else:
                return
            for part in parts:
                if isinstance(part, (base, dict, list, tuple)):
                    visit(part)

        visit(layer)
        return found

    def norms(self, *models):
        """The BatchNormalization layers in the models, each once."""
        found = []
        for model in models:
            for layer in self.inner(model):
                if isinstance(layer, self.batch_norms) and not any(layer is other for other in found):
                    found.append(layer)
        return found

    def seed(self, number):
        """Makes the run repeatable as far as this release can."""
        np.random.seed(number)
        if hasattr(self.keras.utils, "set_random_seed"):
            self.keras.utils.set_random_seed(number)
        elif self.tf is not None:
            set_seed = getattr(getattr(self.tf, "random", None), "set_seed", None)
            (set_seed or self.tf.set_random_seed)(number)

    def be_quick(self):
        """One thread, no rewriting of graphs, no XLA: tiny models need none of them, and no mode hangs on them."""
        if self.third and self.tf is not None:
            trainer = importlib.import_module("keras.src.trainers.trainer")
            trainer.model_supports_jit = lambda *arguments, **named: False
        config = getattr(self.tf, "config", None)
        if config is not None and hasattr(config, "threading"):
            config.threading.set_intra_op_parallelism_threads(1)
            config.threading.set_inter_op_parallelism_threads(1)
            if tuple(map(int, self.tf.__version__.split(".")[:2])) >= (2, 3):  # before, iterators are lost without it
                config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def same(first, second):
    """Whether two arrays hold the same bits; two Nones do."""
    if first is None or second is None:
        return first is second
    return first.dtype == second.dtype and first.shape == second.shape and first.tobytes() == second.tobytes()
