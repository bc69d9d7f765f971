"""The other files of a project: where ``import models`` leads, as Python would look for it from the linted script.

Nothing outside the project is ever looked at, and nothing of an installed package or a virtual environment inside it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

REPOSITORY_MARKS = (".git", ".hg")
ROOT_MARKS = (
    *REPOSITORY_MARKS, "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "environment.yml",
)  # fmt: skip
MAX_LEVELS = 4
"""So many folders, the script's own among them, may be on Python's path without the script saying so."""
MAX_LEVELS_TO_ROOT = 10
UNMARKED_LEVELS = 2
"""As many where nothing marks a project's root: a script's folder, and the one that it lies in."""
INSTALLED = frozenset({"site-packages", "dist-packages", "node_modules", "__pypackages__", ".tox", ".nox"})
"""Folders of what was installed: never read, wherever they lie."""
MAX_FOLLOWED = 500
"""So many files are looked at to find out whether a script without Keras uses some of its project."""
MAX_SEARCHED = 3000
"""In so many files of a project an import of a file is looked for."""

FRAMEWORK = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(?:tensorflow|keras|tf_keras)\b", re.MULTILINE)
IMPORT = re.compile(
    rb"[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]*(\([^)]*|[^\n;#(]*)|import[ \t]+([\w.][^\n;#]*))"
)
IMPORTED = re.compile(rb"(?:(?<!\w)import_module|(?<=__)(?<!\w__)import__)\([ \t]*[\"']([\w.]+)[\"'][ \t]*[,)]")
FOLDERS_BY_VALUE = re.compile(rb"\bsys[ \t]*\.[ \t]*path\b")
NAMES_BY_VALUE = re.compile(rb"\bimport_module\([ \t]*(?![\"'][\w.]+[\"'][ \t]*\))")
"""What makes imports hang on values, which only the interpreter knows: where modules are looked for, and which ones."""


# ------------------------------------------------------------------------------------------------------ its folders


def search_path(script: str) -> list[str]:
    """The folders that may be on Python's path: those from the script's up to the project's root, and their ``src``."""
    found: list[str] = []
    for folder in _up_to_root(os.path.dirname(script) or "."):
        found.append(folder)
        source = os.path.join(folder, "src")
        if os.path.isdir(source):
            found.append(source)
    return found


def _up_to_root(folder: str) -> tuple[str, ...]:
    return _up_from(folder, os.getcwd())


@lru_cache(maxsize=4096)
def _up_from(folder: str, cwd: str) -> tuple[str, ...]:
    """The folder and those above it, up to the one that a file marks as a project's root."""
    found: list[str] = []
    nearest = 0
    for _ in range(MAX_LEVELS):
        found.append(folder)
        if _has(folder, REPOSITORY_MARKS):
            return tuple(found)
        if not nearest and _has(folder, ROOT_MARKS):
            nearest = len(found)
        above = _above(folder)
        if above == folder:
            break
        folder = above
    return tuple(found[: nearest or UNMARKED_LEVELS + _levels_in_package(found)])


def _levels_in_package(folders: Sequence[str]) -> int:
    """How many folders, the innermost first, are packages."""
    inside = 0
    while inside < len(folders) and os.path.isfile(os.path.join(folders[inside], "__init__.py")):
        inside += 1
    return inside


def root(folder: str) -> str:
    """The real path of the folder that no file of the project lies outside of: of its repository, where it is one."""
    return _root(os.path.abspath(folder))


@lru_cache(maxsize=4096)
def _root(folder: str) -> str:
    here = folder
    for _ in range(MAX_LEVELS_TO_ROOT):
        if _has(here, REPOSITORY_MARKS):
            return os.path.realpath(here)
        above = _above(here)
        if above == here:
            break
        here = above
    return os.path.realpath(_up_to_root(folder)[-1])


def belongs(path: str, script: str) -> bool:
    """Whether a path, links followed, lies in the project of a script, and not among what was installed there."""
    inside, real = root(os.path.dirname(script) or "."), os.path.realpath(path)
    if not real.startswith(inside.rstrip(os.sep) + os.sep):
        return False
    folder = os.path.dirname(real[len(inside.rstrip(os.sep)) + 1 :])
    return not _is_installed(inside, folder)


@lru_cache(maxsize=4096)
def _is_installed(inside: str, folder: str) -> bool:
    if not folder:
        return False
    outer, name = os.path.split(folder)
    here = os.path.join(inside, folder)
    return name in INSTALLED or os.path.isfile(os.path.join(here, "pyvenv.cfg")) or _is_installed(inside, outer)


def _above(folder: str) -> str:
    return os.path.normpath(os.path.join(folder, ".."))


def _has(folder: str, marks: Sequence[str]) -> bool:
    return any(os.path.exists(os.path.join(folder, mark)) for mark in marks)


# ------------------------------------------------------------------------------------------------------ its modules


