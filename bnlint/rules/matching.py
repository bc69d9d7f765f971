"""From facts to findings: which subjects a rule objects to, and how several of them become one finding."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from bnlint.findings import Action, Finding, Fix, Related
from bnlint.graph.places import Place, order, spot
from bnlint.graph.subjects import Because, Program
from bnlint.rules.conditions import holds, read
from bnlint.rules.messages import render
from bnlint.rules.remedies import Claim, one_remedy, without_replaced
from bnlint.rules.schema import SEVERITIES, AdviceSpec, Case, FixSpec, Rule

MOST_RELATED = 6
"""More lines than this hide the story that they tell."""


class Occurrence(NamedTuple):
    """One subject that a rule objects to."""

    subject: Any
    case: Case
    place: Place


def match_all(
    rules: Mapping[str, Rule],
    program: Program,
    codes: Container[str],
    hidden: Callable[[Finding], bool] | None = None,
) -> list[Finding]:
    """The findings of the selected rules in a program, in the order of their places, one remedy for a set of layers.

    ``hidden`` tells which findings nobody will see, since their line asks for that: they are dropped first, so that
    they neither replace another finding nor take its remedy.
    """
    found = [
        claim
        for rule in rules.values()
        if rule.match is not None and rule.code in codes
        for claim in match_rule(rule, program)
        if hidden is None or not hidden(claim.finding)
    ]
    settled = one_remedy(rules, without_replaced(rules, found))
    return sorted(settled, key=lambda finding: order(finding.place))


def match_rule(rule: Rule, program: Program) -> Iterator[Claim]:
    """The findings of one rule, each with every fix that it would like to make, and what they are about."""
    if rule.match is None:
        return
    groups: dict[Hashable, list[Occurrence]] = {}
    for subject in program.subjects.get(rule.match.each, ()):
        if holds(rule.match.where, subject) is not True:
            continue
        case = first_that_holds(rule.cases, subject)
        place = _place(rule.match.report_at, subject)
        if case is None or place is None:
            continue
        key = tuple(read(subject, fact) for fact in rule.match.group_by) if rule.match.group_by else place
        groups.setdefault(key, []).append(Occurrence(subject, case, place))
    for occurrences in groups.values():
        yield Claim(_finding(rule, occurrences), rule.match.each, tuple(each.subject for each in occurrences))


Choice = TypeVar("Choice", Case, FixSpec, AdviceSpec)


def first_that_holds(choices: Iterable[Choice], subject: object) -> Choice | None:
    """The first of several cases, fixes or pieces of advice whose condition surely holds."""
    return next((choice for choice in choices if holds(choice.when, subject) is True), None)


def _place(facts: tuple[str, ...], subject: object) -> Place | None:
    """The first known place among facts."""
    return next((place for fact in facts for place in _places(read(subject, fact))), None)


def _places(value: Any) -> Iterator[Place]:
    """The places in a fact: it is one, or a list of them or of lines with reasons."""
    if isinstance(value, Place):
        yield value
    elif isinstance(value, tuple):
        yield from (each.place if isinstance(each, Because) else each for each in value)


def _finding(rule: Rule, occurrences: list[Occurrence]) -> Finding:
    """One finding for subjects that belong together; the worst one, and of these the first, gives the words."""
    lead = min(occurrences, key=lambda each: SEVERITIES.index(each.case.severity))
    subject, home = lead.subject, lead.place.path

    def value(fact: str) -> Any:
        assert rule.match is not None
        return _sum(lead, occurrences, fact) if fact == rule.match.sum else read(subject, fact)

    advice = first_that_holds((*lead.case.advice, *rule.advice), subject)
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=lead.case.severity,
        message=render(lead.case.message, value, home),
        place=lead.place,
        related=_related(rule, lead, occurrences, value, home),
        fix=_fix(rule, occurrences, value),
        advice=render(advice.say, value, home) if advice else "",
        group=getattr(subject, "group", ""),
    )


def _sum(lead: Occurrence, occurrences: list[Occurrence], fact: str) -> int | None:
    """A number added up over the subjects of the leading one's fit; unknown where one of them is."""
    fit = getattr(lead.subject, "fit", None)
    numbers = [read(each.subject, fact) for each in occurrences if getattr(each.subject, "fit", None) is fit]
    return None if None in numbers else sum(numbers)


def _related(
    rule: Rule, lead: Occurrence, occurrences: list[Occurrence], value: Callable[[str], Any], home: str
) -> tuple[Related, ...]:
    """The lines that led to a finding, the leading subject's first, each line once and not the finding's own."""
    own = spot(lead.place)
    lines: dict[tuple[object, ...], Related] = {}
    for occurrence in [lead, *(each for each in occurrences if each is not lead)]:
        for spec in occurrence.case.related or rule.related:
            if holds(spec.when, occurrence.subject) is not True:
                continue
            told = read(occurrence.subject, spec.at)
            for at, place in enumerate(_places(told)):
                say = render(spec.say, value, home) if spec.say else told[at].fact
                if spot(place) != own:
                    lines.setdefault(spot(place), Related(say, place))
    return tuple(lines.values())[:MOST_RELATED]


def _fix(rule: Rule, occurrences: list[Occurrence], value: Callable[[str], Any]) -> Fix | None:
    """The remedy for all subjects of a finding: as safe as the least safe one, none where one of them has none."""
    chosen: list[FixSpec] = []
    actions: list[Action] = []
    for occurrence in occurrences:
        spec = first_that_holds((*occurrence.case.fixes, *rule.fixes), occurrence.subject)
        wanted = None if spec is None else _actions(spec, occurrence.subject)
        if spec is None or wanted is None:
            return None
        chosen.append(spec)
        actions.extend(action for action in wanted if action not in actions)
    safety = max((spec.safety for spec in chosen), key=("safe", "unsafe").index)
    return Fix(safety, render(chosen[0].summary, value), tuple(actions))


def _actions(spec: FixSpec, subject: object) -> list[Action] | None:
    """The rewrites of a remedy with the values of their arguments; None where one of these is unknown."""
    actions = []
    for name, arguments in spec.do:
        resolved = {key: read(subject, each) if kind == "fact" else each for key, (kind, each) in arguments.items()}
        if None in resolved.values():
            return None
        actions.append(Action(name, resolved))
    return actions
