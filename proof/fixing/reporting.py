"""The outcomes as tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from proof.fixing.running import Outcome

HEAD = ("| rule | fix | environments | {} | pairs of runs | verified |", "| --- | --- | --- | --- | --- | --- |")


def table(outcomes: Sequence[Outcome]) -> str:
    """The programs, and below them the catalogue's examples: a line for each rule and safety of its fix."""
    written = [outcome for outcome in outcomes if not outcome.is_example]
    ran = [outcome for outcome in outcomes if outcome.is_example and not outcome.not_run]
    parts = [*_lines("programs", written)]
    if ran:
        left = sum(outcome.is_example and outcome.not_run for outcome in outcomes)
        parts += ["", *_lines("examples", ran), "", f"{len(ran)} examples of the catalogue run, {left} do not."]
    return "\n".join(parts)


def _lines(what: str, outcomes: Sequence[Outcome]) -> Iterable[str]:
    yield HEAD[0].format(what)
    yield HEAD[1]
    for rule, safety in sorted({(outcome.rule, outcome.safety) for outcome in outcomes}):
        yield _line(rule, safety, [each for each in outcomes if (each.rule, each.safety) == (rule, safety)])
    yield _line("all", "", outcomes)


def _line(rule: str, safety: str, outcomes: Sequence[Outcome]) -> str:
    environments = len({outcome.environment for outcome in outcomes})
    programs = len({(outcome.rule, outcome.program) for outcome in outcomes})
    verified = sum(outcome.verified for outcome in outcomes)
    return f"| {rule} | {safety} | {environments} | {programs} | {len(outcomes)} | {verified} |"
