"""Keras models as estimators of scikit-learn: a function builds the model when the estimator is fitted."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from immutables import Map

from bnlint.graph.records import Layer
from bnlint.interpreter.calls import call
from bnlint.interpreter.dictionaries import unhash
from bnlint.interpreter.heap import Dict, List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import (
    NONE,
    Bound,
    Const,
    Function,
    OneOf,
    Partial,
    Ref,
    Thing,
    Tuple,
    Unknown,
    Value,
    join_values,
)
from bnlint.keras.api.data import array_of, thing
from bnlint.keras.api.hyperparameters import constants
from bnlint.keras.api.running import Handler, fit_value
from bnlint.keras.api.steps import is_callable
from bnlint.keras.api.training import compile_model

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

FIT_ARGUMENTS = frozenset(
    """epochs nb_epoch batch_size callbacks validation_split validation_data steps_per_epoch initial_epoch
    validation_steps shuffle class_weight verbose""".split()
)
FILLED_IN = ("meta", "compile_kwargs", "params")
"""Parameters that a build function of SciKeras may ask for."""
ELSEWHERE = frozenset({"optimizer", "loss", "metrics", "callbacks", "predict", "compile", "score"})
"""Where parameters such as `optimizer__learning_rate` go: neither to the build function nor to the fit."""
COMPILED_WITH = ("optimizer", "loss", "metrics")
CROSS_VALIDATIONS = frozenset(
    "cross_val_score cross_validate cross_val_predict learning_curve validation_curve".split()
)
CHAINS = frozenset({"Pipeline", "make_pipeline"})


class Estimator(NamedTuple):
    """``KerasClassifier(model=build, …)``: what builds its model, and the keywords for that and for the fit."""

    build: Value
    parameters: Map[str, Value]
    is_open: bool = False
    model: Value | None = None

    def join(self, other: Estimator) -> tuple[Estimator, bool]:
        """An estimator whose parameters were set on one path only."""
        shared = Map({name: join_values(value, other.parameters[name])
                      for name, value in self.parameters.items() if name in other.parameters})  # fmt: skip
        both = join_values(self.build, other.build)
        differs = len(shared) != len(self.parameters) or len(shared) != len(other.parameters)
        return Estimator(both, shared, self.is_open or other.is_open or differs), True


# --- making them ----------------------------------------------------------------------------------------------------


def _estimator(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value:
    build = args.get(0, "model", "build_fn")
    return m.allocate(
        node, Estimator(build or Unknown("build function"), _routed(args.keywords), args.open), "estimator"
    )


def _routed(keywords: dict[str, Value]) -> Map[str, Value]:
    """Keywords by the names under which they arrive: `model__units` and `mlp__model__units` as `units`."""
    found: dict[str, Value] = {}
    for key, value in keywords.items():
        *route, name = key.split("__")
        if key in ("model", "build_fn"):
            continue
        found[f"{route[-1]}__{name}" if route and route[-1] in ELSEWHERE else name] = value
    return Map(found)


def estimator_in(m: Machine, values: tuple[Value, ...], depth: int = 0) -> Ref | None:
    """The first of the estimators that values are or hold: ``Pipeline([("scale", …), ("net", estimator)])``."""
    for value in values if depth < 4 else ():
        record = m.record(value)
        if isinstance(record, Estimator) and isinstance(value, Ref):
            return value
        inner = value.items if isinstance(value, Tuple) else record.items if isinstance(record, List) else ()
        if isinstance(value, Thing) and value.kind == "search":
            inner = (value.estimator,)
        found = estimator_in(m, inner, depth + 1)
        if found is not None:
            return found
    return None


def call_sklearn(m: Machine, library: KerasLibrary, last: str, args: Args, node: ast.AST) -> Value | None:
    """A function or class of scikit-learn that is given an estimator."""
    estimator = estimator_in(m, args.values())
    if estimator is None:
        return None
    if last in CHAINS:
        return estimator
    if last in CROSS_VALIDATIONS:
        _fit_copy(m, library, estimator, None, _told(m, args, node), node)
        return Unknown(f"{last}()", harmless=True)
    if last[:1].isupper():
        searched = args.get(1, "param_grid", "param_distributions", "search_spaces") if "Search" in last else None
        return Thing("search", estimator=estimator, searched=searched)
    return estimator if last == "clone" else None


def _told(m: Machine, args: Args, node: ast.AST) -> dict[str, Value]:
    """The arguments of the fit that ``cross_val_score(…, fit_params={…})`` is given."""
    record = m.record(args.get(None, "fit_params", "params") or NONE)
    pairs = [(unhash(key), record.items[key]) for key in record.order] if isinstance(record, Dict) else []
    return {key.value: value for key, value in pairs if isinstance(key, Const) and isinstance(key.value, str)}


# --- fitting them ---------------------------------------------------------------------------------------------------


def estimator_attribute(value: Ref, record: Estimator, name: str) -> Value:
    """An attribute of an estimator: ``model`` and ``model_`` are there once it was fitted."""
    if name in ("model", "model_"):
        return record.model or Unknown("model of an estimator")
    if name.endswith("_"):
        return Unknown(name, harmless=True)
    return Bound(value, name)


def estimator_method(
    m: Machine, library: KerasLibrary, ref: Ref, record: Estimator, name: str, args: Args, node: ast.AST
) -> Value:
    """``estimator.fit(x, y)``, ``estimator.set_params(epochs=3)``."""
    if name in ("fit", "partial_fit"):
        model = _fit(m, library, record, Args(args.positional, dict(_routed(args.keywords)), open=args.open), node)
        m.put(ref.address, record._replace(model=model))
        return ref
    if name == "set_params":
        merged = record.parameters.update(_routed(args.keywords))
        m.put(ref.address, record._replace(parameters=merged, is_open=record.is_open or args.open))
        return ref
    return Unknown(f"estimator.{name}()", harmless=True)


def search_method(m: Machine, library: KerasLibrary, search: Thing, name: str, args: Args, node: ast.AST) -> Value:
    """``GridSearchCV(estimator, grid).fit(x, y)`` fits copies of the estimator."""
    if name == "fit":
        _fit_copy(m, library, search.estimator, search.searched, args.keywords, node)
        return search
    return Unknown(f"search.{name}()", harmless=True)


def _fit_copy(
    m: Machine, library: KerasLibrary, ref: Ref, searched: Value | None, keywords: dict[str, Value], node: ast.AST
) -> None:
    """Fits a copy of an estimator on a part of the data, of which it is not known how large it is."""
    record: Estimator = m.record(ref)
    if searched is not None:
        record = _with_searched(m, record, searched, node)
    part = thing(array_of(None))
    _fit(m, library, record, Args((part, part), dict(_routed(keywords))), node)


def _with_searched(m: Machine, record: Estimator, searched: Value, node: ast.AST) -> Estimator:
    """An estimator whose searched parameters have one of the values that are tried."""
    grid = m.record(searched)
    if not isinstance(grid, Dict) or not grid.exact:
        return record._replace(is_open=True)
    found: dict[str, Value] = {}
    for key in grid.order:
        name = unhash(key)
        if isinstance(name, Const) and isinstance(name.value, str):
            tried = constants(m, grid.items[key], node)
            found[name.value] = OneOf(tuple(tried)) if len(tried) > 1 else Unknown("searched value", name.value)
    return record._replace(parameters=record.parameters.update(_routed(found)))


def _fit(m: Machine, library: KerasLibrary, record: Estimator, args: Args, node: ast.AST) -> Value:
    """Builds the estimator's model, compiles it where its function has not, and fits it."""
    model = _built(m, record, node)
    inner = m.record(model)
    if isinstance(inner, Layer) and isinstance(model, Ref) and inner.model and inner.model.compiled is None:
        compile_model(m, library, model, Args((), _compile_arguments(record)), node)
    own = {name: value for name, value in record.parameters.items() if name in FIT_ARGUMENTS}
    told = {name: value for name, value in args.keywords.items() if name in FIT_ARGUMENTS}
    fit_value(m, library, model, Args(args.positional, {**own, **told}, open=args.open or record.is_open), node)
    return model


