"""A backbone in a wrapper, in a Lambda, and called more than once."""

import math

from . import running
from .freezing import FREEZE_BASE
from .program import COMPILE, FIT, TRAIN, Program, base

IN_TIME = """\
x_train = x_train[:, None, :]
wrapper = keras.layers.TimeDistributed(base)
outer_inputs = keras.layers.Input(shape=(1, 4))
features = keras.layers.Reshape((4,))(wrapper(outer_inputs%s))
model = keras.models.Model(outer_inputs, keras.layers.Dense(1)(features))
"""
IN_LAMBDA = """\
outer_inputs = keras.layers.Input(shape=(4,))
features = keras.layers.Lambda(lambda tensor: base(tensor%s), output_shape=(4,))(outer_inputs)
model = keras.models.Model(outer_inputs, keras.layers.Dense(1)(features))
"""
SHARED = """\
outer_inputs = keras.layers.Input(shape=(4,))
features = keras.layers.average([base(outer_inputs, training=False), base(outer_inputs)])
model = keras.models.Model(outer_inputs, keras.layers.Dense(1)(features))
"""
TRIES = 5
WRAPPER_FLAGS = {
    "wrapper": "wrapper.trainable",
    "base": "base.trainable",
    "bn": "norms[0].trainable",
    "n_trainable": "len(model.trainable_weights)",
}

NORM = """\
norm = keras.layers.BatchNormalization(momentum=0.5, name="bn_0")
"""
INNER = """\
inner_inputs = keras.layers.Input(shape=(4,))
inner = keras.models.Model(inner_inputs, norm(inner_inputs))
"""
INPUTS = "inputs = [keras.layers.Input(shape=(4,)) for _ in range(%d)]\n"
ADDED = "features = keras.layers.add([%s(each) for each in inputs])\n"
OVER_TIME = """\
x_train = np.stack([x_train, x_train + 1, x_train * 2, x_train - 1], axis=1)
inputs = keras.layers.Input(shape=(4, 4))
features = keras.layers.Flatten()(keras.layers.TimeDistributed(%s)(inputs))
"""
OUTPUT = "model = keras.models.Model(inputs, keras.layers.Dense(1)(features))\n"


def updates(run):
    """How often a step updates the statistics; None where averages replace them or race."""
    left = run.momenta[0]
    count = math.log(left, 0.5) if left is not None and left > 0 else None
    if count is None or abs(count - round(count)) > 0.05:
        return None
    return {"updates_per_step": float(round(count))}


def called(times, name, inner=""):
    """A layer or a model on several inputs."""
    fit = FIT.replace("fit(x_train", "fit([x_train] * %d" % times)
    return Program(NORM, inner, INPUTS % times, ADDED % name, OUTPUT, COMPILE, fit, fact=updates, tries=TRIES)


def over_time(name, inner=""):
    """A layer or a model in a TimeDistributed, four time steps."""
    return Program(NORM, inner, OVER_TIME % name, OUTPUT, TRAIN, fact=updates, tries=TRIES)


ONCE = Program(
    NORM,
    "inputs = keras.layers.Input(shape=(4,))\nfeatures = norm(inputs)\n",
    OUTPUT,
    TRAIN,
    fact=updates,
)

QUESTIONS = {
    "q25_wrappers": {
        "time_distributed_trainable": Program(base(), IN_TIME % "", TRAIN),
        "time_distributed_base_frozen": Program(base(), FREEZE_BASE, IN_TIME % "", TRAIN),
        "time_distributed_called_training_false": Program(
            base(), IN_TIME % ", training=False", TRAIN, fact=running.exact_code
        ),
        "time_distributed_wrapper_trainable_false": Program(
            base(), IN_TIME % "", "wrapper.trainable = False\n", TRAIN, flags=WRAPPER_FLAGS
        ),
        # by the loss: on JAX the weights of what a Lambda calls are constants of the compiled step
        "lambda_trainable": Program(base(), IN_LAMBDA % "", TRAIN, fact=running.exact_code),
        "lambda_base_frozen": Program(base(), FREEZE_BASE, IN_LAMBDA % "", TRAIN, fact=running.exact_code),
        "lambda_training_false": Program(base(), IN_LAMBDA % ", training=False", TRAIN, fact=running.exact_code),
        "shared_base_two_calls": Program(base(), SHARED, TRAIN, fact=running.changes),
        "updates_layer_once": ONCE,
        "updates_layer_two_calls": called(2, "norm"),
        "updates_base_two_calls": called(2, "inner", INNER),
        "updates_base_three_calls": called(3, "inner", INNER),
        "updates_time_distributed_layer": over_time("norm"),
        "updates_time_distributed_base": over_time("inner", INNER),
    }
}
