"""Data: how many examples, in which batches. What is known of an array or a data set, and how it is found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.network import Address
from bnlint.graph.pixels import Pixels
from bnlint.graph.places import Place
from bnlint.interpreter.dictionaries import unhash
from bnlint.interpreter.heap import Dict, List
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, OneOf, Thing, Tuple, Value

if TYPE_CHECKING:
    from bnlint.graph.places import Place
    from bnlint.keras.api.orders import Flow

Form = Literal["array", "pipeline", "sequence", "generator"]
Order = Literal["random", "by_class"]
Shape = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """What is known of arrays and data sets.

    ``form``: an array, a `tf.data` pipeline, something that Keras asks for its batches by number, or a generator;
    ``samples``: examples (None: unknown; of batched data only where every batch but the last is full);
    ``batch``: examples a batch; ``is_batched``: whether iterating gives batches (None: unknown);
    ``steps``: batches an epoch; ``drops``: the last incomplete batch is dropped; ``repeats``: goes on for ever (None:
    unknown); ``shape``: of an array, the first axis included; ``numbers``: the values of a short array;
    ``is_mask``: an array that is, or may be, a mask, so that what it selects cannot be counted; ``is_random``: numbers
    drawn at random, which stand for examples where a program is only tried out; ``pixels``: what was done to images
    (of a data set: to its inputs); ``generator``: the `ImageDataGenerator` that makes the batches; ``flow``: the order
    in which batches come; ``labels_of``: of an array of labels in another order, the call that made their flow, and how
    they were taken.

    ``batch_at``: where the batches were made, ``by_batch``: by a method of that name; ``per_replica``: of a batch whose
    size is a number times that of a strategy's replicas, that number; ``order``: that of the examples when they are put
    into batches (None: unknown); ``ordered_at``: where the program asks for it; ``batches_shuffled_at``: where whole
    batches were shuffled of data whose examples were not.
    """

    form: Form | None = None
    samples: int | None = None
    batch: int | None = None
    is_batched: bool | None = None
    steps: int | None = None
    drops: bool = False
    repeats: bool | None = False
    shape: Shape | None = None
    numbers: tuple[int | float, ...] | None = None
    is_mask: bool = False
    is_random: bool = False
    pixels: Pixels | None = None
    generator: Address | None = None
    batch_at: Place | None = None
    by_batch: bool = False
    per_replica: int | None = None
    order: Order | None = None
    ordered_at: Place | None = None
    batches_shuffled_at: Place | None = None
    flow: Flow | None = None
    labels_of: tuple[Place, str] | None = None

    @property
    def count(self) -> int | None:
        """How many items iterating gives: batches, or single examples."""
        if self.is_batched is None:
            return None
        return self.steps if self.is_batched else self.samples


NOTHING = Data()
ORDERS = ("flow", "labels_of")
SOURCE = ("batch_at", "by_batch", "per_replica", "order", "ordered_at", "batches_shuffled_at")
"""What tells where batches come from."""


def thing(data: Data) -> Thing:
    """Data as a value."""
    return Thing("data", data=data)


def array(shape: Shape | None, *, is_mask: bool = False) -> Data:
    """An array of a known shape; None where not even its rank is known."""
    return Data("array", samples=shape[0] if shape else None, is_batched=False, shape=shape, is_mask=is_mask)


def array_of(samples: int | None) -> Data:
    """An array of which at most the first axis is known."""
    return Data("array", samples=samples, is_batched=False)


def as_data(value: Value | None) -> Data | None:
    """The data that a value is; None where it is something else."""
    if isinstance(value, Thing) and value.kind == "data":
        return value.data["data"]  # type: ignore[no-any-return]
    return None


def data_of(m: Machine, value: Value | None) -> Data:
    """What is known of a value that is fed to a fit: data, or several inputs in a tuple, a list or a dictionary."""
    found = as_data(value)
    if found is not None:
        return found
    if isinstance(value, OneOf):
        return _common([data_of(m, one) for one in value.values])
    inner = [data_of(m, item) for item in _parts(m, value)]
    counted = [data for data in inner if data.samples is not None]
    return next(iter(counted or (data for data in inner if data != NOTHING)), NOTHING)


def _parts(m: Machine, value: Value | None) -> Sequence[Value]:
    if isinstance(value, Tuple):
        return value.items
    record = m.record(value) if value is not None else None
    if isinstance(record, List):
        return record.items
    if isinstance(record, Dict):
        return [record.items[key] for key in record.order]
    return ()


def _common(alternatives: Sequence[Data]) -> Data:
    """What holds of each of a few alternatives."""
    first = alternatives[0]
    alike = all((one.form, one.is_batched, one.repeats) == (first.form, first.is_batched, first.repeats)
                for one in alternatives)  # fmt: skip
    if not alike:
        return NOTHING
    same = {
        name: getattr(first, name)
        for name in ("samples", "batch", "steps", "drops", "is_random", "pixels", "generator", *SOURCE, *ORDERS)
        if all(getattr(one, name) == getattr(first, name) for one in alternatives)
    }
    return Data(first.form, is_batched=first.is_batched, repeats=first.repeats, **same)


def rows_of(m: Machine, value: Value | None) -> int | None:
    """How many rows a value has that is cut along its first axis: an array, a list, or several of them together."""
    record = m.record(value) if value is not None else None
    if isinstance(record, List):
        return len(record.items) if record.exact else None
    if isinstance(value, Tuple) or isinstance(record, Dict):
        counts = [rows_of(m, part) for part in _parts(m, value)]
        return next((count for count in counts if count is not None), None)
    found = as_data(value)
    return found.samples if found is not None and not found.is_batched else None


def order_of(m: Machine, value: Value | None) -> Order | None:
    """The order of examples given in several arrays: what is known of one holds for all."""
    found = as_data(value)
    if found is not None:
        return found.order
    return next((order for part in _parts(m, value) if (order := order_of(m, part)) is not None), None)


def named_parts(m: Machine, value: Value | None) -> list[tuple[Value, Value]] | None:
    """The keys and values of a dictionary; None where a value is none, or not all are known."""
    record = m.record(value) if value is not None else None
    if not isinstance(record, Dict) or not record.exact:
        return None
    return [(unhash(key), record.items[key]) for key in record.order]


def number(value: Value | None) -> int | float | None:
    """A number, given as itself or as an array of no axes (what `cardinality()` returns)."""
    found = as_data(value)
    if found is not None:
        return found.numbers[0] if found.shape == () and found.numbers else None
    if isinstance(value, Const) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool):
        return value.value
    return None


def integer(value: Value | None) -> int | None:
    """A whole number, given as itself or as an array of no axes."""
    found = number(value)
    return found if isinstance(found, int) else None


def per_replica(value: Value | None) -> int | None:
    """Of a size that is written as a number times that of a strategy's replicas, the number."""
    return value.data["size"] if isinstance(value, Thing) and value.kind == "replicated" else None


def is_none(value: Value | None) -> bool:
    """Whether an argument is left out, or None is written for it."""
    return value is None or (isinstance(value, Const) and value.value is None)


def is_true(value: Value | None) -> bool:
    """Whether a flag is given and on."""
    return isinstance(value, Const) and bool(value.value)


def ceil_div(count: int | None, size: int | None) -> int | None:
    """How many parts of a size it takes."""
    return -(-count // size) if count is not None and size else None
