"""What the API of each release has: import paths, methods of models, keyword arguments; and when that changed.

Measured by ``tools/measure_api.py``. A release that was not measured has what its measured neighbours agree on; outside
the measured span, and where they differ, nothing is known.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any, Literal, NamedTuple, cast

from bnlint.keras.releases import KERAS_3_IN_TENSORFLOW, Release, Target, Version, around

DATA = os.path.join(os.path.dirname(__file__), "data", "api")

Form = Literal["from", "attribute", "module"]
"""``from keras.layers import Dense``, ``keras.layers.Dense`` after ``import keras``, ``import keras.layers``."""
BITS: dict[Form, int] = {"from": 1, "attribute": 2, "module": 4}
FORMS = "abcdefgh"
"""The letters of a path's history: the sums of the bits from 0 to 7."""

Answer = Literal["taken", "warned", "ignored", "swallowed", "refused"]
"""What becomes of a keyword argument.

``"warned"``: taken, and a warning names it. ``"ignored"``: known and without effect. ``"swallowed"``: without effect,
as any keyword would be. ``"refused"``: the call raises.
"""
ANSWERS: dict[str, Answer] = {"y": "taken", "w": "warned", "i": "ignored", "s": "swallowed", "n": "refused"}
ANY_KEYWORD, CALL = "no_such_argument", "()"
UNMEASURED = "-"


class Change(NamedTuple):
    """An answer that differs between two releases that were measured one after the other."""

    last: Version
    first: Version
    old: str
    new: str

    @property
    def exact(self) -> bool:
        """Whether no minor release lies between the two."""
        return self.first[:2] == _next_minor(self.last) or self.first[:2] == self.last[:2]


Measured = tuple[tuple[Version, str], ...]
"""Releases in order, each with what was measured in it."""


def has_path(target: Target, path: str, form: Form) -> bool | None:
    """Whether a program on ``target`` can reach ``path`` in this form; ``None`` where that is not known."""
    place = _place(target, path)
    if place is None:
        return None
    chain, version, suffix = place
    bits = [FORMS.index(found) & BITS[form] for found in around(path_history(chain, suffix), version)]
    return bool(bits[0]) if bits and all(bit == bits[0] for bit in bits) else None


def is_yet_to_come(target: Target, path: str, form: Form) -> bool:
    """Whether releases after the target have a path in this form, and none up to it, of those measured."""
    place = _place(target, path)
    if place is None or place[0] == "tf.keras 3":  # what that lacks, earlier releases of tf.keras may have had
        return False
    chain, version, suffix = place
    there = [release for release, forms in path_history(chain, suffix) if FORMS.index(forms) & BITS[form]]
    return bool(there) and all(release[: len(version)] > version for release in there)


def argument(release: Release, name: str, keyword: str) -> Answer | None:
    """What becomes of ``keyword`` in a call of ``name`` (``layers.Dense``, ``Model.fit``, ``optimizers.Adam``).

    A keyword that was measured with a value has it in its name (``axis=[3]``).
    """
    found = set(around(argument_history(release.package, name, keyword), release.version))
    return ANSWERS[found.pop()] if len(found) == 1 else None


def takes_any_keyword(release: Release, name: str) -> bool | None:
    """Whether a callable swallows keywords that it does not know."""
    if not argument_names(release.package, name):
        return None
    return argument(release, name, ANY_KEYWORD) == "swallowed"


def method(release: Release, name: str, kind: str = "Model") -> bool | None:
    """Whether models (``"Model"`` or ``"Sequential"``) have a method or attribute."""
    found = set(around(method_history(release.package, kind, name), release.version))
    return found.pop() == "y" if len(found) == 1 else None


def path_history(chain: str, suffix: str) -> Measured:
    """The forms, a letter of ``FORMS``, in each measured release of ``chain``; see :func:`chains`."""
    return _measured(_paths()[chain]["releases"], _path_index(chain).get(suffix))


