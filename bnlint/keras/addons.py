"""Subject `addons_norm`: normalization layers of TensorFlow Addons that Keras has by now."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from bnlint.graph.places import Place
from bnlint.graph.subjects.addons import AddonsNorm
from bnlint.keras import api_history
from bnlint.keras.api_uses import placed_in
from bnlint.keras.releases import Target

ADDONS = "tensorflow_addons"
CORE = "tensorflow.keras.layers.GroupNormalization"
CLASSES = ("GroupNormalization", "InstanceNormalization")
KEYWORDS = frozenset(
    """axis epsilon center scale groups beta_initializer gamma_initializer beta_regularizer gamma_regularizer
    beta_constraint gamma_constraint name trainable dtype""".split()
)
"""What both take (measured: the signatures of TensorFlow Addons 0.19 and TensorFlow 2.11)."""


def gather_addons(text: str, target: Target, placed: Callable[[Sequence[int]], Place]) -> tuple[AddonsNorm, ...]:
    """Every GroupNormalization and InstanceNormalization of TensorFlow Addons that a program makes."""
    if ADDONS not in text:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    names = {bound: path for node in nodes for bound, path in bound_names(node)}
    lines = text.split("\n")
    found = []
    for node in nodes:
        path = full_name(node.func, names) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and path in [f"{ADDONS}.layers.{name}" for name in CLASSES]:
            found.append(_subject(node, str(path), names, lines, target, placed))
    return tuple(found)


def _subject(
    node: ast.Call,
    path: str,
    names: dict[str, str],
    lines: Sequence[str],
    target: Target,
    placed: Callable[[Sequence[int]], Place],
) -> AddonsNorm:
    place = placed(placed_in(lines, node))
    given = {each.arg: each.value for each in node.keywords}
    plain = not node.args and all(name in KEYWORDS for name in given)
    axis = given.get("axis")
    return AddonsNorm(
        place=place,
        line=place.line,
        type=path.rpartition(".")[2],  # type: ignore[arg-type]
        written=ast.unparse(node.func),
        function_place=placed(placed_in(lines, node.func)),
        core=api_history.has_path(target, CORE, "attribute"),
        same=plain and (axis is None or ast.unparse(axis) == "-1"),
        groups_given="groups" in given,
        successor=_written(names),
    )


def bound_names(node: ast.AST) -> list[tuple[str, str]]:
    """Local names that an import binds, and what they are of."""
    if isinstance(node, ast.Import):
        return [(each.asname or each.name.partition(".")[0], each.name if each.asname else each.name.partition(".")[0])
                for each in node.names]  # fmt: skip
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [(each.asname or each.name, f"{node.module}.{each.name}") for each in node.names]
    return []


def full_name(node: Any, names: dict[str, str]) -> str | None:
    """The full name that an expression stands for."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        before = full_name(node.value, names)
        return f"{before}.{node.attr}" if before else None
    return None


def _written(names: dict[str, str]) -> str | None:
    """The core class through the longest import that leads to it."""
    leading = [(path, bound) for bound, path in names.items() if path == CORE or CORE.startswith(path + ".")]
    if not leading:
        return None
    path, bound = max(leading, key=lambda each: len(each[0]))
    return bound + CORE[len(path) :]
