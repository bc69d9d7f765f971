"""Which files a run is about: those named, and those found in the folders named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from bnlint.files import globs

if TYPE_CHECKING:
    from bnlint.settings import Settings

SCRIPT = ".py"
NOTEBOOK = ".ipynb"
SAVED_MODELS = (".keras", ".h5", ".hdf5")
"""What is looked for in folders. Configs in JSON and YAML have names that say nothing: these are read when named."""
NAMED_MODELS = (*SAVED_MODELS, ".hdf", ".json", ".yaml", ".yml", ".pb")
SAVED_MODEL = "saved_model.pb"
"""A folder that holds this file is a model."""


class Found(NamedTuple):
    """One file of a run, with the settings that hold for it.

    ``named`` tells that a person gave its path, ``asked`` that findings in it are wanted, and not only what it says of
    others.
    """

    path: str
    settings: Settings
    named: bool
    asked: bool = True


class Missing(NamedTuple):
    """A path that was given and cannot be searched or read."""

    path: str
    message: str


def find(paths: Iterable[str], settings_for: Callable[[str], Settings]) -> Iterator[Found | Missing]:
    """The files of a run in a fixed order, each once: named files as they are, folders searched by name.

    ``settings_for`` gives the settings for what lies in a folder. Folder links are not followed in a search, so that
    loops cannot happen; ``.gitignore`` files and ``exclude`` hold for what is found, not for what is named
    (unless ``force-exclude``).
    """
    seen: set[str] = set()
    for path in paths:
        for found in _find_one(path, settings_for):
            key = os.path.abspath(found.path)
            if key not in seen:
                seen.add(key)
                yield found


def _find_one(path: str, settings_for: Callable[[str], Settings]) -> Iterator[Found | Missing]:
    path = os.path.normpath(path) if path else path
    try:
        is_folder = os.path.isdir(path)
        if not is_folder:
            os.stat(path)
    except OSError as error:
        yield Missing(path, _why_not(path, error))
        return
    except ValueError:
        yield Missing(path, "is not a path")
        return
    if is_folder and not os.path.isfile(os.path.join(path, SAVED_MODEL)):
        yield from _search(path, settings_for)
        return
    settings = settings_for(os.path.dirname(path) or ".")
    if not settings.force_exclude or not is_inside_excluded(path, settings):
        yield Found(path, settings, named=True)


def _why_not(path: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "is a link to nothing" if os.path.islink(path) else "no such file or folder"
    return f"cannot be read: {error.strerror or error}"


def _search(folder: str, settings_for: Callable[[str], Settings]) -> Iterator[Found | Missing]:
    ignores = _GitIgnores(folder)
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        settings = settings_for(here)
        try:
            with os.scandir(here) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Missing(here, f"cannot be searched: {error.strerror or error}")
            continue
        if settings.respect_gitignore:
            ignores.enter(here)
        if any(entry.name == SAVED_MODEL for entry in listed):
            yield Found(here, settings, named=False)
            continue
        folders = []
        for entry in listed:
            path = entry.name if here == "." else os.path.join(here, entry.name)
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and not entry.name.endswith((SCRIPT, NOTEBOOK, *SAVED_MODELS)):
                continue
            if _is_excluded(path, settings) or (settings.respect_gitignore and ignores.ignore(path, is_folder)):
                continue
            if is_folder:
                folders.append(path)
            elif _is_file(entry):
                yield Found(path, settings, named=False)
        waiting.extend(reversed(folders))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads back to itself
        return False


def _is_excluded(path: str, settings: Settings) -> bool:
    """Whether ``exclude`` or ``extend-exclude`` names this file or folder itself; those above it were asked before."""
    names, patterns = _names_and_patterns((*settings.exclude, *settings.extend_exclude))
    if os.path.basename(path) in names:
        return True
    if not patterns:
        return False
    relative = relative_to(path, settings.root)
    return any(globs.names(pattern, relative) for pattern in patterns)


@lru_cache(maxsize=64)
def _names_and_patterns(excluded: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Plain names, which most are, apart from those that have to be matched."""
    patterns = tuple(each for each in excluded if any(char in each for char in "*?[/\\"))
    return frozenset(excluded) - frozenset(patterns), patterns


def is_inside_excluded(path: str, settings: Settings) -> bool:
    """Whether ``exclude`` or ``extend-exclude`` names this file or a folder above it."""
    relative = relative_to(path, settings.root)
    return any(globs.matches(pattern, relative) for pattern in (*settings.exclude, *settings.extend_exclude))


def relative_to(path: str, root: str) -> str:
    """``path`` relative to the folder ``root`` with ``/`` between its parts; the plain name where it lies elsewhere."""
    absolute = os.path.abspath(path)
    if root and absolute.startswith(root.rstrip(os.sep) + os.sep):
        absolute = absolute[len(root.rstrip(os.sep)) + 1 :]
    else:
        absolute = os.path.basename(absolute)
    return absolute.replace(os.sep, "/")


class _GitIgnores:
    """The ``.gitignore`` files above and inside a searched folder; pathspec is imported where there is one."""

    def __init__(self, top: str) -> None:
        self._specs: dict[str, Any] = {}
        for folder in _up_to_repository(os.path.abspath(top)):
            self.enter(folder)

    def enter(self, folder: str) -> None:
        """Read the ``.gitignore`` of a folder, if it has one."""
        absolute = os.path.abspath(folder)
        try:
            with open(os.path.join(absolute, ".gitignore"), encoding="utf-8", errors="replace") as file:
                lines = file.read().split("\n")
        except OSError:
            return
        if any(line.strip() and not line.startswith("#") for line in lines):
            from pathspec import GitIgnoreSpec

            self._specs[absolute] = GitIgnoreSpec.from_lines(lines)

    def ignore(self, path: str, is_folder: bool) -> bool:
        """Whether git would leave ``path`` out: the nearest file that speaks of it decides."""
        if not self._specs:
            return False
        absolute = os.path.abspath(path)
        for folder in _above(absolute):
            spec = self._specs.get(folder)
            if spec is not None:
                relative = absolute[len(folder.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
                said = spec.check_file(relative + "/" if is_folder else relative).include
                if said is not None:
                    return bool(said)
        return False


def _above(path: str) -> Iterator[str]:
    """The folders above an absolute path, the nearest first."""
    while (parent := os.path.dirname(path)) != path:
        yield parent
        path = parent


def _up_to_repository(top: str) -> list[str]:
    """The folders above ``top`` that belong to the same git repository; none where it lies in no repository."""
    between: list[str] = []
    for folder in (top, *_above(top)):
        if os.path.exists(os.path.join(folder, ".git")):
            return [inside for inside in (*between, folder) if inside != top]
        between.append(folder)
    return []
