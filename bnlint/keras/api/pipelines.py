"""Pipelines of `tf.data`, the data sets of Keras and TensorFlow Datasets, and directories of files."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from bnlint.graph.pixels import Pixels
from bnlint.graph.places import Place
from bnlint.interpreter.calls import call
from bnlint.interpreter.heap import List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Const, Lib, Thing, Tuple, Unknown, Value
from bnlint.keras import datasets
from bnlint.keras.api import orders
from bnlint.keras.api.arrays import array_call
from bnlint.keras.api.data import (
    Data,
    Order,
    Shape,
    array,
    as_data,
    ceil_div,
    data_of,
    integer,
    is_none,
    is_true,
    named_parts,
    order_of,
    per_replica,
    rows_of,
    thing,
)
from bnlint.keras.api.observing import observed
from bnlint.keras.api.pixels import common_pixels, pixels_of, read_here, through

UNKNOWN_ITEMS = Data("pipeline")
"""A pipeline of which it is not known whether its items are batches."""


def examples(count: int | None) -> Data:
    """A pipeline of single examples."""
    return Data("pipeline", samples=count, is_batched=False)


def batched(data: Data, size: int | None, *, drops: bool = False) -> Data:
    """What `batch` makes of a pipeline: of single examples, or of batches (then batches of batches)."""
    count = data.count
    steps = count // size if drops and count is not None and size else ceil_div(count, size)
    samples = None if data.is_batched is not False else steps * size if drops and steps is not None and size else count
    return Data(
        "pipeline", samples, size, True, steps, drops, data.repeats, is_random=data.is_random, order=data.order,
        ordered_at=data.ordered_at,
    )  # fmt: skip


# --- methods --------------------------------------------------------------------------------------------------------


def _keep(m: Machine, data: Data, args: Args) -> Data:
    return data


def _batch(m: Machine, data: Data, args: Args, drops_at: int = 1) -> Data:
    given = args.get(0, "batch_size")
    made = batched(data, integer(given), drops=is_true(args.get(drops_at, "drop_remainder")))
    return replace(made, per_replica=per_replica(given))


def _padded_batch(m: Machine, data: Data, args: Args) -> Data:
    return _batch(m, data, args, 3)


def _shuffle(m: Machine, data: Data, args: Args) -> Data:
    """Of batches the order changes, and not what is in them."""
    if data.is_batched or integer(args.get(0, "buffer_size")) == 1:
        return data
    return replace(data, order="random", ordered_at=None)


def _unbatch(m: Machine, data: Data, args: Args | None = None) -> Data:
    if not data.is_batched:
        return UNKNOWN_ITEMS
    # batches in another order, taken apart, are examples in an order of which nothing is known
    order = data.order if data.batches_shuffled_at is None else None
    return Data(
        "pipeline", data.samples, is_batched=False, repeats=data.repeats, order=order, ordered_at=data.ordered_at
    )


def _rebatch(m: Machine, data: Data, args: Args) -> Data:
    return _batch(m, _unbatch(m, data), args)


def _counted(data: Data, count: int | None, samples: int | None = None) -> Data:
    """The pipeline with another number of items; ``samples`` of them where they are batches."""
    if data.is_batched:
        return replace(data, steps=count, samples=samples, repeats=False)
    return replace(data, samples=count if data.is_batched is False else None, repeats=False)


def _take(m: Machine, data: Data, args: Args) -> Data:
    count = integer(args.get(0, "count"))
    if count is not None and count < 0:
        return data
    if count is None:
        return _counted(data, None)
    if data.repeats:
        return _counted(data, count)
    if data.count is None or count >= data.count:
        return data if data.count is not None else _counted(data, None)
    return _counted(data, count, count * data.batch if data.batch and data.samples is not None else None)


def _skip(m: Machine, data: Data, args: Args) -> Data:
    count = integer(args.get(0, "count"))
    if data.repeats:
        return data
    if count is None or count < 0 or data.count is None:
        return _counted(data, None)
    left = data.samples - count * data.batch if data.samples is not None and data.batch else None
    return _counted(data, max(0, data.count - count), max(0, left) if left is not None else None)


def _shard(m: Machine, data: Data, args: Args) -> Data:
    parts, index = integer(args.get(0, "num_shards")), integer(args.get(1, "index"))
    if data.repeats:
        return data
    if data.count is None or not parts or index is None:
        return _counted(data, None)
    return _counted(data, len(range(index, data.count, parts)))


def _repeat(m: Machine, data: Data, args: Args) -> Data:
    given = args.get(0, "count")
    times = -1 if is_none(given) else integer(given)
    if times is not None and times < 0:
        return replace(_counted(data, None), repeats=True)
    if data.repeats:
        return data
    if times is None:
        return replace(_counted(data, None), repeats=None)
    full = data.samples is not None and bool(data.batch) and data.samples % (data.batch or 1) == 0
    samples = data.samples * times if full and data.samples is not None else None
    return _counted(data, data.count * times if data.count is not None else None, samples)


def _fewer(m: Machine, data: Data, args: Args) -> Data:
    """A filter: how many it lets through is not known."""
    return data if data.repeats else _counted(data, None)


def _other_items(m: Machine, data: Data, args: Args) -> Data:
    """``interleave``, ``window``: what a function or a window makes of the items may be anything."""
    return replace(UNKNOWN_ITEMS, repeats=data.repeats)


def _unknown_batches(m: Machine, data: Data, args: Args) -> Data:
    return Data("pipeline", is_batched=True, repeats=data.repeats)


def _concatenate(m: Machine, data: Data, args: Args) -> Data:
    other = as_data(args.get(0, "dataset")) or UNKNOWN_ITEMS
    if data.repeats or other.is_batched != data.is_batched:
        return data if data.repeats else UNKNOWN_ITEMS
    if other.repeats:
        return replace(_counted(data, None), repeats=True)
    total = data.count + other.count if data.count is not None and other.count is not None else None
    full = data.batch and data.batch == other.batch and data.samples is not None and data.samples % data.batch == 0
    samples = data.samples + other.samples if full and data.samples is not None and other.samples is not None else None
    joined = replace(_counted(data, total, samples), order=None, ordered_at=None)
    return joined if data.batch == other.batch else replace(joined, batch=None)


def _zip(parts: list[Data]) -> Data:
    """Pipelines side by side: the shortest ends it."""
    finite = [data for data in parts if not data.repeats]
    first = (finite or parts)[0]
    if any(data.count is None for data in finite):
        return _counted(first, None)
    return min(finite, key=lambda data: data.count or 0) if finite else first


BATCHING = frozenset({"batch", "padded_batch", "ragged_batch"})
METHODS: dict[str, Callable[[Machine, Data, Args], Data]] = {
    **dict.fromkeys(
        ("as_numpy_iterator", "cache", "enumerate", "map", "options", "prefetch", "snapshot", "save", "with_options",
          "make_one_shot_iterator", "ignore_errors", "assert_cardinality"),
        _keep,
    ),
    "shuffle": _shuffle, "batch": _batch, "ragged_batch": _batch, "padded_batch": _padded_batch, "unbatch": _unbatch,
    "rebatch": _rebatch,
    "take": _take, "skip": _skip, "shard": _shard, "repeat": _repeat, "concatenate": _concatenate,
    "filter": _fewer, "take_while": _fewer, "unique": _fewer, "rejection_resample": _fewer,
    "interleave": _other_items, "flat_map": _other_items, "window": _other_items, "group_by_window": _other_items,
    "bucket_by_sequence_length": _unknown_batches,
}  # fmt: skip


def pipeline_method(m: Machine, value: Thing, method: str, args: Args, node: ast.AST) -> Value | None:
    """A method of a pipeline; None where it is not followed."""
    data = as_data(value)
    assert data is not None
    if method == "apply":
        return _apply(m, value, data, args, node)
    if method in ("cardinality", "__len__"):
        return _cardinality(data)
    if method == "zip":
        made = _zip([data, *(as_data(other) or UNKNOWN_ITEMS for other in args.positional)])
        return thing(replace(made, pixels=data.pixels))
    run = METHODS.get(method)
    if run is None:
        return None
    made = _placed(m, run(m, data, args), data, method, m.place(node))
    return thing(replace(made, pixels=_pixels_after(m, data, method, args, node)))


def _placed(m: Machine, made: Data, data: Data, method: str, here: Place) -> Data:
    """With the place of the method, where that is what makes the batches, or shuffles them whole."""
    if method == "rebatch" or (method in BATCHING and not data.is_batched):
        return replace(made, batch_at=here, by_batch=method != "padded_batch")
    if method == "shuffle" and data.is_batched and data.batch == 1:
        return replace(made, order="random", ordered_at=None)
    if method == "shuffle" and data.is_batched and data.order != "random":
        return made if data.order is None and orders.SHUFFLED in m.heap else replace(made, batches_shuffled_at=here)
    return made


OTHER_ITEMS = frozenset("interleave flat_map window group_by_window enumerate".split())


def _pixels_after(m: Machine, data: Data, method: str, args: Args, node: ast.AST) -> Pixels | None:
    """The pixels of the inputs that a pipeline gives after a method."""
    if method == "map":
        function = args.get(0, "map_func")
        at = node.args[0] if isinstance(node, ast.Call) and node.args else node
        return through(m, function, data.pixels, at, observed)
    if method == "concatenate":
        return common_pixels([data.pixels, pixels_of(m, args.get(0, "dataset"))])
    return data.pixels if method not in OTHER_ITEMS else None


def _apply(m: Machine, value: Thing, data: Data, args: Args, node: ast.AST) -> Value:
    function = args.get(0, "transformation_func")
    if isinstance(function, Thing) and function.kind == "cardinality":
        return thing(_counted(data, function.count))
    return call(m, function, Args((value,)), node) if function is not None else Unknown("data set")


def _cardinality(data: Data) -> Value:
    count = -1 if data.repeats else data.count
    return Unknown("cardinality") if count is None else thing(replace(array(()), numbers=(count,)))


# --- what makes a pipeline ------------------------------------------------------------------------------------------


def pipeline_call(m: Machine, name: str, args: Args) -> Value | None:
    """A function of ``tf.data`` by qualified name; None where it is none, or not followed."""
    if not (name.startswith("tensorflow.") and ".data." in name):
        return None
    last = name.rsplit(".", 1)[-1]
    if last == "cardinality":
        found = as_data(args.get(0, "dataset"))
        return _cardinality(found) if found is not None else None
    if last == "assert_cardinality":
        return Thing("cardinality", count=integer(args.get(0, "expected_cardinality")))
    make = MAKERS.get(last)
    return thing(make(m, args)) if make is not None else None


def _slices(m: Machine, args: Args) -> Data:
    given = args.get(0, "tensors")
    made = replace(examples(rows_of(m, given)), order=order_of(m, given))
    return replace(made, is_random=data_of(m, given).is_random, pixels=pixels_of(m, given))


def _one_item(m: Machine, args: Args) -> Data:
    """``from_tensors``: everything in one item, as if it were one batch."""
    count = data_of(m, args.get(0, "tensors")).samples
    return Data("pipeline", count, count, True, 1)


def _range(m: Machine, args: Args) -> Data:
    found = as_data(array_call(m, "numpy.arange", Args(args.positional)))
    return examples(found.samples if found is not None else None)


def _zipped(m: Machine, args: Args) -> Data:
    given = args.positional if len(args.positional) > 1 else (args.get(0, "datasets"),)
    values = [value for value in given if value is not None]
    if len(values) == 1 and as_data(values[0]) is None:
        named = named_parts(m, values[0])
        values = [part for _, part in named] if named is not None else list(iterate(m, values[0], m.node).values)
    parts = [as_data(value) or UNKNOWN_ITEMS for value in values]
    return replace(_zip(parts), pixels=parts[0].pixels) if parts else UNKNOWN_ITEMS


def _sampled(m: Machine, args: Args) -> Data:
    """Items of several pipelines in turn: how many is a matter of chance."""
    given = args.get(0, "datasets")
    items = iterate(m, given, m.node) if given is not None else None
    parts = [as_data(value) or UNKNOWN_ITEMS for value in items.values] if items is not None else []
    if not parts or any((data.is_batched, data.batch) != (parts[0].is_batched, parts[0].batch) for data in parts):
        return UNKNOWN_ITEMS
    return replace(
        _counted(parts[0], None),
        order=None,
        ordered_at=None,
        repeats=True if all(data.repeats for data in parts) else None,
    )


def _csv(m: Machine, args: Args) -> Data:
    """``make_csv_dataset``: batches, for ever unless it is told how often."""
    repeats = None if args.open else is_none(args.get(None, "num_epochs"))
    return Data("pipeline", batch=integer(args.get(1, "batch_size")), is_batched=True, repeats=repeats)


def _unknown_items(m: Machine, args: Args) -> Data:
    return UNKNOWN_ITEMS


MAKERS: dict[str, Callable[[Machine, Args], Data]] = {
    "from_tensor_slices": _slices, "from_tensors": _one_item, "range": _range, "zip": _zipped,
    "sample_from_datasets": _sampled, "choose_from_datasets": _sampled, "make_csv_dataset": _csv,
    **dict.fromkeys(
        ("list_files", "from_generator", "load", "TFRecordDataset", "TextLineDataset", "CsvDataset",
         "FixedLengthRecordDataset"),
        _unknown_items,
    ),
}  # fmt: skip


# --- Keras's own ----------------------------------------------------------------------------------------------------

BATCH_AT = {
    "image_dataset_from_directory": 5,
    "text_dataset_from_directory": 4,
    "audio_dataset_from_directory": 4,
}
"""Where the functions that read directories take their batch size."""
SHUFFLE_AT = {
    "image_dataset_from_directory": 7,
    "text_dataset_from_directory": 6,
    "audio_dataset_from_directory": 8,
}
"""Where they are told whether to shuffle; not shuffled, their files come folder by folder."""


def directory_call(m: Machine, name: str, args: Args, node: ast.AST) -> Value:
    """A data set of the files in a directory: how many there are is not known."""
    given = args.get(BATCH_AT[name], "batch_size")
    size = (None if args.open else 32) if given is None else integer(given)
    alone = given is not None and is_none(given)
    here, order = m.place(node), _directory_order(name, args)
    pixels = read_here(m) if name == "image_dataset_from_directory" else None
    made = thing(
        Data("pipeline", batch=size, is_batched=not alone, per_replica=per_replica(given), batch_at=here,
             order=order, ordered_at=here if order == "by_class" else None, pixels=pixels)
    )  # fmt: skip
    subset = args.get(None, "subset")
    return Tuple((made, made)) if isinstance(subset, Const) and subset.value == "both" else made


def _directory_order(name: str, args: Args) -> Order | None:
    """In which order the files come; folders are classes unless it says otherwise."""
    given = args.get(SHUFFLE_AT[name], "shuffle")
    if given is None or is_true(given):
        return None if args.open and given is None else "random"
    labels, mode = args.get(1, "labels"), args.get(2, "label_mode")
    inferred = labels is None or (isinstance(labels, Const) and labels.value == "inferred")
    is_off = isinstance(given, Const) and not args.open
    has_classes = mode is None or (isinstance(mode, Const) and mode.value is not None)
    return "by_class" if is_off and inferred and has_classes else None


def time_series(m: Machine, args: Args) -> Value:
    """``timeseries_dataset_from_array``: as many windows as fit into the series (and as there are targets)."""
    given = args.get(5, "batch_size")
    size = (None if args.open else 128) if given is None else integer(given)
    count = _windows(m, args)
    alone = given is not None and is_none(given)
    return thing(examples(count) if alone else batched(examples(count), size))


def _windows(m: Machine, args: Args) -> int | None:
    rows, length = rows_of(m, args.get(0, "data")), integer(args.get(2, "sequence_length"))
    targets = args.get(1, "targets")
    stride, rate = args.get(3, "sequence_stride"), args.get(4, "sampling_rate")
    start, stop = args.get(8, "start_index"), args.get(9, "end_index")
    step = 1 if stride is None else integer(stride)
    first = 0 if is_none(start) else integer(start)
    last = rows if is_none(stop) else integer(stop)
    if rate is not None and integer(rate) != 1:
        return None  # counted in two ways: before and from Keras 2.11
    if None in (length, step, first, last) or args.open:
        return None
    count = (last or 0) - (first or 0) - (length or 0) + 1
    if not is_none(targets):
        labels = rows_of(m, targets)
        if labels is None:
            return None
        count = min(count, labels)
    return len(range(0, count, step or 1))


SHAPES: dict[str, tuple[Shape, Shape]] = {
    "mnist": ((28, 28), ()), "fashion_mnist": ((28, 28), ()), "cifar10": ((32, 32, 3), (1,)),
    "cifar100": ((32, 32, 3), (1,)), "imdb": ((), ()), "reuters": ((), ()), "boston_housing": ((13,), ()),
    "california_housing": ((8,), ()),
}  # fmt: skip
"""An example and its label in the data sets of Keras."""
OF_IMAGES = frozenset({"mnist", "fashion_mnist", "cifar10", "cifar100"})
"""Those of images, 0 to 255."""


def keras_dataset(m: Machine, path: tuple[str, ...], args: Args) -> Value | None:
    """``keras.datasets.<name>.load_data()``; None where it is none of them."""
    name = path[1] if len(path) == 3 and path[2] == "load_data" else ""
    sizes = datasets.KERAS.get(name)
    if sizes is None or name not in SHAPES:
        return None
    changed = {"maxlen", "test_split", "version"} & args.keywords.keys() or args.open
    counts = [None if changed else sizes[split] for split in ("train", "test")]
    shapes, pixels = SHAPES[name], read_here(m) if name in OF_IMAGES else None
    return Tuple(
        Tuple(
            (
                thing(replace(array((count, *shapes[0])), pixels=pixels, order="random")),
                thing(replace(array((count, *shapes[1])), order="random")),
            )
        )
        for count in counts
    )


# --- TensorFlow Datasets --------------------------------------------------------------------------------------------


def tfds_call(m: Machine, name: str, args: Args, node: ast.AST) -> Value | None:
    """``tfds.load``, ``tfds.builder``; None for the rest."""
    last = name.rsplit(".", 1)[-1]
    if not name.startswith("tensorflow_datasets."):
        return None
    found = args.get(0, "name")
    dataset = found.value if isinstance(found, Const) and isinstance(found.value, str) else None
    if last == "builder":
        return Thing("builder", dataset=dataset)
    if last != "load":
        return args.get(0) if last == "as_numpy" else None
    made = _splits(m, dataset, args.get(1, "split"), args, node)
    return Tuple((made, Thing("info", dataset=dataset))) if is_true(args.get(None, "with_info")) else made


def _splits(m: Machine, dataset: str | None, split: Value | None, args: Args, node: ast.AST) -> Value:
    """One split, several, or all of them by name."""
    given = args.get(None, "batch_size")
    size = None if is_none(given) else integer(given)
    if size == -1:
        return Unknown("data set in one piece")
    record = m.record(split) if split is not None else None
    if isinstance(split, Tuple):
        record = List(split.items)
    if isinstance(record, List):
        made = tuple(_split(m, dataset, _split_name(item), given, size) for item in record.items)
        return m.allocate(node, List(made, record.exact), "splits")
    if is_none(split):
        return Thing("splits", dataset=dataset, given=given, size=size)
    return _split(m, dataset, _split_name(split), given, size)


def _split_name(value: Value | None) -> str | None:
    if isinstance(value, Lib) and ".Split." in value.name:
        return value.name.rsplit(".", 1)[-1].lower()
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def _split(m: Machine, dataset: str | None, split: str | None, given: Value | None, size: int | None) -> Value:
    count = datasets.tfds_samples(dataset, split) if dataset is not None and split is not None else None
    single = replace(examples(count), order="random")  # they are stored shuffled
    made = single if is_none(given) else batched(single, size)
    return thing(replace(made, pixels=read_here(m) if dataset in TFDS_IMAGES else None))


TFDS_IMAGES = frozenset(
    """beans caltech101 caltech_birds2011 cars196 cassava cats_vs_dogs cifar10 cifar100 citrus_leaves
    colorectal_histology deep_weeds eurosat fashion_mnist food101 horses_or_humans imagenette imagenette/320px
    imagewang imagenet2012 malaria mnist oxford_flowers102 oxford_iiit_pet patch_camelyon plant_leaves plant_village
    rock_paper_scissors stanford_dogs stl10 svhn_cropped tf_flowers uc_merced""".split()
)
"""Data sets of TensorFlow Datasets whose elements have an `image` of 0 to 255 and nothing else to be seen."""


def tfds_attribute(value: Thing, name: str) -> Value | None:
    """An attribute of a builder, of what is told about a data set, or of a split; None where it is a method."""
    if value.kind == "builder":
        return Thing("info", dataset=value.dataset) if name == "info" else None
    if value.kind == "info":
        return Thing("split sizes", dataset=value.dataset) if name == "splits" else Unknown(name, harmless=True)
    if value.kind == "split":
        known = name in ("num_examples", "total_num_examples") and value.count is not None
        return Const(value.count) if known else Unknown(name, harmless=True)
    return None


def tfds_item(m: Machine, value: Thing, index: Value) -> Value:
    """``data["train"]`` and ``info.splits["train"]``."""
    split = _split_name(index)
    if value.kind == "splits":
        return _split(m, value.dataset, split, value.given, value.size)
    known = value.dataset is not None and split is not None
    return Thing("split", count=datasets.tfds_samples(value.dataset, split) if known and split is not None else None)


def tfds_method(m: Machine, value: Thing, method: str, args: Args, node: ast.AST) -> Value | None:
    """A method of a builder; None where it is not followed."""
    if value.kind == "builder" and method == "as_dataset":
        return _splits(m, value.dataset, args.get(0, "split"), args, node)
    return NONE if method == "download_and_prepare" else None