def locate(name: str, importer: str, folders: Sequence[str]) -> str | None:
    """The file of the module ``name`` as ``importer`` imports it (leading dots: relative); None where there is none.

    A folder of modules without ``__init__.py`` is one too (a namespace package): then the file does not exist.
    """
    level = len(name) - len(name.lstrip("."))
    parts = tuple(part for part in name[level:].split(".") if part)
    if level:
        folder = os.path.join(os.path.dirname(importer) or ".", *[".."] * (level - 1))
        searched = [os.path.normpath(folder)]
    else:
        # Python 2 found what lies beside the importing module first, Python 3 does not find it at all
        searched = list(dict.fromkeys([*folders, os.path.dirname(importer) or "."]))
    for look in (_module_in, _namespace_in):
        for folder in searched:
            found = look(folder, parts)
            if found is not None:
                return found
    return None


def _module_in(folder: str, parts: tuple[str, ...]) -> str | None:
    if parts and parts[0] not in _listed(folder) and parts[0] + ".py" not in _listed(folder):
        return None
    stem = os.path.join(folder, *parts)
    candidates = [os.path.join(stem, "__init__.py")]
    if parts:
        candidates.append(stem + ".py")
    return next((os.path.normpath(path) for path in candidates if _is_file(path)), None)


def _namespace_in(folder: str, parts: tuple[str, ...]) -> str | None:
    stem = os.path.join(folder, *parts)
    if parts and parts[0] not in _listed(folder):
        return None
    holds_code = any(
        name.endswith(".py") or _is_file(os.path.join(stem, name, "__init__.py")) for name in _listed(stem)
    )
    return os.path.normpath(os.path.join(stem, "__init__.py")) if holds_code else None


def _listed(folder: str) -> frozenset[str]:
    return _listing(os.path.abspath(folder))


@lru_cache(maxsize=4096)
def _listing(folder: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))
    except OSError:
        return frozenset()


def _is_file(path: str) -> bool:
    """Whether a file is there, under exactly this name: some systems do not tell ``Models.py`` from ``models.py``."""
    return os.path.basename(path) in _listed(os.path.dirname(path) or ".") and os.path.isfile(path)


# ---------------------------------------------------------------------------------------------- whether it uses Keras


def imports_keras(data: bytes, script: str) -> bool:
    """Whether a script that names no Keras itself imports, over however many files of its project, one that does.

    What hangs on values is taken for whatever in the project it can be.
    """
    if b"import" not in data or not os.path.isfile(script):
        return False
    folders, top = tuple(search_path(script)), _searchable_root(script)
    reached = [(script, _imports_of(data)._replace(uses_keras=False))]
    seen = {script}
    everywhere = False
    at = 0
    while at < len(reached) <= MAX_FOLLOWED:
        _, found = reached[at]
        if found.uses_keras or (found.any_name and (top is None or _names_keras_under(top))):
            return True
        more = reached[at : at + 1]
        at += 1
        if found.any_folder and not everywhere:  # those that were reached before may find more, too
            everywhere, more = True, reached[:at]
        if everywhere and top is None:
            return True
        for path in _targets(more, folders, top if everywhere else None):
            if path not in seen and belongs(path, script):
                seen.add(path)
                reached.append((path, _read_imports(os.path.abspath(path))))
    return False


class _Imports(NamedTuple):
    """What a file imports; ``any_folder``, ``any_name``: values decide where modules are looked for, and which."""

    uses_keras: bool = False
    names: frozenset[str] = frozenset()
    any_folder: bool = False
    any_name: bool = False


def _imports_of(data: bytes) -> _Imports:
    any_folder, any_name = FOLDERS_BY_VALUE.search(data) is not None, NAMES_BY_VALUE.search(data) is not None
    return _Imports(FRAMEWORK.search(data) is not None, _imported(data), any_folder, any_name)


def _targets(reached: Sequence[tuple[str, _Imports]], folders: tuple[str, ...], top: str | None) -> Iterator[str]:
    """The files that imports may lead to; with ``top``, those to which they would from any folder under it."""
    for path, found in reached:
        yield from _located(found.names, path, folders)
        if top is not None:
            for name in sorted(found.names):
                yield from _everywhere(name.removesuffix("*").rstrip("."), top)


def _everywhere(name: str, top: str) -> Iterator[str]:
    """The files of the project that are a module of this name, seen from some folder."""
    parts = tuple(part for part in name.split(".") if part)
    if not parts:
        return
    for path in _modules_under(top).get(parts[-1], ()):
        stem = path.removesuffix(".py").removesuffix(os.sep + "__init__")
        if stem.endswith(os.sep + os.path.join(*parts)):
            yield path


@lru_cache(maxsize=64)
def _names_keras_under(top: str) -> bool:
    """Whether any module of a project uses Keras."""
    return any(_read_imports(path).uses_keras for paths in _modules_under(top).values() for path in paths)


