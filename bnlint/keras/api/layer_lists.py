"""Lists of a model's layers: which model one came from, and what becomes of it when the list is changed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.interpreter.heap import List
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Ref, Value
from bnlint.keras.api.flags import forget_flags
from bnlint.keras.inside import all_layers

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

TAKING = {"pop": "pop", "remove": "remove", "del": "del"}
"""Ways to take layers off a list whose effect was measured."""
KINDS = ("functional", "sequential")


class Origin(NamedTuple):
    """The part of a list's address that tells the model of whose ``layers`` it is, or a slice of them."""

    model: Address
    place: Place
    bounds: tuple[int | None, int | None, int | None] | None = None
    sliced_at: Place | None = None


def origin_of(value: Value) -> Origin | None:
    """Where a list of layers comes from; None for other lists."""
    part = value.address[3] if isinstance(value, Ref) and len(value.address) > 3 else None
    return part if isinstance(part, Origin) else None


def slice_origin(m: Machine, owner: Value, bounds: slice, node: ast.AST) -> Origin | None:
    """What a slice of ``model.layers`` remembers; a slice of a slice is a list like any other."""
    origin = origin_of(owner)
    if origin is None or origin.bounds is not None:
        return None
    return origin._replace(bounds=(bounds.start, bounds.stop, bounds.step), sliced_at=m.place(node))


def list_changed(m: Machine, library: KerasLibrary, owner: Ref, method: str, before: List, node: ast.AST) -> None:
    """A change of ``model.layers`` reaches the model, or a copy, or it is not known which."""
    origin = origin_of(owner)
    record = m.heap.get(origin.model) if origin is not None else None
    if origin is None or origin.bounds is not None or not isinstance(record, Layer) or record.model is None:
        return
    if record.model.kind == "subclassed":
        return
    after = m.record(owner)
    changes = _reaches_model(library, record, method)
    gone = [item.address for item in before.items if isinstance(item, Ref) and item not in after.items]
    m.event(
        "layer_list",
        node,
        layer=origin.model,
        method=method,
        changes=changes,
        used=method != "del" and not (isinstance(m.node, ast.Expr) and m.node.value is node),
        from_the_end=_is_the_end(before, after),
    )
    if changes is False:
        return
    kept = tuple(item.address for item in after.items if isinstance(item, Ref))
    known = changes and after.exact and len(kept) == len(after.items)
    model = record.model._replace(layers=kept) if known else record.model._replace(exact=False)
    m.put(origin.model, record._replace(model=model))
    # the calls of the model stay as they are: what it does with a layer that is not in its list was not measured
    forget_flags(m, [inner for one in gone for inner in all_layers(m.heap, one)], "taken off `layers`")


def _reaches_model(library: KerasLibrary, record: Layer, method: str) -> bool | None:
    behaviour = library.behaviour(record.package)
    if behaviour is None or method not in TAKING or record.model is None:
        return None
    kinds = (record.model.kind,) if record.model.kind in KINDS else KINDS
    answers = {behaviour.layer_list_changes(kind, TAKING[method]) for kind in kinds}
    return answers.pop() if len(answers) == 1 else None


def _is_the_end(before: List, after: List) -> bool | None:
    """Whether the last layer was taken; None where it is not known which."""
    if not before.exact or not after.exact:
        return None
    return after.items == before.items[: len(after.items)] and len(before.items) - len(after.items) == 1
