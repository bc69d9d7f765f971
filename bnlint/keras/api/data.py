"""Data: how many examples, in which batches."""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING, Any

from bnlint.interpreter.access import slice_of
from bnlint.interpreter.heap import List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Bound, Const, Thing, Tuple, Unknown, Value
from bnlint.keras import datasets

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary


class Data:
    """What is known of arrays and data sets.

    ``samples``: examples (None: unknown); ``batch``: examples a batch; ``is_batched``: whether iterating gives
    batches (None: unknown); ``steps``: batches an epoch; ``drops``: the last incomplete batch is dropped;
    ``repeats``: goes on for ever; ``shape``: of an array, the first axis included; ``numbers``: a short array's values.
    """

    __slots__ = ("batch", "drops", "is_batched", "numbers", "repeats", "samples", "shape", "steps")

    def __init__(
        self,
        samples: int | None = None,
        batch: int | None = None,
        is_batched: bool | None = None,
        steps: int | None = None,
        drops: bool = False,
        repeats: bool = False,
        shape: tuple[int | None, ...] | None = None,
        numbers: tuple[int | float, ...] | None = None,
    ) -> None:
        self.samples = samples
        self.batch = batch
        self.is_batched = is_batched
        self.steps = steps
        self.drops = drops
        self.repeats = repeats
        self.shape = shape
        self.numbers = numbers

    def but(self, **changes: Any) -> Data:
        """The same with changes."""
        return Data(**{name: changes.get(name, getattr(self, name)) for name in self.__slots__})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Data) and all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]


def thing(data: Data) -> Thing:
    """Data as a value."""
    return Thing("data", data=data)


def data_of(m: Machine, value: Value | None) -> Data:
    """What is known of a value that is fed to a fit."""
    if value is None:
        return Data()
    if isinstance(value, Thing) and value.kind == "data":
        return value.data["data"]  # type: ignore[no-any-return]
    record = m.record(value)
    items: tuple[Value, ...] = ()
    if isinstance(value, Tuple):
        items = value.items
    elif isinstance(record, List):
        items = record.items
    for item in items:
        inner = data_of(m, item)
        if inner.samples is not None:
            return inner
    return Data()


def _shape(m: Machine, value: Value | None) -> tuple[int | None, ...] | None:
    if isinstance(value, Const) and isinstance(value.value, int):
        return (value.value,)
    record = m.record(value) if value is not None else None
    items = (
        value.items if isinstance(value, Tuple) else record.items if isinstance(record, List) and record.exact else None
    )
    if items is None:
        return None
    return tuple(v.value if isinstance(v, Const) and isinstance(v.value, int) else None for v in items)


def array(shape: tuple[int | None, ...] | None) -> Thing:
    """An array of a known shape."""
    return thing(Data(samples=shape[0] if shape else None, is_batched=False, shape=shape))


SHAPE_FIRST = frozenset(
    {"zeros", "ones", "empty", "full", "random", "random_sample", "normal_", "standard_normal", "fill"}
)
MAX_NUMBERS = 1000
SHAPE_AS_ARGS = frozenset({"rand", "randn"})
KEEPS = frozenset(
    """apply array asarray ascontiguousarray assert_cardinality astype cache cast clip constant convert_to_tensor copy
    enumerate expand_dims float32 get map normalize numpy one_hot prefetch preprocess_input private_threads reset_index
    shuffle snapshot sqrt abs to_categorical to_numpy with_options""".split()
)


def numpy_call(m: Machine, name: str, args: Args) -> Value | None:
    """A function of numpy or ``tf`` that makes or keeps an array; None where it is not followed."""
    parts = name.split(".")
    last = parts[-1]
    if parts[0] not in ("numpy", "tensorflow", "np"):
        return None
    if last in SHAPE_AS_ARGS and "random" in parts:
        return array(_shape(m, Tuple(args.positional)))
    if last in SHAPE_FIRST:
        return array(_shape(m, args.get(0, "shape", "size")))
    if last in ("randint", "choice", "normal", "uniform", "integers", "truncated_normal", "binomial"):
        if parts[0] == "tensorflow":
            return array(_shape(m, args.get(0, "shape")))
        position = {"randint": 2, "integers": 2, "choice": 1, "normal": 2, "uniform": 2, "binomial": 2}.get(last)
        size = args.get(position, "size")
        return array(_shape(m, size)) if size is not None else None
    if last in ("arange", "range"):
        bounds = [v.value for v in args.positional if isinstance(v, Const) and isinstance(v.value, (int, float))]
        if bounds and len(bounds) == len(args.positional):
            start, stop = (0, bounds[0]) if len(bounds) == 1 else bounds[:2]
            step = bounds[2] if len(bounds) > 2 else 1
            if not step:
                return None
            count = max(0, math.ceil((stop - start) / step))
            made = Data(samples=count, is_batched=False, shape=(count,))
            if count <= MAX_NUMBERS:
                made.numbers = tuple(start + index * step for index in range(count))
            return thing(made)
        return array((None,))
    if last in ("array", "asarray", "constant"):
        value = args.get(0)
        record = m.record(value) if value is not None else None
        if isinstance(record, List) and record.exact:
            return array((len(record.items),))
        if isinstance(value, Thing) and value.kind == "data":
            return value
        return None
    if last in ("concatenate", "vstack", "concat"):
        items = iterate(m, args.positional[0], m.node) if args.positional else None
        if items is not None and items.exact:
            counts = [data_of(m, item).samples for item in items.values]
            if counts and None not in counts and args.get(1, "axis") is None:
                return thing(Data(samples=sum(c for c in counts if c is not None), is_batched=False))
        return None
    if last in KEEPS or last in ("expand_dims", "reshape"):
        first = args.get(0)
        if isinstance(first, Thing) and first.kind == "data":
            return thing(first.data["data"].but(shape=None)) if last == "reshape" else first
    return None


