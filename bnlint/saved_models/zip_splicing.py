"""One member of a zip archive replaced: all other bytes are copied, and only the offsets behind it move.

Nothing is packed anew but that member, so that names, order, dates, comments and weights stay bit for bit.
"""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from typing import BinaryIO, NamedTuple

from bnlint.saved_models.archives import MOST_DIRECTORY
from bnlint.saved_models.spans import Unspliceable

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
ENCRYPTED, DESCRIBED_BEHIND = 1, 8
STORED, DEFLATED = 0, 8
MOST = 0xFFFFFFFF
"""A number that stands for one of 64 bits elsewhere."""
WIDE = 1
"""The extra field with numbers of 64 bits."""
MARK = b"PK\x07\x08"


class Entry(NamedTuple):
    """A member as the list at the archive's end has it; ``at`` is where that entry begins in the list."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    at: int


class Layout(NamedTuple):
    """Where everything stands in an archive that is put together in the plain way."""

    entries: tuple[Entry, ...]
    directory: bytes
    directory_at: int
    end: bytes

    @staticmethod
    def of(file: BinaryIO) -> Layout:
        """Reads the list of members. Raises ``Unspliceable`` for whatever is not as any writer of archives has it."""
        try:
            layout = _layout(file)
            _check(file, layout)
        except struct.error:
            raise Unspliceable("the archive is damaged") from None
        return layout

    def behind(self, entry: Entry) -> int:
        """Where the next member, or the list of members, begins."""
        return min((each.offset for each in self.entries if each.offset > entry.offset), default=self.directory_at)


def replace(source: BinaryIO, destination: BinaryIO, name: str, before: bytes, after: bytes) -> None:
    """Writes the archive with ``after`` in the place of ``before`` as the content of a member."""
    layout = Layout.of(source)
    entry = next((each for each in layout.entries if each.name == name.encode()), None)
    if entry is None:
        raise Unspliceable(f"the archive holds no `{name}`")
    stop = layout.behind(entry)
    region = _region(_read(source, entry.offset, stop - entry.offset), entry, before, after)
    shift = len(region.data) - (stop - entry.offset)
    if layout.directory_at + shift >= MOST:
        raise Unspliceable("the archive would become too large")
    source.seek(0)
    _copy(source, destination, entry.offset)
    destination.write(region.data)
    source.seek(stop)
    _copy(source, destination, layout.directory_at - stop)
    destination.write(_directory(layout, entry, region, shift))
    end = list(END.unpack(layout.end[: END.size]))
    end[6] += shift
    destination.write(END.pack(*end) + layout.end[END.size :])


class Region(NamedTuple):
    """A member with its header and whatever follows it, and the numbers that the list must have."""

    data: bytes
    crc: int
    packed: int
    size: int


def _layout(file: BinaryIO) -> Layout:
    length = file.seek(0, os.SEEK_END)
    tail = _read(file, max(length - END.size - 0xFFFF, 0), None)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise Unspliceable("the archive is cut off")
    end = tail[at:]
    _, disk, first_disk, here, count, size, offset, comment = END.unpack(end[: END.size])
    end_at = length - len(end)
    if len(end) != END.size + comment:
        raise Unspliceable("other bytes follow the archive")
    if MOST in (size, offset) or count == 0xFFFF or tail[max(at - 20, 0) : at].startswith(b"PK\x06\x07"):
        raise Unspliceable("the archive is of the kind for more than 4 GB")
    if disk or first_disk or here != count or size > MOST_DIRECTORY or offset + size != end_at:
        raise Unspliceable("the list of members in the archive does not fit it")
    directory = _read(file, offset, size)
    return Layout(tuple(_entries(directory, count)), directory, offset, end)


def _entries(directory: bytes, count: int) -> list[Entry]:
    found = []
    at = 0
    for _ in range(count):
        fields = CENTRAL.unpack(directory[at : at + CENTRAL.size])
        signature, _, _, flags, method, _, _, crc, packed, size, name, extra, comment, *_, offset = fields
        if signature != b"PK\x01\x02":
            raise Unspliceable("the list of members in the archive is damaged")
        start = at + CENTRAL.size
        found.append(Entry(directory[start : start + name], flags, method, crc, packed, size, offset, at))
        at = start + name + extra + comment
    if at != len(directory):
        raise Unspliceable("the list of members in the archive is damaged")
    return found


def _check(file: BinaryIO, layout: Layout) -> None:
    """Raises ``Unspliceable`` where members overlap, share a name, are encrypted, or are not where the list says."""
    if len({entry.name for entry in layout.entries}) < len(layout.entries):
        raise Unspliceable("the archive has two members of one name")
    ordered = sorted(layout.entries, key=lambda entry: entry.offset)
    for index, entry in enumerate(ordered):
        if entry.flags & ENCRYPTED:
            raise Unspliceable("the archive has encrypted members")
        if MOST in (entry.packed, entry.size, entry.offset):
            raise Unspliceable("the archive is of the kind for more than 4 GB")
        stop = ordered[index + 1].offset if index + 1 < len(ordered) else layout.directory_at
        header = _read(file, entry.offset, LOCAL.size)
        signature, _, flags, method, *_, name, extra = LOCAL.unpack(header)
        if signature != b"PK\x03\x04" or flags != entry.flags or method != entry.method:
            raise Unspliceable("a member of the archive is not what the list of members says")
        if _read(file, entry.offset + LOCAL.size, name) != entry.name:
            raise Unspliceable("a member of the archive has another name than in the list of members")
        if entry.offset + LOCAL.size + name + extra + entry.packed > stop:
            raise Unspliceable("members of the archive lie upon each other")


def _region(old: bytes, entry: Entry, before: bytes, after: bytes) -> Region:
    """A member's bytes with another content, its header and what follows it told of that."""
    fields = list(LOCAL.unpack(old[: LOCAL.size]))
    head = LOCAL.size + fields[9] + fields[10]
    packed = old[head : head + entry.packed]
    if _unpacked(packed, entry.method, len(before)) != before or zlib.crc32(before) != entry.crc:
        raise Unspliceable("has changed since it was read")
    data = _packed(after, entry.method)
    crc = zlib.crc32(after)
    extra = old[LOCAL.size + fields[9] : head]
    rest = old[head + entry.packed :]
    if entry.flags & DESCRIBED_BEHIND:
        rest = _described(rest, entry, crc, len(data), len(after))
    if fields[6:9] != [0, 0, 0] or not entry.flags & DESCRIBED_BEHIND:
        fields[6] = crc
        if fields[7] == MOST or fields[8] == MOST:
            extra = _widened(extra, len(after), len(data))
        else:
            fields[7:9] = len(data), len(after)
    header = LOCAL.pack(*fields) + old[LOCAL.size : LOCAL.size + fields[9]] + extra
    return Region(header + data + rest, crc, len(data), len(after))


