"""A model file in a few lines, as examples of rules show one: from the description to what a reader would give.

The description is that of docs/writing-rules.md, "Examples on model files". What is not written is as Keras writes it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import Any

from bnlint.graph.network import Address
from bnlint.graph.saved import SavedModel
from bnlint.graph.weights import (
    DEAD_GAMMA,
    HUGE_VARIANCE,
    TINY_VARIANCE,
    OtherWeights,
    ServingNorm,
    Statistics,
    Summary,
)
from bnlint.keras import applications
from bnlint.keras.applications import AppLayer
from bnlint.keras.releases import Release, Target
from bnlint.saved_models.reading import read_config

KERAS = "3.15.1"
OWN = ("type", "name", "inputs", "training", "layers", "application", "frozen", "layer", "statistics")
"""The keys of a layer that are no arguments of its class."""
PARTS = {"mean": "moving_mean", "variance": "moving_variance", "gamma": "gamma", "beta": "beta"}
STARTS = {"moving_mean": 0.0, "moving_variance": 1.0, "gamma": 1.0, "beta": 0.0}


def described(description: Mapping[str, Any], path: str) -> SavedModel:
    """The model that a description tells of. Raises ``ValueError`` with what is wrong in it."""
    version = str(description.get("keras", KERAS))
    writer = _Writer(version)
    config = writer.model(description.get("name", "model"), description["layers"], description)
    entry = {**config, "keras_version": version, "backend": "tensorflow"}
    model = read_config(entry, path)._replace(format=description.get("saved_as", "keras"))
    statistics = _placed(model, writer.statistics)
    told = "trained" in description or "steps" in description
    others = OtherWeights(1, int(bool(description.get("trained"))), steps=description.get("steps")) if told else None
    serving = description.get("serving")
    return model._replace(
        weights=statistics if statistics or told else None,
        others=others,
        serving=tuple(ServingNorm(function="serving_default", **each) for each in serving) if serving else None,
    )


def compared(description: Mapping[str, Any]) -> SavedModel | None:
    """The other file that a description compares its model with."""
    if "compare" not in description:
        return None
    return described({**description, "layers": description["compare"]}, "other.keras")


class _Writer:
    """Writes the config that Keras would, layer by layer, and notes the weights by the layers' locations."""

    def __init__(self, version: str) -> None:
        self.statistics: dict[str, Mapping[str, Any]] = {}
        framework = "keras" if version.startswith(("3.", "2.0", "2.1.", "2.2.", "2.3.")) else "tensorflow"
        number = ".".join(version.split(".")[:2])
        target = Target.parse(f"{framework}=={number}", "example")
        self.release: Release | None = target.release("keras" if framework == "keras" else "tf.keras")

    def model(
        self, name: str, layers: Iterable[Mapping[str, Any]], said: Mapping[str, Any], around: str = ""
    ) -> dict[str, Any]:
        """The entry of a functional model, or of a Sequential: a chain, but where layers name their ``inputs``."""
        shape = said.get("input", [32, 32, 3])
        entries = [_entry("InputLayer", "input", {"batch_shape": [None, *shape]}, [])]
        before = "input"
        for number, layer in enumerate(layers):
            entry = self.layer(layer, number, around)
            calls = layer.get("inputs", [before])
            calls = calls if calls and isinstance(calls[0], list) else [calls]
            given = {"training": layer["training"]} if "training" in layer else {}
            entry["inbound_nodes"] = [[[*_output(each), given] for each in call] for call in calls]
            entries.append(entry)
            before = str(entry["name"])
        kind = said.get("type", "Functional")
        config: dict[str, Any] = {"name": name, "trainable": said.get("trainable", True), "layers": entries}
        if kind != "Sequential":
            config |= {"input_layers": [["input", 0, 0]], "output_layers": [[before, 0, 0]]}
        return {"class_name": kind, "name": name, "config": config, "inbound_nodes": []}

    def layer(self, said: Mapping[str, Any], number: int, around: str) -> dict[str, Any]:
        """The entry of one layer, of a wrapper or of a model."""
        name = str(said.get("name", f"{str(said.get('type', 'model')).lower()}_{number}"))
        here = f"{around}/{name}" if around else name
        if "application" in said:
            return self.model(name, list(self.application(said)), said, here)
        if "layers" in said:
            return self.model(name, said["layers"], said, here)
        if "statistics" in said:
            self.statistics[here] = said["statistics"]
        config = {"name": name, "trainable": True, **{key: each for key, each in said.items() if key not in OWN}}
        if "layer" in said:
            config["layer"] = self.layer(said["layer"], 0, here)
        return _entry(said["type"], name, config, [])

    def application(self, said: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
        """The layers of an application without its top; ``frozen`` of them are, or all where it is not trainable."""
        name = said["application"]
        found = self.release and applications.load(name, self.release, include_top=False, imagenet=True)
        if not found:
            raise ValueError(f"`{name}` was not measured on this release")
        names = ["input" if each.type == "InputLayer" else each.name or f"layer_{at}" for at, each in enumerate(found)]
        frozen = len(found) if said.get("trainable") is False else said.get("frozen", 0)
        for at, each in enumerate(found):
            if each.type != "InputLayer":
                inputs = [names[index] for index in each.inbound]
                yield {**_app_layer(each, said), "name": names[at], "inputs": inputs, "trainable": at >= frozen}


def _app_layer(layer: AppLayer, said: Mapping[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": layer.type}
    if layer.rate is not None:
        entry["rate"] = layer.rate
    if layer.momentum is not None:
        entry["momentum"] = layer.momentum
        if "statistics" in said:
            entry["statistics"] = said["statistics"]
    return entry


def _entry(kind: str, name: str, config: Mapping[str, Any], nodes: list[Any]) -> dict[str, Any]:
    return {"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": nodes}


def _output(text: str) -> tuple[str, int, int]:
    """``encoder:1`` is what the second call of ``encoder`` gives."""
    name, _, call = text.partition(":")
    return name, int(call or 0), 0


def _placed(model: SavedModel, statistics: Mapping[str, Mapping[str, Any]]) -> dict[Address, Statistics]:
    by_location = {location: address for address, location in model.locations.items()}
    return {
        by_location[location]: Statistics(
            **{PARTS[part]: summary(numbers, STARTS[PARTS[part]]) for part, numbers in said.items()}
        )
        for location, said in statistics.items()
        if by_location.get(location) in model.order
    }


def summary(numbers: Any, start: float) -> Summary:
    """The figures of a few numbers, or of one number in 16 channels."""
    each = [float(one) for one in (numbers if isinstance(numbers, list) else [numbers] * 16)]
    finite = [one for one in each if math.isfinite(one)]
    return Summary(
        size=len(each),
        minimum=min(finite, default=None),
        maximum=max(finite, default=None),
        mean=sum(finite) / len(finite) if finite else None,
        nan=sum(math.isnan(one) for one in each),
        infinite=sum(math.isinf(one) for one in each),
        negative=sum(one < 0 for one in finite),
        near_zero=sum(abs(one) < DEAD_GAMMA for one in finite),
        tiny=sum(one < TINY_VARIANCE for one in finite),
        huge=sum(one > HUGE_VARIANCE for one in finite),
        at_start=sum(one == start for one in each),
        digest=hashlib.sha256(repr(each).encode()).hexdigest(),
    )
