"""When a fit agrees with what happened."""

from __future__ import annotations

from typing import Any

import pytest

from bnlint.graph.places import Place
from bnlint.graph.subjects import BatchNormAtFit, Fit
from proof.agreement import Verdict, compare, judge


def layer(name: str, updated: bool, trained: bool, momentum: float = 0.99) -> dict[str, Any]:
    return {"name": name, "updated": updated, "trained": trained, "momentum": momentum}


def event(*layers: dict[str, Any], line: int = 7) -> dict[str, Any]:
    return {"kind": "fit", "line": line, "layers": list(layers)}


def row(names: str, updated: bool | None, trained: bool | None, **more: Any) -> BatchNormAtFit:
    facts = {"layers": len(names.split()), "momentum": 0.99, **more}
    return BatchNormAtFit(names=tuple(names.split()), updated=updated, gamma_beta_trained=trained, **facts)


def fit(*rows: BatchNormAtFit, line: int = 7) -> Fit:
    return Fit(place=Place("train.py", line, 1, line, 2), line=line, batch_norm=rows)


BOTH = event(layer("a", True, True), layer("b", False, False))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([row("a", True, True), row("b", False, False)], "exact"),
        ([row("a", True, True), row("b", False, None)], "unknown"),
        ([row("a", None, None), row("b", None, None)], "unknown"),
        ([row("b", True, True), row("a", False, False)], "wrong"),
        ([row("a", True, True, momentum=0.5), row("b", False, False)], "wrong"),
        ([row("a b", True, True)], "wrong"),
        ([], "wrong"),
    ],
)
def test_layers_with_names_are_compared_one_by_one(said: list[BatchNormAtFit], expected: Verdict) -> None:
    assert compare(BOTH, fit(*said)).verdict == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([row("", True, True, layers=1), row("", False, False, layers=1)], "exact"),
        ([row("x y", True, True, layers=2)], "wrong"),
        ([row("", None, True, layers=2)], "wrong"),
        ([row("", None, None, layers=None)], "unknown"),
        ([row("", True, True, layers=None)], "wrong"),
        ([row("", True, True, layers=1), row("", None, None, layers=None)], "unknown"),
        ([row("", True, True, layers=1)], "wrong"),
        ([row("", True, True, layers=3), row("", None, None, layers=None)], "wrong"),
    ],
)
def test_others_are_counted(said: list[BatchNormAtFit], expected: Verdict) -> None:
    assert compare(BOTH, fit(*said)).verdict == expected


def test_a_loop_is_several_events_at_one_line() -> None:
    trains, rests = event(layer("a", True, True)), event(layer("a", False, False))
    said = [fit(row("a", True, True)), fit(row("a", False, False))]
    assert [each.verdict for each in judge([trains, trains, rests], said)] == ["exact", "exact"]
    assert [each.verdict for each in judge([rests, trains], said)] == ["wrong", "wrong"]
    assert [each.verdict for each in judge([trains, rests, trains], said)] == ["exact", "exact", "missing"]


def test_a_fit_that_is_not_shown_is_missing() -> None:
    assert [each.verdict for each in judge([event(layer("a", True, True))], [])] == ["missing"]
    assert [each.verdict for each in judge([event(line=9)], [fit(line=7)])] == ["missing"]
