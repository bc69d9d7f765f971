"""The other files of a project: where ``import models`` leads, as Python would look for it from the linted script."""

from __future__ import annotations

import os
from collections.abc import Sequence

ROOT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "environment.yml")
MAX_LEVELS = 4


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


def _module_in(folder: str, parts: Sequence[str]) -> str | None:
    stem = os.path.join(folder, *parts)
    candidates = [os.path.join(stem, "__init__.py")]
    if parts:
        candidates.insert(0, stem + ".py")
    return next((os.path.normpath(path) for path in candidates if os.path.isfile(path)), None)
