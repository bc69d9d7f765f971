"""What differs between two HDF5 files, asked in a process of its own: both may be damaged."""

from __future__ import annotations

import json
import sys
from typing import Any

CONFIG = "model_config"
MOST_NUMBERS = 1 << 20


def main() -> None:
    """Answers which objects of two files are not the same, the config aside."""
    one, other = (_told(path) for path in json.loads(sys.stdin.read()))
    print(json.dumps([key for key in {*one, *other} if one.get(key) != other.get(key)][:5]))


def _told(path: str) -> dict[str, list[Any]]:
    import h5py

    found: dict[str, list[Any]] = {}

    def visit(name: str, each: Any) -> None:
        found[name] = [type(each).__name__, sorted((key, repr(value)) for key, value in each.attrs.items())]
        if isinstance(each, h5py.Dataset) and each.size is not None and each.size < MOST_NUMBERS:
            try:
                found[name].append(repr(each[()]) if each.dtype.kind == "O" else each[()].tobytes().hex())
            except (OSError, RuntimeError, ValueError, TypeError) as error:
                found[name].append(type(error).__name__)

    with h5py.File(path, "r") as file:
        file.visititems(visit)
        found[""] = sorted((key, repr(value)) for key, value in file.attrs.items() if key != CONFIG)
    return found
