"""Subjects about images: what reaches pretrained networks, what models are held to, generators that do nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from bnlint.graph.pixels import Pixels, mismatch
from bnlint.graph.places import Place, order, spot
from bnlint.graph.records import Layer
from bnlint.graph.subjects import Fit
from bnlint.graph.subjects.images import ImageGenerator, ImagesAtFit, OtherImages
from bnlint.keras import applications
from bnlint.keras.api.image_generators import ImageGenerator as GeneratorRecord
from bnlint.keras.backbones import backbone_of, group_of, owner_address
from bnlint.keras.kinds import BATCH_NORM
from bnlint.keras.merging import agreed, common
from bnlint.keras.pixels import Reached, reached

if TYPE_CHECKING:
    from bnlint.keras.fits import PathFits


class Expected(NamedTuple):
    """What the ImageNet weights of an application were trained on."""

    mode: applications.Mode
    pixels: Pixels
    module: str


def expected_by(heap: Any, record: Layer, run: PathFits) -> Expected | None:
    """What a network expects on the target; None where that is not known."""
    model, release = record.model, run.library.release(record.package)
    family = applications.family(model.application) if model is not None and model.application is not None else None
    if model is None or release is None or family is None:
        return None
    mode = applications.preprocess_mode(family, release)
    if mode is None or (mode == "pass-through" and not _prepares_itself(heap, model.layers)):
        return None
    black, white = applications.preprocessed_range(mode)
    pixels = Pixels(black, white, "bgr" if mode == "caffe" else "rgb")  # type: ignore[arg-type]
    return Expected(mode, pixels, "resnet50" if model.application == "ResNet50" else family)


def _prepares_itself(heap: Any, layers: Sequence[Any]) -> bool:
    """Whether one of the first layers scales: `include_preprocessing=False` leaves them out."""
    first = [heap.get(address) for address in layers[:6]]
    return any(isinstance(each, Layer) and each.type in applications.PREPROCESSING for each in first)


# --- images_at_fit ----------------------------------------------------------------------------------------------------


class _Calls:
    """Which networks are fed through which expressions that name a ``preprocess_input``."""

    def __init__(self) -> None:
        self.modules: dict[Place, set[str | None]] = {}

    def add(self, pixels: Pixels | None, module: str | None) -> None:
        for step in pixels.steps if pixels is not None else ():
            if step.callee is not None:
                self.modules.setdefault(step.callee, set()).add(module)


def gather_images(runs: list[PathFits], fits: tuple[Fit, ...], complete: bool) -> tuple[ImagesAtFit, ...]:
    """The pixels that reach each pretrained network in each fit; what differs between paths is unknown."""
    by_place = {fit.place: fit for fit in reversed(fits)}
    calls = _Calls()
    found: dict[tuple[Any, ...], list[ImagesAtFit]] = {}
    for run in runs:
        for feeding in _feedings(run, by_place):
            for each in reached(feeding.event.heap, feeding.event.layer, feeding.pixels):
                subject = _reaching(run, feeding, each, calls)
                if subject is not None:
                    record = feeding.event.heap[each.application]
                    key = feeding.event.place, record.site, record.model.application
                    found.setdefault(key, []).append(subject)
    merged = [
        agreed(alternatives, {"group": "", "use": "fit", "never_applied": True}) for alternatives in found.values()
    ]
    if not complete:
        merged = [replace(each, harm=None) for each in merged]
    return tuple(_with_calls(each, calls) for each in merged)


class _Feeding(NamedTuple):
    """Images that are given to a model: by a fit, with what BatchNormalization does in it, or by ``predict``."""

    event: Any
    pixels: Pixels | None
    generator: Any = None
    view: Any = None
    fit: Fit | None = None


def _feedings(run: PathFits, by_place: dict[Place, Fit]) -> Iterator[_Feeding]:
    fitted = {view.root for view in run.views}
    for view in run.views:
        fed = _fed(view.event)
        yield _Feeding(view.event, fed.pixels, fed.generator, view, by_place.get(view.event.place))
    for event in run.events:
        if event.kind == "fed" and event.layer not in fitted and event.method.startswith("predict"):
            yield _Feeding(event, event.pixels, event.generator)


class _Nothing(NamedTuple):
    pixels: Pixels | None = None
    generator: Any = None


def _fed(event: Any) -> Any:
    if event.data.get("own_step"):
        return _Nothing()  # which may scale what the fit is given
    return event.data.get("fed") or _Nothing()


def _reaching(run: PathFits, feeding: _Feeding, each: Reached, calls: _Calls) -> ImagesAtFit | None:
    event, view = feeding.event, feeding.view
    heap = event.heap
    record: Layer = heap[each.application]
    wanted = expected_by(heap, record, run)
    others = [reached(heap, event.layer, pixels) for pixels in _other_pixels(run, event)]
    beside = [one.pixels for inside in others for one in inside if one.application == each.application]
    for pixels in (each.pixels, *beside):
        calls.add(pixels, wanted.module if wanted is not None else None)
    if wanted is None:
        return None
    use: Any = "predict" if view is None else "fit"
    if each.pixels is None:
        return ImagesAtFit(use=use, place=event.place, fit=feeding.fit)
    far = mismatch(each.pixels, wanted.pixels)
    last = each.pixels.steps[-1] if each.pixels.steps else None
    states = [state for state in view.states if owner_address(heap, state) == each.application] if view else []
    places = _callees([each.pixels, *beside]) if last is not None and last.kind == "preprocess_input" else None
    return ImagesAtFit(
        use=use,
        place=event.place,
        fit=feeding.fit,
        backbone=backbone_of(heap, record),
        group=f"{group_of(record.site)} {spot(last.place) if last is not None else ''}",
        imagenet=record.pretrained is True and _is_as_shipped(run, event, each.application),
        given=each.pixels.words,
        expected=wanted.pixels.words,
        expected_mode=wanted.mode,
        harm=far.harm,
        times=far.contrast,
        by=last.kind if last is not None else "nothing",
        changes=len(each.pixels.steps),
        preprocessed_for=last.module if last is not None else None,
        module=wanted.module,
        changed_at=last.place if last is not None else None,
        read_at=each.pixels.read_at,
        called_as=places,
        rescaled_at=_generators_of([each.pixels, *beside]),
        never_applied=_is_never_applied(run, feeding.generator),
        batch_norm=_has_batch_norm(heap, record),
        statistics=common([state.outcome.statistics for state in states]) if view else "moving",
    )


def _has_batch_norm(heap: Any, record: Layer) -> bool | None:
    model = record.model
    if model is None or not model.exact:
        return None
    return any(isinstance(one := heap.get(address), Layer) and one.type in BATCH_NORM for address in model.layers)


def _is_never_applied(run: PathFits, generator: Any) -> bool:
    return generator is not None and any(
        event.kind == "generator" and event.generator == generator and event.by_position for event in run.events
    )


def _is_as_shipped(run: PathFits, fed: Any, application: Any) -> bool:
    """Whether a network starts from ImageNet's weights: others may have been trained on other images."""
    imagenet = False
    for event in run.events[: run.order.position(fed)]:
        if event.kind == "application" and event.layer == application:
            imagenet = event.imagenet
        elif event.kind == "untold":
            return False
        elif event.kind in ("weights", "loaded") and event.reads:
            inner = event.heap.get(event.layer) if event.layer is not None else None
            owner = inner.owner if isinstance(inner, Layer) else None
            if event.layer in (None, application, fed.layer) or owner == application:
                return False
    return imagenet


