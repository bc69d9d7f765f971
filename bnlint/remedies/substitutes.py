"""What takes the place of a BatchNormalization layer: GroupNormalization, Batch Renormalization, a synchronized one.

Name, flags, data type, axis, epsilon, center, scale, initializers, regularizers and constraints are those of the layer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal

from bnlint.measuring.forward import axis_of
from bnlint.measuring.frameworks import Framework
from bnlint.remedies import renorm_layer
from bnlint.remedies.cloning import CannotRebuild

Kind = Literal["group", "renorm", "sync"]

BOTH = """
    name trainable dtype epsilon center scale beta_initializer gamma_initializer
    beta_regularizer gamma_regularizer beta_constraint gamma_constraint
""".split()
MOVING = ["momentum", "moving_mean_initializer", "moving_variance_initializer"]
WEIGHTS = ("gamma", "beta", "moving_mean", "moving_variance", "moving_stddev", "renorm_mean", "renorm_stddev")

MOST_GROUPS = 32
LEAST_CHANNELS = {"map": 2, "vector": 16}
"""Channels a group keeps at least: one alone in a map is instance normalisation, one alone in a vector is always 0."""
LAST_CLIPPING = {"rmax": 3.0, "rmin": 1 / 3, "dmax": 5.0}
"""Where the published schedule ends (Ioffe 2017, section 4): what counts where no schedule is running."""


def maker(kind: Kind, framework: Framework, most_groups: int) -> Callable[[Any, str], Any]:
    """What makes the substitute of a layer at a path. Raises ``CannotRebuild`` where this Keras has none."""
    match kind:
        case "group":
            return lambda layer, path: _group(layer, path, framework, most_groups)
        case "renorm":
            normal = renorm_layer.of(framework)
            return lambda layer, path: _made(normal, layer, path, {**_renorm(), "synchronized": _synchronized(layer)})
        case "sync":
            normal, arguments = _sync(framework)
            return lambda layer, path: _made(normal, layer, path, arguments)


def _made(normal: Any, layer: Any, path: str, arguments: Mapping[str, Any]) -> Any:
    config = layer.get_config()
    taken = {name: config[name] for name in (*BOTH, *MOVING) if name in config}
    known = inspect.signature(normal.__init__).parameters
    extra = {name: value for name, value in arguments.items() if name in known or "renorm" in name}
    return normal.from_config({**taken, "axis": _axis(layer, path), **extra})


def _renorm() -> dict[str, Any]:
    return {"renorm": True, "renorm_clipping": dict(LAST_CLIPPING)}


def _synchronized(layer: Any) -> bool:
    return bool(getattr(layer, "synchronized", False))


def _sync(framework: Framework) -> tuple[Any, dict[str, Any]]:
    if framework.backend != "tensorflow":
        raise CannotRebuild(
            f"Keras synchronizes batch statistics on TensorFlow only, and this is Keras {framework.version} on "
            f"{framework.backend}"
        )
    layers = framework.keras.layers
    if "synchronized" in inspect.signature(layers.BatchNormalization.__init__).parameters:
        return layers.BatchNormalization, {"synchronized": True}
    earlier = getattr(getattr(layers, "experimental", None), "SyncBatchNormalization", None)
    if earlier is None:
        raise CannotRebuild(
            f"Keras {framework.version} has no synchronized BatchNormalization: it came with TensorFlow 2.2, as "
            "tf.keras.layers.experimental.SyncBatchNormalization"
        )
    return earlier, {}


def _group(layer: Any, path: str, framework: Framework, most: int) -> Any:
    normal = getattr(framework.keras.layers, "GroupNormalization", None)
    if normal is None:
        raise CannotRebuild(f"Keras {framework.version} has no GroupNormalization: it came with TensorFlow 2.11")
    axis = _axis(layer, path)
    groups = groups_for(channels_of(layer), "vector" if _is_vector(layer) else "map", most)
    if groups is None:
        raise CannotRebuild(
            f"{path} normalises a single number a sample: GroupNormalization would make it 0 always. Remove that layer"
        )
    config = layer.get_config()
    # The last axis as -1: the layer of TensorFlow 2.11 knows no other.
    last = layer.input_spec is not None and axis == layer.input_spec.ndim - 1
    return normal.from_config({**{name: config[name] for name in BOTH}, "axis": -1 if last else axis, "groups": groups})


def groups_for(channels: int, inputs: Literal["map", "vector"], most: int = MOST_GROUPS) -> int | None:
    """The number of groups for a layer with these channels: the largest divisor that leaves a group enough of them.

    ``most`` is 32, the number of Wu & He (2018, section 4). A group of a map keeps two channels (one where the channels
    cannot be divided otherwise), a group of a vector sixteen (all, where there are fewer). None for a vector of one.
    """
    if inputs == "vector" and channels == 1:
        return None
    least = LEAST_CHANNELS[inputs]
    fitting = [n for n in range(1, min(most, channels) + 1) if channels % n == 0 and channels // n >= least]
    return max(fitting, default=1)


def channels_of(layer: Any) -> int:
    """How many channels a built layer normalises."""
    return int(layer.moving_mean.shape[0])


def _axis(layer: Any, path: str) -> int:
    try:
        axis = axis_of(layer)
    except ValueError as error:
        raise CannotRebuild(f"{path}: {error}") from error
    rank = layer.input_spec.ndim if layer.input_spec is not None else None
    return axis + rank if axis < -1 and rank is not None else axis


def _is_vector(layer: Any) -> bool:
    """Whether a sample has one number a channel: no map over which a channel could be normalised."""
    if layer.input_spec is not None and layer.input_spec.ndim == 2:
        return True
    ask = getattr(layer, "get_build_config", None)
    shape = ((ask() if callable(ask) else None) or {}).get("input_shape")
    if shape is None:
        return False
    channels = axis_of(layer) % len(shape)
    return all(size == 1 for place, size in enumerate(shape) if place not in (0, channels))
