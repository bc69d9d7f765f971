"""A sample of examples to measure with: inputs, and labels where there are any."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bnlint.probe.errors import CannotProbe
from bnlint.probe.scores import Array

if TYPE_CHECKING:
    from bnlint.probe.shapes import Shape

SEED = 0
FORMS = (
    "A sample is `.npz`, `x.npy y.npy`, a folder of images by class, `.tfrecord` with --features, or `module:function`."
)


@dataclass(frozen=True, slots=True)
class Named:
    """An array with the examples along its first axis; ``name`` is empty where it has none."""

    name: str
    values: Array


@dataclass(frozen=True, slots=True)
class Sample:
    """Examples in the order of their source; ``available`` counts those that it holds, None where that is not known."""

    source: str
    inputs: tuple[Named, ...]
    labels: tuple[Named, ...] = ()
    available: int | None = None
    classes: tuple[str, ...] = ()
    """names of the classes of an image folder, in the order of their numbers"""

    @property
    def size(self) -> int:
        """How many examples were taken."""
        return len(self.inputs[0].values)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a sample is taken."""

    samples: int = 1024
    batch_size: int = 32
    image_size: tuple[int, int] | None = None
    channels: int | None = None
    scale: float = 1.0
    offset: float = 0.0
    features: str | None = None

    def fitted(self, shape: Shape | None) -> Wanted:
        """The same with the size of images and the channels as a model's input (batch, ...) has them."""
        if shape is None or len(shape) != 4 or shape[3] not in (1, 3, 4):
            return self
        size = self.image_size
        if size is None and shape[1] and shape[2]:
            size = (shape[1], shape[2])
        return replace(self, image_size=size, channels=self.channels or shape[3])


def take(data: Sequence[str], wanted: Wanted) -> Sample:
    """The sample that a command line names. Raises ``CannotProbe`` with the next step."""
    first = data[0]
    if len(data) > 2 or (len(data) == 2 and not all(name.endswith(".npy") for name in data)):
        raise CannotProbe(f"--data: {' '.join(data)} is no sample", FORMS)
    try:
        found = _read(first, data, wanted)
    except OSError as error:
        raise CannotProbe(f"{error.filename or first}: {error.strerror or error}") from None
    return checked(found)


def _read(first: str, data: Sequence[str], wanted: Wanted) -> Sample:
    if first.endswith(".npz"):
        return _of_archive(first, wanted)
    if first.endswith(".npy"):
        return _of_pair(data, wanted)
    if os.path.isdir(first):
        from bnlint.probe import image_folders

        return image_folders.read(first, wanted)
    if first.endswith((".tfrecord", ".tfrecords", ".tfrec")) or (wanted.features and os.path.isfile(first)):
        from bnlint.probe import records

        return records.read(first, wanted)
    if ":" in first and not os.path.exists(first):
        from bnlint.probe import functions

        return functions.read(first, wanted)
    if not os.path.exists(first):
        raise CannotProbe(f"{first}: no such file", FORMS)
    raise CannotProbe(f"{first}: bnlint knows no sample of this kind", FORMS)


def chosen(available: int, wanted: int) -> Array:
    """Which of the examples are taken: all, or ``wanted`` drawn at random, always the same, in their own order.

    The order is kept, since batches in the order of the data tell what a training without shuffling saw.
    """
    if available <= wanted:
        return np.arange(available)
    return np.sort(np.random.default_rng(SEED).choice(available, wanted, replace=False))


def as_numbers(values: Array, where: str) -> Array:
    """Numbers as models take them: float64 as float32, flags as numbers. Raises ``CannotProbe`` for what is none."""
    if values.dtype.kind not in "fiub":
        raise CannotProbe(f"{where} holds {values.dtype}, and no numbers")
    if values.dtype.kind == "b":
        return values.astype(np.int32)
    return values.astype(np.float32) if values.dtype == np.float64 else values


