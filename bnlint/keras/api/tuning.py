"""Keras Tuner: a search builds a model from hyper-parameters and fits it, several times."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from immutables import Map

from bnlint.graph.network import Address
from bnlint.graph.records import Layer
from bnlint.interpreter.access import bind
from bnlint.interpreter.calls import call
from bnlint.interpreter.classes import find_in_class
from bnlint.interpreter.heap import Instance, List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Bound, Const, Function, Lib, Ref, Thing, Unknown, Value, join_values
from bnlint.keras.api.hyperparameters import HYPER_PARAMETERS
from bnlint.keras.api.running import Handler, fit_value
from bnlint.keras.api.steps import is_callable
from bnlint.keras.api.training import OF_KERAS, compile_model
from bnlint.keras.inside import all_layers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bnlint.keras.api.library import KerasLibrary

PACKAGES = frozenset({"keras_tuner", "kerastuner"})
TUNERS = frozenset({"RandomSearch", "Hyperband", "BayesianOptimization", "GridSearch"})
BASES = frozenset({"Tuner", "BaseTuner", "MultiExecutionTuner"})
"""Tuners whose first argument is the oracle, and the hypermodel the second."""
COMPILED_WITH = ("optimizer", "loss", "metrics")
MAX_BEST = 5


class Tuner(NamedTuple):
    """A tuner: what it builds models with, and what it compiles them with again. ``user_class``: the program's own."""

    kind: str
    hypermodel: Value = NONE
    compiled_with: Map[str, Value] = Map()
    user_class: Address | None = None
    attrs: Map[str, Value] = Map()

    def join(self, other: Tuner) -> tuple[Tuner, bool]:
        """A tuner that builds one of two things."""
        both = join_values(self.hypermodel, other.hypermodel)
        return self._replace(hypermodel=both, compiled_with=Map()), both is not self.hypermodel


# --- making one -----------------------------------------------------------------------------------------------------


def is_tuner(qualified: str) -> bool:
    """Whether a qualified name is that of a tuner's class."""
    package, _, rest = qualified.partition(".")
    return package in PACKAGES and rest.rpartition(".")[2] in TUNERS | BASES


def _filled(record: Tuner, args: Args) -> Tuner:
    """A tuner with what its constructor is given."""
    hypermodel = args.get(1 if record.kind in BASES else 0, "hypermodel")
    given = {name: args.keywords[name] for name in COMPILED_WITH if name in args.keywords}
    return record._replace(hypermodel=hypermodel or Unknown("hypermodel"), compiled_with=Map(given))


def make_tuner(m: Machine, qualified: str, args: Args, node: ast.AST) -> Value:
    """``kt.RandomSearch(build, …)``."""
    return m.allocate(node, _filled(Tuner(qualified.rpartition(".")[2]), args), "tuner")


def new_instance(m: Machine, cls: Address, bases: Sequence[Lib], node: ast.AST) -> Ref | None:
    """An object of a class of the program that derives from a tuner."""
    kind = next((base.name.rpartition(".")[2] for base in bases if is_tuner(base.name)), None)
    return m.allocate(node, Tuner(kind, user_class=cls), "tuner") if kind is not None else None


def super_call(
    m: Machine, library: KerasLibrary, receiver: Ref, base: Lib, name: str, args: Args, node: ast.AST
) -> Value | None:
    """What a tuner or hypermodel of the program inherits."""
    record = m.record(receiver)
    if isinstance(record, Tuner):
        if name == "__init__":
            m.put(receiver.address, _filled(record, args))
            return NONE
        if name == "run_trial":
            return _train(m, library, record, Args(args.positional[1:], args.keywords, open=args.open), node)
        return tuner_method(m, library, receiver, record, name, args, node)
    if base.name.partition(".")[0] in PACKAGES and name == "fit" and len(args.positional) > 1:
        return _fit(m, library, args, node)
    return None


# --- what it does ---------------------------------------------------------------------------------------------------


def attribute(m: Machine, value: Ref, record: Tuner, name: str, node: ast.AST) -> Value:
    """An attribute of a tuner."""
    if name in record.attrs:
        return record.attrs[name]
    if record.user_class is not None:
        found = find_in_class(m, record.user_class, name)
        if found is not None:
            return bind(m, value, found, name, node)
    if name == "hypermodel":
        is_object = isinstance(m.record(record.hypermodel), Instance)
        return record.hypermodel if is_object else Thing("hypermodel", build=record.hypermodel)
    return Unknown(name, harmless=True) if name in ("oracle", "directory", "project_dir") else Bound(value, name)


def set_attribute(m: Machine, target: Ref, name: str, value: Value) -> None:
    """``self.epochs = epochs`` in a tuner of the program."""
    record = m.record(target)
    if name == "hypermodel":
        m.put(target.address, record._replace(hypermodel=value))
    else:
        m.put(target.address, record._replace(attrs=record.attrs.set(name, value)))


