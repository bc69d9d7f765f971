"""The releases of TensorFlow, Keras and tf_keras, and which of them go together: ``data/releases.json``."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any, cast

Version = tuple[int, ...]

FILE = os.path.join(os.path.dirname(__file__), "data", "releases.json")


def version(text: str) -> Version:
    """``"2.3.1"`` as numbers."""
    return tuple(map(int, text.split(".")))


@cache
def releases(package: str) -> tuple[Version, ...]:
    """Every release of ``tensorflow``, ``keras`` or ``tf_keras`` that is known, oldest first."""
    return tuple(map(version, _table()[package]["releases"].split()))


@cache
def keras_of_tensorflow() -> dict[Version, Version]:
    """The standalone ``keras`` of the days of each minor release of TensorFlow, from 2.6 on one that it asks for."""
    return _pairs("tensorflow", "keras")


@cache
def tensorflow_of_keras() -> dict[Version, Version]:
    """The TensorFlow of the days of each ``keras``: what is said of a release holds up to the next one named."""
    return _pairs("keras", "tensorflow")


@cache
def required_keras() -> dict[Version, str]:
    """What each minor release of TensorFlow asks of the package ``keras``; those not named ask nothing."""
    return {version(minor): wanted for minor, wanted in _table()["tensorflow"]["requires"].items()}


def _pairs(package: str, other: str) -> dict[Version, Version]:
    return {version(one): version(its) for one, its in _table()[package][other].items()}


@cache
def _table() -> dict[str, Any]:
    with open(FILE, encoding="utf-8") as stream:
        return cast("dict[str, Any]", json.load(stream))
