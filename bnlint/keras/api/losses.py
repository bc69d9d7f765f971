"""Cross-entropies: whether they take logits."""

from __future__ import annotations

from bnlint.graph.places import Place
from bnlint.graph.records import Loss
from bnlint.interpreter.heap import Dict, List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Lib, Thing, Tuple, Value
from bnlint.keras.api.names import keras_name

CLASSES: dict[str, int | None] = {
    "BinaryCrossentropy": 0,
    "CategoricalCrossentropy": 0,
    "SparseCategoricalCrossentropy": 0,
    "BinaryFocalCrossentropy": None,
    "CategoricalFocalCrossentropy": None,
}
"""The classes, with the position of `from_logits`."""
FUNCTIONS = {
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}

PLAIN = "plain loss"
"""The kind of a loss of Keras of which no more is known."""


def is_class(name: str) -> bool:
    """Whether a name of the module of losses is a class of them."""
    return name[:1].isupper() and name != "Loss"


def make_loss(name: str, args: Args, at: Place) -> Value:
    """``SparseCategoricalCrossentropy(from_logits=True)``."""
    given = args.get(CLASSES[name], "from_logits")
    if given is None:
        taken = None if args.open else False
    else:
        taken = bool(given.value) if isinstance(given, Const) and given.origin is None else None
    return Thing("loss", loss=Loss(name, taken, at, given is not None))


def loss_of(value: Value | None) -> Loss | None:
    """The loss that a `compile` is given; None where it is not known, or there are several."""
    if isinstance(value, Thing) and value.kind == "loss":
        found: Loss = value.loss
        return found
    if isinstance(value, Const) and isinstance(value.value, str):
        name = FUNCTIONS.get(value.value, value.value)
        return Loss(name, False, text=True) if name in CLASSES else None
    known = keras_name(value.name) if isinstance(value, Lib) else None
    if known is None or known.area not in ("losses", "metrics"):
        return None
    name = FUNCTIONS.get(known.last, known.last)
    return Loss(name, False, text=True) if name in CLASSES and known.last in FUNCTIONS else None


def is_plain(m: Machine, value: Value | None) -> bool:
    """Whether all of it are losses of Keras: none of the program's own, none of another library."""
    if isinstance(value, Tuple):
        return all(is_plain(m, each) for each in value.items)
    record = m.record(value) if value is not None else None
    if isinstance(record, List):
        return record.exact and all(is_plain(m, each) for each in record.items)
    if isinstance(record, Dict):
        return bool(record.order) and all(is_plain(m, record.items[key]) for key in record.order)
    if isinstance(value, Thing):
        return value.kind in ("loss", PLAIN)
    if isinstance(value, Const):
        return isinstance(value.value, str)
    known = keras_name(value.name) if isinstance(value, Lib) else None
    return known is not None and known.area in ("losses", "metrics")
