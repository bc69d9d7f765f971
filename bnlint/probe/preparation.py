"""Whether a usual preparation of images, added or taken away, makes a model at home in the sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from bnlint.probe.samples import Named, Sample
from bnlint.probe.scores import Array

EXAMPLES = 128
ENOUGH = 0.7
"""The share of the gap that a preparation must close."""

Prepared = Callable[[Array], Array]
CAFFE = np.array([103.939, 116.779, 123.68], np.float32)

USUAL: Mapping[str, Prepared] = MappingProxyType(
    {
        "divided by 255": lambda x: x / 255,
        "times 255": lambda x: x * 255,
        "divided by 127.5, less 1": lambda x: x / 127.5 - 1,
        "plus 1, times 127.5": lambda x: (x + 1) * 127.5,
        "times 2, less 1": lambda x: x * 2 - 1,
        "plus 1, halved": lambda x: (x + 1) / 2,
    }
)
OF_COLOUR: Mapping[str, Prepared] = MappingProxyType(
    {
        "with the order of the colours reversed": lambda x: x[..., ::-1],
        "with the colours reversed and their means taken off, as `resnet50.preprocess_input` does": (
            lambda x: x[..., ::-1] - CAFFE
        ),
    }
)


def likely(
    sample: Sample, inference: float, training: float, measure: Callable[[Sample], tuple[float, bool]]
) -> str | None:
    """The preparation that closes most of the gap, as a note; None where none does.

    Args:
        sample: One input; anything else is not tried.
        inference: The mean loss in inference mode.
        training: That in training mode, which right statistics would give.
        measure: The mean loss in inference mode of another sample, and whether every layer is near to it.
    """
    if len(sample.inputs) != 1 or sample.inputs[0].values.dtype.kind not in "fu":
        return None
    rows = np.linspace(0, sample.size - 1, min(sample.size, EXAMPLES)).astype(int)
    values = sample.inputs[0].values[rows].astype(np.float32)
    ways = {**USUAL, **OF_COLOUR} if values.ndim == 4 and values.shape[-1] == 3 else USUAL
    tried = {}
    for name, prepared in ways.items():
        inputs = (Named(sample.inputs[0].name, np.ascontiguousarray(prepared(values))),)
        labels = tuple(Named(each.name, each.values[rows]) for each in sample.labels)
        loss, near = measure(replace(sample, inputs=inputs, labels=labels))
        if near and np.isfinite(loss):
            tried[name] = loss
    if not tried:
        return None
    name, found = min(tried.items(), key=lambda each: each[1])
    if not inference - found > ENOUGH * (inference - training):
        return None
    return (
        f"{name}, the inputs give a loss of {found:.3g} in inference mode instead of {inference:.3g}: "
        "the sample is probably not prepared as the training data was"
    )
