"""Subjects `batch_norm_at_fit` and `call` of a model file: what a `fit` of the loaded model would do, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, log
from typing import Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.graph.saved import SavedModel
from bnlint.graph.subjects import Backbone, BatchNormAtFit, Call, Fit
from bnlint.keras.backbones import backbone_of
from bnlint.keras.facts import FitView, State
from bnlint.keras.fits import frozen_in
from bnlint.keras.inside import all_layers
from bnlint.keras.kinds import BATCH_NORM, WEIGHTED
from bnlint.keras.rows import SUGGESTED, TARGET_AT_FIRST_VALIDATION, TARGET_RESIDUAL, argument_holds
from bnlint.keras.saved_applications import Applications
from bnlint.keras.saved_places import group, home_of, places, site, together
from bnlint.keras.semantics import Outcome


class Owner(NamedTuple):
    """The model of the file whose layers are spoken of together: an application, else the innermost one."""

    address: Address
    application: str | None
    pretrained: bool | None
    """whether its statistics come from another training, as far as the file shows that"""
    frozen_in_part: bool
    """whether weights of it are frozen, those of BatchNormalization or others, and not all are"""


class Key(NamedTuple):
    """What layers have in common that are one row."""

    owner: Owner
    outcome: Outcome
    frozen: bool | None
    momentum: float | None
    uses: int | None
    training: Any
    by_itself: bool
    """whether the argument is on the call of the layer, and not on that of a model around it"""
    assembly: str
    initial: bool | None


def rows_at_fit(model: SavedModel, view: FitView, applications: Applications) -> tuple[BatchNormAtFit, ...]:
    """The layers in the states in which a `fit` of the loaded model would find them."""
    data = view.event.data
    fit = Fit(
        place=site(model, model.root),
        model=model.locations.get(model.root, "model"),
        batch_size=data["batch"],
        steps_per_epoch=data["steps"],
        samples=data["samples"],
        optimizer=model.training.optimizer if model.training is not None else None,
        learning_rate=model.training.learning_rate if model.training is not None else None,
    )
    owners = _Owners(model, view, applications)
    states = {state.address: state for state in view.states if state.known and state.record.type in BATCH_NORM}
    keys = [(_key(model, view, states[each], owners), each) for each in model.order if each in states]
    rows = [_row(model, view, fit, key, [states[each] for each in layers]) for key, layers in together(keys)]
    object.__setattr__(fit, "batch_norm", tuple(rows))
    return tuple(rows)


def _key(model: SavedModel, view: FitView, state: State, owners: _Owners) -> Key:
    weights = model.weights.get(state.address) if model.weights is not None else None
    return Key(
        owners.of(state.address),
        state.outcome,
        frozen_in(view, state),
        state.momentum,
        state.uses,
        *_said(state),
        state.use.assembly,
        weights.are_initial if weights is not None else None,
    )


def _said(state: State) -> tuple[Any, bool]:
    """The argument on the innermost call that has one, and whether that is the layer's own."""
    links = list(reversed(state.use.links))
    found = next((index for index, link in enumerate(links) if isinstance(link.training, bool)), None)
    return (None, False) if found is None else (links[found].training, found == 0)


class _Owners:
    def __init__(self, model: SavedModel, view: FitView, applications: Applications) -> None:
        self._model, self._view, self._applications = model, view, applications
        self._known: dict[Address, Owner] = {}

    def of(self, layer: Address) -> Owner:
        """The owner of a layer."""
        home = home_of(self._model, layer)
        for end in range(2, len(home)):
            if self._applications.name_of(home[:end]) is not None:
                home = home[:end]
                break
        if home not in self._known:
            self._known[home] = self._owner(home)
        return self._known[home]

    def _owner(self, home: Address) -> Owner:
        model = self._model
        application = self._applications.name_of(home)
        if home == model.root:
            return Owner(home, application, None, False)
        heap = self._view.event.heap
        inside = set(all_layers(heap, home))
        flags = {heap[each].trainable for each in inside if heap[each].type in WEIGHTED | BATCH_NORM}
        in_part = flags >= {True, False}
        norms = [each for each in model.order if each in inside]
        read = [model.weights[each].are_initial for each in norms if model.weights and each in model.weights]
        fresh = bool(read) and all(read)
        pretrained: bool | None = None
        if fresh:
            pretrained = False
        elif in_part or (application is not None and read):
            pretrained = True
        return Owner(home, application, pretrained, in_part)


