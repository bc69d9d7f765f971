"""Which arrays of an HDF5 file belong to which layer, and what they tell.

Keras has written them in three ways: by the layers' names (``.h5`` of every release, ``.weights.h5`` of Keras 2), by
their classes, counted (``.keras`` since 2.12, ``.weights.h5`` of Keras 3), and by class with the names beside (since
Keras 3.12). All are read by what stands in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.records import Layer
from bnlint.graph.saved import ROOT, LayerConfig
from bnlint.graph.weights import OtherWeights, Statistics, Summary
from bnlint.saved_models.building import BATCH_NORM, Built
from bnlint.saved_models.hdf5 import Hdf5

PARTS = ("gamma", "beta", "moving_mean", "moving_variance")
STARTS = {"gamma": 1.0, "beta": 0.0, "moving_mean": 0.0, "moving_variance": 1.0, "bias": 0.0}
OLDER_PARTS = {"running_mean": "moving_mean", "running_std": "moving_variance"}
BIASED = frozenset(
    """Dense Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose DepthwiseConv1D DepthwiseConv2D
    SeparableConv1D SeparableConv2D EinsumDense Convolution1D Convolution2D Convolution3D""".split()
)
CONTAINERS = ("layers", "_layer_checkpoint_dependencies", "_layers", "_self_tracked_trackables", "_operations")
HELD_AS = ("layer", "forward_layer", "backward_layer", "cell")
LEGACY_GROUP = "model_weights"
MOST_BIASES = 2_000
COUNTERS = ("iteration", "iterations", "iter")


class Wanted(NamedTuple):
    """One array that is worth a look: of which layer it is which part."""

    address: Address
    part: str
    path: str


class Found(NamedTuple):
    """What the weights tell; ``notes`` say what could not be found."""

    statistics: dict[Address, Statistics]
    others: OtherWeights
    notes: tuple[str, ...]


def read(file: Hdf5, built: Built, placed: Iterable[Wanted] | None = None) -> Found:
    """The statistics of every BatchNormalization layer of a graph, from the file that holds its weights.

    ``placed`` says where they are, if that is known already.
    """
    placed = list(_place(file, _Tree(file.arrays), built) if placed is None else placed)
    wanted = [each for each in placed if each.part in PARTS]
    biases = [each for each in placed if each.part == "bias" and _starts_at_zero(built.extras.get(each.address))]
    steps = _steps(file)
    asked = [*wanted, *biases[:MOST_BIASES]]
    summaries = file.summaries([*((each.path, STARTS[each.part]) for each in asked), *((path, 0.0) for path in steps)])
    parts: dict[Address, dict[str, Summary]] = {}
    moved = 0
    affine: list[Summary] = []
    known_biases = 0
    for each, summary in zip(asked, summaries, strict=False):
        if summary is None:
            continue
        if each.part == "bias":
            known_biases += 1
            moved += summary.at_start != summary.size
            continue
        parts.setdefault(each.address, {})[each.part] = summary
        if each.part in ("gamma", "beta") and starts_plainly(built.extras.get(each.address), each.part):
            affine.append(summary)
    counted = [int(each.maximum) for each in summaries[len(asked) :] if each is not None and each.maximum is not None]
    others = OtherWeights(
        biases=known_biases,
        moved_biases=moved,
        affine=len(affine),
        moved_affine=sum(each.at_start != each.size for each in affine),
        steps=max(counted, default=None),
    )
    statistics = {address: Statistics(**parts[address]) for address in built.order if address in parts}
    missing = [address for address in built.order if address not in statistics]
    notes = list(file.problems)
    if missing:
        names = ", ".join(f"`{built.locations[each]}`" for each in missing[:3]) + (", …" if len(missing) > 3 else "")
        notes.append(f"the weights of {len(missing)} BatchNormalization layers were not found in the file: {names}")
    return Found(statistics, others, tuple(notes))


def _place(file: Hdf5, tree: _Tree, built: Built) -> list[Wanted]:
    if any(name in PARTS or name == "bias" for name in tree.leaves):
        return list(_by_layer_name(tree, built))
    if file.names:
        named = list(_by_group_name(tree, file.names, built))
        if any(each.part in PARTS for each in named) or not built.order:
            return named
    return list(_by_class(tree, built))


def _starts_at_zero(config: LayerConfig | None) -> bool:
    """Whether a layer's bias starts as zeros: Keras's default, unless the config has another initializer."""
    if config is None:
        return True
    initializer = config.config.get("bias_initializer", "Zeros")
    if isinstance(initializer, dict):
        initializer = initializer.get("class_name")
    return isinstance(initializer, str) and initializer.lower() == "zeros"


USUAL = {"gamma": ("ones", "one"), "beta": ("zeros", "zero")}


def starts_plainly(config: LayerConfig | None, part: str) -> bool:
    """Whether gamma starts at 1, or beta at 0; residual networks may start a block's last gamma at 0."""
    if config is None:
        return True
    initializer = config.config.get(f"{part}_initializer", config.config.get(f"{part}_init"))
    if isinstance(initializer, dict):
        initializer = initializer.get("class_name")
    return initializer is None or (isinstance(initializer, str) and initializer.lower() in USUAL[part])


