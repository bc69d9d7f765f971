"""New arrays: of a shape, of a list, of others put together, of random numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from bnlint.interpreter.heap import List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Ref, Thing, Tuple, Value
from bnlint.keras.api.data import Data, array, array_of, as_data, integer, is_none, number, thing
from bnlint.keras.api.shapes import NotKnown, axis_of, is_first, known_shape, like, resized

MAX_NUMBERS = 1000


def _of_shape(m: Machine, args: Args) -> Data:
    return like(m, args.get(0, "shape", "dims"))


def _full_like(m: Machine, args: Args) -> Data | None:
    found = as_data(args.get(0, "a", "input"))
    return array(found.shape) if found is not None and found.shape is not None else found


def _arange(m: Machine, args: Args) -> Data:
    bounds = [number(value) for value in args.positional]
    known = [bound for bound in bounds if bound is not None]
    if not known or len(known) != len(bounds) or "start" in args.keywords or "stop" in args.keywords:
        return array((None,))
    start, stop = (0, known[0]) if len(known) == 1 else known[:2]
    step = known[2] if len(known) > 2 else 1
    if not step:
        raise NotKnown
    count = max(0, math.ceil((stop - start) / step))
    made = array((count,))
    return replace(made, numbers=tuple(start + i * step for i in range(count))) if count <= MAX_NUMBERS else made


def _linspace(m: Machine, args: Args) -> Data:
    given = args.get(2, "num")
    return array((50 if given is None else integer(given),))


def _eye(m: Machine, args: Args) -> Data:
    rows, columns = args.get(0, "N", "num_rows"), args.get(1, "M", "num_columns")
    return array((integer(rows), integer(rows if is_none(columns) else columns)))


def _array(m: Machine, args: Args) -> Data | None:
    value = args.get(0)
    found = as_data(value)
    if found is not None:
        return found
    record = m.record(value) if value is not None else None
    if isinstance(value, Tuple):
        return _literal(m, value.items)
    if not isinstance(record, List) or any(isinstance(item, Ref) and _is_object(m, item) for item in record.items):
        return None
    return _literal(m, record.items) if record.exact else replace(array_of(None), is_mask=True)


def _is_object(m: Machine, item: Ref) -> bool:
    return not isinstance(m.record(item), List)


def _literal(m: Machine, items: Sequence[Value]) -> Data:
    """An array of the items of a list: of numbers, lists, or arrays of one shape."""
    inner = [_item(m, item) for item in items]
    shapes = {data.shape if data is not None else None for data in inner}
    shape = shapes.pop() if len(shapes) == 1 else None
    if shape is not None:
        made = array((len(items), *shape))
        values = [number(item) for item in items]
        known = tuple(value for value in values if value is not None)
        return replace(made, numbers=known) if shape == () and len(known) == len(items) <= MAX_NUMBERS else made
    # what is not known may be truth values
    unknown = any(data is None or data.is_mask for data in inner)
    return replace(array_of(len(items)), is_mask=unknown)


def _item(m: Machine, item: Value) -> Data | None:
    if isinstance(item, Const):
        return array(()) if number(item) is not None or isinstance(item.value, str) else None
    record = m.record(item)
    if isinstance(item, Tuple) or (isinstance(record, List) and record.exact):
        return _literal(m, item.items if isinstance(item, Tuple) else record.items)
    return as_data(item)


def _joined(m: Machine, args: Args) -> list[Data]:
    """The arrays that a function puts together."""
    given = args.get(0, "arrays", "values", "tup")
    items = iterate(m, given, m.node) if given is not None else None
    if items is None or not items.exact or not items.values:
        raise NotKnown
    return [as_data(item) or _item(m, item) or array_of(None) for item in items.values]


def _concatenate(m: Machine, args: Args) -> Data:
    axis = args.get(1, "axis")
    if axis is not None and is_none(axis):
        raise NotKnown  # flattened
    return _end_to_end(_joined(m, args), axis_of(args, 1, 0) or 0)


def _end_to_end(parts: Sequence[Data], axis: int) -> Data:
    first = parts[0]
    if axis < 0 and first.shape is None:
        raise NotKnown  # arrays of labels have no other axis
    if is_first(axis, first):
        tails = {data.shape[1:] if data.shape is not None else None for data in parts}
        tail = tails.pop() if len(tails) == 1 else None
        counts = [data.samples for data in parts]
        total = sum(count for count in counts if count is not None) if None not in counts else None
        return array((total, *tail)) if tail is not None else array_of(total)
    counted = next((data for data in parts if data.samples is not None), first)
    return resized(counted, axis, lambda _: None)


def _stack(m: Machine, args: Args) -> Data:
    parts, axis = _joined(m, args), axis_of(args, 1, 0) or 0
    first = next((data for data in parts if data.samples is not None), parts[0])
    if first.shape is None:
        return array_of(len(parts) if axis == 0 else first.samples)
    where = axis if axis >= 0 else axis + len(first.shape) + 1
    return array((*first.shape[:where], len(parts), *first.shape[where:]))


def _vstack(m: Machine, args: Args) -> Data:
    parts = _joined(m, args)
    rows = all(data.shape is not None and len(data.shape) == 1 for data in parts)
    return array((len(parts), *known_shape(parts[0]))) if rows else _end_to_end(parts, 0)


def _hstack(m: Machine, args: Args) -> Data:
    parts = _joined(m, args)
    return _end_to_end(parts, 0 if len(known_shape(parts[0])) == 1 else 1)


def _column_stack(m: Machine, args: Args) -> Data:
    """Columns side by side leave the examples as they are."""
    parts = _joined(m, args)
    return array_of(next((data.samples for data in parts if data.samples is not None), None))


def _dstack(m: Machine, args: Args) -> Data:
    """Along the third axis: what has only one becomes a single row."""
    parts = _joined(m, args)
    return array_of(1) if len(known_shape(parts[0])) == 1 else _column_stack(m, args)


def _append(m: Machine, args: Args) -> Data:
    parts = [as_data(args.get(0, "arr")) or array_of(None), as_data(args.get(1, "values")) or array_of(None)]
    axis = axis_of(args, 2)
    if axis is None and any(len(known_shape(data)) != 1 for data in parts):
        raise NotKnown
    return _end_to_end(parts, axis or 0)


def _where(m: Machine, args: Args) -> Data | Value:
    if len(args.positional) > 1:
        found = as_data(args.get(0))
        return replace(found, is_mask=True) if found is not None else array_of(None)
    return Tuple((thing(array((None,))),))


def _indices(m: Machine, args: Args) -> Data:
    return array((None,))


MAKERS: dict[str, Callable[[Machine, Args], Data | Value | None]] = {
    **dict.fromkeys(("zeros", "ones", "empty", "full", "fill"), _of_shape),
    **dict.fromkeys(("zeros_like", "ones_like", "empty_like", "full_like"), _full_like),
    **dict.fromkeys(("array", "asarray", "asanyarray", "ascontiguousarray", "constant", "convert_to_tensor"), _array),
    **dict.fromkeys(("arange", "range"), _arange), "linspace": _linspace, "eye": _eye, "identity": _eye,
    **dict.fromkeys(("concatenate", "concat"), _concatenate), "stack": _stack,
    "vstack": _vstack, "row_stack": _vstack, "hstack": _hstack, "column_stack": _column_stack, "dstack": _dstack,
    "append": _append, "where": _where, "flatnonzero": _indices,
}  # fmt: skip


# --- random numbers -------------------------------------------------------------------------------------------------

SIZE_AT = {
    **dict.fromkeys(("random", "random_sample", "standard_normal", "sample", "ranf"), 0),
    **dict.fromkeys(("poisson", "exponential", "choice"), 1),
    **dict.fromkeys(("randint", "integers", "normal", "uniform", "binomial", "beta", "gamma", "lognormal"), 2),
}
"""Where numpy's random functions take the shape of their result."""
SHAPE_AS_ARGS = frozenset({"rand", "randn"})


def random_call(m: Machine, name: str, args: Args) -> Value | None:
    """A function of ``numpy.random``, or a method of one of its generators."""
    if name in ("default_rng", "RandomState", "Generator"):
        return Thing("random")
    made: Data | None = None
    if name in SHAPE_AS_ARGS:
        made = replace(like(m, Tuple(args.positional)), is_random=True)
    elif name in ("permutation", "permuted"):
        found = as_data(args.get(0, "x"))
        size = integer(args.get(0, "x"))
        made = replace(found, numbers=None) if found is not None else array((size,))
    elif name in SIZE_AT:
        given = args.get(SIZE_AT[name], "size")
        if is_none(given):
            return None
        # a choice among truth values is a mask
        chosen = args.get(0, "a")
        is_mask = name == "choice" and integer(chosen) is None and not as_data(chosen)
        made = replace(like(m, given), is_mask=is_mask, is_random=name != "choice")
    return thing(made) if made is not None else None


def tensorflow_random(m: Machine, name: str, args: Args) -> Value | None:
    """A function of ``tf.random``: the shape comes first."""
    if name == "shuffle":
        found = as_data(args.get(0, "value"))
        return thing(found) if found is not None else None
    return thing(replace(like(m, args.get(0, "shape")), is_random=True))
