"""Learning rates: schedules, rates that a program assigns, and those that callbacks give the first epoch."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.records import Compiled, Layer
from bnlint.interpreter.calls import call
from bnlint.interpreter.expressions import evaluate
from bnlint.interpreter.heap import Instance
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Function, OneOf, Ref, Thing, Unknown, Value
from bnlint.keras.api.layers import number
from bnlint.keras.api.observing import observed

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

RATE_ATTRIBUTES = frozenset({"lr", "learning_rate", "_lr", "_learning_rate"})
SCHEDULES: dict[str, tuple[str, ...]] = {
    "ExponentialDecay": ("initial_learning_rate",),
    "PolynomialDecay": ("initial_learning_rate",),
    "InverseTimeDecay": ("initial_learning_rate",),
    "CosineDecay": ("initial_learning_rate",),
    "CosineDecayRestarts": ("initial_learning_rate",),
    "LinearCosineDecay": ("initial_learning_rate",),
    "NoisyLinearCosineDecay": ("initial_learning_rate",),
}
"""Schedules that begin with a rate they are given first, and go down from there."""
WARM_UP = ("warmup_target", "warmup_steps")
SCHEDULER = "LearningRateScheduler"
PLATEAU = "ReduceLROnPlateau"


class AssignedRate(NamedTuple):
    """A rate that was assigned to an optimizer before it was given to a `compile`; None: it is not known which."""

    rate: float | None

    def join(self, other: AssignedRate) -> tuple[AssignedRate, bool]:
        """Assigned in two ways: not known."""
        return (self, False) if self == other else (AssignedRate(None), True)


def schedule(m: Machine, name: str, args: Args, node: ast.AST) -> Value | None:
    """``ExponentialDecay(1e-3, …)``: a schedule and the rate with which it begins; None where the class is none."""
    if name == "PiecewiseConstantDecay":
        values = args.get(1, "values")
        items = iterate(m, values, node) if values is not None else None
        first = items.values[0] if items is not None and items.exact and items.values else None
        return Thing("schedule", rate=number(first))
    if name not in SCHEDULES:
        return None
    warmed = args.open or any(keyword in args.keywords for keyword in WARM_UP)
    return Thing("schedule", rate=None if warmed else number(args.get(0, *SCHEDULES[name])))


# --- assigned ---------------------------------------------------------------------------------------------------------


def set_rate(m: Machine, optimizer: Thing, value: Value) -> None:
    """``optimizer.learning_rate = value``: for every model that was compiled with it, or will be."""
    rate = number(value)
    at, model = optimizer.data.get("at"), optimizer.data.get("model")
    for address, record in list(m.heap.items()):
        compiled = record.model.compiled if isinstance(record, Layer) and record.model is not None else None
        if compiled is not None and (address == model or (at is not None and compiled.rate_at == at)):
            _put(m, address, record, compiled._replace(learning_rate=rate, rate_by="assigned"))
    if at is not None:
        m.put(("rate of", at), AssignedRate(rate))


def _put(m: Machine, address: Address, record: Layer, compiled: Compiled) -> None:
    assert record.model is not None
    m.put(address, record._replace(model=record.model._replace(compiled=compiled)))


def assigned_rate(m: Machine, optimizer: Thing) -> AssignedRate | None:
    """What was assigned to an optimizer since it was made."""
    found: AssignedRate | None = m.heap.get(("rate of", optimizer.data.get("at")))
    return found


def assign_by_method(m: Machine, args: Args, node: ast.AST) -> bool:
    """``model.optimizer.learning_rate.assign(1e-5)``; False where the call is another."""
    called = node.func if isinstance(node, ast.Call) else None
    if not isinstance(called, ast.Attribute) or called.attr != "assign":
        return False
    return _assign(m, called.value, args.get(0, "value"))


def assign_by_function(m: Machine, args: Args, node: ast.AST) -> bool:
    """``K.set_value(model.optimizer.lr, 1e-5)``; False where it sets another variable."""
    target = node.args[0] if isinstance(node, ast.Call) and node.args else None
    return target is not None and _assign(m, target, args.get(1, "value"))


def _assign(m: Machine, target: ast.expr, value: Value | None) -> bool:
    if not isinstance(target, ast.Attribute) or target.attr not in RATE_ATTRIBUTES:
        return False
    owner = evaluate(m, target.value)
    among = owner.values if isinstance(owner, OneOf) else (owner,)
    found = [each for each in among if isinstance(each, Thing) and each.kind == "optimizer"]
    for each in found:
        set_rate(m, each, value if value is not None and len(among) == 1 else Unknown("rate"))
    return bool(found)


# --- callbacks --------------------------------------------------------------------------------------------------------

WITHOUT_RATE = re.compile(
    r"wandb|tqdm|board|plot|neptune|comet|mlflow|checkpoint|stopping|logger|metric|histor|time|print|save|early|memory"
    r"|csv|progress|dvclive|clearml|report|evaluat",
    re.IGNORECASE,
)
"""Words of which one is in the name of a callback that leaves the rate alone."""


class Begun(NamedTuple):
    """What callbacks make of the rate: ``kept`` where the first epoch has the optimizer's own, else ``rate``.

    ``moves``: whether it is another one after the fit, or may be.
    """

    kept: bool = True
    rate: float | None = None
    moves: bool = False


def begun(m: Machine, library: KerasLibrary, ref: Ref, callbacks: Value | None, node: ast.AST) -> Begun:
    """The rate of the first epoch of a fit with these callbacks."""
    if callbacks is None or (isinstance(callbacks, Const) and callbacks.value is None):
        return Begun()
    items = iterate(m, callbacks, node)
    result = Begun() if items.exact else Begun(False, None, True)
    for each in items.values:
        found = _of_one(m, library, ref, each, node)
        if not found.kept:
            result = found._replace(moves=True)
        result = result._replace(moves=result.moves or found.moves)
    return result if items.exact else result._replace(kept=False, rate=None)


def _of_one(m: Machine, library: KerasLibrary, ref: Ref, callback: Value, node: ast.AST) -> Begun:
    if isinstance(callback, OneOf):
        every = {_of_one(m, library, ref, each, node) for each in callback.values}
        return every.pop() if len(every) == 1 else Begun(False, None, True)
    if isinstance(callback, Thing) and callback.kind == "callback":
        if callback.name == SCHEDULER:
            return Begun(False, _scheduled(m, ref, callback.data.get("schedule"), node), True)
        return Begun(moves=callback.name == PLATEAU)
    record = m.record(callback)
    if isinstance(record, Instance) and record.cls is not None:
        return _of_own(m, library, ref, callback, node)
    return Begun() if WITHOUT_RATE.search(_words(callback)) else Begun(False, None, True)


def _words(callback: Value) -> str:
    return callback.reason if isinstance(callback, Unknown) else getattr(callback, "name", "")


def _scheduled(m: Machine, ref: Ref, function: Value | None, node: ast.AST) -> float | None:
    """What a scheduler's function says of epoch 0: most take the epoch alone, some the rate before as well."""
    if function is None:
        return None
    before = _compiled(m, ref.address)
    rate = Const(before.learning_rate) if before is not None and before.learning_rate is not None else Unknown("rate")
    takes = _parameters(function)
    given: tuple[Value, ...] = (Const(0), rate) if takes is None or takes > 1 else (Const(0),)
    result = observed(m, lambda: call(m, function, Args(given), node))
    return number(result) if isinstance(result, Value) else None


