"""Settings that a program keeps in a file: JSON, YAML, TOML and INI, read as plain data."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from typing import Any

SUFFIXES = (".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf")
MAX_BYTES = 100_000
MAX_DEPTH = 60

_STACKED = re.compile(rb"^(?:[ \t]*[-?:][ \t]+){%d}|^[ \t]{%d}" % (MAX_DEPTH, 4 * MAX_DEPTH), re.MULTILINE)
_BRACKETS = re.compile(rb"[\[{}\]]")


class Unreadable(Exception):
    """A file that is not there, too large, or not what it should be."""


def load(path: str, form: str) -> Any:
    """The data in a file. ``form`` is ``json``, ``yaml``, ``toml`` or ``ini``. Raises ``Unreadable``."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            raise Unreadable
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES)
        if _is_deep(data):
            raise Unreadable
        return _READERS[form](data.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError, MemoryError, ImportError) as error:
        raise Unreadable from error


def _is_deep(data: bytes) -> bool:
    """Whether a text may be nested deeper than parsers in C can bear."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(data):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH or _STACKED.search(data) is not None


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise ValueError from error


def _toml(text: str) -> Any:
    import sys
    from importlib import import_module

    return import_module("tomllib" if sys.version_info >= (3, 11) else "tomli").loads(text)


def _ini(text: str) -> Any:
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError from error
    return {name: dict(parser.items(name)) for name in parser.sections()}


_READERS: dict[str, Callable[[str], Any]] = {"json": json.loads, "yaml": _yaml, "toml": _toml, "ini": _ini}
