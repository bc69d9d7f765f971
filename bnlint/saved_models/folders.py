"""SavedModel folders, of Keras 2 (layers with their configs) and of Keras 3's `export` (a graph and its variables)."""

from __future__ import annotations

import contextlib
import mmap
import os
from collections import deque
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

from immutables import Map

from bnlint.graph.network import Address, Node
from bnlint.graph.places import Place
from bnlint.graph.records import Layer, Model
from bnlint.graph.saved import ROOT, LayerConfig, SavedModel
from bnlint.graph.weights import OtherWeights, Statistics, Summary
from bnlint.saved_models import documents, serving
from bnlint.saved_models.building import BATCH_NORM, Built, build
from bnlint.saved_models.bundles import TYPES, Bundle, Entry
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.layers import clean, entry_of, layer_config, number
from bnlint.saved_models.versions import compiled, package_of, text
from bnlint.saved_models.weights import BIASED, PARTS, STARTS
from bnlint.saved_models.wire import Budget, Message

GRAPH, METADATA, VARIABLES = "saved_model.pb", "keras_metadata.pb", "variables"
MOST_OBJECTS = 400_000
MOST_DEPTH = 100
"""Objects inside each other, on the way to a layer."""
MOST_METADATA = 64 << 20
MOST_NUMBERS = 8 << 20
"""Bytes of one array."""
NO_NUMPY = "the weights were not read: `pip install 'bnlint[models]'` brings NumPy"
ONLY_A_GRAPH = "the folder holds a graph and its variables, no layers: their momentum and flags are not in it"
KERAS_OBJECTS = "_tf_keras_"


class Object(NamedTuple):
    """One object of the folder: what Keras calls it, what it holds by name, its config, the name of a variable."""

    identifier: str
    children: dict[str, int]
    metadata: Message | None
    variable: str


class Saved(NamedTuple):
    """A layer's own entry, and the names that lead to it from the model on."""

    names: tuple[str, ...]
    metadata: dict[str, Any]


