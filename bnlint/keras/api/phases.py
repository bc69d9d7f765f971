"""The learning phase, Keras's global training mode: what sets it, and what is known of it afterwards."""

from __future__ import annotations

import ast
from typing import NamedTuple

from bnlint.graph.records import Layer
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Const, Thing, Value
from bnlint.keras.api.names import KerasName

PHASE = ("learning phase",)
SETTERS = frozenset({"set_learning_phase", "learning_phase_scope"})
ASKED = frozenset({"hasattr", "version", "__version__", "getattr"})


class Phase(NamedTuple):
    """What was set last.

    ``value`` is 0 or 1, None where it is not known or was set in several ways; ``before_build``: no layer was there.
    """

    value: int | None
    before_build: bool | None = None

    def join(self, other: Phase) -> tuple[Phase, bool]:
        """Set in two ways: not known."""
        return (self, False) if self == other else (Phase(None), True)


def set_phase(m: Machine, name: KerasName, args: Args, node: ast.AST) -> Value:
    """``set_learning_phase(value)`` and ``learning_phase_scope(value)``."""
    given = args.get(0, "value")
    value = int(bool(given.value)) if isinstance(given, Const) and given.origin is None else None
    before = not any(isinstance(record, Layer) for record in m.heap.values())
    data = {"package": name.root, "function": name.last, "value": value, "before_build": before}
    m.event("learning_phase", node, guarded=bool(m.tries) or _is_asked_for(m, node), **data)
    is_scope = name.last == "learning_phase_scope"
    earlier: Phase | None = m.heap.get(PHASE)
    if is_scope or (earlier is not None and earlier.value != value):
        m.put(PHASE, Phase(None))
    elif earlier is None:
        m.put(PHASE, Phase(value, before))
    return Thing("scope") if is_scope else NONE


def forget_phase(m: Machine) -> None:
    """``clear_session`` begins anew on some releases: what holds of the phase is not known."""
    if PHASE in m.heap:
        m.put(PHASE, Phase(None))


def _is_asked_for(m: Machine, node: ast.AST) -> bool:
    """Whether an ``if`` around the call asks for the function or for a release."""
    for _, branch in m.frame.source.outline.around(node):
        if isinstance(branch, ast.If | ast.IfExp):
            asked = {getattr(child, "id", getattr(child, "attr", "")) for child in ast.walk(branch.test)}
            if any(word in name for word in ASKED for name in asked):
                return True
    return False
