"""Subject `learning_phase`: calls that set Keras's global training mode, and the fits that come after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from bnlint.graph.places import Place, order
from bnlint.graph.subjects import LearningPhase
from bnlint.keras.merging import common

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary
    from bnlint.keras.fits import PathFits


def gather_phases(runs: list[PathFits], library: KerasLibrary) -> tuple[LearningPhase, ...]:
    """Every call that sets the learning phase, over all paths."""
    found: dict[Place, list[tuple[Any, PathFits]]] = {}
    for run in runs:
        for event in run.events:
            if event.kind == "learning_phase":
                found.setdefault(event.place, []).append((event, run))
    return tuple(_subject(place, found[place], runs, library) for place in sorted(found, key=order))


def _subject(
    place: Place, every: list[tuple[Any, PathFits]], runs: list[PathFits], library: KerasLibrary
) -> LearningPhase:
    event = every[0][0]
    behaviour = library.behaviour(event.package)
    value = common([each.value for each, _ in every])
    before = common([each.before_build for each, _ in every])
    exists = behaviour.sets_learning_phase if behaviour is not None else None
    ignored = behaviour.ignores_learning_phase if behaviour is not None else None
    fits, live, alone = _fits_after(every, runs, library)
    if not (alone or ignored):
        value = None
    code = None
    if behaviour is not None and value is not None and not ignored and event.function == "set_learning_phase":
        code = behaviour.with_learning_phase(value, before_build=before, frozen=live is False)
    return LearningPhase(
        place=place,
        line=place.line,
        function=event.function,
        package=event.package,
        value=cast("Any", None if value is None else str(value)),
        removed=None if exists is None else not exists,
        guarded=any(each.guarded for each, _ in every),
        ignored=ignored,
        statistics=code.statistics if code is not None else None,
        updated=code.updated if code is not None else None,
        before_build=before,
        trains_batch_norm=bool(fits),
        live_layers=live,
        fits=fits,
        group=event.package,
    )


def _fits_after(
    every: list[tuple[Any, PathFits]], runs: list[PathFits], library: KerasLibrary
) -> tuple[tuple[Place, ...], bool | None, bool]:
    """The fits of the same package that reach BatchNormalization and see the phase; whether a layer is not frozen.

    The third is whether the phase is the same in all of them, and known.
    """
    event = every[0][0]
    places: set[Place] = set()
    frozen: list[bool | None] = []
    phases: set[int | None] = set()
    for run in runs:
        for view, rows in zip(run.views, run.rows, strict=True):
            same = library.same_package(view.record.package, event.package) is not False
            if view.phase is not None and same and rows:
                places.add(view.event.place)
                phases.add(view.phase.value)
                frozen += [row.frozen for row in rows]
    live = None if not frozen else True if False in frozen else None if None in frozen else False
    return tuple(sorted(places, key=order)), live, None not in phases and len(phases) < 2
