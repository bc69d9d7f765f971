"""Measures whether an optimizer that has trained takes variables that it has not seen (Python 3.6 and newer).

    python tools/measure_optimizers.py OUT.json
    python tools/measure_optimizers.py --compile OUT.json ...

OUT.json is ``{package: {release: {"unfrozen": ..., "other model": ..., "frozen": ..., "never trained": ...}}}`` of the
Kerases that are installed here, each ``"takes"`` or the error's class. With ``--compile`` such files become
``bnlint/keras/data/api/optimizers.json``: ``{package: {release: answer}}``, ``"takes"`` or ``"raises"``.
"""

import importlib
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import measuring

OUT = os.path.join(os.path.dirname(__file__), "..", "bnlint", "keras", "data", "api", "optimizers.json")
OPTIMIZERS = ("Adam", "SGD", "RMSprop")


def kerases():
    """``(package, release, module)`` of each Keras that is another than the ones before."""
    found = []
    try:
        import tensorflow

        if tuple(map(int, tensorflow.__version__.split(".")[:2])) < (2, 16):
            found.append(("tf.keras", tensorflow.__version__, tensorflow.keras))
    except ImportError:
        pass
    for name in ("keras", "tf_keras"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        number = tuple(map(int, module.__version__.split(".")[:2]))
        if name == "tf_keras" or number < (2, 4) or number >= (3,):
            found.append(("keras3" if number >= (3,) else name, module.__version__, module))
    return found


class Trial:
    """Small networks of one Keras, and what their training does."""

    def __init__(self, keras):
        import numpy

        self.keras = keras
        self.x, self.y = numpy.ones((8, 4), "float32"), numpy.ones((8, 1), "float32")

    def network(self):
        """Two dense layers, the first of which is to be frozen."""
        layers = self.keras.layers
        inputs = layers.Input((4,))
        first = layers.Dense(3)
        return first, self.keras.models.Model(inputs, layers.Dense(1)(first(inputs)))

    def train(self, model, optimizer):
        """A new ``compile`` and one epoch."""
        model.compile(optimizer, "mse")
        model.fit(self.x, self.y, batch_size=4, epochs=1, verbose=0)

    def unfrozen(self, optimizer):
        """A layer is unfrozen between two phases."""
        first, model = self.network()
        first.trainable = False
        self.train(model, optimizer)
        first.trainable = True
        self.train(model, optimizer)

    def other_model(self, optimizer):
        """One optimizer for two models."""
        self.train(self.network()[1], optimizer)
        self.train(self.network()[1], optimizer)

    def frozen(self, optimizer):
        """A layer is frozen between two phases."""
        first, model = self.network()
        self.train(model, optimizer)
        first.trainable = False
        self.train(model, optimizer)

    def never_trained(self, optimizer):
        """A layer is unfrozen, and nothing was trained before."""
        first, model = self.network()
        first.trainable = False
        model.compile(optimizer, "mse")
        first.trainable = True
        self.train(model, optimizer)

    def answer(self, name):
        """What all optimizers do."""
        answers = set()
        for optimizer in OPTIMIZERS:
            try:
                getattr(self, name)(getattr(self.keras.optimizers, optimizer)())
                answers.add("takes")
            except Exception as error:
                answers.add(type(error).__name__)
        return answers.pop() if len(answers) == 1 else "differs"


def compiled(files):
    """``{package: {release: answer}}``."""
    found = {}
    for file in files:
        with open(file) as stream:
            for package, releases in json.load(stream).items():
                for release, answers in releases.items():
                    fits = answers["frozen"] == answers["never trained"] == "takes"
                    new = {answers["unfrozen"], answers["other model"]}
                    if fits and "differs" not in new and (new == {"takes"} or "takes" not in new):
                        found.setdefault(package, {})[release] = "takes" if new == {"takes"} else "raises"
    return found


def measured():
    """What each Keras that is installed here answers."""
    found = {}
    for package, release, module in kerases():
        trial = Trial(module)
        names = ("unfrozen", "other_model", "frozen", "never_trained")
        found.setdefault(package, {})[release] = {name.replace("_", " "): trial.answer(name) for name in names}
    return found


if __name__ == "__main__":
    measuring.measure_or_compile(__doc__, measured, compiled, OUT, indent=1, sort_keys=True)
