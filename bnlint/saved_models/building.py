"""From a config to the graph: layers with their flags, calls in an order in which they can run, nested models."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

from immutables import Map

from bnlint.graph.network import Address, Node, Tensor
from bnlint.graph.places import Place
from bnlint.graph.records import Layer, Model
from bnlint.graph.saved import ROOT, LayerConfig
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.layers import (
    class_of,
    clean,
    config_of,
    entry_of,
    inner_entries,
    is_custom,
    is_operation,
    layer_config,
    name_of,
    number,
)
from bnlint.saved_models.references import RecordedCall, Reference, calls_of, ends

MOST_NESTED = 60
"""Models inside models inside models; each level costs a few calls on Python's stack."""
MOST_LAYERS = 20_000
"""NASNetLarge has a thousand; a layer takes some 5 kB until all is said of it, and a fix holds several such models."""
MOST_CALLS = 400_000
MOST_WAYS = 100_000
"""On which the layers may be reached: models that are called twice, inside models that are called twice, and so on."""
MOST_NAME = 1_000
"""Characters of a layer's name."""
LONG = "its layers have longer names than those of any model"
MOST_NAMED = 8 << 20
"""Characters of all layers' locations, each of which has the names of the models around it."""
BATCH_NORM = frozenset(
    {"BatchNormalization", "SyncBatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2", "BatchNorm"}
)
MODELS = frozenset({"Model", "Functional", "Network", "Container", "Sequential"})
SHARED = "shared_object_id"


class Built(NamedTuple):
    """The graph of a config."""

    heap: Map[Address, Layer]
    locations: dict[Address, str]
    extras: dict[Address, LayerConfig]
    order: tuple[Address, ...]
    notes: tuple[str, ...]


def build(entry: dict[str, Any], path: str, package: str, at: tuple[str | int, ...] = ()) -> Built:
    """The graph of a model's entry; ``at`` is the way to it in its document. Raises ``Unreadable`` for no model."""
    if entry_of(entry) is None:
        raise Unreadable("it has no config of a model")
    builder = _Builder(path, package)
    builder.layer(entry, ROOT, "", at, 0)
    builder.locations[ROOT] = name_of(entry) or class_of(entry) or "model"
    return Built(
        builder.heap.finish(),
        builder.locations,
        builder.extras,
        tuple(builder.order),
        tuple(dict.fromkeys(builder.notes)),
    )


