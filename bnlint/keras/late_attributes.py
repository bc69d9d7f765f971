"""Which fit goes by the momentum that a layer had before it was set: told from one path of a program."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.keras.api.norm_attributes import CLIPPING, SET, SET_LATER
from bnlint.keras.backbones import label_of
from bnlint.keras.facts import CUSTOM_STEP, FitView, State
from bnlint.keras.fits import PathFits

How = Literal["late", "built", "callback"]
BEFORE_THE_FIRST_STEP = "on_epoch_begin"
AFTER_THE_LAST_STEP = "on_train_end"


class Ignored(NamedTuple):
    """An assignment that a fit does not heed: how that comes, and the momentum that the fit goes by.

    ``read_at`` is the fit that read it, ``compile`` the last one of the model.
    """

    how: How
    fit: Place
    model: str
    in_effect: float | None = None
    compile: Place | None = None
    read_at: Place | None = None


def ignored(run: PathFits, event: Any) -> Ignored | None:
    """What the first fit after an assignment makes of it; None where it is heeded, or that is not known."""
    if event.kind == SET_LATER:
        return _in_callback(run, event)
    at = run.order.position(event)
    for index, view in enumerate(run.views):
        if run.order.position(view.event) < at:
            continue
        state = _state(view, event.layer)
        if state is None or state.outcome.updated is False:
            continue
        if state.outcome.updated is None or view.event.train == CUSTOM_STEP or _set_again(run, event, at, view):
            return None
        if event.takes is False:
            return _told(run, index, state, "built") if _is_built_in(event, view) else None
        if event.takes and _goes_by_another(view, state, event):
            return _told(run, index, state, "late")
        return None
    return None


def _state(view: FitView, layer: Address) -> State | None:
    return next((state for state in view.states if state.address == layer and state.known), None)


def _set_again(run: PathFits, event: Any, at: int, view: FitView) -> bool:
    """Whether the attribute is set once more before a fit, by another statement or the same."""
    between = run.events[at + 1 : run.order.position(view.event)]
    return any(
        other.kind in (SET, SET_LATER) and other.layer == event.layer and other.attribute == event.attribute
        for other in between
    )


def _goes_by_another(view: FitView, state: State, event: Any) -> bool:
    """Whether the step of a fit was surely traced with something else."""
    behaviour = view.behaviour
    if behaviour is None or (view.compiled is not None and view.compiled.eager is None):
        return False
    if event.attribute == CLIPPING:
        if behaviour.clipping_read_at != "first_fit" or view.momentum_read_at != "first_fit":
            return False
        live = view.event.heap[state.address].attrs.get(CLIPPING)
        used = [heap.get(state.address) for heap in view.heaps("first_fit")]
        return bool(used) and all(isinstance(each, Layer) and each.attrs.get(CLIPPING) is not live for each in used)
    if view.momentum_read_at != "first_fit" or state.momentum is None:
        return False
    return bool(state.momentum != event.value and view.event.heap[state.address].momentum == event.value)


def _is_built_in(event: Any, view: FitView) -> bool:
    """Whether the model runs the layer by the very call that was there before the assignment."""
    before, model = event.heap[event.layer], view.record.model
    if model is None or not before.built:
        return False
    if model.kind == "functional":
        calls = [node for node in model.nodes if node.layer == event.layer]
        return bool(calls) and all(node is before.node for node in calls)
    root = event.heap.get(view.root)
    return model.kind == "sequential" and isinstance(root, Layer) and _holds(root, event.layer)


def _holds(root: Layer, layer: Address) -> bool:
    return root.model is not None and layer in root.model.layers


def _in_callback(run: PathFits, event: Any) -> Ignored | None:
    """What a fit makes of an attribute that a callback of it sets while its steps run."""
    before = [
        index for index, view in enumerate(run.views) if run.order.position(view.event) < run.order.position(event)
    ]
    index = next((index for index in reversed(before) if run.views[index].event.place == event.fit), None)
    if index is None or event.hook == AFTER_THE_LAST_STEP:
        return None
    view = run.views[index]
    state, behaviour, epochs = _state(view, event.layer), view.behaviour, view.event.epochs
    if state is None or state.outcome.updated is not True or behaviour is None or view.event.train == CUSTOM_STEP:
        return None
    if epochs is None or epochs < 2 or (event.hook == BEFORE_THE_FIRST_STEP and event.value is not None):
        return None
    if event.takes is False:
        return _told(run, index, state, "callback")
    read_at = behaviour.clipping_read_at if event.attribute == CLIPPING else behaviour.momentum_read_at
    eager = view.compiled is None or view.compiled.eager is not False
    if not event.takes or read_at != "first_fit" or eager or event.value == state.momentum is not None:
        return None
    return _told(run, index, state, "callback")


def _told(run: PathFits, index: int, state: State, how: How) -> Ignored:
    view = run.views[index]
    compiled = view.compiled.place if view.compiled is not None else None
    start = max((at for at in run.order.compiles.get(view.root, ()) if at < run.order.position(view.event)), default=-1)
    fits = [each.event for each in run.views if each.root == view.root and start < run.order.position(each.event)]
    return Ignored(how, view.event.place, label_of(view.record, root=True), state.momentum, compiled, fits[0].place)
