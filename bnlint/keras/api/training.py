"""Training: ``compile``, ``fit`` and its relatives, custom steps under a tape, weights in files."""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.records import Compiled, Layer
from bnlint.interpreter.calls import call_function
from bnlint.interpreter.classes import find_in_class
from bnlint.interpreter.heap import Iterator, List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Function, Ref, Thing, Tuple, Unknown, Value
from bnlint.keras.api.data import Data, data_of, thing
from bnlint.keras.api.flags import all_layers
from bnlint.keras.api.layers import BATCH_NORM, number, text, trace_call
from bnlint.keras.api.models import unknown_model

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

DEFAULT_BATCH = 32
GENERATOR_METHODS = frozenset({"fit_generator", "evaluate_generator", "predict_generator"})
DEFAULT_RATES = {
    "adam": 1e-3, "adamw": 1e-3, "rmsprop": 1e-3, "sgd": 1e-2, "nadam": 1e-3, "adamax": 1e-3, "adagrad": 1e-3,
    "adadelta": 1e-3, "ftrl": 1e-3, "lion": 1e-3,
}  # fmt: skip


def make_optimizer(name: str, args: Args) -> Value:
    """An optimizer: its class and its rate, where it is a number."""
    given = args.get(0, "learning_rate", "lr")
    rate = DEFAULT_RATES.get(name.lower()) if given is None and not args.open else number(given)
    return Thing("optimizer", name=name, rate=rate)


def compile_model(m: Machine, library: KerasLibrary, ref: Ref, args: Args, node: ast.AST) -> Value:
    """``model.compile(…)``: most releases keep the flags of this moment."""
    optimizer = args.get(0, "optimizer")
    name, rate = None, None
    if isinstance(optimizer, Thing) and optimizer.kind == "optimizer":
        name, rate = optimizer.name, optimizer.rate
    else:
        called = text(optimizer)
        if called is not None:
            name, rate = called, DEFAULT_RATES.get(called.lower())
    eager = args.get(None, "run_eagerly")
    compiled = Compiled(m.place(node), m.heap, name, rate, bool(isinstance(eager, Const) and eager.value))
    record: Layer = m.get(ref.address)
    if record.model is None:
        from bnlint.graph.records import Model

        record = record._replace(model=Model("subclassed"))
    assert record.model is not None
    m.put(ref.address, record._replace(model=record.model._replace(compiled=compiled)))
    m.event("compile", node, layer=ref.address, optimizer=name, rate=rate)
    if "layers" in args.keywords:
        m.event("api", node, call="compile", method="compile", injected=("layers",), stock=None, layer=ref.address)
    return Const(None)


def _integer(value: Value | None) -> int | None:
    found = number(value)
    return int(found) if found is not None and not math.isnan(found) and not math.isinf(found) else None


def _given(args: Args, position: int | None, *names: str) -> Value | None:
    value = args.get(position, *names)
    return None if isinstance(value, Const) and value.value is None else value


def fit_model(
    m: Machine, library: KerasLibrary, ref: Ref, method: str, args: Args, node: ast.AST, *, is_keras: bool = True
) -> Value:
    """``fit``, ``fit_generator`` or ``train_on_batch``; ``is_keras``: it is certain that the object is a model."""
    record: Layer = m.get(ref.address)
    if record.user_class is not None:
        trace_call(m, library, ref, node, 1)
    record = m.get(ref.address)
    model = record.model
    if model is None:
        return Unknown("fit of something that is no model")
    if model.compiled is not None and model.compiled.first_fit is None:
        compiled = model.compiled._replace(first_fit=m.heap)
        m.put(ref.address, record._replace(model=model._replace(compiled=compiled)))
    sizes = _sizes(m, library, method, args)
    kind = "train_on_batch" if method == "train_on_batch" else "fit"
    step = own_train_step(m, library, ref, node)
    sizes["stops"] = kind == "fit" and may_stop(m, args, method)
    origins = {value.origin for value in args.values() if isinstance(value, Const) and value.origin is not None}
    m.event("fit", node, layer=ref.address, train=kind, method=method, step=step, defaults=origins, **sizes)
    if is_keras and (method in GENERATOR_METHODS or "layers" in args.keywords):
        _api_event(m, ref, method, args, node)
    return Thing("history")


KERAS_ALONE = frozenset({"fit_generator", "train_on_batch"})
OF_KERAS = frozenset(
    """epochs nb_epoch steps_per_epoch samples_per_epoch validation_data validation_split validation_steps initial_epoch
    batch_size callbacks""".split()
)