def _callees(alternatives: Sequence[Pixels | None]) -> tuple[Place, ...] | None:
    """Where the last ``preprocess_input`` is named, for all that a model is fed; None where some of it has none."""
    places: list[Place] = []
    for pixels in alternatives:
        last = pixels.steps[-1] if pixels is not None and pixels.steps else None
        scales = [step for step in pixels.steps if step.kind != "preprocess_input"] if pixels is not None else []
        if last is None or last.callee is None or scales or (pixels is not None and len(pixels.steps) > 1):
            return None
        places.append(last.callee)
    return tuple(sorted(dict.fromkeys(places), key=order))


def _generators_of(alternatives: Sequence[Pixels | None]) -> tuple[Place, ...] | None:
    """The generators by whose `rescale` alone all that a model is fed was changed."""
    steps = [pixels.steps if pixels is not None else () for pixels in alternatives]
    if not all(len(each) == 1 and each[0].kind == "generator" for each in steps):
        return None
    return tuple(sorted({each[0].place for each in steps}, key=order))


def _with_calls(subject: ImagesAtFit, calls: _Calls) -> ImagesAtFit:
    """Without the expressions through which another network is fed too, that has another module."""
    places = subject.called_as
    if places is None or all(len(calls.modules.get(place, set())) == 1 for place in places):
        return subject
    return replace(subject, called_as=None)


