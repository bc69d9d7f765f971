"""Runs the programs of one environment, each before and after its fix, and judges them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from proof.environments import ENVIRONMENTS, Environment
from proof.fixing.cases import Case
from proof.fixing.checking import Seen, changed, unmet
from proof.fixing.mending import Fixed, fix

ROOT = Path(__file__).parents[2]
EXAMPLE = "example: "
NOT_RUN = "not run: "


class Outcome(NamedTuple):
    """One program in one environment: verified where there are no ``faults``."""

    rule: str
    program: str
    environment: str
    safety: str
    faults: tuple[str, ...]
    seconds: float

    @property
    def verified(self) -> bool:
        """Whether the fix did what it says, and nothing else."""
        return not self.faults

    @property
    def is_example(self) -> bool:
        """Whether it is an example of the catalogue."""
        return self.program.startswith(EXAMPLE)

    @property
    def not_run(self) -> bool:
        """Whether it could not be run, so that nothing is known."""
        return any(fault.startswith(NOT_RUN) for fault in self.faults)


def verify(cases: Iterable[Case], name: str, python: Path) -> Iterator[Outcome]:
    """Fixes and runs the programs that are meant for an environment."""
    environment = ENVIRONMENTS[name]
    fixed = [(case, fix(case, environment)) for case in cases if name in case.under]
    tasks = []
    for case, each in fixed:
        if each.before != each.after:
            tasks.append({"id": f"{case.key}|before", "text": each.before, "stand_ins": True})
            tasks.append({"id": f"{case.key}|after", "text": each.after, "stand_ins": True})
    seen = observe(environment, python, tasks)
    for case, each in fixed:
        runs = [seen.get(f"{case.key}|{when}") for when in ("before", "after")]
        seconds = sum(run.get("seconds", 0.0) for run in runs if run)
        yield Outcome(case.rule, case.name, name, case.safety, tuple(_faults(case, each, *runs)), seconds)


def _faults(case: Case, fixed: Fixed, before: Seen | None, after: Seen | None) -> Iterator[str]:
    yield from fixed.faults
    if before is None or after is None:
        if not fixed.faults:
            yield "it was not run"
        return
    yield from (f"before: {fault}" for fault in unmet(case.before, before))
    yield from (f"after: {fault}" for fault in unmet(case.after, after, before))
    if "broken" in before or "broken" in after:
        return
    yield from (f"changed: {fault}" for fault in changed(case.after, before, after))
    if case.unlike and not unmet(case.after, before, before):
        yield "before the fix the program does already what it does after it"


def observe(environment: Environment, python: Path, tasks: list[dict[str, object]]) -> dict[str, Seen]:
    """What the runs did, by their ids."""
    if not tasks:
        return {}
    command = [str(python), "-m", "proof.observing", "--api", environment.api, "--details"]
    text = "".join(json.dumps(task) + "\n" for task in tasks)
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=ROOT, check=False)
    lines = [json.loads(line) for line in done.stdout.split("\n") if line]
    if not lines:
        raise RuntimeError(f"{environment.name}: nothing was observed\n{done.stderr[-2000:]}")
    return {line["id"]: line for line in lines[1:]}
