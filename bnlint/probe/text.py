"""A report for people: the verdict, what it rests on, the scores, the layers, what next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bnlint.probe.report import Compared, Gap, LayerDistance, Report
from bnlint.probe.verdict import HEALTHY, OPEN
from bnlint.probe.wording import figure
from bnlint.reporters.style import Style, counted, plain

MOST_LAYERS = 12
BAR = 24
WIDE = 1.0
"""The distance at which a bar is full."""


def render(report: Report, style: Style, *, every_layer: bool = False) -> Iterator[str]:
    """The lines of a report."""
    colour = "red" if report.suffers else "green" if report.verdict == HEALTHY else "yellow"
    yield f"{style.paint(plain(report.model), 'bold')}: {style.paint(report.verdict, colour)}"
    yield f"  {report.said}"
    yield ""
    yield f"  {plain(report.framework)}; {_sample(report)}"
    yield from (f"  {plain(line)}" for line in report.because)
    yield from (f"  note: {plain(line)}" for line in report.notes)
    yield from _scores(report.gaps, style)
    yield from _layers(report.layers, style, every_layer)
    if report.instead:
        yield ""
        yield style.paint("  What next", "bold")
        yield from (f"  {number}. {step}" for number, step in enumerate(report.instead, start=1))
    if report.verdict == OPEN:
        yield ""
        yield "  bnlint accuses no model on a guess: this is no all-clear."


def _sample(report: Report) -> str:
    taken = counted(report.samples, "example")
    if report.available is not None and report.available != report.samples:
        taken = f"{report.samples} of {report.available} examples"
    return f"{taken} of {plain(report.sample)}"


# --------------------------------------------------------------------------------------------------------------- scores


def _scores(gaps: Sequence[Gap], style: Style) -> Iterator[str]:
    for gap in gaps:
        rows = ([gap.loss] if gap.loss is not None else []) + list(gap.scores)
        if not rows:
            continue
        yield ""
        order = "shuffled" if gap.order == "shuffled" else "in the order of the data"
        yield style.paint(f"  Batches of {gap.batch_size}, {order}", "bold")
        yield f"  {'':<18} {'inference mode':>26} {'training mode':>26}   difference"
        yield from (_score(row) for row in rows)


def _score(row: Compared) -> str:
    def cell(value: float, low: float, high: float) -> str:
        if not np.isfinite(low):
            return figure(value)
        return f"{figure(value)} ({figure(low)} to {figure(high)})"

    first, second, third = (
        cell(each.value, each.low, each.high) for each in (row.inference, row.training, row.difference)
    )
    return f"  {row.name:<18} {first:>26} {second:>26}   {third}"


# --------------------------------------------------------------------------------------------------------------- layers


def _layers(layers: Sequence[LayerDistance], style: Style, every_layer: bool) -> Iterator[str]:
    if not layers:
        return
    shown = layers if every_layer or len(layers) <= MOST_LAYERS else _farthest(layers)
    yield ""
    title = f"  {counted(len(layers), 'BatchNormalization layer')}, from the input on"
    if len(shown) < len(layers):
        title += f"; the {len(shown)} farthest (`--all-layers` shows every one)"
    yield style.paint(title, "bold")
    wide = min(max(len(layer.name) for layer in shown), 44)
    yield f"  {'':<4} {'layer':<{wide}} {'d':>8} {'r':>8} {'KL':>9}  distance"
    for layer in shown:
        name = plain(layer.name if len(layer.name) <= wide else "…" + layer.name[-wide + 1 :])
        drawn = style.paint(f"{_bar(layer.distance):<{BAR}}", "red" if layer.far else "green")
        marks = (" frozen" if layer.frozen else "") + (f"  {layer.problem}" if layer.problem else "")
        yield (
            f"  {layer.depth:>4} {name:<{wide}} {figure_or_dash(layer.d):>8} {figure_or_dash(layer.r):>8} "
            f"{figure_or_dash(layer.kl):>9}  {drawn} {figure_or_dash(layer.distance)}{marks}"
        )


def _farthest(layers: Sequence[LayerDistance]) -> list[LayerDistance]:
    ranked = sorted(layers, key=lambda layer: (layer.problem is None, -np.nan_to_num(layer.distance, nan=np.inf)))
    return sorted(ranked[:MOST_LAYERS], key=lambda layer: layer.depth)


def figure_or_dash(value: float) -> str:
    """A number, or a dash where there is none."""
    return figure(value) if np.isfinite(value) else "-"


def _bar(distance: float) -> str:
    if not np.isfinite(distance):
        return "?"
    eighths = round(min(distance / WIDE, 1.0) * BAR * 8)
    return "█" * (eighths // 8) + ("" if eighths % 8 == 0 else " ▏▎▍▌▋▊▉"[eighths % 8])
