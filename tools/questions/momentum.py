"""The moving average: a changed ``momentum``, the first steps, the estimator of the variance."""

import numpy as np

from . import running
from .program import COMPILE, FIT, TRAIN, TRAIN_ON_BATCH, Program, flat, nested
from .running import rounded
from .toggling import EAGER_COMPILE, EARLIER_FIT

SMALLER_FIT = EARLIER_FIT.replace("batch_size=16", "batch_size=8")
EARLIER_STEP = "model.train_on_batch(x_train, y_train)\n"
CHANGE = """\
norm = base.layers[-1]
norm.momentum = 0.5
"""
EDIT = """\
for layer in config["%s"]:
    if layer["class_name"].startswith("BatchNormalization"):
        layer["config"]["momentum"] = 0.5
"""
EDIT_CONFIG = "config = model.get_config()\n" + EDIT % "layers" + "rebuilt = keras.models.Model.from_config(config)\n"
EDIT_JSON = (
    "import json\n\ndescription = json.loads(model.to_json())\nconfig = description['config']\n"
    + EDIT % "layers"
    + "rebuilt = keras.models.model_from_json(json.dumps(description))\n"
)
FROM_CONFIG = "rebuilt = keras.models.Model.from_config(model.get_config())\n"
FROM_JSON = "rebuilt = keras.models.model_from_json(model.to_json())\n"
TAKE_WEIGHTS = """\
kept = all(np.allclose(new, old) for new, old in zip(rebuilt.get_weights(), model.get_weights()))
rebuilt.set_weights(model.get_weights())
model = rebuilt
del base, norm, layer
"""


AT_EPOCH_END = """\
class Schedule(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        norm.momentum = 0.5


norm = base.layers[-1]
"""
TWO_EPOCHS = FIT.replace("history", "norm.momentum = 0.99\nhistory").replace(
    "epochs=1", "epochs=2, callbacks=[Schedule()]"
)
UNCALLED = """\
inputs = keras.layers.Input(shape=(4,))
norm = keras.layers.BatchNormalization(name="bn_0")
norm.momentum = 0.5
model = keras.models.Model(inputs, keras.layers.Dense(1)(norm(inputs)))
"""
RENORM = """\
inputs = keras.layers.Input(shape=(4,))
norm = keras.layers.BatchNormalization(renorm=True, name="bn_0")
model = keras.models.Model(inputs, keras.layers.Dense(1)(norm(inputs)))
"""
UNCLIPPED = RENORM.replace("renorm=True", 'renorm=True, renorm_clipping={"rmin": 1.0, "rmax": 1.0, "dmax": 0.0}')
CLIP = """\
norm.renorm_clipping = {"rmin": 1.0, "rmax": 1.0, "dmax": 0.0}
"""


def of_renorm(run):
    """What the output was normalized by: the batch alone, or corrected by what has been gathered."""
    return {"normalizes": {"B": "by the batch", "M": "corrected"}.get(run.codes[0][0])}


def momentum_alone(run):
    """The effective momentum; before Keras 3.4 the loss of ``train_on_batch`` is an average over earlier steps."""
    return {"eff_momentum": rounded(run.momenta[0])}


def of_rebuilt(run):
    """The effective momentum of a model made anew, and whether it came with its weights."""
    return {
        "eff_momentum": rounded(run.momenta[0]),
        "weights_kept_without_set_weights": bool(run.namespace["kept"]),
    }


def rebuilt(how, change=""):
    """A program that makes its model anew."""
    names = [name for name, used in (("norm", change), ("layer", "for layer" in how)) if used]
    forget = "del " + ", ".join(["base", *names]) + "\n"
    return Program(flat(), change, how, TAKE_WEIGHTS.replace("del base, norm, layer\n", forget), TRAIN, fact=of_rebuilt)


def biased(norm, start, batch_mean, batch_variance):
    """The effective momentum of a step that is over, and the variance that it moved towards, per the batch's."""
    (mean, variance), (new_mean, new_variance) = start[-2:], norm.get_weights()[-2:]
    if np.max(np.abs(batch_mean - mean)) < 0.05:
        return None, None
    momentum = float(np.mean(1 - (new_mean - mean) / (batch_mean - mean)))
    target = (new_variance - momentum * variance) / (1 - momentum)
    return momentum, round(float(np.mean(target / batch_variance)), 4)


def started(norm, size):
    """Known moving statistics, far from the batch's."""
    weights = [*norm.get_weights()[:-2], np.linspace(-3, -2, size), np.linspace(2, 4, size)]
    norm.set_weights([np.asarray(each, "float32") for each in weights])


