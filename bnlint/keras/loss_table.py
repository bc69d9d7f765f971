"""What a loss that takes logits makes of an output that is activated already: ``data/losses.json``.

Measured by ``tools/measure_losses.py``: some releases go back to what the activation was given, if it comes last.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Literal, cast

from bnlint.keras.release_table import version
from bnlint.keras.releases import Release, around

FILE = os.path.join(os.path.dirname(__file__), "data", "losses.json")


def activated_twice(release: Release, backend: str, where: Literal["direct", "behind"]) -> bool | None:
    """Whether the loss counts the activation twice; ``behind``: a `Reshape` or its like comes after the activation."""
    measured = _table().get(release.package, {}).get(backend, {})
    found = set(around(((version(each), answers[where]) for each, answers in measured.items()), release.version))
    return found.pop() == "twice" if len(found) == 1 and None not in found else None


@cache
def _table() -> dict[str, dict[str, dict[str, dict[str, str | None]]]]:
    with open(FILE, encoding="utf-8") as stream:
        return cast("dict[str, dict[str, dict[str, dict[str, str | None]]]]", json.load(stream))
