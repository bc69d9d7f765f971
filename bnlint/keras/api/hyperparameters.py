"""Hyper-parameters that a search chooses: those of Keras Tuner and of Optuna."""

from __future__ import annotations

import ast

from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, OneOf, Thing, Unknown, Value
from bnlint.keras.api.layers import text

HYPER_PARAMETERS = Thing("hyper-parameters")
TRIAL = Thing("trial")

MAX_ARMS = 4
MAX_SPREAD = 16
"""A search has many choices, and few of them matter: only the first ones are followed each on a path of its own."""


def hyper_parameter(m: Machine, library: object, receiver: Thing, method: str, args: Args, node: ast.AST) -> Value:
    """``hp.Choice("units", [32, 64])``, ``trial.suggest_float("rate", 1e-5, 1e-1)``: what a search chooses."""
    name = text(args.get(0, "name"))
    short = "hp" if receiver.kind == HYPER_PARAMETERS.kind else "trial"
    source = f"{short}.{name}" if name is not None else None
    if method in ("Choice", "suggest_categorical"):
        return choose(m, source, args.get(1, "values", "choices"), node)
    if method == "Fixed":
        return args.get(1, "value") or Unknown("hyper-parameter", source)
    if method == "copy":
        return receiver
    if method in ("Boolean", "Int", "Float", "get") or method.startswith("suggest_"):
        return Unknown("hyper-parameter", source)
    return Unknown(f"{short}.{method}()", harmless=True)


def choose(m: Machine, source: str | None, values: Value | None, node: ast.AST) -> Value:
    """One of a few values: numbers of layers and names may decide what is built, rates and flags do not need a path."""
    known = constants(m, values, node)
    if not known or any(isinstance(one.value, bool) for one in known):
        return Unknown("hyper-parameter", source)
    if len(known) == 1:
        return known[0]
    decides = len(known) <= MAX_ARMS and all(isinstance(one.value, (int, str)) for one in known)
    if source is not None and decides and (source in m.choices or m.spread * len(known) <= MAX_SPREAD):
        return m.choose_value(source, node, [lambda one=one: one for one in known])  # type: ignore[misc]
    return OneOf(tuple(known))


def constants(m: Machine, values: Value | None, node: ast.AST) -> list[Const]:
    """The values of a list of a few constants; nothing where it is anything else."""
    items = iterate(m, values, node) if values is not None else None
    if items is None or not items.exact or len(items.values) > OneOf.limit:
        return []
    found = [value for value in items.values if isinstance(value, Const)]
    return found if len(found) == len(items.values) else []
