"""What gives back what it is given: `tf.function`, optimizers around optimizers, tapes around tapes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Lib, Partial, Ref, Thing, Value
from bnlint.keras.api.layers import number, text
from bnlint.keras.api.running import Handler
from bnlint.keras.api.tracing import note_traced
from bnlint.keras.api.training import make_optimizer

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary


def _function(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value:
    """``tf.function(f)`` runs as ``f``; without a function it is a decorator."""
    given = args.get(0, "func", "f", "fn")
    if given is None or (isinstance(given, Const) and given.value is None):
        return Partial(Lib("tensorflow.function"), (), args.keywords)
    note_traced(library.traced, given)
    # a model under `tf.function` is no model any more, it can only be called
    return Partial(given, (), {}) if isinstance(given, Ref) else given


def _first(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value | None:
    return args.get(0, "gradtape")


def _optimizer_around(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value | None:
    """An optimizer that scales, averages or shares what another does: its name and rate are the inner one's."""
    inner = args.get(0, "inner_optimizer", "optimizer", "opt")
    name = text(inner)
    return make_optimizer(name, Args()) if name is not None else inner


def _averaging(name: str) -> Handler:
    """An optimizer of TensorFlow Addons around another, which keeps an average of the weights."""

    def around(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value | None:
        inner = _optimizer_around(m, library, args, node)
        if not isinstance(inner, Thing) or inner.kind != "optimizer":
            return inner
        return Thing("optimizer", **{**inner.data, "averages": name, "made_at": m.place(node)})

    return around


def addons_optimizer(name: str, args: Args) -> Value:
    """An optimizer of TensorFlow Addons: not all of them take the rate first."""
    return Thing("optimizer", name=name, rate=number(args.get(None, "learning_rate", "lr")))


CALLS: dict[str, Handler] = {
    "tensorflow.function": _function,
    "tensorflow.defun": _function,
    "tensorflow.do_not_convert": _function,
    "tensorflow.recompute_grad": _function,
    "keras.mixed_precision.LossScaleOptimizer": _optimizer_around,
    "keras.optimizers.LossScaleOptimizer": _optimizer_around,
    "tensorflow.MixedPrecisionLossScaleOptimizer": _optimizer_around,
    "tensorflow.enable_mixed_precision_graph_rewrite": _optimizer_around,
    "tensorflow_addons.Lookahead": _optimizer_around,
    "tensorflow_addons.MovingAverage": _averaging("MovingAverage"),
    "tensorflow_addons.SWA": _averaging("SWA"),
    "horovod.DistributedOptimizer": _optimizer_around,
    "horovod.DistributedGradientTape": _first,
}
