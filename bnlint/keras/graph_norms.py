"""Subjects `graph_training` and `contrib_norm`, read off the text: what runs in a session is not interpreted."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from bnlint.graph.places import Place
from bnlint.graph.subjects.graph_norms import ContribNorm, GraphTraining
from bnlint.keras import api_history
from bnlint.keras.addons import bound_names, full_name
from bnlint.keras.api_uses import placed_in
from bnlint.keras.releases import Target

LAYERS = frozenset({"tensorflow.layers.batch_normalization", "tensorflow.compat.v1.layers.batch_normalization"})
CONTRIB = frozenset({"tensorflow.contrib.layers.batch_norm", "tensorflow.contrib.slim.batch_norm"})
TRAINING = ("minimize", "apply_gradients")
DECAY = 0.999
"""The default of `decay` in both functions of contrib (measured on TensorFlow 1.8 and 1.15)."""
_OPTIMIZER = re.compile(r"\btrain\.\w*Optimizer\b")
_SPEAKS_OF_UPDATES = re.compile(
    r"update_?ops|create_train_op|optimize_loss|\.updates\b|get_updates_for|EstimatorSpec|GradientTape|"
    r"enable_eager_execution|get_collection_ref",
    re.IGNORECASE,
)
_SESSION = re.compile(r"Session\(")
_SCOPES = re.compile(r"arg_scope|normalizer_params|batch_norm_params|functools|partial\(")
Training = Literal["true", "false", "absent", "other"]


class Norm(NamedTuple):
    """One call of BatchNormalization in a graph."""

    node: ast.Call
    path: str
    training: Training
    given: dict[str | None, ast.expr]


def gather_graph_norms(
    text: str, target: Target, placed: Callable[[Sequence[int]], Place]
) -> tuple[tuple[GraphTraining, ...], tuple[ContribNorm, ...]]:
    """Both subjects of one file; nothing where the target does not have the functions."""
    if "batch_norm" not in text or "tensorflow" not in text:
        return (), ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return (), ()
    names = {bound: path for node in nodes for bound, path in bound_names(node)}
    norms = [norm for node in nodes if isinstance(node, ast.Call) and (norm := _norm(node, names)) is not None]
    norms = [norm for norm in norms if api_history.has_path(target, norm.path, "attribute")]
    if not norms:
        return (), ()
    lines = text.split("\n")
    norms.sort(key=lambda norm: (norm.node.lineno, norm.node.col_offset))
    training = _training(text, lines, nodes, names, norms, placed)
    return (training,) if training is not None else (), _contrib(text, lines, norms, placed)


def _norm(node: ast.Call, names: dict[str, str]) -> Norm | None:
    path = full_name(node.func, names)
    if path not in LAYERS | CONTRIB or any(each.arg is None for each in node.keywords):
        return None
    given = {each.arg: each.value for each in node.keywords}
    value = given.get("training" if path in LAYERS else "is_training")
    training: Training = "absent" if value is None else "other"
    if isinstance(value, ast.Constant):
        training = "true" if value.value else "false"
    return Norm(node, str(path), training, given)


def _training(
    text: str,
    lines: Sequence[str],
    nodes: Sequence[ast.AST],
    names: dict[str, str],
    norms: Sequence[Norm],
    placed: Callable[[Sequence[int]], Place],
) -> GraphTraining | None:
    """The training op of a file, if it makes one and if layers of it leave their updates to others."""
    if not _OPTIMIZER.search(text):
        return None
    if all(norm.training in ("true", "absent") for norm in norms):
        return None  # the statistics that nobody updates are never used either
    aside = [norm for norm in norms if _puts_aside(norm, text)]
    ops = [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in TRAINING]
    if not aside or not ops:
        return None
    ops.sort(key=lambda node: (node.lineno, node.col_offset))
    place = placed(placed_in(lines, ops[0]))
    old = new = None
    if len(ops) == 1 and ops[0].lineno == ops[0].end_lineno:
        old, new = _grouped(lines, ops[0], aside[0], names)
    return GraphTraining(
        place=place,
        line=place.line,
        method=ops[0].func.attr if isinstance(ops[0].func, ast.Attribute) else "minimize",
        train_ops=len(ops),
        layers=len(aside),
        function=ast.unparse(aside[0].node.func),
        norm_at=placed(placed_in(lines, aside[0].node)),
        updates_run=_SPEAKS_OF_UPDATES.search(text) is not None,
        session_here=_SESSION.search(text) is not None,
        old_text=old,
        new_text=new,
    )


def _puts_aside(norm: Norm, text: str) -> bool:
    """Whether the updates of a call surely go to a collection that somebody has to run."""
    if norm.path in LAYERS:
        return norm.training in ("true", "other")
    return norm.training != "false" and "updates_collections" not in text and not _SCOPES.search(text)


def _grouped(
    lines: Sequence[str], node: ast.Call, norm: Norm, names: dict[str, str]
) -> tuple[str, str] | tuple[None, None]:
    """The call, and the same grouped with the updates, by the name that the program has for TensorFlow."""
    wanted = "tensorflow.compat.v1" if norm.path.startswith("tensorflow.compat") else "tensorflow"
    alias = next((bound for bound, path in names.items() if path == wanted), None)
    if alias is None and wanted != "tensorflow":
        root = next((bound for bound, path in names.items() if path == "tensorflow"), None)
        alias = f"{root}.compat.v1" if root is not None else None
    if alias is None:
        return None, None
    place = placed_in(lines, node)
    old = lines[place.line - 1][place.column - 1 : place.end_column - 1]
    return old, f"{alias}.group({old}, *{alias}.get_collection({alias}.GraphKeys.UPDATE_OPS))"


def _contrib(
    text: str, lines: Sequence[str], norms: Sequence[Norm], placed: Callable[[Sequence[int]], Place]
) -> tuple[ContribNorm, ...]:
    own = [norm for norm in norms if norm.path in CONTRIB]
    only = all(norm.training in ("true", "absent") for norm in own) and not _SCOPES.search(text)
    found = []
    for norm in own:
        place = placed(placed_in(lines, norm.node))
        decay = norm.given.get("decay")
        collections = norm.given.get("updates_collections")
        found.append(
            ContribNorm(
                place=place,
                line=place.line,
                written=ast.unparse(norm.node.func),
                is_training=norm.training,
                decay=DECAY if decay is None else _number(decay),
                decay_given=decay is not None,
                in_place=isinstance(collections, ast.Constant) and collections.value is None,
                only_training=only,
                in_scope=_SCOPES.search(text) is not None,
                group=f"{place.path} {norm.training}",
            )
        )
    return tuple(found)


def _number(node: Any) -> float | None:
    """A constant number."""
    value = node.value if isinstance(node, ast.Constant) else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
