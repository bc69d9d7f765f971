"""Which models of a file are architectures of keras.applications, by their names and by the names of their layers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from bnlint.graph.network import Address
from bnlint.graph.saved import SavedModel
from bnlint.keras import applications
from bnlint.keras.applications import AppLayer
from bnlint.keras.inside import all_layers
from bnlint.keras.kinds import BATCH_NORM
from bnlint.keras.releases import Release

SHORTEST = 5
"""No shorter name is that of an application: a model called `net` is anybody's."""


class Applications:
    """The applications in one file, found when they are first asked for."""

    def __init__(self, model: SavedModel, releases: tuple[Release, ...]) -> None:
        self._model = model
        self._releases = releases
        self._known: dict[Address, tuple[str, dict[Address, AppLayer]] | None] = {}

    def name_of(self, address: Address) -> str | None:
        """The constructor of a model, if it is an application: ``ResNet50``."""
        found = self._found(address)
        return found[0] if found is not None else None

    def own_momentum(self, layer: Address) -> float | None:
        """The momentum that the application itself gives to a layer of it."""
        for end in range(len(layer) - 1, 0, -1):
            found = self._found(layer[:end])
            if found is not None:
                measured = found[1].get(layer)
                return measured.momentum if measured is not None else None
        return None

    def holds(self, address: Address) -> frozenset[Address]:
        """The BatchNormalization layers of an application."""
        found = self._found(address)
        return frozenset(found[1]) if found is not None else frozenset()

    def _found(self, address: Address) -> tuple[str, dict[Address, AppLayer]] | None:
        if address not in self._known:
            self._known[address] = self._find(address)
        return self._known[address]

    def _find(self, address: Address) -> tuple[str, dict[Address, AppLayer]] | None:
        record = self._model.heap.get(address)
        if record is None or record.model is None:
            return None
        inside = set(all_layers(self._model.heap, address))
        layers = [each for each in self._model.order if each in inside]
        for name in self._candidates(record.name or "") if layers else ():
            for measured in self._measured(name):
                norms = list(_norms(measured))
                if len(norms) == len(layers) and all(
                    norm.name in (None, self._model.heap[layer].name) for norm, layer in self._paired(norms, layers)
                ):
                    return name, {layer: norm for norm, layer in self._paired(norms, layers)}
        return None

    def _paired(self, norms: list[AppLayer], layers: list[Address]) -> list[tuple[AppLayer, Address]]:
        """Layers with a name by their names, the others in order."""
        by_name = {self._model.heap[layer].name: layer for layer in layers}
        if all(norm.name in by_name for norm in norms) and len(by_name) == len(layers):
            return [(norm, by_name[norm.name]) for norm in norms]
        return list(zip(norms, layers, strict=True))

    def _candidates(self, name: str) -> list[str]:
        """The constructors that a model's name may come from, the most special first: `mobilenetv2_1.00_224`."""
        said = _letters(name)
        if len(said) < SHORTEST:
            return []
        found = [each for each in self._names if said.startswith(each) or each.startswith(said)]
        return [self._names[each] for each in sorted(found, key=len, reverse=True)]

    @cached_property
    def _names(self) -> dict[str, str]:
        return {_letters(name): name for name in applications.names()}

    def _measured(self, name: str) -> Iterator[tuple[AppLayer, ...]]:
        for release in self._releases:
            for include_top in (False, True):
                found = applications.load(name, release, include_top=include_top, imagenet=True)
                if found is not None:
                    yield found


def _letters(name: str) -> str:
    return "".join(each for each in name.lower() if each.isalnum())


def _norms(layers: tuple[AppLayer, ...]) -> Iterator[AppLayer]:
    for layer in layers:
        if layer.type in BATCH_NORM:
            yield layer
        yield from _norms(layer.children)