class _Builder:
    def __init__(self, path: str, package: str) -> None:
        self.path, self.package = path, package
        empty: Map[Address, Layer] = Map()
        self.heap = empty.mutate()
        self.locations: dict[Address, str] = {}
        self.extras: dict[Address, LayerConfig] = {}
        self.order: list[Address] = []
        self.notes: list[str] = []
        self._shared: dict[int, Address] = {}
        self._calls = 0
        self._named = 0
        self._turns: dict[Address, int] = {}
        self._ways: dict[Address, int] = {}

    def layer(
        self, entry: dict[str, Any], address: Address, location: str, at: tuple[str | int, ...], depth: int
    ) -> Address:
        """Puts a layer and all that it holds into the heap; the address of an earlier one where the file shares it."""
        shared = entry.get(SHARED)
        if isinstance(shared, int) and shared in self._shared:
            return self._shared[shared]
        if depth > MOST_NESTED:
            raise Unreadable("its models are nested too deeply to be real")
        if len(self.locations) >= MOST_LAYERS:
            raise Unreadable("it has more layers than any model")
        if isinstance(shared, int):
            self._shared[shared] = address
        self._named += len(location)
        if self._named > MOST_NAMED:
            raise Unreadable(LONG)
        self.locations[address] = location
        extra = self.extras[address] = layer_config(entry, at)
        config = config_of(entry)
        kind = class_of(entry)
        if kind in BATCH_NORM:
            self.order.append(address)
        record = Layer(
            type=kind,
            package=self.package,
            site=Place(self.path, 0, 0, 0, 0, None, location or name_of(entry) or kind),
            name=name_of(entry),
            trainable=_trainable(config),
            built=True,
            pretrained=None,
            hidden=is_operation(entry),
            rate=extra.rate,
            masks=kind == "Masking" or (kind == "Embedding" and config.get("mask_zero") is True),
        )
        if kind in BATCH_NORM:
            record = record._replace(
                momentum=number(config.get("momentum")),
                affine=extra.center is not False or extra.scale is not False,
                legacy=kind == "BatchNormalizationV1",
            )
        self.heap[address] = record
        if isinstance(config.get("layers"), list):
            model = self._model(entry, config, address, location, at, depth)
            self.heap[address] = record._replace(model=model)
        elif depth == 0 or kind not in BATCH_NORM:
            self._parts(entry, config, record, address, location, at, depth)
        self._count_ways(address)
        return address

    def _count_ways(self, address: Address) -> None:
        """Raises ``Unreadable`` where following every call would take for ever."""
        record = self.heap[address]
        called = list(record.holds)
        if record.model is not None:
            called += [node.layer for node in record.model.nodes] or list(record.model.layers)
        self._ways[address] = sum(self._ways.get(each, 1) for each in called) or 1
        if self._ways[address] > MOST_WAYS:
            raise Unreadable("its models are called by each other more often than those of any real one")

    # --- what a layer holds -----------------------------------------------------------------------------------------

    def _parts(
        self, entry: dict[str, Any], config: dict[str, Any], record: Layer, address: Address, location: str,
        at: tuple[str | int, ...], depth: int,
    ) -> None:  # fmt: skip
        """The layers that a wrapper holds, and those that the config of a class of somebody's own shows."""
        held: dict[Address, None] = {}
        for way, inner in inner_entries(config):
            held[self._inner(inner, address, location, (*at, "config", *way), depth)] = None
        if depth == 0 or (is_custom(entry) and held):
            nodes = tuple(Node(each, (), None) for each in held)
            model = Model("subclassed", tuple(held), exact=False, nodes=nodes, is_layer=depth > 0)
            self.heap[address] = record._replace(model=model)
        elif held:
            self.heap[address] = record._replace(holds=tuple(held))
        if is_custom(entry) and not record.hidden:
            what = "model" if depth == 0 else f"layer `{location}`"
            self.notes.append(
                f"the {what} is of a class that the file does not hold, `{record.type}`: only its config is known"
            )

    def _inner(
        self, entry: dict[str, Any], address: Address, location: str, at: tuple[str | int, ...], depth: int
    ) -> Address:
        name = name_of(entry) or class_of(entry) or "layer"
        if len(name) > MOST_NAME:
            raise Unreadable(LONG)
        made = (*address, name)
        turn = self._turns[made] = self._turns.get(made, 0) + 1
        if turn > 1:  # names that come twice, as no Keras allows
            made = (*made, turn)
        return self.layer(entry, made, f"{location}/{name}" if location else name, at, depth + 1)

    # --- models -----------------------------------------------------------------------------------------------------

    def _model(
        self, entry: dict[str, Any], config: dict[str, Any], address: Address, location: str,
        at: tuple[str | int, ...], depth: int,
    ) -> Model:  # fmt: skip
        entries = [(index, each) for index, value in enumerate(config["layers"]) if (each := entry_of(value))]
        if len(entries) < len(config["layers"]):
            self.notes.append(f"{len(config['layers']) - len(entries)} entries among its layers are no layers")
        made = [
            self._inner(each, address, location, (*at, "config", "layers", index), depth) for index, each in entries
        ]
        is_functional = class_of(entry) != "Sequential" and ("output_layers" in config or "input_layers" in config)
        if not is_functional:
            kept = tuple(dict.fromkeys(made))
            for inner in kept:
                if self.heap[inner].type == "InputLayer":
                    self.heap[inner] = self.heap[inner]._replace(hidden=True)
            shown = tuple(inner for inner in kept if not self.heap[inner].hidden)
            return Model("sequential", shown, exact=len(entries) == len(config["layers"]))
        graph = _Graph(self, location)
        for (_, each), inner in zip(entries, made, strict=True):
            graph.add(each, inner)
        nodes = graph.connect(config)
        return Model(
            "functional",
            tuple(each for each in dict.fromkeys(made) if not self.heap[each].hidden),
            exact=len(entries) == len(config["layers"]),
            nodes=nodes,
            inputs=graph.tensors(ends(config.get("input_layers"))),
            outputs=graph.tensors(ends(config.get("output_layers"))),
        )

    def count(self, calls: int) -> None:
        """Notes so many more calls; raises ``Unreadable`` where they are too many."""
        self._calls += calls
        if self._calls > MOST_CALLS:
            raise Unreadable("it has more calls of layers than any model")


