"""Subject `random_weights`: applications without weights, and frozen layers of the program's own, over all paths."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer
from bnlint.graph.subjects.random_weights import RandomWeights
from bnlint.keras.backbone_fits import Backbones, frozen_at, has_weights, holder_of, is_frozen
from bnlint.keras.backbones import backbone_of
from bnlint.keras.kinds import KERNELED
from bnlint.keras.uses import uses_of

if TYPE_CHECKING:
    from bnlint.graph.subjects import Backbone
    from bnlint.keras.facts import Part
    from bnlint.keras.fits import PathFits


@dataclass
class _Site:
    """What all paths say of the weights that one constructor call makes."""

    backbone: Backbone | None = None
    random: bool = True
    headless: bool = False
    trained: bool = False
    loaded: bool = False
    types: set[str] = field(default_factory=set)
    counts: Counter[int] = field(default_factory=Counter)
    frozen_at: set[Place] = field(default_factory=set)
    fits: set[Place] = field(default_factory=set)
    random_examples: bool = False
    predicted: set[Place] = field(default_factory=set)
    later: set[Place] = field(default_factory=set)


class _Sites:
    """The sites of a program, by constructor call: those of applications, and those of other layers."""

    def __init__(self) -> None:
        self.applications: dict[Place, _Site] = {}
        self.layers: dict[Place, _Site] = {}
        self.blocked = False
        self.loads: set[Place] = set()
        self.seen: set[Place] = set()

    def read(self, backbones: Backbones) -> None:
        """Adds what one path shows."""
        run = backbones.run
        for event in run.events:
            if event.kind == "application":
                self._application(event)
            elif event.kind == "untold":
                self.blocked = True
            elif event.kind in ("weights", "loaded"):
                self.seen.add(event.place)
        for index, view in enumerate(run.views):
            root = view.record
            if root.model is not None and root.model.kind == "unknown" and root.pretrained is None:
                self.blocked = True
            self.loads.update(view.event.data.get("loads", ()))
            self._fit(run, view, backbones.parts[index])
        for event in run.events:
            if event.kind == "predict":
                self._predict(run, event)

    def _application(self, event: Any) -> None:
        record: Layer = event.heap[event.layer]
        site = self.applications.setdefault(event.place, _Site(headless=True))
        site.random = site.random and event.random
        site.headless = site.headless and event.headless
        if site.backbone is None:
            site.backbone = backbone_of(event.heap, record)

    def _fit(self, run: PathFits, view: Any, parts: list[Part]) -> None:
        heap = view.event.heap
        by_site: dict[Place, list[Part]] = {}
        for part in parts:
            holder = holder_of(heap, part)
            if holder is None:
                self._own(run, view, part)
            elif holder.site in self.applications:
                by_site.setdefault(holder.site, []).append(part)
        for place, ours in by_site.items():
            site = self.applications[place]
            frozen = frozen_at(heap, ours)
            if is_frozen(ours) is not True or frozen is None or _steps_train(view, ours):
                site.trained = True
            site.loaded = site.loaded or _is_loaded(ours)
            site.fits.add(view.event.place)
            site.random_examples = site.random_examples or bool(view.event.data.get("is_random"))
            holder = holder_of(heap, ours[0])
            site.backbone = backbone_of(heap, holder) if holder is not None else site.backbone
            site.frozen_at |= {frozen} if frozen is not None else set()

    def _own(self, run: PathFits, view: Any, part: Part) -> None:
        record = part.state.record
        if record.type not in KERNELED or record.many:
            return
        site = self.layers.setdefault(record.site, _Site())
        frozen = frozen_at(view.event.heap, [part])
        if part.trained is not False or _steps_train(view, [part]) or _was_compiled_live(run, part.state.address):
            site.trained = True
        site.types.add(record.type)
        site.counts[id(view)] += 1
        site.loaded = site.loaded or _is_loaded([part])
        site.fits.add(view.event.place)
        site.random_examples = site.random_examples or bool(view.event.data.get("is_random"))
        # None: frozen by its constructor, on purpose; or not at all
        site.frozen_at.add(frozen if frozen is not None and frozen != record.site else record.site)

    def _predict(self, run: PathFits, event: Any) -> None:
        at = run.order.position(event)
        later = {view.event.place for view in run.views if run.order.position(view.event) > at}
        for use in uses_of(event.heap, event.layer, None):
            record: Layer = event.heap[use.address]
            owner = event.heap.get(record.owner) if record.owner is not None else None
            site = self.applications.get(owner.site) if isinstance(owner, Layer) else None
            if site is not None and owner is not None:
                site.predicted.add(event.place)
                site.later |= later
                site.loaded = site.loaded or record.touched or record.pretrained is not False


def _is_loaded(parts: list[Part]) -> bool:
    records = [part.state.record for part in parts if has_weights(part.state.record)]
    return any(record.touched or record.pretrained is not False for record in records)


def _steps_train(view: Any, parts: list[Part]) -> bool:
    """Whether the model's own ``train_step`` finds some of the layers live, whatever their flags are around it."""
    step = view.event.step
    return step is not None and any(part.state.address in step.live for part in parts)


