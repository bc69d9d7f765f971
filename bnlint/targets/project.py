"""The files of a project that tell which Keras it runs on: the nearest folder that has one is believed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import count

from bnlint.files.project import MAX_LEVELS, ROOT_MARKS
from bnlint.keras.releases import Target
from bnlint.targets.manifests import KINDS, Reader
from bnlint.targets.pins import target

TOP_MARKS = (".git", ".hg", ".svn")
REQUIREMENTS_FOLDER = "requirements"
_KINDS = tuple((re.compile(pattern), reader) for pattern, reader in KINDS)
_TELLS = re.compile("|".join(f"({pattern})" for pattern, _ in KINDS))


def target_of_folder(folder: str) -> Target | None:
    """What the files of the project say that a program in ``folder`` runs on; None where they say nothing."""
    for each in _folders(os.path.abspath(folder)):
        found = _in_folder(each)
        if found is not None:
            return found
    return None


def _folders(folder: str) -> Iterator[str]:
    """The folders of a project from one of its folders up.

    They reach to the top of its repository, without one to the first mark of a root; a person's home ends them.
    """
    in_repository = _is_in_repository(folder)
    for level in count(1):
        yield folder
        names, parent = _names(folder), os.path.dirname(folder)
        if parent == folder or folder == os.path.expanduser("~") or not names.isdisjoint(TOP_MARKS):
            return
        if not in_repository and (level == MAX_LEVELS or not names.isdisjoint(ROOT_MARKS)):
            return
        folder = parent


@lru_cache(maxsize=4096)
def _is_in_repository(folder: str) -> bool:
    if any(os.path.exists(os.path.join(folder, mark)) for mark in TOP_MARKS):
        return True
    parent = os.path.dirname(folder)
    return parent != folder and _is_in_repository(parent)


@lru_cache(maxsize=4096)
def _in_folder(folder: str) -> Target | None:
    for path, reader in _files(folder, _names(folder)):
        found = target(list(reader(path)))
        if found is not None:
            return found
    return None


def _files(folder: str, names: frozenset[str]) -> Iterator[tuple[str, Reader]]:
    """The files of a folder that may tell a version, those that are believed first before the others."""
    seen: set[str] = set()
    inner = os.path.join(folder, REQUIREMENTS_FOLDER) if REQUIREMENTS_FOLDER in names else None
    names = frozenset(filter(_TELLS.fullmatch, names))  # a folder may have very many others
    for pattern, reader in _KINDS:
        for name in sorted((name for name in names - seen if pattern.fullmatch(name)), key=_rank):
            seen.add(name)
            yield os.path.join(folder, name), reader
        if inner is not None and pattern.pattern == r"requirements\.txt":
            for name in sorted(_names(inner), key=_rank):
                if name.endswith(".txt"):
                    yield os.path.join(inner, name), reader


def _rank(name: str) -> tuple[bool, str]:
    """What is for tests or documentation comes after what the program itself needs."""
    return re.search(r"test|dev|doc|lint|ci\b", name) is not None, name


@lru_cache(maxsize=4096)
def _names(folder: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))
    except OSError:
        return frozenset()
