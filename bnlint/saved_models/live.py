"""A model in memory: what it says of itself, by its own methods. No framework is imported, and nothing of it is run.

Its config is read as that of a file is; flags and weights are those that it has now.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.saved import SavedModel
from bnlint.graph.weights import OtherWeights, Statistics, Summary
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.reading import read_config

FORMAT = "live"
NO_NUMPY = "the weights were not read: NumPy is not installed here"
PARTS = ("gamma", "beta", "moving_mean", "moving_variance")
STARTS = {"gamma": 1.0, "beta": 0.0, "moving_mean": 0.0, "moving_variance": 1.0, "bias": 0.0}
HELD_AS = ("layer", "forward_layer", "backward_layer")
ROOTS = ("keras", "tf_keras")
MOST_DEPTH = 60


class Made(NamedTuple):
    """The Keras that a model was made with, as far as can be seen."""

    package: str | None
    version: str | None
    backend: str | None


def is_model(value: Any) -> bool:
    """Whether a value is a model of some Keras, by what its class has."""
    return all(hasattr(type(value), name) for name in ("get_config", "layers", "weights"))


def read(model: Any, path: str) -> SavedModel:
    """The graph of a model in memory. Raises ``Unreadable`` where it cannot say what it is."""
    made = made_with(model)
    config = config_of(model)
    config.setdefault("keras_version", made.version)
    config.setdefault("backend", made.backend)
    saved = read_config(config, path)
    layers = dict(_by_location(model, saved))
    heap = saved.heap
    for address, layer in layers.items():
        flag = getattr(layer, "trainable", None)
        if isinstance(flag, bool):
            heap = heap.set(address, heap[address]._replace(trainable=flag))
    try:
        weights = {address: _statistics(layers[address]) for address in saved.order if address in layers}
    except ImportError:
        return saved._replace(format=FORMAT, heap=heap, notes=(*saved.notes, NO_NUMPY))
    notes = saved.notes
    missing = len(saved.order) - len(weights)
    if missing:
        notes = (*notes, f"the weights of {missing} BatchNormalization layers were not found")
    return saved._replace(
        format=FORMAT, heap=heap, weights=weights, others=_others(model, layers, weights), notes=notes,
        keras=saved.keras or made.version, backend=saved.backend or made.backend,
    )  # fmt: skip


def made_with(model: Any) -> Made:
    """The Keras behind a model: that of the first of its classes which comes from one, if it is loaded."""
    for kind in type(model).__mro__:
        root = kind.__module__.partition(".")[0]
        if root in ROOTS:
            keras = sys.modules.get(root)
            version = getattr(keras, "__version__", None)
            return Made(root, version if isinstance(version, str) else None, _backend(keras))
    return Made(None, None, None)


def _backend(keras: Any) -> str | None:
    ask = getattr(getattr(keras, "backend", None), "backend", None)
    try:
        found = ask() if callable(ask) else None
    except Exception:
        return None
    return found if isinstance(found, str) else None


# --------------------------------------------------------------------------------------------------------------- config

BESIDE = ("keras_version", "backend", "compile_config")


def config_of(model: Any) -> dict[str, Any]:
    """The config of a model as plain data, as its own ``to_json`` gives it; else put together from its layers."""
    found, reason = _asked(model)
    config = found.get("config")
    if isinstance(config, list) or (isinstance(config, dict) and "layers" in config):
        return found
    parts = _parts(model, 0)
    if not parts:
        raise Unreadable("it does not say which layers it has" + (f": {reason}" if reason else ""))
    beside = {key: found[key] for key in BESIDE if key in found}
    return {**beside, **_entry(model, {**_flags(model), **parts})}


def _asked(model: Any) -> tuple[dict[str, Any], str]:
    """What a model's own ``to_json`` gives, and what it raised where it gives nothing."""
    try:
        found = json.loads(model.to_json())
    except Exception as error:  # a class of somebody's own may raise anything here, and its layers can still be asked
        return {}, " ".join(str(error).split())[:160] or type(error).__name__
    return (found, "") if isinstance(found, dict) else ({}, "")


def _entry(layer: Any, config: dict[str, Any]) -> dict[str, Any]:
    return {"class_name": type(layer).__name__, "module": type(layer).__module__, "config": config}


def _flags(layer: Any) -> dict[str, Any]:
    return {"name": str(getattr(layer, "name", "")), "trainable": bool(getattr(layer, "trainable", True))}


