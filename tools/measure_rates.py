"""Measures the default learning rate of every optimizer of the installed Keras, and adds it to a JSON file.

    python tools/measure_rates.py --api keras bnlint/keras/data/rates.json

Runs on Python 3.6 and newer, in the environment that is measured. A name that cannot be made without arguments, or that
as a string gives another rate than its class, is left out.
"""

import contextlib
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import measuring

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
    options = measuring.arguments(__doc__)
    keras, package, version = measuring.framework(options.api)
    measuring.add(options.data, rates(keras), package, version)


if __name__ == "__main__":
    main()
