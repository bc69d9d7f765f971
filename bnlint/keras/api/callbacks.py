"""Callbacks of the program: flags that they set while a model is being trained.

Measured on Keras 3.15: flags set when training begins, or when its first epoch does, count in that fit, since the step
is traced later; flags set in later epochs count from the next ``compile``. Earlier releases keep the flags of
``compile`` around a fit in ways of their own, so what a callback sets there is not known.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from bnlint.graph.network import Address
from bnlint.graph.records import Doubt, Layer
from bnlint.interpreter.calls import call
from bnlint.interpreter.classes import find_in_class
from bnlint.interpreter.heap import Instance
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Arm, Machine
from bnlint.interpreter.values import Bound, Const, Function, Partial, Ref, Thing, Unknown, Value
from bnlint.keras.api import norm_attributes
from bnlint.keras.api.flags import forget_flags
from bnlint.keras.api.layers import text
from bnlint.keras.api.saving import save_model
from bnlint.keras.api.sizes import given

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

BEGIN = ("on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_batch_begin")
"""What runs before the training step is traced, in this order, for the first epoch and batch."""
LATER = ("on_epoch_begin", "on_epoch_end", "on_train_batch_end", "on_batch_end", "on_train_end")
NUMBERLESS = ("on_train_begin", "on_train_end")
SET_BY_CALLBACK = "`trainable` set in a callback"


def argument(args: Args, method: str) -> Value | None:
    """The callbacks that a fit is given."""
    if method == "train_on_batch":
        return None
    return given(args, 4 if method == "fit_generator" else 5, "callbacks")


STEADY = frozenset(
    "ModelCheckpoint TensorBoard ReduceLROnPlateau LearningRateScheduler CSVLogger History ProgbarLogger BaseLogger "
    "RemoteMonitor BackupAndRestore LambdaCallback SwapEMAWeights".split()
)
"""Callbacks that never end a fit before its last epoch."""


def may_stop(m: Machine, args: Args, method: str) -> bool:
    """Whether a callback may end the fit early, so that its number of epochs is only the largest possible."""
    callbacks = argument(args, method)
    if callbacks is None:
        return args.open
    items = iterate(m, callbacks, m.node)
    return not items.exact or not all(
        isinstance(item, Thing) and item.kind == "callback" and item.name in STEADY for item in items.values
    )


def begin(m: Machine, library: KerasLibrary, ref: Ref, callbacks: Value | None, node: ast.AST) -> None:
    """Runs what callbacks do before the first step of a fit, as far as it sets flags."""
    for run in hooks(m, ref, _items(m, callbacks, node), BEGIN, Const(0), node):
        arm = m.attempt(run)
        changed = _changed(m, arm)
        if not changed:
            norm_attributes.take_over(m, norm_attributes.events_in(arm.events), arm.heap)
            continue
        if _is_traced_later(m, library, ref):
            m.adopt(arm)
        else:
            _doubt(m, ref, changed)
            norm_attributes.take_over(m, norm_attributes.events_in(arm.events), arm.heap)


def end(m: Machine, library: KerasLibrary, ref: Ref, callbacks: Value | None, node: ast.AST) -> None:
    """Runs what callbacks do later in a fit: it does not count there, and may have been done after it."""
    for each in iterate(m, callbacks, node).values if callbacks is not None else ():
        if not isinstance(each, Thing) or each.kind != "callback":
            continue
        path, weights = each.data.get("saves_to"), each.data.get("weights_to")
        if path is not None:
            save_model(m, library, ref, Args((path,)), node)
        for file in (path, weights):
            if file is not None:
                m.event("checkpoint", node, layer=ref.address, path=text(file), whole=file is path)
    for name in LATER:
        for run in hooks(m, ref, _items(m, callbacks, node), (name,), Unknown("epoch"), node):
            arm = m.attempt(run)
            forget_flags(m, _changed(m, arm), SET_BY_CALLBACK)
            norm_attributes.note_later(m, norm_attributes.events_in(arm.events), arm.heap, name, node)


def _is_traced_later(m: Machine, library: KerasLibrary, ref: Ref) -> bool:
    behaviour = library.behaviour(m.get(ref.address).package)
    return behaviour is not None and behaviour.updates_read_at == behaviour.weights_read_at == "first_fit"


def _changed(m: Machine, arm: Arm) -> list[Address]:
    """The layers of which an arm has set or lost the flag."""
    found: list[Address] = []
    if not any(event.kind == "flag" for event in arm.events):
        return found
    for address in arm.touched:
        before, after = m.heap.get(address), arm.heap.get(address)
        if isinstance(before, Layer) and isinstance(after, Layer) and before.trainable is not after.trainable:
            found.append(address)
    return sorted(found, key=repr)


def _doubt(m: Machine, ref: Ref, changed: list[Address]) -> None:
    """Flags that may have been set before the step: not known in this fit, nor after it."""
    forget_flags(m, changed, SET_BY_CALLBACK)
    record: Layer = m.get(ref.address)
    compiled = record.model.compiled if record.model is not None else None
    if record.model is None or compiled is None:
        return
    heap, doubt = compiled.heap, Doubt(m.place(m.node), SET_BY_CALLBACK)
    for address in changed:
        if isinstance(heap.get(address), Layer):
            heap = heap.set(address, heap[address]._replace(trainable=None, doubt=doubt))
    m.put(ref.address, record._replace(model=record.model._replace(compiled=compiled._replace(heap=heap))))


def _items(m: Machine, callbacks: Value | None, node: ast.AST) -> Sequence[Value]:
    return iterate(m, callbacks, node).values if callbacks is not None else ()


def hooks(
    m: Machine, ref: Ref, callbacks: Sequence[Value], names: tuple[str, ...], number: Value, node: ast.AST
) -> Iterator[Callable[[], object]]:
    """What the program's own callbacks do at the named moments."""
    for each in callbacks:
        for name in names:
            function = _function(m, each, name, ref)
            if function is not None:
                # the epoch or batch, and the logs; training begins and ends without a number
                values = (Unknown("logs"),) if name in NUMBERLESS else (number, Unknown("logs"))
                yield lambda function=function, values=values: call(m, function, Args(values), node)  # type: ignore[misc]


def _function(m: Machine, callback: Value, name: str, ref: Ref) -> Value | None:
    if isinstance(callback, Thing) and callback.kind == "callback":
        hook: Value | None = callback.data.get("hooks", {}).get(name)
        return hook if isinstance(hook, (Function, Bound, Partial)) else None
    record = m.record(callback)
    if not isinstance(callback, Ref) or not isinstance(record, Instance) or record.cls is None:
        return None
    found = find_in_class(m, record.cls, name)
    if not isinstance(found, Function):
        return None
    if "model" not in record.attrs:
        m.put(callback.address, record._replace(attrs=record.attrs.set("model", ref)))
    return Bound(callback, name, found)
