"""What an experiment says, and what it measured: kept as JSON, one file an experiment."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

Row = Mapping[str, float]
"""Measures by their names."""
Rows = Mapping[str, Row]
"""What one seed gave: a row by the name of each arm."""


class Cell(NamedTuple):
    """A figure: one measure of one arm."""

    arm: str
    measure: str


class Claim(NamedTuple):
    """What was published, as a comparison: the first figure is larger than the second, seed by seed."""

    words: str
    larger: Cell
    smaller: Cell


class Bound(NamedTuple):
    """A promise: the figure is at most so much, with every seed."""

    words: str
    figure: Cell
    most: float


@dataclass(frozen=True, slots=True)
class Experiment:
    """One published result in small."""

    name: str
    title: str
    run: Callable[[Any], Rows]
    """Given the :class:`~benchmarks.experiments.common.Seed`."""
    claims: Sequence[Claim | Bound]
    columns: Mapping[str, str]
    """The headings of the table by the names of the measures."""
    plotted: Sequence[str]
    """The measures in the picture."""


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of an experiment."""

    seeds: Sequence[int]
    versions: Mapping[str, str]
    seconds: float
    rows: Mapping[str, Mapping[str, Sequence[float]]]
    """By arm and measure a figure for each seed."""

    def figures(self, cell: Cell) -> Sequence[float]:
        """What the seeds gave for one cell."""
        return self.rows[cell.arm][cell.measure]


def collected(seeds: Mapping[int, Rows]) -> dict[str, dict[str, list[float]]]:
    """The rows of all seeds, turned: by arm and measure a list."""
    first = next(iter(seeds.values()))
    return {
        arm: {measure: [float(f"{rows[arm][measure]:.6g}") for rows in seeds.values()] for measure in row}
        for arm, row in first.items()
    }


def write(result: Result, path: Path) -> None:
    """Keep a result; a row of figures a line."""
    head = {"seeds": list(result.seeds), "versions": dict(result.versions), "seconds": round(result.seconds)}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    arms = [
        f"    {json.dumps(arm)}: {{\n"
        + ",\n".join(f"      {json.dumps(measure)}: {json.dumps(list(each))}" for measure, each in row.items())
        + "\n    }"
        for arm, row in result.rows.items()
    ]
    path.write_text("{\n" + "\n".join(lines) + '\n  "rows": {\n' + ",\n".join(arms) + "\n  }\n}\n", encoding="utf-8")


def read(path: Path) -> Result:
    """A result as :func:`write` kept it."""
    return Result(**json.loads(path.read_text(encoding="utf-8")))
