"""What `bnlint.remedies` does to a model of the program."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bnlint.graph.network import Address
from bnlint.graph.records import Layer
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Thing, Unknown, Value
from bnlint.keras.api import norm_attributes
from bnlint.keras.api.flags import forget_flags, set_trainable, touch
from bnlint.keras.api.running import Handler
from bnlint.keras.inside import all_layers, layers_in
from bnlint.keras.kinds import BATCH_NORM

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary


def _freeze(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value:
    for address in _layers(m, args):
        record: Layer = m.get(address)
        if record.type in BATCH_NORM and not record.many:
            set_trainable(m, library.behaviour(record.package), address, Const(False), node)
        elif record.many:
            forget_flags(m, [address], "`freeze_batch_norm` on layers that are not known")
    return _harmless("freeze_batch_norm")


def _set_momentum(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value:
    momentum = args.get(1, "momentum") or Unknown("momentum")
    for address in _layers(m, args):
        record: Layer = m.get(address)
        if record.type in BATCH_NORM or record.many:
            behaviour = library.behaviour(record.package)
            norm_attributes.set_attribute(m, behaviour, address, norm_attributes.MOMENTUM, momentum, node)
    return _harmless("set_momentum")


def _recalibrate(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value:
    touch(m, [address for address in _layers(m, args) if m.get(address).type in BATCH_NORM])
    return _harmless("recalibrate")


def _look(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value:
    """The parts of a model, a new one, a class of layers: what is given stays as it is."""
    return _harmless("bnlint.remedies")


def _callback(m: Machine, library: KerasLibrary, args: Args, node: ast.AST) -> Value:
    return Thing("callback", name="of bnlint.remedies", hooks={}, saves_to=None, weights_to=None, schedule=None)


def _layers(m: Machine, args: Args) -> list[Address]:
    model = args.get(0, "model")
    found = layers_in(m.heap, model) if model is not None else []
    return [address for each in found for address in all_layers(m.heap, each)]


def _harmless(name: str) -> Unknown:
    return Unknown(f"result of `{name}`", harmless=True)


CALLS: dict[str, Handler] = {
    "bnlint.freeze_batch_norm": _freeze,
    "bnlint.set_momentum": _set_momentum,
    "bnlint.recalibrate": _recalibrate,
    "bnlint.split": _look,
    "bnlint.replace_batch_norm": _look,
    "bnlint.batch_renormalization": _look,
    "bnlint.BatchNormMonitor": _callback,
    "bnlint.RenormSchedule": _callback,
}
