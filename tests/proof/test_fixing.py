"""Fixes do what they say, on the Keras of this environment; the programs of ``proof/fixing`` that are marked quick."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import pytest

from bnlint import rules
from proof.environments import ENVIRONMENTS, is_here
from proof.fixing.cases import Case, claims, load
from proof.fixing.checking import changed, unmet
from proof.fixing.mending import fix
from proof.fixing.running import verify

CASES = load()
OF_FILES = {("BN305", "unsafe"), ("BN505", "unsafe")}
"""These fixes change model files, no programs: they are tested with the files' own Keras (tests/saved_models)."""


def offered() -> set[tuple[str, str]]:
    """The rules with each safety of their fixes, those of files left out."""
    every = {(code, str(safety)) for code, rule in rules.load().rules.items() for safety in rule.fix_safeties}
    return every - OF_FILES


def test_each_fixable_rule_has_programs_and_a_claim() -> None:
    fixable = {code for code, _ in offered()}
    assert {case.rule for case in CASES} == fixable | {"BN901"}
    assert set(claims()) == {case.rule for case in CASES}
    few = {code for code in fixable - {"BN901"} if len({case.name for case in CASES if case.rule == code}) < 3}
    assert few == set()


def test_each_safety_of_a_fix_has_a_program() -> None:
    assert offered() - {(case.rule, case.safety) for case in CASES} == set()


@pytest.mark.parametrize("case", CASES, ids=[case.key for case in CASES])
def test_a_program_is_fixed_on_each_of_its_targets(case: Case) -> None:
    newest = [name for name in case.under if name in ("keras-3.15", "tf_keras-2.21")]
    for name in newest or case.under[:1]:
        fixed = fix(case, ENVIRONMENTS[name])
        assert fixed.faults == ()


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["keras-3.15", "tf_keras-2.21"])
def test_fixes_do_what_they_say(name: str) -> None:
    if not is_here(ENVIRONMENTS[name]):
        pytest.skip(f"the Keras of {name} is not installed here")
    cases = [case for case in CASES if case.quick and name in case.under]
    outcomes = list(verify(cases, name, Path(sys.executable)))
    assert len(outcomes) == len(cases) > 0
    assert {f"{each.rule} {each.program}": each.faults for each in outcomes if not each.verified} == {}


# ---------------------------------------------------------------------------------------------- what would be noticed

PARTS: list[dict[str, Any]] = [
    {"name": "bn", "kind": "BatchNormalization", "shape": [None, 8], "listed": True, "trained": True},
    {"name": "head", "kind": "Dense", "shape": [None, 1], "listed": True, "trained": True},
]
BEFORE: dict[str, Any] = {
    "error": None,
    "printed": "left: 0.366\n",
    "events": [
        {
            "kind": "fit",
            "layers": [{"name": "bn", "momentum": 0.99, "updated": True}],
            "parts": PARTS,
            "shapes": [[None, 1]],
            "drift": [],
            "loss": 0.5,
            "momenta": {"bn": 0.99},
        }
    ],
}


def run(**event: object) -> dict[str, Any]:
    seen = copy.deepcopy(BEFORE)
    seen["events"][0].update(event)
    return seen


def frozen() -> list[dict[str, Any]]:
    return [{**PARTS[0], "listed": False, "trained": False}, PARTS[1]]


STILL = [{"name": "bn", "momentum": 0.99, "updated": False}]
MEANT = {0: {"moves": [], "trains": ["head"], "loss": "differs"}}


def test_a_run_that_does_what_is_meant_has_no_faults() -> None:
    after = run(layers=STILL, parts=frozen(), loss=0.7)
    assert unmet(MEANT, after, BEFORE) == []
    assert changed(MEANT, BEFORE, after) == []
    assert unmet({0: {"momentum": {"bn": 0.99}}, "prints": ["left: 0.366"]}, BEFORE) == []


@pytest.mark.parametrize(
    ("expected", "seen"),
    [
        (MEANT, BEFORE),
        (MEANT, run(layers=STILL, loss=0.7)),
        (MEANT, run(parts=frozen(), loss=0.7)),
        (MEANT, run(layers=STILL, parts=frozen())),
        ({"raises": "TypeError"}, BEFORE),
        ({}, {**BEFORE, "error": {"kind": "TypeError"}}),
        ({}, {"broken": "killed"}),
        ({"prints": ["left: 0.006"]}, BEFORE),
        ({0: {"momentum": {"bn": 0.9}}}, BEFORE),
        ({0: {"momentum": {"bn": 0.99}}}, run(momenta={"bn": 0.9})),
        ({0: {"pace": {"bn": 0.99}}}, run(momenta={"bn": 0.9})),
        ({1: {"moves": []}}, BEFORE),
    ],
)
def test_what_is_expected_and_does_not_happen_is_noticed(expected: dict[Any, Any], seen: dict[str, Any]) -> None:
    assert unmet(expected, seen, BEFORE)


@pytest.mark.parametrize(
    "after",
    [
        run(layers=STILL),
        run(parts=frozen()),
        run(loss=0.501),
        run(shapes=[[None, 2]]),
        run(kind="train_step"),
        run(drift=["bn"]),
        run(layers=[{"name": "bn", "momentum": 0.9, "updated": True}]),
        {**BEFORE, "events": []},
    ],
)
def test_what_changes_and_is_not_meant_is_noticed(after: dict[str, Any]) -> None:
    assert changed({}, BEFORE, after)


def test_weights_that_are_listed_against_what_is_meant_are_noticed() -> None:
    parts = [{**PARTS[0], "trained": False}, PARTS[1]]
    assert changed(MEANT, BEFORE, run(layers=STILL, parts=parts, loss=0.7))
