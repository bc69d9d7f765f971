"""TensorFlow 2 told to run as TensorFlow 1 does: ``disable_v2_behavior()`` and ``disable_eager_execution()``."""

from __future__ import annotations

from typing import NamedTuple

from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Value

GRAPH_MODE = ("graph mode",)
SWITCHES = frozenset(
    f"tensorflow.{module}{name}"
    for module in ("", "compat.v1.")
    for name in ("disable_v2_behavior", "disable_eager_execution")
)


class GraphMode(NamedTuple):
    """That one of the switches was called; ``certain`` where it was on every way to here."""

    certain: bool

    def join(self, other: GraphMode) -> tuple[GraphMode, bool]:
        """Called on two ways."""
        return GraphMode(self.certain and other.certain), self.certain != other.certain


def switch(m: Machine, name: str) -> Value | None:
    """The call of a switch; None for any other name."""
    if name not in SWITCHES:
        return None
    if GRAPH_MODE not in m.heap:
        m.put(GRAPH_MODE, GraphMode(not m.trying))
    return NONE