def fit_unknown(m: Machine, library: KerasLibrary, callee: Unknown, args: Args, node: ast.AST) -> None:
    """A method of something unknown that trains, if it is a Keras model: the fit is there, and all about it unknown."""
    if callee.harmless or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    method = node.func.attr
    if method in KERAS_ALONE or (method == "fit" and OF_KERAS & args.keywords.keys()):
        model = unknown_model(m, "keras", node, callee.reason, trained=None, part="fitted")
        m.put(model.address, m.get(model.address)._replace(label=ast.unparse(node.func.value)))
        fit_model(m, library, model, method, args, node, is_keras=False)


def _api_event(m: Machine, ref: Ref, method: str, args: Args, node: ast.AST) -> None:
    injected = tuple(key for key in ("layers",) if key in args.keywords)
    m.event(
        "api",
        node,
        call="fit" if method in ("fit", "train_on_batch") else "generator_method",
        method=method,
        injected=injected,
        stock=None,
        layer=ref.address,
        args=args,
    )


def other_method(m: Machine, ref: Ref, method: str, args: Args, node: ast.AST) -> None:
    """``evaluate_generator`` and ``predict_generator``: rules speak about them."""
    if method in GENERATOR_METHODS:
        _api_event(m, ref, method, args, node)


def _sizes(m: Machine, library: KerasLibrary, method: str, args: Args) -> dict[str, int | bool | None]:
    """Batch size, samples, steps and epochs of a fit, as far as they can be seen."""
    if method == "train_on_batch":
        data = data_of(m, args.get(0, "x"))
        return {"batch": data.samples or data.batch, "samples": None, "steps": 1, "epochs": 1, "validated": False}
    data = data_of(m, args.get(0, "x", "generator"))
    if method == "fit" and _given(args, 1, "y") is not None and data.is_batched is None:
        data = data.but(is_batched=False)  # targets of their own: the inputs are arrays
    if method == "fit_generator":
        steps_value = _given(args, 1, "steps_per_epoch", "samples_per_epoch")
        epochs_value = args.get(2, "epochs", "nb_epoch")
        batch_value = None
        initial = args.get(None, "initial_epoch")
        validation = _given(args, 5, "validation_data")
        split = None
    else:
        steps_value = _given(args, None, "steps_per_epoch")
        epochs_value = args.get(3, "epochs", "nb_epoch")
        batch_value = _given(args, 2, "batch_size")
        initial = args.get(None, "initial_epoch")
        validation = _given(args, None, "validation_data")
        split = _given(args, None, "validation_split")
    epochs = 1 if epochs_value is None and not args.open else _integer(epochs_value)
    start = 0 if initial is None else _integer(initial)
    epochs = epochs - start if epochs is not None and start is not None else None
    samples = data.samples if data.samples is not None else None
    share = number(split)
    if samples is not None and split is not None:
        samples = int(samples * (1 - share)) if share is not None else None
    batch: int | None
    if batch_value is not None:
        batch = _integer(batch_value)
    elif data.batch is not None or data.is_batched is not False:
        batch = data.batch
    else:
        batch = DEFAULT_BATCH
    if samples is None and not data.repeats:
        samples = library.training_samples
    if batch is None:
        batch = library.batch_size
    steps: int | None
    if steps_value is not None:
        steps = _integer(steps_value)
    elif data.steps is not None:
        steps = data.steps
    elif samples is not None and batch:
        steps = samples // batch if data.drops else -(-samples // batch)
    else:
        steps = None
    # a size of 0 is what a program starts with before it has counted its files
    samples, batch, steps = samples or None, batch or None, steps or None
    validated = validation is not None or split is not None
    return {"batch": batch, "samples": samples, "steps": steps, "epochs": epochs, "validated": validated}


STEADY = frozenset(
    "ModelCheckpoint TensorBoard ReduceLROnPlateau LearningRateScheduler CSVLogger History ProgbarLogger BaseLogger "
    "RemoteMonitor BackupAndRestore LambdaCallback SwapEMAWeights".split()
)
"""Callbacks that never end a fit before its last epoch."""


def may_stop(m: Machine, args: Args, method: str) -> bool:
    """Whether a callback may end the fit early, so that its number of epochs is only the largest possible."""
    given = _given(args, 4 if method == "fit_generator" else 5, "callbacks")
    if given is None:
        return args.open
    items = iterate(m, given, m.node)
    return not items.exact or not all(
        isinstance(item, Thing) and item.kind == "callback" and item.name in STEADY for item in items.values
    )


