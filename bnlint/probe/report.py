"""What a probe found, as data. Nothing here computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its bootstrap interval (95 %)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of the same examples in the two modes; ``difference`` is inference minus training, paired."""

    name: str
    inference: Interval
    training: Interval
    difference: Interval


@dataclass(frozen=True, slots=True)
class Gap:
    """The two modes compared on batches of one size.

    ``order`` is ``shuffled`` (large batches, their statistics are those of the sample) or ``as given`` (batches of the
    size of the training's, in the order of the sample).
    """

    batch_size: int
    order: str
    loss: Compared | None
    scores: tuple[Compared, ...] = ()
    predictions_differ: float | None = None
    """root of the mean squared difference of the predictions, over their standard deviation in inference mode"""


@dataclass(frozen=True, slots=True)
class LayerDistance:
    """How far a layer's batch statistics are from its moving statistics, beyond what noise explains.

    ``d`` is the root mean square over the channels of (batch mean - moving mean) / sqrt(moving variance + epsilon),
    ``r`` their typical sqrt((batch variance + epsilon) / (moving variance + epsilon)) (the root mean square of its
    logarithm; below 1 where most channels are narrower than the statistics), ``kl`` the mean symmetric Kullback-Leibler
    divergence. ``distance`` joins d and r; ``deployed`` is the same with the layers above
    in inference mode.
    """

    name: str
    depth: int
    channels: int
    values: int
    """numbers that each channel's statistics were taken from"""
    d: float
    r: float
    kl: float
    distance: float
    deployed: float
    narrow: bool
    """whether the moving variances are too small by one factor in all channels, and the means are right"""
    frozen: bool
    far: bool
    """by itself, or as deployed"""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Invariance:
    """What must not change a prediction in inference mode.

    Differences are the largest one, over the size of the predictions; None where it was not tried.
    """

    examples: int
    alone: float | None
    shuffled: float | None
    exported: float | None
    tolerance: float
    changed: tuple[str, ...]
    """weights and statistics that the inference pass changed (and the probe put back)"""
    weights: str
    """SHA-256 over every weight and statistic, before and after"""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A probe of one model."""

    model: str
    framework: str
    sample: str
    samples: int
    available: int | None
    verdict: str
    suffers: bool
    said: str
    because: tuple[str, ...]
    instead: tuple[str, ...]
    notes: tuple[str, ...]
    layers: tuple[LayerDistance, ...]
    gaps: tuple[Gap, ...]
    invariance: Invariance

    def as_json(self) -> Mapping[str, Any]:
        """Plain data for ``json.dumps``; ``null`` stands for what is no finite number."""
        return {"schema": SCHEMA, **_finite(asdict(self))}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
