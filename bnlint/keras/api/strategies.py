"""Strategies of `tf.distribute`: how many replicas they have, and what is built and compiled in their scope."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from bnlint.graph.places import Place
from bnlint.interpreter.heap import List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Const, Thing, Tuple, Value

SCOPE = ("strategy scope",)
ALONE = frozenset({"OneDeviceStrategy", "get_strategy"})
"""What runs on one device, unless another strategy was set for all."""


class Scope(NamedTuple):
    """The strategy in whose scope the program is; ``name`` None: in none, ``is_known`` off: it is not known.

    ``replicas`` is 0 where their number is not in the program.
    """

    name: str | None = None
    replicas: int = 0
    place: Place | None = None
    is_known: bool = True

    def join(self, other: Scope) -> tuple[Scope, bool]:
        """In two scopes: not known."""
        return (self, False) if self == other else (Scope(is_known=False), True)


NOWHERE = Scope()


def strategy(m: Machine, name: str, args: Args, node: ast.AST) -> Value:
    """A strategy: whichever it is, it runs what it is given."""
    return Thing("strategy", name=name, count=1 if name in ALONE else _devices(m, name, args), place=m.place(node))


def _devices(m: Machine, name: str, args: Args) -> int:
    """How many devices are listed; 0 where they are not."""
    given = args.get(0, "devices") if name == "MirroredStrategy" else None
    record = m.record(given) if given is not None else None
    if isinstance(given, Tuple):
        return len(given.items)
    return len(record.items) if isinstance(record, List) and record.exact else 0


def replicas(value: Thing) -> Value:
    """``strategy.num_replicas_in_sync``."""
    return Const(value.count) if value.count else Thing("replicas")


def times(operands: Sequence[Value]) -> Value | None:
    """``16 * strategy.num_replicas_in_sync``."""
    counts = [each for each in operands if isinstance(each, Thing) and each.kind == "replicas"]
    sizes = [each.value for each in operands if isinstance(each, Const) and type(each.value) is int]
    return Thing("replicated", size=sizes[0]) if len(counts) == len(sizes) == 1 else None


def enter(m: Machine, scope: Thing) -> Value:
    """``with strategy.scope():``."""
    m.put(SCOPE, _scope_of(scope.strategy))
    return scope


def leave(m: Machine) -> None:
    """The end of the scope; one around it is not remembered."""
    m.put(SCOPE, NOWHERE)


def set_for_all(m: Machine, args: Args) -> Value:
    """``tf.distribute.experimental_set_strategy(strategy)``."""
    given = args.get(0, "strategy")
    known = isinstance(given, Thing) and given.kind == "strategy"
    m.put(SCOPE, _scope_of(given) if known and isinstance(given, Thing) else Scope(is_known=False))
    return NONE


def _scope_of(value: Thing) -> Scope:
    return Scope(value.name, value.count, value.place) if value.count != 1 else NOWHERE
