"""Measures what a loss with `from_logits=True` makes of an activated output, and adds it to a JSON file.

    python tools/measure_losses.py --api keras bnlint/keras/data/losses.json

Runs on Python 3.6 and newer, in the environment that is measured; `KERAS_BACKEND` names Keras 3's backend. For an
output whose last layer is the activation (`direct`), and for one with a `Reshape` behind it (`behind`): `once` where
the loss of `fit` and of `evaluate` is that of the logits, `twice` where it is that of probabilities taken for logits.
"""

import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import measuring

ROWS, CLASSES = 16, 4


def softmax(values):
    """Rows that add up to 1."""
    powers = np.exp(values - values.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def sigmoid(values):
    """Between 0 and 1."""
    return 1 / (1 + np.exp(-values))


def outcome(keras, loss, activation, behind):
    """``once`` or ``twice``; None where `fit` and `evaluate` differ, or the loss is another."""
    layers, random = keras.layers, np.random.RandomState(0)
    images = random.randn(ROWS, 6).astype("float32")
    classes = random.randint(0, CLASSES, ROWS)
    units = CLASSES if activation == "softmax" else 1
    labels = classes if activation == "softmax" else (classes % 2).astype("float32").reshape(-1, 1)
    kernel = random.randn(6, units).astype("float32")
    inputs = layers.Input((6,))
    outputs = layers.Dense(units, activation=activation, use_bias=False, name="head")(inputs)
    model = keras.models.Model(inputs, layers.Reshape((units,))(outputs) if behind else outputs)
    model.get_layer("head").set_weights([kernel])
    model.compile("sgd", getattr(keras.losses, loss)(from_logits=True))
    evaluated = float(model.evaluate(images, labels, batch_size=ROWS, verbose=0))
    fitted = model.fit(images, labels, batch_size=ROWS, epochs=1, verbose=0).history["loss"][0]

    def expected(values):
        if activation == "softmax":
            return -np.log(softmax(values)[np.arange(ROWS), labels]).mean()
        chance = sigmoid(values)
        return -(labels * np.log(chance) + (1 - labels) * np.log(1 - chance)).mean()

    logits = images.dot(kernel)
    activated = softmax(logits) if activation == "softmax" else sigmoid(logits)
    for name, values in (("once", logits), ("twice", activated)):
        if all(abs(found - expected(values)) < 1e-3 for found in (evaluated, fitted)):
            return name
    return None


def main():
    """Adds one release on one backend."""
    options = measuring.arguments(__doc__)
    keras, package, version = measuring.framework(options.api)
    backend = keras.backend.backend() if package == "keras3" else "tensorflow"
    found = {}
    for place, behind in (("direct", False), ("behind", True)):
        answers = {
            outcome(keras, loss, activation, behind)
            for loss, activation in (
                ("SparseCategoricalCrossentropy", "softmax"),
                ("BinaryCrossentropy", "sigmoid"),
            )
        }
        found[place] = answers.pop() if len(answers) == 1 else None
    measuring.add(options.data, found, package, backend, version)


if __name__ == "__main__":
    main()
