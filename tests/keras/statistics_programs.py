"""Runs programs of the catalogue on real Keras and tells what became of their moving statistics, as JSON.

    python tests/keras/statistics_programs.py API PROGRAM.json

PROGRAM.json is ``{name: {"text": …, "data": {variable: expression}, "ask": "pace" or "gap"}}``.
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np

FAR = 1000.0


def norms_of(namespace, keras):
    """The BatchNormalization layers that a program's model holds, those inside wrappers too."""
    found = []
    for layer in namespace["model"].layers:
        inner = getattr(layer, "layer", layer)
        found += [inner] if isinstance(inner, keras.layers.BatchNormalization) else []
    return found


def pace(text, namespace, keras):
    """The share of the old moving mean that is left after the last fit."""
    before, mark, last = text.rstrip().rpartition("\nmodel.fit(")
    exec(before, namespace)
    (norm,) = norms_of(namespace, keras)
    weights = norm.get_weights()
    weights[2] = np.full_like(weights[2], FAR)
    norm.set_weights(weights)
    exec((mark + last).strip(), namespace)
    return float(np.mean(norm.get_weights()[2])) / FAR


def gap(text, namespace, keras):
    """How far the normalized values in training mode are from those in inference mode."""
    exec(text, namespace)
    model = namespace["model"]
    (at,) = [at for at, layer in enumerate(model.layers) if norms_of({"model": Part([layer])}, keras)]
    features = keras.models.Model(model.inputs, model.layers[at].output)
    x = namespace["x_train"][:32]
    return float(np.mean(np.abs(np.asarray(features(x, training=True)) - np.asarray(features(x, training=False)))))


class Part:
    """Some layers, as a model has them."""

    def __init__(self, layers):
        self.layers = layers


def main():
    """Runs every program in names of its own."""
    api, path = sys.argv[1:]
    if api == "tf_keras":
        import tf_keras as keras
    else:
        import keras
    with open(path) as stream:
        programs = json.load(stream)
    found = {}
    for name, program in programs.items():
        namespace = {"np": np, "random": np.random.RandomState(7)}
        for variable, expression in program["data"].items():
            namespace[variable] = eval(expression, namespace)
        text = program["text"]
        if api == "tf_keras":
            text = text.replace("import keras\nfrom keras import", "import tf_keras as keras\nfrom tf_keras import")
        found[name] = {"pace": pace, "gap": gap}[program["ask"]](text, namespace, keras)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
