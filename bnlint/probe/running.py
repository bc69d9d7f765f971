"""One probe, from a model in memory and a sample to a report. The model is left as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from bnlint.measuring import frameworks
from bnlint.measuring.forward import axis_of, forward
from bnlint.measuring.layers import Placed, batch_norms
from bnlint.probe import invariance, preparation, wording
from bnlint.probe.distances import Recorded, by_layer
from bnlint.probe.errors import CannotProbe
from bnlint.probe.gaps import Batches, batches_as_given, in_company, measured, shuffled_batches
from bnlint.probe.losses import Objective, objectives, of_chance
from bnlint.probe.report import Compared, Gap, Invariance, LayerDistance, Report
from bnlint.probe.samples import Sample
from bnlint.probe.scores import Array
from bnlint.probe.shapes import check_inputs, labels_in_order, outputs_in_order, rows_of
from bnlint.probe.verdict import FEW, OPEN, STALE, Seen, company, gap, judged, skilled

LARGE_BATCH, LEAST_LARGE_BATCH = 256, 16
MOST_NUMBERS = 64 * 224 * 224 * 3
"""In one batch of inputs."""

Watch = Callable[[str, int, int], None]
"""Told what is done, how many batches of it, and of how many."""


class Subject(NamedTuple):
    """What is probed."""

    model: Any
    framework: frameworks.Framework
    layers: Sequence[Placed]
    sample: Sample
    watch: Watch


class Pass(NamedTuple):
    """What one pass gave: outputs by name, in the order of its rows, and the moments by layer."""

    names: list[str]
    outputs: list[Array]
    recorded: Recorded


def probe(
    model: Any,
    sample: Sample,
    *,
    name: str = "model",
    batch_size: int = 32,
    large_batch: int | None = None,
    loss: str | None = None,
    task: str | None = None,
    export: bool = True,
    watch: Watch | None = None,
) -> Report:
    """Whether a model suffers from the gap between the two modes of BatchNormalization.

    Args:
        model: A built model of Keras 2 or 3, on any backend; compiled or not.
        sample: Examples, with labels where there are any.
        name: What the report calls the model.
        batch_size: That of the training.
        large_batch: The batch size by which the statistics of the sample are taken; default: as large as fits, to 256.
        loss: The name of a loss of Keras, instead of the one that the model was compiled with.
        task: ``binary``, ``multiclass`` or ``regression``, where there is no loss.
        export: Whether to compare with an exported model.
        watch: Told after each batch.

    Raises:
        CannotProbe: Where the sample does not fit the model.
    """
    framework = frameworks.of(model)
    check_inputs(model, sample)
    subject = Subject(model, framework, batch_norms(model), sample, watch or (lambda what, done, total: None))
    flags = {placed.path: bool(placed.layer.trainable) for placed in subject.layers}
    before, mark = invariance.weights(model, framework), invariance.digest(model, framework)
    large = shuffled_batches(sample.size, large_batch or _large_batch(sample))
    small = batches_as_given(sample.size, batch_size)
    deployed = _first(subject, large)
    touched = invariance.changed(model, framework, before)
    inference = [each[np.argsort(large.rows)] for each in deployed.outputs]
    labels = labels_in_order(sample, deployed.names) if sample.labels else None
    aims: tuple[Objective, ...] = ()
    if labels is not None:
        aims = objectives(
            model, framework, labels, list(zip(deployed.names, inference, strict=True)), loss=loss, task=task
        )
    gaps: list[Gap] = []
    mixed: Compared | None = None
    layers: tuple[LayerDistance, ...] = ()
    if subject.layers:
        training = _run(subject, large, "training", "training mode")
        layers = by_layer(subject.layers, framework, training.recorded.moments, deployed.recorded.moments, flags)
        given = _run(subject, small, "training", f"batches of {small.size}")
        with np.errstate(all="ignore"):
            gaps = [
                measured(each, inference, run.outputs, labels, aims)
                for each, run in ((large, training), (small, given))
            ]
            if labels is not None:
                mixed = in_company(large, small, training.outputs, given.outputs, labels, aims)
    steady = _invariance(subject, inference, touched, mark, before, export=export)
    chance = 0.0
    if labels is not None:
        chance = sum(of_chance(one, y, p) for one, y, p in zip(aims, labels, inference, strict=True))
    seen = _seen(sample.size, inference, gaps, mixed, layers, steady, chance)
    report = _report(subject, name, seen, inference, gaps, layers, steady, chance, aims, labels)
    if report.verdict != STALE or gaps[0].loss is None:
        return report
    losses = gaps[0].loss.inference.value, gaps[0].loss.training.value
    note = preparation.likely(sample, *losses, partial(_deployed, subject, aims))
    return replace(report, notes=report.notes if note is None else (note, *report.notes))


def _deployed(subject: Subject, aims: Sequence[Objective], sample: Sample) -> tuple[float, bool]:
    """The mean loss in inference mode of another sample, in one batch, and whether all layers are near to it."""
    recorded = Recorded()
    answered = _answer(subject._replace(sample=sample), np.arange(sample.size), "inference", recorded)
    labels = labels_in_order(sample, [name for name, _ in answered])
    with np.errstate(all="ignore"):
        loss = sum(float(np.mean(aim.loss(y, p))) for aim, y, (_, p) in zip(aims, labels, answered, strict=True))
    layers = by_layer(subject.layers, subject.framework, recorded.moments, {}, {})
    return loss, not any(layer.far for layer in layers)


def _large_batch(sample: Sample) -> int:
    numbers = sum(each.values[0].size for each in sample.inputs)
    return int(np.clip(MOST_NUMBERS // max(numbers, 1), LEAST_LARGE_BATCH, LARGE_BATCH))


def _first(subject: Subject, batches: Batches) -> Pass:
    """The pass in inference mode. Raises ``CannotProbe`` where the model cannot be measured on the sample."""
    try:
        for placed in subject.layers:
            axis_of(placed.layer)
    except ValueError as error:
        raise CannotProbe(str(error)) from None
    try:
        return _run(subject, batches, "inference", "inference mode")
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise CannotProbe(
            f"{subject.sample.source}: the model does not take it: {type(error).__name__}: {said}"
        ) from error


def _run(subject: Subject, batches: Batches, mode: Any, what: str) -> Pass:
    recorded = Recorded()
    names: list[str] = []
    parts: list[list[Array]] = []
    pieces = list(_pieces(batches))
    for done, rows in enumerate(pieces, start=1):
        answered = _answer(subject, rows, mode, recorded)
        names = [name for name, _ in answered]
        parts.append([values for _, values in answered])
        subject.watch(what, done, len(pieces))
    return Pass(names, [np.concatenate(each) for each in zip(*parts, strict=True)], recorded)


def _pieces(batches: Batches) -> Iterator[Array]:
    ends = np.flatnonzero(np.diff(batches.groups)) + 1
    yield from np.split(batches.rows, ends)


def _answer(subject: Subject, rows: Any, mode: Any, recorded: Recorded | None = None) -> list[tuple[str, Array]]:
    inputs = rows_of(subject.model, subject.sample, rows)
    answered = forward(subject.model, inputs, mode, recorded, subject.layers)
    return [(name, np.asarray(values, np.float32)) for name, values in outputs_in_order(subject.model, answered)]


def _invariance(
    subject: Subject,
    inference: list[Array],
    touched: tuple[str, ...],
    mark: str,
    before: dict[str, Array],
    *,
    export: bool,
) -> Invariance:
    size = subject.sample.size
    count = min(invariance.EXAMPLES, max(1, size // 2))
    rows = np.linspace(0, size - 1, count).astype(int)
    others = np.random.default_rng(2).choice(size, min(size, 3 * count), replace=False)

    def answer(which: Any) -> list[Array]:
        return [values for _, values in _answer(subject, which, "inference")]

    own = [each[rows] for each in inference]
    spread = invariance.spreads(inference)
    alone = invariance.difference(own, invariance.alone(answer, rows), spread)
    subject.watch("one by one", 1, 1)
    shuffled = invariance.difference(own, invariance.shuffled(answer, rows, others), spread)
    touched += invariance.changed(subject.model, subject.framework, before)
    outside, note = None, ""
    if export:
        inputs = rows_of(subject.model, subject.sample, rows)
        found, note = invariance.exported(subject.model, subject.framework, inputs)
        if found is not None and [each.shape for each in found] == [each.shape for each in own]:
            outside = invariance.difference(own, found, spread)
        invariance.changed(subject.model, subject.framework, before)
    after = invariance.digest(subject.model, subject.framework)
    if after != mark:
        raise RuntimeError("the probe has changed weights of the model")
    limit = invariance.tolerance(subject.model)
    return Invariance(count, alone, shuffled, outside, limit, tuple(dict.fromkeys(touched)), mark, note)


def _report(
    subject: Subject,
    name: str,
    seen: Seen,
    inference: list[Array],
    gaps: list[Gap],
    layers: tuple[LayerDistance, ...],
    steady: Invariance,
    chance: float,
    aims: Sequence[Objective],
    labels: Sequence[Array] | None,
) -> Report:
    row = judged(seen)
    framework = subject.framework
    return Report(
        model=name,
        framework=f"{framework.package} {framework.version} on {framework.backend}",
        sample=subject.sample.source,
        samples=subject.sample.size,
        available=subject.sample.available,
        verdict=row.verdict,
        suffers=row.suffers,
        said=row.said,
        because=wording.because(gaps, layers, steady, chance),
        instead=row.instead,
        notes=wording.notes(subject.sample, gaps, steady, aims, labels, inference, told=row.verdict != OPEN),
        layers=layers,
        gaps=tuple(gaps),
        invariance=steady,
    )


def _seen(
    size: int,
    inference: list[Array],
    gaps: list[Gap],
    mixed: Compared | None,
    layers: tuple[LayerDistance, ...],
    steady: Invariance,
    chance: float,
) -> Seen:
    finite = all(np.all(np.isfinite(each)) for each in inference)
    differences = (steady.alone, steady.shuffled)
    statistics = "near"
    if not finite or any(layer.problem for layer in layers):
        statistics = "broken"
    elif far := [layer for layer in layers if layer.far]:
        statistics = "narrow" if far[0].narrow else "far"  # what comes to later layers was noisy in training
    return Seen(
        layers=bool(layers),
        steady=not steady.changed and all(each is None or each <= steady.tolerance for each in differences),
        statistics=statistics,
        enough=size >= FEW,
        skilled=not gaps or skilled(gaps[0].loss, chance),
        large=gap(gaps[0].loss, chance) if gaps else "unknown",
        small=company(gaps[1].loss, mixed, chance) if gaps else "unknown",
    )
