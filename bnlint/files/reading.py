"""Bytes to text as Python itself does it: byte order mark, coding cookie (PEP 263), else UTF-8; and back."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_LINE_END = re.compile(rb"\r\n|\r|\n")


class Source(NamedTuple):
    """A decoded file: its text without a byte order mark, line ends as they are, and what is needed to encode it."""

    text: str
    encoding: str = "utf-8"
    bom: bool = False


class Undecodable(Exception):
    """Bytes that are no Python source. ``line`` counts from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def decode(data: bytes) -> Source:
    """The text of a Python source. Raises ``Undecodable`` where Python itself would refuse the bytes."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Undecodable("is UTF-16, which Python does not read; save it as UTF-8")
    nul = data.find(b"\0")
    if nul >= 0:
        raise Undecodable("is not a text file: it contains null bytes", _line_at(data, nul))
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    declared = _cookie(body)
    encoding = _codec(declared)
    if bom and encoding != "utf-8":
        raise Undecodable(f"starts with a UTF-8 mark but declares the encoding {declared}")
    try:
        return Source(body.decode(encoding), encoding, bom)
    except UnicodeDecodeError as error:
        line = _line_at(body, error.start)
        byte = f"0x{body[error.start]:02x}"
        if declared:
            raise Undecodable(f"byte {byte} is not {declared}, the encoding it declares", line) from None
        raise Undecodable(f"byte {byte} is not UTF-8, and no other encoding is declared", line) from None


def encode(text: str, source: Source) -> bytes:
    """``text`` in the encoding of ``source``, with its byte order mark. Raises ``UnicodeEncodeError``."""
    return (codecs.BOM_UTF8 if source.bom else b"") + text.encode(source.encoding)


def _cookie(body: bytes) -> str | None:
    """The encoding that the first or second line declares; the second counts only after a blank or comment line."""
    rest = body
    for _ in range(2):
        end = _LINE_END.search(rest)
        line = rest[: end.start()] if end else rest
        found = _COOKIE.match(line)
        if found:
            return found[1].decode("ascii", "replace")
        if not end or not _BLANK.match(line):
            return None
        rest = rest[end.end() : end.end() + 1000]
    return None


def _codec(declared: str | None) -> str:
    if declared is None:
        return "utf-8"
    plain = declared.lower().replace("_", "-")
    if plain == "utf-8" or plain.startswith("utf-8-"):
        return "utf-8"
    if plain.startswith(("latin-1", "iso-8859-1-", "iso-latin-1")) or plain == "iso-8859-1":
        return "iso-8859-1"
    try:
        "".encode(declared)  # refuses codecs that are no text encodings, such as rot13
        b"".decode(declared)
        return codecs.lookup(declared).name
    except (LookupError, ValueError):
        raise Undecodable(f"declares the encoding {declared}, which Python does not know") from None


def _line_at(data: bytes, offset: int) -> int:
    return len(_LINE_END.findall(data, 0, offset)) + 1
