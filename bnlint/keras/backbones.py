"""Backbones: the application or loaded model that a layer comes from, as rules and messages see it."""

from __future__ import annotations

from typing import Any

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.graph.subjects import Backbone
from bnlint.interpreter.heap import Scope
from bnlint.interpreter.values import Lib
from bnlint.keras.facts import State
from bnlint.keras.kinds import DROPOUT


def owner_address(heap: Any, state: State) -> Address | None:
    """The application or loaded model that a layer comes from."""
    return owner_among(heap, state.record, state.use.parents)


def owner_among(heap: Any, layer: Layer, parents: tuple[Address, ...]) -> Address | None:
    """The same for any layer, from the models around it."""
    owner = layer.owner
    if owner is not None and isinstance(heap.get(owner), Layer):
        return owner
    for parent in reversed(parents):
        holder = heap.get(parent)
        if not isinstance(holder, Layer) or holder.model is None or holder.model.is_layer:
            continue
        if holder.pretrained or holder.model.application:
            return parent
    return None


def owner_of(heap: Any, state: State) -> Layer | None:
    """The same as its record."""
    address = owner_address(heap, state)
    return None if address is None else heap[address]


def label_of(record: Layer, root: bool = False) -> str:
    """How messages name a model: by its variable, with the application in brackets."""
    name = record.label or record.name or ("the model" if root else "a model")
    application = record.model.application if record.model is not None else None
    if application is None:
        return name
    return f"{name} ({application})" if record.label is not None else application


def backbone_of(heap: Any, record: Layer, called_as: str | None = None) -> Backbone:
    """What rules and fixes need to know of a backbone; ``called_as`` is its name where it is called."""
    model = record.model
    nested = False
    rates: list[float | None] = []
    for address in model.layers if model is not None else ():
        inner = heap.get(address)
        if isinstance(inner, Layer):
            nested = nested or inner.model is not None or bool(inner.holds)
            if inner.type in DROPOUT:
                rates.append(inner.rate)
    dropout = True if any(rate is not None and rate > 0 for rate in rates) else None if None in rates else False
    return Backbone(
        label=label_of(record._replace(label=called_as) if called_as is not None else record),
        variable=record.label,
        application=model.application if model is not None else None,
        package=record.package,
        pretrained=record.pretrained,
        built_at=record.site,
        layers_module=layers_module(heap, record.package),
        has_nested=nested,
        active_dropout=dropout if model is not None and model.exact else None,
    )


def layers_module(heap: Any, package: str) -> str | None:
    """How the program's imports spell the module of layers of a Keras package; None where they do not."""
    return module_of(heap, package, "layers")


def module_of(heap: Any, package: str, area: str) -> str | None:
    """How the program's imports spell a module of a Keras package: ``tf.keras.optimizers``; None where they do not."""
    scope = next((r for r in (heap.get(("module", "__main__")),) if isinstance(r, Scope)), None)
    root = {"tf.keras": "tensorflow.keras"}.get(package, package)
    spellings = {f"{root}.{area}": "", root: f".{area}"}
    if root.startswith("tensorflow."):
        spellings["tensorflow"] = f".keras.{area}"
    found: list[str] = []
    for name, value in scope.names.items() if scope is not None else ():
        rest = spellings.get(value.name) if isinstance(value, Lib) else None
        if rest is not None:
            found.append(name + rest)
    return min(found, key=lambda text: (len(text), text), default=None)


def group_key(heap: Any, state: State) -> str:
    """Identifies a set of layers across fits and paths: where it was built."""
    owner = owner_of(heap, state) or heap.get(state.container)
    return group_of(owner.site if isinstance(owner, Layer) else state.record.site)


def group_of(site: Place) -> str:
    """The name of a set of layers: the place of what they were built with."""
    cell = f":{site.cell}" if site.cell is not None else ""
    return f"{site.path}{cell}:{site.line}:{site.column}"
