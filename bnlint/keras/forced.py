"""Subject `forced_training`: what becomes of a ``training=True`` that is written into a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from bnlint.graph.network import Address, Node
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects import ForcedTraining
from bnlint.interpreter.machine import LATER_TURNS, context_of
from bnlint.keras.backbones import group_of, label_of
from bnlint.keras.kinds import BATCH_NORM
from bnlint.keras.merging import common
from bnlint.keras.uses import uses_of

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary
    from bnlint.keras.fits import PathFits, Row


class Reached(NamedTuple):
    """One layer that gets the argument: its record, and what each fit that reaches it shows of it."""

    address: Address
    record: Layer
    rows: list[tuple[Any, Row]]

    @property
    def flags(self) -> list[bool | None]:
        """Whether it is frozen, fit by fit; where nothing is fitted, as its own flag stands in the end."""
        if self.rows:
            return [row.frozen for _, row in self.rows]
        return [None if self.record.trainable is None else not self.record.trainable]


class Noted(NamedTuple):
    """One event, with the layers that it is about, and the model around them."""

    event: Any
    layers: list[Reached]
    home: Place


def gather_forced(runs: list[PathFits], library: KerasLibrary) -> tuple[ForcedTraining, ...]:
    """Every place where a ``training=True`` is written that BatchNormalization gets, over all paths."""
    found: dict[tuple[Place, str], list[list[Noted]]] = {}
    homes: dict[Place, Place] = {}
    dropouts: list[Place] = []
    for run in runs:
        here: dict[tuple[Place, str], list[Noted]] = {}
        models = _models(run)
        for event in run.events:
            if event.kind != "forced":
                continue
            if event.dropout:
                dropouts += [_home(event, models), *([event.written.function] if event.written.function else [])]
                continue
            layers = _reached(run, event, library)
            if layers is None:
                continue
            noted = Noted(event, layers, _home(event, models))
            here.setdefault((event.written.place, event.written.how), []).append(noted)
            _unite(homes, event.written.place, noted.home)
            _unite(homes, event.written.function or noted.home, noted.home)
        for key, every in here.items():
            found.setdefault(key, []).append(every)
    noisy = {_root(homes, place) for place in dropouts}
    subjects = [_subject(paths, library, homes, noisy) for paths in found.values()]
    return tuple(sorted(subjects, key=lambda each: order(each.place)))


def _models(run: PathFits) -> dict[int, Place]:
    """For each call in a graph the first model made of it."""
    found: dict[int, Place] = {}
    for event in run.events:
        if event.kind == "build":
            model = event.heap[event.layer].model
            for node in model.nodes if model is not None else ():
                found.setdefault(id(node), event.place)
    return found


def _home(event: Any, models: dict[int, Place]) -> Place:
    """The model in which a call stands: where that is made, or the ``call``, or else the function that was run."""
    made: Node | None = event.made
    if event.inside is not None:
        place: Place = event.inside.place
        return place
    if made is not None and id(made) in models:
        return models[id(made)]
    outermost: Place = event.calls[0] if event.calls else event.written.place
    return outermost


def _unite(homes: dict[Place, Place], *places: Place) -> None:
    roots = [_root(homes, place) for place in places]
    homes[roots[0]] = roots[-1]


def _root(homes: dict[Place, Place], place: Place) -> Place:
    while homes.get(place, place) != place:
        place = homes[place]
    return place


def _reached(run: PathFits, event: Any, library: KerasLibrary) -> list[Reached] | None:
    """The BatchNormalization layers that get the argument, as they stand at the end of the path.

    None where there are some, and calls further in say False to each of them, which holds.
    """
    last = run.events[-1].heap
    behaviour = library.behaviour(event.heap[event.layer].package)
    found: dict[Address, Reached] = {}
    spared = False
    for use in uses_of(event.heap, event.layer):
        record: Layer = last.get(use.address) or event.heap[use.address]
        if behaviour is not None and behaviour.mode(True, list(use.links))[0] is False:
            spared = True
            continue
        if record.type in BATCH_NORM and use.address not in found:
            rows = [
                (view, row)
                for view, shown in zip(run.views, run.rows, strict=True)
                for row in shown
                if row.state.address == use.address
            ]
            found[use.address] = Reached(use.address, record, rows)
    return list(found.values()) if found or not spared else None


def _subject(
    paths: list[list[Noted]], library: KerasLibrary, homes: dict[Place, Place], noisy: set[Place]
) -> ForcedTraining:
    every = [noted for path in paths for noted in path]
    first = every[0]
    written, event = first.event.written, first.event
    record: Layer = event.heap[event.layer]
    is_layer = record.type in BATCH_NORM
    inside = _inside(event)
    behaviour = library.behaviour(record.package)
    code = behaviour.inference_when_forced(layer=is_layer, inside=inside) if behaviour is not None else None
    if common([_situation(noted.event) for noted in every]) is None:
        code = None
    if written.how == "positional" and library.is_keras_3(record.package):
        code = None  # the call raises there (measured: 3.15.1)
    layers = [layer for noted in every for layer in noted.layers]
    uses_batch = behaviour.frozen_uses_batch(any(each.record.legacy for each in layers)) if behaviour else None
    views = [view for layer in layers for view, _ in layer.rows]
    return ForcedTraining(
        place=written.place,
        line=written.place.line,
        called_at=common([noted.event.place for noted in every]),
        written=written.how,
        parameter=written.parameter,
        called="layer" if is_layer else "model",
        label=event.called_as or label_of(record),
        layers=common([_count(path) for path in paths]),
        group=group_of(_root(homes, written.place)),
        package=record.package,
        inside=cast("Any", inside),
        frozen=_every([flag for layer in layers for flag in layer.flags]),
        frozen_last=_every([layer.flags[-1] for layer in layers]),
        frozen_at=next((layer.record.frozen_at for layer in layers if layer.record.frozen_at is not None), None),
        freeze_wins=None if uses_batch is None else not uses_batch,
        predicts_with=code.statistics if code is not None else None,
        predict_updates=code.updated if code is not None else None,
        fitted=bool(views),
        trains_anyway=_trains_anyway(every, behaviour) if views else None,
        pretrained=common([layer.record.pretrained for layer in layers]),
        dropout_too=_root(homes, written.place) in noisy,
        fits=tuple(sorted({view.event.place for view in views}, key=order)),
    )


def _situation(event: Any) -> tuple[str, bool, str]:
    """What decides how a call predicts: the package, whether a layer is called by itself, what the call stands in."""
    record: Layer = event.heap[event.layer]
    return record.package, record.type in BATCH_NORM, _inside(event)


def _inside(event: Any) -> str:
    return event.inside.kind if event.inside is not None else "functional"


def _trains_anyway(every: list[Noted], behaviour: Any) -> bool:
    for noted in every:
        inside = noted.event.inside
        if inside is not None and (inside.bare and behaviour.bare_call_trains is not True):
            return False
        if inside is not None and behaviour.context_reaches_inner_calls is not True:
            return False
        for layer in noted.layers:
            if not layer.rows or any(
                view.event.step is not None or view.event.train != "fit" for view, _ in layer.rows
            ):
                return False
    return True


def _count(path: list[Noted]) -> int | None:
    """How many layers get the argument that are not frozen in every fit."""
    layers = {layer.address: layer for noted in path for layer in noted.layers}
    if any(LATER_TURNS in context_of(address) for address in layers):
        return None
    return sum(_every(layer.flags) is not True for layer in layers.values())


def _every(flags: list[bool | None]) -> bool | None:
    """Whether all hold: surely not as soon as one does not."""
    return False if False in flags else None if None in flags or not flags else True
