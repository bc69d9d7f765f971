"""Subjects `call` and `layer`: the calls and constructors that rules speak about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects import BatchNormAtFit, Call, Fit
from bnlint.graph.subjects import Layer as LayerSubject
from bnlint.interpreter.library import Args
from bnlint.interpreter.values import Const
from bnlint.keras import changes
from bnlint.keras.backbones import backbone_of, group_of
from bnlint.keras.uses import uses_of

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary
    from bnlint.keras.fits import PathFits

DROPPED = {
    "fit_generator": ((), ("max_queue_size", "workers", "use_multiprocessing")),
    "evaluate_generator": ((), ("max_queue_size", "workers", "use_multiprocessing")),
    "predict_generator": ((), ("max_queue_size", "workers", "use_multiprocessing")),
}
POSITIONS = {
    "fit_generator": {"max_queue_size": 9, "workers": 10, "use_multiprocessing": 11},
    "evaluate_generator": {"max_queue_size": 3, "workers": 4, "use_multiprocessing": 5},
    "predict_generator": {"max_queue_size": 3, "workers": 4, "use_multiprocessing": 5},
}
ALIASES = {"max_queue_size": ("max_q_size",), "workers": ("nb_worker",), "use_multiprocessing": ("pickle_safe",)}
KERAS_1 = ("nb_epoch", "samples_per_epoch", "nb_val_samples", "val_samples")


def gather_layers(runs: list[PathFits]) -> tuple[LayerSubject, ...]:
    """Every BatchNormalization constructor that ran, once."""
    found: dict[Place, LayerSubject] = {}
    for run in runs:
        for event in run.events:
            if event.kind != "layer":
                continue
            record: Layer = event.heap[event.layer]
            momentum = record.momentum
            subject = LayerSubject(
                type=record.type,
                package=record.package,
                place=event.place,
                line=event.place.line,
                name=record.name,
                momentum=momentum,
                momentum_given=record.momentum_given,
                one_minus_momentum=None if momentum is None else round(1 - momentum, 12),
            )
            other = found.get(event.place)
            if other is not None and other.momentum != momentum:
                subject = LayerSubject(
                    type=record.type, package=record.package, place=event.place, line=event.place.line,
                    momentum_given=record.momentum_given,
                )  # fmt: skip
            found[event.place] = subject
    return tuple(found[place] for place in sorted(found, key=order))


def gather_calls(
    runs: list[PathFits], fits: tuple[Fit, ...], library: KerasLibrary, guarded: set[str]
) -> tuple[Call, ...]:
    """Backbones as they are called or assembled, and calls of API that changed."""
    found: dict[tuple[Any, ...], Call] = {}
    for call in _backbone_calls(fits, guarded):
        found.setdefault((call.kind, call.group, call.place), call)
    for run in runs:
        for event in run.events:
            if event.kind == "api":
                call = _api_call(event, library)
                found.setdefault((call.kind, call.function, call.place), call)
    return tuple(found.values())


def _backbone_calls(fits: tuple[Fit, ...], guarded: set[str]) -> list[Call]:
    by_call: dict[tuple[str, Place | None], list[tuple[int, BatchNormAtFit]]] = {}
    for number, fit in enumerate(fits):
        for row in fit.batch_norm:
            if row.backbone is not None and row.called_at is not None:
                for place in (row.called_at, *row.also_called_at):
                    by_call.setdefault((row.group, place), []).append((number, row))
    return [_backbone_call(group, place, rows, fits, group in guarded) for (group, place), rows in by_call.items()]


def _backbone_call(
    group: str, place: Place | None, rows: list[tuple[int, BatchNormAtFit]], fits: tuple[Fit, ...], guarded: bool
) -> Call:
    frozen_rows = [(number, row) for number, row in rows if row.frozen]
    first = frozen_rows[0] if frozen_rows else rows[0]
    number, row = first
    # an unfreeze follows where a layer that was frozen is in training mode in a later fit
    # (the flags of layers never frozen say nothing about an unfreeze)
    later = [other for n, other in rows if n > number and other.updated and other.frozen_before]
    unfreezing = [other for other in later if other.fit is later[0].fit]
    beside = [other for n, other in rows if n == number and other.updated]
    count = [other.layers for n, other in rows if n == number]
    flags = [other.frozen for _, other in rows]
    frozen: bool | None = True if True in flags else None if None in flags else False
    argument = row.training_argument if place == row.called_at else None
    return Call(
        function=f"keras.applications.{row.backbone.application}" if row.backbone and row.backbone.application else "",
        kind="backbone",
        place=place,
        line=place.line if place is not None else 0,
        package=row.backbone.package if row.backbone else "keras",
        backbone=row.backbone,
        batch_norm_layers=None if None in count else sum(n or 0 for n in count),
        frozen=frozen,
        frozen_at=row.frozen_at,
        training="absent" if argument is None else "true" if argument else "false",
        assembly=row.assembly,
        accepts_training=row.accepts_training,
        argument_holds=row.argument_holds,
        frozen_uses_batch=row.frozen_uses_batch,
        freeze_holds=None if row.frozen_uses_batch is None else not row.frozen_uses_batch,
        unfrozen_later=bool(later),
        unfrozen_at=later[0].enabled_by if later and later[0].enabled_by_assignment else None,
        unfrozen_layers=None if None in [o.layers for o in unfreezing] else sum(o.layers or 0 for o in unfreezing),
        trained_in_part=bool(beside) and bool(frozen_rows),
        serves_training=_serves_training([(n, row) for n, row in rows if n != number]),
        fits=tuple(dict.fromkeys(fits[n].place for n, _ in rows)),
        group=group,
        guarded=guarded,
        because=row.because,
    )


def _serves_training(rows: list[tuple[int, BatchNormAtFit]]) -> bool:
    """Whether one of the fits trains every BN layer of a backbone that was not frozen before it."""
    by_fit: dict[int, list[bool]] = {}
    for number, row in rows:
        is_live = bool(row.updated) and row.frozen is False and not row.frozen_before
        by_fit.setdefault(number, []).append(is_live)
    return any(all(live) for live in by_fit.values())


def _api_call(event: Any, library: KerasLibrary) -> Call:
    record: Layer = event.heap[event.layer]
    release = library.release(record.package)
    if event.call == "application":
        name = event.name.last
        effects: list[str | None] = [None]
        if release is not None:
            effects = [changes.injection(release, name, key) for key in event.injected]
        if event.stock and not library.legacy_applications(record.package, Args()):
            # the stock module is what the application is built of anyway
            effects = ["no_effect" if effect == "works" else effect for effect in effects]
        return Call(
            function=f"keras.applications.{name}",
            kind="application",
            place=event.place,
            line=event.place.line,
            method=name,
            package=record.package,
            injected=event.injected,
            injection=cast("Any", "raises" if "raises" in effects else effects[0]),
            injected_stock=event.stock,
        )
    method = event.method
    args: Args = event.data.get("args") or Args()
    dropped, constant = _dropped(method, args)
    takes = changes.fit_takes_generators(release) if release is not None else None
    has = changes.has_method(release, method) if release is not None and event.call == "generator_method" else None
    removed = None if has is None else not has
    renamed = tuple(name for name in KERAS_1 if name in args.keywords)
    keeps = library.is_keras_3(record.package) is False
    legacy = _legacy_backbone(event, record)
    return Call(
        function=f"keras.Model.{method}",
        kind=event.call,
        place=event.place,
        line=event.place.line,
        method=method,
        package=record.package,
        injected=event.injected,
        injection=changes.method_injection(release, method) if release is not None and event.injected else None,
        injected_stock=event.stock,
        replacement=method.removesuffix("_generator") if method.endswith("_generator") else None,
        removed=removed,
        takes_generators=takes,
        dropped_constant=True if keeps else constant,
        dropped=() if keeps else dropped,
        renamed=renamed,
        keras1_arguments=bool(renamed),
        backbone=backbone_of(event.heap, legacy) if legacy is not None else None,
        group=group_of(legacy.site) if legacy is not None else "",
        injection_mends=legacy is not None if event.injected and record.model is not None else None,
    )


def _dropped(method: str, args: Args) -> tuple[tuple[str, ...], bool]:
    names: list[str] = []
    constant = True
    for name, position in POSITIONS.get(method, {}).items():
        value = args.get(position, name, *ALIASES[name])
        if value is not None:
            names.append(name)
            constant = constant and isinstance(value, Const) and value.origin is None
    return tuple(names), constant


def _legacy_backbone(event: Any, record: Layer) -> Layer | None:
    """The backbone of the model that holds the v1 layers which ``layers=`` at its constructor would replace."""
    if not event.injected or record.model is None:
        return None
    for use in uses_of(event.heap, event.layer):
        layer: Layer = event.heap[use.address]
        owner = event.heap.get(layer.owner) if layer.owner is not None else None
        if layer.legacy and isinstance(owner, Layer):
            return owner
    return None
