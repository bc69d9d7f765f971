"""Subject `connection` of a model file: the function that serves programs, on what the file says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from immutables import Map

from bnlint.graph.network import Address
from bnlint.graph.records import Layer, Options
from bnlint.graph.saved import LayerConfig, SavedModel
from bnlint.graph.subjects import Connection
from bnlint.keras.connections import connections, outputs_of
from bnlint.keras.inside import walk
from bnlint.keras.kinds import BATCH_NORM

GLOBAL = frozenset(f"Global{kind}Pooling{axes}D" for kind in ("Average", "Max") for axes in (1, 2, 3))


def saved_connections(model: SavedModel) -> tuple[Connection, ...]:
    """What stands before and behind each BatchNormalization layer of a model file, in the file's order."""
    heap = _with_options(model)
    models = [held.address for held in walk(heap, model.root) if heap[held.address].model is not None]
    ends = {address for address in outputs_of(heap, model.root) if heap[address].type in BATCH_NORM}
    on_output: dict[str, Any] = {"on_output": True, "output_of": model.locations.get(model.root, "the model")}
    position = {address: index for index, address in enumerate(model.order)}
    found = sorted(connections(heap, models, owned=True), key=lambda each: position.get(each.address, len(position)))
    return tuple(
        replace(
            each.connection,
            saved=True,
            group=model.path,
            graph=model.path,
            **(on_output if each.address in ends else {}),
        )
        for each in found
    )


def _with_options(model: SavedModel) -> Map[Address, Layer]:
    heap = model.heap.mutate()
    for address, config in model.extras.items():
        record = model.heap.get(address)
        if record is not None and not config.custom:
            heap[address] = record._replace(options=_options(config))
    return heap.finish()


def _options(config: LayerConfig) -> Options:
    has_none = "activation" in config.config and config.config["activation"] is None
    takes = len(config.input_shape) if config.input_shape else None
    return Options(
        axis=config.axis,
        data_format=config.data_format,
        use_bias=config.use_bias,
        activation="linear" if has_none else config.activation,
        regularized=config.regularized,
        takes=takes,
        gives=_gives(config, takes),
    )


def _gives(config: LayerConfig, takes: int | None) -> int | None:
    """How many axes a layer's output has, where its config alone tells."""
    if config.class_name == "Flatten" or (config.class_name in GLOBAL and not config.config.get("keepdims")):
        return 2
    return takes if config.class_name == "InputLayer" else None
