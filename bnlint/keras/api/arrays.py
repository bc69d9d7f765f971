"""Arrays: the functions of numpy, and those of TensorFlow that do the same; only shapes are followed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bnlint.interpreter.heap import List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Lib, Ref, Thing, Tuple, Value
from bnlint.keras.api.data import (
    Data,
    Shape,
    array,
    array_of,
    as_data,
    integer,
    is_none,
    is_true,
    number,
    thing,
)
from bnlint.keras.api.indexing import subscript
from bnlint.keras.api.shapes import NotKnown, integers, is_first, known_shape, like, product

MAX_NUMBERS = 1000
ROOTS = frozenset({"numpy", "np", "tensorflow", "jax", "cupy"})


def _axis(args: Args, position: int | None, default: int | None = None) -> int | None:
    value = args.get(position, "axis")
    if is_none(value):
        return default
    axis = integer(value)
    if axis is None:
        raise NotKnown
    return axis


def _resized(data: Data, axis: int, size: Callable[[int | None], int | None]) -> Data:
    """The same array with one axis of another size."""
    if data.shape is None:
        return array_of(size(data.samples) if is_first(axis, data) else data.samples)
    sizes = list(data.shape)
    if not -len(sizes) <= axis < len(sizes):
        raise NotKnown
    sizes[axis] = size(sizes[axis])
    return array(tuple(sizes))


# --- what makes an array --------------------------------------------------------------------------------------------


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
    return _end_to_end(_joined(m, args), _axis(args, 1, 0) or 0)


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
    return _resized(counted, axis, lambda _: None)


def _stack(m: Machine, args: Args) -> Data:
    parts, axis = _joined(m, args), _axis(args, 1, 0) or 0
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
    axis = _axis(args, 2)
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
        made = like(m, Tuple(args.positional))
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
        made = replace(like(m, given), is_mask=name == "choice" and integer(chosen) is None and not as_data(chosen))
    return thing(made) if made is not None else None


def _tensorflow_random(m: Machine, name: str, args: Args) -> Value | None:
    if name == "shuffle":
        found = as_data(args.get(0, "value"))
        return thing(found) if found is not None else None
    return thing(like(m, args.get(0, "shape")))


# --- what changes an array ------------------------------------------------------------------------------------------


def _keep(m: Machine, data: Data, args: Args) -> Data:
    return replace(data, numbers=None)


def _keep_examples(m: Machine, data: Data, args: Args) -> Data:
    return array_of(data.samples)


def _mask(m: Machine, data: Data, args: Args) -> Data:
    return array(data.shape, is_mask=True) if data.shape is not None else replace(array_of(data.samples), is_mask=True)


def _one_hot(m: Machine, data: Data, args: Args) -> Data:
    return array((*data.shape, None)) if data.shape is not None else array_of(data.samples)


def _sizes_given(m: Machine, args: Args, *names: str) -> Shape | None:
    """Numbers given one by one or in a tuple."""
    first = args.get(0, *names)
    if len(args.positional) > 1 or integer(first) is not None:
        return tuple(map(integer, args.positional or (first,)))
    return like(m, first).shape if first is not None else None


IMAGE_AXES = 3


def _reshape(m: Machine, data: Data, args: Args) -> Data:
    sizes = _sizes_given(m, args, "shape", "newshape")
    if sizes is None:
        return array_of(like(m, args.get(0, "shape", "newshape")).samples)
    if -1 not in sizes:
        return array(sizes)
    where = sizes.index(-1)
    others = product((*sizes[:where], *sizes[where + 1 :]))
    total = product(data.shape) if data.shape is not None else None
    if total is not None and others:
        rest: int | None = total // others
    else:
        # `reshape(-1, height, width, 1)` of images of an unknown size keeps their number; `(-1, 3)` may be of pixels
        rest = data.samples if where == 0 and len(sizes) > IMAGE_AXES else None
    return array((*sizes[:where], rest, *sizes[where + 1 :]))


def _flatten(m: Machine, data: Data, args: Args) -> Data:
    return array((product(known_shape(data)),))


def _transpose(m: Machine, data: Data, args: Args) -> Data:
    axes = _sizes_given(m, args, "axes", "perm") if args.positional or args.keywords else None
    if axes is None:
        if not is_none(args.get(0, "axes", "perm")):
            raise NotKnown
        return array(known_shape(data)[::-1])
    if data.shape is None:
        if axes[0] != 0:
            raise NotKnown
        return array_of(data.samples)
    if any(axis is None or not -len(data.shape) <= axis < len(data.shape) for axis in axes):
        raise NotKnown
    return array(tuple(data.shape[axis] for axis in axes if axis is not None))


def _two_axes(args: Args) -> tuple[int, int]:
    first, second = integer(args.get(0)), integer(args.get(1))
    if first is None or second is None:
        raise NotKnown
    return first, second


def _swapaxes(m: Machine, data: Data, args: Args) -> Data:
    first, second = _two_axes(args)
    if data.shape is None:
        if 0 in (first, second):
            raise NotKnown
        return array_of(data.samples)
    sizes = list(data.shape)
    sizes[first], sizes[second] = sizes[second], sizes[first]
    return array(tuple(sizes))


def _moveaxis(m: Machine, data: Data, args: Args) -> Data:
    source, target = _two_axes(args)
    if data.shape is None:
        if 0 in (source, target):
            raise NotKnown
        return array_of(data.samples)
    sizes = list(data.shape)
    size = sizes.pop(source)
    sizes.insert(target if target >= 0 else len(sizes) + 1 + target, size)
    return array(tuple(sizes))


def _expand_dims(m: Machine, data: Data, args: Args) -> Data:
    axis = _axis(args, 0)
    if axis is None:
        raise NotKnown
    if data.shape is None:
        return array_of(1 if axis == 0 else data.samples)
    where = axis if axis >= 0 else axis + len(data.shape) + 1
    return array((*data.shape[:where], 1, *data.shape[where:]))


def _squeeze(m: Machine, data: Data, args: Args) -> Data:
    axis = _axis(args, 0)
    if data.shape is None:
        if axis == 0 or (axis is None and data.samples in (None, 1)):
            raise NotKnown
        return array_of(data.samples)
    if axis is None:
        return array(tuple(size for size in data.shape if size != 1))
    return _without(data.shape, axis)


def _without(shape: Shape, axis: int) -> Data:
    if not -len(shape) <= axis < len(shape):
        raise NotKnown
    where = axis % len(shape)
    return array((*shape[:where], *shape[where + 1 :]))


def _repeat(m: Machine, data: Data, args: Args) -> Data:
    times = integer(args.get(0, "repeats"))
    axis = _axis(args, 1)
    base = data if axis is not None else _flatten(m, data, args)
    return _resized(base, axis or 0, lambda size: size * times if size is not None and times is not None else None)


def _tile(m: Machine, data: Data, args: Args) -> Data:
    given = args.get(0, "reps", "multiples")
    size = integer(given)
    times: Shape | None = (size,) if size is not None else integers(m, given)
    if times is None or (data.shape is None and (len(times) == 1 or times[0] != 1)):
        raise NotKnown  # the numbers are those of the last axes
    if data.shape is None:
        return array_of(data.samples)
    rank = max(len(times), len(data.shape))
    sizes = (*(1,) * (rank - len(data.shape)), *data.shape)
    each = (*(1,) * (rank - len(times)), *times)
    return array(tuple(None if a is None or b is None else a * b for a, b in zip(sizes, each, strict=True)))


def _pad(m: Machine, data: Data, args: Args) -> Data:
    widths = args.get(0, "pad_width", "paddings")
    record = m.record(widths) if widths is not None else None
    rows = widths.items if isinstance(widths, Tuple) else record.items if isinstance(record, List) else ()
    first = integers(m, rows[0]) if rows else None
    if first is None or len(first) != 2 or data.samples is None or None in first:
        raise NotKnown
    return array_of(data.samples + sum(size for size in first if size is not None))


def _gather(m: Machine, data: Data, args: Args, default: int | None = 0) -> Data:
    indices = args.get(0, "indices")
    if indices is None or _axis(args, 1, default) != 0:
        raise NotKnown
    return subscript(m, data, indices)


def _take(m: Machine, data: Data, args: Args) -> Data:
    return _gather(m, data, args, None)


def _any(m: Machine, data: Data, args: Args) -> Data | None:
    made = _reduce(m, data, args)
    return replace(made, is_mask=True) if made is not None else None


def _reduce(m: Machine, data: Data, args: Args) -> Data | None:
    axis = _axis(args, 0)
    if axis is None:
        return None  # a number
    if is_true(args.get(None, "keepdims")):
        return _resized(data, axis, lambda _: 1)
    if data.shape is not None:
        return _without(data.shape, axis)
    if is_first(axis, data):
        raise NotKnown
    return array_of(data.samples)


def _numbers(m: Machine, data: Data, args: Args) -> Data | Value:
    """``numpy()`` and ``item()`` of an array of no axes give a number."""
    return Const(data.numbers[0]) if data.shape == () and data.numbers else data


KEEPS = frozenset(
    """abs apply argsort array asarray astype byteswap cast ceil clip clip_by_value copy divide exp float32 floor flip
    fliplr flipud fillna get identity log log1p map maximum minimum multiply negative normalize preprocess_input
    reset_index roll round sort sqrt square subtract add to_numpy tolist true_divide""".split()
)
"""Methods and functions whose result has as many examples, in as many axes, as what they are given."""
IMAGES = frozenset(
    """adjust_brightness adjust_contrast adjust_hue adjust_saturation central_crop convert_image_dtype
    flip_left_right flip_up_down grayscale_to_rgb per_image_standardization resize resize_with_pad rgb_to_grayscale
    resize_with_crop_or_pad random_flip_left_right random_flip_up_down""".split()
)
MASKS = frozenset(
    """equal greater greater_equal in1d isfinite isin isinf isna isnan isnull less less_equal logical_and logical_not
    logical_or logical_xor not_equal notna""".split()
)
REDUCTIONS = frozenset(
    """amax amin argmax argmin max mean median min prod reduce_max reduce_mean reduce_min reduce_sum std sum
    var""".split()
)
METHODS: dict[str, Callable[[Machine, Data, Args], Data | Value | None]] = {
    **dict.fromkeys(KEEPS, _keep), **dict.fromkeys(IMAGES, _keep_examples), **dict.fromkeys(MASKS, _mask),
    **dict.fromkeys(REDUCTIONS, _reduce), "all": _any, "any": _any, "one_hot": _one_hot, "to_categorical": _one_hot,
    "reshape": _reshape, "flatten": _flatten, "ravel": _flatten,
    "transpose": _transpose, "swapaxes": _swapaxes, "moveaxis": _moveaxis,
    "expand_dims": _expand_dims, "squeeze": _squeeze, "repeat": _repeat, "tile": _tile, "pad": _pad, "take": _take,
    "gather": _gather, "numpy": _numbers, "item": _numbers,
}  # fmt: skip


# --- calls ----------------------------------------------------------------------------------------------------------


def array_call(m: Machine, name: str, args: Args) -> Value | None:
    """A function of numpy or ``tf`` that makes or changes an array; None where it is not followed."""
    root, last = name.partition(".")[0], name.rsplit(".", 1)[-1]
    if root not in ROOTS or ".data." in name:
        return None
    if ".random." in name:
        return (_tensorflow_random if root == "tensorflow" else random_call)(m, last, args)
    if last in MAKERS:
        return _answer(lambda: MAKERS[last](m, args), args)
    first = args.get(0)
    if last in SCALARS and args.positional and number(first) is not None:
        return _scalar(last, args)
    found = as_data(first)
    return array_method(m, found, last, Args(args.positional[1:], args.keywords)) if found is not None else None


def array_method(m: Machine, data: Data, method: str, args: Args) -> Value | None:
    """A method of an array, or a function called on it; None where it is not followed."""
    run = METHODS.get(method)
    return _answer(lambda: run(m, data, args), args, is_mask=data.is_mask) if run is not None else None


def _answer(run: Callable[[], Data | Value | None], args: Args, *, is_mask: bool = False) -> Value | None:
    try:
        found = run()
    except NotKnown:
        found = array_of(None)
    if not isinstance(found, Data):
        return found
    return thing(replace(found, is_mask=found.is_mask or is_mask or any(map(_is_bool, args.values()))))


def _is_bool(value: Value) -> bool:
    """Whether an argument asks for truth values: ``dtype=bool``, ``astype("bool")``, ``full(n, True)``."""
    if isinstance(value, Const):
        return isinstance(value.value, str) and value.value == "bool"
    if isinstance(value, Lib):
        return value.name.endswith((".bool", ".bool_"))
    data = as_data(value)
    return data is not None and data.is_mask


SCALARS: dict[str, Callable[[Any], Any]] = {
    "ceil": lambda n: float(math.ceil(n)), "floor": lambda n: float(math.floor(n)), "round": round, "rint": round,
    "abs": abs, "absolute": abs, "int32": int, "int64": int, "float32": float, "float64": float, "sqrt": math.sqrt,
    "log2": math.log2, "log": math.log, "log10": math.log10, "exp": math.exp,
}  # fmt: skip
"""numpy's functions on a single number."""


def _scalar(name: str, args: Args) -> Value | None:
    given = number(args.get(0))
    if given is None or len(args.positional) > 1:
        return None
    try:
        return Const(SCALARS[name](given))
    except (ValueError, OverflowError):
        return None
