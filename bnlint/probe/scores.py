"""Scores of predictions, in NumPy alone; and which of them fit a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Score = Callable[[Array, Array], float]

BINARY, MULTICLASS, REGRESSION = "binary", "multiclass", "regression"


def accuracy_at_half(labels: Array, predicted: Array) -> float:
    """The share of right answers of ``predicted`` probabilities (n,) at 0.5 against ``labels`` 0 and 1 (n,)."""
    return float(np.mean((predicted > 0.5) == (labels > 0.5)))


def best_accuracy(labels: Array, predicted: Array) -> float:
    """The accuracy at the threshold that suits best: what the order of the predictions alone is worth."""
    order = np.argsort(-predicted, kind="stable")
    ranked, sorted_predictions = labels[order] > 0.5, predicted[order]
    right = np.concatenate(([0], np.cumsum(ranked))) + (np.sum(~ranked) - np.concatenate(([0], np.cumsum(~ranked))))
    between = np.concatenate(([True], sorted_predictions[1:] != sorted_predictions[:-1], [True]))
    return float(np.max(right[between]) / len(labels))


def auc(labels: Array, predicted: Array) -> float:
    """The area under the ROC curve: the share of (positive, negative) pairs in the right order, ties half.

    Mann and Whitney (1947); NaN where one of the classes is missing.
    """
    positive = labels > 0.5
    count = int(np.sum(positive))
    if count in (0, len(labels)):
        return float("nan")
    pairs = count * (len(labels) - count)
    return float((np.sum(ranks(predicted)[positive]) - count * (count + 1) / 2) / pairs)


def accuracy(labels: Array, predicted: Array) -> float:
    """The share of right classes of ``predicted`` (n, classes) against class numbers (n,)."""
    return float(np.mean(np.argmax(predicted, axis=-1) == labels))


def mean_squared_error(labels: Array, predicted: Array) -> float:
    """In the square of the labels' unit."""
    return float(np.mean((np.asarray(labels, np.float64) - predicted) ** 2))


def spearman(labels: Array, predicted: Array) -> float:
    """Spearman's rank correlation (1904), ties by mean ranks; NaN where one side is constant."""
    first, second = ranks(labels), ranks(predicted)
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.sqrt(np.sum(first**2) * np.sum(second**2)))
    return float(np.sum(first * second) / scale) if scale else float("nan")


def ranks(values: Array) -> Array:
    """Ranks from 1, ties the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    found: Array = (last - (counts - 1) / 2)[inverse.reshape(-1)]
    return found


SCORES: Mapping[str, Mapping[str, Score]] = MappingProxyType(
    {
        BINARY: {"accuracy at 0.5": accuracy_at_half, "AUC": auc},
        MULTICLASS: {"accuracy": accuracy},
        REGRESSION: {"MSE": mean_squared_error, "Spearman": spearman},
    }
)


def task_of(labels: Array, predicted: Array) -> str:
    """What the labels (n, ...) and predictions (n, ...) of one output are for."""
    outputs = predicted.shape[-1] if predicted.ndim > 1 else 1
    values = np.unique(labels[:100_000])
    whole = bool(np.all(values == np.round(values)))
    if outputs == 1:
        return BINARY if whole and set(values.tolist()) <= {0, 1} else REGRESSION
    if labels.shape == predicted.shape:
        if not whole or not set(values.tolist()) <= {0, 1}:
            return REGRESSION
        sums = labels.reshape(-1, outputs).sum(axis=-1)
        return MULTICLASS if bool(np.all(sums == 1)) else BINARY  # several answers at once: each is yes or no
    return MULTICLASS if whole else REGRESSION


def flat(task: str, labels: Array, predicted: Array, *, logits: bool = False) -> tuple[Array, Array]:
    """Labels and predictions in the form that the scores take: one row an answer (positions of maps included)."""
    if task == MULTICLASS:
        classes = predicted.shape[-1]
        if labels.shape == predicted.shape:
            labels = np.argmax(labels, axis=-1)
        return labels.reshape(-1).astype(np.int64), predicted.reshape(-1, classes)
    found = predicted.reshape(-1).astype(np.float64)
    if task == BINARY and logits:
        found = 1 / (1 + np.exp(-np.clip(found, -60, 60)))
    return labels.reshape(-1), found