def argument_history(package: str, name: str, keyword: str) -> Measured:
    """The answers, by their letters, in each measured release of ``package``."""
    return _measured(
        _arguments().get(package, {}).get("releases", ()), _index(package, "arguments").get((name, keyword))
    )


def method_history(package: str, kind: str, name: str) -> Measured:
    """``"y"`` or ``"n"`` in each measured release of ``package``."""
    return _measured(_releases(package), _index(package, "methods").get((kind, name)))


def argument_names(package: str, name: str) -> frozenset[str]:
    """The keywords of a callable that were measured."""
    return frozenset(keyword for callable_, keyword in _index(package, "arguments") if callable_ == name)


def chains() -> tuple[str, ...]:
    """The chains of releases: ``"keras"``, ``"tf_keras"``, ``"tensorflow"``, ``"tf.keras"`` and ``"tf.keras 3"``.

    ``"tf.keras"`` counts TensorFlow's releases to 2.15, ``"tf.keras 3"`` those of the Keras 3 behind ``tf.keras``; both
    have suffixes of ``tensorflow.keras``. ``"tensorflow"`` has whole paths.
    """
    return tuple(_paths())


def changes(history: Measured) -> tuple[Change, ...]:
    """Where the answer changes, oldest first."""
    return tuple(Change(last, first, old, new) for (last, old), (first, new) in pairwise(history) if old != new)


def unfold(runs: str) -> Iterator[str]:
    """``"y3n2"`` as ``y y y n n``: one letter a release."""
    letter, digits = "", ""
    for character in [*runs, ""]:
        if character.isdigit() and letter:
            digits += character
            continue
        yield from [letter] * int(digits or 1) if letter else ()
        letter, digits = character, ""


def _place(target: Target, path: str) -> tuple[str, Version, str] | None:
    """The chain that answers for a path on a target, the version in it, and the path in the chain's terms."""
    root, _, suffix = path.partition(".")
    version: Version | None
    if path.startswith("tensorflow.keras"):
        chain, version, suffix = "tf.keras", target.tensorflow, suffix.partition(".")[2]
        if version is not None and version >= KERAS_3_IN_TENSORFLOW:
            chain, version = "tf.keras 3", target.keras
    elif root in ("tensorflow", "tensorflow_core"):
        chain, version, suffix = "tensorflow", target.tensorflow, path
    elif root == "keras":
        chain, version = root, target.keras
    elif root == "tf_keras":
        release = target.release(root)
        chain, version = root, release.version if release is not None else None
    else:
        return None
    return None if version is None else (chain, version, suffix)


def _next_minor(version: Version) -> Version:
    """The minor release after one: 1.15 and 2.15 were the last of their line."""
    major, minor = version[:2]
    return (major + 1, 0) if minor == 15 and major < 3 else (major, minor + 1)


def _measured(releases: Any, runs: str | None) -> Measured:
    if runs is None:
        return ()
    pairs = zip(releases, unfold(runs), strict=True)
    return tuple((_version(release), letter) for release, letter in pairs if letter != UNMEASURED)


@cache
def _version(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


@cache
def _path_index(chain: str) -> Mapping[str, str]:
    return {suffix: runs for runs, suffixes in _paths()[chain]["histories"].items() for suffix in suffixes.split()}


@cache
def _index(package: str, part: str) -> Mapping[tuple[str, str], str]:
    histories = _arguments().get(package, {}).get(part, {})
    return {
        (name, keyword): runs
        for runs, names in histories.items()
        for name, keywords in names.items()
        for keyword in keywords.split()
    }


def _releases(package: str) -> Any:
    return _arguments().get(package, {}).get("releases", ())


def _paths() -> dict[str, Any]:
    return _file("paths.json")


def _arguments() -> dict[str, Any]:
    return _file("arguments.json")


@cache
def _file(name: str) -> dict[str, Any]:
    with open(os.path.join(DATA, name), encoding="utf-8") as stream:
        return cast("dict[str, Any]", json.load(stream))
