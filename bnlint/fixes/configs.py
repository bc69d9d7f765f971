"""The rewrites that a rule asks for, done on the config of a saved model: its places name layers, and no lines.

The edits are those of the text that holds the config. A script's call of a constructor is a layer's entry here, and a
call on tensors (`training=`) what the entry records of it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bnlint.findings import Action, Edit, Finding, unfixed
from bnlint.fixes.edits import Change, Refusal, join
from bnlint.fixes.planning import Plan, checked
from bnlint.fixes.source import read
from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.saved import ROOT, SavedModel
from bnlint.saved_models.rewriting import TRAINING, Config
from bnlint.saved_models.spans import Unspliceable

ORDER_FOLLOWS_FLAGS = (
    "the order of a nested model's weights in HDF5 follows what is trainable: load the model, set the flags there, and "
    "save it again"
)
WEIGHTS_HANG_ON_IT = "the weights in the file hang on `{}`: without it they would not fit"
SHAPING: dict[str, Any] = {"axis": -1, "center": True, "scale": True, "renorm": False, "virtual_batch_size": None}
"""Arguments of BatchNormalization that say which weights it has and of what shape, with their defaults.

Measured: a file with `renorm=True` has three weights more, one with a virtual batch size gammas of another rank, and no
Keras loads it when the argument alone is taken out.
"""


def plan(text: str, model: SavedModel, actions: Sequence[Action]) -> Plan:
    """The edits that do all the actions on ``text``, the config of ``model``, or a refusal in plain words."""
    config = Config(model, text)
    try:
        for action in actions:
            rewrite = REWRITES.get(action.name)
            if rewrite is None:
                raise Refusal(f"`{action.name}` is for scripts")
            rewrite(config, **checked(action))
        changes = join(Change(*change) for change in config.changes())
    except (Refusal, Unspliceable) as refusal:
        return Plan(refusal=str(refusal))
    if not changes:
        return Plan(refusal="there is nothing to change")
    source = read(text)
    return Plan(tuple(Edit(source.place(start, end, model.path), content) for start, end, content in changes))


def complete(text: str, model: SavedModel, finding: Finding) -> Finding:
    """As ``bnlint.fixes.complete``, for a finding in a saved model."""
    fix = finding.fix
    if fix is None or fix.edits or not fix.actions:
        return finding
    planned = plan(text, model, fix.actions)
    if planned.refusal is not None:
        return unfixed(finding, planned.refusal)
    return replace(finding, fix=replace(fix, edits=planned.edits))


# ------------------------------------------------------------------------------------------------------------- rewrites


def add_argument(config: Config, *, call: Place, name: str, value: str) -> None:
    """Gives an argument of a layer a value; `training` only those of its calls that do not have it."""
    for address in _layers_at(config.model, (call,)):
        if name == TRAINING:
            config.set_training(address, _truth(value), where_absent=True)
        else:
            _set(config, address, name, _constant(value))


def set_argument(config: Config, *, call: Iterable[Place], name: str, value: str, position: str | None = None) -> None:
    """Gives an argument of layers a value; `training` every call of theirs."""
    for address in _layers_at(config.model, call):
        if name == TRAINING:
            config.set_training(address, _truth(value))
        else:
            _set(config, address, name, _constant(value))


def remove_arguments(config: Config, *, call: Place, names: Sequence[str]) -> None:
    """Takes arguments out of a layer's entry, and `training` out of its calls."""
    for address in _layers_at(config.model, (call,)):
        for name in names:
            if name in config.model.extras[address].config:
                _keep_weights(config.model, address, name, SHAPING.get(name))
        config.remove(address, [name for name in names if name != TRAINING])
        if TRAINING in names:
            config.set_training(address, None)


def freeze_batch_norm(config: Config, *, of: Any, after: Place, before: Iterable[Place] = ()) -> None:
    """Sets `trainable` to false in the BatchNormalization layers at a place and below it."""
    for address in _batch_norm_below(config.model, after):
        _set(config, address, "trainable", False)


def set_momentum(config: Config, *, of: Any, to: str, before: Iterable[Place]) -> None:
    """Sets the momentum of the BatchNormalization layers of a model in the file."""
    if of.built_at is None:
        raise Refusal("it is not known which layers it is about")
    for address in _batch_norm_below(config.model, of.built_at):
        _set(config, address, "momentum", _constant(to))


REWRITES: dict[str, Callable[..., None]] = {
    each.__name__: each
    for each in (add_argument, set_argument, remove_arguments, freeze_batch_norm, set_momentum)
}  # fmt: skip


def _set(config: Config, address: Address, name: str, value: Any) -> None:
    if name == "trainable" and _order_follows_flags(config.model, address):
        raise Refusal(ORDER_FOLLOWS_FLAGS)
    _keep_weights(config.model, address, name, value)
    config.set(address, name, value)


def _keep_weights(model: SavedModel, address: Address, name: str, value: Any) -> None:
    """Raises ``Refusal`` where a layer with another value of an argument would have other weights."""
    if name not in SHAPING or address not in model.order:
        return
    before = model.extras[address].config.get(name, SHAPING[name])
    if isinstance(before, list) and len(before) == 1:
        before = before[0]
    if before != value:
        raise Refusal(WEIGHTS_HANG_ON_IT.format(name))


def _order_follows_flags(model: SavedModel, address: Address) -> bool:
    """Whether weights would be loaded in another order than they were saved in, if a flag were another one.

    HDF5 in the old layout has one list of weights for each layer of the outermost model, what is trainable first. A
    config alone does not tell in which layout its weights are, but for that of Keras 3, which has a newer one.
    """
    newer = model.format in ("keras", "tfjs") or (model.format == "json" and model.extras[ROOT].module is not None)
    if newer:
        return False
    top = model.heap[address[:2]]
    alone = len(address) == 3 and top.model is None and top.holds == (address,)
    return top.model is not None or (len(address) > 2 and not alone)


def _batch_norm_below(model: SavedModel, place: Place) -> Iterator[Address]:
    addresses = _layers_at(model, (place,))
    return (each for each in model.order if any(each[: len(address)] == address for address in addresses))


def _layers_at(model: SavedModel, places: Iterable[Place]) -> list[Address]:
    """The layers that places name. Raises ``Refusal`` where one names none, or more than one."""
    named = _by_location(model)
    found = []
    for place in places:
        if place.location is None or place.path != model.path:
            raise Refusal("its rewrites stand in different files")
        there = named.get(place.location, [])
        if len(there) != 1:
            raise Refusal("several layers have that name" if there else "the file holds no layer of that name")
        found += there
    return found


def _by_location(model: SavedModel) -> dict[str, list[Address]]:
    named: dict[str, list[Address]] = {"": [ROOT]}
    for address, location in model.locations.items():
        if address != ROOT:
            named.setdefault(location, []).append(address)
    named.setdefault(model.locations.get(ROOT, ""), [ROOT])
    return named


def _constant(value: str) -> Any:
    """What a piece of code stands for, where a config can hold that."""
    try:
        found = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        raise Refusal("the value is no constant") from None
    if isinstance(found, (bool, int, float, str)) or found is None:
        return found
    raise Refusal("the value is none that a config holds")


def _truth(value: str) -> bool:
    found = _constant(value)
    if not isinstance(found, bool):
        raise Refusal("the value is neither True nor False")
    return found
