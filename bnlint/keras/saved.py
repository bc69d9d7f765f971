"""From a model file to facts: what a `fit` of the loaded model would do on the target, by the table scripts use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from immutables import Map

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.graph.saved import SavedModel
from bnlint.graph.subjects import ModelFacts, Program, SavedBatchNorm
from bnlint.interpreter.machine import Event
from bnlint.keras.facts import FitView, State
from bnlint.keras.fits import frozen_in
from bnlint.keras.releases import MULTI_BACKEND_ENDS, Target
from bnlint.keras.saved_subjects import subjects_of
from bnlint.keras.semantics import Behaviour
from bnlint.keras.uses import uses_of

LIVE = "live"
"""The format of a model in memory, whose flags need not come back."""
SURVIVE_AS = {
    "keras": "keras", "h5": "h5", "json": "json", "yaml": "json", "tfjs": "json", "saved_model": "savedmodel",
}  # fmt: skip
"""A format by the name under which it was measured whether flags come back from it."""


def gather_saved(
    model: SavedModel,
    target: Target,
    *,
    training_samples: int | None = None,
    batch_size: int | None = None,
    other: SavedModel | None = None,
) -> Program:
    """All facts of one model file; ``other`` is one that it is compared with."""
    view = view_of(model, target, training_samples=training_samples, batch_size=batch_size)
    subjects = subjects_of(model, view, other)
    facts = _facts(model, view)
    return Program(model.path, subjects=subjects, model=replace(facts, notes=(*facts.notes, *_comparison(subjects))))


def _comparison(subjects: dict[str, tuple[Any, ...]]) -> Iterator[str]:
    """What came of a comparison, in a line."""
    for each in subjects["saved_model"]:
        if each.compared_with is not None:
            yield f"{each.same} of {each.compared} BatchNormalization layers have statistics as in {each.compared_with}"


def package_of(model: SavedModel, target: Target) -> str:
    """The import root that loads the file on the target: that of the package where the target is one of its own."""
    package = model.heap[model.root].package
    if target.framework == "tf_keras":
        return "tf_keras"
    if target.framework == "keras" and target.keras is not None and target.keras < MULTI_BACKEND_ENDS:
        return "keras"
    return package if target.release(package) is not None else "tf.keras"


def loaded(model: SavedModel, behaviour: Behaviour | None) -> Map[Address, Layer]:
    """The records as they are after `load_model`: with the flags that files of this kind bring back there."""
    if model.format == LIVE:
        return model.heap
    kind = SURVIVE_AS.get(model.format)
    models, layers = behaviour.flags_survive(kind) if behaviour is not None and kind is not None else (None, None)
    heap = model.heap
    for address, record in model.heap.items():
        if record.trainable is True:
            continue
        survives = models if record.model is not None else layers
        flag = record.trainable if survives else None if survives is None else True
        if address == model.root:
            flag = None if flag is False else flag  # on Keras 3 it hangs on the model's kind (measured: 3.0, 3.15)
        heap = heap.set(address, record._replace(trainable=flag, frozen_unbuilt=True))
    return heap


def view_of(
    model: SavedModel, target: Target, *, training_samples: int | None = None, batch_size: int | None = None
) -> FitView:
    """The `fit` of the loaded model, as if the next line of a script called it."""
    release = target.release(package_of(model, target))
    behaviour = Behaviour(release) if release is not None else None
    heap = loaded(model, behaviour)
    steps = None
    if training_samples is not None and batch_size:
        steps = -(-training_samples // batch_size)
    data = {
        "layer": model.root, "train": "fit", "step": None, "batch": batch_size, "steps": steps, "epochs": None,
        "samples": training_samples, "validated": None,
    }  # fmt: skip
    event = Event("fit", file_place(model.path), heap, (), data, 0, 1)
    view = FitView(event, behaviour)
    view.states = view.find_states()
    return view


def file_place(path: str) -> Place:
    """The place of what a file as a whole is about."""
    return Place(path, 0, 0, 0, 0, None, "")


def _facts(model: SavedModel, view: FitView) -> ModelFacts:
    states = {state.address: state for state in view.states}
    ways = Counter(use.address for use in uses_of(view.event.heap, model.root))
    training = model.training
    others = model.others
    return ModelFacts(
        place=file_place(model.path),
        name=model.locations.get(model.root, "model"),
        format=model.format,
        keras=model.keras,
        backend=model.backend,
        layers=_count(model) if model.format not in ("weights", "export") else None,
        optimizer=training.optimizer if training is not None else None,
        learning_rate=training.learning_rate if training is not None else None,
        steps=others.steps if others is not None else None,
        trained=others.trained if others is not None else None,
        batch_norm=tuple(_batch_norm(model, view, states.get(each), each, ways[each]) for each in model.order),
        serving=model.serving,
        notes=model.notes,
    )


def _count(model: SavedModel) -> int:
    return sum(address != model.root and not record.hidden for address, record in model.heap.items())


def _batch_norm(model: SavedModel, view: FitView, state: State | None, address: Address, ways: int) -> SavedBatchNorm:
    record, config = model.heap[address], model.extras[address]
    shown = SavedBatchNorm(
        place=record.site,
        location=model.locations[address],
        name=record.name or "",
        type=record.type,
        momentum=record.momentum,
        epsilon=config.epsilon,
        axis=config.axis,
        dtype=config.dtype,
        scale=config.scale,
        center=config.center,
        trainable=record.trainable,
        weights=model.weights.get(address) if model.weights is not None else None,
    )
    if state is None or model.format == "export":
        return shown
    return replace(
        shown,
        frozen=frozen_in(view, state),
        training=next(_said(state), None),
        calls=ways if state.known and all(link.container != "subclassed" for link in state.use.links) else None,
        statistics=state.outcome.statistics,
        updated=state.outcome.updated,
        gamma_beta_trained=state.outcome.trained,
        training_overridden=state.outcome.overridden,
    )


def _said(state: State) -> Iterator[bool]:
    """The arguments written on the calls that lead to a layer, the innermost first."""
    for link in reversed(state.use.links):
        if isinstance(link.training, bool):
            yield link.training