def tuner_method(
    m: Machine, library: KerasLibrary, ref: Ref, record: Tuner, name: str, args: Args, node: ast.AST
) -> Value:
    """``tuner.search(x, y)`` and what is asked afterwards."""
    if name == "search":
        return _search(m, library, ref, record, args, node)
    if name == "get_best_models":
        return _best_models(m, record, args, node)
    if name == "get_best_hyperparameters":
        return m.allocate(node, List((HYPER_PARAMETERS,), exact=False), "best")
    return Unknown(f"tuner.{name}()", harmless=True)


def _search(m: Machine, library: KerasLibrary, ref: Ref, record: Tuner, args: Args, node: ast.AST) -> Value:
    """One trial stands for all of them: each builds a model of its own."""
    own = find_in_class(m, record.user_class, "run_trial") if record.user_class is not None else None
    if isinstance(own, Function):
        call(m, Bound(ref, "run_trial", own), Args((Thing("tuner trial"), *args.positional), args.keywords), node)
        return NONE
    _train(m, library, record, args, node)
    return NONE


def _train(m: Machine, library: KerasLibrary, record: Tuner, args: Args, node: ast.AST) -> Value:
    """Builds a model, and fits it with the arguments of the search."""
    model = build(m, record.hypermodel, node)
    if record.compiled_with and isinstance(model, Ref) and isinstance(m.record(model), Layer):
        compile_model(m, library, model, Args((), dict(record.compiled_with.items())), node)
    if record.kind == "Hyperband":
        # it decides itself how long a trial goes on, and from which epoch
        unknown = dict.fromkeys(("epochs", "initial_epoch"), Unknown("epochs of a trial"))
        args = Args(args.positional, {**args.keywords, **unknown}, open=args.open)
    own = _own_method(m, record.hypermodel, "fit")
    if own is not None:
        return call(m, own, Args((HYPER_PARAMETERS, model, *args.positional), args.keywords, open=args.open), node)
    return fit_value(m, library, model, args, node)


def _own_method(m: Machine, hypermodel: Value, name: str) -> Value | None:
    """A method that a hypermodel of the program defines."""
    record = m.record(hypermodel)
    cls = record.cls if isinstance(record, Instance) else None
    found = find_in_class(m, cls, name) if cls is not None else None
    return Bound(hypermodel, name, found) if isinstance(found, Function) else None


def build(m: Machine, hypermodel: Value, node: ast.AST) -> Value:
    """The model that a build function, or a hypermodel, makes of hyper-parameters that are not known."""
    function = _own_method(m, hypermodel, "build") or hypermodel
    if is_callable(function, m):
        return call(m, function, Args((HYPER_PARAMETERS,)), node)
    return Unknown("model of a hypermodel that is not known")


def _best_models(m: Machine, record: Tuner, args: Args, node: ast.AST) -> Value:
    """Models of the same form, with the weights of their trials."""
    wanted = args.get(0, "num_models")
    count = wanted.value if isinstance(wanted, Const) else 1 if wanted is None else None
    is_known = isinstance(count, int) and 0 < count <= MAX_BEST
    models = [build(m, record.hypermodel, node) for _ in range(count if is_known else 1)]  # type: ignore[arg-type]
    for model in models:
        for address in all_layers(m.heap, model.address) if isinstance(model, Ref) else ():
            m.put(address, m.get(address)._replace(pretrained=True))
    return m.allocate(node, List(tuple(models), is_known), "best")


def hypermodel_method(
    m: Machine, library: KerasLibrary, receiver: Thing, name: str, args: Args, node: ast.AST
) -> Value:
    """``tuner.hypermodel.build(hp)``, and ``.fit(hp, model, x, y)``."""
    if name == "build":
        return build(m, receiver.build, node)
    if name == "fit" and len(args.positional) > 1:
        return _fit(m, library, args, node)
    return Unknown(f"hypermodel.{name}()", harmless=True)


def _fit(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value:
    """``HyperModel.fit(hp, model, *args, **kwargs)`` fits the model."""
    rest = Args(args.positional[2:], args.keywords, open=args.open)
    return fit_value(m, library, args.positional[1], rest, node)


def search_unknown(m: Machine, library: KerasLibrary, method: str, args: Args, node: ast.AST) -> Value | None:
    """``tuner.search(x, y, epochs=…)`` of a tuner that is not known: a fit is there, all about its model unknown."""
    if method == "search" and OF_KERAS & args.keywords.keys():
        return fit_value(m, library, Unknown("model of a tuner that is not known"), args, node)
    return None


def _hyper_parameters(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value:
    return HYPER_PARAMETERS


CALLS: dict[str, Handler] = {
    f"{package}.{name}": _hyper_parameters for package in PACKAGES for name in ("HyperParameters", "HyperParameter")
}
