"""Sizes of well-known data sets."""

from __future__ import annotations

import pytest

from bnlint.keras.datasets import keras_samples, tfds_samples


def test_keras_datasets() -> None:
    assert keras_samples("mnist") == 60000
    assert keras_samples("cifar10", "test") == 10000
    assert keras_samples("reuters") == 8982
    assert keras_samples("my_own") is None


@pytest.mark.parametrize(
    ("name", "split", "samples"),
    [
        ("cats_vs_dogs", "train", 23262),
        ("cats_vs_dogs", "train[:40%]", 9305),
        ("cats_vs_dogs", "train[40%:50%]", 2326),
        ("tf_flowers", "train[80%:]", 734),
        ("oxford_flowers102", "train + validation", 2040),
        ("beans", "all", 1295),
        ("mnist:3.0.1", "train[:1000]", 1000),
        ("mnist", "train[-500:]", 500),
        ("stanford_dogs", "test", 8580),
        ("imagenette/320px-v2", "train", 9469),
        ("eurosat/rgb", "train", 27000),
    ],
)
def test_tensorflow_datasets_and_their_slices(name: str, split: str, samples: int) -> None:
    assert tfds_samples(name, split) == samples


@pytest.mark.parametrize(
    ("name", "split"), [("cats_vs_dogs", "test"), ("my_own", "train"), ("mnist", "train[a:b]"), ("imagenette", "train")]
)
def test_what_is_not_known_is_not_guessed(name: str, split: str) -> None:
    assert tfds_samples(name, split) is None
