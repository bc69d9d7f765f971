"""Arrays in a structure (one array, a list or a dictionary of them), put after each other and into flat names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def stacked(parts: Sequence[Any]) -> Any:
    """The parts of many batches after each other, in the structure that each of them has."""
    import numpy as np

    like = parts[0]
    if like is None:
        return None
    if isinstance(like, Mapping):
        return {key: stacked([part[key] for part in parts]) for key in like}
    if isinstance(like, (list, tuple)):
        return [stacked([part[index] for part in parts]) for index in range(len(like))]
    return np.concatenate(parts)


def first(value: Any, samples: int) -> Any:
    """The first samples of each array."""
    if isinstance(value, Mapping):
        return {key: first(each, samples) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [first(each, samples) for each in value]
    return None if value is None else value[:samples]


def packed(name: str, value: Any) -> dict[str, Any]:
    """A structure of arrays, one level deep, as arrays by flat names: ``labels``, ``labels.0``, ``labels:age``."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return {f"{name}:{key}": _leaf(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return {f"{name}.{index}": _leaf(each) for index, each in enumerate(value)}
    return {name: value}


def unpacked(name: str, arrays: Mapping[str, Any]) -> Any:
    """What :func:`packed` took apart; None where there is nothing of this name."""
    if name in arrays:
        return arrays[name]
    keyed = {key.partition(":")[2]: each for key, each in arrays.items() if key.startswith(f"{name}:")}
    if keyed:
        return keyed
    places = sorted(int(key.partition(".")[2]) for key in arrays if key.startswith(f"{name}."))
    return [arrays[f"{name}.{place}"] for place in places] or None


def _leaf(value: Any) -> Any:
    if isinstance(value, (Mapping, list, tuple)):
        raise TypeError("labels may be an array, or a list or dictionary of arrays, not deeper")
    return value
