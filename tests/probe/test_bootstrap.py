from __future__ import annotations

import numpy as np

from bnlint.probe.bootstrap import compared_means, compared_scores
from bnlint.probe.scores import auc


def test_the_difference_is_paired() -> None:
    inference = np.random.default_rng(0).normal(0, 10, 400)
    found = compared_means("loss", inference, inference - 0.5)
    assert (
        found.difference.low == found.difference.high == 0.5 or abs(found.difference.high - found.difference.low) < 1e-9
    )
    assert found.inference.high - found.inference.low > 1


def test_intervals_are_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(1).normal(0, 1, 1000)
    found = compared_means("loss", values, np.zeros(1000))
    assert 0.8 < (found.difference.high - found.difference.low) / (2 * 1.96 / np.sqrt(1000)) < 1.2


def test_examples_of_one_batch_are_drawn_together() -> None:
    groups = np.repeat(np.arange(20), 50)
    by_batch = np.random.default_rng(2).normal(0, 1, 20)[groups]
    alone = compared_means("loss", by_batch, np.zeros(1000))
    together = compared_means("loss", by_batch, np.zeros(1000), groups)
    width = together.difference.high - together.difference.low
    assert width > 4 * (alone.difference.high - alone.difference.low)


def test_it_is_the_same_every_time() -> None:
    values = np.random.default_rng(3).normal(0, 1, 100)
    assert compared_means("loss", values, -values) == compared_means("loss", values, -values)


def test_not_a_number_stays_one() -> None:
    values = np.array([1.0, np.nan, 2.0])
    assert np.isnan(compared_means("loss", values, np.zeros(3)).difference.low)


def test_resamples_without_a_score_are_left_out() -> None:
    labels = np.array([1, 0, 0])
    found = compared_scores("AUC", auc, labels, np.array([0.9, 0.1, 0.2]), np.array([0.9, 0.1, 0.2]))
    assert (found.inference.value, found.inference.low) == (1.0, 1.0)
