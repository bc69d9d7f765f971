"""The libraries beside Keras that run what a program hands them, or give back what they are given."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from bnlint.graph.records import Layer
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Bound, Lib, Ref, Thing, Unknown, Value
from bnlint.keras.api import eagerly, own_remedies, passing, running, strategies, tuning, wrappers
from bnlint.keras.api.hyperparameters import HYPER_PARAMETERS, TRIAL, hyper_parameter
from bnlint.keras.api.names import keras_name
from bnlint.keras.api.running import Handler
from bnlint.keras.api.saving import copy_model
from bnlint.keras.api.steps import optimizer_method
from bnlint.keras.api.training import fit_unknown

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

Method = Callable[[Machine, "KerasLibrary", Thing, str, Args, ast.AST], Value]

CALLS: dict[str, Handler] = {
    "copy.deepcopy": copy_model,
    **own_remedies.CALLS,
    **passing.CALLS,
    "tensorflow.run_functions_eagerly": eagerly.run_functions_eagerly,
    "tensorflow.experimental_run_functions_eagerly": eagerly.run_functions_eagerly,
    **running.CALLS,
    **tuning.CALLS,
    **wrappers.CALLS,
}
METHODS: dict[str, Method] = {
    "job": running.job_method,
    "pool": running.pool_method,
    "study": running.study_method,
    "strategy": running.strategy_method,
    "hypermodel": tuning.hypermodel_method,
    "search": wrappers.search_method,
    HYPER_PARAMETERS.kind: hyper_parameter,
    TRIAL.kind: hyper_parameter,
}
"""By the kind of a thing, what its methods do."""
ATTRIBUTES = {"study": frozenset({"best_params", "best_value", "best_trials", "trials", "user_attrs", "direction"}),
              "strategy": frozenset({"extended", "cluster_resolver"}),
              "job": frozenset({"pid", "exitcode", "name", "daemon", "max", "res"}),
              "search": frozenset({"best_params_", "best_score_", "best_estimator_", "cv_results_", "best_index_"}),
              HYPER_PARAMETERS.kind: frozenset({"values", "space"}),
              TRIAL.kind: frozenset({"params", "value", "values", "number", "user_attrs", "state"})}  # fmt: skip
"""What is no method."""


def key_of(qualified: str) -> str:
    """The first and the last part of a name: the modules between differ from release to release."""
    name = keras_name(qualified)
    if name is not None:
        return f"keras.{name.area}.{name.last}"
    first, _, rest = qualified.partition(".")
    return f"{first}.{rest.rpartition('.')[2]}"


def call_name(m: Machine, library: KerasLibrary, qualified: str, args: Args, node: ast.AST) -> Value | None:
    """Calls a function or class by its qualified name; None where it is none of these."""
    key = key_of(qualified)
    handler = CALLS.get(key)
    if handler is not None:
        return handler(m, library, args, node)
    if key.startswith("tensorflow.") and (key.endswith("Strategy") or key == "tensorflow.get_strategy"):
        return strategies.strategy(m, key.partition(".")[2], args, node)
    if key == "tensorflow.experimental_set_strategy":
        return strategies.set_for_all(m, args)
    if qualified.startswith("tensorflow_addons.optimizers.") and key.partition(".")[2][:1].isupper():
        return passing.addons_optimizer(key.partition(".")[2], args)
    if tuning.is_tuner(qualified):
        return tuning.make_tuner(m, qualified, args, node)
    if key.partition(".")[0] in ("sklearn", "skopt"):
        return wrappers.call_sklearn(m, library, key.partition(".")[2], args, node)
    found = _unbound(m, library, qualified, args, node)
    if found is not None or library.harmless(qualified):
        return found
    return call_unknown(m, library, Unknown(f"`{qualified.rpartition('.')[0]}`"), args, node)


def _unbound(m: Machine, library: KerasLibrary, qualified: str, args: Args, node: ast.AST) -> Value | None:
    """``keras.Model.fit(model, x)``: a method called through its class."""
    owner, _, method = qualified.rpartition(".")
    first = args.get(0)
    if not isinstance(first, Ref) or not isinstance(m.record(first), Layer) or keras_name(owner) is None:
        return None
    if not owner.rpartition(".")[2][:1].isupper():
        return None
    rest = Args(args.positional[1:], args.keywords, open=args.open)
    return library.super_call(m, first, Lib(owner), method, rest, node)


def call_method(m: Machine, library: KerasLibrary, callee: Bound, args: Args, node: ast.AST) -> Value | None:
    """Calls a method; None where its receiver is none of these."""
    receiver, name = callee.receiver, callee.name
    if isinstance(receiver, Thing) and receiver.kind in METHODS:
        return METHODS[receiver.kind](m, library, receiver, name, args, node)
    record = m.record(receiver)
    if isinstance(record, tuning.Tuner) and isinstance(receiver, Ref):
        return tuning.tuner_method(m, library, receiver, record, name, args, node)
    if isinstance(record, wrappers.Estimator) and isinstance(receiver, Ref):
        return wrappers.estimator_method(m, library, receiver, record, name, args, node)
    return None if isinstance(receiver, Thing) else _by_method(m, library, receiver, name, args, node)


def call_unknown(m: Machine, library: KerasLibrary, callee: Unknown, args: Args, node: ast.AST) -> Value | None:
    """A method of something unknown, or of what a module that is not known has under a name."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    found = _by_method(m, library, callee, node.func.attr, args, node)
    if found is None:
        fit_unknown(m, library, callee, args, node)
    if found is None and node.func.attr in ("set_weights", "load_weights"):
        m.event("untold", node)  # of whatever layer: the weights may be any layer's
    return found


def _by_method(
    m: Machine, library: KerasLibrary, receiver: Value, method: str, args: Args, node: ast.AST
) -> Value | None:
    """A method whose name tells what it does, whatever it is a method of."""
    if method == "apply_gradients":
        return optimizer_method(m, library, receiver, method, args, node)
    found = running.run_unknown(m, library, method, args, node)
    return found if found is not None else tuning.search_unknown(m, library, method, args, node)


def attribute(m: Machine, value: Value, name: str, node: ast.AST) -> Value | None:
    """An attribute; None where it is a method, or the value is none of these."""
    record = m.record(value)
    if isinstance(record, tuning.Tuner) and isinstance(value, Ref):
        return tuning.attribute(m, value, record, name, node)
    if isinstance(record, wrappers.Estimator) and isinstance(value, Ref):
        return wrappers.estimator_attribute(value, record, name)
    if not isinstance(value, Thing):
        return None
    if value.kind == "strategy" and name == "num_replicas_in_sync":
        return strategies.replicas(value)
    if value.kind == "tuner trial":
        return HYPER_PARAMETERS if name == "hyperparameters" else Unknown(name, harmless=True)
    if value.kind == "study":
        found = running.study_attribute(name)
        if found is not None:
            return found
    return Unknown(name, harmless=True) if name in ATTRIBUTES.get(value.kind, ()) else None


def set_attribute(m: Machine, target: Ref, name: str, value: Value) -> None:
    """``tuner.name = value``, as a tuner of the program does in its constructor."""
    if isinstance(m.record(target), tuning.Tuner):
        tuning.set_attribute(m, target, name, value)


new_instance = tuning.new_instance
super_call = tuning.super_call
