"""Whether the program has asked for functions that run eagerly: a training step is then not traced."""

from __future__ import annotations

import ast
from typing import NamedTuple

from bnlint.graph.records import Layer
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Const, Ref, Value

KEY = ("functions run eagerly",)


class Eagerly(NamedTuple):
    """Whether functions may run eagerly."""

    maybe: bool

    def join(self, other: Eagerly) -> tuple[Eagerly, bool]:
        """Asked for on one path: they may."""
        return (self, False) if self == other else (Eagerly(True), True)


def run_functions_eagerly(m: Machine, library: object, args: Args, node: ast.AST) -> Value:
    """``tf.config.run_functions_eagerly(True)``."""
    given = args.get(0, "run_eagerly")
    m.put(KEY, Eagerly(not (isinstance(given, Const) and not given.value)))
    return NONE


def of_compile(m: Machine, given: Value | None) -> bool | None:
    """Whether a model that is compiled here trains in eager steps; None where it is not known."""
    found: Eagerly | None = m.heap.get(KEY)
    if isinstance(given, Const) and given.value:
        return True
    if (found is not None and found.maybe) or not (given is None or isinstance(given, Const)):
        return None
    return False


def set_for_model(m: Machine, target: Ref) -> None:
    """``model.run_eagerly = True``: heeded or not, as the model has trained before."""
    record = m.record(target)
    if isinstance(record, Layer) and record.model is not None and record.model.compiled is not None:
        compiled = record.model.compiled._replace(eager=None)
        m.put(target.address, record._replace(model=record.model._replace(compiled=compiled)))
