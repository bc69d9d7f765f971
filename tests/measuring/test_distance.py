from __future__ import annotations

import math

import numpy as np
import pytest

from bnlint.measuring.distance import Moments, distance

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.normal(3.0, 2.0, size=(10, 4, 5, 6))


def test_moments_of_images() -> None:
    moments = Moments.of(IMAGES)
    assert moments.mean == pytest.approx(IMAGES.mean((0, 1, 2)))
    assert moments.variance == pytest.approx(IMAGES.var((0, 1, 2)))
    assert (moments.values, moments.samples) == (200, 10)


def test_channels_first() -> None:
    moments = Moments.of(IMAGES, axis=1)
    assert moments.mean == pytest.approx(IMAGES.mean((0, 2, 3)))
    assert moments.values == 300


def test_what_a_mask_leaves_out_does_not_count() -> None:
    steps = RANDOM.normal(size=(2, 3, 4))
    mask = np.array([[True, True, False], [True, False, False]])
    moments = Moments.of(steps, mask=mask)
    assert moments.mean == pytest.approx(steps[mask].mean(0))
    assert moments.values == 3


def test_an_empty_batch_adds_nothing() -> None:
    whole = Moments.of(IMAGES)
    assert whole.merged(Moments.of(IMAGES[:0])) == whole
    assert Moments.of(IMAGES[:0]).merged(whole) == whole


def test_batches_of_different_sizes_together_are_the_whole() -> None:
    whole = Moments.of(IMAGES)
    merged = Moments.of(IMAGES[:1]).merged(Moments.of(IMAGES[1:7])).merged(Moments.of(IMAGES[7:]))
    assert merged.mean == pytest.approx(whole.mean)
    assert merged.variance == pytest.approx(whole.variance)
    assert (merged.values, merged.samples) == (whole.values, whole.samples)


def test_half_precision_is_summed_in_double() -> None:
    moments = Moments.of(np.full((70_000, 1), 2.0, dtype=np.float16))
    assert moments.mean == pytest.approx([2.0])
    assert moments.variance == pytest.approx([0.0])


def many(mean: float, variance: float) -> Moments:
    """Moments of so many samples that the noise floor is next to nothing."""
    return Moments(np.array([mean]), np.array([variance]), 10**14, 10**14)


def test_d_and_r_count_in_moving_standard_deviations() -> None:
    found = distance(many(7.0, 15.0), [1.0], [3.0], epsilon=1.0)
    assert found.d == pytest.approx([3.0], abs=1e-5)
    assert found.r == pytest.approx([2.0], abs=1e-5)


def test_the_divergence_is_that_of_two_normal_distributions() -> None:
    mean, variance, moving_mean, moving_variance = 1.3, 2.0, 0.4, 0.7
    x = np.linspace(-40, 40, 400_001)

    def density(mean: float, variance: float) -> np.ndarray:
        return np.asarray(np.exp(-((x - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)) + 1e-300

    p, q = density(mean, variance), density(moving_mean, moving_variance)
    symmetric = float(((p - q) * np.log(p / q)).sum() * (x[1] - x[0]))
    found = distance(many(mean, variance), [moving_mean], [moving_variance], epsilon=0.0)
    assert found.divergence == pytest.approx([symmetric], rel=1e-5)


def test_the_floor_is_taken_off() -> None:
    moments = Moments(np.array([1.0, 0.2]), np.array([math.e**2, 1.0]), 90_000, 900)
    found = distance(moments, [0.0, 0.0], [1.0, 1.0], epsilon=0.0)
    assert found.floor == pytest.approx(0.1)
    assert found.d == pytest.approx([0.9, 0.1])
    assert found.r == pytest.approx([math.exp(0.9), 1.0])


def test_samples_of_the_same_distribution_are_at_no_distance() -> None:
    for seed in range(20):
        data = np.random.default_rng(seed).normal(5.0, 3.0, size=(64, 32))
        found = distance(Moments.of(data), np.full(32, 5.0), np.full(32, 9.0), epsilon=1e-3)
        # Three standard errors: now and then one of the 32 channels is beyond.
        assert found.far_means < 0.03 and found.far_spreads < 0.03
        assert np.count_nonzero(found.divergence) <= 3


def test_a_few_samples_cannot_be_far_by_chance() -> None:
    for seed in range(20):
        data = np.random.default_rng(seed).normal(size=(4, 32))
        assert distance(Moments.of(data), np.zeros(32), np.ones(32), epsilon=1e-3).far_means < 0.1


@pytest.mark.parametrize("mean, variance", [(math.nan, 1.0), (0.0, math.nan), (0.0, -2.0)])
def test_statistics_that_are_no_numbers_are_counted(mean: float, variance: float) -> None:
    found = distance(many(0.0, 1.0), [mean], [variance], epsilon=1e-3)
    assert found.not_finite == 1


def test_dead_channels_are_at_no_distance() -> None:
    found = distance(many(0.0, 0.0), [0.0], [1e-12], epsilon=1e-3)
    assert found.divergence == pytest.approx([0.0])
