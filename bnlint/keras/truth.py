"""The truth table: what BatchNormalization was measured to do, by release, question and case.

Questions and cases have the names of the measurements (``q03_training_false_call``, ``base_call_training_false``). One
file a column, read when it is first asked for. A cell that was not measured, and one on which the measured neighbours
of a release disagree, is ``None``: nothing is claimed.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any, Literal, NamedTuple, cast

from bnlint.keras.releases import CHAINS, Release

DATA = os.path.join(os.path.dirname(__file__), "data", "truth")


class Code(NamedTuple):
    """What one BatchNormalization layer does in a training step.

    ``statistics`` normalize (``None`` where neither kind matched), ``updated`` tells whether the moving statistics
    change, ``trained`` whether gamma or beta does.
    """

    statistics: Literal["batch", "moving"] | None
    updated: bool
    trained: bool


class Raises(NamedTuple):
    """The measured program raises; ``error`` is the exception's class."""

    error: str


def cell(release: Release, question: str, case: str = "") -> Code | Raises | None:
    """What the layer does in this case; of several layers the first. ``None`` where it is not known."""
    answer = cells(release, question, case)
    return answer[0] if isinstance(answer, tuple) and not isinstance(answer, Raises) else answer


def cells(release: Release, question: str, case: str = "") -> tuple[Code, ...] | Raises | None:
    """As :func:`cell`, for a case that was measured with several layers: one code a layer, in the model's order."""
    return cast("tuple[Code, ...] | Raises | None", _answer(release, question, case, _codes))


def value(release: Release, question: str, case: str = "", key: str | None = None) -> Any:
    """The fact as measured: a bool, a string, a number, a list, or a mapping such as ``{"code": …, "flags": …}``.

    ``key`` picks one entry of a mapping (``"eff_momentum"``), on which alone the neighbours then have to agree.
    A case that raises is a :class:`Raises`.
    """
    return _answer(release, question, case, lambda fact: _plain(fact, key))


def measured(column: str) -> dict[str, dict[str, Any]]:
    """All that was measured in one column, by question and case, as it is stored."""
    return _column(column)


@cache
def _column(name: str) -> dict[str, dict[str, Any]]:
    with open(os.path.join(DATA, name + ".json"), encoding="utf-8") as file:
        return cast("dict[str, dict[str, Any]]", json.load(file))


def _answer(release: Release, question: str, case: str, read: Any) -> Any:
    """What the columns of a release say together: the one answer on which both ends and all between them agree.

    Where the end of the span has no such cell, the next column of its package that has one stands in for it.
    """
    chain = next((chain for chain in _chains() if set(release.columns) <= set(chain)), None)
    if chain is None or not release.columns:
        return None
    first, last = chain.index(release.columns[0]), chain.index(release.columns[-1])

    def answer(position: int) -> Any:
        return read(_column(chain[position]).get(question, {}).get(case))

    inside = [found for found in map(answer, range(first, last + 1)) if found is not None]
    if answer(first) is None:
        inside.append(next((found for found in map(answer, range(first - 1, -1, -1)) if found is not None), None))
    if answer(last) is None:
        inside.append(next((found for found in map(answer, range(last + 1, len(chain))) if found is not None), None))
    if inside and all(isinstance(found, Raises) for found in inside):
        return Raises(" or ".join(dict.fromkeys(found.error for found in inside)))
    return inside[0] if all(found == inside[0] for found in inside) else None


@cache
def _chains() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(column for _, column in chain) for chain in CHAINS.values())


def _codes(fact: Any) -> tuple[Code, ...] | Raises | None:
    text = fact.get("code") if isinstance(fact, dict) else fact
    if not isinstance(text, str):
        return None
    if text.startswith("!"):
        return Raises(text[1:])
    return _read_codes(text.partition("@")[0])


@cache
def _read_codes(text: str) -> tuple[Code, ...] | None:
    """``"M--,BUT"`` as codes: statistics (B batch, M moving), updates (U), trained (T, or g or b for one)."""
    codes = []
    for part in text.split(","):
        if len(part) != 3 or part[0] not in "BM?" or part[1] not in "U-" or part[2] not in "Tgb-":
            return None
        statistics: dict[str, Literal["batch", "moving"]] = {"B": "batch", "M": "moving"}
        codes.append(Code(statistics.get(part[0]), part[1] == "U", part[2] != "-"))
    return tuple(codes)


def _plain(fact: Any, key: str | None) -> Any:
    if isinstance(fact, str) and fact.startswith("!"):
        return Raises(fact[1:])
    if isinstance(fact, str) and _read_codes(fact.partition("@")[0]):
        code, _, momentum = fact.partition("@")
        fact = {"code": code, "eff_momentum": float(momentum)} if momentum else {"code": code}
    if key is None:
        return fact
    return fact.get(key) if isinstance(fact, dict) else None
