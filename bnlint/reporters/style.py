"""Colour for terminals, and nothing at all elsewhere."""

from __future__ import annotations

from typing import NamedTuple

_CODES = {"bold": "1", "dim": "2", "red": "1;31", "yellow": "1;33", "cyan": "1;36", "green": "32", "blue": "34"}
_SEVERITY_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


class Style(NamedTuple):
    """Whether to colour, and how wide a line may be (in columns)."""

    colour: bool = False
    width: int = 160

    def paint(self, text: str, how: str) -> str:
        """``text`` in a colour or weight: bold, dim, red, yellow, cyan, green or blue."""
        return f"\x1b[{_CODES[how]}m{text}\x1b[0m" if self.colour and text else text

    def severity(self, text: str, severity: str) -> str:
        """``text`` in the colour of a severity."""
        return self.paint(text, _SEVERITY_COLOURS.get(severity, "bold"))


def plain(text: str) -> str:
    """``text`` on one line and without control characters, which a terminal might obey."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "�" for char in text)


def counted(number: int, word: str, plural: str | None = None) -> str:
    """A number with its noun: ``1 file``, ``2 files``."""
    return f"{number} {word if number == 1 else plural or word + 's'}"
