"""What a program says itself of its Keras: environment variables that it sets before Keras is imported."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

LEGACY, BACKEND = "TF_USE_LEGACY_KERAS", "KERAS_BACKEND"
TRUE = frozenset({"1", "true", "True"})
_MENTIONED = re.compile(f"{LEGACY}|{BACKEND}")
_MAGIC = re.compile(rf"[ \t]*%(?:set_)?env[ \t]+({LEGACY}|{BACKEND})(?:[ \t]*=[ \t]*|[ \t]+)(\S+)")


class Import(NamedTuple):
    """An import of ``keras`` or ``tensorflow``; ``of_keras`` where it is of TensorFlow's Keras by name."""

    root: str
    of_keras: bool
    line: int


class Setting(NamedTuple):
    """A variable, its value, the line that sets it, and whether the Keras that reads it was not yet imported there."""

    name: str
    value: str
    line: int
    cell: int | None = None
    in_time: bool = True

    def place(self, path: str) -> str:
        """Where it stands, as outputs show it."""
        cell = f"cell {self.cell}:" if self.cell is not None else ""
        return f"{path}:{cell}{self.line}"


def settings(text: str, cells: Mapping[int, str] | None = None) -> tuple[Setting, ...]:
    """The variables that a script, or a notebook with these cells, sets to constants."""
    if not any(_MENTIONED.search(each) for each in (cells.values() if cells is not None else [text])):
        return ()
    if cells is None:
        return _settled(list(_placed(text, None)))
    return _settled([each for number, cell in cells.items() for each in _of_cell(cell, number)])


def _settled(found: Sequence[Setting | Import]) -> tuple[Setting, ...]:
    """The last setting of each variable in time, else the first that came too late.

    Measured on TensorFlow 2.21: ``import tensorflow`` imports Keras, and with it reads the backend. From then on
    ``from tensorflow.keras import …`` is settled, while ``tf.keras.…`` still follows the variable up to its first use.
    """
    kept: dict[str, Setting] = {}
    for index, each in enumerate(found):
        if isinstance(each, Import):
            continue
        before = [other for other in found[:index] if isinstance(other, Import)]
        settled = any(other.root == "tensorflow" or each.name == BACKEND for other in before)
        if not settled:
            kept[each.name] = each
        elif each.name == BACKEND or any(isinstance(other, Import) and other.of_keras for other in found):
            kept.setdefault(each.name, each._replace(in_time=False))
    return tuple(kept.values())


def _of_cell(text: str, number: int) -> list[Setting | Import]:
    """Settings and imports of one cell in the order of their lines, magics among them."""
    every = text.splitlines()
    found: list[Setting | Import] = [
        Setting(match[1], match[2].strip("\"'"), at, number)
        for at, line in enumerate(every, 1)
        if (match := _MAGIC.match(line))
    ]
    plain = "\n".join("" if line.lstrip()[:1] in ("%", "!") else line for line in every)
    return sorted([*found, *_placed(plain, number)], key=lambda each: each.line)


def _placed(text: str, cell: int | None) -> Iterator[Setting | Import]:
    """Settings and imports of a program in the order in which they run; none where Python cannot read it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
    for statement in _flat(tree.body):
        for name, value in _set_by(statement):
            yield Setting(name, value, statement.lineno, cell)
        yield from _imported_by(statement)


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the file does, in their order; not those that only may."""
    for statement in body:
        if isinstance(statement, (ast.Try, ast.With)):
            yield from _flat(statement.body)
        else:
            yield statement


def _set_by(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """The variables that ``os.environ[…] = …``, ``setdefault`` and ``update`` set to a constant."""
    pairs: Sequence[tuple[ast.expr | None, ast.expr]] = ()
    match statement:
        case ast.Assign(targets=targets, value=value):
            pairs = [(t.slice, value) for t in targets if isinstance(t, ast.Subscript) and _is_environment(t.value)]
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="setdefault"), args=[key, value])):
            pairs = [(key, value)] if _is_environment(owner) else ()
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="update"), args=[ast.Dict() as table])):
            pairs = [*zip(table.keys, table.values, strict=True)] if _is_environment(owner) else ()
    for name, given in pairs:
        if isinstance(name, ast.Constant) and name.value in (LEGACY, BACKEND) and isinstance(given, ast.Constant):
            yield str(name.value), str(given.value)


def _is_environment(node: ast.expr) -> bool:
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) == "environ"


def _imported_by(statement: ast.stmt) -> Iterator[Import]:
    names: list[str] = []
    if isinstance(statement, ast.Import):
        names = [alias.name for alias in statement.names]
    elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
        names = [f"{statement.module}.{alias.name}" for alias in statement.names]
    for name in names:
        root, _, rest = name.partition(".")
        if root in ("keras", "tensorflow"):
            yield Import(root, root == "tensorflow" and rest.split(".")[0] == "keras", statement.lineno)
