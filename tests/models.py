"""Configs of models as Keras writes them, short enough to stand in a test."""

from __future__ import annotations

from typing import Any


def layer(kind: str, name: str, *before: str, **config: Any) -> dict[str, Any]:
    """A layer's entry in a functional model; ``before`` are the layers that it takes."""
    return {
        "class_name": kind,
        "name": name,
        "config": {"name": name, "trainable": True, **config},
        "inbound_nodes": [[[each, 0, 0, {}] for each in before]] if before else [],
    }


def functional(*layers: dict[str, Any], name: str = "model", **top: Any) -> dict[str, Any]:
    """A functional model from its first layer to its last."""
    return {
        "class_name": "Functional",
        "config": {
            "name": name,
            "layers": list(layers),
            "input_layers": [[layers[0]["name"], 0, 0]],
            "output_layers": [[layers[-1]["name"], 0, 0]],
        },
        "keras_version": "2.15.0",
        **top,
    }


def sequential(*layers: dict[str, Any], name: str = "model", **top: Any) -> dict[str, Any]:
    """A Sequential model."""
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}, **top}


def inputs(*shape: int) -> dict[str, Any]:
    """The input of a functional model."""
    return layer("InputLayer", "input", batch_input_shape=[None, *shape])


def conv(name: str, *before: str, **config: Any) -> dict[str, Any]:
    """A Conv2D, with its bias and without activation."""
    given = {"use_bias": True, "activation": "linear", "data_format": "channels_last", **config}
    return layer("Conv2D", name, *before, **given)


def norm(name: str, *before: str, **config: Any) -> dict[str, Any]:
    """A BatchNormalization."""
    given = {"axis": 3, "momentum": 0.99, "epsilon": 1e-3, "center": True, "scale": True, **config}
    return layer("BatchNormalization", name, *before, **given)
