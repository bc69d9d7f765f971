"""Small model files, written as the releases of Keras write them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

BN = "BatchNormalization"


def layer(kind: str, name: str, *calls: Any, **config: Any) -> dict[str, Any]:
    """A layer's entry; without ``calls`` it has none, as in a Sequential."""
    entry: dict[str, Any] = {"class_name": kind, "config": {"name": name, **config}, "name": name}
    if kind != "InputLayer":
        entry["config"].setdefault("trainable", True)
    if calls or kind == "InputLayer":
        entry["inbound_nodes"] = list(calls)
    return entry


def norm(name: str, *calls: Any, **config: Any) -> dict[str, Any]:
    """A BatchNormalization as Keras writes it."""
    return layer(
        BN, name, *calls, **{"axis": -1, "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True} | config
    )


def source(name: str = "inputs", shape: tuple[int | None, ...] = (None, 4)) -> dict[str, Any]:
    """An input."""
    return layer("InputLayer", name, batch_shape=list(shape), dtype="float32")


def old(*tensors: Any, **keywords: Any) -> list[Any]:
    """A call as Keras 2 writes it; a tensor is a layer's name, or a name and which call."""
    named = [(each, 0) if isinstance(each, str) else each for each in tensors]
    return [[name, call, 0, keywords] for name, call in named]


def new(*tensors: Any, **keywords: Any) -> dict[str, Any]:
    """A call as Keras 3 writes it."""
    named = [(each, 0) if isinstance(each, str) else each for each in tensors]
    args = [
        {
            "class_name": "__keras_tensor__",
            "config": {"shape": [None, 4], "dtype": "float32", "keras_history": [name, call, 0]},
        }
        for name, call in named
    ]
    return {"args": args if len(args) == 1 else [args], "kwargs": keywords}


def functional(
    name: str, *layers: dict[str, Any], calls: Any = (), kind: str = "Functional", **config: Any
) -> dict[str, Any]:
    """A functional model; its output is that of the last layer's first call."""
    first, last = layers[0]["name"], layers[-1]["name"]
    config = {
        "name": name, "layers": list(layers), "input_layers": [[first, 0, 0]], "output_layers": [[last, 0, 0]],
        **config,
    }  # fmt: skip
    entry: dict[str, Any] = {"class_name": kind, "config": config, "name": name}
    if calls:
        entry["inbound_nodes"] = list(calls)
    return entry


def archive(path: Path, entry: Any, *, keras: str = "3.15.1", weights: bytes | None = None) -> Path:
    """A ``.keras`` file."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("metadata.json", json.dumps({"keras_version": keras, "date_saved": "2026-11-22@00:00:00"}))
        file.writestr("config.json", entry if isinstance(entry, (str, bytes)) else json.dumps(entry))
        if weights is not None:
            file.writestr("model.weights.h5", weights)
    return path


def hdf5(path: Path, arrays: dict[str, Any], names: dict[str, str] | None = None, **texts: str) -> Path:
    """An HDF5 file with arrays by path, names of groups, and texts at its top."""
    h5py = pytest.importorskip("h5py", reason="pip install -e '.[models]' brings h5py")
    with h5py.File(path, "w") as file:
        for name, text in texts.items():
            file.attrs[name] = text
        for where, values in arrays.items():
            file.create_dataset(where, data=values)
        for where, text in (names or {}).items():
            file.require_group(where).attrs["name"] = text
    return path


def document(entry: dict[str, Any], keras: str = "2.15.0") -> dict[str, Any]:
    """What ``to_json`` of Keras 2 writes around a model."""
    return {**entry, "keras_version": keras, "backend": "tensorflow"}


def written(path: Path, value: Any) -> Path:
    """A JSON file."""
    path.write_text(json.dumps(value), encoding="utf-8")
    return path
