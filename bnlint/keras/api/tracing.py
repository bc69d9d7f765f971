"""`tf.function` keeps the flags of the call in which it was traced (measured: TF 2.11, 2.15, Keras 3.15).

Called again with arguments of other shapes it is traced again, so where flags have changed meanwhile, either may count.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any, NamedTuple

from immutables import Map

from bnlint.graph.network import Address
from bnlint.graph.records import Doubt, Layer
from bnlint.interpreter.heap import Scope
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Bound, Function, Partial, Value
from bnlint.keras.inside import all_layers

TRACES = ("traces",)
DECORATORS = frozenset({"function", "defun"})
REASON = "`trainable` changed after `tf.function` had traced the step"


class Traces(NamedTuple):
    """For each function under `tf.function` and the models that it trains, the heaps with which it may be traced."""

    heaps: Map[Any, tuple[Any, ...]]

    def join(self, other: Traces) -> tuple[Traces, bool]:
        """Traced on one path or on both."""
        heaps = self.heaps
        for key, found in other.heaps.items():
            mine = heaps.get(key, ())
            heaps = heaps.set(key, mine + tuple(heap for heap in found if not any(heap is one for one in mine)))
        return Traces(heaps), False


def note_traced(traced: set[object], value: Value) -> None:
    """Remembers that a function was given to ``tf.function``."""
    if isinstance(value, Partial):
        note_traced(traced, value.function)
    function = value.function if isinstance(value, Bound) else value
    if isinstance(function, Function):
        traced.add(function.node)


def _running(m: Machine, traced: set[object]) -> object | None:
    """The outermost function that runs under ``tf.function``."""
    return next((node for node, _ in m.running if node in traced or _is_decorated(node)), None)


def _closure(m: Machine, function: object) -> Address | None:
    """The scope around the function where it is the innermost that runs: one that is made anew is traced anew."""
    scope = m.get(m.frame.scope)
    return scope.parent if m.running[-1][0] is function and isinstance(scope, Scope) else None


def _is_decorated(node: object) -> bool:
    for decorator in getattr(node, "decorator_list", ()):
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if getattr(target, "attr", getattr(target, "id", "")) in DECORATORS:
            return True
    return False


def doubt_changed_flags(m: Machine, traced: set[object], models: Iterable[Address], node: ast.AST) -> bool:
    """Makes unknown the flags that have changed since the step that runs was traced; whether there are any."""
    function = _running(m, traced)
    if function is None:
        return False
    key = (function, _closure(m, function), tuple(models))
    record: Traces = m.heap.get(TRACES) or Traces(Map())
    if key not in record.heaps:
        m.put(TRACES, Traces(record.heaps.set(key, (m.heap,))))
        return False
    changed = [
        layer for model in key[-1] for layer in all_layers(m.heap, model) if _differs(m, layer, record.heaps[key])
    ]
    for layer in changed:
        doubt = Doubt(m.place(node), REASON)
        m.put(layer, m.get(layer)._replace(trainable=None, doubt=doubt))
    return bool(changed)


def _differs(m: Machine, layer: Address, heaps: tuple[Any, ...]) -> bool:
    before = [heap.get(layer) for heap in heaps]
    now = m.get(layer).trainable
    return any(isinstance(record, Layer) and record.trainable is not now for record in before)
