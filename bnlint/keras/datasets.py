"""How many examples well-known data sets hold, for code that does not show it."""

from __future__ import annotations

import re
from collections.abc import Mapping

Splits = Mapping[str, int]

KERAS: Mapping[str, Splits] = {
    "boston_housing": {"train": 404, "test": 102},
    "california_housing": {"train": 16512, "test": 4128},
    "cifar10": {"train": 50000, "test": 10000},
    "cifar100": {"train": 50000, "test": 10000},
    "fashion_mnist": {"train": 60000, "test": 10000},
    "imdb": {"train": 25000, "test": 25000},
    "mnist": {"train": 60000, "test": 10000},
    "reuters": {"train": 8982, "test": 2246},
}
"""``keras.datasets.<name>.load_data()`` with its defaults (``maxlen``, ``test_split``, ``version`` change it)."""

TFDS: Mapping[str, Splits] = {
    "beans": {"train": 1034, "validation": 133, "test": 128},
    "caltech101": {"train": 3060, "test": 6084},
    "caltech_birds2010": {"train": 3000, "test": 3033},
    "caltech_birds2011": {"train": 5994, "test": 5794},
    "cars196": {"train": 8144, "test": 8041},
    "cassava": {"train": 5656, "validation": 1889, "test": 1885},
    "cats_vs_dogs": {"train": 23262},
    "celeb_a": {"train": 162770, "validation": 19867, "test": 19962},
    "cifar10": {"train": 50000, "test": 10000},
    "cifar100": {"train": 50000, "test": 10000},
    "colorectal_histology": {"train": 5000},
    "deep_weeds": {"train": 17509},
    "dtd": {"train": 1880, "validation": 1880, "test": 1880},
    "eurosat": {"train": 27000},
    "fashion_mnist": {"train": 60000, "test": 10000},
    "food101": {"train": 75750, "validation": 25250},
    "horses_or_humans": {"train": 1027, "test": 256},
    "imagenet2012": {"train": 1281167, "validation": 50000, "test": 100000},
    "imagenette/160px-v2": {"train": 9469, "validation": 3925},
    "imagenette/320px-v2": {"train": 9469, "validation": 3925},
    "imagenette/full-size-v2": {"train": 9469, "validation": 3925},
    "imdb_reviews": {"train": 25000, "test": 25000, "unsupervised": 50000},
    "kmnist": {"train": 60000, "test": 10000},
    "malaria": {"train": 27558},
    "mnist": {"train": 60000, "test": 10000},
    "oxford_flowers102": {"train": 1020, "validation": 1020, "test": 6149},
    "oxford_iiit_pet": {"train": 3680, "test": 3669},
    "patch_camelyon": {"train": 262144, "validation": 32768, "test": 32768},
    "plant_village": {"train": 54303},
    "resisc45": {"train": 31500},
    "rock_paper_scissors": {"train": 2520, "test": 372},
    "stanford_dogs": {"train": 12000, "test": 8580},
    "stl10": {"train": 5000, "test": 8000, "unlabelled": 100000},
    "svhn_cropped": {"train": 73257, "test": 26032, "extra": 531131},
    "tf_flowers": {"train": 3670},
    "uc_merced": {"train": 2100},
}
"""TensorFlow Datasets by name; ``name:1.0.0`` and ``name/config`` are looked up by :func:`tfds_samples`."""

ARCHIVES: Mapping[str, Splits] = {
    "cats_and_dogs_filtered": {"train": 2000, "validation": 1000},
    "flower_photos": {"train": 3670},
    "horse-or-human": {"train": 1027},
    "rps": {"train": 2520},
    "rps-test-set": {"train": 372},
    "validation-horse-or-human": {"train": 256},
}
"""Archives of images that courses download, by the name of the folder that they unpack to."""

_SLICE = re.compile(r"(?P<split>\w+)(?:\[(?P<start>-?\d+%?)?:(?P<end>-?\d+%?)?\])?")


def keras_samples(name: str, split: str = "train") -> int | None:
    """How many examples ``keras.datasets.<name>.load_data()`` gives; ``split`` is ``"train"`` or ``"test"``."""
    return KERAS.get(name, {}).get(split)


def tfds_samples(name: str, split: str = "train") -> int | None:
    """How many examples ``tfds.load(name, split=split)`` gives; ``split`` may be ``"train[:80%]+test"``."""
    name = name.partition(":")[0]
    splits = TFDS.get(name) or TFDS.get(name.partition("/")[0], {})
    counts = [_slice_samples(splits, part.strip()) for part in split.split("+")]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _slice_samples(splits: Splits, text: str) -> int | None:
    match = _SLICE.fullmatch(text)
    if match is None:
        return None
    split, start, end = match["split"], match["start"], match["end"]
    total = sum(splits.values()) if split == "all" and splits else splits.get(split)
    if total is None:
        return None
    first = 0 if start is None else _boundary(start, total)
    last = total if end is None else _boundary(end, total)
    return max(0, last - first)


def _boundary(text: str, total: int) -> int:
    """``"80%"`` (rounded to the closest example), ``"100"`` or ``"-100"`` as an index."""
    index = round(int(text[:-1]) * total / 100) if text.endswith("%") else int(text)
    return min(total, max(0, index + total if text.startswith("-") else index))