class _Graph:
    """The calls of one functional model."""

    def __init__(self, builder: _Builder, location: str) -> None:
        self._builder = builder
        self._location = location
        self._addresses: dict[str, Address] = {}
        self._recorded: dict[str, list[RecordedCall]] = {}
        self._offsets: dict[str, int] = {}
        self._nodes: dict[tuple[str, int], Node] = {}

    def add(self, entry: dict[str, Any], address: Address) -> None:
        """Takes up a layer with its calls; that of an input is the one that makes its tensor."""
        name = entry.get("name")
        name = clean(name) if isinstance(name, str) else name_of(entry) or ""
        calls = calls_of(entry)
        self._builder.count(len(calls) + sum(len(call.inputs) for call in calls))
        self._addresses.setdefault(name, address)
        self._recorded.setdefault(name, calls or [RecordedCall(())])

    def connect(self, config: dict[str, Any]) -> tuple[Node, ...]:
        """Makes the calls, each after those whose tensors it takes, and returns them in that order."""
        self._find_offsets(config)
        waiting: dict[tuple[str, int], int] = {}
        next_ones: dict[tuple[str, int], list[tuple[str, int]]] = {}
        ready: deque[tuple[str, int]] = deque()
        for name, calls in self._recorded.items():
            for index, call in enumerate(calls):
                before = {key for key in map(self._key, call.inputs) if key is not None}
                waiting[name, index] = len(before)
                for key in before:
                    next_ones.setdefault(key, []).append((name, index))
                if not before:
                    ready.append((name, index))
        made: list[Node] = []
        while ready:
            key = ready.popleft()
            made.append(self._make(key))
            for after in next_ones.get(key, ()):
                waiting[after] -= 1
                if not waiting[after]:
                    ready.append(after)
        if len(made) < len(waiting):
            where = f" of `{self._location}`" if self._location else ""
            self._builder.notes.append(f"{len(waiting) - len(made)} calls in the graph{where} wait for each other")
        return tuple(made)

    def tensors(self, references: list[Reference]) -> tuple[Tensor, ...]:
        """The tensors that references name."""
        return tuple(self._tensor(each) for each in references)

    def _make(self, key: tuple[str, int]) -> Node:
        name, index = key
        call = self._recorded[name][index]
        address = self._addresses[name]
        record = self._builder.heap[address]
        place = self._builder.heap[address].site if record.type != "InputLayer" else None
        node = Node(address, tuple(self._tensor(each) for each in call.inputs), call.training, place)
        node.called_as = record.name
        if record.type == "InputLayer":
            shape = self._builder.extras[address].input_shape
            node.output.shape = shape[1:] if shape else None
        if record.node is None:
            self._builder.heap[address] = record._replace(node=node)
        self._nodes[key] = node
        return node

    def _tensor(self, reference: Reference) -> Tensor:
        key = self._key(reference)
        node = self._nodes.get(key) if key is not None else None
        if node is None:
            return Tensor(None, reference.shape[1:] if reference.shape else None)
        if reference.shape and node.output.shape is None:
            node.output.shape = reference.shape[1:]
        return node.output

    def _key(self, reference: Reference) -> tuple[str, int] | None:
        calls = self._recorded.get(reference.layer)
        if calls is None:
            self._builder.notes.append(f"a call takes a tensor of `{reference.layer}`, which is no layer of the model")
            return None
        index = reference.call - self._offsets.get(reference.layer, 0)
        return (reference.layer, index) if 0 <= index < len(calls) else None

    def _find_offsets(self, config: dict[str, Any]) -> None:
        """Keras 2 counts the calls of a nested model from 1: call 0 is the one that made the model."""
        named = [each for calls in self._recorded.values() for call in calls for each in call.inputs]
        for reference in (*named, *ends(config.get("output_layers"))):
            calls = self._recorded.get(reference.layer)
            if calls is not None and reference.call >= len(calls) and self._is_model(reference.layer):
                self._offsets[reference.layer] = 1

    def _is_model(self, name: str) -> bool:
        return self._builder.heap[self._addresses[name]].model is not None


def _trainable(config: dict[str, Any]) -> bool | None:
    """A layer's own flag; models of Keras before 2.15 have none in the file, and are made with True."""
    value = config.get("trainable", True)
    return bool(value) if isinstance(value, (bool, int)) else None
