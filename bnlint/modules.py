"""The modules of the project, parsed once and found by name."""

from __future__ import annotations

import os

from bnlint.files.project import locate, search_path
from bnlint.files.reading import Undecodable, decode
from bnlint.interpreter.source import Source

MAX_BYTES = 400_000
LIBRARIES = frozenset({"keras", "tensorflow", "tf_keras", "keras_applications", "numpy"})
"""Never taken from a project: a checkout of Keras itself is not what a script in it means to be read with."""

_parsed: dict[tuple[str, float], Source | None] = {}


class ProjectModules:
    """Finds the modules that a script imports from its own project; installed packages are not searched."""

    def __init__(self, script: str) -> None:
        self._folders = search_path(script) if os.path.isfile(script) else None
        self._script = os.path.normpath(script)
        self._found: dict[tuple[str, str], Source | None] = {}

    def find(self, name: str, importer: str) -> Source | None:
        """The module ``name`` as the file ``importer`` imports it; None where the project has no such file."""
        if self._folders is None:
            return None
        key = (name, importer)
        if key not in self._found:
            known = name.split(".", 1)[0] in LIBRARIES
            path = None if known else locate(name, importer, self._folders)
            self._found[key] = _parse(path, name) if path is not None and path != self._script else None
        return self._found[key]


def _parse(path: str, name: str) -> Source | None:
    """A module's source, parsed once for all files of a run; None where it cannot be read or is no Python."""
    try:
        status = os.stat(path)
        key = (path, status.st_mtime)
        if key not in _parsed:
            _parsed[key] = None
            if status.st_size <= MAX_BYTES:
                with open(path, "rb") as file:
                    _parsed[key] = Source(decode(file.read()).text, path, name=name)
    except (OSError, SyntaxError, ValueError, Undecodable, RecursionError, MemoryError):
        return None
    return _parsed[key]
