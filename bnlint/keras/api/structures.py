"""``tf.nest`` and ``keras.tree``: what stands in nested lists, tuples and dictionaries."""

from __future__ import annotations

import ast

from bnlint.interpreter.calls import call
from bnlint.interpreter.heap import Dict, List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Tuple, Unknown, Value

PREFIXES = ("tensorflow.nest.", "tensorflow.compat.v1.nest.", "keras.tree.", "tree.")
MAX_DEPTH = 6


def structure_call(m: Machine, qualified: str, args: Args, node: ast.AST) -> Value | None:
    """``flatten`` and ``map_structure`` where the structure is known."""
    if not qualified.startswith(PREFIXES):
        return None
    last = qualified.rsplit(".", 1)[-1]
    if last == "flatten":
        leaves = _leaves(m, args.get(0, "structure"))
        return None if leaves is None else m.allocate(node, List(tuple(leaves)), "flat")
    function = args.get(0, "func")
    if last == "map_structure" and function is not None and len(args.positional) == 2:
        leaves = _leaves(m, args.positional[1])
        if leaves is not None:
            return m.allocate(node, List(tuple(call(m, function, Args((leaf,)), node) for leaf in leaves)), "mapped")
    return None


def _leaves(m: Machine, value: Value | None, depth: int = 0) -> list[Value] | None:
    """What a structure holds, in order; None where that is not known."""
    if value is None or isinstance(value, Unknown) or depth > MAX_DEPTH:
        return None
    record = m.record(value)
    if isinstance(value, Tuple):
        items = list(value.items)
    elif isinstance(record, List):
        items = list(record.items)
    elif isinstance(record, Dict):
        items = [record.items[key] for key in sorted(record.order, key=repr)]
    else:
        return [value]
    if isinstance(record, (List, Dict)) and not record.exact:
        return None
    found: list[Value] = []
    for item in items:
        inner = _leaves(m, item, depth + 1)
        if inner is None:
            return None
        found += inner
    return found
