from __future__ import annotations

import pytest

from bnlint.files.lines import split, split_keeping_ends


@pytest.mark.parametrize("text", ["", "a", "a\n", "a\r\nb\rc\n\nd", "\n", "form\x0cfeed\u2028line\x85next\n"])
def test_nothing_is_lost(text: str) -> None:
    assert "".join(split_keeping_ends(text)) == text


def test_only_python_line_ends_end_lines() -> None:
    assert split("a\x0cb\u2028c\x85d\r\ne\rf\ng") == ["a\x0cb\u2028c\x85d", "e", "f", "g"]
    assert split_keeping_ends("a\r\nb\rc") == ["a\r\n", "b\r", "c"]
