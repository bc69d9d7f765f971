"""The layers of ``keras.applications``, measured on real releases.

One small file a constructor, read when a program builds it. A release between two measured ones has the layers on which
both agree; outside the measured range nothing is known. The lists do not depend on the backend of Keras 3.
"""

from __future__ import annotations

import json
import os
import string
from collections.abc import Container
from functools import cache
from typing import Any, Literal, NamedTuple

from bnlint.keras.releases import Release, Version, around

DATA = os.path.join(os.path.dirname(__file__), "data")
KINDS = string.ascii_letters + string.digits
SOFTWARE = {"tf_keras": "tf.keras"}
"""Packages whose applications are measured under another name."""


class AppLayer(NamedTuple):
    """One layer of an application, as ``model.layers`` has it.

    ``name`` is ``None`` where Keras makes it up (``conv2d_17``: the number depends on what was built before, see
    :func:`automatic_prefix`). ``type`` is the class. ``inbound`` are indices into the same list of the layers whose
    outputs it takes; with them Keras' order of a sub-model can be told. ``momentum``, ``scale_center`` and ``epsilon``
    are BatchNormalization's, ``rate`` is Dropout's or StochasticDepth's; ``None`` for others. ``children`` are the
    layers of a nested model, their ``inbound`` counting inside it. ``numbers`` are a preprocessing layer's, one a
    channel or one for all: Rescaling's scale and offset, Normalization's mean and variance (empty: not given).
    """

    name: str | None
    type: str
    inbound: tuple[int, ...]
    momentum: float | None = None
    scale_center: tuple[bool, bool] | None = None
    rate: float | None = None
    children: tuple[AppLayer, ...] = ()
    epsilon: float | None = None
    numbers: tuple[tuple[float, ...], tuple[float, ...]] | None = None


def names() -> frozenset[str]:
    """Every constructor known in any release: ``ResNet50``, ``EfficientNetB0`` and the like."""
    return _names()


def load(
    name: str,
    release: Release,
    *,
    include_top: bool,
    imagenet: bool,
    pooling: str | None = None,
    include_preprocessing: bool = True,
    minimalistic: bool = False,
) -> tuple[AppLayer, ...] | None:
    """The layers that a constructor gives on a release, in the order of ``model.layers``; ``None`` where unknown.

    ``imagenet`` tells ``weights="imagenet"`` (some families have a layer more). ``pooling`` (``"avg"``, ``"max"``)
    counts only without the top. ``include_preprocessing`` and ``minimalistic`` are the constructors' own arguments.
    """
    if name not in _names() or (minimalistic and not include_preprocessing):  # these two together were not measured
        return None
    prefix = "minimalistic_" if minimalistic else "" if include_preprocessing else "no_preprocessing_"
    suffix = "top" if include_top else "no_top" if pooling is None else f"no_top+{pooling}"
    kinds = [f"imagenet_{prefix}{suffix}"] * imagenet + [prefix + suffix]
    lists: dict[str, Any] = {}
    for version, found in _file(name)["releases"].get(measured_package(release), {}).items():
        known = {} if found is None else _file(name)["sets"][found]
        lists[version] = next((known[kind] for kind in kinds if kind in known), [] if found is None else None)
    not_measured = {version for version, spans in lists.items() if spans == []}
    answers = [
        _layers(name, tuple(map(tuple, spans))) if spans else None
        for spans in map(lists.get, measured_versions(release, not_measured))
    ]
    return answers[0] if answers and all(answer == answers[0] for answer in answers) else None


def exists(name: str, release: Release) -> bool | None:
    """Whether the release has this constructor; ``None`` where that was not measured or the neighbours differ."""
    versions = measured_versions(release)
    if name not in _names():
        return False if versions else None
    there = {version in _file(name)["releases"].get(measured_package(release), {}) for version in versions}
    return there.pop() if len(there) == 1 else None


def family(name: str) -> str | None:
    """The module of a constructor in the newest release that has it: ``resnet`` for ``ResNet50``.

    Its ``preprocess_input`` is the one that the ImageNet weights were trained with. ``resnet50`` is ``resnet``.
    """
    found: str | None = _index()["families"].get(name)
    return found


def automatic_prefix(layer_type: str) -> str:
    """How the name that Keras makes up for a layer begins: ``batch_normalization`` for ``BatchNormalization``."""
    import re

    name = re.sub(r"\W+", "", layer_type)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def input_layers_added_by_preprocess(module: str, release: Release) -> int | None:
    """How many layers ``keras.applications.<module>.preprocess_input(x)`` adds to a functional model.

    ``None`` where it was not measured, or raises on a Keras tensor (standalone Keras 2).
    """
    return _added("preprocessing", module, release)


Mode = Literal["tf", "caffe", "torch", "pass-through"]
"""What ``preprocess_input`` does to pixels of 0 to 255: to −1…1, to BGR without the mean, to zero mean and a deviation
of one, nothing (the model has the layers for it inside, or takes pixels as they are)."""


class PixelRange(NamedTuple):
    """What a network is fed, channel by channel: for a black pixel, and for a white one."""

    black: tuple[float, ...]
    white: tuple[float, ...]


