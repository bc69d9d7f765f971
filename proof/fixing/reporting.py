"""The outcomes as a table: a line for each rule and safety of its fix."""

from __future__ import annotations

from collections.abc import Sequence

from proof.fixing.running import Outcome


def table(outcomes: Sequence[Outcome]) -> str:
    """Rule, fix, environments, programs, runs, verified; in Markdown."""
    lines = ["| rule | fix | environments | programs | pairs of runs | verified |", "| --- | --- | --- | --- | --- | --- |"]
    keys = sorted({(outcome.rule, outcome.safety) for outcome in outcomes})
    for rule, safety in keys:
        lines.append(_line(rule, safety, [each for each in outcomes if (each.rule, each.safety) == (rule, safety)]))
    lines.append(_line("all", "", outcomes))
    return "\n".join(lines)


def _line(rule: str, safety: str, outcomes: Sequence[Outcome]) -> str:
    environments = len({outcome.environment for outcome in outcomes})
    programs = len({(outcome.rule, outcome.program) for outcome in outcomes})
    verified = sum(outcome.verified for outcome in outcomes)
    return f"| {rule} | {safety} | {environments} | {programs} | {len(outcomes)} | {verified} |"
