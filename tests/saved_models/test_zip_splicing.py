"""One member of an archive replaced: the others are there bit for bit, where and as they were."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnlint.saved_models.spans import Unspliceable
from bnlint.saved_models.zip_splicing import Layout, replace

BEFORE, AFTER = b'{"momentum": 0.1}' * 40, b'{"momentum": 0.95}' * 50
WEIGHTS = bytes(range(256)) * 64


class Unseekable(io.RawIOBase):
    """A stream that cannot go back, for which sizes are written behind the data."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += bytes(data)
        return len(data)


def made(*, how: int = zipfile.ZIP_STORED, order: str = "mcw", comment: bytes = b"", wide: bool = False) -> bytes:
    """An archive with metadata, a config and weights in an order."""
    members = {"m": ("metadata.json", b"{}"), "c": ("config.json", BEFORE), "w": ("model.weights.h5", WEIGHTS)}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        archive.comment = comment
        for number, letter in enumerate(order):
            name, data = members[letter]
            info = zipfile.ZipInfo(name, (2001 + number, 2, 3, 4, 5, 6))
            info.compress_type, info.external_attr, info.comment = how, 0o644 << 16, f"no. {number}".encode()
            with archive.open(info, "w", force_zip64=wide) as member:
                member.write(data)
    return file.getvalue()


def spliced(archive: bytes, after: bytes = AFTER) -> bytes:
    destination = io.BytesIO()
    replace(io.BytesIO(archive), destination, "config.json", BEFORE, after)
    return destination.getvalue()


def told(archive: bytes) -> list[tuple[Any, ...]]:
    """All that the list of members says, but what must change."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        assert file.testzip() is None
        return [
            (each.filename, each.date_time, each.compress_type, each.comment, each.extra, each.external_attr,
             each.create_system, each.flag_bits, None if each.filename == "config.json" else file.read(each))
            for each in file.infolist()
        ]  # fmt: skip


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("order", ["mcw", "cmw", "mwc"])
@pytest.mark.parametrize("wide", [False, True])
def test_everything_else_stays(how: int, order: str, wide: bool) -> None:
    before = made(how=how, order=order, comment=b"a remark", wide=wide)
    after = spliced(before)
    with zipfile.ZipFile(io.BytesIO(after)) as file:
        assert file.read("config.json") == AFTER
        assert file.comment == b"a remark"
    assert told(after) == told(before)
    assert _raw(after, "model.weights.h5") == _raw(before, "model.weights.h5")


def _raw(archive: bytes, name: str) -> bytes:
    """A member with its header as it stands in the file."""
    layout = Layout.of(io.BytesIO(archive))
    entry = next(each for each in layout.entries if each.name == name.encode())
    return archive[entry.offset : layout.behind(entry)]


def test_sizes_that_stand_behind_the_data() -> None:
    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", BEFORE)
        archive.writestr("model.weights.h5", WEIGHTS)
    after = spliced(stream.data)
    assert told(after) == told(stream.data)
    assert zipfile.ZipFile(io.BytesIO(after)).read("config.json") == AFTER


def test_bytes_before_the_archive_and_between_members_stay() -> None:
    plain = made(order="mcw")
    layout = Layout.of(io.BytesIO(plain))
    entry = next(each for each in layout.entries if each.name == b"config.json")
    gap = b"\0" * 7
    at = layout.behind(entry)
    moved = bytearray(layout.directory)
    for each in layout.entries:
        struct.pack_into("<L", moved, each.at + 42, each.offset + (7 if each.offset >= at else 0))
    end = bytearray(layout.end)
    struct.pack_into("<L", end, 16, layout.directory_at + 7)
    before = plain[:at] + gap + plain[at : layout.directory_at] + bytes(moved) + bytes(end)
    after = spliced(before)
    assert told(after) == told(before)
    assert _raw(after, "config.json").endswith(AFTER + gap)


def test_the_same_content_gives_the_same_archive() -> None:
    before = made()
    assert spliced(before, BEFORE) == before


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=4000), st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
def test_any_content(content: bytes, how: int) -> None:
    after = spliced(made(how=how), content)
    assert zipfile.ZipFile(io.BytesIO(after)).read("config.json") == content
    assert told(after) == told(made(how=how))


def test_what_was_read_is_not_there_any_more() -> None:
    with pytest.raises(Unspliceable, match="has changed since it was read"):
        replace(io.BytesIO(made()), io.BytesIO(), "config.json", BEFORE[:-1] + b" ", AFTER)


def doubled() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", BEFORE)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("config.json", AFTER)
    return file.getvalue()


def patched(archive: bytes, where: bytes, offset: int, data: bytes) -> bytes:
    """The archive with other bytes at a distance from the last place where some stand."""
    at = archive.rindex(where) + offset
    return archive[:at] + data + archive[at + len(data) :]


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (doubled, "two members of one name"),
        (lambda: made()[:-30], "cut off"),
        (lambda: made() + b"x", "other bytes follow"),
        (lambda: patched(made(), b"PK\x01\x02", 8, b"\1"), "encrypted"),
        (lambda: patched(made(), b"PK\x03\x04", 30, b"X"), "another name"),
        (lambda: patched(made(), b"PK\x03\x04", 8, b"\x08"), "not what the list of members says"),
        (lambda: patched(made(), b"PK\x01\x02", 42, b"\0\0\0\0"), "lie upon each other"),
        (lambda: patched(made(), b"PK\x01\x02", 20, b"\xff\xff\xff\0"), "lie upon each other"),
        (lambda: patched(made(), b"PK\x01\x02", 20, b"\xff\xff\xff\xff"), "more than 4 GB"),
        (lambda: patched(made(), b"PK\x05\x06", 10, b"\2\0"), "does not fit"),
        (lambda: patched(made(), b"PK\x05\x06", 16, b"\xff\xff\xff\xff"), "more than 4 GB"),
        (lambda: patched(made(), b"PK\x01\x02", 0, b"XX"), "list of members in the archive is damaged"),
        (lambda: made(how=zipfile.ZIP_BZIP2), "compressed in an uncommon way"),
        (lambda: made(order="mw"), "holds no `config.json`"),
    ],
)
def test_archives_of_strangers_are_refused(archive: Any, reason: str) -> None:
    with pytest.raises(Unspliceable, match=reason):
        spliced(archive())


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_damaged_archives_are_refused_or_spliced_as_any_reader_sees_them(data: st.DataObject) -> None:
    damaged = bytearray(made(how=zipfile.ZIP_DEFLATED, comment=b"remark"))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1) | st.integers(len(damaged) - 320, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    try:
        after = spliced(bytes(damaged))
    except Unspliceable:
        return
    try:
        listed = zipfile.ZipFile(io.BytesIO(bytes(damaged))).namelist()
    except zipfile.BadZipFile:
        return
    assert zipfile.ZipFile(io.BytesIO(after)).namelist() == listed
