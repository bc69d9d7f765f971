"""Generators of batches: Keras's own, sequences of the program, and functions that yield."""

from __future__ import annotations

import ast
from dataclasses import replace

from bnlint.interpreter.calls import call_function
from bnlint.interpreter.classes import find_in_class, library_bases
from bnlint.interpreter.heap import Instance, Iterator
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Function, Ref, Thing, Value
from bnlint.keras.api.data import Data, Order, ceil_div, data_of, integer, is_none, is_true, number, per_replica, thing
from bnlint.keras.api.image_generators import adapting, is_adapted
from bnlint.keras.api.observing import observed
from bnlint.keras.api.pixels import common_pixels, pixels_of, read_here, standardized_by

BATCH_AT = {"flow": 2, "flow_from_directory": 5, "flow_from_dataframe": 9}
"""Where ``ImageDataGenerator``'s methods take the batch size."""
SHUFFLE_AT = {"flow": 3, "flow_from_directory": 6, "flow_from_dataframe": 10}
"""Where they are told whether to shuffle."""


def generator_flow(m: Machine, value: Thing, method: str, args: Args, node: ast.AST) -> Value | None:
    """``ImageDataGenerator().flow…``; None where the method is another."""
    if method not in BATCH_AT:
        return None
    given = args.get(BATCH_AT[method], "batch_size")
    size = (None if args.open else 32) if given is None else integer(given)
    if method == "flow_from_dataframe" and len(args.positional) > 8:
        size = None  # `weight_col` came in between
    count = _subset(data_of(m, args.get(0, "x")).samples, value, args) if method == "flow" else None
    here, order = m.place(node), _order(m, method, args)
    data = Data(
        "sequence", count, size, True, ceil_div(count, size), per_replica=per_replica(given), batch_at=here,
        order=order, ordered_at=here if order == "by_class" else None,
    )  # fmt: skip
    pixels = pixels_of(m, args.get(0, "x")) if method == "flow" else read_here(m)
    if method == "flow" and not is_none(value.args.get(9, "brightness_range")):
        pixels = None  # what is not 0 to 255 is brought there first
    adapts = adapting(value)
    m.event("flow", m.node, generator=value.address, method=method)
    known = standardized_by(m, pixels, value) if adapts is False or is_adapted(m, value) is False else None
    return thing(replace(data, pixels=known, generator=value.address))


def _order(m: Machine, method: str, args: Args) -> Order | None:
    """In which order the examples come: of a directory that is not shuffled, class by class."""
    given = args.get(SHUFFLE_AT[method], "shuffle")
    if given is None or is_true(given):
        return None if args.open and given is None else "random"
    if method == "flow":
        return data_of(m, args.get(0, "x")).order
    mode = args.get(4, "class_mode")
    has_classes = mode is None or (isinstance(mode, Const) and mode.value not in (None, "input"))
    if method != "flow_from_directory" or not isinstance(given, Const) or args.open or not has_classes:
        return None
    return "by_class"


def _subset(count: int | None, generator: Thing, args: Args) -> int | None:
    """How many examples a part of the data has: the validation part is cut off in front, rounded down."""
    subset = args.get(10, "subset")
    if is_none(subset):
        return None if args.open else count
    share = number(generator.data.get("split"))
    if count is None or share is None or not isinstance(subset, Const):
        return None
    held = int(count * share)
    return {"validation": held, "training": count - held}.get(subset.value)


def fed(m: Machine, value: Value | None, node: ast.AST) -> Data:
    """What is known of anything that a fit takes its batches from."""
    record = m.record(value) if value is not None else None
    if isinstance(value, Ref) and isinstance(record, Instance) and record.cls is not None:
        return _sequence(m, value, record, node)
    if isinstance(value, Ref) and isinstance(record, Iterator):
        items = observed(m, lambda: iterate(m, value, node))
        return _yields(m, items) if isinstance(items, Items) else Data("generator", is_batched=True)
    return data_of(m, value)


def _sequence(m: Machine, value: Ref, record: Instance, node: ast.AST) -> Data:
    """An object of the program's own subclass of ``keras.utils.Sequence``: its length, and its first batch."""
    assert record.cls is not None
    length = find_in_class(m, record.cls, "__len__")
    item = find_in_class(m, record.cls, "__getitem__")
    derived = any(base.name.endswith((".Sequence", ".PyDataset")) for base in library_bases(m, record.cls))
    if not derived or not isinstance(length, Function) or not isinstance(item, Function):
        return Data()
    steps = observed(m, lambda: call_function(m, length, Args((value,)), node))
    first = observed(m, lambda: call_function(m, item, Args((value, Const(0))), node))
    size = data_of(m, first).samples if isinstance(first, Value) else None
    pixels = pixels_of(m, first) if isinstance(first, Value) else None
    return Data("sequence", None, size, True, integer(steps) if isinstance(steps, Value) else None, pixels=pixels)


def _yields(m: Machine, items: Items) -> Data:
    """What a function yields: batches of the first one's size, where none that is known is larger."""
    counts = [data_of(m, value).samples for value in items.values]
    known = [count for count in counts if count is not None]
    size = counts[0] if counts and counts[0] is not None and counts[0] == max(known) else None
    pixels = common_pixels([pixels_of(m, value) for value in items.values])
    return Data("generator", None, size, True, pixels=pixels)
