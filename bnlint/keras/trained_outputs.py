"""Subject `trained_output`: what the outputs of trained models are activated with, and what their losses expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bnlint.graph.network import Address, Tensor
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer, Loss
from bnlint.graph.subjects.trained_outputs import TrainedOutput
from bnlint.keras.api.losses import CLASSES
from bnlint.keras.loss_table import activated_twice
from bnlint.keras.merging import agreed

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary
    from bnlint.keras.facts import FitView
    from bnlint.keras.fits import PathFits

SHAPING = frozenset({"Flatten", "Permute", "Reshape"})
"""Layers behind which an output is still what its activation made."""
MOST_STEPS = 20
NOWHERE = 99
"""A position at which no call has an argument."""


class Ending(NamedTuple):
    """The layer that gives an output its values, and whether nothing comes behind it."""

    address: Address
    record: Layer
    last: bool


def gather_outputs(runs: list[PathFits], library: KerasLibrary) -> tuple[TrainedOutput, ...]:
    """The output of every fit that has one, and a cross-entropy."""
    found: dict[Place, list[TrainedOutput | None]] = {}
    for run in runs:
        for view in run.views:
            found.setdefault(view.event.place, []).append(_subject(view, library))
    return tuple(
        agreed([each for each in every if each is not None])
        for _, every in sorted(found.items(), key=lambda each: order(each[0]))
        if None not in every
    )


def _subject(view: FitView, library: KerasLibrary) -> TrainedOutput | None:
    compiled = view.compiled
    loss = compiled.loss if compiled is not None else None
    if compiled is None or loss is None or view.event.step is not None:
        return None
    heap = view.event.heap
    ending = ending_of(heap, view.root)
    if ending is None or ending.record.options is None:
        return None
    release = library.release(view.record.package)
    where: Any = "direct" if ending.last else "behind"
    at = loss.place or compiled.place
    return TrainedOutput(
        fit=view.event.place,
        model=view.record.label or "the model",
        activation=ending.record.options.activation,
        activated_at=ending.record.site,
        last=ending.last,
        compiled_at=compiled.place,
        loss=loss.name,
        loss_at=loss.place,
        reads="sigmoid" if loss.name.startswith("Binary") else "softmax",
        from_logits=loss.from_logits,
        given=loss.given,
        position=_position(loss),
        twice=activated_twice(release, library.target.backend, where) if release is not None else None,
        group=f"{at.path}:{at.cell}:{at.line}:{at.column}",
    )


def _position(loss: Loss) -> int:
    found = CLASSES.get(loss.name)
    return NOWHERE if found is None else found


def ending_of(heap: Any, root: Address) -> Ending | None:
    """What gives a model's only output; None where it has several, or that is not known."""
    last, address = True, root
    for _ in range(MOST_STEPS):
        record = heap.get(address)
        if not isinstance(record, Layer) or record.many:
            return None
        if record.model is None:
            return None if record.user_class is not None or record.holds else Ending(address, record, last)
        found = _in_model(heap, record)
        if found is None:
            return None
        address, direct = found
        last = last and direct
    return None


def _in_model(heap: Any, record: Layer) -> tuple[Address, bool] | None:
    """The last layer of a model that is none of those that only shape, and whether it is the very last."""
    model = record.model
    if model is None:
        return None
    if model.kind == "sequential" and model.exact:
        layers = list(model.layers)
        while layers and _shapes(heap, layers[-1]):
            layers.pop()
        return (layers[-1], len(layers) == len(model.layers)) if layers else None
    if model.kind != "functional" or len(model.outputs) != 1:
        return None
    tensor: Tensor = model.outputs[0]
    direct = True
    for _ in range(MOST_STEPS):
        node = tensor.node
        if node is None or node.choice or node in model.doubtful.nodes:
            return None
        if not _shapes(heap, node.layer):
            return node.layer, direct
        if len(node.inputs) != 1:
            return None
        tensor, direct = node.inputs[0], False
    return None


def _shapes(heap: Any, address: Address) -> bool:
    record = heap.get(address)
    return isinstance(record, Layer) and record.type in SHAPING and record.user_class is None
