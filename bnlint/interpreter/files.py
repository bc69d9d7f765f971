"""Paths: texts, also where they are objects of ``pathlib``."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable
from pathlib import PurePosixPath

from bnlint.interpreter import configs
from bnlint.interpreter.heap import List
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Const, Thing, Tuple, Unknown, Value


class FilePath(Const):
    """A ``pathlib.Path``: a constant text that knows how to be joined."""

    __slots__ = ()

    def __init__(self, *parts: str) -> None:
        super().__init__(str(PurePosixPath(*parts)))


PARTS = frozenset({"name", "stem", "suffix", "anchor", "root", "drive"})
KEEP = frozenset({"absolute", "resolve", "expanduser"})
CHANGE = frozenset({"joinpath", "with_suffix", "with_name", "with_stem", "relative_to"})
QUESTIONS = frozenset({"exists", "is_file", "is_dir"})
EFFECTS = frozenset({"mkdir", "touch", "unlink", "rmdir", "chmod"})


def join(m: Machine, args: Args, node: ast.AST) -> Value:
    """``os.path.join``."""
    parts = [value.value for value in args.positional if isinstance(value, Const) and isinstance(value.value, str)]
    if len(parts) == len(args.positional) and parts:
        return Const(posixpath.join(*parts))
    return Unknown("path")


def part(name: str) -> Callable[[Machine, Args, ast.AST], Value]:
    """``os.path.basename`` and its like, of a constant path."""
    function = getattr(posixpath, name)

    def run(m: Machine, args: Args, node: ast.AST) -> Value:
        path = args.get(0)
        if not (isinstance(path, Const) and isinstance(path.value, str)):
            return Unknown("path")
        found = function(path.value)
        return Tuple(map(Const, found)) if isinstance(found, tuple) else Const(found)

    return run


def same(m: Machine, args: Args, node: ast.AST) -> Value:
    """``os.path.abspath``: a path that does not say where it starts is kept as it is."""
    path = args.get(0)
    return path if isinstance(path, Const) and isinstance(path.value, str) else Unknown("path")


def new_folder(m: Machine, args: Args, node: ast.AST) -> Value:
    """``tempfile.mkdtemp()``: a folder that no other call has made; its name here stands for the one it gets."""
    if m.star:
        return Unknown("a new folder")
    made = m.allocate(node, List((), False), "folder")
    return Const("a new folder " + re.sub(r"\W+", "_", repr(made.address)))


def exists(m: Machine, args: Args, node: ast.AST) -> Value:
    """``os.path.exists`` and its like: either may be so."""
    path = args.get(0)
    return Unknown("a file", f"exists({path.value!r})" if isinstance(path, Const) else None)


def make(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``Path(…)``; None where a part is not known."""
    parts = [value.value for value in args.positional if isinstance(value, Const) and isinstance(value.value, str)]
    return FilePath(*parts) if len(parts) == len(args.positional) and not args.keywords else None


def is_path(left: Const, right: Const) -> bool:
    """Whether ``/`` between two constants joins paths."""
    return isinstance(left, FilePath) or isinstance(right, FilePath)


def divide(left: Const, right: Const) -> Value:
    """``path / part``."""
    if isinstance(left.value, str) and isinstance(right.value, str):
        return FilePath(left.value, right.value)
    return Unknown("operation that raises")


def attribute(path: FilePath, name: str) -> Value | None:
    """``path.name`` and the like; None for methods."""
    if name in PARTS:
        return Const(getattr(PurePosixPath(path.value), name))
    return FilePath(str(PurePosixPath(path.value).parent)) if name == "parent" else None


def method(m: Machine, path: FilePath, name: str, args: Args, node: ast.AST) -> Value:
    """A method of a path."""
    if name in QUESTIONS:
        return exists(m, Args((path,)), node)
    if name in KEEP:
        return path
    if name in ("open", "read_text", "read_bytes"):
        found = configs.opened(m, args.shifted(path), node) if name == "open" else configs.text_of(m, path)
        if found is not None:
            return found
    if name in EFFECTS:
        return NONE
    if name in ("as_posix", "__str__", "__fspath__"):
        return Const(path.value)
    given = [value.value for value in args.positional if isinstance(value, Const) and isinstance(value.value, str)]
    if name in CHANGE and len(given) == len(args.positional):
        try:
            return FilePath(str(getattr(PurePosixPath(path.value), name)(*given)))
        except (ValueError, TypeError):
            return Unknown(f"{name}() that raises")
    if name in ("glob", "rglob", "iterdir"):
        return Thing("items", items=Items([Unknown("a file", harmless=True)], False))
    return Unknown(f"method `{name}` of a path", harmless=True)
