"""Shapes of arrays, as they are given and as they are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from bnlint.interpreter.heap import List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Thing, Tuple, Value
from bnlint.keras.api.data import Data, Shape, array, array_of, integer, is_none


class NotKnown(Exception):
    """The size of a result hangs on something that is not known."""


def like(m: Machine, value: Value | None) -> Data:
    """An array of a shape that is given as a number, a tuple, a list, or the shape of another array."""
    size = integer(value)
    if size is not None:
        return array((size,))
    if isinstance(value, Thing) and value.kind == "shape":
        return array(value.shape) if value.shape is not None else array_of(value.samples)
    sizes = integers(m, value)
    return array(sizes) if sizes is not None else array_of(None)


def integers(m: Machine, value: Value | None) -> Shape | None:
    """The numbers in a tuple or a list, None for one that is not known."""
    record = m.record(value) if value is not None else None
    if isinstance(value, Tuple):
        return tuple(map(integer, value.items))
    if isinstance(record, List) and record.exact:
        return tuple(map(integer, record.items))
    return None


def product(sizes: Sequence[int | None]) -> int | None:
    """How many numbers an array of these sizes holds."""
    known = [size for size in sizes if size is not None]
    return math.prod(known) if len(known) == len(sizes) else None


def known_shape(data: Data) -> Shape:
    """An array's shape; raises where not even its rank is known."""
    if data.shape is None:
        raise NotKnown
    return data.shape


def is_first(axis: int, data: Data) -> bool:
    """Whether an axis is that of the examples. Nobody writes -1 for the only axis that there is."""
    if data.shape is not None:
        return axis in (0, -len(data.shape))
    if axis < -1:
        raise NotKnown
    return axis == 0


def axis_of(args: Args, position: int | None, default: int | None = None) -> int | None:
    """The axis that a function is told; raises where it is not known."""
    value = args.get(position, "axis")
    if is_none(value):
        return default
    axis = integer(value)
    if axis is None:
        raise NotKnown
    return axis


def resized(data: Data, axis: int, size: Callable[[int | None], int | None]) -> Data:
    """The same array with one axis of another size."""
    if data.shape is None:
        return array_of(size(data.samples) if is_first(axis, data) else data.samples)
    sizes = list(data.shape)
    if not -len(sizes) <= axis < len(sizes):
        raise NotKnown
    sizes[axis] = size(sizes[axis])
    return array(tuple(sizes))
