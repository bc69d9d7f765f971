"""What scalings make of pixels, how ranges are written, and how far two of them are from each other."""

from __future__ import annotations

import pytest

from bnlint.graph.pixels import MAX_STEPS, Pixels, Scaling, Step, mismatch, scaled
from bnlint.graph.places import Place

RAW = Pixels()
CAFFE = Pixels((-103.939, -116.779, -123.68), (151.061, 138.221, 131.32), "bgr")
SIGNED = Pixels((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0))
UNIT = Pixels((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
PLACE = Place("train.py", 1, 1, 1, 2)


def by(factor: float, offset: float = 0.0) -> Scaling:
    return Scaling((factor, factor, factor), (offset, offset, offset))


def test_two_ways_to_one_range_are_the_same() -> None:
    unit = scaled(RAW, by(1 / 255))
    assert unit is not None
    twice = scaled(unit, by(2.0, -1.0))
    once = scaled(RAW, by(1 / 127.5, -1.0))
    assert twice is not None and once is not None and twice.same_range(once)
    assert not twice.same_range(unit)


def test_turned_around_the_channels_take_their_numbers_along() -> None:
    found = scaled(CAFFE, Scaling(reverses=True))
    assert found is not None
    assert found.black == (-123.68, -116.779, -103.939)
    assert found.order == "rgb"
    unknown = scaled(CAFFE, Scaling(reverses=None))
    assert unknown is not None and unknown.order is None


def test_a_loop_that_scales_for_ever_is_not_followed() -> None:
    pixels: Pixels | None = RAW
    step = Step("scaling", PLACE)
    for _ in range(MAX_STEPS):
        assert pixels is not None
        pixels = scaled(pixels, by(0.5)._replace(step=step))
    assert pixels is not None
    assert scaled(pixels, by(0.5)._replace(step=step)) is None


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (RAW, "0 to 255"),
        (UNIT, "0 to 1"),
        (SIGNED, "−1 to 1"),
        (CAFFE, "−124 to 151"),
        (Pixels((0.0,) * 3, (1 / 255,) * 3), "0 to 0.0039"),
    ],
)
def test_ranges_are_written_for_people(pixels: Pixels, words: str) -> None:
    assert pixels.words == words


@pytest.mark.parametrize(
    ("given", "expected", "harm"),
    [
        (UNIT, CAFFE, "large"),
        (SIGNED, CAFFE, "large"),
        (UNIT, RAW, "large"),
        (RAW, CAFFE, "mild"),
        (RAW, SIGNED, "moderate"),
        (CAFFE, SIGNED, "moderate"),
        (UNIT, SIGNED, "mild"),
        (CAFFE, CAFFE, "none"),
        (Pixels((-104.9, -117.8, -124.7), (-102.9, -115.8, -122.7)), SIGNED, "large"),
        (Pixels((-127.5,) * 3, (127.5,) * 3), CAFFE, "none"),
    ],
)
def test_harm_is_the_contrast_that_is_lost(given: Pixels, expected: Pixels, harm: str) -> None:
    assert mismatch(given, expected).harm == harm
