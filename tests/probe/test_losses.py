from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bnlint.probe.errors import CannotProbe
from bnlint.probe.losses import objectives, of_chance

WITHOUT_LOSS: Any = type("Model", (), {})()
NO_FRAMEWORK: Any = None


def one(labels: Any, predicted: Any, task: str | None = None) -> Any:
    (found,) = objectives(WITHOUT_LOSS, NO_FRAMEWORK, [labels], [("", predicted)], task=task)
    return found


def test_cross_entropy_of_probabilities_and_of_logits_is_one() -> None:
    labels = np.array([0, 2, 1])
    logits = np.random.default_rng(0).normal(0, 2, (3, 3))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    of_logits, of_shares = one(labels, logits), one(labels, shares)
    assert (of_logits.logits, of_shares.logits) == (True, False)
    expected = -np.log(shares[np.arange(3), labels])
    assert of_logits.loss(labels, logits) == pytest.approx(expected)
    assert of_shares.loss(labels, shares) == pytest.approx(expected)
    assert of_shares.loss(np.eye(3)[labels], shares) == pytest.approx(expected)


def test_binary_cross_entropy() -> None:
    labels, logits = np.array([0, 1, 1]), np.array([[-2.0], [0.5], [3.0]])
    p = 1 / (1 + np.exp(-logits))
    expected = -np.log(np.where(labels == 1, p[:, 0], 1 - p[:, 0]))
    assert one(labels, logits).loss(labels, logits) == pytest.approx(expected)
    assert one(labels, p).loss(labels, p) == pytest.approx(expected)


def test_regression_is_told_by_example() -> None:
    labels, predicted = np.array([1.5, 2.0]), np.array([[1.0], [4.0]])
    assert one(labels, predicted).loss(labels, predicted).tolist() == [0.25, 4.0]
    assert one(np.array([0, 1]), predicted, "regression").task == "regression"


def test_the_loss_of_chance() -> None:
    labels = np.array([0, 0, 1, 1, 2, 2])
    predicted = np.full((6, 3), 1 / 3)
    assert of_chance(one(labels, predicted), labels, predicted) == pytest.approx(np.log(3))
    assert of_chance(one(labels, predicted * 9), labels, predicted * 9) == pytest.approx(np.log(3))
    numbers = np.array([1.0, 2.0, 3.5])
    shape = np.zeros((3, 1))
    assert of_chance(one(numbers, shape), numbers, shape) == pytest.approx(np.var(numbers))
    halves = np.array([0, 1, 1, 0])
    assert of_chance(one(halves, np.zeros((4, 1))), halves, np.zeros((4, 1))) == pytest.approx(np.log(2))


def test_a_loss_that_keras_does_not_know() -> None:
    class Losses:
        @staticmethod
        def get(name: str) -> None:
            raise ValueError("unknown")

    framework: Any = type("F", (), {"keras": type("K", (), {"losses": Losses})})()
    with pytest.raises(CannotProbe, match="Keras knows no loss 'moose'"):
        objectives(WITHOUT_LOSS, framework, [np.zeros(2)], [("", np.zeros((2, 1)))], loss="moose")
