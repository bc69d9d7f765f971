"""Samples from TFRecord files, by a specification of their features. TensorFlow is not needed.

A record is its length, a checksum of it, the bytes, a checksum of these; the bytes are a ``tf.train.Example``: a map
from names to lists of bytes, floats or integers.
"""

from __future__ import annotations

import io
import json
import os
import struct
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from bnlint.probe.errors import CannotProbe
from bnlint.probe.image_folders import opened
from bnlint.probe.samples import Named, Sample, Wanted, chosen
from bnlint.probe.scores import Array
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.wire import Budget, Message, varint

KINDS = ("image", "float", "int", "raw")
ADVICE = 'The specification is JSON: {"image": {"kind": "image"}, "label": {"kind": "int", "role": "label"}}.'
MOST_BYTES = 1 << 30


class Feature(NamedTuple):
    """One feature as the specification has it."""

    kind: str
    role: str
    shape: tuple[int, ...]
    dtype: str


def read(path: str, wanted: Wanted) -> Sample:
    """The examples of one TFRecord file. Raises ``CannotProbe``."""
    if wanted.features is None:
        raise CannotProbe(f"{path}: what its features are is not known", f"Give `--features SPEC.json`. {ADVICE}")
    features = specification(wanted.features)
    places = list(_places(path))
    rows = chosen(len(places), wanted.samples)
    columns: dict[str, list[Array]] = {name: [] for name in features}
    with open(path, "rb") as file:
        for row in rows:
            at, size = places[row]
            file.seek(at)
            found = _example(file.read(size), path)
            for name, feature in features.items():
                if name not in found:
                    raise CannotProbe(
                        f"{path}: record {row} has no feature `{name}`; it has {', '.join(sorted(found))}"
                    )
                columns[name].append(_value(found[name], feature, wanted, f"{path}: `{name}` of record {row}"))
    try:
        arrays = {name: np.stack(values) for name, values in columns.items()}
    except ValueError:
        raise CannotProbe(
            f"{path}: the examples differ in size",
            "Give `--image-size HEIGHTxWIDTH`, or a `shape` in the specification.",
        ) from None
    inputs = [name for name, feature in features.items() if feature.role == "input"]
    labels = [name for name, feature in features.items() if feature.role == "label"]
    return Sample(path, _named(inputs, arrays), _named(labels, arrays), len(places))


def _named(names: list[str], arrays: Mapping[str, Array]) -> tuple[Named, ...]:
    return tuple(Named(name if len(names) > 1 else "", arrays[name]) for name in names)


def specification(path: str) -> Mapping[str, Feature]:
    """The features that a JSON file names. Raises ``CannotProbe``."""
    try:
        with open(path, encoding="utf-8") as file:
            given = json.load(file)
    except ValueError as error:
        raise CannotProbe(f"{path}: it is no JSON: {error}", ADVICE) from None
    if not isinstance(given, dict) or not all(isinstance(each, dict) for each in given.values()):
        raise CannotProbe(f"{path}: it is no specification of features", ADVICE)
    found = {name: _feature(each, f"{path}: `{name}`") for name, each in given.items()}
    if not any(feature.role == "input" for feature in found.values()):
        raise CannotProbe(f"{path}: it names no input", ADVICE)
    return found


def _feature(given: Mapping[str, Any], where: str) -> Feature:
    kind, role = given.get("kind"), given.get("role", "input")
    if kind not in KINDS:
        raise CannotProbe(f"{where}: its kind is {kind!r}, and not one of {', '.join(KINDS)}", ADVICE)
    if role not in ("input", "label"):
        raise CannotProbe(f"{where}: its role is {role!r}, and not input or label", ADVICE)
    shape, dtype = given.get("shape", []), given.get("dtype", "uint8")
    if not isinstance(shape, list) or not all(isinstance(size, int) for size in shape):
        raise CannotProbe(f"{where}: its shape is no list of numbers", ADVICE)
    try:
        np.dtype(dtype)
    except TypeError:
        raise CannotProbe(f"{where}: NumPy knows no dtype {dtype!r}", ADVICE) from None
    return Feature(kind, role, tuple(shape), dtype)


def _places(path: str) -> Iterator[tuple[int, int]]:
    """Where each record's bytes begin, and how many they are."""
    end = os.path.getsize(path)
    with open(path, "rb") as file:
        at = 0
        while at < end:
            file.seek(at)
            head = file.read(12)
            size = struct.unpack("<Q", head[:8])[0] if len(head) == 12 else MOST_BYTES + 1
            if size > MOST_BYTES or at + 16 + size > end:
                raise CannotProbe(
                    f"{path}: it is no TFRecord file, or cut off, at byte {at}",
                    "Compressed ones are not read: unpack it.",
                )
            yield at + 12, size
            at += 16 + size


def _example(data: bytes, path: str) -> Mapping[str, Message]:
    try:
        features = Message(memoryview(data), Budget()).first(1)
        entries = features.messages(1) if features is not None else ()
        pairs = [(entry.text(1), entry.first(2)) for entry in entries]
    except Unreadable as error:
        raise CannotProbe(f"{path}: {error}") from None
    return {name: value for name, value in pairs if value is not None}


def _value(feature: Message, wanted: Feature, how: Wanted, where: str) -> Array:
    try:
        values = _numbers(feature, wanted, how)
        return values.reshape(wanted.shape) if wanted.shape else _squeezed(values)
    except (Unreadable, ValueError) as error:
        raise CannotProbe(f"{where}: {error}", ADVICE) from None


def _squeezed(values: Array) -> Array:
    return values.reshape(()) if values.size == 1 else values


def _numbers(feature: Message, wanted: Feature, how: Wanted) -> Array:
    number = {"image": 1, "raw": 1, "float": 2, "int": 3}[wanted.kind]
    held = feature.first(number)
    if held is None:
        raise ValueError(f"it is not {'bytes' if number == 1 else wanted.kind}")
    if number == 1:
        content = held.first(1)
        if content is None:
            raise ValueError("it is empty")
        data = content.bytes(MOST_BYTES)
        if wanted.kind == "image":
            return opened(io.BytesIO(data), how)
        raw = np.frombuffer(data, dtype=np.dtype(wanted.dtype).newbyteorder("<"))
        if wanted.role == "label":
            return raw
        scaled: Array = raw.astype(np.float32) * np.float32(how.scale) + np.float32(how.offset)
        return scaled
    return np.array(list(_floats(held) if number == 2 else _integers(held)), np.float32 if number == 2 else np.int64)


def _floats(held: Message) -> Iterator[float]:
    for number, value in held:
        if number == 1 and isinstance(value, Message):  # packed
            yield from np.frombuffer(value.bytes(MOST_BYTES), "<f4").tolist()
        elif number == 1 and isinstance(value, int):
            yield struct.unpack("<f", struct.pack("<I", value))[0]


def _integers(held: Message) -> Iterator[int]:
    for number, value in held:
        if number == 1 and isinstance(value, Message):
            at = value.start
            while at < value.end:
                found, at = varint(value.data, at, value.end)
                yield _signed(found)
        elif number == 1 and isinstance(value, int):
            yield _signed(value)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value
