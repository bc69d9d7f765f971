"""Items of arrays, and operators on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bnlint.interpreter.access import slice_of
from bnlint.interpreter.heap import List
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Thing, Tuple, Value
from bnlint.keras.api.data import NOTHING, Data, Shape, array, array_of, as_data, integer, is_none, number, thing
from bnlint.keras.api.pixels import item as pixels_of_item
from bnlint.keras.api.shapes import NotKnown, integers


def subscript(m: Machine, data: Data, index: Value) -> Data:
    """``x[:1000]``, ``x[mask]``, ``x[..., None]``."""
    items = list(index.items) if isinstance(index, Tuple) else [index]
    try:
        found = _indexed(m, data, items)
    except NotKnown:
        found = array_of(None)
    bounds = slice_of(index)
    if bounds is not None and data.numbers is not None:
        found = replace(found, numbers=data.numbers[bounds])
    order = None if any(_is_picking(m, item) for item in items) else data.order
    return replace(found, is_mask=data.is_mask, pixels=pixels_of_item(data.pixels, index), order=order)


def _indexed(m: Machine, data: Data, items: list[Value]) -> Data:
    """Indexing axis by axis. Where the first of several index arrays stands in front, it is enough."""
    axes = data.shape if data.shape is not None else (data.samples,)
    chosen = [item for item in items if _is_picking(m, item) or integer(item) is not None]
    if len(chosen) > 1 and any(_is_picking(m, item) for item in chosen):
        if not _is_picking(m, items[0]):
            raise NotKnown  # numpy puts the axes of arrays in place or in front
        return array_of(_first(_picked(m, items[0]) or _first_picked(items[0])))
    sizes: list[int | None] = []
    position = arrays = 0
    for at, item in enumerate(items):
        if isinstance(item, Const) and item.value is Ellipsis:
            if data.shape is None:
                return array_of(_first(sizes or axes[position:]))
            stop = len(axes) - sum(not is_none(one) for one in items[at + 1 :])
            sizes.extend(axes[position:stop])
            position = stop
        elif is_none(item):
            sizes.append(1)
        elif isinstance(item, Const) and isinstance(item.value, str):
            return array_of(data.samples)  # a column of a table
        elif integer(item) is not None:
            position += 1
        elif isinstance(item, Thing) and item.kind == "slice":
            sizes.append(_sliced(item, axes[position] if position < len(axes) else None))
            position += 1
        elif _is_picking(m, item) and not arrays:
            picked = _picked(m, item)
            if picked is None:
                return array_of(_first(sizes or _first_picked(item)))
            sizes.extend(picked)
            position += 1
            arrays += 1
        else:
            # a number or an array: behind the examples it does not matter whether the axis stays
            return array_of(_first(sizes if not arrays else ()))
    return array((*sizes, *axes[position:])) if data.shape is not None else array_of(_first(sizes))


def _first_picked(item: Value) -> Shape:
    """The first axis that an index array of an unknown rank makes."""
    data = as_data(item)
    return (data.samples,) if data is not None and not data.is_mask else ()


def _first(sizes: Sequence[int | None]) -> int | None:
    if not sizes:
        raise NotKnown
    return sizes[0]


def _is_picking(m: Machine, item: Value) -> bool:
    return as_data(item) is not None or isinstance(m.record(item), List)


def _sliced(item: Value, size: int | None) -> int | None:
    bounds = slice_of(item)
    return len(range(size)[bounds]) if bounds is not None and size is not None else None


def _picked(m: Machine, item: Value) -> Shape | None:
    """The axes that an index array or a list puts in place of one; None where it is not known how many."""
    data = as_data(item)
    if data is None:
        numbers = integers(m, item)
        return (len(numbers) if numbers is not None and None not in numbers else None,)
    if data.is_mask:
        # a mask takes as many axes as it has, and makes one
        return (None,) if data.shape is not None and len(data.shape) == 1 else None
    return data.shape


COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>"})
CONVERSIONS: dict[str, Callable[[Any], Any]] = {"int": int, "float": float}
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "//": lambda a, b: a // b, "%": lambda a, b: a % b,
}  # fmt: skip


def operate(operator: str, operands: Sequence[Value]) -> Value | None:
    """An operator on arrays; None where none of the operands is one."""
    found = [data for data in map(as_data, operands) if data is not None and data.form in ("array", None)]
    if not found:
        return None
    if operator in CONVERSIONS:
        value = number(operands[0])
        return Const(CONVERSIONS[operator](value)) if value is not None else None
    if len(operands) == 2 and all(data.shape == () for data in found) and operator in OPERATIONS:
        return _of_numbers(operator, operands)
    if operator == "@":
        left = as_data(operands[0])
        return thing(array_of(left.samples if left is not None else None))
    if operator not in ARITHMETIC and operator not in COMPARISONS and operator not in ("abs", "round"):
        return None
    made = found[0] if len(found) == 1 else _broadcast(found[0], found[1])
    is_mask = operator in COMPARISONS or any(data.is_mask for data in found)
    # noise on examples leaves them examples
    is_random = all(isinstance(each, Const) or (as_data(each) or NOTHING).is_random for each in operands)
    return thing(
        replace(array_of(made.samples), shape=made.shape, is_mask=is_mask, is_random=is_random, order=found[0].order)
    )


def _of_numbers(operator: str, operands: Sequence[Value]) -> Value | None:
    left, right = number(operands[0]), number(operands[1])
    if left is None or right is None:
        return None
    try:
        value = OPERATIONS[operator](left, right)
    except ZeroDivisionError:
        return None
    return thing(replace(array(()), numbers=(value,)))


def _broadcast(left: Data, right: Data) -> Data:
    """The shape of an operation on two arrays."""
    if left.shape is not None and right.shape is not None:
        longer, shorter = (
            (left.shape, right.shape) if len(left.shape) >= len(right.shape) else (right.shape, left.shape)
        )
        padded = (*(1,) * (len(longer) - len(shorter)), *shorter)
        return array(tuple(b if a == 1 else a if b in (1, a) or b is None else None
                           for a, b in zip(longer, padded, strict=True)))  # fmt: skip
    if left.samples == right.samples:
        return array_of(left.samples)
    for one, other in ((left, right), (right, left)):
        # one row beside an array of examples
        if one.shape is not None and len(one.shape) <= 1:
            return array_of(other.samples)
    return array_of(None)
