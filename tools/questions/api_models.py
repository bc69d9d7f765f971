"""Small models around one BatchNormalization, and what one training step does to it.

The layer's input is the data itself (the Dense layer before it is the identity), so the loss tells which statistics
normalize: those of the batch and the moving ones, which stand far from it, give losses that differ.
"""

import numpy as np

ROWS, SIZE = 16, 4
GAMMA, BETA, MEAN, VARIANCE = 1.5, 0.5, -2.0, 4.0
HEAD = np.array([[0.5], [-0.3], [0.7], [0.2]], "float32")
MOVED = 1e-6


def data():
    """One batch: inputs with a mean near 1, and targets."""
    random = np.random.RandomState(0)
    return random.randn(ROWS, SIZE).astype("float32") + 1.0, random.randn(ROWS, 1).astype("float32")


def batches():
    """The batch again and again."""
    while True:
        yield data()


class Small(object):
    """A model with a Dense layer, a BatchNormalization and a head; ``base`` is the model that the first two are in."""

    def __init__(self, context, model, base, layers, head):
        self.context, self.model, self.base, self.head = context, model, base, head
        self.dense, self.norm = (next(layer for layer in layers if layer.name == name) for name in ("dense_0", "bn_0"))

    def set_weights(self):
        """Weights that are known."""
        self.dense.set_weights([np.eye(SIZE, dtype="float32")])
        self.norm.set_weights([np.full(SIZE, value, "float32") for value in (GAMMA, BETA, MEAN, VARIANCE)])
        self.head.set_weights([HEAD, np.zeros(1, "float32")])
        return self

    def compile(self):
        """Plain descent with a small step."""
        self.model.compile(self.context.keras.optimizers.SGD(0.001), "mse")
        return self

    def flags(self):
        """The ``trainable`` flags, and how many weights they leave to be trained."""
        return {
            "outer": bool(self.model.trainable),
            "base": None if self.base is None else bool(self.base.trainable),
            "bn": [bool(self.norm.trainable)],
            "dense": [bool(self.dense.trainable)],
            "n_trainable_weights_outer": len(self.model.trainable_weights),
            "n_trainable_weights_base": None if self.base is None else len(self.base.trainable_weights),
        }

    def step(self, train=None):
        """The fact of one training step; ``train`` takes the model and returns the loss."""
        before = self.norm.get_weights()
        loss = float((train or fit)(self.model))
        return fact(before, self.norm.get_weights(), loss)


def fit(model):
    """One step of ``fit`` on arrays."""
    x, y = data()
    return model.fit(x, y, batch_size=ROWS, epochs=1, shuffle=False, verbose=0).history["loss"][0]


def fit_batches(model):
    """One step of ``fit`` on a generator."""
    return model.fit(batches(), steps_per_epoch=1, epochs=1, verbose=0).history["loss"][0]


def fit_generator(model):
    """One step of ``fit_generator``."""
    return model.fit_generator(batches(), steps_per_epoch=1, epochs=1, verbose=0).history["loss"][0]


def losses():
    """The loss of the first step by the statistics that normalize."""
    x, y = (array.astype("float64") for array in data())
    found = {}
    for kind, mean, variance in (("B", x.mean(0), x.var(0)), ("M", MEAN, VARIANCE)):
        output = ((x - mean) / np.sqrt(variance + 0.001) * GAMMA + BETA).dot(HEAD)
        found[kind] = float(((output - y) ** 2).mean())
    return found


def fact(before, after, loss):
    """Code and effective momentum (see ``bnlint/keras/truth.py``) of a step that had ``loss``."""
    near = [kind for kind, expected in losses().items() if abs(loss - expected) < 0.001 * expected]
    gamma, beta, mean, variance = (np.abs(new - old).max() > MOVED for old, new in zip(before, after))
    trained = "T" if gamma and beta else "g" if gamma else "b" if beta else "-"
    found = {"code": (near[0] if near else "?") + ("U" if mean or variance else "-") + trained}
    if near and mean:
        batch = data()[0].mean(0)
        momentum = (after[2] - batch) / (before[2] - batch)
        found["eff_momentum"] = round(float(momentum.mean()), 3) + 0.0  # no -0.0
    return found


def base_model(context, call=None):
    """``Model(inputs, norm(dense(inputs)))``; ``call`` are keywords of the call of the BatchNormalization."""
    layers = context.keras.layers
    inputs = layers.Input((SIZE,), name="base_in")
    dense, norm = layers.Dense(SIZE, use_bias=False, name="dense_0"), layers.BatchNormalization(name="bn_0")
    return context.keras.models.Model(inputs, norm(dense(inputs), **(call or {})), name="base")


def flat(context, norm_call=None):
    """The layers of the base in the trained model: ``Model(base.input, head(base.output))``."""
    base = base_model(context, norm_call)
    head = context.keras.layers.Dense(1, name="head")
    model = context.keras.models.Model(base.input, head(base.output), name="outer")
    return Small(context, model, base, base.layers, head).set_weights()


def nested(context, call=None, norm_call=None):
    """The base as one layer of the trained model; ``call`` are keywords of its call."""
    base = base_model(context, norm_call)
    head = context.keras.layers.Dense(1, name="head")
    inputs = context.keras.layers.Input((SIZE,), name="outer_in")
    model = context.keras.models.Model(inputs, head(base(inputs, **(call or {}))), name="outer")
    return Small(context, model, base, base.layers, head).set_weights()


def in_sequential(context):
    """``Sequential([base, head])``."""
    base, head = base_model(context), context.keras.layers.Dense(1, name="head")
    model = context.keras.models.Sequential([base, head], name="outer")
    if not model.built:
        model.build((None, SIZE))
    return Small(context, model, base, base.layers, head).set_weights()


def again(context, model):
    """The parts of a copy of one of these models, whose base, if it is a layer, is called ``base``."""
    by_name = {layer.name: layer for layer in model.layers}
    base = by_name.get("base")
    return Small(context, model, base, model.layers if base is None else base.layers, by_name["head"])
