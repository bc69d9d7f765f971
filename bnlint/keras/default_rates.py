"""The learning rate with which each optimizer begins unless it is told one: ``data/rates.json``.

Measured by ``tools/measure_rates.py``, release by release.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import cast

from bnlint.keras.release_table import version
from bnlint.keras.releases import Release, Version, around

FILE = os.path.join(os.path.dirname(__file__), "data", "rates.json")

ADAPTIVE = frozenset({"adam", "adamw", "rmsprop", "nadam", "adamax"})
"""Optimizers whose first steps change every weight by about the rate, however small its gradient is."""


def default_rate(name: str, release: Release | None) -> float | None:
    """The rate of ``Adam()`` and of ``"adam"``; None where the measured releases around differ, or have no such class.

    Where it is not known which release it is, the rate on which all agree.
    """
    if release is None:
        found = {rate for package in _table() for _, rate in _measured(package, name.lower())}
    else:
        found = set(around(_measured(release.package, name.lower()), release.version))
    return found.pop() if len(found) == 1 else None


@cache
def _measured(package: str, name: str) -> tuple[tuple[Version, float | None], ...]:
    return tuple((version(release), rates.get(name)) for release, rates in _table().get(package, {}).items())


@cache
def _table() -> dict[str, dict[str, dict[str, float]]]:
    with open(FILE, encoding="utf-8") as stream:
        return cast("dict[str, dict[str, dict[str, float]]]", json.load(stream))
