"""``trainable``: what an assignment reaches."""

from __future__ import annotations

import ast

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.records import Doubt, Layer
from bnlint.interpreter.heap import Dict, Instance, Iterator, List
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Ref, Tuple, Value
from bnlint.keras.inside import MAX_LAYERS, all_layers, inner_layers, is_wrapper
from bnlint.keras.semantics import Behaviour

MAYBE_SET = "`trainable` set to something, or on something, unknown"


def set_trainable(m: Machine, behaviour: Behaviour | None, address: Address, value: Value, node: ast.AST) -> None:
    """``layer.trainable = value`` as the release does it."""
    wanted = bool(value.value) if isinstance(value, Const) else None
    record: Layer = m.get(address)
    place = m.place(node)
    reaches = behaviour.setter_reaches_children if behaviour is not None else None
    ignores = behaviour.setter_ignores_equal if behaviour is not None else None
    since = len(m.log)
    effect = _set(m, address, wanted, place, reaches, ignores)
    if is_wrapper(record) and behaviour is not None:
        _hand_on(m, behaviour, record, wanted, place)
    m.tick((len(m.log) - since) // 8)
    m.event("flag", node, layer=address, value=wanted, before=record.trainable, effect=effect)


def _hand_on(m: Machine, behaviour: Behaviour, record: Layer, wanted: bool | None, place: Place) -> None:
    """A wrapper without a flag of its own sets that of what it wraps; where that is not known, it may."""
    if behaviour.wrapper_flag in ("inner", None):
        for held in record.holds:
            _assign_flag(m, held, wanted, place, weak=behaviour.wrapper_flag is None)


def note_wrapped(m: Machine, behaviour: Behaviour | None, record: Layer, node: ast.AST) -> None:
    """A wrapper is made: standalone Keras 2 sets the flag of what it wraps to the wrapper's, which is True."""
    unfreezes = behaviour.wrapper_unfreezes if behaviour is not None else None
    for held in record.holds if unfreezes is not False else ():
        inner = m.get(held)
        if inner.trainable is not record.trainable:
            _assign_flag(m, held, record.trainable, m.place(node), weak=unfreezes is None)


def _set(
    m: Machine,
    address: Address,
    wanted: bool | None,
    place: Place,
    reaches: bool | None,
    ignores: bool | None,
    *,
    whole: bool = False,
) -> bool:
    """Sets one flag and what it reaches; False where the assignment has no effect."""
    record: Layer = m.get(address)
    inner = inner_layers(m.heap, record)
    if ignores and record.trainable is not None and record.trainable is wanted:
        _note_place(m, address, wanted, place)
        return False
    doubtful = ignores is not False and inner and (ignores is None or record.trainable is None)
    # an assignment to a model means all layers of a record that stands for them
    _assign_flag(m, address, wanted, place, weak=record.many and not (whole and record.trainable is not None))
    for child in inner if reaches is not False else []:
        if reaches is None:
            _assign_flag(m, child, wanted, place, weak=True)
            continue
        for layer in [child] if ignores and not doubtful else all_layers(m.heap, child):
            if doubtful:
                _assign_flag(m, layer, wanted, place, weak=True)
            elif ignores:
                _set(m, layer, wanted, place, reaches, ignores, whole=True)
            else:
                _assign_flag(m, layer, wanted, place, weak=False)
    return True


def _note_place(m: Machine, address: Address, wanted: bool, place: Place) -> None:
    """An assignment without effect is the last one that asked for the state in which these layers are.

    Where a fit has trained them since they were enabled, it changes nothing about them, and the earlier one stays.
    """
    for layer in all_layers(m.heap, address):
        record: Layer = m.get(layer)
        if record.trainable is not wanted or record.many:
            continue
        if not wanted:
            m.put(layer, record._replace(frozen_at=place))
        elif not _trained_since(m, record.enabled_at):
            m.put(layer, record._replace(enabled_at=place))


def _trained_since(m: Machine, place: Place | None) -> bool:
    """Whether there was a fit after the last assignment of a statement; None stands for the beginning."""
    for event in reversed(m.events):
        if event.kind == "fit" or (event.kind == "flag" and event.place == place):
            return event.kind == "fit"
    return False


def _assign_flag(m: Machine, address: Address, wanted: bool | None, place: Place, *, weak: bool) -> None:
    record = m.heap.get(address)
    if not isinstance(record, Layer):
        return
    if wanted is None or (weak and record.trainable is not wanted):
        m.put(address, record._replace(trainable=None, flag_at=place, doubt=record.doubt or Doubt(place, MAYBE_SET)))
    elif wanted:
        m.put(address, record._replace(trainable=True, flag_at=place, enabled_at=place, frozen_unbuilt=False))
    else:
        early = not record.built
        m.put(address, record._replace(trainable=False, flag_at=place, frozen_at=place, frozen_unbuilt=early))


def weaken_flags(m: Machine, value: Value, place: Place) -> None:
    """Some layer, it is not known which, was given this flag: those that have another may have it now."""
    wanted = bool(value.value) if isinstance(value, Const) else None
    for address, record in list(m.heap.items()):
        if isinstance(record, Layer) and record.trainable is not wanted and record.trainable is not None:
            m.put(address, record._replace(trainable=None, flag_at=place, doubt=Doubt(place, MAYBE_SET)))


def forget_flags(m: Machine, addresses: list[Address], reason: str) -> None:
    """Unknown code had these layers in hand: their flags are not known any more, nor whether it compiled a model."""
    doubt = Doubt(m.place(m.node), reason)
    for address in addresses:
        record = m.heap.get(address)
        if not isinstance(record, Layer):
            continue
        model = record.model
        if model is not None and model.compiled is not None:
            model = model._replace(compiled=None)
            m.put(address, record._replace(trainable=None, doubt=doubt, model=model, touched=True))
        elif record.trainable is not None:
            m.put(address, record._replace(trainable=None, doubt=doubt, touched=True))
        elif not record.touched:
            m.put(address, record._replace(touched=True))


def touch(m: Machine, addresses: list[Address]) -> None:
    """Something may have given these layers other weights."""
    for address in addresses:
        record = m.heap.get(address)
        if isinstance(record, Layer) and not record.touched:
            m.put(address, record._replace(touched=True))


def reachable_layers(m: Machine, values: list[Value]) -> list[Address]:
    """Every layer that code can reach from ``values``."""
    found: dict[Address, None] = {}
    stack: list[tuple[Value, int]] = [(value, 0) for value in values]
    while stack and len(found) < MAX_LAYERS:
        value, depth = stack.pop()
        if depth > 6:
            continue
        record = m.record(value)
        if isinstance(value, Tuple):
            stack.extend((item, depth + 1) for item in value.items)
        elif isinstance(record, Layer) and isinstance(value, Ref):
            found.update(dict.fromkeys(all_layers(m.heap, value.address)))
        elif isinstance(record, List):
            stack.extend((item, depth + 1) for item in record.items)
        elif isinstance(record, Iterator):
            stack.extend((item, depth + 1) for item in record.items.values)
        elif isinstance(record, Dict):
            stack.extend((record.items[key], depth + 1) for key in record.order)
        elif isinstance(record, Instance):
            stack.extend((record.attrs[name], depth + 1) for name in sorted(record.attrs))
    return list(found)
