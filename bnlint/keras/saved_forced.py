"""Subject `forced_training` of a model file: a `training=True` on a call in its config."""

from __future__ import annotations

from collections.abc import Iterator

from bnlint.graph.network import Address, Node
from bnlint.graph.records import Layer
from bnlint.graph.saved import SavedModel
from bnlint.graph.subjects import ForcedTraining
from bnlint.keras.facts import FitView
from bnlint.keras.fits import frozen_in
from bnlint.keras.inside import walk
from bnlint.keras.kinds import BATCH_NORM, DROPOUT
from bnlint.keras.saved_places import group
from bnlint.keras.uses import uses_of


def forced_trainings(model: SavedModel, view: FitView) -> tuple[ForcedTraining, ...]:
    """Every call in the file that carries `training=True`, and reaches BatchNormalization."""
    return tuple(found for home, node in _forced(model) if (found := _subject(model, view, home, node)) is not None)


def _forced(model: SavedModel) -> Iterator[tuple[Address, Node]]:
    for held in walk(model.heap, model.root):
        inner = model.heap[held.address].model
        for node in inner.nodes if inner is not None and inner.kind == "functional" else ():
            if node.training is True:
                yield held.address, node


def _subject(model: SavedModel, view: FitView, home: Address, node: Node) -> ForcedTraining | None:
    behaviour = view.behaviour
    record: Layer = model.heap[node.layer]
    reached = [
        use.address
        for use in uses_of(model.heap, node.layer)
        if model.heap[use.address].type in BATCH_NORM
        and (behaviour is None or behaviour.mode(True, list(use.links))[0] is not False)
    ]
    if not reached:
        return None
    frozen = {state.address: frozen_in(view, state) for state in view.states}
    flags = {frozen.get(address) for address in reached}
    all_frozen = False if False in flags else None if None in flags else True
    is_layer = record.type in BATCH_NORM
    code = behaviour.inference_when_forced(layer=is_layer, inside="functional") if behaviour is not None else None
    legacy = any(model.heap[address].legacy for address in reached)
    uses_batch = behaviour.frozen_uses_batch(legacy) if behaviour is not None else None
    return ForcedTraining(
        place=record.site,
        called_at=record.site,
        written="config",
        called="layer" if is_layer else "model",
        label=model.locations[node.layer],
        layers=sum(frozen.get(address) is not True for address in dict.fromkeys(reached)),
        group=group(model, home),
        package=record.package,
        inside="functional",
        frozen=all_frozen,
        frozen_last=all_frozen,
        freeze_wins=None if uses_batch is None else not uses_batch,
        predicts_with=code.statistics if code is not None else None,
        predict_updates=code.updated if code is not None else None,
        dropout_too=_drops(model, home),
    )


def _drops(model: SavedModel, home: Address) -> bool:
    """Whether Dropout is called with `training=True` in the same model."""
    inner = model.heap[home].model
    nodes = inner.nodes if inner is not None else ()
    return any(node.training is True and model.heap[node.layer].type in DROPOUT for node in nodes)