def dataset_call(m: Machine, library: KerasLibrary, name: str, args: Args, node: ast.AST) -> Value | None:
    """Calls that make data sets, by qualified name; None where it is none of them."""
    last = name.rsplit(".", 1)[-1]
    if name.startswith("tensorflow.data"):
        if last == "from_tensor_slices":
            known = data_of(m, args.get(0))
            return thing(Data(samples=known.samples, is_batched=False, batch=None))
        if last in ("list_files", "from_generator", "TFRecordDataset", "zip", "range", "TextLineDataset"):
            return thing(Data(is_batched=None))
        if last in ("AUTOTUNE", "experimental"):
            return None
    if last in ("image_dataset_from_directory", "text_dataset_from_directory", "audio_dataset_from_directory"):
        batch = args.get(None, "batch_size")
        size = 32 if batch is None and not args.open else _int(batch)
        made = thing(Data(batch=size, is_batched=True))
        both = args.get(None, "subset")
        if isinstance(both, Const) and both.value == "both":
            return Tuple((made, made))
        return made
    if name == "tensorflow_datasets.load":
        return _tfds(m, args, node)
    if last == "train_test_split":
        return _split(m, args)
    if name.startswith("keras:datasets."):
        return _keras_dataset(name)
    return None


FOLDS = frozenset({"KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold", "TimeSeriesSplit"})


def folds(name: str, args: Args) -> Value | None:
    """scikit-learn's splitters: how many folds they give is known."""
    if not name.startswith("sklearn.") or name.rsplit(".", 1)[-1] not in FOLDS:
        return None
    given = args.get(0, "n_splits")
    return Thing("folds", count=5 if given is None else _int(given))


def split_folds(value: Thing) -> Value:
    """``KFold(n).split(x)``: n pairs of indices."""
    pair = Tuple((thing(Data(is_batched=False)), thing(Data(is_batched=False))))
    count = value.count
    return Thing("items", items=Items((pair,) * count) if count is not None else Items((pair,), False))


def _int(value: Value | None) -> int | None:
    return value.value if isinstance(value, Const) and isinstance(value.value, int) else None


def _keras_dataset(name: str) -> Value | None:
    parts = name.split(".")
    sizes = datasets.KERAS.get(parts[1]) if len(parts) == 3 and parts[2] == "load_data" else None
    if sizes is None:
        return None
    pairs = []
    for split in ("train", "test"):
        arrays = thing(Data(samples=sizes[split], is_batched=False, shape=(sizes[split], None, None, None)))
        pairs.append(Tuple((arrays, arrays)))
    return Tuple(pairs)


def _tfds(m: Machine, args: Args, node: ast.AST) -> Value:
    name, split = args.get(0, "name"), args.get(1, "split")
    with_info = args.get(None, "with_info")
    batch = _int(args.get(None, "batch_size"))

    def one(value: Value | None) -> Value:
        samples = None
        if isinstance(name, Const) and isinstance(value, Const) and isinstance(value.value, str):
            samples = datasets.tfds_samples(name.value, value.value)
        return thing(Data(samples=samples, batch=batch, is_batched=batch is not None))

    made: Value
    record = m.record(split) if split is not None else None
    items = split.items if isinstance(split, Tuple) else record.items if isinstance(record, List) else None
    if items is not None:
        made = m.allocate(node, List(tuple(one(item) for item in items)), "splits")
    elif split is None:
        made = Unknown("data set by split")
    else:
        made = one(split)
    if isinstance(with_info, Const) and with_info.value:
        return Tuple((made, Unknown("data set info")))
    return made