def _parameters(function: Value) -> int | None:
    if not isinstance(function, Function):
        return None
    arguments: Any = getattr(function.node, "args", None)
    return len(arguments.args) if isinstance(arguments, ast.arguments) else None


HOOKS = ("on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_batch_begin")


def _of_own(m: Machine, library: KerasLibrary, ref: Ref, callback: Value, node: ast.AST) -> Begun:
    """A callback of the program's own: whether its methods set the rate."""
    from bnlint.keras.api import callbacks as hooks

    first = _rate_after(m, ref, hooks.hooks(m, ref, (callback,), HOOKS, Const(0), node))
    later = _rate_after(m, ref, hooks.hooks(m, ref, (callback,), hooks.LATER, Unknown("epoch"), node))
    own = _compiled(m, ref.address)
    rate = own.learning_rate if own is not None else None
    kept = all(found == rate for found in first)
    moves = not kept or any(found != rate for found in later)
    return Begun(True, None, moves) if kept else Begun(False, first[-1], True)


def _rate_after(m: Machine, ref: Ref, runs: Iterable[Any]) -> list[float | None]:
    """The model's rate after each of some functions."""
    found: list[float | None] = []
    for run in runs:
        arm = m.attempt(run)
        record = arm.heap.get(ref.address)
        compiled = record.model.compiled if isinstance(record, Layer) and record.model is not None else None
        found.append(compiled.learning_rate if compiled is not None else None)
    return found


def _compiled(m: Machine, address: Address) -> Compiled | None:
    record: Layer = m.get(address)
    return record.model.compiled if record.model is not None else None


def after_fit(m: Machine, ref: Ref, what: Begun) -> None:
    """After a fit in which the rate moved nobody knows it, until the next `compile`."""
    compiled = _compiled(m, ref.address)
    if compiled is not None and (what.moves or compiled.rate_by == "schedule"):
        _put(m, ref.address, m.get(ref.address), compiled._replace(learning_rate=None))
