"""Which layers of a model file are spoken of together, where, and under what name."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.saved import SavedModel

Key = TypeVar("Key", bound=Hashable)


def home_of(model: SavedModel, address: Address) -> Address:
    """The innermost model around a layer of the file."""
    for end in range(len(address) - 1, 0, -1):
        record = model.heap.get(address[:end])
        if record is not None and record.model is not None:
            return address[:end]
    return model.root


def site(model: SavedModel, address: Address) -> Place:
    """The place of a layer; that of the model itself has no location."""
    place = model.heap[address].site
    return place._replace(location="") if address == model.root else place


def group(model: SavedModel, address: Address) -> str:
    """Identifies the layers that one model of the file holds."""
    return f"{model.path}:{model.locations.get(address, '') if address != model.root else ''}"


def places(model: SavedModel, addresses: Iterable[Address]) -> tuple[Place, ...]:
    """The places of layers, in the order of places."""
    return tuple(sorted((model.heap[each].site for each in addresses), key=order))


def together(pairs: Iterable[tuple[Key, Address]]) -> Iterator[tuple[Key, list[Address]]]:
    """Layers by what they have in common, in the order of the first of each."""
    found: dict[Key, list[Address]] = {}
    for key, address in pairs:
        found.setdefault(key, []).append(address)
    yield from found.items()
