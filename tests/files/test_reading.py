from __future__ import annotations

import pytest

from bnlint.files.reading import Undecodable, decode, encode

KERAS = "import keras  # größer\nmodel.fit(x)\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (KERAS.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + KERAS.encode(), "utf-8"),
        (b"\xef\xbb\xbf# coding: utf-8\n" + KERAS.encode(), "utf-8"),
        (b"# -*- coding: latin-1 -*-\n" + KERAS.encode("latin-1"), "iso-8859-1"),
        (b"#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\n" + KERAS.encode("cp1252"), "cp1252"),
        (b"\n# coding=utf8\n" + KERAS.encode(), "utf-8"),
        (KERAS.replace("\n", "\r\n").encode(), "utf-8"),
        (KERAS.replace("\n", "\r").encode(), "utf-8"),
        (b"", "utf-8"),
    ],
)
def test_round_trip(data: bytes, encoding: str) -> None:
    source = decode(data)
    assert source.encoding == encoding
    assert not source.text.startswith("\ufeff")
    assert encode(source.text, source) == data


def test_line_ends_stay() -> None:
    assert decode(b"a\r\nb\rc\n").text == "a\r\nb\rc\n"


def test_a_cookie_counts_in_the_first_two_lines_only() -> None:
    assert decode(b"\n\n# coding: latin-1\n").encoding == "utf-8"
    assert decode(b"import keras\n# coding: latin-1\n").encoding == "utf-8"


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (b"import keras\nname = 'caf\xe9'\n", 2, "byte 0xe9 is not UTF-8, and no other encoding is declared"),
        (b"# coding: ascii\nname = 'caf\xc3\xa9'\n", 2, "byte 0xc3 is not ascii, the encoding it declares"),
        (b"# coding: klingon\nimport keras\n", 1, "declares the encoding klingon, which Python does not know"),
        (b"# coding: rot13\nimport keras\n", 1, "declares the encoding rot13, which Python does not know"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", 3, "is not a text file: it contains null bytes"),
        ("import keras".encode("utf-16"), 1, "is UTF-16, which Python does not read; save it as UTF-8"),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1, "starts with a UTF-8 mark but declares the encoding latin-1"),
    ],
)
def test_what_python_cannot_read(data: bytes, line: int, said: str) -> None:
    with pytest.raises(Undecodable) as error:
        decode(data)
    assert (error.value.line, str(error.value)) == (line, said)
