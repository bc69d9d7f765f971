"""Custom training steps: gradients taken under a tape and given to an optimizer, and a model's own ``train_step``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from bnlint.graph.network import Address
from bnlint.graph.records import Layer
from bnlint.interpreter.calls import call, call_function
from bnlint.interpreter.classes import find_in_class
from bnlint.interpreter.heap import Instance, Iterator, List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Bound, Const, Function, Partial, Ref, Thing, Tuple, Unknown, Value
from bnlint.keras.api.data import Data, thing
from bnlint.keras.api.eager import MadeCall, Tape, running_function
from bnlint.keras.api.layers import trace_call
from bnlint.keras.api.tracing import doubt_changed_flags
from bnlint.keras.inside import all_layers
from bnlint.keras.kinds import BATCH_NORM

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary


MOST_CALLS = 100
"""Calls under earlier tapes, whose gradients may still be applied."""
UNKNOWN_OPTIMIZER = Thing("optimizer", name=None, rate=None)


class Step(NamedTuple):
    """A custom training step: what it calls, and whose variables it changes.

    ``calls`` are in order; ``owners`` the models whose trainable variables get gradients;
    ``partial`` whether only some of those variables; ``heap`` the state in which the variables were listed. A model's
    own ``train_step`` may apply gradients more than once: ``parts``, whose layers were not frozen when the variables
    were listed: ``live``.
    """

    calls: tuple[MadeCall, ...]
    owners: tuple[Address, ...]
    partial: bool
    heap: Any
    parts: tuple[Step, ...] = ()
    live: frozenset[Address] = frozenset()


def enter_tape(m: Machine, node: ast.AST, body: object = None) -> Thing:
    """Under a tape, calls of layers are remembered for the step that follows.

    A tape is known by its place, and those of one turn of a loop take the place of the last one's. ``body`` is the
    function whose text stands under the tape, where it is not the one that opens it.
    """
    tape = Tape((m.place(node), m.calls), body or running_function(m))
    if not m.tapes:
        kept = [made for made in m.eager_calls if tape.name not in made.tapes]
        m.eager_calls = kept if m.steps_seen is not None else kept[-MOST_CALLS:]
        m.last_tapes = frozenset()
    m.tapes = [*m.tapes, tape]
    m.last_tapes |= {tape.name}
    return Thing("tape", name=tape.name)


def gradients_of(tape: Thing, args: Args) -> Thing:
    """``tape.gradient(loss, variables)``."""
    return Thing("gradients", variables=args.get(1, "sources") or Unknown("variables"), tape=tape.data.get("name"))


def leave_tape(m: Machine) -> None:
    """The end of what a tape records."""
    m.tapes = m.tapes[:-1]


def optimizer_method(
    m: Machine, library: KerasLibrary, optimizer: Value, name: str, args: Args, node: ast.AST
) -> Value:
    """A method of an optimizer."""
    known = optimizer if isinstance(optimizer, Thing) and optimizer.kind == "optimizer" else UNKNOWN_OPTIMIZER
    if name in ("apply_gradients", "apply"):
        return apply_gradients(m, library, known, args, node)
    if name == "minimize":
        return apply_gradients(m, library, known, Args((_gradients(m, args, node),)), node)
    if name in ("compute_gradients", "_compute_gradients"):
        return _gradients(m, args, node)
    if name == "build":
        m.event("optimizer_built", node, made=known.data.get("made"))
    if name == "exclude_from_weight_decay":
        m.event("excluded_from_decay", node)
    if name in ("get_scaled_loss", "get_unscaled_gradients", "scale_loss"):
        # a factor changes neither what is called nor which variables follow
        return args.get(0) or Unknown(f"optimizer.{name}()")
    return Unknown(f"optimizer.{name}()")


def _gradients(m: Machine, args: Args, node: ast.AST) -> Value:
    """The gradients of ``minimize(loss, variables)``; a loss that is a function is called under a tape of its own."""
    loss, variables = args.get(0, "loss"), args.get(1, "var_list")
    tape = None
    if is_callable(loss, m):
        tape = enter_tape(m, node, loss.node if isinstance(loss, Function) else None).name
        try:
            call(m, loss, Args(), node)
        finally:
            leave_tape(m)
    if is_callable(variables, m):
        variables = call(m, variables, Args(), node)
    return Thing("gradients", variables=variables or Unknown("variables"), tape=tape)


def is_callable(value: Value | None, m: Machine) -> TypeGuard[Value]:
    """Whether a value is a function or method, or an object of the program that can be called."""
    if isinstance(value, (Function, Bound, Partial)):
        return True
    record = m.record(value) if value is not None else None
    return (
        isinstance(record, Instance) and record.cls is not None and find_in_class(m, record.cls, "__call__") is not None
    )


def apply_gradients(m: Machine, library: KerasLibrary, optimizer: Thing, args: Args, node: ast.AST) -> Value:
    """``optimizer.apply_gradients(zip(gradients, variables))``: a step of the models whose variables these are."""
    given = [thing for value in args.values() for thing in _things_in(m, value)]
    found = [thing for thing in given if thing.kind == "variables"]
    owners = tuple(dict.fromkeys(owner for variables in found for owner in variables.layers))
    # a frozen model has no trainable variables to give
    owners = tuple(owner for owner in owners if m.get(owner).trainable is not False) or owners
    partial = any(variables.data.get("partial") for variables in found)
    step = Step(_calls_under(m, given), owners, partial, found[0].heap if found else m.heap)
    if m.steps_seen is not None:
        m.steps_seen.append(step)
        return Const(None)
    if not owners:
        m.event("untold", node)
    if owners:
        for made in step.calls:
            _trace(m, library, made.layer, node)
        _train(m, library, optimizer, step, node)
    return Const(None)


def _calls_under(m: Machine, given: list[Thing]) -> tuple[MadeCall, ...]:
    """The calls that gradients come from: those under their tapes, or under the last ones where that was lost."""
    tapes = {thing.tape for thing in given if thing.kind == "gradients" and thing.tape is not None} or m.last_tapes
    return tuple(made for made in m.eager_calls if not tapes.isdisjoint(made.tapes))


def _train(m: Machine, library: KerasLibrary, optimizer: Thing, step: Step, node: ast.AST) -> None:
    """Records a step; the flags that it sees may be those of an earlier call."""
    models = dict.fromkeys((*step.owners, *(made.layer for made in step.calls)))
    before = m.heap
    is_doubtful = doubt_changed_flags(m, library.traced, models, node)
    if is_doubtful:
        step = step._replace(heap=m.heap)
    m.event(
        "fit",
        node,
        layer=_trained_model(m, step.owners[0], step),
        train="train_step",
        method="apply_gradients",
        step=step,
        batch=None,
        samples=None,
        steps=None,
        epochs=None,
        validated=False,
        optimizer=optimizer.name,
        rate=optimizer.rate,
    )
    if is_doubtful:
        m.restore(before)


def _trained_model(m: Machine, owner: Address, step: Step) -> Address:
    """The model that a step trains: the one whose variables it changes, or the one that is called around it."""
    called = [made.layer for made in step.calls]
    inside = [m.get(address) for address in all_layers(m.heap, owner)]
    if owner in called or any(record.type in BATCH_NORM or record.many for record in inside):
        return owner
    return next((address for address in called if owner in all_layers(m.heap, address)), owner)


def _trace(m: Machine, library: KerasLibrary, address: Address, node: ast.AST) -> None:
    record: Layer = m.get(address)
    if record.user_class is not None:
        trace_call(m, library, Ref(address), node, 1)


def own_train_step(m: Machine, library: KerasLibrary, ref: Ref, node: ast.AST) -> Step | None:
    """What a model's own ``train_step`` does; None where it has none, or leaves the work to Keras's."""
    record: Layer = m.get(ref.address)
    method = find_in_class(m, record.user_class, "train_step") if record.user_class is not None else None
    if not isinstance(method, Function):
        return None
    batch = thing(Data(is_batched=False))
    outer = m.steps_seen, m.eager_calls, m.last_tapes
    m.steps_seen, m.eager_calls, m.last_tapes = [], [], frozenset()
    try:
        function = method
        m.attempt(lambda: call_function(m, function, Args((ref, Tuple((batch, batch)))), node))
        seen, calls = m.steps_seen, tuple(m.eager_calls)
    finally:
        m.steps_seen, m.eager_calls, m.last_tapes = outer
    if None in seen:
        return None
    for made in calls:
        if made.layer in m.heap:
            _trace(m, library, made.layer, node)
    owners = tuple(dict.fromkeys(owner for step in seen for owner in step.owners))
    known = tuple(made for made in calls if made.layer in m.heap)
    parts = tuple(step._replace(heap=None) for step in seen)
    return Step(known, owners, any(step.partial for step in seen), None, parts, _live(seen))


def _live(steps: list[Step]) -> frozenset[Address]:
    """The layers that a ``train_step`` finds live when it lists variables: it may switch their flags itself."""
    return frozenset(
        address
        for step in steps
        for owner in step.owners
        if step.heap.get(owner).trainable is not False
        for address in all_layers(step.heap, owner)
        if step.heap.get(address).trainable is True
    )


def own_evaluation(m: Machine, ref: Ref, name: str, node: ast.AST) -> None:
    """A model's own ``test_step`` or ``predict_step``: how it calls models is seen, what it changes is not."""
    record: Layer = m.get(ref.address)
    method = find_in_class(m, record.user_class, name) if record.user_class is not None else None
    if not isinstance(method, Function) or m.steps_seen is not None or m.tapes:
        return
    batch = thing(Data(is_batched=False))
    given = Tuple((batch, batch)) if name == "test_step" else batch
    function = method
    arm = m.attempt(lambda: call_function(m, function, Args((ref, given)), node))
    m.events.extend(event for event in arm.events if event.kind == "eager_call")


def _things_in(m: Machine, value: Value, depth: int = 0) -> list[Thing]:
    """Gradients and variables among what an optimizer is given."""
    if depth > 4:
        return []
    if isinstance(value, Thing):
        if value.kind == "variables":
            return [value]
        if value.kind == "gradients":
            return [value, *_things_in(m, value.variables, depth + 1)]
        if value.kind == "items":
            return [v for item in value.items.values for v in _things_in(m, item, depth + 1)]
    if isinstance(value, Tuple):
        return [v for item in value.items for v in _things_in(m, item, depth + 1)]
    record = m.record(value)
    if isinstance(record, Iterator):
        return [v for item in iterate(m, value, m.node).values for v in _things_in(m, item, depth + 1)]
    if isinstance(record, List):
        return [v for item in record.items for v in _things_in(m, item, depth + 1)]
    return []