def _was_compiled_live(run: PathFits, address: Address) -> bool:
    """Whether a model that holds the layer was compiled while the layer was not frozen: the GAN idiom."""
    compiles = (run.events[at] for places in run.order.compiles.values() for at in places)
    return any(_is_live(event.heap.get(address)) and _holds(event, address) for event in compiles)


def _is_live(record: Any) -> bool:
    return isinstance(record, Layer) and record.trainable is not False


def _holds(event: Any, address: Address) -> bool:
    return any(use.address == address for use in uses_of(event.heap, event.layer, None))


def gather_random_weights(runs: list[Backbones]) -> tuple[RandomWeights, ...]:
    """Weights that begin as random numbers, once for each constructor call or freeze."""
    sites = _Sites()
    for backbones in runs:
        sites.read(backbones)
    loaded = sites.blocked or bool(sites.loads - sites.seen)
    found = [_of_application(place, site, loaded) for place, site in sites.applications.items() if site.random]
    found += _of_layers(sites.layers, loaded)
    return tuple(sorted(found, key=lambda each: order(each.place) if each.place is not None else ()))


def _of_application(place: Place, site: _Site, loaded: bool) -> RandomWeights:
    fits = site.fits or site.later
    return RandomWeights(
        kind="backbone" if site.fits or not site.predicted else "features",
        place=place,
        line=place.line,
        backbone=site.backbone,
        built_at=(place,),
        frozen=bool(site.fits) and not site.trained,
        frozen_at=max(site.frozen_at, key=order, default=None),
        trained=site.trained,
        loaded=site.loaded or loaded,
        fits=tuple(sorted(fits, key=order)),
        predicted_at=tuple(sorted(site.predicted, key=order)),
        fitted_after=bool(site.later),
        random_examples=site.random_examples,
        headless=site.headless,
    )


def _of_layers(layers: dict[Place, _Site], loaded: bool) -> list[RandomWeights]:
    """Layers of the program's own that are frozen in every fit, by the statement that froze them."""
    frozen: dict[Place, list[Place]] = {}
    for built, site in layers.items():
        if not (site.trained or site.loaded) and built not in site.frozen_at and len(site.frozen_at) == 1:
            frozen.setdefault(next(iter(site.frozen_at)), []).append(built)
    return [
        RandomWeights(
            kind="layers",
            place=place,
            line=place.line,
            built_at=tuple(sorted(built, key=order)),
            layers=sum(max(layers[one].counts.values()) for one in built),
            names=tuple(sorted({name for one in built for name in layers[one].types})),
            frozen=True,
            frozen_at=place,
            loaded=loaded,
            random_examples=any(layers[one].random_examples for one in built),
            fits=tuple(sorted({fit for one in built for fit in layers[one].fits}, key=order)),
        )
        for place, built in frozen.items()
    ]
