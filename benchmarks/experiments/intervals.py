"""Means over seeds with 95 % intervals by Student's t, and what they say of a claim."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Literal, NamedTuple

from benchmarks.experiments.records import Bound, Claim, Result

# The 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom.
T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
)  # fmt: skip
Verdict = Literal["reproduced", "not shown", "the contrary"]


class Interval(NamedTuple):
    """A mean and half the width of its 95 % interval."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        """The lower end."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """The upper end."""
        return self.mean + self.half


def interval(figures: Sequence[float]) -> Interval:
    """The mean of the seeds' figures. One figure alone says nothing of its spread: the interval is infinite."""
    mean = statistics.fmean(figures)
    if len(figures) < 2:
        return Interval(mean, math.inf)
    quantile = T[len(figures) - 2] if len(figures) - 2 < len(T) else 2.086
    return Interval(mean, quantile * statistics.stdev(figures) / math.sqrt(len(figures)))


def difference(claim: Claim, result: Result) -> Interval:
    """Of a claim's two figures, paired by seed."""
    pairs = zip(result.figures(claim.larger), result.figures(claim.smaller), strict=True)
    return interval([larger - smaller for larger, smaller in pairs])


def verdict(claim: Claim | Bound, result: Result) -> Verdict:
    """Whether the figures bear a claim out: its interval lies on one side of zero, or every seed keeps the bound."""
    if isinstance(claim, Bound):
        return "reproduced" if max(result.figures(claim.figure)) <= claim.most else "the contrary"
    found = difference(claim, result)
    if found.low > 0:
        return "reproduced"
    return "the contrary" if found.high < 0 else "not shown"
