"""The modules of the project, parsed once and found by name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from bnlint.files import configs
from bnlint.files.libraries import LIBRARIES
from bnlint.files.project import belongs, locate, root, search_path
from bnlint.files.reading import Undecodable, decode
from bnlint.interpreter.source import Source

MAX_BYTES = 1_000_000
MAX_BYTES_TOGETHER = 8_000_000
"""So much of a project is parsed for one script."""
MAX_FOLDERS = 20
"""A script may put so many folders of its project on Python's path."""

_parsed: dict[tuple[str, str], tuple[tuple[int, int], Source | None]] = {}
"""What was parsed, by where a file is and how it is called; with its time and size."""


class ProjectModules:
    """Finds the modules that a script imports from its own project; installed packages are not searched.

    ``texts`` stand for files on the disk: what these are about to become. ``read`` holds the files that were read.
    """

    def __init__(self, script: str, texts: Mapping[str, str] | None = None) -> None:
        self._folders = search_path(script) if os.path.isfile(script) else None
        self._script = os.path.normpath(script)
        self._texts = texts or {}
        self._found: dict[tuple[str, str], Source | None] = {}
        self._written: set[str] = set()
        self._left = MAX_BYTES_TOGETHER
        self.read: dict[str, Source] = {}

    def find(self, name: str, importer: str) -> Source | None:
        """The module ``name`` as the file ``importer`` imports it; None where the project has no such file."""
        if self._folders is None or name.split(".", 1)[0] in LIBRARIES:
            return None
        key = (name, importer)
        if key not in self._found:
            path = locate(name, importer, self._folders)
            usable = path is not None and path != self._script and belongs(path, self._script)
            self._found[key] = self._open(self._spelled(path)) if path is not None and usable else None
        return self._found[key]

    def add_folder(self, folder: str) -> None:
        """A folder that the program itself puts on Python's path, relative to the script or where it is run."""
        if self._folders is None:
            return
        for start in dict.fromkeys([os.path.dirname(self._script) or ".", *self._folders]):
            path = os.path.normpath(os.path.join(start, folder))
            if os.path.isdir(path) and belongs(os.path.join(path, "module"), self._script):
                if path not in self._folders and len(self._folders) < MAX_FOLDERS:
                    self._folders.append(path)
                    self._found = {key: source for key, source in self._found.items() if source is not None}
                return

    def has_config(self, path: str) -> bool:
        """Whether ``path`` leads, for a program of the project, to a file of settings in it."""
        return self._config(path) is not None

    def config(self, path: str, form: str) -> tuple[bool, Any]:
        """Whether such a file can be read as ``form`` (``json``, ``yaml``, ``toml``, ``ini``), and what is in it."""
        found = self._config(path)
        if found is None:
            return False, None
        try:
            return True, configs.load(found, form)
        except configs.Unreadable:
            return False, None

    def written(self, path: str) -> None:
        """The program itself writes this file: what is on the disk says nothing."""
        self._written.update(map(os.path.realpath, self._candidates(path)))

    def _config(self, path: str) -> str | None:
        for candidate in self._candidates(path):
            if os.path.isfile(candidate):
                usable = belongs(candidate, self._script) and os.path.realpath(candidate) not in self._written
                return candidate if usable else None
        return None

    def _candidates(self, path: str) -> Iterator[str]:
        """Where a path may lead: from the script's folder, or from one above it in the project."""
        if self._folders is None or not path.endswith(configs.SUFFIXES) or "\0" in path:
            return
        for folder in dict.fromkeys([*self._folders, root(os.path.dirname(self._script) or ".")]):
            yield os.path.normpath(os.path.join(folder, path))

    def text(self, path: str) -> str:
        """The text of a file that was read."""
        return self.read[path].text

    def _spelled(self, path: str) -> str:
        """The one way in which a file is called that links lead to in several."""
        real = os.path.realpath(path)
        if real == os.path.abspath(path):
            return path
        here = os.getcwd().rstrip(os.sep) + os.sep
        return real[len(here) :] if real.startswith(here) and not os.path.isabs(self._script) else real

    def _open(self, path: str) -> Source | None:
        text = self._texts.get(os.path.realpath(path)) if self._texts else None
        source = _parse(path) if text is None else _source(text, path)
        if source is None or len(source.text) > self._left:
            return None
        self._left -= len(source.text)
        if source.text:
            self.read[path] = source
        return source


def _parse(path: str) -> Source | None:
    """A module's source, parsed once for all files of a run; None where it cannot be read or is no Python."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return _source("", path)  # a namespace package
    except OSError:
        return None
    key, stamp = (os.path.abspath(path), path), (status.st_mtime_ns, status.st_size)
    known = _parsed.get(key)
    if known is None or known[0] != stamp:
        known = _parsed[key] = stamp, _read(path) if status.st_size <= MAX_BYTES else None
    return known[1]


def _read(path: str) -> Source | None:
    try:
        with open(path, "rb") as file:
            return _source(decode(file.read()).text, path)
    except (OSError, Undecodable):
        return None


def _source(text: str, path: str) -> Source | None:
    try:
        return Source(text, path, name=_name(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _name(path: str) -> str:
    """A module's name by the packages that it lies in, whoever imports it."""
    folder, file = os.path.split(path)
    parts = [] if file == "__init__.py" else [file.removesuffix(".py")]
    if not parts:
        folder, name = os.path.split(folder)
        parts.append(name)
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        if name in ("", "..", "."):
            break
        parts.insert(0, name)
    return ".".join(parts)
