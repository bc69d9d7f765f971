"""Runs the programs of one environment, each before and after its fix, and judges them."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from proof.environments import ENVIRONMENTS, Environment
from proof.fixing.cases import Case
from proof.fixing.checking import Seen, changed, unmet
from proof.fixing.mending import Fixed, fix

ROOT = Path(__file__).parents[2]
EXAMPLE = "example: "
PATIENCE = 600
"""Seconds for one run: a small program takes two, on a busy machine many times that."""
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
    pairs = [(each.before, each.after) if each.before != each.after else None for _, each in fixed]
    tasks = [{"stand_ins": True, "seconds": PATIENCE}] * len(pairs)
    for (case, each), (before, after) in zip(fixed, run_pairs(environment, python, pairs, tasks), strict=True):
        seconds = sum(run.get("seconds", 0.0) for run in (before, after) if run)
        faults = tuple(_faults(case, each, before, after))
        yield Outcome(case.rule, case.name, name, case.safety, faults, round(seconds, 2))


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


def run_pairs(
    environment: Environment,
    python: Path,
    pairs: Sequence[tuple[str, str] | None],
    tasks: Sequence[Mapping[str, object]],
) -> Iterator[tuple[Seen | None, Seen | None]]:
    """What pairs of programs do, in their order; nothing of a pair that is None. ``tasks`` are other keys of a task."""
    lines = [
        {**task, "id": number, "text": text}
        for number, (pair, task) in enumerate(zip(pairs, tasks, strict=True))
        for text in pair or ()
    ]
    seen = observe(environment, python, lines) if lines else iter(())
    for pair in pairs:
        yield (next(seen), next(seen)) if pair else (None, None)


def observe(environment: Environment, python: Path, tasks: Iterable[object]) -> Iterator[Seen]:
    """What the programs of tasks do, one after the other, as it becomes known."""
    command = [str(python), "-m", "proof.observing", "--api", environment.api, "--details"]
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as errors:
        given.writelines(json.dumps(task) + "\n" for task in tasks)
        given.seek(0)
        with subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT
        ) as process:
            lines = process.stdout or ()
            for number, line in enumerate(lines):
                if number:  # the first tells of the Keras
                    yield json.loads(line)
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(f"{environment.name}: status {process.returncode}\n{errors.read()[-2000:]}")
