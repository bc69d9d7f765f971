from __future__ import annotations

import numpy as np
import pytest

from bnlint.probe import scores
from bnlint.probe.scores import BINARY, MULTICLASS, REGRESSION

Y = np.array([0, 0, 1, 1])


def test_accuracy_at_half_and_auc_are_two_things() -> None:
    squeezed = np.array([0.91, 0.92, 0.93, 0.94])
    assert scores.accuracy_at_half(Y, squeezed) == 0.5
    assert scores.auc(Y, squeezed) == 1.0
    assert scores.best_accuracy(Y, squeezed) == 1.0


def test_auc_is_the_share_of_pairs_in_order_with_ties_half() -> None:
    random = np.random.default_rng(0)
    labels, predicted = random.integers(0, 2, 60), random.integers(0, 9, 60) / 9
    positive, negative = predicted[labels == 1], predicted[labels == 0]
    pairs = np.sign(positive[:, None] - negative[None, :])
    assert scores.auc(labels, predicted) == pytest.approx(np.mean((pairs + 1) / 2))


def test_auc_of_one_class_is_not_a_number() -> None:
    assert np.isnan(scores.auc(np.ones(4), np.arange(4) / 4))


def test_best_accuracy_does_not_part_ties() -> None:
    assert scores.best_accuracy(Y, np.full(4, 0.7)) == 0.5
    assert scores.best_accuracy(Y, np.array([0.9, 0.8, 0.2, 0.1])) == 0.5


def test_ranks_of_ties_are_their_mean() -> None:
    assert scores.ranks(np.array([10.0, 30.0, 10.0, 20.0])).tolist() == [1.5, 4.0, 1.5, 3.0]


def test_spearman_sees_order_only() -> None:
    labels = np.array([1.0, 2.0, 3.0, 4.0])
    assert scores.spearman(labels, np.exp(labels)) == pytest.approx(1.0)
    assert scores.spearman(labels, -labels) == pytest.approx(-1.0)
    assert np.isnan(scores.spearman(labels, np.ones(4)))


@pytest.mark.parametrize(
    ("labels", "predicted", "task"),
    [
        (np.array([0, 1, 1]), np.zeros((3, 1)), BINARY),
        (np.array([[0.0], [1.0]]), np.zeros((2, 1)), BINARY),
        (np.array([0.0, 2.5]), np.zeros((2, 1)), REGRESSION),
        (np.array([0, 1, 2]), np.zeros((3, 1)), REGRESSION),
        (np.array([0, 1, 3]), np.zeros((3, 4)), MULTICLASS),
        (np.eye(4), np.zeros((4, 4)), MULTICLASS),
        (np.array([[0, 1, 1], [0, 0, 0]]), np.zeros((2, 3)), BINARY),
        (np.random.default_rng(0).normal(size=(5, 4)), np.zeros((5, 4)), REGRESSION),
        (np.zeros((2, 8, 8), int), np.zeros((2, 8, 8, 3)), MULTICLASS),
    ],
)
def test_the_task_is_read_off_labels_and_outputs(labels: scores.Array, predicted: scores.Array, task: str) -> None:
    assert scores.task_of(labels, predicted) == task


def test_maps_are_scored_by_position() -> None:
    labels = np.array([[[0, 1]], [[1, 1]]])
    y, p = scores.flat(MULTICLASS, labels, np.eye(2)[labels])
    assert (y.shape, p.shape) == ((4,), (4, 2))
    assert scores.accuracy(y, p) == 1.0


def test_logits_become_probabilities() -> None:
    _, p = scores.flat(BINARY, Y, np.array([[-1.0], [-0.1], [0.1], [1000.0]]), logits=True)
    assert scores.accuracy_at_half(Y, p) == 1.0
    assert p.max() <= 1.0
