"""The BatchNormalization layers of a model in memory, wherever they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from bnlint.measuring.frameworks import ROOTS
from bnlint.saved_models.live import held_by

NAMES = frozenset({"BatchNormalization", "BatchNormalizationBase", "SyncBatchNormalization"})
MOST_DEPTH = 60


class Placed(NamedTuple):
    """A layer and where it is."""

    path: str
    """The names from the model down to the layer: ``resnet50/conv1_bn``."""
    layer: Any


def is_batch_norm(layer: Any) -> bool:
    """Whether a layer is Keras's own BatchNormalization or a subclass of it."""
    return any(kind.__name__ in NAMES and kind.__module__.partition(".")[0] in ROOTS for kind in type(layer).__mro__)


def batch_norms(model: Any) -> list[Placed]:
    """Every BatchNormalization layer of a model (or layer) once, in the order in which the model lists them.

    Nested models, wrappers (TimeDistributed, Bidirectional) and layers that a class of somebody's own holds are looked
    into. A layer that is reached in two ways has the path by which it is met first.
    """
    return [placed for placed in every_layer(model) if is_batch_norm(placed.layer)]


def every_layer(model: Any) -> Iterator[Placed]:
    """The model itself (its path is empty) and every layer below it once, a holder before what it holds."""
    seen: set[int] = set()
    stack: list[tuple[Placed, int]] = [(Placed("", model), 0)]
    while stack:
        placed, depth = stack.pop()
        if id(placed.layer) in seen:
            continue
        seen.add(id(placed.layer))
        yield placed
        if depth < MOST_DEPTH:
            inner = [Placed(f"{placed.path}/{name}".lstrip("/"), layer) for name, layer in _inside(placed.layer)]
            stack += [(each, depth + 1) for each in reversed(inner)]


def _inside(layer: Any) -> Iterator[tuple[str, Any]]:
    """What a layer holds, by its public attributes and by what Keras has tracked in it."""
    yield from held_by(layer)
    tracked = getattr(layer, "_flatten_layers", None)
    if callable(tracked) and not isinstance(getattr(layer, "layers", None), list):
        for each in tracked(include_self=False, recursive=False):
            yield str(getattr(each, "name", type(each).__name__)), each
