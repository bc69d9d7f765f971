"""Protocol buffers without their definitions: the fields of a message by number.

The two files of a SavedModel need six messages of TensorFlow and one of Keras, a few fields of each. The packages with
their definitions are TensorFlow itself (1.5 GB), or `protobuf` (which parses a file as a whole, up to 2 GB of it, into
memory) with definitions that would have to be kept here. So the fields are walked over in place, the content of those
that are not asked for is skipped unread, and a count of steps bounds the work.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from bnlint.saved_models.errors import Unreadable

MOST_FIELDS = 12_000_000
"""In one file; some ten seconds. EfficientNetB7 has about a million on the way."""
VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
MOST_SHIFT = 63

DAMAGED = "its protocol buffer is damaged, or cut off"


class Budget:
    """How many fields may still be looked at."""

    __slots__ = ("left",)

    def __init__(self, fields: int = MOST_FIELDS) -> None:
        self.left = fields


class Message:
    """A message in place: ``data`` from ``start`` to ``end``."""

    __slots__ = ("budget", "data", "end", "start")

    def __init__(self, data: memoryview, budget: Budget, start: int = 0, end: int | None = None) -> None:
        self.data, self.budget, self.start = data, budget, start
        self.end = len(data) if end is None else end

    def __iter__(self) -> Iterator[tuple[int, int | Message]]:
        """The fields in order: the number, and the value of a number or the place of a text or inner message."""
        data, at, end, budget = self.data, self.start, self.end, self.budget
        while at < end:
            budget.left -= 1
            if budget.left < 0:
                raise Unreadable("its protocol buffer has more fields than that of any model")
            key, at = varint(data, at, end)
            number, kind = key >> 3, key & 7
            if kind == VARINT:
                value, at = varint(data, at, end)
                yield number, value
            elif kind == BYTES:
                size, at = varint(data, at, end)
                if size > end - at:
                    raise Unreadable(DAMAGED)
                yield number, Message(data, budget, at, at + size)
                at += size
            elif kind in (FIXED_32, FIXED_64):
                size = 4 if kind == FIXED_32 else 8
                if size > end - at:
                    raise Unreadable(DAMAGED)
                yield number, int(struct.unpack_from("<I" if size == 4 else "<Q", data, at)[0])
                at += size
            else:
                raise Unreadable(DAMAGED)

    def messages(self, number: int) -> Iterator[Message]:
        """The texts and inner messages of one field."""
        return (value for found, value in self if found == number and isinstance(value, Message))

    def first(self, number: int) -> Message | None:
        """The first of them."""
        return next(self.messages(number), None)

    def number(self, number: int, default: int = 0) -> int:
        """The value of a number."""
        return next((value for found, value in self if found == number and isinstance(value, int)), default)

    def text(self, number: int) -> str:
        """The first text of one field; empty where there is none."""
        found = self.first(number)
        return found.string() if found is not None else ""

    def string(self, limit: int = 4096) -> str:
        """The content as a text."""
        return bytes(self.data[self.start : min(self.end, self.start + limit)]).decode("utf-8", "replace")

    def bytes(self, limit: int) -> bytes:
        """The content as it is. Raises ``Unreadable`` beyond ``limit``."""
        if self.end - self.start > limit:
            raise Unreadable("a text in its protocol buffer is larger than that of any model")
        return bytes(self.data[self.start : self.end])


def varint(data: memoryview, at: int, end: int) -> tuple[int, int]:
    """A number of variable length, and where the next thing stands."""
    value = shift = 0
    while at < end:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
        if shift > MOST_SHIFT:
            break
    raise Unreadable(DAMAGED)