def _row(model: SavedModel, view: FitView, fit: Fit, key: Key, states: list[State]) -> BatchNormAtFit:
    owner, outcome, behaviour = key.owner, key.outcome, view.behaviour
    state = states[0]
    legacy = state.record.legacy
    is_nested = owner.address != model.root
    where = site(model, owner.address)
    steps = None
    if fit.steps_per_epoch is not None and key.uses is not None:
        steps = fit.steps_per_epoch * max(key.uses, 1)
    replaced = behaviour is not None and behaviour.first_update_replaces is True
    residual = _residual(key.momentum, steps) if outcome.updated and not replaced else None
    built_at = places(model, (each.address for each in states))
    return BatchNormAtFit(
        saved=True,
        where=_label(model, owner),
        group=group(model, owner.address),
        layers=len(states),
        names=tuple(each.record.name or "" for each in states),
        fit=fit,
        backbone=_backbone(model, view, owner) if is_nested else None,
        statistics=outcome.statistics,
        updated=outcome.updated,
        gamma_beta_trained=outcome.trained,
        frozen=key.frozen,
        frozen_by_request=key.frozen,
        pretrained=owner.pretrained,
        initial=key.initial,
        momentum=key.momentum,
        residual_at_first_validation=residual,
        epochs_to_settle=_epochs(key.momentum, steps) if residual is not None else None,
        training_argument=key.training,
        training_overridden=outcome.overridden,
        called_by_itself=key.by_itself,
        left_out=owner.frozen_in_part and key.frozen is False,
        enabled_by=built_at[0] if key.by_itself else where,
        called_at=where if is_nested else None,
        assembly=_assembly(key.assembly) if is_nested else None,
        frozen_at=where if key.frozen else None,
        frozen_uses_batch=behaviour.frozen_uses_batch(legacy) if behaviour is not None else None,
        accepts_training=behaviour.call_accepts_training(False) if behaviour is not None else None,
        argument_holds=argument_holds(behaviour, key.assembly),
        injection_mends=False,
        suggested_momentum=_suggested(key.momentum, steps) if outcome.updated else None,
        built_at=built_at,
    )


def _assembly(word: str) -> Any:
    return word if word in ("call", "sequential", "subclass") else None


def _label(model: SavedModel, owner: Owner) -> str:
    location = f"`{model.locations[owner.address]}`" if owner.address != model.root else "the model"
    return f"{location} ({owner.application})" if owner.application is not None else location


def _backbone(model: SavedModel, view: FitView, owner: Owner) -> Backbone:
    record: Layer = view.event.heap[owner.address]
    inner = record.model
    named = record._replace(
        site=site(model, owner.address),
        pretrained=owner.pretrained,
        label=None,
        model=inner._replace(application=owner.application) if inner is not None else None,
    )
    found = backbone_of(view.event.heap, named)
    object.__setattr__(found, "label", _label(model, owner))
    return found


def _residual(momentum: float | None, updates: int | None) -> float | None:
    if momentum is None or updates is None or not 0 <= momentum < 1:
        return None
    return float(momentum**updates)


def _epochs(momentum: float | None, updates: int | None) -> int | None:
    """After how many epochs 1 % is left."""
    if momentum is None or not updates or not 0 < momentum < 1:
        return None
    return ceil(log(TARGET_RESIDUAL) / log(momentum) / updates)


def _suggested(momentum: float | None, updates: int | None) -> float | None:
    """The largest usual momentum below it that leaves little after one epoch; the smallest where none does."""
    if momentum is None or not updates or momentum <= SUGGESTED[-1]:
        return None
    enough = [one for one in SUGGESTED if one < momentum and one**updates <= TARGET_AT_FIRST_VALIDATION]
    return next(iter(enough), SUGGESTED[-1])


def backbone_calls(rows: Iterable[BatchNormAtFit]) -> tuple[Call, ...]:
    """The calls of frozen applications without an argument, where the target has one that holds."""
    found: dict[str, list[BatchNormAtFit]] = {}
    for row in rows:
        if row.backbone is not None and row.backbone.application is not None:
            found.setdefault(row.group, []).append(row)
    return tuple(_call(every[0], every) for every in found.values() if _is_unguarded(every))


def _is_unguarded(rows: list[BatchNormAtFit]) -> bool:
    return all(row.frozen and row.assembly == "call" and row.training_argument is None for row in rows) and (
        rows[0].argument_holds is True and rows[0].pretrained is not False
    )


def _call(row: BatchNormAtFit, rows: list[BatchNormAtFit]) -> Call:
    place: Place | None = row.called_at
    assert row.backbone is not None
    return Call(
        saved=True,
        function=f"keras.applications.{row.backbone.application}",
        kind="backbone",
        place=place,
        package=row.backbone.package,
        backbone=row.backbone,
        batch_norm_layers=sum(each.layers or 0 for each in rows),
        frozen=True,
        frozen_at=row.frozen_at,
        training="absent",
        assembly="call",
        accepts_training=row.accepts_training,
        argument_holds=row.argument_holds,
        frozen_uses_batch=row.frozen_uses_batch,
        freeze_holds=None if row.frozen_uses_batch is None else not row.frozen_uses_batch,
        unfrozen_later=False,
        trained_in_part=False,
        serves_training=False,
        guarded=False,
        group=row.group,
    )
