"""The other files of a project: where ``import models`` leads, as Python would look for it from the linted script."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache

ROOT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "environment.yml")
MAX_LEVELS = 4
FRAMEWORK = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(?:tensorflow|keras|tf_keras)\b", re.MULTILINE)
IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import|import[ \t]+([\w.]+))", re.MULTILINE)


def search_path(script: str) -> list[str]:
    """The folders that may be on Python's path: those from the script's up to the project's root, and their ``src``."""
    folder = os.path.dirname(script) or "."
    found: list[str] = []
    for _ in range(MAX_LEVELS):
        found.append(folder)
        source = os.path.join(folder, "src")
        if os.path.isdir(source):
            found.append(source)
        if any(os.path.exists(os.path.join(folder, mark)) for mark in ROOT_MARKS):
            break
        folder = os.path.normpath(os.path.join(folder, ".."))
    return found


def locate(name: str, importer: str, folders: Sequence[str]) -> str | None:
    """The file of the module ``name`` as ``importer`` imports it (leading dots: relative); None where there is none."""
    level = len(name) - len(name.lstrip("."))
    parts = [part for part in name[level:].split(".") if part]
    if level:
        folder = os.path.join(os.path.dirname(importer) or ".", *[".."] * (level - 1))
        return _module_in(folder, parts)
    for folder in dict.fromkeys([os.path.dirname(importer) or ".", *folders]):
        found = _module_in(folder, parts)
        if found is not None:
            return found
    return None


def imports_keras(data: bytes, script: str) -> bool:
    """Whether a script that names no Keras itself imports a file of its project that imports one."""
    names = {(first or second).decode() for first, second in IMPORT.findall(data)}
    if not names or not os.path.isfile(script):
        return False
    folders = search_path(script)
    paths = (locate(name, script, folders) for name in names)
    return any(_is_keras_code(path) for path in paths if path is not None)


@lru_cache(maxsize=4096)
def _is_keras_code(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return False
    return FRAMEWORK.search(data) is not None


def _module_in(folder: str, parts: Sequence[str]) -> str | None:
    stem = os.path.join(folder, *parts)
    candidates = [os.path.join(stem, "__init__.py")]
    if parts:
        candidates.insert(0, stem + ".py")
    return next((os.path.normpath(path) for path in candidates if os.path.isfile(path)), None)