def three_steps(context):
    """The effective momentum of the first three steps on a Dense layer's features."""
    layers, size = context.keras.layers, 16
    inputs = layers.Input(shape=(4,))
    dense, norm = layers.Dense(4), layers.BatchNormalization()
    model = context.models.Model(inputs, layers.Dense(1)(norm(dense(inputs))))
    model.compile(optimizer=context.keras.optimizers.SGD(1e-12), loss="mse")
    random = np.random.RandomState(7)
    batch, targets = random.normal(1.0, 2.0, size=(size, 4)), random.normal(size=(size, 1))
    started(norm, 4)
    kernel, bias = dense.get_weights()
    features = batch.dot(kernel) + bias
    steps = []
    for _ in range(3):
        start = norm.get_weights()
        model.fit(batch.astype("float32"), targets.astype("float32"), batch_size=size, epochs=1, verbose=0)
        momentum, target = biased(norm, start, features.mean(0), features.var(0))
        steps.append({"eff_momentum": None if momentum is None else round(momentum, 4) + 0.0})
        if len(steps) == 1:
            steps[0]["variance_target_over_biased_batch_variance"] = target
            steps[0]["n_over_n_minus_1"] = round(size / (size - 1.0), 4)
    return {"steps": steps, "verdict": verdict(steps[0]["eff_momentum"])}


def verdict(momentum):
    """What the first step does."""
    if abs(momentum) < 0.01:
        return "first step replaces the moving statistics by the batch's"
    return "momentum 0.99 from the first step" if abs(momentum - 0.99) < 0.002 else "other"


def images(context):
    """One step on images, with momentum 0.5."""
    layers = context.keras.layers
    inputs = layers.Input(shape=(4, 4, 4))
    norm = layers.BatchNormalization(momentum=0.5)
    model = context.models.Model(inputs, norm(inputs))
    model.compile(optimizer=context.keras.optimizers.SGD(1e-12), loss="mse")
    batch = np.random.RandomState(7).normal(5.0, 3.0, size=(4, 4, 4, 4)).astype("float32")
    started(norm, 4)
    start = norm.get_weights()
    model.fit(batch, batch, batch_size=4, epochs=1, verbose=0)
    momentum, target = biased(norm, start, batch.mean((0, 1, 2)), batch.var((0, 1, 2)))
    return {
        "eff_momentum_asked_0.5": round(momentum, 4) + 0.0,
        "variance_target_over_biased_batch_variance": target,
        "n_over_n_minus_1": round(64 / 63.0, 4),
    }


def changed(*parts):
    """A program that changes the momentum."""
    return Program(*parts, fact=running.code_and_momentum)


def clipped(*parts):
    """A program with batch renormalization."""
    return Program(*parts, fact=of_renorm)


QUESTIONS = {
    "q18_momentum": {
        "after_build_before_compile": changed(flat(), CHANGE, TRAIN),
        "after_compile_before_fit": changed(flat(), COMPILE, CHANGE, FIT),
        "between_fits": changed(flat(), COMPILE, EARLIER_FIT, CHANGE, FIT),
        "between_fits_recompile": changed(flat(), COMPILE, EARLIER_FIT, CHANGE, TRAIN),
        "nested_between_fits_recompile": changed(nested(), COMPILE, EARLIER_FIT, CHANGE, TRAIN),
        "between_fits_run_eagerly": changed(flat(), EAGER_COMPILE, EARLIER_FIT, CHANGE, FIT),
        "between_fits_other_batch_size": changed(flat(), COMPILE, SMALLER_FIT, CHANGE, FIT),
        "between_step_and_fit": changed(flat(), COMPILE, EARLIER_STEP, CHANGE, FIT),
        "between_steps": Program(flat(), COMPILE, EARLIER_STEP, CHANGE, TRAIN_ON_BATCH, fact=momentum_alone),
        "at_epoch_end": changed(flat(), COMPILE, AT_EPOCH_END, TWO_EPOCHS),
        "at_epoch_end_run_eagerly": changed(flat(), EAGER_COMPILE, AT_EPOCH_END, TWO_EPOCHS),
        "before_the_layer_is_called": changed(UNCALLED, TRAIN),
        "renorm": clipped(RENORM, TRAIN),
        "renorm_clipped": clipped(UNCLIPPED, TRAIN),
        "renorm_clipping_after_compile": clipped(RENORM, COMPILE, CLIP, FIT),
        "renorm_clipping_between_fits": clipped(RENORM, COMPILE, EARLIER_FIT, CLIP, FIT),
        "renorm_clipping_between_fits_recompile": clipped(RENORM, COMPILE, EARLIER_FIT, CLIP, TRAIN),
        "config_edit_from_config": rebuilt(EDIT_CONFIG),
        "json_edit_model_from_json": rebuilt(EDIT_JSON),
        "attr_then_get_config_from_config": rebuilt(FROM_CONFIG, CHANGE),
        "attr_then_to_json_model_from_json": rebuilt(FROM_JSON, CHANGE),
    },
    "q27_moving_average_steps": {"dense_input": three_steps, "image_input": images},
}
