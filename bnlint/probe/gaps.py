"""The same examples in both modes: losses, scores, predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bnlint.probe.bootstrap import compared_means, compared_scores
from bnlint.probe.losses import Objective
from bnlint.probe.report import Compared, Gap
from bnlint.probe.scores import SCORES, Array, flat

MOST_ANSWERS = 100_000
"""Of maps (one answer a pixel) so many are scored."""
LEAST_GROUPS = 8


class Batches(NamedTuple):
    """Which examples were normalized together: ``rows`` as they are passed, ``groups`` the number of the batch."""

    rows: Array
    groups: Array
    size: int
    order: str


def shuffled_batches(examples: int, size: int) -> Batches:
    """Large batches of all examples, in a random order that is always the same; none below half of ``size``."""
    rows = np.random.default_rng(1).permutation(examples)
    number = max(1, round(examples / size))
    groups = np.sort(np.arange(examples) * number // examples)
    return Batches(rows, groups, -(-examples // number), "shuffled")


def batches_as_given(examples: int, size: int) -> Batches:
    """Batches of one size in the order of the sample; a rest that fills no batch is left out."""
    size = min(size, examples)
    rows = np.arange(examples // size * size)
    return Batches(rows, rows // size, size, "as given")


def measured(
    batches: Batches,
    inference: Sequence[Array],
    training: Sequence[Array],
    labels: Sequence[Array] | None,
    objectives: Sequence[Objective],
) -> Gap:
    """The gap on some batches.

    ``inference`` and ``labels`` hold all examples in the order of the sample; ``training`` those of ``batches.rows``,
    in that order.
    """
    expected = [each[batches.rows] for each in inference]
    differ = _difference(expected, training)
    if labels is None:
        return Gap(batches.size, batches.order, None, (), differ)
    taken = [each[batches.rows] for each in labels]
    loss = compared_losses(batches, expected, training, taken, objectives)
    scores = [
        score
        for one, y, first, second in zip(objectives, taken, expected, training, strict=True)
        for score in _scores(one, y, first, second)
    ]
    return Gap(batches.size, batches.order, loss, tuple(scores), differ)


def compared_losses(
    batches: Batches,
    ours: Sequence[Array],
    theirs: Sequence[Array],
    labels: Sequence[Array],
    objectives: Sequence[Objective],
) -> Compared:
    """The losses of two answers to the same examples; all arrays in the order of ``batches.rows``."""
    first = sum(one.loss(y, p) for one, y, p in zip(objectives, labels, ours, strict=True))
    second = sum(one.loss(y, p) for one, y, p in zip(objectives, labels, theirs, strict=True))
    together = batches.order == "as given" and batches.groups.max() + 1 >= LEAST_GROUPS
    return compared_means("loss", np.asarray(first), np.asarray(second), batches.groups if together else None)


def in_company(
    large: Batches, small: Batches, in_large: Sequence[Array], in_small: Sequence[Array],
    labels: Sequence[Array], objectives: Sequence[Objective],
) -> Compared:  # fmt: skip
    """The loss in large batches (as ``inference`` of what is returned) against that in batches as given."""
    back = np.argsort(large.rows)
    ours = [each[back][small.rows] for each in in_large]
    return compared_losses(small, ours, in_small, [each[small.rows] for each in labels], objectives)


def _scores(objective: Objective, labels: Array, inference: Array, training: Array) -> list[Compared]:
    y, ours = flat(objective.task, labels, inference, logits=objective.logits)
    _, theirs = flat(objective.task, labels, training, logits=objective.logits)
    if len(y) != len(ours):
        return []
    if len(y) > MOST_ANSWERS:
        some = np.random.default_rng(0).choice(len(y), MOST_ANSWERS, replace=False)
        y, ours, theirs = y[some], ours[some], theirs[some]
    before = f"{objective.output}: " if objective.output else ""
    return [compared_scores(before + name, score, y, ours, theirs) for name, score in SCORES[objective.task].items()]


def _difference(inference: Sequence[Array], training: Sequence[Array]) -> float:
    """How far the predictions of the two modes are from each other, over their spread in inference mode."""
    found = []
    for ours, theirs in zip(inference, training, strict=True):
        first, second = ours.astype(np.float64), theirs.astype(np.float64)
        found.append(float(np.sqrt(np.mean((first - second) ** 2)) / max(float(np.std(first)), 1e-6)))
    return max(found)
