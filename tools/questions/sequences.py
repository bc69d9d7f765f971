"""Several time steps: in a TimeDistributed, and under a mask."""

import numpy as np

from .program import COMPILE, FIT, Program
from .wrappers import updates

STEPS = 4
NORM = """\
norm = keras.layers.BatchNormalization(momentum=0.5, epsilon=1e-5, name="bn_0")
"""
INNER = {
    "layer": "inner = norm\n",
    "base": """\
inner_inputs = keras.layers.Input(shape=(4,))
inner = keras.models.Model(inner_inputs, norm(inner_inputs))
""",
    "sequential": "inner = keras.models.Sequential([keras.layers.Input(shape=(4,)), norm])\n",
}
SHAPES = {"": "shape=(4, 4)", "_open": "shape=(None, 4)", "_of_fixed_batch": "batch_shape=(16, 4, 4)"}
OVER_TIME = """\
x_train = np.stack([x_train, x_train + 1, x_train * 2, x_train - 1], axis=1)
x_train = x_train.astype("float32")
y_train = (x_train - x_train.mean(0)) / np.sqrt(x_train.var(0) + 1e-5)
inputs = keras.layers.Input(%s)
model = keras.models.Model(inputs, keras.layers.TimeDistributed(inner)(inputs))
"""
MASKED = """\
x_train = np.stack([x_train, x_train + 1, x_train * 2, x_train - 1], axis=1)
x_train = x_train.astype("float32")
x_train[:, 2:] = 0
y_train = np.zeros_like(x_train)
inputs = keras.layers.Input(shape=(4, 4))
"""
EMBEDDED = """\
words = random.randint(1, 9, size=(16, 4))
words[:, 2:] = 0
y_train = np.zeros((16, 4, 4), "float32")
inputs = keras.layers.Input(shape=(4,))
embedding = keras.layers.Embedding(9, 4, mask_zero=True)
model = keras.models.Model(inputs, norm(embedding(inputs)))
x_train = words
vectors = np.asarray(embedding.get_weights()[0])[words]
"""
MASK = "model = keras.models.Model(inputs, norm(keras.layers.Masking()(inputs)))\n"
MASK_THEN = "model = keras.models.Model(inputs, norm(keras.layers.%s(keras.layers.Masking()(inputs))))\n"


def over_time(run):
    """How often a step updates the statistics, and whether each time step is normalized by itself."""
    x_train, y_train = run.namespace["x_train"], run.namespace["y_train"]
    together = (x_train - x_train.mean((0, 1))) / np.sqrt(x_train.var((0, 1)) + 1e-5)
    apart = float(np.mean((together - y_train) ** 2))
    found = "each step" if run.loss < apart / 50 else "all steps" if abs(run.loss - apart) < apart / 50 else None
    return dict(updates(run) or {}, normalizes=found)


def moving_means(run):
    """The moving mean before the measured part and after it."""
    for start, end in zip(run.start, run.end):
        if len(start) == 4:
            return start[-2], end[-2]
    raise AssertionError("no BatchNormalization layer with all its weights")


def masked(run):
    """Whether masked time steps count in the statistics."""
    start, end = moving_means(run)
    left = run.momenta[0] or 0.0  # 0 where the first update replaces the statistics
    data = run.namespace.get("vectors", run.namespace["x_train"])
    gone_to = (end - left * start) / (1 - left)
    distances = {
        "ignored": np.max(np.abs(gone_to - data[:, :2].mean((0, 1)))),
        "counted": np.max(np.abs(gone_to - data.mean((0, 1)))),
    }
    best = min(distances, key=distances.get)
    return {"masked_steps": best if distances[best] < 1e-3 else None}


def cases():
    """A layer and models in a TimeDistributed, by what is known of the input's shape."""
    return {
        name + ending: Program(NORM, inner, OVER_TIME % shape, COMPILE, FIT, fact=over_time, tries=5)
        for name, inner in INNER.items()
        for ending, shape in SHAPES.items()
    }


def of_mask(*parts):
    """A program with masked time steps."""
    return Program(NORM, *parts, COMPILE, FIT, fact=masked)


QUESTIONS = {
    "q29_time_steps": cases(),
    "q30_masks": {
        "masking": of_mask(MASKED, MASK),
        "masking_then_dense": of_mask(MASKED, MASK_THEN % 'Dense(4, kernel_initializer="identity")'),
        "masking_then_activation": of_mask(MASKED, MASK_THEN % 'Activation("linear")'),
        "embedding": of_mask(EMBEDDED),
    },
}
