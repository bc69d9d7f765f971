"""Pieces of a rule file, each taken only in the form that is expected; an error names the piece's line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from bnlint.rules.errors import RuleError
from bnlint.rules.yamlfile import Document, Path


class Pieces:
    """Takes pieces of one document; a path of keys and positions leads to each."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def error(self, path: Path, message: str) -> RuleError:
        """What is wrong with a piece."""
        return self._document.error(path, message)

    def line(self, path: Path) -> int:
        """The line of a piece, from 1."""
        return self._document.line(path)

    def mapping(
        self, value: Any, path: Path, allowed: Iterable[str] | None, required: Iterable[str] = ()
    ) -> dict[str, Any]:
        """A mapping with known keys only; with any keys where ``allowed`` is None."""
        if not isinstance(value, dict):
            raise self.error(path, f"expected `key: value` lines, not {value!r}")
        for key in value:
            if allowed is not None and key not in allowed:
                expected = ", ".join(f"`{each}`" for each in allowed)
                raise self.error((*path, key), f"unknown key `{key}`{hint(key, allowed)}; expected one of {expected}")
        for key in required:
            if key not in value:
                raise self.error(path, f"`{key}` is missing")
        return dict(value)

    def sequence(self, value: Any, path: Path) -> list[Any]:
        """A list; an empty one for nothing."""
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.error(path, "expected a list")
        return value

    def text(self, value: Any, path: Path) -> str:
        """A text with something in it."""
        if not isinstance(value, str) or not value.strip():
            raise self.error(path, "expected a text")
        return value.strip()

    def flag(self, value: Any, path: Path) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            raise self.error(path, f"expected true or false, not {value!r}")
        return value

    def word(self, value: Any, path: Path, words: tuple[str, ...]) -> str:
        """One of several words."""
        if value not in words:
            expected = ", ".join(f"`{word}`" for word in words)
            raise self.error(path, f"expected one of {expected}, not {value!r}{hint(value, words)}")
        return str(value)


def hint(name: Any, known: Iterable[Any]) -> str:
    """The nearest known name, as a question; nothing where none is near."""
    near = difflib.get_close_matches(str(name), [str(each) for each in known], n=1)
    return f"; did you mean `{near[0]}`?" if near else ""
