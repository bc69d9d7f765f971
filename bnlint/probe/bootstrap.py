"""Bootstrap intervals (Efron, 1979): percentiles over resamples of the examples, the same ones for both modes."""

from __future__ import annotations

import numpy as np

from bnlint.probe.report import Compared, Interval
from bnlint.probe.scores import Array, Score

RESAMPLES = 1000
FOR_SCORES = 200
LEVEL = 95.0
SEED = 0
MOST_NUMBERS = 4_000_000


def compared_means(name: str, inference: Array, training: Array, groups: Array | None = None) -> Compared:
    """The means of ``inference`` and ``training`` (n,) and of their paired difference.

    ``groups`` (n,) are numbers of batches: examples that were normalized together are drawn together, since their
    values in training mode hang on each other.
    """
    values = np.stack([inference, training, inference - training]).astype(np.float64)
    sums, counts = values, np.ones(values.shape[1])
    if groups is not None:
        number = int(groups.max()) + 1
        counts = np.bincount(groups, minlength=number).astype(np.float64)
        sums = np.stack([np.bincount(groups, weights=row, minlength=number) for row in values])
    drawn = _means(sums, counts)
    found = [_interval(float(row.mean()), means) for row, means in zip(values, drawn, strict=True)]
    return Compared(name, *found)


def _means(sums: Array, counts: Array) -> Array:
    """Resampled means (rows, RESAMPLES) of groups with these sums (rows, groups) and counts (groups,)."""
    random = np.random.default_rng(SEED)
    number = len(counts)
    at_once = max(1, min(RESAMPLES, MOST_NUMBERS // number))
    found = []
    for start in range(0, RESAMPLES, at_once):
        draws = random.multinomial(number, np.full(number, 1 / number), size=min(at_once, RESAMPLES - start))
        found.append(sums @ draws.T / (draws @ counts))
    return np.concatenate(found, axis=1)


def compared_scores(name: str, score: Score, labels: Array, inference: Array, training: Array) -> Compared:
    """A score of the same examples in both modes, with intervals; resamples without a score are left out."""
    random = np.random.default_rng(SEED)
    number = len(labels)
    drawn = []
    for _ in range(FOR_SCORES):
        rows = random.integers(0, number, number)
        chosen = labels[rows]
        drawn.append((score(chosen, inference[rows]), score(chosen, training[rows])))
    pairs = np.array(drawn)
    ours, theirs = score(labels, inference), score(labels, training)
    return Compared(
        name,
        _interval(ours, pairs[:, 0]),
        _interval(theirs, pairs[:, 1]),
        _interval(ours - theirs, pairs[:, 0] - pairs[:, 1]),
    )


def _interval(value: float, drawn: Array) -> Interval:
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn) or not np.isfinite(value):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.percentile(drawn, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
    return Interval(value, float(low), float(high))
