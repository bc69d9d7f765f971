"""What the library is asked about data: calls, methods, attributes, items, loops and operators on it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from bnlint.graph.network import Address
from bnlint.interpreter.access import slice_of
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Bound, Const, Thing, Tuple, Unknown, Value
from bnlint.keras.api import arrays, indexing, new_arrays, orders, pipelines, pixels, splits
from bnlint.keras.api.data import Data, array, array_of, as_data, data_of, thing
from bnlint.keras.api.generators import fed, generator_flow
from bnlint.keras.api.image_generators import generator_changed

DATA_KINDS = frozenset({"builder", "folds", "generator", "info", "random", "split", "split sizes", "splits"})
"""Things around data that have methods, attributes or items of their own."""
OF_KERAS = frozenset({*pipelines.BATCH_AT, "split_dataset", "timeseries_dataset_from_array"})
"""Functions of Keras that make data sets, wherever a release keeps them."""


def data_call(m: Machine, name: str, args: Args, node: ast.AST) -> Value | None:
    """A function outside of Keras that makes or changes data, by qualified name; None where it is none of them."""
    last = name.rsplit(".", 1)[-1]
    if last == "train_test_split":
        return splits.train_test_split(m, args)
    return (
        splits.folds(name, args)
        or pipelines.tfds_call(m, name, args, node)
        or pipelines.pipeline_call(m, name, args)
        or pixels.image_call(m, name, args)
        or arrays.array_call(m, name, args)
    )


def keras_call(m: Machine, path: tuple[str, ...], args: Args, node: ast.AST) -> Value | None:
    """A function of Keras that makes or changes data, by its path; None where it is none of them."""
    last = path[-1] if path else ""
    if path[:1] == ("datasets",):
        return pipelines.keras_dataset(m, path, args) or Unknown("data set")
    if last in pipelines.BATCH_AT:
        return pipelines.directory_call(m, last, args, node)
    if last == "split_dataset":
        return splits.split_dataset(m, args)
    if last == "timeseries_dataset_from_array":
        return pipelines.time_series(m, args)
    if last == "to_categorical":
        found = as_data(args.get(0))
        return arrays.array_method(m, found, last, args) if found is not None else Unknown("one-hot labels")
    if path[:1] == ("ops",):
        return arrays.array_call(m, f"numpy.{last}", args)
    if path[:1] == ("random",):
        return arrays.array_call(m, f"tensorflow.random.{last}", args)
    return None


def data_method(m: Machine, value: Thing, method: str, args: Args, node: ast.AST) -> Value | None:
    """A method of data, or of a thing around it."""
    data = as_data(value)
    if data is not None:
        if data.form == "pipeline":
            found = pipelines.pipeline_method(m, value, method, args, node)
            found = orders.reordered(found, data, method, args, m.place(node))
        elif data.form == "sequence":
            found = value if method == "repeat" else _next(data, method)
        else:
            found = arrays.array_method(m, data, method, args)
        return found or Unknown(f"data.{method}()")
    if value.kind == "folds":
        return splits.split_folds(m, value, args) if method == "split" else Unknown(f"folds.{method}()")
    if value.kind == "generator":
        if method == "fit":
            return generator_changed(m, value, node)
        found = orders.flowing(generator_flow(m, value, method, args, node), method, args, m.place(node))
        return found or Unknown(f"generator.{method}()")
    if value.kind == "random":
        return new_arrays.random_call(m, method, args) or Unknown(f"random.{method}()", harmless=True)
    found = pipelines.tfds_method(m, value, method, args, node)
    return found or Unknown(f"{value.kind}.{method}()", harmless=True)


def _next(data: Data, method: str) -> Value | None:
    return _item(data) if method in ("next", "__next__", "__getitem__") else None


def data_attribute(value: Thing, name: str) -> Value:
    """An attribute of data, or of a thing around it."""
    data = as_data(value)
    if data is None:
        return pipelines.tfds_attribute(value, name) or Bound(value, name)
    if name == "shape":
        return Thing("shape", shape=data.shape, samples=data.samples)
    if name in ("samples", "n") and data.form == "sequence":
        return Const(data.samples) if data.samples is not None else Unknown("number of examples")
    if name == "batch_size" and data.form == "sequence":
        return Const(data.batch) if data.batch is not None else Unknown("batch size")
    labels = orders.labels_attribute(data, name)
    if labels is not None:
        return labels
    if name == "T":
        return thing(array(data.shape[::-1]) if data.shape is not None else array_of(None))
    if name in ("values", "iloc"):
        return value
    return Unknown(name) if name in PROPERTIES else Bound(value, name)


PROPERTIES = frozenset(
    """class_indices class_names classes dtype element_spec file_paths filenames filepaths labels n ndim num_classes
    samples size batch_size""".split()
)


def data_item(m: Machine, value: Thing, index: Value) -> Value:
    """``x[:1000]``, ``x[mask]``; a batch of a sequence; a split by its name."""
    data = as_data(value)
    if data is None:
        return pipelines.tfds_item(m, value, index)
    if data.form == "sequence":
        return _item(data)
    return thing(indexing.subscript(m, data, index)) if data.form != "pipeline" else Unknown("item of a data set")


def with_item(m: Machine, value: Value, index: Value, item: Value) -> Value | None:
    """An array after ``x[index] = item``; None where it is what it was."""
    data = as_data(value)
    if data is None or data.form not in ("array", None):
        return None
    after = pixels.filled(data.pixels, index, pixels.pixels_of(m, item))
    return thing(replace(data, numbers=None, pixels=after)) if after is not data.pixels else None


def shape_item(value: Thing, index: Value) -> Value:
    """``x.shape[0]`` and ``x.shape[1:]``."""
    shape: tuple[int | None, ...] | None = value.shape
    bounds = slice_of(index)
    if bounds is not None and shape is not None:
        return Tuple(Const(size) if size is not None else Unknown("size") for size in shape[bounds])
    if isinstance(index, Const) and isinstance(index.value, int):
        if index.value == 0 and value.samples is not None:
            return Const(value.samples)
        if shape is not None and -len(shape) <= index.value < len(shape) and shape[index.value] is not None:
            return Const(shape[index.value])
    return Unknown("size")


def data_items(m: Machine, data: Data) -> Items:
    """What a loop over data sees."""
    return orders.marked(m, data, _items(data))


def _items(data: Data) -> Items:
    if data.form == "array" and data.numbers is not None and data.shape != ():
        return Items([Const(number) for number in data.numbers])
    # Keras's own generators go on for ever
    count = data.count if data.form in ("array", "pipeline") and not data.repeats else None
    return Items([_item(data)], False, count)


def _item(data: Data) -> Value:
    """One row of an array, or inputs and labels."""
    if data.form == "array":
        return thing(replace(array(data.shape[1:]) if data.shape else array_of(None), pixels=data.pixels))
    if data.form is None:
        return Unknown("item of something unknown", harmless=True)
    part = array_of(data.batch if data.is_batched else None)
    return Tuple((thing(replace(part, pixels=data.pixels)), thing(part)))


def data_length(data: Data) -> int | None:
    """``len(data)``."""
    return None if data.repeats or data.repeats is None else data.count


def data_operation(m: Machine, operator: str, operands: Sequence[Value], node: ast.AST) -> Value | None:
    """An operator on arrays; None where there are none."""
    found = indexing.operate(operator, operands)
    data = as_data(found)
    known = pixels.operated(m, operator, operands, node) or pixels.divided(m, operator, operands, node)
    if data is None:
        return found if found is not None or known is None else pixels.something(known)
    if known is None or any(given is not None and given.form is None for given in map(as_data, operands)):
        return pixels.something(known) if known is not None else found
    return thing(replace(data, pixels=known))


FED = ("x", "generator")


def note_fed(m: Machine, model: Address, method: str, args: Args, node: ast.AST) -> None:
    """Images of a known range are handed to ``evaluate`` or ``predict``."""
    data = fed(m, args.get(0, *FED), node)
    known = data.pixels or pixels.pixels_of(m, args.get(0, *FED))
    if known is not None or data.generator is not None:
        m.event("fed", node, layer=model, method=method, pixels=known, generator=data.generator)


def predictions(m: Machine, inputs: Value | None) -> Value:
    """What a model makes of its inputs: as many rows."""
    return thing(array_of(data_of(m, inputs).samples))
