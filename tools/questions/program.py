"""Training programs as text: what a question about training is asked with.

A program is run on real Keras here, and the tests give the same text to bnlint. Its last part, below the line
``# measured``, is what is measured: a ``fit`` into ``history``, or a number or an array into ``outcome``.
"""

from . import running

IMPORTS = {"keras": "import keras", "tf.keras": "from tensorflow import keras", "tf_keras": "import tf_keras as keras"}
MEASURED = "# measured\n"
DATA = """\
random = np.random.RandomState(7)
x_train = random.normal(1.0, 2.0, size=(16, 4)).astype("float32")
y_train = random.normal(size=(16, 1)).astype("float32")
"""
COMPILE = """\
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
"""
FIT = MEASURED + "history = model.fit(x_train, y_train, batch_size=16, epochs=1, verbose=0)\n"
TRAIN_ON_BATCH = MEASURED + "outcome = model.train_on_batch(x_train, y_train)\n"
TRAIN = COMPILE + FIT
FLAGS = {
    "outer": "model.trainable",
    "base": "base.trainable",
    "bn": "[layer.trainable for layer in norms]",
    "dense": "[layer.trainable for layer in base.layers if 'Dense' in type(layer).__name__]",
}


class Program:
    """A case: the text of a program, and what is read off its run.

    ``flags`` are expressions that are evaluated where the measured part begins (``norms``: the BatchNormalization
    layers); ``fact`` makes the fact of a :class:`~questions.running.Run` where it is not the code; ``needs`` is
    ``"eager"`` where operations must run at once, ``"tensorflow"`` where the program uses TensorFlow itself.
    ``tries``: how often the program is run until there is a fact; in a graph updates may race.
    ``is_fit`` is False where nothing is trained, so that there is no fit of which bnlint could tell anything.
    """

    def __init__(self, *parts, flags=None, fact=None, needs=None, tries=1, is_fit=True):
        self.body = "".join(parts)
        self.flags = flags or {}
        self.fact = fact or running.code
        self.needs = needs
        self.tries = tries
        self.is_fit = is_fit

    def text(self, api):
        """The whole program, for one of the names that Keras is imported by."""
        tensorflow = "import tensorflow as tf\n" if "tf." in self.body else ""
        return "import numpy as np\n" + tensorflow + IMPORTS[api] + "\n\n" + DATA + "\n" + self.body

    def prepare(self, context):
        """Before anything else runs in the process: eager mode cannot be turned on later."""
        running.can_run(context, self.needs)

    def __call__(self, context):
        """The fact; None where this Keras cannot run such a program."""
        if not running.can_run(context, self.needs):
            return None
        for _ in range(self.tries):
            context.fresh()
            fact = self.fact(running.run(context, self.text(context.api), self.flags))
            if fact is not None:
                return fact
        return None


def base(layers=1, bn="", bn_call="", kind="functional"):
    """A backbone: Dense and BatchNormalization, so many times; ``bn`` and ``bn_call`` are further arguments."""
    if kind == "sequential":
        return (
            "base = keras.models.Sequential(\n    [\n"
            "        keras.layers.Dense(4, input_shape=(4,)),\n"
            '        keras.layers.BatchNormalization(name="bn_0"' + bn + "),\n    ]\n)\n"
        )
    text = "inputs = keras.layers.Input(shape=(4,))\nfeatures = inputs\n"
    for index in range(layers):
        # without a bend between them, the first layer's beta has no gradient
        bend = ', activation="tanh"' if index else ""
        text += "features = keras.layers.Dense(4" + bend + ")(features)\n"
        text += 'features = keras.layers.BatchNormalization(name="bn_%d"%s)(features%s)\n' % (index, bn, bn_call)
    return text + "base = keras.models.Model(inputs, features)\n"


def outer(call=""):
    """A model that calls the backbone."""
    return (
        "outer_inputs = keras.layers.Input(shape=(4,))\n"
        "model = keras.models.Model(outer_inputs, keras.layers.Dense(1)(base(outer_inputs" + call + ")))\n"
    )


FLAT_OUTER = "model = keras.models.Model(base.input, keras.layers.Dense(1)(base.output))\n"
SEQUENTIAL_OUTER = "model = keras.models.Sequential([base, keras.layers.Dense(1)])\n"


def nested(call="", **of_base):
    """A backbone, and a model that calls it."""
    return base(**of_base) + outer(call)


def flat(**of_base):
    """A backbone, and a head on its output."""
    return base(**of_base) + FLAT_OUTER


def in_sequential(**of_base):
    """A backbone in a Sequential."""
    return base(**of_base) + SEQUENTIAL_OUTER
