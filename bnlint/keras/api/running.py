"""Functions that a program hands to a library, which calls them: strategies, processes, pools, searches, sweeps."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bnlint.graph.records import Layer
from bnlint.interpreter.calls import call
from bnlint.interpreter.dictionaries import unhash
from bnlint.interpreter.heap import Dict
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Const, Lib, OneOf, Partial, Ref, Thing, Unknown, Value
from bnlint.keras.api.data import array_of, thing
from bnlint.keras.api.hyperparameters import TRIAL
from bnlint.keras.api.models import unknown_model
from bnlint.keras.api.steps import is_callable
from bnlint.keras.api.training import fit_model

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

Handler = Callable[[Machine, "KerasLibrary", Args, ast.AST], "Value | None"]
Given = Callable[[Machine, Args, ast.AST], Args]

MAX_TASKS = 20
"""Tasks of a pool that are followed one by one."""


# --- what is called with what ---------------------------------------------------------------------------------------


def spread(m: Machine, positional: Value | None, keywords: Value | None, node: ast.AST) -> Args:
    """The arguments of a call that stand in a tuple and a dictionary: ``args=(x, y), kwargs={…}``."""
    values: tuple[Value, ...] = ()
    is_open = False
    if positional is not None and not _is_none(positional):
        items = iterate(m, positional, node)
        values, is_open = (items.values if items.exact else ()), not items.exact
    named: dict[str, Value] = {}
    record = m.record(keywords) if keywords is not None else None
    if isinstance(record, Dict):
        for key in record.order:
            name = unhash(key)
            if isinstance(name, Const) and isinstance(name.value, str):
                named[name.value] = record.items[key]
        is_open = is_open or not record.exact
    elif keywords is not None and not _is_none(keywords):
        is_open = True
    return Args(values, named, open=is_open)


def _is_none(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None


def elsewhere(m: Machine, run: Callable[[], Any]) -> None:
    """Runs something in a process of its own: what it trains is seen here, what it changes is not."""
    m.events.extend(m.attempt(run).events)


def fit_value(m: Machine, library: KerasLibrary, model: Value, args: Args, node: ast.AST) -> Value:
    """``fit`` of whatever a function has built: the fit is there, also where the model is not known."""
    if isinstance(model, OneOf):
        arms = [lambda one=one: fit_value(m, library, one, args, node) for one in model.values]
        return m.choose_value(m.place_key(node), node, arms)
    if not isinstance(model, Ref) or not isinstance(m.record(model), Layer):
        reason = model.reason if isinstance(model, Unknown) else "model that a function builds"
        model = unknown_model(m, "keras", node, reason, trained=None, part="fitted")
    return fit_model(m, library, model, "fit", args, node)


def _nothing(m: Machine, args: Args, node: ast.AST) -> Args:
    return Args()


def _something(m: Machine, args: Args, node: ast.AST) -> Args:
    return Args(open=True)


def _listed(m: Machine, args: Args, node: ast.AST) -> Args:
    return spread(m, args.get(1, "args"), args.get(2, "kwargs"), node)


def _point(position: int, *names: str) -> Given:
    """One point of a search space: what is constant in the space is so in each of its points."""

    def given(m: Machine, args: Args, node: ast.AST) -> Args:
        space = args.get(position, *names)
        known = space if space is not None and isinstance(m.record(space), Dict) else None
        return Args((known or Unknown("point of a search space", names[0]),))

    return given


def _bounds(m: Machine, args: Args, node: ast.AST) -> Args:
    """``BayesianOptimization(f, {"rate": (1e-4, 1e-1)})`` calls ``f(rate=…)``."""
    named = spread(m, None, args.get(1, "pbounds"), node)
    return Args((), {name: Unknown("searched value", name) for name in named.keywords}, open=named.open)


def _scanned(m: Machine, args: Args, node: ast.AST) -> Args:
    """``talos.Scan`` splits the data, and calls ``model(x_train, y_train, x_val, y_val, params)``."""
    part = thing(array_of(None))
    return Args((part, part, part, part, Unknown("point of a search space", "params")))


# --- run at once ----------------------------------------------------------------------------------------------------


def runs(position: int, *names: str, given: Given = _nothing, own: bool = False) -> Handler:
    """A function that calls the one it is handed; ``own``: in a process of its own."""

    def handler(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value | None:
        function = args.get(position, *names)
        if not is_callable(function, m):
            return None
        called = given(m, args, node)
        if own:
            elsewhere(m, lambda: call(m, function, called, node))
        else:
            call(m, function, called, node)
        return Unknown("result of a function that a library has called", harmless=True)

    return handler


# --- jobs: run when they are started --------------------------------------------------------------------------------


def _job(position: int | None, *names: str, given: Given, starts: str, own: bool = False) -> Handler:
    """An object that calls a function once its method ``starts`` is called."""

    def handler(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value | None:
        function = args.get(position, *names)
        if not is_callable(function, m):
            return None
        return Thing("job", function=function, args=given(m, args, node), starts=starts, own=own)

    return handler


def _of_thread(m: Machine, args: Args, node: ast.AST) -> Args:
    return spread(m, args.get(3, "args"), args.get(4, "kwargs"), node)


def _of_timer(m: Machine, args: Args, node: ast.AST) -> Args:
    return spread(m, args.get(2, "args"), args.get(3, "kwargs"), node)


def job_method(m: Machine, library: KerasLibrary, job: Thing, name: str, args: Args, node: ast.AST) -> Value:
    """``process.start()``, ``tuner.fit()`` of Ray."""
    if name in (job.starts, "run"):
        if job.own and name != "run":
            elsewhere(m, lambda: call(m, job.function, job.args, node))
        else:
            call(m, job.function, job.args, node)
        return Unknown("result of a job", harmless=True) if job.starts != "start" else NONE
    return Unknown(f"job.{name}()", harmless=True)


# --- pools ----------------------------------------------------------------------------------------------------------

ONE_TASK = {"apply": 2, "apply_async": 2, "submit": 0}
"""Methods of a pool that run one task; how many arguments hold its arguments (0: those that follow, as they are)."""
MANY_TASKS = frozenset("map map_async imap imap_unordered starmap starmap_async".split())


def _pool(own: bool) -> Handler:
    return lambda m, library, args, node: Thing("pool", own=own)


def pool_method(m: Machine, library: KerasLibrary, pool: Thing, name: str, args: Args, node: ast.AST) -> Value:
    """``pool.map(f, items)``, ``executor.submit(f, x)``."""
    function = args.get(0, "func", "fn")
    if not is_callable(function, m):
        return Unknown(f"pool.{name}()", harmless=True)
    tasks: list[Args] = []
    if name == "submit":
        tasks = [Args(args.positional[1:], args.keywords, open=args.open)]
    elif name in ONE_TASK:
        tasks = [spread(m, args.get(1, "args"), args.get(2, "kwds"), node)]
    elif name in MANY_TASKS:
        tasks = _tasks(m, name, args, node)
    for task in tasks:
        if pool.own:
            elsewhere(m, lambda task=task: call(m, function, task, node))  # type: ignore[misc]
        else:
            call(m, function, task, node)
    return Unknown(f"pool.{name}()", harmless=True)


def _tasks(m: Machine, name: str, args: Args, node: ast.AST) -> list[Args]:
    """The calls of a ``map``: one for each item where they are known, else one with an item of which nothing is."""
    items = iterate(m, args.get(1, "iterable") or Unknown("items"), node)
    if not items.exact or len(items.values) > MAX_TASKS:
        return [Args(open=True)]
    if name.startswith("starmap"):
        return [spread(m, item, None, node) for item in items.values]
    return [Args((item,)) for item in items.values]


# --- studies of Optuna ----------------------------------------------------------------------------------------------


def _study(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value:
    return Thing("study")


def study_method(m: Machine, library: KerasLibrary, study: Thing, name: str, args: Args, node: ast.AST) -> Value:
    """``study.optimize(objective)`` calls ``objective(trial)``."""
    objective = args.get(0, "func")
    if name == "optimize" and is_callable(objective, m):
        call(m, objective, Args((TRIAL,)), node)
        return NONE
    return TRIAL if name == "ask" else Unknown(f"study.{name}()", harmless=True)


def study_attribute(name: str) -> Value | None:
    """``study.best_trial`` can be handed to the objective again."""
    return TRIAL if name == "best_trial" else None


# --- strategies -----------------------------------------------------------------------------------------------------


def strategy_method(m: Machine, library: KerasLibrary, receiver: Thing, name: str, args: Args, node: ast.AST) -> Value:
    """``strategy.run(step, args=(…))``, and data sets that are spread over replicas."""
    if name == "scope":
        return Thing("strategy scope", strategy=receiver)
    function = args.get(0, "fn", "dataset_fn")
    if name in ("run", "experimental_run_v2") and function is not None:
        return call(m, function, _listed(m, args, node), node)
    if name == "experimental_distribute_dataset":
        return args.get(0, "dataset") or Unknown("data set")
    if name.endswith("distribute_datasets_from_function") and function is not None:
        return call(m, function, Args((Unknown("input context", harmless=True),)), node)
    return Unknown(f"strategy.{name}()", harmless=True)


def run_unknown(m: Machine, library: KerasLibrary, method: str, args: Args, node: ast.AST) -> Value | None:
    """``strategy.run(step, args=(…))`` where it is not known what the strategy is."""
    is_run = method == "experimental_run_v2" or (method == "run" and args.get(1, "args") is not None)
    if is_run and is_callable(args.get(0, "fn"), m):
        return call(m, args.get(0, "fn") or NONE, _listed(m, args, node), node)
    return None


def _with_parameters(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value | None:
    """``tune.with_parameters(f, data=…)``."""
    function = args.get(0, "trainable")
    return Partial(function, (), args.keywords) if is_callable(function, m) else None


_process = _job(1, "target", given=_of_thread, starts="start", own=True)
_minimize = runs(0, "func", given=_something)

CALLS: dict[str, Handler] = {
    "multiprocessing.Process": _process,
    "multiprocess.Process": _process,
    "multiprocessing.get_context": lambda m, library, args, node: Lib("multiprocessing"),
    "threading.Thread": _job(1, "target", given=_of_thread, starts="start"),
    "threading.Timer": _job(1, "function", given=_of_timer, starts="start"),
    "multiprocessing.Pool": _pool(own=True),
    "multiprocessing.ThreadPool": _pool(own=False),
    "concurrent.ProcessPoolExecutor": _pool(own=True),
    "concurrent.ThreadPoolExecutor": _pool(own=False),
    "optuna.create_study": _study,
    "optuna.load_study": _study,
    "optuna.Study": _study,
    "optuna.FixedTrial": lambda m, library, args, node: TRIAL,
    "ray.run": runs(0, "run_or_experiment", given=_point(99, "config"), own=True),
    "ray.Tuner": _job(0, "trainable", given=_point(99, "param_space"), starts="fit", own=True),
    "ray.with_parameters": _with_parameters,
    "ray.with_resources": lambda m, library, args, node: args.get(0, "trainable"),
    "hyperopt.fmin": runs(0, "fn", given=_point(1, "space")),
    "wandb.agent": runs(1, "function"),
    "skopt.gp_minimize": _minimize,
    "skopt.forest_minimize": _minimize,
    "skopt.gbrt_minimize": _minimize,
    "skopt.dummy_minimize": _minimize,
    "bayes_opt.BayesianOptimization": _job(0, "f", given=_bounds, starts="maximize"),
    "talos.Scan": runs(3, "model", given=_scanned),
    "horovod.run": runs(0, "func", "fn", given=_listed, own=True),
    "typer.run": runs(0, "function"),
    "plac.call": runs(0, "obj"),
}
"""By the first and the last part of a qualified name: the modules between differ from release to release."""
