"""The list as a table for people: runs by outcome, events by verdict, why layers are not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from proof.real.judging import VERDICTS
from proof.real.programs import Program

REASONS = 12
IDLE = ("could not run", "no layers")
"""Outcomes of runs that show nothing."""


def summary(programs: Iterable[Program]) -> dict[str, Any]:
    """The figures that a report shows."""
    runs = [(program, target, run) for program in programs for target, run in program.runs.items()]
    targets: dict[str, Counter[str]] = {}
    reasons: Counter[str] = Counter()
    for _, target, run in runs:
        row = targets.setdefault(target, Counter())
        row["programs"] += 1
        row[run["outcome"]] += 1
        row["layers"] += run.get("layers", 0)
        for verdict, number in run.get("events", {}).items():
            row[f"events {verdict}"] += number
        reasons.update(run.get("open", {}))
    ran = {program.name for program, _, run in runs if run["outcome"] not in IDLE}
    return {
        "programs": len({program.name for program, _, _ in runs}),
        "ran": len(ran),
        "targets": {target: dict(row) for target, row in sorted(targets.items())},
        "reasons": dict(reasons.most_common(REASONS)),
    }


def text(programs: Iterable[Program]) -> str:
    """The figures, what differs, and why the rest could not run."""
    programs = list(programs)
    return "\n".join(_lines(programs))


def _lines(programs: list[Program]) -> Iterator[str]:
    found = summary(programs)
    yield f"{found['ran']} of {found['programs']} programs ran."
    columns = ["programs", "exact", "unknown", "wrong", "missing", *IDLE, "layers"]
    columns += [f"events {verdict}" for verdict in VERDICTS]
    yield "target".ljust(20) + "  ".join(columns)
    for target, row in found["targets"].items():
        yield target.ljust(20) + "  ".join(str(row.get(column, 0)).rjust(len(column)) for column in columns)
    for program in programs:
        for target, run in program.runs.items():
            for line in run.get("differs", ()):
                yield f"DIFFERS {target} {program.name} {line}"
    for reason, number in found["reasons"].items():
        yield f"open {number:4}  {reason}"
    for program in programs:
        for target, run in program.runs.items():
            if run["outcome"] == "could not run":
                yield f"did not run {target} {program.name}: {run['ended']}"
