"""Lines as Python counts them: a line feed, a carriage return, or both together end one, and nothing else does."""

from __future__ import annotations

import re

_ENDS = re.compile(r"\r\n|\r|\n")
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def split(text: str) -> list[str]:
    """The lines of ``text`` without their ends; one more after a final line end."""
    return _ENDS.split(text)


def split_keeping_ends(text: str) -> list[str]:
    """The lines of ``text`` with their ends; joined they are ``text`` again."""
    return _LINES.findall(text)
