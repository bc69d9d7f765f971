"""Every example of every rule, run as a person would run it: with the whole engine, and every rule selected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bnlint import rules
from bnlint.rule_examples import faults, unproduced
from bnlint.rules import Rule
from bnlint.rules.examples import sloppy
from bnlint.rules.schema import Example

CATALOGUE = rules.load()
RULES = list(CATALOGUE.rules.values())


def examples(kind: str, *, broken: bool = False) -> Iterator[object]:
    """The examples of all rules, or their known gaps, which fail for now."""
    for rule in RULES:
        for example in getattr(rule.page, kind):
            marks = [pytest.mark.xfail(strict=True, reason="a known gap")] if broken else []
            yield pytest.param(rule, example, id=f"{rule.code}-line-{example.line}-{example.target}", marks=marks)


@pytest.mark.parametrize(("rule", "example"), list(examples("examples")))
def test_the_rule_speaks_where_it_should_and_its_fix_makes_what_is_shown(rule: Rule, example: Example) -> None:
    assert list(faults(rule, example)) == []


@pytest.mark.parametrize(("rule", "example"), list(examples("known_gaps", broken=True)))
def test_a_known_gap_tells_when_it_is_closed(rule: Rule, example: Example) -> None:
    assert list(faults(rule, example)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_no_example_is_sloppy(rule: Rule) -> None:
    assert list(sloppy(rule)) == []


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.match], ids=lambda rule: rule.code)
def test_every_case_fix_and_piece_of_advice_is_produced_by_an_example(rule: Rule) -> None:
    assert list(unproduced(rule)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_is_complete(rule: Rule) -> None:
    page = rule.page
    assert all((page.what, page.why, page.instead, page.fine_when)), "a section is missing"
    texts = [page.what, page.why, page.instead, page.fine_when, page.fix_safety, rule.summary]
    texts += [case.message for case in rule.cases]
    assert not any("!" in text for text in texts)
    assert rule.summary[0].isupper() or rule.summary.startswith(("fit_generator", "layers="))
    assert not rule.summary.endswith(".")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_code_that_a_rule_replaces_exists(rule: Rule) -> None:
    assert set(rule.replaces) <= set(CATALOGUE.rules)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.match], ids=lambda rule: rule.code)
def test_a_stable_rule_has_evidence(rule: Rule) -> None:
    if rule.status == "stable":
        assert rule.page.evidence.measured, "which releases of Keras were asked? else it is in preview"


def test_every_rule_of_the_catalogue_says_how_sure_it_is() -> None:
    for path in sorted((Path(__file__).parent.parent / "rules").glob("*.yaml")):
        assert re.search(r"^status: (stable|preview)$", path.read_text(encoding="utf-8"), re.MULTILINE), path.name


def test_stable_rules_with_a_match_have_examples_for_several_targets() -> None:
    for rule in RULES:
        if rule.match and rule.status == "stable":
            assert len({example.target for example in rule.page.examples}) >= 2, rule.code
