"""Members of a ``.keras`` archive: read in memory within limits, or in place, and never put on the disk."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from typing import BinaryIO, NamedTuple

from bnlint.saved_models.errors import Unreadable

MOST_MEMBERS = 20_000
MOST_DIRECTORY = 4 << 20
"""Bytes of the archive's list of members; it is read as a whole."""
MOST_RATIO = 200
"""How much larger a member may be than what stands in the file for it; JSON is seldom squeezed by more than 30."""
RATIO_FROM = 1 << 20
"""Below this size a large ratio does no harm."""

DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, ValueError, OSError, RuntimeError,
    NotImplementedError,
)  # fmt: skip
"""What ``zipfile`` raises for archives that are not what they say."""

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_END = struct.Struct("<4s4H2LH")
_END_64_AT = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")


class Span(NamedTuple):
    """Where a member that is not compressed stands in its archive."""

    start: int
    size: int


class Archive:
    """A zip archive of a stranger."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._check_directory()
        try:
            self._zip = zipfile.ZipFile(file)
        except DAMAGED as error:
            raise Unreadable(f"the archive is damaged: {_said(error)}") from None
        self.members: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            self.members.setdefault(info.filename, info)
        if len(self.members) > MOST_MEMBERS:
            raise Unreadable("the archive has more members than any model")

    def read(self, name: str, limit: int) -> bytes:
        """A member as a whole. Raises ``Unreadable`` where it is missing, larger than ``limit``, or damaged."""
        info = self.members.get(name)
        if info is None:
            raise Unreadable(f"the archive holds no `{name}`: it is no model that Keras has saved")
        if info.file_size > limit:
            raise Unreadable(f"`{name}` in the archive is larger than that of any model")
        if info.file_size > RATIO_FROM and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            raise Unreadable(f"`{name}` in the archive is compressed beyond what a model can be")
        if info.flag_bits & 1:
            raise Unreadable(f"`{name}` in the archive is encrypted", "Save the model without a password.")
        try:
            with self._zip.open(info) as member:
                data = member.read(limit + 1)  # the size in the list of members may be a lie
        except DAMAGED as error:
            raise Unreadable(f"`{name}` in the archive is damaged: {_said(error)}") from None
        if len(data) > limit:
            raise Unreadable(f"`{name}` in the archive is larger than that of any model")
        return data

    def span(self, name: str) -> Span | None:
        """Where a member stands, if it is there as it is; None where it is compressed or the header disagrees."""
        info = self.members.get(name)
        if info is None or info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            return None
        try:
            self._file.seek(info.header_offset)
            signature, name_length, extra_length = _LOCAL_HEADER.unpack(self._file.read(_LOCAL_HEADER.size))
            length = self._file.seek(0, os.SEEK_END)
        except (OSError, struct.error, ValueError):
            return None
        start = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        if signature != b"PK\x03\x04" or start + info.file_size > length:
            return None
        return Span(start, info.file_size)

    def _check_directory(self) -> None:
        """Raises ``Unreadable`` where the list of members is larger than any model's, before it is read."""
        try:
            length = self._file.seek(0, os.SEEK_END)
            self._file.seek(max(length - _END.size - 0xFFFF - _END_64_AT.size, 0))
            tail = self._file.read()
            at = tail.rfind(b"PK\x05\x06")
            if at < 0:
                raise Unreadable("the archive is cut off: its end is missing", "Copy or download the file anew.")
            size = _END.unpack(tail[at : at + _END.size])[5]
            before = tail[max(at - _END_64_AT.size, 0) : at]
            if len(before) == _END_64_AT.size and before.startswith(b"PK\x06\x07"):
                self._file.seek(_END_64_AT.unpack(before)[2])
                size = max(_END_64.unpack(self._file.read(_END_64.size))[8], size if size != 0xFFFFFFFF else 0)
            self._file.seek(0)
        except (OSError, struct.error, ValueError, OverflowError):
            raise Unreadable("the archive is damaged: its end cannot be read") from None
        if size > MOST_DIRECTORY:
            raise Unreadable("the archive has a longer list of members than any model")


class Window(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, file: BinaryIO, span: Span) -> None:
        self._file, self._span = file, span
        self._at = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of any file."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._span.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Reads what fits, up to the end of the part."""
        count = min(len(buffer), max(self._span.size - self._at, 0))
        self._file.seek(self._span.start + self._at)
        data = self._file.read(count)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
