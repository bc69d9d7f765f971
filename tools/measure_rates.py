"""Measures the default learning rate of every optimizer of the installed Keras, and adds it to a JSON file.

    python tools/measure_rates.py --api keras bnlint/keras/data/rates.json

Runs on Python 3.6 and newer, in the environment that is measured. A name that cannot be made without arguments, or that
as a string gives another rate than its class, is left out.
"""

import argparse
import contextlib
import importlib
import json
import os

NAMES = "SGD RMSprop Adam Adamax Nadam Adagrad Adadelta Ftrl AdamW Lion Adafactor Lamb Muon".split()


def rate(keras, optimizer):
    """The rate as a number."""
    value = getattr(optimizer, "learning_rate", None)
    value = optimizer.lr if value is None else value
    with contextlib.suppress(AttributeError, TypeError):  # a number, or a variable that converts to one
        value = keras.backend.get_value(value)
    return round(float(value), 8)


def by_string(keras, name):
    """The rate behind a string; None where there is no optimizer of that name."""
    try:
        return rate(keras, keras.optimizers.get(name))
    except (TypeError, ValueError, KeyError):
        return None


def rates(keras):
    """By name in small letters."""
    found = {}
    for name in NAMES:
        made = getattr(keras.optimizers, name, None)
        if made is None:
            continue
        try:
            here = rate(keras, made())
        except (TypeError, ValueError):
            continue
        if by_string(keras, name.lower()) in (None, here):
            found[name.lower()] = here
    return found


def main():
    """Adds one release."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--api", choices=["keras", "tf.keras", "tf_keras"], required=True)
    parser.add_argument("data", help="the JSON file to add to")
    options = parser.parse_args()
    tensorflow = importlib.import_module("tensorflow")
    keras = tensorflow.keras if options.api == "tf.keras" else importlib.import_module(options.api)
    version = tensorflow.__version__ if options.api == "tf.keras" else keras.__version__
    package = "keras3" if options.api == "keras" and int(version.split(".")[0]) > 2 else options.api
    table = {}
    if os.path.exists(options.data):
        with open(options.data) as stream:
            table = json.load(stream)
    table.setdefault(package, {})[version] = rates(keras)
    ordered = {
        name: {key: table[name][key] for key in sorted(table[name], key=lambda text: [int(p) for p in text.split(".")])}
        for name in sorted(table)
    }
    with open(options.data, "w") as stream:
        json.dump(ordered, stream, indent=1, sort_keys=False)
        stream.write("\n")


if __name__ == "__main__":
    main()
