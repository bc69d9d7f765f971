"""Bytes with some of them flipped, cut off, moved, or taken from another file."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

NUMBERS = (
    0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, (1 << 64) - 1,
)  # fmt: skip
MARKS = (
    b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07", b"\x89HDF\r\n\x1a\n", b"OHDR", b"TREE",
    b"SNOD", b"HEAP", b"GCOL", b"FRHP", b"BTHD",
    b"{", b"[", b'"', b"}", b"]", b"&a", b"*a", b"!!python/object", b"\n  - ", b": ",
)  # fmt: skip


def change(data: bytes, random: Random, other: bytes = b"") -> bytes:
    """The bytes after one change; ``other`` are bytes that parts may come from."""
    return random.choice(CHANGES)(data, random, other)


def _at(data: bytes, random: Random) -> int:
    """A position; often one near an end, where headers and lists stand."""
    where = random.randrange(4)
    if where == 0:
        return min(random.randrange(512), len(data))
    if where == 1:
        return max(len(data) - random.randrange(1, 512), 0)
    return random.randrange(len(data) + 1)


def _flip(data: bytes, random: Random, other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8))):
        at = _at(data, random)
        if at < len(changed):
            changed[at] ^= 1 << random.randrange(8)
    return bytes(changed)


def _byte(data: bytes, random: Random, other: bytes) -> bytes:
    at = _at(data, random)
    return data[:at] + bytes([random.choice((0, 1, 0x22, 0x7F, 0x80, 0xFF, random.randrange(256)))]) + data[at + 1 :]


def _number(data: bytes, random: Random, other: bytes) -> bytes:
    at, size = _at(data, random), random.choice((2, 4, 8))
    return data[:at] + (random.choice(NUMBERS) & ((1 << 8 * size) - 1)).to_bytes(size, "little") + data[at + size :]


def _cut(data: bytes, random: Random, other: bytes) -> bytes:
    return data[: _at(data, random)]


def _gone(data: bytes, random: Random, other: bytes) -> bytes:
    at = _at(data, random)
    return data[:at] + data[at + random.choice((1, 2, 4, 8, 64, 512, 4096)) :]


def _again(data: bytes, random: Random, other: bytes) -> bytes:
    at, to = _at(data, random), _at(data, random)
    return data[:to] + data[at : at + random.choice((1, 4, 16, 64, 512, 4096))] + data[to:]


def _over(data: bytes, random: Random, other: bytes) -> bytes:
    at, to, size = _at(data, random), _at(data, random), random.choice((2, 4, 8, 16, 64, 512))
    return data[:to] + data[at : at + size] + data[to + size :]


def _filled(data: bytes, random: Random, other: bytes) -> bytes:
    at, size = _at(data, random), random.choice((4, 16, 64, 512, 4096))
    return data[:at] + bytes([random.choice((0, 0xFF, 0x20, random.randrange(256)))]) * size + data[at + size :]


def _marked(data: bytes, random: Random, other: bytes) -> bytes:
    at, mark = _at(data, random), random.choice(MARKS)
    return data[:at] + mark + data[at + random.choice((0, len(mark))) :]


def _spliced(data: bytes, random: Random, other: bytes) -> bytes:
    if random.random() < 0.5:
        return data[: _at(data, random)] + other[_at(other, random) :]
    at, there, size = _at(data, random), _at(other, random), random.choice((8, 64, 512, 4096))
    return data[:at] + other[there : there + size] + data[at + size :]


CHANGES: tuple[Callable[[bytes, Random, bytes], bytes], ...] = (
    _flip, _flip, _flip, _byte, _byte, _number, _number, _cut, _gone, _again, _over, _filled, _marked, _spliced,
)  # fmt: skip
