"""Every example of every rule, run as a person would run it: with the whole engine, and every rule selected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bnlint import engine, rules, saved
from bnlint.described import compared, described
from bnlint.findings import Finding
from bnlint.keras.releases import Target
from bnlint.rules import Rule
from bnlint.rules.conditions import holds
from bnlint.rules.examples import marked_lines, sloppy
from bnlint.rules.matching import first_that_holds
from bnlint.rules.schema import Example
from bnlint.settings import Settings

CATALOGUE = rules.load()
RULES = list(CATALOGUE.rules.values())


def examples(kind: str, *, broken: bool = False) -> Iterator[object]:
    """The examples of all rules, or their known gaps, which fail for now."""
    for rule in RULES:
        for example in getattr(rule.page, kind):
            marks = [pytest.mark.xfail(strict=True, reason="a known gap")] if broken else []
            yield pytest.param(rule, example, id=f"{rule.code}-line-{example.line}-{example.target}", marks=marks)


def settings(rule: Rule, example: Example) -> Settings:
    """What the example asks for; only this rule's fixes are made."""
    asked = dict(example.settings)
    return Settings(
        select=tuple(asked.pop("select", ("ALL",))),
        preview=True,
        fixable=(rule.code,),
        target=example.target if example.target != "default" else None,
        target_source="example",
        unsafe_fixes=example.unsafe,
        **asked,
    )


def reported(rule: Rule, example: Example, source: str | None = None) -> list[Finding]:
    if example.model is not None:
        model = described(example.model, example.path)
        report = saved.report_on(model, settings(rule, example), engine.Task(), other=compared(example.model))
    else:
        report = engine.lint_text(source or example.source, example.path, settings(rule, example))
    return [finding for finding in report.findings if finding.code == rule.code]


@pytest.mark.parametrize(("rule", "example"), list(examples("examples")))
def test_the_rule_speaks_on_the_marked_lines_and_nowhere_else(rule: Rule, example: Example) -> None:
    findings = reported(rule, example)
    if example.model is not None:
        told = [(finding.place.location, finding.message) for finding in findings]
        assert [location for location, _ in told] == list(example.locations), told
        return
    assert tuple(finding.place.line for finding in findings) == marked_lines(example.source, rule.code), [
        (finding.place.line, finding.message) for finding in findings
    ]


@pytest.mark.parametrize(("rule", "example"), list(examples("examples")))
def test_a_message_names_only_what_is_known(rule: Rule, example: Example) -> None:
    for finding in reported(rule, example):
        texts = [finding.message, finding.advice, *(line.message for line in finding.related)]
        texts += [finding.fix.summary] if finding.fix else []
        assert not any("unknown" in text or "None" in text for text in texts), texts


@pytest.mark.parametrize(("rule", "example"), list(examples("examples")))
def test_the_fix_makes_the_text_that_the_example_shows(rule: Rule, example: Example) -> None:
    if example.model is not None:
        return  # what a fix makes of a file is tested on files
    mended = engine.mend_text(example.source, example.path, settings(rule, example))
    assert mended.text == (example.fixed if example.fixed is not None else example.source)


@pytest.mark.parametrize(("rule", "example"), list(examples("examples")))
def test_after_the_fix_the_rule_is_silent_and_a_second_run_changes_nothing(rule: Rule, example: Example) -> None:
    if example.fixed is None:
        return
    assert reported(rule, example, example.fixed) == []
    assert engine.mend_text(example.fixed, example.path, settings(rule, example)).text == example.fixed


@pytest.mark.parametrize(("rule", "example"), list(examples("known_gaps", broken=True)))
def test_a_known_gap_tells_when_it_is_closed(rule: Rule, example: Example) -> None:
    test_the_rule_speaks_on_the_marked_lines_and_nowhere_else(rule, example)
    test_the_fix_makes_the_text_that_the_example_shows(rule, example)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_no_example_is_sloppy(rule: Rule) -> None:
    assert list(sloppy(rule)) == []


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.match], ids=lambda rule: rule.code)
def test_every_case_fix_and_piece_of_advice_is_produced_by_an_example(rule: Rule) -> None:
    assert rule.match is not None
    cases, remedies, advice = set(), set(), set()
    for example in rule.page.examples:
        asked = settings(rule, example)
        target = Target.parse(example.target, "example")
        if example.model is not None:
            model = described(example.model, example.path)
            program = saved.gather(model, target, asked, compared(example.model))
        else:
            program = engine.analyse(example.source, example.path, asked, target)
        for subject in program.subjects.get(rule.match.each, ()):
            case = first_that_holds(rule.cases, subject) if holds(rule.match.where, subject) is True else None
            if case is not None:
                cases.add(case.message)
                remedy = first_that_holds((*case.fixes, *rule.fixes), subject)
                remedies.add(str(remedy))
                told = first_that_holds((*case.advice, *rule.advice), subject)
                advice.add(told.say if told else "")
    assert [case.message for case in rule.cases if case.message not in cases] == []
    assert [fix.summary for fix in rule.fixes if str(fix) not in remedies] == []
    assert [piece.say for piece in rule.advice if piece.say not in advice] == []


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
