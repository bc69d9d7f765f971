"""Samples from somebody's own code: a function that yields batches."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from bnlint.probe.errors import CannotProbe
from bnlint.probe.samples import Named, Sample, Wanted, as_numbers

MOST_BATCHES = 1_000_000


def named_object(name: str, option: str) -> Any:
    """What ``module:name`` means; modules of the current folder come first. Raises ``CannotProbe``."""
    module, _, attribute = name.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found: Any = importlib.import_module(module)
    except ImportError as error:
        raise CannotProbe(f"{option} {name}: {error}", "The module is looked for in this folder first.") from None
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise CannotProbe(f"{option} {name}: {module} has no `{attribute}`")
        found = getattr(found, part)
    return found


def read(name: str, wanted: Wanted) -> Sample:
    """The first ``wanted.samples`` examples of what a function gives: (inputs, labels) or inputs, a batch at a time."""
    given = named_object(name, "--data")
    try:
        batches = given() if callable(given) and not hasattr(given, "__getitem__") else given
        taken = list(_until(_iterated(batches), wanted.samples))
    except CannotProbe:
        raise
    except Exception as error:
        raise CannotProbe(f"--data {name}: it raised {type(error).__name__}: {error}") from error
    if not taken:
        raise CannotProbe(f"--data {name}: it yields no batch")
    inputs = _joined([each[0] for each in taken], name, wanted.samples)
    labels = () if taken[0][1] is None else _joined([each[1] for each in taken], name, wanted.samples)
    return Sample(name, inputs, labels)


def _iterated(batches: Any) -> Iterator[Any]:
    if hasattr(batches, "__getitem__") and hasattr(batches, "__len__"):  # a Sequence or PyDataset of Keras
        return (batches[number] for number in range(len(batches)))
    return iter(batches)


def _until(batches: Iterator[Any], wanted: int) -> Iterator[tuple[Any, Any]]:
    count = 0
    for batch in islice(batches, MOST_BATCHES):
        inputs, labels = (batch[0], batch[1]) if isinstance(batch, tuple) and len(batch) > 1 else (batch, None)
        inputs = inputs[0] if isinstance(inputs, tuple) and len(inputs) == 1 else inputs
        yield inputs, labels
        count += len(next(iter(_parts(inputs).values())))
        if count >= wanted:
            return


def _parts(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return {str(key): _array(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)) and len(value) and all(hasattr(each, "shape") for each in value):
        alone = len(value) == 1
        return {"" if alone else str(at): _array(each) for at, each in enumerate(value)}
    return {"": _array(value)}


def _array(value: Any) -> Any:
    if hasattr(value, "detach"):  # PyTorch
        value = value.detach().cpu()
    return value.numpy() if hasattr(value, "numpy") else np.asarray(value)


def _joined(batches: list[Any], name: str, wanted: int) -> tuple[Named, ...]:
    parts = [_parts(batch) for batch in batches]
    return tuple(
        Named(key, as_numbers(np.concatenate([each[key] for each in parts])[:wanted], f"--data {name}"))
        for key in parts[0]
    )
