"""Arrays: the functions of numpy, and those of TensorFlow that do the same; only shapes are followed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bnlint.graph.pixels import Pixels
from bnlint.interpreter.heap import List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Lib, Tuple, Value
from bnlint.keras.api.data import (
    NOTHING,
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
from bnlint.keras.api.new_arrays import MAKERS, random_call, tensorflow_random
from bnlint.keras.api.pixels import after, images, pixels_of
from bnlint.keras.api.shapes import NotKnown, axis_of, integers, is_first, known_shape, like, product, resized

ROOTS = frozenset({"numpy", "np", "tensorflow", "jax", "cupy"})


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
    axis = axis_of(args, 0)
    if axis is None:
        raise NotKnown
    if data.shape is None:
        return array_of(1 if axis == 0 else data.samples)
    where = axis if axis >= 0 else axis + len(data.shape) + 1
    return array((*data.shape[:where], 1, *data.shape[where:]))


def _squeeze(m: Machine, data: Data, args: Args) -> Data:
    axis = axis_of(args, 0)
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
    axis = axis_of(args, 1)
    base = data if axis is not None else _flatten(m, data, args)
    return resized(base, axis or 0, lambda size: size * times if size is not None and times is not None else None)


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
    if indices is None or axis_of(args, 1, default) != 0:
        raise NotKnown
    return subscript(m, data, indices)


def _take(m: Machine, data: Data, args: Args) -> Data:
    return _gather(m, data, args, None)


def _any(m: Machine, data: Data, args: Args) -> Data | None:
    made = _reduce(m, data, args)
    return replace(made, is_mask=True) if made is not None else None


def _reduce(m: Machine, data: Data, args: Args) -> Data | None:
    axis = axis_of(args, 0)
    if axis is None:
        return None  # a number
    if is_true(args.get(None, "keepdims")):
        return resized(data, axis, lambda _: 1)
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
        return (tensorflow_random if root == "tensorflow" else random_call)(m, last, args)
    if last in MAKERS:
        made = _answer(lambda: MAKERS[last](m, args), args)
        return _with_pixels(m, made, last, pixels_of(m, args.get(0)), Args(args.positional[1:], args.keywords))
    first = args.get(0)
    if last in SCALARS and args.positional and number(first) is not None:
        return _scalar(last, args)
    found = as_data(first)
    return array_method(m, found, last, Args(args.positional[1:], args.keywords)) if found is not None else None


def array_method(m: Machine, data: Data, method: str, args: Args) -> Value | None:
    """A method of an array, or a function called on it; None where it is not followed."""
    run = METHODS.get(method)
    made = _answer(lambda: run(m, data, args), args, data) if run is not None else None
    return _with_pixels(m, made, method, data.pixels, args)


def _with_pixels(m: Machine, made: Value | None, method: str, before: Pixels | None, args: Args) -> Value | None:
    """What a function made, with what it left of the range of the pixels."""
    pixels = after(m, method, before, args)
    if made is None:
        return images(pixels) if pixels is not None else None
    found = as_data(made)
    return thing(replace(found, pixels=pixels)) if found is not None and found.pixels is not pixels else made


def _answer(run: Callable[[], Data | Value | None], args: Args, of: Data = NOTHING) -> Value | None:
    try:
        found = run()
    except NotKnown:
        found = array_of(None)
    if not isinstance(found, Data):
        return found
    is_mask = found.is_mask or of.is_mask or any(map(_is_bool, args.values()))
    is_random = found.is_random or of.is_random
    found = replace(found, is_mask=is_mask, is_random=is_random, order=found.order or of.order, labels_of=of.labels_of)
    return thing(found)


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
