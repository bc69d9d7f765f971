"""Images without a download: scikit-learn's digits, and the same in a shifted domain."""

from __future__ import annotations

import importlib
import itertools
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.float32]
Labels = NDArray[np.int32]
SIDE, CLASSES = 16, 10
SOURCE, SOURCE_HELD_OUT, TRAINING = 800, 200, 320


class Sample(NamedTuple):
    """Images (n, 16, 16, 1) with their digits (n)."""

    images: Images
    labels: Labels

    def first(self, count: int) -> Sample:
        """The first images alone."""
        return Sample(self.images[:count], self.labels[:count])


class Domain(NamedTuple):
    """What a network is trained on, and what it is judged by."""

    training: Sample
    held_out: Sample


class Data(NamedTuple):
    """Three domains of different images: 800 and 200 for pretraining, then 320 and 477 twice, plain and shifted."""

    source: Domain
    near: Domain
    shifted: Domain


def digits(seed: int) -> Data:
    """The 1,797 digits, divided anew with each seed."""
    loaded: Any = importlib.import_module("sklearn.datasets").load_digits()
    order = np.random.default_rng(seed).permutation(len(loaded.target))
    small = loaded.images[order].astype(np.float32) / 16
    images = np.kron(small, np.ones((1, 2, 2), np.float32))[..., None]
    labels = loaded.target[order].astype(np.int32)
    ends = np.cumsum([0, SOURCE, SOURCE_HELD_OUT, TRAINING, len(labels) - SOURCE - SOURCE_HELD_OUT - TRAINING])
    parts = [Sample(images[a:b], labels[a:b]) for a, b in itertools.pairwise(ends)]
    moved = [Sample(shift(part.images, seed + 1 + number), part.labels) for number, part in enumerate(parts[2:])]
    return Data(Domain(*parts[:2]), Domain(*parts[2:]), Domain(*moved))


def shift(images: Images, seed: int) -> Images:
    """Images of another domain: brighter, at half the contrast, on stripes, with noise."""
    stripes = 0.1 * np.sin(np.arange(SIDE, dtype=np.float32))[None, None, :, None]
    noise = np.random.default_rng(seed).normal(0, 0.05, images.shape)
    return (0.4 + 0.5 * images + stripes + noise).astype(np.float32)
