"""The variables of a SavedModel: ``variables.index``, a sorted table of keys, and the files with the numbers.

TensorFlow writes the table without compression. The keys of a layer's variables are found by the object graph that
stands among them, along the same names as in the model.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.wire import Budget, Message, varint

INDEX = "variables.index"
OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"
MOST_INDEX = 64 << 20
MOST_OBJECTS = 64 << 20
MOST_KEYS = 500_000
FOOTER = 48
MAGIC = 0xDB4775248B80FB57
TYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8", 14: "bfloat16", 19: "<f2"}
STRING = 7
BROKEN = f"`{INDEX}` is damaged, or cut off"


class Entry(NamedTuple):
    """Where a variable's numbers stand."""

    kind: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int


class Node(NamedTuple):
    """One object that was saved: what it holds by name, and the key of its value."""

    children: Mapping[str, int]
    key: str | None


class Bundle:
    """The variables in a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.entries = dict(_entries(os.path.join(folder, INDEX)))
        names = sorted(name for name in os.listdir(folder) if name.startswith("variables.data-"))
        self._files = {index: os.path.join(folder, name) for index, name in enumerate(names)}
        self.objects = self._objects()

    def raw(self, entry: Entry, limit: int) -> bytes | None:
        """The bytes of a variable; None where they are not there, or more than ``limit``."""
        path = self._files.get(entry.shard)
        if path is None or entry.size > limit:
            return None
        with open(path, "rb") as file:
            file.seek(entry.offset)
            data = file.read(entry.size)
        return data if len(data) == entry.size else None

    def _objects(self) -> list[Node]:
        entry = self.entries.get(OBJECTS)
        raw = self.raw(entry, MOST_OBJECTS) if entry is not None and entry.kind == STRING else None
        if raw is None:
            return []
        size, at = varint(memoryview(raw), 0, len(raw))
        at += 4  # a checksum of the lengths
        if size > len(raw) - at:
            raise Unreadable(BROKEN)
        graph = Message(memoryview(raw), Budget(), at, at + size)
        return [_node(each) for each in graph.messages(1)]

    def find(self, names: tuple[str, ...], part: str) -> Entry | None:
        """The variable ``part`` of the object that these names lead to, from the model on."""
        at = 0
        for name in (*names, part):
            if not 0 <= at < len(self.objects):
                return None
            inner = self.objects[at].children.get(name)
            if inner is None:
                return None
            at = inner
        key = self.objects[at].key if 0 <= at < len(self.objects) else None
        return self.entries.get(key) if key is not None else None


def _node(message: Message) -> Node:
    children: dict[str, int] = {}
    key: str | None = None
    for number, value in message:
        if not isinstance(value, Message):
            continue
        if number == 1:
            children.setdefault(value.text(2), value.number(1))
        elif number == 2 and key is None:
            key = value.text(3) or None
    return Node(children, key)


def _entries(path: str) -> Iterator[tuple[str, Entry]]:
    if os.path.getsize(path) > MOST_INDEX:
        raise Unreadable(f"`{INDEX}` is larger than that of any model")
    with open(path, "rb") as file:
        data = memoryview(file.read(MOST_INDEX))
    if len(data) < FOOTER or struct.unpack_from("<Q", data, len(data) - 8)[0] != MAGIC:
        raise Unreadable(BROKEN)
    end = len(data) - 8
    at = len(data) - FOOTER
    for _ in range(2):  # of a table that is not used
        _, at = varint(data, at, end)
    offset, at = varint(data, at, end)
    size, at = varint(data, at, end)
    left = MOST_KEYS
    for _, handle in _block(data, offset, size):
        inner, start = varint(handle, 0, len(handle))
        length, _ = varint(handle, start, len(handle))
        for key, value in _block(data, inner, length):
            left -= 1
            if left < 0:
                raise Unreadable(f"`{INDEX}` has more keys than that of any model")
            if key:
                yield key.decode("utf-8", "replace"), _entry(value)


def _block(data: memoryview, offset: int, size: int) -> Iterator[tuple[bytes, memoryview]]:
    """The keys and values of one block of the table; a key shares its beginning with the one before."""
    end = offset + size
    if size < 4 or end >= len(data) or data[end] != 0:
        raise Unreadable(BROKEN)
    restarts = struct.unpack_from("<I", data, end - 4)[0]
    end -= 4 * (restarts + 1)
    at, key = offset, b""
    while at < end:
        shared, at = varint(data, at, end)
        own, at = varint(data, at, end)
        length, at = varint(data, at, end)
        if shared > len(key) or own + length > end - at or shared + own > 1 << 16:
            raise Unreadable(BROKEN)
        key = key[:shared] + bytes(data[at : at + own])
        at += own
        yield key, data[at : at + length]
        at += length


def _entry(value: memoryview) -> Entry:
    message = Message(value, Budget(1000))
    shape: list[int] = []
    numbers: dict[int, int] = {}
    for number, found in message:
        if isinstance(found, int):
            numbers[number] = found
        elif number == 2:
            shape = [each.number(1) for each in found.messages(2)]
    return Entry(numbers.get(1, 0), tuple(shape), numbers.get(3, 0), numbers.get(4, 0), numbers.get(5, 0))