def preprocess_mode(module: str, release: Release) -> Mode | None:
    """What ``keras.applications.<module>.preprocess_input`` does when it is called without ``mode=``.

    ``None`` where the release has no such module, or was not measured. ``module`` may be a :func:`family`.
    """
    of_version = _json("preprocessing.json")["modes"].get(measured_package(release), {})
    found: set[Mode | None] = set()
    for version in measured_versions(release):
        words = {module, *SAME_MODULE.get(module, ())}
        found.add(next((mode for mode, names in of_version[version].items() if words & set(names.split())), None))
    return found.pop() if len(found) == 1 else None


SAME_MODULE = {"resnet": ("resnet50",), "resnet50": ("resnet",)}


def preprocessed_range(mode: Mode) -> PixelRange:
    """What ``preprocess_input`` of a mode makes of a black and of a white pixel, as measured."""
    black, white = _json("preprocessing.json")["ranges"][mode]
    return PixelRange(tuple(black), tuple(white))


def inner_preprocessing(layers: tuple[AppLayer, ...]) -> tuple[AppLayer, ...]:
    """The layers with which a network prepares its input by itself: Rescaling and Normalization right behind it."""
    found = []
    for layer in layers:
        if layer.type in PREPROCESSING:
            found.append(layer)
        elif layer.type != "InputLayer":
            break
    return tuple(found)


PREPROCESSING = {"Rescaling": ("scale", "offset"), "Normalization": ("mean", "variance")}

OPERATIONS = {
    "operator": "x * 2",
    "negate": "-x",
    "getitem": "x[..., ::-1]",
    "tf.cast": "tf.cast(x, tf.float32)",
    "tf.image.resize": "tf.image.resize(x, (64, 64))",
    "tf.reduce_mean": "tf.reduce_mean(x, axis=[1, 2])",
    "tf.concat": "tf.concat([x, y], -1)",
    "tf.nn.relu": "tf.nn.relu(x)",
}


def layers_added_by_operation(operation: str, release: Release) -> int | None:
    """How many layers one plain operation on a Keras tensor adds to ``model.layers``.

    ``operation`` is a key of :data:`OPERATIONS`; ``operator`` is one of ``+ - * /``, with a number or another tensor.
    ``None`` where it was not measured, or raises.
    """
    return _added("operations", OPERATIONS.get(operation, operation), release)


def _added(table: str, case: str, release: Release) -> int | None:
    known = _json("preprocessing.json")[table].get(measured_package(release), {})
    counts = {known[version].get(case) for version in measured_versions(release)}
    return counts.pop() if len(counts) == 1 else None


def measured_package(release: Release) -> str:
    """The package under which the applications of a release were measured."""
    return SOFTWARE.get(release.package, release.package)


def measured(package: str) -> tuple[str, ...]:
    """The versions of a package on which the applications were measured, oldest first."""
    return tuple(_index()["measured"].get(SOFTWARE.get(package, package), ()))


def measured_versions(release: Release, unknown: Container[str] = ()) -> tuple[str, ...]:
    """The measured versions that answer for a release, without the ``unknown``: one, or several that must agree."""
    known = (version for version in measured(release.package) if version not in unknown)
    return around(((parts(version), version) for version in known), release.version)


def parts(version: str) -> Version:
    """A version as numbers."""
    return tuple(map(int, version.split(".")))


@cache
def _json(file: str) -> Any:
    with open(os.path.join(DATA, file), encoding="utf-8") as stream:
        return json.load(stream)


def _index() -> Any:
    return _json("applications.json")


@cache
def _names() -> frozenset[str]:
    return frozenset(_index()["names"])


def _file(name: str) -> Any:
    return _json(os.path.join("applications", name + ".json"))


@cache
def _layers(name: str, spans: tuple[tuple[int, int], ...]) -> tuple[AppLayer, ...]:
    return _read(_file(name)["pool"], spans)


def _read(pool: Any, spans: tuple[tuple[int, int], ...]) -> tuple[AppLayer, ...]:
    """The layers in these spans of a pool; distances become indices, what was left out as usual is put back."""
    layer_names = pool["names"].replace("~", pool.get("prefix", "")).split(" ")
    kind_of = pool["kind_of"]
    kinds = dict(zip(KINDS, pool["kinds"], strict=False))
    norm = pool.get("batch_norm")
    inbound_of, details_of, children_of = (pool.get(key, {}) for key in ("inbound", "details", "children"))
    layers: list[AppLayer] = []
    for low, high in spans:
        for index in range(low, high):
            key, kind, position = str(index), kinds[kind_of[index]], len(layers)
            distances = inbound_of.get(key)
            if distances is None:
                distances = () if kind == "InputLayer" else (1,)
            details = details_of.get(key)
            momentum = scale_center = epsilon = numbers = None
            if "BatchNorm" in kind:
                momentum, scale, center, epsilon = details or norm
                scale_center, details = (scale, center), None
            elif kind in PREPROCESSING:
                first, second = details or ((), ())
                numbers, details = (tuple(first), tuple(second)), None
            nested = children_of.get(key)
            children = _read(nested, ((0, len(nested["kind_of"])),)) if nested else ()
            name = layer_names[index]
            inbound = tuple([position - distance for distance in distances])
            name = None if name == "-" else name
            layers.append(AppLayer(name, kind, inbound, momentum, scale_center, details, children, epsilon, numbers))
    return tuple(layers)
