"""Eager calls: a layer or model called on data, not on symbolic tensors."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from bnlint.graph.network import ABSENT, Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.interpreter import names
from bnlint.interpreter.classes import find_in_class
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Function, Partial, Ref, Thing, Unknown, Value
from bnlint.keras.api.purposes import Purpose, is_made_up, purpose_of
from bnlint.keras.api.tensors import tensors_in

KERAS_POSITION = 1
"""Where the models and layers of Keras take ``training``: ``call(inputs, training=None)``."""


class Tape(NamedTuple):
    """An open tape: what it is known by, and the function whose text stands under it."""

    name: Any
    body: object


class MadeCall(NamedTuple):
    """A call of a layer under a tape, or in a model's own ``train_step``.

    ``training`` is its argument, as a node keeps it; the default of the called ``call`` where that is True. ``calls``
    are the calls that led to it; ``tapes`` the tapes that saw it; ``takes_training`` whether what is called has such a
    parameter; ``direct`` whether the expression at ``place`` calls the layer itself; ``stands_in_step`` whether it
    stands in the function that opens the tape; ``called_as`` the expression that names the layer.
    """

    layer: Address
    training: Any
    place: Place
    calls: tuple[Place, ...]
    tapes: tuple[Any, ...]
    takes_training: bool
    direct: bool
    stands_in_step: bool
    called_as: str | None


def running_function(m: Machine) -> object:
    """The innermost function that runs; None in a module."""
    return m.running[-1][0] if m.running else None


def given_training(m: Machine, record: Layer, args: Args) -> Value | None:
    """The ``training`` argument of a call, by its name or its position; None where there is none."""
    given = args.keywords.get("training")
    if given is not None:
        return given
    method = _own_call(m, record)
    position = KERAS_POSITION if method is None else _position(method)
    if position is None or position >= len(args.positional) or tensors_in(m, args.positional[position]):
        return None
    value = args.positional[position]
    if isinstance(value, Const) or (isinstance(value, Thing) and value.kind == "flag"):
        return value
    # of a layer of Keras it may be a mask or a second input
    takes = method is not None or record.model is not None
    return value if takes and isinstance(value, Unknown) else None


def _own_call(m: Machine, record: Layer) -> Function | None:
    """The ``call`` of a class of the program."""
    method = find_in_class(m, record.user_class, "call") if record.user_class is not None else None
    return method if isinstance(method, Function) else None


def _position(method: Function) -> int | None:
    parameters = [each.arg for each in method.node.args.args]
    return parameters.index("training") - 1 if "training" in parameters else None


def _takes_training(method: Function) -> bool:
    return "training" in {each.arg for each in (*method.node.args.args, *method.node.args.kwonlyargs)}


def _trains_by_default(method: Function) -> bool:
    """``def call(self, x, training=True)``: called without the argument it trains (measured on TF 2 and Keras 3)."""
    arguments = method.node.args
    defaults = dict(zip(reversed([each.arg for each in arguments.args]), reversed(method.defaults), strict=False))
    defaults |= {
        each.arg: value
        for each, value in zip(arguments.kwonlyargs, method.kw_defaults, strict=False)
        if value is not None
    }
    default = defaults.get("training")
    return isinstance(default, Const) and default.value is True


def note_eager_call(m: Machine, ref: Ref, training: object, args: Args, node: ast.AST) -> None:
    """Remembers an eager call for the step that follows; outside of steps a model's is an event of its own."""
    record: Layer = m.get(ref.address)
    method = _own_call(m, record)
    if m.tapes or m.steps_seen is not None:
        if training is ABSENT and method is not None and _trains_by_default(method):
            training = True
        made = MadeCall(
            ref.address,
            training,
            m.place(node),
            m.calls,
            tuple(tape.name for tape in m.tapes),
            method is None or _takes_training(method),
            _is_direct(m, ref, node),
            any(tape.body is running_function(m) for tape in m.tapes),
            _called_as(node),
        )
        m.eager_calls.append(made)
    elif record.model is not None and len(m.traces) == 1:
        purpose = purpose_of(m, node) if training is True else Purpose(None, None, False, None)
        m.event(
            "eager_call",
            node,
            layer=ref.address,
            training=training,
            purpose=purpose,
            literal=_is_literal(node) and _is_direct(m, ref, node),
            made_up=bool(args.positional) and is_made_up(m, node),
            called_as=_called_as(node),
        )


def _called_as(node: ast.AST) -> str | None:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else None


def _is_literal(node: ast.AST) -> bool:
    """Whether ``training=True`` is written on the call."""
    given = [each.value for each in node.keywords if each.arg == "training"] if isinstance(node, ast.Call) else []
    return bool(given) and isinstance(given[0], ast.Constant) and given[0].value is True


def _is_direct(m: Machine, ref: Ref, node: ast.AST) -> bool:
    """Whether the call at ``node`` calls the layer, and not a function that is handed it."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in ("call", "__call__"):
        return True
    if isinstance(function, ast.Subscript):
        return True
    return _named(m, function) == ref


def _named(m: Machine, node: ast.expr) -> Value | None:
    """The layer that an expression of names and attributes stands for, as far as that is plain to see."""
    value: Value | None = None
    if isinstance(node, ast.Name):
        value = names.load(m, node.id)
    elif isinstance(node, ast.Attribute):
        record = m.record(owner) if (owner := _named(m, node.value)) is not None else None
        attrs = getattr(record, "attrs", None)
        value = attrs.get(node.attr) if attrs is not None else None
    return value.function if isinstance(value, Partial) else value
