"""Attributes of BatchNormalization that are set after it was made: ``layer.momentum = 0.9``."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from bnlint.graph.network import Address
from bnlint.graph.records import Layer
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Value
from bnlint.keras.kinds import BATCH_NORM
from bnlint.keras.semantics import Behaviour

MOMENTUM, CLIPPING = "momentum", "renorm_clipping"
ATTRIBUTES = frozenset({MOMENTUM, CLIPPING})
SET, SET_LATER = "momentum", "momentum_later"
"""The events: an attribute is set; it is set by a callback while a fit runs."""


def number(value: Value | None) -> float | None:
    """The constant behind a value, if it is a number."""
    if isinstance(value, Const) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool):
        return value.value
    return None


def set_attribute(
    m: Machine, behaviour: Behaviour | None, address: Address, name: str, value: Value, node: ast.AST
) -> None:
    """``layer.momentum = m`` or ``layer.renorm_clipping = {…}``, as far as the target heeds it."""
    record: Layer = m.get(address)
    takes = _takes(behaviour, record, name)
    if record.type in BATCH_NORM and not record.many:
        m.event(SET, node, layer=address, attribute=name, value=number(value), takes=takes)
    if name == CLIPPING:
        m.put(address, record._replace(attrs=record.attrs.set(name, value)))
    elif takes is not False:
        m.put(address, record._replace(momentum=number(value) if takes else None, momentum_given=True))


def _takes(behaviour: Behaviour | None, record: Layer, name: str) -> bool | None:
    if behaviour is None:
        return None
    if name == CLIPPING:
        return True if behaviour.clipping_read_at is not None else None
    return behaviour.momentum_attribute_counts if record.built else behaviour.momentum_counts_before_the_call


def events_in(events: Iterable[Any]) -> list[Any]:
    """The events that set such an attribute, with a value for the layer."""
    return [event for event in events if event.kind == SET]


def take_over(m: Machine, events: Iterable[Any], heap: Any) -> None:
    """What a callback has set before the first step of a fit."""
    for event in events:
        record, after = m.get(event.layer), heap.get(event.layer)
        m.event(SET, event.place, layer=event.layer, attribute=event.attribute, value=event.value, takes=event.takes)
        if isinstance(after, Layer) and isinstance(record, Layer):
            m.put(event.layer, _with_attributes(record, after))


def note_later(m: Machine, events: Iterable[Any], heap: Any, hook: str, fit: ast.AST) -> None:
    """What a callback sets while a fit runs, or at its end."""
    for event in events:
        record, after = m.get(event.layer), heap.get(event.layer)
        m.event(
            SET_LATER, event.place, layer=event.layer, attribute=event.attribute, value=event.value,
            takes=event.takes, hook=hook, fit=m.place(fit),
        )  # fmt: skip
        if isinstance(after, Layer) and isinstance(record, Layer):
            m.put(event.layer, _with_attributes(record, after))


def _with_attributes(record: Layer, after: Layer) -> Layer:
    clipping = after.attrs.get(CLIPPING)
    attrs = record.attrs if clipping is None else record.attrs.set(CLIPPING, clipping)
    return record._replace(momentum=after.momentum, momentum_given=after.momentum_given, attrs=attrs)