def _steps(file: Hdf5) -> list[str]:
    """The optimizer's count of its updates, under any of its names."""
    by_name = [
        path
        for path, array in file.arrays.items()
        if path.startswith("optimizer_weights/") and plain(path) in COUNTERS and not array.shape
    ]
    first = file.arrays.get("optimizer/vars/0")
    is_counter = first is not None and not first.shape and "int" in first.dtype
    return by_name[:1] or (["optimizer/vars/0"] if is_counter else [])


def plain(path: str) -> str:
    """The last part of a weight's path, as Keras 3 writes it: ``gamma:0`` is ``gamma``."""
    name = path.rpartition("/")[2].partition(":")[0]
    return OLDER_PARTS.get(name, name)


class _Tree:
    """The arrays of a file by the groups that hold them."""

    def __init__(self, arrays: Iterable[str]) -> None:
        self.arrays = [path for path in arrays if not path.startswith(("optimizer", "metrics/"))]
        self.paths = frozenset(self.arrays)
        self.leaves = {plain(path) for path in self.arrays}
        self.groups: set[str] = set()
        for path in self.arrays:
            group = path.rpartition("/")[0]
            while group and group not in self.groups:
                self.groups.add(group)
                group = group.rpartition("/")[0]
        self._inner: dict[str, list[str]] = {}
        for path in self.groups:
            self._inner.setdefault(path.rpartition("/")[0], []).append(path)

    def children(self, prefix: str) -> dict[str, list[tuple[int, str]]]:
        """The groups in ``prefix`` by their names without the count at the end, each in the order of the counts."""
        found: dict[str, list[tuple[int, str]]] = {}
        for path in self._inner.get(prefix, ()):
            name = path.rpartition("/")[2]
            counted = re.fullmatch(r"(.*?)(?:_(\d{1,9}))?", name, re.DOTALL)
            stem, count = (counted[1], int(counted[2] or 0)) if counted else (name, 0)
            found.setdefault(stem, []).append((count, path))
            if stem != name:
                found.setdefault(name, []).append((0, path))
        return {stem: sorted(paths) for stem, paths in found.items()}


# ------------------------------------------------------------------------------------------------ by the layers' names


def _by_layer_name(tree: _Tree, built: Built) -> Iterator[Wanted]:
    """``model_weights/base/bn_0/gamma:0``: the outermost layer, scopes, the layer, the part."""
    prefix = f"{LEGACY_GROUP}/" if LEGACY_GROUP in tree.groups else ""
    layers: dict[tuple[str, str], list[Address]] = {}
    for address, record in built.heap.items():
        if address != ROOT and record.name is not None and record.type in BATCH_NORM | BIASED:
            layers.setdefault((str(address[1]), record.name), []).append(address)
    below: dict[str, list[Address]] = {}
    for (top, _), addresses in layers.items():
        below.setdefault(top, []).extend(each for each in addresses if built.heap[each].type in BATCH_NORM)
    for path in tree.arrays:
        part = plain(path)
        if not path.startswith(prefix) or part not in STARTS:
            continue
        inner = path[len(prefix) :].rpartition("/")[0]
        owner = _named(inner, layers)
        if owner is None and part in PARTS and len(below.get(inner, ())) == 1:
            owner = below[inner][0]  # Keras 3.0 leaves the layer's name out: known where only one can be meant
        if owner is not None and (built.heap[owner].type in BATCH_NORM) == (part in PARTS):
            yield Wanted(owner, part, path)