def _unpacked(data: bytes, method: int, size: int) -> bytes:
    if method == STORED:
        return data
    if method != DEFLATED:
        raise Unspliceable("its config is compressed in an uncommon way")
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size + 1)
    except zlib.error:
        raise Unspliceable("its config is damaged") from None


def _packed(data: bytes, method: int) -> bytes:
    if method == STORED:
        return data
    packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def _described(rest: bytes, entry: Entry, crc: int, packed: int, size: int) -> bytes:
    """What stands behind a member whose header could not know its size."""
    mark = MARK if rest.startswith(MARK) else b""
    for form in ("<3L", "<LQQ"):
        if rest == mark + struct.pack(form, entry.crc, entry.packed, entry.size):
            return mark + struct.pack(form, crc, packed, size)
    raise Unspliceable("the archive has bytes behind its config that are not known")


def _widened(extra: bytes, size: int, packed: int) -> bytes:
    """The extra fields of a header with the sizes of 64 bits."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack("<2H", extra[at : at + 4])
        if kind == WIDE and length == 16:
            return extra[: at + 4] + struct.pack("<2Q", size, packed) + extra[at + 20 :]
        at += 4 + length
    raise Unspliceable("a member of the archive is not what the list of members says")


def _directory(layout: Layout, changed: Entry, region: Region, shift: int) -> bytes:
    """The list of members, with what has become of one and the new offsets of those behind it."""
    made = bytearray(layout.directory)
    for entry in layout.entries:
        if entry is changed:
            struct.pack_into("<3L", made, entry.at + 16, region.crc, region.packed, region.size)
        elif entry.offset > changed.offset:
            struct.pack_into("<L", made, entry.at + 42, entry.offset + shift)
    return bytes(made)


def _read(file: BinaryIO, at: int, size: int | None) -> bytes:
    file.seek(at)
    return file.read() if size is None else file.read(size)


def _copy(source: BinaryIO, destination: BinaryIO, count: int) -> None:
    """So many bytes from where the source is."""
    while count:
        piece = source.read(min(count, shutil.COPY_BUFSIZE))  # type: ignore[attr-defined]
        if not piece:
            raise Unspliceable("the archive is cut off")
        destination.write(piece)
        count -= len(piece)
