"""Files with weights and no config: the layers that the weights themselves show."""

from __future__ import annotations

from collections.abc import Iterator

from immutables import Map

from bnlint.graph.network import Address, Node
from bnlint.graph.places import Place
from bnlint.graph.records import Layer, Model
from bnlint.graph.saved import ROOT, LayerConfig, SavedModel
from bnlint.saved_models.building import Built
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.hdf5 import Hdf5
from bnlint.saved_models.weights import LEGACY_GROUP, PARTS, plain
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
    built = completed(blank, file)
    if not built.order and not any(plain(each) in (*PARTS, "kernel", "bias") or "vars" in each for each in file.arrays):
        raise Unreadable("it is an HDF5 file, and not one that Keras has written")
    found = read_weights(file, built)
    return SavedModel(
        path, "weights", version, backend, ROOT, built.heap, built.locations, built.extras, built.order,
        found.statistics, found.others, notes=(ONLY_WEIGHTS, *found.notes),
    )  # fmt: skip


def completed(built: Built, file: Hdf5) -> Built:
    """A graph without BatchNormalization, with the layers that are known by their weights, in an order by name."""
    heap = built.heap
    root = heap[ROOT]
    locations, extras = dict(built.locations), dict(built.extras)
    order: list[Address] = []
    for names, config in _shown(file):
        address = ("saved", *names)
        if address in heap:
            continue
        location = "/".join(names)
        site = Place(root.site.path, 0, 0, 0, 0, None, location)
        affine = config.scale is not False or config.center is not False
        heap = heap.set(
            address,
            Layer(
                "BatchNormalization", root.package, site, names[-1], None, built=True, pretrained=None, affine=affine
            ),
        )
        locations[address], extras[address] = location, config
        order.append(address)
    if not order:
        return built
    model = root.model or Model("subclassed", exact=False)
    nodes = (*model.nodes, *(Node(each, (), None) for each in order))
    heap = heap.set(ROOT, root._replace(model=model._replace(layers=(*model.layers, *order), nodes=nodes, exact=False)))
    return Built(heap, locations, extras, tuple(order), (*built.notes, NOT_ALL))


def _shown(file: Hdf5) -> Iterator[tuple[tuple[str, ...], LayerConfig]]:
    groups: dict[str, dict[str, int]] = {}
    for path, array in file.arrays.items():
        if len(array.shape) == 1 and not path.startswith(("optimizer", "metrics/")):
            groups.setdefault(path.rpartition("/")[0], {})[plain(path)] = array.shape[0]
    for group, arrays in groups.items():
        if "moving_mean" in arrays and "moving_variance" in arrays:
            words = group.split("/")
            words = words[1:] if words[0] == LEGACY_GROUP else words
            # the outermost layer stands twice: as the group, and as the scope of its weights
            words = words[1:] if len(words) > 1 and words[0] == words[1] else words
            config = LayerConfig("BatchNormalization", scale="gamma" in arrays, center="beta" in arrays)
            yield tuple(words), config
        elif group.rpartition("/")[2] == "vars" and _is_norm(group, arrays, file):
            missing = len(arrays) < len(PARTS)
            config = LayerConfig("BatchNormalization", scale=not missing, center=not missing or len(arrays) > 2)
            yield tuple(_names(group, file)), config


def _is_norm(group: str, arrays: dict[str, int], file: Hdf5) -> bool:
    """Whether the variables of a layer are those of a BatchNormalization: four vectors of one length.

    With fewer, the name of its class or attribute has to say so.
    """
    vectors = set(arrays) == {str(index) for index in range(len(arrays))} and len(set(arrays.values())) == 1
    others = any(path.startswith(group + "/") and len(each.shape) != 1 for path, each in file.arrays.items())
    if not vectors or others or not 2 <= len(arrays) <= len(PARTS):
        return False
    return len(arrays) == len(PARTS) or "batch_norm" in group.split("/")[-2 if "/" in group else 0]


def _names(group: str, file: Hdf5) -> list[str]:
    """The names of the layers around a group of variables; what its path calls them where the file has no names."""
    words = group.split("/")[:-1]
    found: list[str] = []
    for end in range(1, len(words) + 1):
        name = file.names.get("/".join([*words[:end], "vars"]))
        if name is not None:
            found.append(name)
    return found or [word for word in words if word != "layers"] or ["batch_normalization"]