def _other_pixels(run: PathFits, fed: Any) -> Iterator[Pixels]:
    """What else the model of a fit is given, as far as it is known: to be validated on, to evaluate, to predict."""
    held_out = fed.data.get("held_out")
    if held_out is not None and held_out.pixels is not None and not fed.data.get("own_step"):
        yield held_out.pixels
    for event in run.events:
        if event.kind == "fed" and event.layer == fed.layer and event is not fed and event.pixels is not None:
            yield event.pixels


# --- other_images -----------------------------------------------------------------------------------------------------


def gather_other_images(runs: list[PathFits], fits: tuple[Fit, ...], complete: bool) -> tuple[OtherImages, ...]:
    """Images that differ from those of the fit before; none where it is not known of every path."""
    by_place = {fit.place: fit for fit in reversed(fits)}
    found: dict[tuple[Any, ...], list[OtherImages]] = {}
    for run in runs:
        for subject in _others(run, by_place):
            found.setdefault((subject.use, subject.place), []).append(subject)
    merged = [agreed(alternatives, {"use": "predict", "model": "model"}) for alternatives in found.values()]
    return tuple(merged) if complete else ()


def _others(run: PathFits, by_place: dict[Place, Fit]) -> Iterator[OtherImages]:
    trained: dict[Any, tuple[Any, Pixels | None]] = {}
    for event in run.events:
        if event.kind == "fit" and event.train != "train_step":
            pixels = _fed(event).pixels
            trained[event.layer] = event, pixels
            held_out = event.data.get("held_out")
            if event.data.get("own_step"):
                continue
            if held_out is not None and (pixels is not None or held_out.pixels is not None):
                yield _other("validation", event, event, pixels, held_out.pixels, by_place)
        elif event.kind == "fed" and event.layer in trained:
            fit, pixels = trained[event.layer]
            use = "predict" if event.method.startswith("predict") else "evaluate"
            yield _other(use, event, fit, pixels, event.pixels, by_place)


def _other(
    use: Any, event: Any, fit: Any, before: Pixels | None, now: Pixels | None, by_place: dict[Place, Fit]
) -> OtherImages:
    record = event.heap[event.layer]
    return OtherImages(
        use=use,
        place=event.place,
        fit=by_place.get(fit.place),
        model=record.label or record.name or "model",
        trained_on=before.words if before is not None else None,
        given=now.words if now is not None else None,
        harm=mismatch(now, before).harm if now is not None and before is not None else None,
        trained_changed_at=before.steps[-1].place if before is not None and before.steps else None,
        changed_at=now.steps[-1].place if now is not None and now.steps else None,
    )


# --- image_generator --------------------------------------------------------------------------------------------------


def gather_generators(runs: list[PathFits], complete: bool) -> tuple[ImageGenerator, ...]:
    """Every ``ImageDataGenerator``, once a constructor call."""
    found: dict[Place, list[ImageGenerator]] = {}
    for run in runs:
        made = [event for event in run.events if event.kind == "generator"]
        fed = [(generator, event) for event in run.events for generator in _generators(event)]
        for event in made:
            mine = [other for generator, other in fed if generator == event.generator]
            found.setdefault(event.place, []).append(_generator(event, mine))
    merged = [agreed(alternatives, {"asks": ()}) for alternatives in found.values()]
    return tuple(merged if complete else [replace(each, adapted=None, set_at=None) for each in merged])


def _generators(event: Any) -> Iterable[Any]:
    if event.kind == "fit":
        parts = [event.data.get(name) for name in ("fed", "held_out")]
        return [part.generator for part in parts if part is not None and part.generator is not None]
    return [event.generator] if event.kind == "fed" and event.generator is not None else []


def _generator(event: Any, fed: list[Any]) -> ImageGenerator:
    records = [one.heap.get(event.generator) for one in fed]
    known = [one for one in records if isinstance(one, GeneratorRecord)]
    set_at = next((one.set_at for one in known if one.set_at is not None), None)
    said = (event.says_center, event.says_deviation)
    return ImageGenerator(
        place=event.place,
        line=event.place.line,
        function_by_position=event.by_position,
        alone=event.alone,
        asks=event.asks,
        adapted=common([one.adapted for one in known]) if known else None,
        set_at=set_at,
        prepares=event.prepares,
        uses_set=None if None in said else True in said,
        fed_at=fed[0].place if fed else None,
    )
