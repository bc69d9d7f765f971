"""How a program names BatchNormalization of one Keras package at one point, and the import where it cannot yet."""

from __future__ import annotations

import ast

from bnlint.fixes.edits import Change, Refusal
from bnlint.fixes.names import Names, dotted
from bnlint.fixes.source import Source
from bnlint.graph.places import Place

ROOTS = {"keras": "keras", "keras3": "keras", "tf.keras": "tensorflow.keras", "tf_keras": "tf_keras"}
_CLASS = "BatchNormalization"


def batch_normalization(source: Source, offset: int, package: str, built_at: Place | None) -> tuple[str, Change | None]:
    """The expression for the class at an offset, and the import that must be added for it, if one must.

    The namespace through which the backbone was built comes first, then the shortest name that the program has.
    ``Refusal`` for a package that is not known, or where no import can be placed.
    """
    root = ROOTS.get(package)
    if root is None:
        raise Refusal(f"the Keras package {package!r} is not known")
    names = Names(source, offset)
    found = _through_builder(source, names, root, built_at) or _shortest(names, root)
    return (found, None) if found else _imported(source, names, root, offset)


def _through_builder(source: Source, names: Names, root: str, built_at: Place | None) -> str | None:
    """``tf.keras.layers.BatchNormalization`` for a backbone built by ``tf.keras.applications.ResNet50(…)``."""
    call = None if built_at is None else source.call(built_at)
    written = None if call is None else dotted(call.func)
    if written is None:
        return None
    namespace, applications, _ = written.partition(".applications.")
    if not applications or names.dotted(namespace) != root:
        return None
    return f"{namespace}.layers.{_CLASS}"


def _shortest(names: Names, root: str) -> str | None:
    endings = {
        f"{root}.layers.{_CLASS}": "",
        f"{root}.layers": f".{_CLASS}",
        root: f".layers.{_CLASS}",
    }
    if root == "keras":  # where Keras up to 2.2 keeps the class itself
        endings = {f"{root}.layers.normalization.{_CLASS}": "", **endings}
    if root == "tensorflow.keras":
        endings["tensorflow"] = f".keras.layers.{_CLASS}"
    paths = {name: names.path(name) for name in names.visible()}
    for path, ending in endings.items():
        for name, found in paths.items():
            if found == path:
                return name + ending
        if path.endswith(_CLASS) and f"{root}.layers" in names.stars() and _CLASS not in paths:
            return _CLASS
    return None


def _imported(source: Source, names: Names, root: str, offset: int) -> tuple[str, Change]:
    """An import in the program's own style: of the class where it imports classes, else of ``layers``."""
    body = source.tree.body
    bound = set(names.visible())
    own = [node for node in body if isinstance(node, ast.ImportFrom) and _of_package(node, root)]
    modules = any(node.module == root for node in own) and not any(node.module != root for node in own)
    choices = [
        (f"from {root}.layers import {_CLASS}", _CLASS, _CLASS),
        (f"from {root} import layers", "layers", f"layers.{_CLASS}"),
        (f"from {root} import layers as keras_layers", "keras_layers", f"keras_layers.{_CLASS}"),
    ]
    if modules:
        choices[:2] = reversed(choices[:2])
    everywhere = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)} | bound
    for statement, name, expression in choices:
        if name not in everywhere:
            return expression, import_added(source, root, offset, statement)
    raise Refusal("every name for the import is taken")


def import_added(source: Source, root: str, offset: int, statement: str) -> Change:
    """The change that puts an import where the package is imported; ``Refusal`` where there is no line for it."""
    line = _import_line(source, root, offset)
    start = source.starts[line - 1] if line <= len(source.starts) else len(source.text)
    return Change(start, start, statement + source.newline)


def _of_package(node: ast.stmt, root: str) -> bool:
    if isinstance(node, ast.Import):
        return any(each.name == root or each.name.startswith(f"{root}.") for each in node.names)
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return node.module == root or node.module.startswith(f"{root}.")
    return False


def _import_line(source: Source, root: str, offset: int) -> int:
    """The line in front of which an import goes: behind the run of imports in which the package is imported."""
    body = source.tree.body
    head = _head(body)
    index = next(
        (i for i in range(len(body) - 1, -1, -1) if _of_package(body[i], root) and source.bounds(body[i])[1] <= offset),
        head - 1,
    )
    while index + 1 < len(body) and isinstance(body[index + 1], ast.Import | ast.ImportFrom):
        index += 1
    while index >= 0:
        statement = body[index]
        end = source.bounds(statement)[1]
        line = source.line_of(end)
        rest = source.text[end : source.line_end(line)].strip(" \t\x0c")
        if end <= offset and line < len(source.starts) and (not rest or rest.startswith("#")):
            return line + 1
        index -= 1
        if index < head - 1 and not isinstance(body[max(index, 0)], ast.Import | ast.ImportFrom):
            raise Refusal("there is no line for the import")
    if _head(body):
        raise Refusal("there is no line for the import")
    return source.line_of(source.bounds(body[0])[0])


def _head(body: list[ast.stmt]) -> int:
    """How many statements open the module that an import must follow: docstring, ``__future__``, other imports."""
    count = 0
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        count = 1
    while count < len(body) and isinstance(body[count], ast.Import | ast.ImportFrom):
        count += 1
    return count
