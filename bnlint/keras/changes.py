"""What changed in the API: which constructors and methods take which keyword, and which methods exist where.

Everything is read off measurements; what was not measured, and what two neighbours do differently, is ``None``.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any, Literal

from bnlint.keras import applications, truth
from bnlint.keras.releases import Release, around

Effect = Literal["raises", "no_effect", "works", "swallowed"]
EFFECTS: tuple[Effect, ...] = ("raises", "no_effect", "works")


def injection(release: Release, constructor: str, keyword: str) -> Effect | None:
    """What ``layers=``, ``backend=``, ``models=`` or ``utils=`` does to an application's constructor.

    ``"works"``: the model is built from the module given. ``"no_effect"``: accepted, and another module is used.
    """
    if not applications.exists(constructor, release):
        return None
    found = {_injection(tables, constructor, keyword) for tables in _tables(release)}
    return found.pop() if len(found) == 1 else None


def method_injection(release: Release, method: str) -> Effect | None:
    """What ``layers=`` does to ``fit``, ``fit_generator`` or ``compile`` (``"swallowed"``: accepted and ignored)."""
    answer = truth.value(release, "q13_fit_given_layers", method)
    if answer is None:
        return None
    return "raises" if isinstance(answer, truth.Raises) else "swallowed"


def has_method(release: Release, method: str) -> bool | None:
    """Whether models have a method: ``fit_generator``, ``evaluate_generator``, ``to_yaml``."""
    answer = truth.value(release, "q14_generators", method)
    return answer if isinstance(answer, bool) else None


def fit_takes_generators(release: Release) -> bool | None:
    """Whether ``fit`` trains from a generator, so that ``fit_generator`` is not needed."""
    answer = truth.cell(release, "q14_generators", "fit_with_generator_call")
    return None if answer is None else isinstance(answer, truth.Code)


def takes_new_variables(release: Release) -> bool | None:
    """Whether an optimizer that has trained some variables goes on to train others."""
    measured = _optimizers().get(release.package, {})
    pairs = sorted((tuple(int(part) for part in version.split(".")), answer) for version, answer in measured.items())
    found = set(around(pairs, release.version))
    return found.pop() == "takes" if len(found) == 1 else None


def _tables(release: Release) -> list[Any]:
    measured = _file().get(applications.measured_package(release), {})
    return list(around(((applications.parts(version), table) for version, table in measured.items()), release.version))


def _injection(table: Any, constructor: str, keyword: str) -> Effect | None:
    for effect in EFFECTS:
        names = table.get(f"{keyword} {effect}", ())
        if names == "*" or constructor in names:
            return effect
    return None


@cache
def _optimizers() -> Any:
    with open(os.path.join(applications.DATA, "api", "optimizers.json"), encoding="utf-8") as stream:
        return json.load(stream)


@cache
def _file() -> Any:
    with open(os.path.join(applications.DATA, "injection.json"), encoding="utf-8") as stream:
        return json.load(stream)
