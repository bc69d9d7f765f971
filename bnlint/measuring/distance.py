"""How far data is from the moving statistics of a BatchNormalization layer, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FLOOR = 3.0
"""The noise floor in standard errors: what three of them explain is no distance."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and biased variance per channel of what went into a layer, and what they were taken of."""

    mean: Floats
    variance: Floats
    values: int
    """Values per channel: batch × positions, without what a mask leaves out."""
    samples: int
    """Items of the batches: the values of one item are not independent of each other."""

    @classmethod
    def of(cls, inputs: Any, axis: int = -1, mask: Any = None) -> Moments:
        """The moments of one batch.

        Args:
            inputs: An array with the samples along its first axis, of any shape and dtype.
            axis: The axis of the channels.
            mask: Where given, one dimension less than ``inputs`` (those before the channels); where false, left out.
        """
        array = np.moveaxis(np.asarray(inputs, dtype=np.float64), axis, -1)
        rows = array.reshape(-1, array.shape[-1])
        if mask is not None:
            rows = rows[np.asarray(mask, dtype=bool).reshape(-1)]
        if not len(rows):
            return cls(np.zeros(array.shape[-1]), np.zeros(array.shape[-1]), 0, 0)
        return cls(rows.mean(0), rows.var(0), len(rows), array.shape[0] if array.ndim > 1 else 1)

    def merged(self, other: Moments) -> Moments:
        """The moments of both together (Chan, Golub and LeVeque 1983)."""
        total = self.values + other.values
        if not other.values or not self.values:
            return other if other.values else self
        share = other.values / total
        delta = other.mean - self.mean
        variance = self.variance * (1 - share) + other.variance * share + delta**2 * share * (1 - share)
        return Moments(self.mean + delta * share, variance, total, self.samples + other.samples)


@dataclass(frozen=True, slots=True)
class Distance:
    """The distance of data from moving statistics, the noise floor taken off; each array has one value a channel."""

    d: Floats
    """(μ_data − μ_moving) / √(σ²_moving + ε), in standard deviations of the moving statistics."""
    r: Floats
    """√((σ²_data + ε) / (σ²_moving + ε)): 1 where the spread is equal."""
    divergence: Floats
    """Symmetric Kullback-Leibler divergence of the two normal distributions, in nats."""
    floor: float
    """What was taken off |d| and off |ln r|: 3 / √samples."""

    @property
    def far_means(self) -> float:
        """Root mean square of d over the channels that are finite."""
        return _root_mean_square(self.d)

    @property
    def far_spreads(self) -> float:
        """Root mean square of ln r over the channels that are finite."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return _root_mean_square(np.log(self.r))

    @property
    def not_finite(self) -> int:
        """How many channels have no distance: statistics that are NaN, infinite or a negative variance."""
        return int((~np.isfinite(self.divergence)).sum())


def distance(moments: Moments, moving_mean: Any, moving_variance: Any, epsilon: float) -> Distance:
    """How far measured moments are from moving statistics.

    d and r are those of Batch Renormalization (Ioffe 2017, arXiv:1702.03275) with the moving statistics in the place of
    its running ones. The floor counts samples, not values: pixels of one image are no independent draws. It is taken
    off |d| and |ln r|, and the divergence is that of what is left.

    Args:
        moments: What went into the layer, C channels.
        moving_mean: Shape (C,).
        moving_variance: Shape (C,).
        epsilon: The layer's own.
    """
    mean = np.asarray(moving_mean, dtype=np.float64)
    floor = FLOOR / np.sqrt(moments.samples) if moments.samples else np.inf
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        variance = np.asarray(moving_variance, dtype=np.float64) + epsilon
        variance = np.where(variance > 0, variance, np.nan)
        d = _without_floor((moments.mean - mean) / np.sqrt(variance), floor)
        r = np.exp(_without_floor(0.5 * np.log((moments.variance + epsilon) / variance), floor))
        divergence = 0.5 * (r**2 + r**-2 - 2 + d**2 * (1 + r**-2))
    return Distance(d, r, divergence, float(floor))


def _without_floor(values: Floats, floor: float) -> Floats:
    """Each value moved towards 0 by the floor, at most to 0; NaN stays."""
    return np.where(np.isnan(values), values, np.sign(values) * np.maximum(np.abs(values) - floor, 0.0))


def _root_mean_square(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(finite**2))) if len(finite) else float("nan")
