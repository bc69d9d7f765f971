"""Three values: a condition holds, does not hold, or cannot be known; only a sure yes makes a finding."""

from __future__ import annotations

from typing import Any

import pytest

from bnlint.graph.subjects import Backbone, BatchNormAtFit, Call
from bnlint.rules.conditions import holds
from bnlint.rules.facts import facts_of
from bnlint.rules.wording import Wording
from bnlint.rules.yamlfile import Document

YES, NO, UNKNOWN = True, False, None


def answer(condition: str, subject: object, each: str = "batch_norm_at_fit") -> bool | None:
    document = Document(condition, "rule.yaml")
    return holds(Wording(document, facts_of(each)).condition(document.data, ()), subject)


@pytest.mark.parametrize(
    ("condition", "when_true", "when_false", "when_unknown"),
    [
        ("updated: true", YES, NO, UNKNOWN),
        ("updated: false", NO, YES, UNKNOWN),
        ("updated: [true, false]", YES, YES, UNKNOWN),
        ("updated: {not: true}", NO, YES, UNKNOWN),
        ("not: {updated: true}", NO, YES, UNKNOWN),
        ("updated: {known: true}", YES, YES, NO),
        ("updated: {known: false}", NO, NO, YES),
        ("not: {updated: {known: true}}", NO, NO, YES),
    ],
)
def test_one_fact(condition: str, when_true: bool | None, when_false: bool | None, when_unknown: bool | None) -> None:
    assert answer(condition, BatchNormAtFit(updated=True)) is when_true
    assert answer(condition, BatchNormAtFit(updated=False)) is when_false
    assert answer(condition, BatchNormAtFit(updated=None)) is when_unknown


@pytest.mark.parametrize(
    ("left", "right", "every", "some"),
    [
        (YES, YES, YES, YES),
        (YES, NO, NO, YES),
        (YES, UNKNOWN, UNKNOWN, YES),
        (NO, NO, NO, NO),
        (NO, UNKNOWN, NO, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_all_and_any_leave_open_only_what_the_known_facts_do_not_decide(
    left: bool | None, right: bool | None, every: bool | None, some: bool | None
) -> None:
    for subject in (BatchNormAtFit(updated=left, frozen=right), BatchNormAtFit(updated=right, frozen=left)):
        assert answer("{updated: true, frozen: true}", subject) is every
        assert answer("all: [{updated: true}, {frozen: true}]", subject) is every
        assert answer("any: [{updated: true}, {frozen: true}]", subject) is some


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("residual: {more_than: 0.5}", NO),
        ("residual: {at_least: 0.5}", YES),
        ("residual: {less_than: 0.5}", NO),
        ("residual: {at_most: 0.5}", YES),
        ("residual: {more_than: 0.1, less_than: 0.9}", YES),
        ("residual: {more_than: 0.1, less_than: 0.2}", NO),
        ("momentum: {more_than: 0.5}", UNKNOWN),
    ],
)
def test_comparison(condition: str, expected: bool | None) -> None:
    assert answer(condition, BatchNormAtFit(residual=0.5)) is expected


def test_membership_in_a_list_and_in_a_fact_that_is_one() -> None:
    call = Call(kind="fit", injected=("layers",))
    assert answer("kind: [fit, compile]", call, "call") is YES
    assert answer("kind: [backbone, compile]", call, "call") is NO
    assert answer("injected: {has: layers}", call, "call") is YES
    assert answer("injected: {has: backend}", call, "call") is NO


def test_a_dotted_fact_is_unknown_where_anything_on_the_way_is() -> None:
    nested = "backbone.has_nested: true"
    assert answer(nested, BatchNormAtFit(backbone=Backbone(has_nested=True))) is YES
    assert answer(nested, BatchNormAtFit(backbone=None)) is UNKNOWN
    assert answer("backbone.pretrained: true", BatchNormAtFit(backbone=Backbone(pretrained=None))) is UNKNOWN


def test_no_condition_holds_always() -> None:
    assert holds(None, BatchNormAtFit()) is YES


@pytest.mark.parametrize("condition", [["between", "residual", 1, 2], [], ["sometimes"]])
def test_a_compiled_condition_of_another_format_is_an_error(condition: list[Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        holds(condition, BatchNormAtFit())
