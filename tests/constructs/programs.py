"""What the tables of programs have in common: what stands before a program, and how its fits are counted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reading import phases

Fits = list[dict[Any, int | None]]
"""For each fit, how many layers do what."""

BEFORE = """
    import time

    import tensorflow as tf
    from tensorflow import keras
    from tensorflow.keras import layers

    from loader import batches, flag, images, labels, number


    def backbone():
        inputs = keras.Input((4,))
        x = layers.BatchNormalization()(layers.Dense(8)(inputs))
        return keras.Model(inputs, layers.BatchNormalization()(layers.Dense(8)(x)))


    def classifier(base, units=1):
        return keras.Sequential([base, layers.BatchNormalization(), layers.Dense(units)])


    def fit(model):
        model.compile("sgd", "mse")
        return model.fit(images, labels)
"""


def counts(*program: str, target: str) -> Fits:
    """For each fit, how many layers do what; their number is unknown where that of one of them is."""
    found: Fits = []
    for fit in phases(*program, target=target):
        behaviours: dict[Any, int | None] = {}
        for _, layers, *behaviour in fit:
            before = behaviours.get(tuple(behaviour), 0)
            behaviours[tuple(behaviour)] = None if before is None or layers is None else before + layers
        found.append(behaviours)
    return found


def totals(*program: str, target: str) -> Fits:
    """The same without fits of models that have no layer; turns of a loop that do the same count once."""
    found: Fits = []
    for fit in counts(*program, target=target):
        if fit and fit not in found[-1:]:
            found.append(fit)
    return found


def marks(gaps: set[str], *names: str) -> list[Any]:
    """What marks a case that bnlint does not read as it should: it tells when it is mended."""
    return [pytest.mark.xfail(strict=True, reason="not known yet")] if gaps & set(names) else []


def params(cases: dict[str, Any], gaps: set[str]) -> list[Any]:
    """The cases of a table as parameters."""
    return [pytest.param(*case, id=name, marks=marks(gaps, name)) for name, case in cases.items()]


def on_both_targets(table: dict[str, tuple[str, Fits, Fits | None]], gaps: set[str]) -> list[Any]:
    """Each case on Keras 3.15 and on TensorFlow 2.15, where nothing else is expected unless it is given."""
    return [
        pytest.param(program, target, expected, id=f"{name}, {target}", marks=marks(gaps, name, f"{name}, {target}"))
        for name, (program, keras_3, keras_2) in table.items()
        for target, expected in (
            ("keras==3.15", keras_3),
            ("tensorflow==2.15", keras_3 if keras_2 is None else keras_2),
        )
    ]
