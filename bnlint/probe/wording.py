"""The reasons of a verdict, in sentences with their figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bnlint.probe.losses import Objective
from bnlint.probe.report import Compared, Gap, Invariance, LayerDistance
from bnlint.probe.samples import Sample
from bnlint.probe.scores import BINARY, MULTICLASS, REGRESSION, Array, auc, best_accuracy, flat, spearman

ORDERED = 0.8
"""AUC or Spearman from which on the order of the predictions is called good."""
LOST = 0.1
"""Accuracy that the scale alone must cost to be told."""


def because(gaps: Sequence[Gap], layers: Sequence[LayerDistance], steady: Invariance, chance: float) -> tuple[str, ...]:
    """What the verdict rests on."""
    found = [_of_gap(each, chance) for each in gaps]
    if layers:
        found.append(_of_layers(layers))
    found += [f"`{layer.name}`: {layer.problem}" for layer in layers if layer.problem][:5]
    found += _of_invariance(steady)
    return tuple(found)


def _of_gap(each: Gap, chance: float) -> str:
    order = "shuffled" if each.order == "shuffled" else "in the order of the data"
    where = f"batches of {each.batch_size}, {order}"
    if each.loss is None:
        differ = figure(each.predictions_differ or 0.0)
        return f"{where}: the predictions of the two modes differ by {differ} of their spread"
    loss = each.loss
    return (
        f"{where}: loss {figure(loss.inference.value)} in inference mode, {figure(loss.training.value)} in training "
        f"mode; difference {interval(loss)} (a constant answer: {figure(chance)})"
    )


def _of_layers(layers: Sequence[LayerDistance]) -> str:
    far = [layer for layer in layers if layer.far]
    most = max(layers, key=lambda layer: layer.distance if np.isfinite(layer.distance) else -1.0)
    one = len(layers) == 1
    said = "the layer is" if one else f"{len(far)} of {len(layers)} layers are"
    said = said if far else ("the layer is not" if one else "no layer is")
    return f"{said} far from the data; the farthest, `{most.name}`: d {figure(most.d)}, r {figure(most.r)}"


def _of_invariance(steady: Invariance) -> list[str]:
    found = []
    if steady.alone is not None and steady.alone > steady.tolerance:
        found.append(
            f"alone an example gets another answer: the difference is {figure(steady.alone)} of the answers' size"
        )
    if steady.shuffled is not None and steady.shuffled > steady.tolerance:
        found.append(f"in another order and company too: {figure(steady.shuffled)}")
    if steady.changed:
        found.append(
            f"inference changed {len(steady.changed)} weights, `{steady.changed[0]}` first; they were put back"
        )
    return found


def notes(
    sample: Sample,
    gaps: Sequence[Gap],
    steady: Invariance,
    aims: Sequence[Objective],
    labels: Sequence[Array] | None,
    inference: Sequence[Array],
    *,
    told: bool,
) -> tuple[str, ...]:
    """What else is worth saying."""
    found = []
    if labels is None:
        found.append("the sample has no labels: losses and scores were not measured, and the verdict is limited")
    else:
        for aim, expected, predicted in zip(aims, labels, inference, strict=True):
            found += _of_scale(aim, expected, predicted)
    if told and steady.exported is not None and steady.exported > steady.tolerance:
        found.append(
            f"the exported model answers otherwise: the difference is {figure(steady.exported)} of the answers' size"
        )
    if steady.note:
        found.append(steady.note)
    return tuple(found)


def _of_scale(aim: Objective, labels: Array, predicted: Array) -> list[str]:
    """Accuracy 0.5 and AUC 0.98: the order is right, the scale is not."""
    if aim.task == MULTICLASS or not np.all(np.isfinite(predicted)):
        return []
    y, p = flat(aim.task, labels, predicted, logits=aim.logits)
    if len(y) != len(p):
        return []
    if aim.task == BINARY:
        now, best, area = float(np.mean((p > 0.5) == (y > 0.5))), best_accuracy(y, p), auc(y, p)
        if area >= ORDERED and best - now >= LOST:
            return [
                f"in inference mode accuracy {figure(now)} at 0.5 and AUC {figure(area)}: the scale is off, not the "
                f"features (accuracy {figure(best)} at the best threshold)"
            ]
    if aim.task == REGRESSION:
        order, now = spearman(y, p), float(np.mean((y.astype(np.float64) - p) ** 2))
        fitted = float(np.var(y.astype(np.float64)) * (1 - np.corrcoef(y, p)[0, 1] ** 2))
        if order >= ORDERED and now > 2 * fitted:
            return [
                f"in inference mode MSE {figure(now)} and Spearman {figure(order)}: the scale is off, not the features "
                f"(MSE {figure(fitted)} after a straight line)"
            ]
    return []


def figure(value: float) -> str:
    """A number for people: three significant digits."""
    if not np.isfinite(value):
        return "no finite number"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def interval(compared: Compared) -> str:
    """A difference with its interval."""
    each = compared.difference
    return f"{figure(each.value)} ({figure(each.low)} to {figure(each.high)})"
