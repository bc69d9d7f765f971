"""The words of a loop's text: whether it can be passed over, and which names it reads and sets."""

from __future__ import annotations

import ast
from typing import NamedTuple

LOUD_WORDS = frozenset(
    """trainable fit fit_generator train_on_batch apply_gradients minimize compile add layers get_layer load_weights
    set_weights setattr globals locals exec eval next send __dict__ environ""".split()
)
STOPS = (
    ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Raise, ast.Global, ast.Nonlocal, ast.Lambda, ast.FunctionDef,
    ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.With, ast.AsyncWith, ast.Try, ast.Delete,
    ast.NamedExpr, ast.Assert,
)  # fmt: skip


class Words(NamedTuple):
    """The names that a loop reads and those that it sets."""

    read: frozenset[str]
    written: frozenset[str]


def words_of(node: ast.For | ast.AsyncFor) -> Words | None:
    """What a loop's text names; None where it holds something that is never dull."""
    read: set[str] = set()
    written: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, STOPS):
            return None
        if isinstance(child, ast.Attribute) and (isinstance(child.ctx, ast.Store) or child.attr in LOUD_WORDS):
            return None
        if isinstance(child, ast.Name):
            if child.id in LOUD_WORDS:
                return None
            (read if isinstance(child.ctx, ast.Load) else written).add(child.id)
    return Words(frozenset(read), frozenset(written))
