"""Who imports a file: what is said of it may come from any script of its project that uses it.

Editors and hooks give the changed files alone, and a file's findings must not hang on which others they give.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from bnlint.files.discovery import SCRIPT, Found, find
from bnlint.files.project import MAX_SEARCHED, imported, is_marked, root
from bnlint.files.quick import ACTED_ON

if TYPE_CHECKING:
    from bnlint.settings import Settings


def importers(files: Sequence[Found], settings_for: Callable[[str], Settings]) -> list[Found]:
    """The files of the same projects that may use one of ``files``, over any number of others, and are not among them.

    An import is known by its name, so that some of them may turn out to use another file. Of a very large project,
    and where nothing marks a project's root, only the file's own folder is searched.
    """
    given = {os.path.realpath(found.path) for found in files}
    modules: dict[str, list[str]] = {}
    for found in files:
        if found.path.endswith(SCRIPT) and _may_be_spoken_of(found.path):
            modules.setdefault(_searched(found.path), []).append(os.path.realpath(found.path))
    users: dict[str, Found] = {}
    for top, wanted in modules.items():
        others = {}
        for found in _files(top, settings_for):
            real = os.path.realpath(found.path)
            if real not in given:
                others[real] = found
        if others:
            users.update(_users(wanted, [*given, *others], others))
    return [users[path] for path in sorted(users)]


def _users(wanted: Iterable[str], every: Iterable[str], others: dict[str, Found]) -> Iterator[tuple[str, Found]]:
    importing: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    closed = list(every)
    reached = set(wanted)
    level = list(reached)
    while level:
        stems = {stem: os.path.basename(stem) for stem in map(_stem, level)}
        mentions = re.compile(b"|".join(sorted(re.escape(os.fsencode(name)) for name in set(stems.values()))))
        asked, closed = closed, []
        for path in asked:
            if not mentions.search(_read(path)):
                closed.append(path)
                continue
            for name in imported(path):
                parts = tuple(part for part in name.split(".") if part and part != "*")
                if parts:
                    importing.setdefault(parts[-1], []).append((path, parts))
        level = []
        for stem, name in stems.items():
            for path, parts in importing.get(name, ()):
                if path not in reached and (os.sep + stem).endswith(os.sep + os.path.join(*parts)):
                    reached.add(path)
                    level.append(path)
                    if path in others:
                        yield path, others[path]


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _stem(path: str) -> str:
    """A module's path without what its name leaves out."""
    folder, file = os.path.split(path)
    return folder if file == "__init__.py" else path.removesuffix(SCRIPT)


def _searched(path: str) -> str:
    """The folder whose files may use a file."""
    top = root(os.path.dirname(path) or ".")
    return top if is_marked(top) else os.path.dirname(os.path.realpath(path))


def _files(top: str, settings_for: Callable[[str], Settings]) -> list[Found]:
    """The scripts and notebooks that a run on the folder would lint; those directly in it where they are too many."""
    given = os.path.relpath(top)
    listed = find([top if given.startswith("..") else given], settings_for)
    found = [each for each in islice(listed, MAX_SEARCHED + 1) if isinstance(each, Found)]
    if is_marked(top) and len(found) <= MAX_SEARCHED:
        return found
    return [each for each in found if os.path.dirname(os.path.realpath(each.path)) == top]


def _may_be_spoken_of(path: str) -> bool:
    """Whether anything stands in a file that a finding could be about."""
    data = _read(path)
    return any(token in data for token in ACTED_ON)
