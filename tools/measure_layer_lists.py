"""Measures whether ``model.layers`` is the model's own list or a copy: what a change of it does.

    python tools/measure_layer_lists.py --api keras COLUMN OUT.json

OUT.json is ``{COLUMN: {"q28_layer_lists": {case: fact}}}``, an addition for ``tools/compile_truth.py``; an existing
file is continued. Of each kind of model (functional, Sequential with and without an input shape) and each way to take
the last layer off the list: ``shorter``, whether ``model.layers`` is then one shorter; ``output_moves``, whether
``predict`` gives the output of the layer before; ``weights_leave``, whether its weights leave ``model.weights``.
"""

import argparse
import importlib
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np


def functional(keras):
    """Four layers between tensors; the last one gives 3 numbers, those before it 8."""
    layers = importlib.import_module(keras.__name__ + ".layers") if keras.__name__ == "keras" else keras.layers
    inputs = layers.Input((4,))
    x = inputs
    for units in (8, 8, 3):
        x = layers.Dense(units)(x)
    return keras.models.Model(inputs, x)


def sequential(keras, **first):
    """The same as a Sequential."""
    layers = keras.layers
    return keras.models.Sequential([layers.Dense(8, **first), layers.Dense(8), layers.Dense(3)])


MODELS = {
    "functional": functional,
    "sequential": lambda keras: sequential(keras, input_shape=(4,)),
    "sequential_unbuilt": sequential,
}


def delete(layers):
    """``del layers[-1]``."""
    del layers[-1]


CHANGES = {
    "pop": lambda layers: layers.pop(),
    "pop_last": lambda layers: layers.pop(-1),
    "del_last": delete,
    "remove_last": lambda layers: layers.remove(layers[-1]),
}


def changed(keras, build, change):
    """What ``change`` of a model's list does to the model."""
    try:
        model = build(keras)
    except Exception as error:
        return {"error": type(error).__name__}
    before = len(model.layers)
    change(model.layers)
    after = len(model.layers)
    size = np.asarray(model.predict(np.zeros((2, 4), "float32"))).shape[-1]
    return {"shorter": before - after == 1, "output_moves": int(size) == 8, "weights_leave": len(model.weights) == 4}


def main():
    """Measures every case and writes them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("column")
    parser.add_argument("out")
    parser.add_argument("--api", default="keras", choices=["keras", "tf.keras", "tf_keras"])
    options = parser.parse_args()
    keras = (
        importlib.import_module(options.api)
        if options.api != "tf.keras"
        else importlib.import_module("tensorflow").keras
    )
    found = {}
    if os.path.exists(options.out):
        with open(options.out) as stream:
            found = json.load(stream)
    found[options.column] = {
        "q28_layer_lists": {
            model + "_" + change: changed(keras, MODELS[model], CHANGES[change])
            for model in MODELS
            for change in CHANGES
        }
    }
    print(options.column, found[options.column])
    with open(options.out, "w") as stream:
        json.dump(found, stream, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