def _named(inner: str, layers: Mapping[tuple[str, str], list[Address]]) -> Address | None:
    """The layer that a weight is of, from the groups around it; layers' names may hold slashes themselves."""
    words = inner.split("/")
    for split in range(1, len(words)):
        top = "/".join(words[:split])
        for start in range(len(words) - 1, split - 1, -1):
            found = layers.get((top, "/".join(words[start:])))
            if found:
                around = set(words[:start])
                return max(found, key=lambda each: sum(str(part) in around for part in each[1:-1]))
        found = layers.get((top, words[-1]))
        if found:
            return found[0]
    alone = layers.get((inner, inner))
    return alone[0] if alone else None


# --------------------------------------------------------------------------------------------------- by counted classes


def _by_group_name(tree: _Tree, names: Mapping[str, str], built: Built) -> Iterator[Wanted]:
    """``layers/functional/layers/batch_normalization/vars/0``, where every ``vars`` carries its layer's name."""
    for group, name in names.items():
        if not (group.endswith("/vars") or group == "vars"):
            continue
        chain: list[str] = []
        words = group.split("/")[:-1]
        for end in range(1, len(words)):
            around = names.get("/".join([*words[:end], "vars"]))
            if around is not None:
                chain.append(around)
        address = ("saved", *chain, name)
        record = built.heap.get(address)
        if record is not None:
            yield from _of_layer(tree, built, address, record, group)


def _by_class(tree: _Tree, built: Built) -> Iterator[Wanted]:
    """The same without names: the layers of a model in their order, those of a class counted."""
    waiting: list[tuple[Address, str]] = [(ROOT, "")]
    seen: set[Address] = set()
    while waiting:
        address, prefix = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        record = built.heap[address]
        if record.model is None or record.model.kind == "subclassed":
            yield from _of_layer(tree, built, address, record, f"{prefix}/vars")
            held = record.holds or (record.model.layers if record.model is not None else ())
            for inner, name in zip(held, HELD_AS, strict=False):
                path = f"{prefix}/{name}".lstrip("/")
                waiting.append((inner, path))
            continue
        for container in CONTAINERS:
            path = f"{prefix}/{container}".lstrip("/")
            if path in tree.groups:
                waiting += list(_members(tree, built, record.model.layers, path))[::-1]
                break


def _members(tree: _Tree, built: Built, layers: tuple[Address, ...], prefix: str) -> Iterator[tuple[Address, str]]:
    groups = tree.children(prefix)
    by_stem: dict[str, list[Address]] = {}
    for address in dict.fromkeys(layers):
        by_stem.setdefault(_stem(built.heap[address].type, groups), []).append(address)
    for stem, addresses in by_stem.items():
        paths = groups.get(stem, [])
        if len(paths) == len(addresses):
            yield from zip(addresses, (path for _, path in paths), strict=True)
        else:
            counted = dict(paths)
            yield from ((each, counted[index]) for index, each in enumerate(addresses) if index in counted)


def _stem(kind: str, groups: Mapping[str, object]) -> str:
    """The name of a class in paths; Keras 2 and 3 treat digits differently: ``conv2_d``, ``conv2d``."""
    for pattern in ("(.)([A-Z][a-z]+)", "(.)([A-Z][a-z0-9]+)"):
        name = re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(pattern, r"\1_\2", re.sub(r"\W+", "", kind))).lower()
        if name in groups:
            return name
    return name


def _of_layer(tree: _Tree, built: Built, address: Address, record: Layer, group: str) -> Iterator[Wanted]:
    """The variables of one layer, which stand in the order in which the layer makes them."""
    group = group.lstrip("/")
    if group not in tree.groups:
        return
    if record.type in BIASED:
        count = 2 if record.type.startswith("Separable") else 1
        path = f"{group}/{count}"
        if path in tree.paths:
            yield Wanted(address, "bias", path)
    if record.type not in BATCH_NORM:
        return
    extra = built.extras.get(address)
    parts = [part for part, has in (("gamma", extra is None or extra.scale is not False),
                                    ("beta", extra is None or extra.center is not False)) if has]  # fmt: skip
    for index, part in enumerate((*parts, "moving_mean", "moving_variance")):
        path = f"{group}/{index}"
        if path in tree.paths:
            yield Wanted(address, part, path)