def _parts(holder: Any, depth: int) -> dict[str, Any]:
    """The layers directly inside a model or layer, each under a key of its own."""
    if depth > MOST_DEPTH:
        raise Unreadable("its layers are nested too deeply to be real")
    held = enumerate(held_by(holder))
    return {f"{index} {name}": _described(layer, depth + 1) for index, (name, layer) in held}


def _described(layer: Any, depth: int) -> dict[str, Any]:
    """A layer by its own config; that of a class of somebody's own seldom shows the layers that it holds."""
    try:
        config = plain(layer.get_config())
    except Exception:  # as above
        config = {}
    if not config or ("layers" not in config and type(layer).__module__.partition(".")[0] not in ROOTS):
        config |= _parts(layer, depth)
    return _entry(layer, {**_flags(layer), **config})


def plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """A config without what only Python has: such values become their text."""
    found = json.loads(json.dumps(config, default=str, skipkeys=True))
    return found if isinstance(found, dict) else {}


def held_by(layer: Any) -> Iterator[tuple[str, Any]]:
    """The layers directly inside a layer or model, with their names."""
    inner = getattr(layer, "layers", None)
    found = list(inner) if isinstance(inner, (list, tuple)) else []
    found += [each for name in HELD_AS if (each := getattr(layer, name, None)) is not None]
    if not found:
        flat = getattr(layer, "_flatten_layers", None)
        try:
            found = list(flat(include_self=False, recursive=False)) if callable(flat) else []
        except TypeError:
            found = []
    for each in found:
        name = getattr(each, "name", None)
        if isinstance(name, str) and each is not layer:
            yield name, each


def _by_location(model: Any, saved: SavedModel) -> Iterator[tuple[Address, Any]]:
    """The layers of a model by the addresses of their records, those left out whose names do not tell them apart."""
    addresses: dict[str, list[Address]] = {}
    for address, location in saved.locations.items():
        if address != saved.root:
            addresses.setdefault(location, []).append(address)
    layers: dict[str, list[Any]] = {}
    stack: list[tuple[str, Any, int]] = [("", model, 0)]
    while stack:
        location, holder, depth = stack.pop()
        for name, layer in held_by(holder) if depth < MOST_DEPTH else ():
            inner = f"{location}/{name}" if location else name
            known = layers.setdefault(inner, [])
            if not any(layer is each for each in known):
                known.append(layer)
                stack.append((inner, layer, depth + 1))
    yield saved.root, model
    for location, found in layers.items():
        places = addresses.get(location, [])
        if len(found) == len(places) == 1:
            yield places[0], found[0]


# -------------------------------------------------------------------------------------------------------------- weights


def _statistics(layer: Any) -> Statistics:
    found = {part: _summary(getattr(layer, part, None), STARTS[part]) for part in PARTS}
    return Statistics(**found)


def _summary(variable: Any, start: float) -> Summary | None:
    """The figures of a variable; None for one that is not there or not made yet."""
    if variable is None:
        return None
    from bnlint.saved_models.figures import summarize

    values = array(variable)
    return None if values is None else Summary(**summarize(values, start))


def array(variable: Any) -> Any:
    """What a variable of any framework holds, as an array of NumPy; None where it holds no numbers yet."""
    import numpy as np

    try:
        found = np.asarray(variable.numpy() if hasattr(variable, "numpy") else variable)
    except Exception:  # not made yet, or of a graph that is not run: each framework raises its own
        return None
    return None if found.dtype.kind in "OSU" else found


def _others(model: Any, layers: Mapping[Address, Any], norms: Mapping[Address, Statistics]) -> OtherWeights:
    biases = [
        found
        for address, layer in layers.items()
        if address not in norms and _starts_at_zero(layer)
        if (found := _summary(getattr(layer, "bias", None), 0.0)) is not None
    ]
    affine = [part for each in norms.values() for part in (each.gamma, each.beta) if part is not None]
    return OtherWeights(
        biases=len(biases),
        moved_biases=sum(each.at_start != each.size for each in biases),
        affine=len(affine),
        moved_affine=sum(each.at_start != each.size for each in affine),
        steps=_steps(model),
    )


def _starts_at_zero(layer: Any) -> bool:
    return type(getattr(layer, "bias_initializer", None)).__name__ in ("Zeros", "ZerosV2")


def _steps(model: Any) -> int | None:
    """How many updates the model's optimizer has counted."""
    counted = getattr(getattr(model, "optimizer", None), "iterations", None)
    found = array(counted) if counted is not None else None
    return int(found) if found is not None and found.size == 1 else None