def checkpoint_event(m: Machine, args: Args, node: ast.AST) -> None:
    """``ModelCheckpoint``: weights alone in an HDF5 file are read back in the order of the flags."""
    only = args.get(None, "save_weights_only")
    if isinstance(only, Const) and only.value:
        m.event("weights", node, layer=None, path=text(args.get(0, "filepath")), reads=False, whole=False)


def weights_event(m: Machine, ref: Ref, method: str, args: Args, node: ast.AST) -> None:
    """``save_weights``, ``load_weights``, ``save``: the order of HDF5 weights follows the flags."""
    path = text(args.get(0, "filepath", "path"))
    reads = method == "load_weights"
    if reads:
        for address in all_layers(m, ref.address):
            record = m.get(address)
            if record.pretrained is not True:
                m.put(address, record._replace(pretrained=True))
    m.event("weights", node, layer=ref.address, path=path, reads=reads, whole=method == "save")


# --- custom steps ---------------------------------------------------------------------------------------------------


class Step(NamedTuple):
    """A custom training step: what it calls, and whose variables it changes.

    ``calls`` are (layer, training argument) in order; ``owners`` the models whose trainable variables get gradients;
    ``partial`` whether only some of those variables; ``heap`` the state in which the variables were listed.
    """

    calls: tuple[tuple[Address, Any], ...]
    owners: tuple[Address, ...]
    partial: bool
    heap: Any


def apply_gradients(m: Machine, library: KerasLibrary, optimizer: Thing, args: Args, node: ast.AST) -> Value:
    """``optimizer.apply_gradients(zip(gradients, variables))``: a step of the models whose variables these are."""
    found = [variables for value in args.values() for variables in _variables_in(m, value)]
    owners = tuple(dict.fromkeys(owner for variables in found for owner in variables.layers))
    # a frozen model has no trainable variables to give
    owners = tuple(owner for owner in owners if m.get(owner).trainable is not False) or owners
    partial = any(variables.data.get("partial") for variables in found)
    step = Step(tuple(m.eager_calls), owners, partial, found[0].heap if found else m.heap)
    if m.steps_seen is not None:
        m.steps_seen.append(step)
        return Const(None)
    for called, _ in step.calls if owners else ():
        _trace(m, library, called, node)
    if owners:
        m.event(
            "fit",
            node,
            layer=_trained_model(m, owners[0], step),
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
    return Const(None)


def _trained_model(m: Machine, owner: Address, step: Step) -> Address:
    """The model that a step trains: the one whose variables it changes, or the one that is called around it."""
    called = [address for address, _ in step.calls]
    inside = [m.get(address) for address in all_layers(m, owner)]
    if owner in called or any(record.type in BATCH_NORM or record.many for record in inside):
        return owner
    return next((address for address in called if owner in all_layers(m, address)), owner)


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
    outer = m.steps_seen, m.eager_calls
    m.steps_seen, m.eager_calls = [], []
    try:
        function = method
        m.attempt(lambda: call_function(m, function, Args((ref, Tuple((batch, batch)))), node))
        seen, calls = m.steps_seen, tuple(m.eager_calls)
    finally:
        m.steps_seen, m.eager_calls = outer
    if None in seen:
        return None
    for called, _ in calls:
        if called in m.heap:
            _trace(m, library, called, node)
    owners = tuple(dict.fromkeys(owner for step in seen for owner in step.owners))
    known = tuple((called, training) for called, training in calls if called in m.heap)
    return Step(known, owners, any(step.partial for step in seen), None)


def _variables_in(m: Machine, value: Value, depth: int = 0) -> list[Thing]:
    if depth > 4:
        return []
    if isinstance(value, Thing):
        if value.kind == "variables":
            return [value]
        if value.kind == "gradients":
            return _variables_in(m, value.variables, depth + 1)
        if value.kind == "items":
            return [v for item in value.items.values for v in _variables_in(m, item, depth + 1)]
    if isinstance(value, Tuple):
        return [v for item in value.items for v in _variables_in(m, item, depth + 1)]
    record = m.record(value)
    if isinstance(record, Iterator):
        return [v for item in iterate(m, value, m.node).values for v in _variables_in(m, item, depth + 1)]
    if isinstance(record, List):
        return [v for item in record.items for v in _variables_in(m, item, depth + 1)]
    return []
