"""``keras.backend``: what programs ask of it while they build models."""

from __future__ import annotations

import ast

from bnlint.graph.network import Tensor
from bnlint.interpreter.heap import List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Thing, Unknown, Value
from bnlint.keras.api.data_formats import FORMAT_GETTERS, FORMAT_SETTERS, data_format, set_data_format
from bnlint.keras.api.names import KerasName
from bnlint.keras.api.tensors import tensors_in, wrap
from bnlint.keras.releases import Target

DEFAULTS = {"image_data_format": "channels_last", "image_dim_ordering": "tf", "floatx": "float32", "epsilon": 1e-7}
"""What Keras answers as it is installed."""


def backend_call(m: Machine, name: KerasName, args: Args, target: Target, node: ast.AST) -> Value | None:
    """A function of ``keras.backend`` (or its like) that says something about the configuration or about tensors."""
    last = name.last
    if name.area in ("backend", "config") and last in FORMAT_SETTERS:
        return set_data_format(m, args)
    if name.area in ("backend", "config") and last in DEFAULTS:
        if last in FORMAT_GETTERS:
            known = data_format(m)
            return Const(FORMAT_GETTERS[last][known]) if known is not None else Unknown(f"result of {last}()")
        return Const(DEFAULTS[last])
    if name.path in (("backend", "backend"), ("config", "backend")):
        return Const(target.backend or "tensorflow")
    if last in ("is_keras_tensor", "is_tensor") and tensors_in(m, args.get(0, "x")):
        return Const(True)
    if last == "int_shape" and name.area == "backend":
        found = tensors_in(m, args.get(0, "x"))
        return Thing("shape", shape=found[0].shape, samples=None) if found else None
    if last == "get_source_inputs":
        tensors = tensors_in(m, args.get(0, "tensor"))
        return m.allocate(node, List(tuple(map(wrap, source_tensors(tensors)))), "sources") if tensors else None
    return None


def source_tensors(tensors: list[Tensor]) -> list[Tensor]:
    """The tensors of the inputs from which others were made."""
    found: dict[int, Tensor] = {}
    seen: set[int] = set()
    stack = list(reversed(tensors))
    while stack:
        tensor = stack.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        if tensor.node is None or not tensor.node.inputs:
            found[id(tensor)] = tensor
        else:
            stack.extend(reversed(tensor.node.inputs))
    return list(found.values())
