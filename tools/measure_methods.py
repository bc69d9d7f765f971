"""Measures what ``layers=`` given to ``fit``, ``fit_generator`` and ``compile`` does.

    python tools/measure_methods.py --api keras COLUMN OUT.json

OUT.json is ``{COLUMN: {"q13_fit_given_layers": {method: fact}}}``, an addition for ``tools/compile_truth.py``;
an existing file is continued.
"""

import argparse
import importlib
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np


def given_layers(keras, method):
    """What happens when ``method`` of a small compiled model is given ``layers=keras.layers``."""
    model = keras.models.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    data = np.zeros((8, 3)), np.zeros((8, 1))
    arguments = {"fit": data, "fit_generator": (iter([data]),), "compile": ("sgd", "mse")}[method]
    try:
        getattr(model, method)(*arguments, layers=keras.layers)
    except Exception as error:
        return {"error": type(error).__name__}
    return "accepted"


def main():
    """Measures the three methods and writes them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("column")
    parser.add_argument("out")
    parser.add_argument("--api", default="keras", choices=["keras", "tf_keras"])
    options = parser.parse_args()
    keras = importlib.import_module(options.api)
    found = {}
    if os.path.exists(options.out):
        with open(options.out) as stream:
            found = json.load(stream)
    found[options.column] = {
        "q13_fit_given_layers": {method: given_layers(keras, method) for method in ("fit", "fit_generator", "compile")}
    }
    print(options.column, found[options.column])
    with open(options.out, "w") as stream:
        json.dump(found, stream, indent=1)


if __name__ == "__main__":
    main()
