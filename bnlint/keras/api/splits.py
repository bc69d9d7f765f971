"""Parts of data: hold-outs and folds, as scikit-learn and Keras count them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Thing, Tuple, Value
from bnlint.keras.api.data import (
    Data,
    array,
    array_of,
    as_data,
    data_of,
    integer,
    is_none,
    is_true,
    number,
    rows_of,
    thing,
)


def held_out(count: int | None, train: Value | None, test: Value | None, default: float) -> tuple[int | None, ...]:
    """The sizes of scikit-learn's two parts: shares of the test part are rounded up, of the other down."""
    if count is None:
        return None, None
    if is_none(train) and is_none(test):
        second = math.ceil(count * default)
        return count - second, second
    first, last = _part(count, train, math.floor), _part(count, test, math.ceil)
    if is_none(train):
        return (count - last if last is not None else None), last
    if is_none(test):
        return first, (count - first if first is not None else None)
    return first, last


def _part(count: int, given: Value | None, rounded: Callable[[float], int]) -> int | None:
    size = number(given)
    if size is None or isinstance(size, int):
        return size
    return rounded(count * size)


def train_test_split(m: Machine, args: Args) -> Value | None:
    """Each array in two parts."""
    if not args.positional:
        return None
    results: list[Value] = []
    given = args.get(None, "shuffle")
    shuffled = given is None or is_true(given)
    for value in args.positional:
        first, last = held_out(rows_of(m, value), args.get(None, "train_size"), args.get(None, "test_size"), 0.25)
        results += [_rows(value, first, shuffled), _rows(value, last, shuffled)]
    return Tuple(results)


def _rows(value: Value, count: int | None, shuffled: bool) -> Thing:
    data = as_data(value)
    order = "random" if shuffled else data.order if data is not None else None
    if data is None:
        return thing(replace(array_of(count), order=order))
    part = array_of(count) if data.shape is None else array((count, *data.shape[1:]))
    return thing(replace(part, is_mask=data.is_mask, pixels=data.pixels, order=order))


EQUAL_FOLDS = frozenset({"KFold", "StratifiedKFold"})
OTHER_FOLDS = frozenset({"GroupKFold", "StratifiedGroupKFold", "TimeSeriesSplit"})
SHUFFLED = frozenset({"ShuffleSplit", "StratifiedShuffleSplit"})


def folds(name: str, args: Args) -> Value | None:
    """scikit-learn's splitters: how many folds they give is known, and of most of them how large they are."""
    last = name.rsplit(".", 1)[-1]
    if not name.startswith("sklearn.") or last not in EQUAL_FOLDS | OTHER_FOLDS | SHUFFLED:
        return None
    given = args.get(0, "n_splits")
    count = (10 if last in SHUFFLED else 5) if given is None else integer(given)
    return Thing("folds", name=last, count=count, train=args.get(None, "train_size"), test=args.get(None, "test_size"))


def split_folds(m: Machine, value: Thing, args: Args) -> Value:
    """``KFold(n).split(x)``: n pairs of indices."""
    rows, count = rows_of(m, args.get(0, "X")), value.count
    if count is None:
        return Thing("items", items=Items((_pair(None, None),), False))
    return Thing("items", items=Items([_fold(value, rows, index) for index in range(count)]))


def _fold(value: Thing, rows: int | None, index: int) -> Value:
    if rows is None:
        return _pair(None, None)
    if value.name in SHUFFLED:
        return _pair(*held_out(rows, value.train, value.test, 0.1))
    if value.name in EQUAL_FOLDS:
        # the first folds get one example more, where they cannot be equal
        held = len(range(index, rows, value.count))
        return _pair(rows - held, held)
    if value.name == "TimeSeriesSplit" and value.test is None:
        held = rows // (value.count + 1)
        return _pair(rows - (value.count - index) * held, held)
    return _pair(None, None)


def _pair(train: int | None, test: int | None) -> Value:
    return Tuple((thing(array((train,))), thing(array((test,)))))


def split_dataset(m: Machine, args: Args) -> Value:
    """``keras.utils.split_dataset``: two pipelines of single examples."""
    source = data_of(m, args.get(0, "dataset"))
    if source.form == "pipeline" and source.is_batched is not False:
        # whether batches are taken apart first hangs on how the pipeline was made
        return Tuple((thing(Data("pipeline")), thing(Data("pipeline"))))
    count = source.samples
    left, right = args.get(1, "left_size"), args.get(2, "right_size")
    first, last = _rounded(count, left), _rounded(count, right)
    if count is not None and is_none(left):
        first = count - last if last is not None else None
    if count is not None and is_none(right):
        last = count - first if first is not None else None
    return Tuple(thing(Data("pipeline", size, is_batched=False)) for size in (first, last))


def _rounded(count: int | None, given: Value | None) -> int | None:
    size = number(given)
    if isinstance(size, float):
        return round(count * size) if count is not None else None
    return size