@lru_cache(maxsize=64)
def _modules_under(top: str) -> dict[str, list[str]]:
    """The scripts and modules of a project by the last part of their names."""
    found: dict[str, list[str]] = {}
    for path in _files_under(top):
        if path.endswith(".py"):
            stem = path.removesuffix(".py").removesuffix(os.sep + "__init__")
            found.setdefault(os.path.basename(stem), []).append(path)
    return found


def _imported(data: bytes) -> frozenset[str]:
    """The modules that a text may import, from what it says at the start of its lines."""
    names: set[str] = set()
    at, line = data.find(b"import"), -1
    while at >= 0:  # a search by pattern would take ten times as long, and most lines have no such word
        start = data.rfind(b"\n", 0, at) + 1
        found = IMPORT.match(data, start) if start > line else None
        line = max(line, start)
        if found is not None:
            names.update(_named(*found.groups(b"")))
            line = max(line, found.end() - 1)
        elif called := IMPORTED.match(data, at):
            names.add(called[1].decode("ascii", "replace"))
        at = data.find(b"import", max(at + 6, found.end() if found is not None else 0))
    return frozenset(names)


def _named(source: bytes, members: bytes, modules: bytes) -> Iterator[str]:
    """The modules that one statement may import."""
    if source:
        module = source.decode("ascii", "replace")
        yield module
        dot = "" if module.endswith(".") else "."
        yield from (module + dot + name for name in _words(members))  # `module.*`: whatever is in a package
    yield from _words(modules)


def _words(listed: bytes) -> Iterator[str]:
    """The names in ``a, b.c as d``."""
    for part in listed.strip(b"( \t\r\n").split(b","):
        words = part.split()
        if words:
            yield words[0].decode("ascii", "replace")


def _located(names: frozenset[str], importer: str, folders: tuple[str, ...]) -> Iterator[str]:
    for name in sorted(names):
        path = locate(name.removesuffix("*"), importer, folders)
        if path is None:
            continue
        yield path
        if name.endswith("*") and os.path.basename(path) == "__init__.py":
            folder = os.path.dirname(path)
            yield from (os.path.join(folder, file) for file in sorted(_listed(folder)) if file.endswith(".py"))


@lru_cache(maxsize=4096)
def _read_imports(path: str) -> _Imports:
    """What a file imports."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return _Imports()
    if path.endswith(".ipynb"):
        data = data.replace(b"\\n", b"\n").replace(b'"', b"\n")  # lines of cells are texts of their own
    return _imports_of(data)


# ------------------------------------------------------------------------------------------------- whether it is used


def imported(path: str) -> frozenset[str]:
    """The modules that a script or notebook may import, as it writes them; ``module.*`` for whatever is in one."""
    return _read_imports(os.path.abspath(path)).names


def is_marked(top: str) -> bool:
    """Whether a file marks a folder as the root of a project."""
    return _has(top, ROOT_MARKS)


def is_imported(path: str) -> bool:
    """Whether another file of the project may import this one: some import ends with its name."""
    if not os.path.isfile(path) or not path.endswith(".py"):
        return False
    stem = os.path.basename(path).removesuffix(".py")
    name = os.path.basename(os.path.dirname(os.path.abspath(path))) if stem == "__init__" else stem
    return name in _imported_names(_marked_root(path) or os.path.realpath(os.path.dirname(path) or "."))


def _searchable_root(path: str) -> str | None:
    """The root of the project that a file lies in, where all files of the project are known."""
    top = _marked_root(path)
    return top if top is not None and len(_files_under(top)) < MAX_SEARCHED else None


def _marked_root(path: str) -> str | None:
    """The root of the project that a file lies in; None where nothing marks it, and it may be anything."""
    top = root(os.path.dirname(path) or ".")
    return top if _has(top, ROOT_MARKS) else None


@lru_cache(maxsize=64)
def _imported_names(top: str) -> frozenset[str]:
    """The last parts of all that the files of a project import."""
    return frozenset(name.rpartition(".")[2] for path in _files_under(top) for name in _read_imports(path).names)


@lru_cache(maxsize=64)
def _files_under(top: str) -> tuple[str, ...]:
    """The scripts and notebooks of a project; of a very large one, the first."""
    found: list[str] = []
    for folder, folders, files in os.walk(top):
        here = os.path.relpath(folder, top)
        if _is_installed(top, "" if here == "." else here):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(os.path.join(folder, file) for file in sorted(files) if file.endswith((".py", ".ipynb")))
        if len(found) >= MAX_SEARCHED:
            break
    return tuple(found[:MAX_SEARCHED])


# ------------------------------------------------------------------------------------------------------------ memory


def forget() -> None:
    """Drop what is remembered of folders and files: another run may find others."""
    for remembered in (
        _up_from, _root, _is_installed, _listing, _read_imports, _imported_names, _files_under, _modules_under,
        _names_keras_under,
    ):  # fmt: skip
        remembered.cache_clear()
