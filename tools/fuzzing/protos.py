"""Protocol buffers with fields gone, doubled, renumbered or with another content; the lengths around them hold."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tools.fuzzing import octets, trees

Field = tuple[int, int, Any]
NUMBERS = (0, 1, 2, 3, 127, 128, 1 << 31, 1 << 32, (1 << 63) - 1, (1 << 64) - 1)
MOST_DEPTH = 12


def change(data: bytes, random: Random, other: bytes = b"", depth: int = 0) -> bytes:
    """The message after one change somewhere in it."""
    fields = parse(data)
    if not fields:
        return octets.change(data, random, other)
    at = random.randrange(len(fields))
    number, kind, value = fields[at]
    if kind == 2 and depth < MOST_DEPTH and random.random() < 0.85:
        fields[at] = (number, kind, _inner(value, random, other, depth))
        return written(fields)
    what = random.randrange(7)
    if what == 0:
        del fields[at]
    elif what == 1:
        fields[at:at] = [fields[at]] * random.choice((1, 1, 3, 200))
    elif what == 2:
        fields[at] = (random.choice((number + 1, max(number - 1, 1), random.randrange(1, 40), 1 << 28)), kind, value)
    elif what == 3:
        there = random.randrange(len(fields))
        fields[at], fields[there] = fields[there], fields[at]
    elif what == 4:
        fields[at] = (number, 0, random.choice(NUMBERS))
    elif what == 5:
        fields[at] = (number, 2, random.choice([each[2] for each in fields if each[1] == 2] or [b""]))
    else:
        fields[at] = (number, 2, other[: random.choice((0, 1, 64, 4096))])
    return written(fields)


def _inner(value: bytes, random: Random, other: bytes, depth: int) -> bytes:
    if value.startswith(b"{"):
        try:
            return trees.text_of(trees.change(json.loads(value), random)).encode("utf-8", "surrogatepass")
        except ValueError:
            pass
    if parse(value):
        return change(value, random, other, depth + 1)
    return (
        octets.change(value, random, other)
        if random.random() < 0.7
        else random.choice((b"", value * 50, b"\xff", b"../x"))
    )


def parse(data: bytes) -> list[Field]:
    """The fields of a message; none where it is something else."""
    fields: list[Field] = []
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if at < 0 or not number or number > 1 << 20:
            return []
        if kind == 0:
            value, at = _varint(data, at)
            if at < 0:
                return []
            fields.append((number, kind, value))
        elif kind in (1, 2, 5):
            size = {1: 8, 5: 4}.get(kind, 0)
            if kind == 2:
                size, at = _varint(data, at)
            if at < 0 or at + size > len(data):
                return []
            fields.append((number, kind, data[at : at + size]))
            at += size
        else:
            return []
    return fields


def written(fields: list[Field]) -> bytes:
    """The message of fields."""
    out = bytearray()
    for number, kind, value in fields:
        out += _encoded(number << 3 | kind)
        if kind == 0:
            out += _encoded(value)
        else:
            out += (_encoded(len(value)) if kind == 2 else b"") + value
    return bytes(out)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    return 0, -1


def _encoded(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
