"""Files with weights and no config: the layers that the weights themselves show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from immutables import Map

from bnlint.graph.network import Address, Node
from bnlint.graph.places import Place
from bnlint.graph.records import Layer, Model
from bnlint.graph.saved import ROOT, LayerConfig, SavedModel
from bnlint.saved_models.building import Built
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.hdf5 import Hdf5
from bnlint.saved_models.layers import clean
from bnlint.saved_models.weights import CONTAINERS, LEGACY_GROUP, PARTS, Wanted, plain
from bnlint.saved_models.weights import read as read_weights

ONLY_WEIGHTS = "the file holds weights and no config: how the layers are called, and their momentum, are not known"
NOT_ALL = "BatchNormalization layers were told by the arrays that they have, since no config shows them"


def read(path: str, file: Hdf5, version: str | None, backend: str | None, package: str) -> SavedModel:
    """The model that a file of weights shows."""
    if not file.arrays:
        raise Unreadable("it is an HDF5 file without a model and without weights")
    root = Layer("Model", package, Place(path, 0, 0, 0, 0, None, "model"), built=True, pretrained=None, trainable=None)
    empty: Map[Address, Layer] = Map()
    blank = Built(empty.set(ROOT, root._replace(model=Model("subclassed", exact=False))), {ROOT: "model"}, {}, (), ())
    built, placed = completed(blank, file)
    if not placed and not any(plain(each) in ("kernel", "embeddings") or "/vars/" in each for each in file.arrays):
        raise Unreadable("it is an HDF5 file, and not one that Keras has written")
    found = read_weights(file, built, placed)
    return SavedModel(
        path, "weights", version, backend, ROOT, built.heap, built.locations, built.extras, built.order,
        found.statistics, found.others, notes=(ONLY_WEIGHTS, *found.notes),
    )  # fmt: skip


def completed(built: Built, file: Hdf5) -> tuple[Built, list[Wanted]]:
    """A graph without BatchNormalization, with the layers that are known by their weights, and where these are."""
    heap = built.heap
    root = heap[ROOT]
    locations, extras = dict(built.locations), dict(built.extras)
    order: list[Address] = []
    placed: list[Wanted] = []
    for shown in _shown(file):
        address = ("saved", *shown.names)
        if address in heap:
            continue
        placed += [Wanted(address, part, path) for part, path in shown.arrays]
        if shown.config is None:
            continue
        location = "/".join(shown.names)
        site = Place(root.site.path, 0, 0, 0, 0, None, location)
        affine = shown.config.scale is not False or shown.config.center is not False
        heap = heap.set(
            address,
            Layer(
                "BatchNormalization", root.package, site, shown.names[-1], None, True, pretrained=None, affine=affine
            ),
        )
        locations[address], extras[address] = location, shown.config
        order.append(address)
    if not order:
        return built, placed
    model = root.model or Model("subclassed", exact=False)
    nodes = (*model.nodes, *(Node(each, (), None) for each in order))
    heap = heap.set(ROOT, root._replace(model=model._replace(layers=(*model.layers, *order), nodes=nodes, exact=False)))
    return Built(heap, locations, extras, tuple(order), (*built.notes, NOT_ALL)), placed


class _Shown(NamedTuple):
    """A layer that its arrays show, part by part; ``config`` only for a BatchNormalization."""

    names: tuple[str, ...]
    arrays: tuple[tuple[str, str], ...]
    config: LayerConfig | None = None


def _shown(file: Hdf5) -> Iterator[_Shown]:
    groups: dict[str, dict[str, str]] = {}
    for path in file.arrays:
        if not path.startswith(("optimizer", "metrics/")):
            groups.setdefault(path.rpartition("/")[0], {})[plain(path)] = path
    for group, arrays in groups.items():
        names = _names(group, file)
        if "moving_mean" in arrays and "moving_variance" in arrays:
            config = LayerConfig("BatchNormalization", scale="gamma" in arrays, center="beta" in arrays)
            yield _Shown(names, tuple((part, arrays[part]) for part in PARTS if part in arrays), config)
        elif "bias" in arrays:
            yield _Shown(names, (("bias", arrays["bias"]),))
        elif group.rpartition("/")[2] == "vars":
            yield from _by_shape(names, group, arrays, file)


def _by_shape(names: tuple[str, ...], group: str, arrays: dict[str, str], file: Hdf5) -> Iterator[_Shown]:
    """Variables without names: four vectors of one length are those of a BatchNormalization, and nothing else's.

    With fewer, the name of its class or attribute has to say so. A matrix and a vector are a kernel and a bias.
    """
    shapes = [file.arrays[arrays[each]].shape for each in sorted(arrays) if each.isdigit()]
    if len(shapes) != len(arrays):
        return
    paths = [arrays[str(index)] for index in range(len(shapes)) if str(index) in arrays]
    if len(paths) == 2 and len(shapes[0]) > 1 and len(shapes[1]) == 1:
        yield _Shown(names, (("bias", paths[1]),))
    if not 2 <= len(paths) <= len(PARTS) or len(set(shapes)) > 1 or len(shapes[0]) != 1:
        return
    if len(paths) == len(PARTS):
        yield _Shown(names, tuple(zip(PARTS, paths, strict=True)), LayerConfig("BatchNormalization"))
    elif "batch_norm" in group.rpartition("/")[0].rpartition("/")[2]:
        parts = PARTS[-2:] if len(paths) == 2 else ()
        yield _Shown(names, tuple(zip(parts, paths, strict=False)), LayerConfig("BatchNormalization"))


def _names(group: str, file: Hdf5) -> tuple[str, ...]:
    """The names of the layers around a group of arrays; what its path calls them where the file has no names."""
    words = group.split("/")
    if words[-1] != "vars":
        words = words[1:] if words[0] == LEGACY_GROUP else words
        # the outermost layer stands twice: as the group, and as the scope of its weights
        return tuple(words[1:] if len(words) > 1 and words[0] == words[1] else words)
    words = words[:-1]
    named = (file.names.get("/".join([*words[:end], "vars"])) for end in range(1, len(words) + 1))
    found = [clean(name) for name in named if name is not None]
    return tuple(found or [word for word in words if word not in CONTAINERS] or ["batch_normalization"])
