"""Samples of programs: drawn in numbered chunks, so that a run can go on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import HealthCheck, Phase, given, seed, settings

from proof.programs.dialects import Dialect
from proof.programs.drafts import Generated
from proof.programs.whole import programs

CHUNK = 100
"""Programs a chunk, those that are drawn twice included."""
ALIKE = 4
"""Hypothesis varies what it has drawn: of programs that differ in so few lines the first is kept."""


def chunk(dialect: Dialect, number: int, size: int = CHUNK) -> list[Generated]:
    """The programs of a chunk without those that are almost alike.

    They are the same for the same number and size with one release of Hypothesis.
    """
    found: list[Generated] = []
    lines: list[set[str]] = []

    def keep(program: Generated) -> None:
        own = set(program.text.splitlines())
        if all(len(own ^ other) > ALIKE for other in lines):
            found.append(program)
            lines.append(own)

    draw(dialect, number, size, keep)
    return found


def draw(dialect: Dialect, number: int, size: int, test: Callable[[Generated], None], *, shrink: bool = False) -> None:
    """Gives ``test`` the programs of a chunk; with ``shrink`` one that fails is made as small as it can be."""
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]

    @seed(number)
    @settings(max_examples=size, phases=phases, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(programs(dialect))
    def run(program: Generated) -> None:
        test(program)

    run()


def endless(dialect: Dialect, first: int = 1) -> Iterator[tuple[int, Generated]]:
    """Programs of one chunk after the other, each text once, with the number of its chunk."""
    seen: set[str] = set()
    number = first
    while True:
        for program in chunk(dialect, number):
            if program.text not in seen:
                seen.add(program.text)
                yield number, program
        number += 1