def read(path: str, *, weights: bool = True) -> SavedModel:
    """Reads the folder of a SavedModel."""
    budget = Budget()
    file = os.path.join(path, GRAPH)
    if not os.path.getsize(file):
        raise Unreadable(f"`{GRAPH}` in it is empty")
    with open(file, "rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        view = memoryview(mapped)
        try:
            return _read(path, Message(view, budget), weights)
        finally:
            _release(view)


def _release(view: memoryview) -> None:
    """Lets go of the file; an error that is on its way may still hold parts of it."""
    with contextlib.suppress(BufferError):
        view.release()


def _read(path: str, graph: Message, weights: bool) -> SavedModel:
    meta = graph.first(2)
    if meta is None:
        raise Unreadable(f"`{GRAPH}` in it holds no graph")
    objects = _objects(meta)
    layers = list(_layers(path, objects))
    model = _of_layers(path, objects, layers) if layers else _of_graph(path, objects)
    statistics = _Statistics(path, objects) if weights else None
    if statistics is not None:
        model = statistics.added(model, layers)
    return model._replace(serving=serving.normalizations(meta, _names(model, objects, complete=bool(layers))))


def _names(model: SavedModel, objects: list[Object], *, complete: bool) -> serving.Names:
    """The names by which the graph's scopes are told apart: of layers with moving statistics, and of others."""
    norms = {model.heap[address].name or "" for address in model.order}
    scopes: set[str] = set()
    for each in objects:
        around, _, part = each.variable.partition(":")[0].rpartition("/")
        if around:
            (norms if part == "moving_mean" else scopes).add(around.rpartition("/")[2])
    return serving.Names(frozenset(norms), frozenset(scopes - norms), complete)


def _objects(meta: Message) -> list[Object]:
    graph = meta.first(7)
    found: list[Object] = []
    for node in graph.messages(1) if graph is not None else ():
        identifier = variable = ""
        metadata: Message | None = None
        children: dict[str, int] = {}
        for field, value in node:
            if not isinstance(value, Message):
                continue
            if field == 1:
                children.setdefault(value.text(2), value.number(1))
            elif field == 4:
                identifier, metadata = value.text(1), value.first(3)
            elif field == 7:
                variable = clean(value.text(6))
        found.append(Object(identifier, children, metadata, variable))
        if len(found) > MOST_OBJECTS:
            raise Unreadable("it holds more objects than any model")
    return found


# ----------------------------------------------------------------------------------------------------- layers (Keras 2)


def _layers(path: str, objects: list[Object]) -> Iterator[Saved]:
    """Every layer with the config that stands in the folder, the model first, each on the shortest way to it."""
    texts = _texts(path, objects)
    if not texts or not objects:
        return
    waiting: deque[tuple[int, tuple[str, ...]]] = deque([(0, ())])
    seen = {0}
    while waiting:
        at, names = waiting.popleft()
        if at in texts:
            yield Saved(names, documents.parse_json(texts[at].bytes(MOST_METADATA), "a layer's metadata"))
        if len(names) >= MOST_DEPTH:
            raise Unreadable("its layers are nested too deeply to be real")
        for name, child in sorted(objects[at].children.items(), key=_by_layer_number):
            if child not in seen and 0 <= child < len(objects) and objects[child].identifier.startswith(KERAS_OBJECTS):
                seen.add(child)
                waiting.append((child, (*names, name)))


def _by_layer_number(child: tuple[str, int]) -> tuple[int, str]:
    word, _, count = child[0].partition("-")
    return (int(count) if word == "layer" and count.isascii() and count.isdigit() else 1 << 30, child[0])


def _texts(path: str, objects: list[Object]) -> dict[int, Message]:
    """The configs by object: in a file of their own since TensorFlow 2.5, before that beside the objects."""
    file = os.path.join(path, METADATA)
    if not os.path.exists(file):
        return {
            index: each.metadata
            for index, each in enumerate(objects)
            if each.metadata is not None and each.metadata.end > each.metadata.start
            and each.identifier.startswith(KERAS_OBJECTS)
        }  # fmt: skip
    if os.path.getsize(file) > MOST_METADATA:
        raise Unreadable(f"`{METADATA}` in it is larger than that of any model")
    with open(file, "rb") as opened:
        message = Message(memoryview(opened.read()), Budget())
    found: dict[int, Message] = {}
    for node in message.messages(1):
        metadata = node.first(5)
        if metadata is not None and node.text(4).startswith(KERAS_OBJECTS):
            found[node.number(2)] = metadata
    return found


def _of_layers(path: str, objects: list[Object], layers: list[Saved]) -> SavedModel:
    root = layers[0].metadata if not layers[0].names else {}
    version = text(root.get("keras_version"))
    inner = root.get("model_config")
    entry = entry_of(inner) or entry_of(root)
    if entry is None:
        entry = {"class_name": str(root.get("class_name", "Model")), "config": {"name": root.get("name") or "model"}}
    built = _with_inner(build(entry, path, package_of(version)), path, layers)
    return SavedModel(
        path, "saved_model", version, text(root.get("backend")), ROOT, built.heap, built.locations, built.extras,
        built.order, training=compiled(root.get("training_config")), notes=built.notes,
    )  # fmt: skip


def _with_inner(built: Built, path: str, layers: list[Saved]) -> Built:
    """The graph with what only the layers' own entries show: flags of models, layers in classes of somebody's own."""
    heap, locations, extras, order = built.heap, dict(built.locations), dict(built.extras), list(built.order)
    for names, address, saved in _addresses(heap, layers):
        record = heap.get(address)
        flag = saved.metadata.get("trainable")
        if record is not None:
            config = extras[address].config
            if record.model is not None and "trainable" not in config and isinstance(flag, bool):
                heap = heap.set(address, record._replace(trainable=flag))
            continue
        entry = saved.metadata
        kind = str(entry.get("class_name", "")).rpartition(">")[2]
        if kind not in BATCH_NORM or entry_of(entry) is None:
            continue
        config_ = layer_config(entry, ())
        location = "/".join(str(part) for part in address[1:])
        site = Place(path, 0, 0, 0, 0, None, location)
        heap = heap.set(
            address,
            Layer(
                kind, heap[ROOT].package, site, names[-1], flag if isinstance(flag, bool) else True, True, None,
                number(config_.config.get("momentum")), config_.scale is not False or config_.center is not False,
            ),
        )  # fmt: skip
        locations[address], extras[address] = location, config_
        order.append(address)
        heap = _held(heap, address)
    return built._replace(heap=heap, locations=locations, extras=extras, order=tuple(order))


def _held(heap: Map[Address, Layer], address: Address) -> Map[Address, Layer]:
    """The graph with a layer put into the nearest one around it that is there, which calls it in an unknown way."""
    around = address[:-1]
    while around not in heap:
        around = around[:-1]
    record = heap[around]
    model = record.model or Model("subclassed", exact=False, is_layer=around != ROOT)
    if model.kind != "subclassed":
        return heap
    model = model._replace(layers=(*model.layers, address), nodes=(*model.nodes, Node(address, (), None)))
    return heap.set(around, record._replace(model=model, holds=()))


def _addresses(heap: Map[Address, Layer], layers: list[Saved]) -> Iterator[tuple[tuple[str, ...], Address, Saved]]:
    """Each layer's entry with its address: the names of the layers on the way to it."""
    known: dict[tuple[str, ...], Address] = {(): ROOT}
    for saved in layers:
        if not saved.names:
            yield ("",), ROOT, saved
            continue
        name = clean(str(saved.metadata.get("name") or saved.names[-1]))
        address = (*known.get(saved.names[:-1], (ROOT[0], *saved.names[:-1])), name)
        known[saved.names] = address
        yield (name,), address, saved


# ----------------------------------------------------------------------------------------------------- graphs (Keras 3)


def _of_graph(path: str, objects: list[Object]) -> SavedModel:
    """What the variables of an export show: layers with moving statistics, in the order of the model's variables."""
    root = Layer("Model", "keras", Place(path, 0, 0, 0, 0, None, "model"), trainable=None, built=True, pretrained=None)
    empty: Map[Address, Layer] = Map()
    heap = empty
    locations: dict[Address, str] = {ROOT: "model"}
    extras: dict[Address, LayerConfig] = {}
    order: list[Address] = []
    for group in _groups(objects):
        # what stands before the layer's name are scopes (NASNet), not the models around it
        name = group["moving_mean"][0].rpartition("/")[0].rpartition("/")[2] or "batch_normalization"
        address: Address = ("saved", name)
        turn = 1
        while address in extras:
            turn += 1
            address = ("saved", name, turn)
        location = name if turn == 1 else f"{name} ({turn})"
        config = LayerConfig("BatchNormalization", scale="gamma" in group, center="beta" in group)
        record = Layer(
            "BatchNormalization", "keras", Place(path, 0, 0, 0, 0, None, location), name, None, True,
            None, None, config.scale is not False or config.center is not False,
        )  # fmt: skip
        heap = heap.set(address, record)
        locations[address], extras[address] = location, config
        order.append(address)
    nodes = tuple(Node(each, (), None) for each in order)
    heap = heap.set(ROOT, root._replace(model=Model("subclassed", tuple(order), exact=False, nodes=nodes)))
    return SavedModel(path, "export", None, None, ROOT, heap, locations, extras, tuple(order), notes=(ONLY_A_GRAPH,))


def _groups(objects: list[Object]) -> Iterator[dict[str, tuple[str, tuple[str, ...]]]]:
    """The variables of each BatchNormalization, by part: the variable's name, and the names that lead to it."""
    for holder in ("variables", "_all_variables"):
        at = objects[0].children.get(holder) if objects else None
        if at is None or not 0 <= at < len(objects):
            continue
        listed = [
            (clean(objects[child].variable.partition(":")[0]), (holder, name))
            for name, child in sorted(objects[at].children.items(), key=lambda each: (len(each[0]), each[0]))
            if 0 <= child < len(objects)
        ]
        yield from _consecutive(listed)
        return
    loose = [(clean(each.variable.partition(":")[0]), ()) for each in objects if each.variable]
    yield from _consecutive(sorted(loose, key=lambda each: each[0].rpartition("/")[0]))


def _consecutive(listed: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[dict[str, tuple[str, tuple[str, ...]]]]:
    group: dict[str, tuple[str, tuple[str, ...]]] = {}
    scope = ""
    for variable, names in listed:
        around, _, part = variable.rpartition("/")
        if part not in PARTS or part in group or around != scope:
            group = {}
        if part in PARTS:
            group[part], scope = (variable, names), around
        if part == "moving_variance" and "moving_mean" in group:
            yield group
            group = {}


# -------------------------------------------------------------------------------------------------------------- weights


class _Statistics:
    """Reads the variables that are worth a look."""

    def __init__(self, path: str, objects: list[Object]) -> None:
        self._folder = os.path.join(path, VARIABLES)
        self._objects = objects
        self._summaries: dict[tuple[Entry, float], Summary | None] = {}

    def added(self, model: SavedModel, layers: list[Saved]) -> SavedModel:
        """The model with what its variables tell, or with a note that says why not."""
        if find_spec("numpy") is None:
            return model._replace(notes=(*model.notes, NO_NUMPY))
        try:
            self._bundle = Bundle(self._folder)
            found = self._of_export(model) if model.format == "export" else self._of_layers(model, layers)
            others = self._others(layers, found)
        except (Unreadable, OSError) as error:
            return model._replace(notes=(*model.notes, f"the weights were not read: {error}"))
        return model._replace(weights=found, others=others)

    def _of_layers(self, model: SavedModel, layers: list[Saved]) -> dict[Address, Statistics]:
        found: dict[Address, Statistics] = {}
        for _, address, saved in _addresses(model.heap, layers):
            if address in model.extras and model.heap[address].type in BATCH_NORM:
                found[address] = self._statistics({part: self._bundle.find(saved.names, part) for part in PARTS})
        return {address: found[address] for address in model.order if address in found}

    def _of_export(self, model: SavedModel) -> dict[Address, Statistics]:
        found: dict[Address, Statistics] = {}
        for address, group in zip(model.order, _groups(self._objects), strict=False):
            entries = {part: self._bundle.find(names[:-1], names[-1]) for part, (_, names) in group.items() if names}
            found[address] = self._statistics(entries)
        return found

    def _statistics(self, entries: dict[str, Entry | None]) -> Statistics:
        return Statistics(**{part: self._summary(entry, STARTS[part]) for part, entry in entries.items()})

    def _summary(self, entry: Entry | None, start: float) -> Summary | None:
        if entry is None or entry.kind not in TYPES:
            return None
        data = self._bundle.raw(entry, MOST_NUMBERS)
        if data is None:
            return None
        from bnlint.saved_models.figures import from_bytes, summarize

        try:
            return Summary(**summarize(from_bytes(data, TYPES[entry.kind]), start))
        except ValueError:
            return None

    def _others(self, layers: list[Saved], found: dict[Address, Statistics]) -> OtherWeights:
        biases: list[Summary] = []
        for saved in layers:
            if str(saved.metadata.get("class_name")) in BIASED:
                summary = self._summary(self._bundle.find(saved.names, "bias"), 0.0)
                biases += [summary] if summary is not None else []
        affine = [each for one in found.values() for each in (one.gamma, one.beta) if each is not None]
        steps = [self._bundle.find(("optimizer",), name) for name in ("_iterations", "iter")]
        counts = [self._summary(each, 0.0) for each in steps if each is not None]
        return OtherWeights(
            len(biases),
            sum(each.at_start != each.size for each in biases),
            len(affine),
            sum(each.at_start != each.size for each in affine),
            max((int(each.maximum) for each in counts if each is not None and each.maximum is not None), default=None),
        )