def _built(m: Machine, record: Estimator, node: ast.AST) -> Value:
    """The model: SciKeras takes one that is ready, too."""
    if not is_callable(record.build, m):
        return record.build
    names = _parameters_of(record.build)
    given = {name: value for name, value in record.parameters.items() if name in names}
    given |= {name: Unknown(name) for name in FILLED_IN if name in names and name not in given}
    return call(m, record.build, Args((), given, open=record.is_open), node)


def _parameters_of(function: Value) -> frozenset[str]:
    """The names of a function's parameters."""
    if isinstance(function, Partial):
        return _parameters_of(function.function)
    if isinstance(function, Bound) and function.function is not None:
        function = function.function
    if not isinstance(function, Function):
        return frozenset()
    spec = function.node.args
    return frozenset(parameter.arg for parameter in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs))


def _compile_arguments(record: Estimator) -> dict[str, Value]:
    """What SciKeras compiles a model with that its build function has left uncompiled."""
    found = {name: record.parameters[name] for name in COMPILED_WITH if name in record.parameters}
    if any(name.startswith("optimizer__") for name in record.parameters):
        found["optimizer"] = Unknown("optimizer")
    return found


WRAPPERS = ("KerasClassifier", "KerasRegressor", "BaseWrapper")
CALLS: dict[str, Handler] = {
    f"{package}.{name}": _estimator for package in ("scikeras", "keras.wrappers") for name in WRAPPERS
}
