"""JSON and YAML of strangers: read within limits on memory and depth, and nothing made but plain data."""

from __future__ import annotations

import json
from typing import Any

from bnlint.saved_models.errors import Unreadable

MOST_BYTES = 64 << 20
"""The largest text that is looked at; the config of the largest application has 2 MB."""
MOST_MEMORY = 160 << 20
"""What the parsed text may take, estimated from its brackets and commas before it is parsed."""
MOST_DEPTH = 240
COSTS = {b"{": 200, b"[": 80, b",": 60, b":": 16}
"""Bytes of memory that each of these in a text stands for at most, in CPython."""

DEEP = "its config is nested too deeply to be one of a model"
LARGE = "its config is larger than that of any model"


def parse_json(text: bytes | str, what: str = "its config") -> dict[str, Any]:
    """The object that a JSON text holds. Raises ``Unreadable`` for anything else, and for what asks for too much."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    check_size(data)
    try:
        parsed = json.loads(text)
    except RecursionError:
        raise Unreadable(DEEP) from None
    except ValueError as error:
        raise Unreadable(f"{what} is not valid JSON: {said(error)}") from None
    if not isinstance(parsed, dict):
        raise Unreadable(f"{what} is JSON, and not that of a model")
    check_depth(parsed)
    return parsed


def check_size(data: bytes) -> None:
    """Raises ``Unreadable`` for a text that would take too much memory once parsed."""
    if len(data) > MOST_BYTES or len(data) + sum(data.count(each) * cost for each, cost in COSTS.items()) > MOST_MEMORY:
        raise Unreadable(LARGE)


def check_depth(parsed: Any) -> None:
    """Raises ``Unreadable`` for data that functions which call themselves could not walk."""
    level: list[Any] = [parsed]
    for _ in range(MOST_DEPTH):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, (dict, list)) and inner
        ]
        if not level:
            return
    raise Unreadable(DEEP)


def said(error: Exception) -> str:
    """An error of a library in one short line."""
    return " ".join(str(error).split())[:160]
