"""What bnlint understands of a program, in a form that a test can write down."""

from __future__ import annotations

import textwrap
from typing import Any

from bnlint import analysis
from bnlint.graph.subjects import BatchNormAtFit, Program
from bnlint.keras.releases import Target

Row = tuple[str, int | None, str | None, bool | None, bool | None]

TRAINS = ("batch", True, True)
FROZEN = ("moving", False, False)
INFERENCE_BUT_TRAINED = ("moving", False, True)
FROZEN_BY_BATCH = ("batch", False, False)
UNKNOWN = (None, None, None)
"""What a layer does in a fit: its statistics, whether it updates the moving ones, whether gamma or beta train."""


def analyse(program: str, target: str = "keras==3.15", **numbers: Any) -> Program:
    """A program and all that bnlint knows of it."""
    return analysis.analyse(program, "train.py", Target.parse(target), **numbers)


def read(parts: tuple[str, ...], target: str) -> Program:
    """Analyses a program given in parts, each indented as it stands in its test."""
    return analyse("".join(textwrap.dedent(part).strip("\n") + "\n" for part in parts), target)


def phases(*program: str, target: str = "keras==3.15") -> list[list[Row]]:
    """For each fit, in order: where its layers sit, how many do the same there, and what they do."""
    found = []
    for fit in read(program, target).fits:
        counts: dict[tuple[Any, ...], int | None] = {}
        for row in fit.batch_norm:
            key = (row.where, row.statistics, row.updated, row.gamma_beta_trained)
            before = counts.get(key, 0)
            counts[key] = None if before is None or row.layers is None else before + row.layers
        found.append([(where, count, *behaviour) for (where, *behaviour), count in counts.items()])
    return found


def facts(*program: str, target: str = "keras==3.15") -> list[Row]:
    """The same for a program with one fit."""
    (fit,) = phases(*program, target=target)
    return fit


def states(*program: str, target: str = "keras==3.15") -> list[tuple[Any, ...]]:
    """For each fit, what its layers do, where all of them do the same."""
    return [behaviour for fit in phases(*program, target=target) for behaviour in dict.fromkeys(row[2:] for row in fit)]


def rows(*program: str, target: str = "keras==3.15") -> list[BatchNormAtFit]:
    """The subjects themselves, for facts beyond these."""
    return [row for fit in read(program, target).fits for row in fit.batch_norm]