def checked(sample: Sample) -> Sample:
    """The sample, if it can be measured with. Raises ``CannotProbe``."""
    for each in (*sample.inputs, *sample.labels):
        if len(each.values) != sample.size:
            raise CannotProbe(
                f"{sample.source}: {each.name or 'the labels'} has {len(each.values)} examples, "
                f"{sample.inputs[0].name or 'the inputs'} {sample.size}"
            )
        if each.values.dtype.kind == "f" and not np.all(np.isfinite(each.values)):
            raise CannotProbe(
                f"{sample.source}: {each.name or 'the sample'} holds NaN or infinite numbers",
                "Leave those examples out: no model answers to them.",
            )
    if sample.size < 2:
        raise CannotProbe(f"{sample.source}: {sample.size} examples; two are the least", "Give 256 or more.")
    return sample


# ------------------------------------------------------------------------------------------------------------- `.npz`


def _of_archive(path: str, wanted: Wanted) -> Sample:
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except ValueError as error:
        raise CannotProbe(f"{path}: {error}", "Save plain arrays: `numpy.savez(path, x=x, y=y)`.") from None
    if not arrays:
        raise CannotProbe(f"{path}: it is empty")
    labels = [name for name in arrays if _is_label(name)]
    inputs = [name for name in arrays if name not in labels]
    if not inputs:
        raise CannotProbe(
            f"{path}: it holds {', '.join(arrays)}, and no inputs", "Name the inputs `x`, the labels `y`."
        )
    if any(not array.ndim for array in arrays.values()):
        raise CannotProbe(f"{path}: it holds a single number", "Name the inputs `x`, the labels `y`.")
    available = len(arrays[inputs[0]])
    if any(len(array) != available for array in arrays.values()):
        lengths = ", ".join(f"{name} {len(array)}" for name, array in arrays.items())
        raise CannotProbe(f"{path}: the arrays are not equally long: {lengths}")
    rows = chosen(available, wanted.samples)

    def named(names: list[str]) -> tuple[Named, ...]:
        alone = len(names) == 1
        return tuple(
            Named("" if alone else _output(name), as_numbers(arrays[name][rows], f"{path}: {name}")) for name in names
        )

    return _scaled(Sample(path, named(inputs), named(labels), available), wanted)


def _is_label(name: str) -> bool:
    return name in ("y", "labels", "label", "targets", "target") or name.startswith("y_") or name.startswith("y:")


def _output(name: str) -> str:
    return name[2:] if name.startswith(("y_", "y:", "x_", "x:")) else name


def _scaled(sample: Sample, wanted: Wanted) -> Sample:
    """--rescale, on inputs that are numbers with a place each."""
    if (wanted.scale, wanted.offset) == (1.0, 0.0):
        return sample
    inputs = tuple(
        Named(each.name, each.values.astype(np.float32) * np.float32(wanted.scale) + np.float32(wanted.offset))
        for each in sample.inputs
    )
    return replace(sample, inputs=inputs)


# ------------------------------------------------------------------------------------------------------- `x.npy y.npy`


def _of_pair(data: Sequence[str], wanted: Wanted) -> Sample:
    try:
        arrays = [np.load(path, mmap_mode="r", allow_pickle=False) for path in data]
    except ValueError as error:
        raise CannotProbe(f"{' '.join(data)}: {error}", "Save plain arrays: `numpy.save(path, x)`.") from None
    if any(not array.ndim for array in arrays):
        raise CannotProbe(f"{' '.join(data)}: a single number is no sample")
    if len({len(array) for array in arrays}) > 1:
        raise CannotProbe(f"{data[0]} has {len(arrays[0])} examples, {data[1]} {len(arrays[1])}")
    rows = chosen(len(arrays[0]), wanted.samples)
    taken = [as_numbers(np.array(array[rows]), path) for array, path in zip(arrays, data, strict=True)]
    labels = tuple(Named("", values) for values in taken[1:])
    return _scaled(Sample(" ".join(data), (Named("", taken[0]),), labels, len(arrays[0])), wanted)