def _split(m: Machine, args: Args) -> Value:
    test = args.get(None, "test_size")
    train = args.get(None, "train_size")
    results: list[Value] = []
    for value in args.positional:
        samples = data_of(m, value).samples
        held: int | None = None
        if samples is not None:
            if isinstance(test, Const) and isinstance(test.value, (int, float)):
                held = test.value if isinstance(test.value, int) else math.ceil(samples * test.value)
            elif test is None and train is None:
                held = math.ceil(samples * 0.25)
            elif isinstance(train, Const) and isinstance(train.value, (int, float)):
                kept = train.value if isinstance(train.value, int) else math.floor(samples * train.value)
                held = samples - kept
        rest = samples - held if samples is not None and held is not None else None
        results.append(thing(Data(samples=rest, is_batched=False)))
        results.append(thing(Data(samples=held, is_batched=False)))
    return Tuple(results)


def generator_flow(m: Machine, method: str, args: Args) -> Value | None:
    """``ImageDataGenerator().flow…``; None where the method is another."""
    if method not in ("flow", "flow_from_directory", "flow_from_dataframe"):
        return None
    if method == "flow":
        batch, known = args.get(2, "batch_size"), data_of(m, args.get(0, "x"))
    else:
        batch, known = args.get(None, "batch_size"), Data()
    size = 32 if batch is None and not args.open else _int(batch)
    return thing(Data(samples=known.samples, batch=size, is_batched=True))


def data_method(m: Machine, value: Thing, method: str, args: Args) -> Value | None:
    """A method of an array or a data set."""
    data: Data = value.data["data"]
    if method == "batch":
        return thing(
            data.but(
                batch=_int(args.get(0, "batch_size")),
                is_batched=True,
                drops=_true(args.get(1, "drop_remainder")),
                steps=None,
            )
        )
    if method == "take":
        count = _int(args.get(0, "count"))
        if data.is_batched:
            return thing(data.but(steps=count, samples=None))
        return thing(data.but(samples=count))
    if method == "skip":
        count = _int(args.get(0, "count"))
        left = data.samples - count if data.samples is not None and count is not None and not data.is_batched else None
        return thing(data.but(samples=left, steps=None))
    if method == "repeat":
        times = _int(args.get(0, "count"))
        if times is not None and times > 0 and data.samples is not None:
            return thing(data.but(samples=data.samples * times))
        return thing(data.but(samples=None, steps=None, repeats=times is None or times < 0))
    if method == "unbatch":
        return thing(data.but(batch=None, is_batched=False))
    if method in KEEPS or method in ("prefetch", "map", "shuffle", "cache"):
        return value
    if method in ("reshape",):
        return thing(data.but(shape=None))
    if method in ("filter", "interleave", "flat_map", "zip", "concatenate"):
        return thing(Data(batch=data.batch, is_batched=data.is_batched))
    return None


def _true(value: Value | None) -> bool:
    return isinstance(value, Const) and bool(value.value)


def data_attribute(value: Thing, name: str) -> Value | None:
    """An attribute of an array or a data set."""
    data: Data = value.data["data"]
    if name == "shape":
        shape = data.shape or ((data.samples,) if data.samples is not None else None)
        return Thing("shape", shape=shape, samples=data.samples)
    if name in ("samples", "n", "size"):
        if data.samples is not None and name != "size":
            return Const(data.samples)
        return Unknown("number of examples")
    if name == "batch_size":
        return Const(data.batch) if data.batch is not None else Unknown("batch size")
    if name in ("T", "values"):
        return value
    if name in (
        "class_names",
        "class_indices",
        "classes",
        "num_classes",
        "filenames",
        "element_spec",
        "labels",
        "dtype",
    ):
        return Unknown(name)
    return Bound(value, name)


def data_subscript(m: Machine, value: Thing, index: Value) -> Value:
    """``x[:1000]``, ``x[mask]``."""
    data: Data = value.data["data"]
    first = index.items[0] if isinstance(index, Tuple) and index.items else index
    bounds = slice_of(first)
    if bounds is not None:
        if data.samples is not None:
            return thing(data.but(samples=len(range(data.samples)[bounds]), shape=None))
        if bounds.start in (None, 0) and bounds.stop is not None and bounds.stop > 0:
            return thing(data.but(samples=None, shape=None))
        return thing(data.but(samples=None, shape=None))
    if isinstance(first, Thing) and first.kind == "data":
        return thing(data.but(samples=first.data["data"].samples, shape=None))
    if isinstance(first, Thing) and first.kind == "slice":
        return thing(data.but(samples=None, shape=None))
    return thing(Data(is_batched=False))
