"""``bnlint facts`` of a model file: its BatchNormalization layers, what they hold, what a `fit` would do with them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bnlint.reporters.style import Style, counted, plain
from bnlint.reports import Report

if TYPE_CHECKING:
    from bnlint.graph.subjects import ModelFacts, SavedBatchNorm
    from bnlint.graph.weights import Statistics, Summary

HEADINGS = (
    "layer",
    "momentum",
    "trainable",
    "call",
    "moving mean",
    "moving variance",
    "in fit",
    "updated",
    "γβ trained",
)
LEFT = frozenset({0, 2, 3, 4, 5, 6, 7, 8})
FORMATS = {
    "keras": "Keras archive",
    "h5": "HDF5 model",
    "weights": "HDF5 weights",
    "json": "architecture in JSON",
    "yaml": "architecture in YAML",
    "tfjs": "TensorFlow.js model",
    "saved_model": "SavedModel",
    "export": "SavedModel without layers, as `model.export` writes it",
}
PARTS = ("gamma", "beta", "moving_mean", "moving_variance")
UNKNOWN = "?"
WIDEST = 60
MOST_NAMES = 8


# ---------------------------------------------------------------------------------------------------------------- JSON


def document(report: Report) -> dict[str, Any]:
    """One model file as other programs read it; its keys and types are a promise."""
    assert report.program is not None and report.program.model is not None
    model = report.program.model
    warned = {"warnings": list(report.warnings)} if report.warnings else {}
    return {"path": report.path, **warned, "fits": [], "model": _model(model)}


def _model(model: ModelFacts) -> dict[str, Any]:
    serving = None
    if model.serving is not None:
        serving = [
            {"layer": each.layer, "node": each.node, "function": each.function}
            | {"by_batch": each.by_batch, "how": each.how}
            for each in model.serving
        ]
    return {
        "name": model.name,
        "format": model.format,
        "keras": model.keras,
        "backend": model.backend,
        "layers": model.layers,
        "optimizer": model.optimizer,
        "learning_rate": model.learning_rate,
        "updates": model.steps,
        "trained": model.trained,
        "batch_norm": [_row(row) for row in model.batch_norm],
        "serving": serving,
        "notes": list(model.notes),
    }


def _row(row: SavedBatchNorm) -> dict[str, Any]:
    return {
        "location": row.location,
        "name": row.name,
        "class": row.type,
        "momentum": row.momentum,
        "epsilon": row.epsilon,
        "axis": None if row.axis is None else list(row.axis),
        "dtype": row.dtype,
        "scale": row.scale,
        "center": row.center,
        "trainable": row.trainable,
        "training": row.training,
        "calls": row.calls,
        "fit": {
            "frozen": row.frozen,
            "statistics": row.statistics or "unknown",
            "updated": row.updated,
            "gamma_beta_trained": row.gamma_beta_trained,
        },
        "weights": None if row.weights is None else _weights(row.weights),
    }


def _weights(weights: Statistics) -> dict[str, Any]:
    parts = {part: getattr(weights, part) for part in PARTS}
    return {
        "initial": weights.are_initial,
        **{part: None if summary is None else summary._asdict() for part, summary in parts.items()},
    }


# --------------------------------------------------------------------------------------------------------------- table


def render(model: ModelFacts, style: Style) -> Iterator[str]:
    """The file in a line, a table of its layers, where its serving graph normalizes, and what was not read."""
    yield "  " + _headline(model)
    yield ""
    yield from _table(model, style)
    if model.serving is not None:
        yield from _serving(model)
    for note in model.notes:
        yield from textwrap.wrap(
            plain(note), max(style.width, 40), initial_indent="  note: ", subsequent_indent="        "
        )
    yield ""


def _headline(model: ModelFacts) -> str:
    parts = [
        FORMATS.get(model.format, model.format),
        f"saved by Keras {plain(model.keras)}" if model.keras else "the file names no Keras version",
    ]
    if model.layers is not None:
        parts.append(counted(model.layers, "layer"))
    parts.append(f"{len(model.batch_norm)} BatchNormalization")
    if model.optimizer:
        rate = "" if model.learning_rate is None else f" {model.learning_rate:g}"
        parts.append(f"compiled with {plain(model.optimizer)}{rate}")
    if model.steps is not None:
        parts.append(counted(model.steps, "update"))
    return f"{plain(model.name)}: " + " · ".join(parts)


def _table(model: ModelFacts, style: Style) -> Iterator[str]:
    if not model.batch_norm:
        yield "    no BatchNormalization layer found"
        return
    rows = [_cells(row) for row in model.batch_norm]
    widths = [max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)]
    yield style.paint(("    " + _aligned(HEADINGS, widths)).rstrip(), "dim")
    for row, cells in zip(model.batch_norm, rows, strict=True):
        line = ("    " + _aligned(cells, widths)).rstrip()
        yield style.paint(line, "yellow") if row.weights is not None and _is_odd(row.weights) else line


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(
        cell.ljust(width) if index in LEFT else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )


def _cells(row: SavedBatchNorm) -> tuple[str, ...]:
    location = plain(row.location)
    weights = row.weights
    return (
        location if len(location) <= WIDEST else f"…{location[1 - WIDEST :]}",
        UNKNOWN if row.momentum is None else f"{row.momentum:g}",
        _yes_no(row.trainable),
        _call(row),
        UNKNOWN if weights is None else _range(weights.moving_mean),
        UNKNOWN if weights is None else _range(weights.moving_variance),
        row.statistics or UNKNOWN,
        _yes_no(row.updated),
        _yes_no(row.gamma_beta_trained),
    )


def _call(row: SavedBatchNorm) -> str:
    said = "" if row.training is None else f"training={row.training}"
    times = "" if row.calls is None or row.calls < 2 else f"{row.calls} times"
    return ", ".join(part for part in (said, times) if part) or "-"


def _range(summary: Summary | None) -> str:
    if summary is None:
        return UNKNOWN
    odd = [f"{count} {word}" for word, count in (("NaN", summary.nan), ("inf", summary.infinite)) if count]
    if summary.size and summary.at_start == summary.size:
        return "as it starts"
    if summary.minimum is None or summary.maximum is None:
        return ", ".join(odd) or "empty"
    return ", ".join([f"{summary.minimum:.3g} … {summary.maximum:.3g}", *odd])


def _is_odd(weights: Statistics) -> bool:
    parts = [each for each in (getattr(weights, part) for part in PARTS) if each is not None]
    variance = weights.moving_variance
    return any(each.nan or each.infinite for each in parts) or (variance is not None and variance.negative > 0)


def _serving(model: ModelFacts) -> Iterator[str]:
    assert model.serving is not None
    by_batch = [each for each in model.serving if each.by_batch]
    yield ""
    if not model.serving:
        yield "  serving: no normalization found in the graph"
    elif not by_batch:
        yield f"  serving: {counted(len(model.serving), 'normalization')}, by moving statistics"
    else:
        names = ", ".join(dict.fromkeys(plain(each.layer) for each in by_batch[:MOST_NAMES]))
        more = ", …" if len(by_batch) > MOST_NAMES else ""
        found = counted(len(model.serving), "normalization")
        yield f"  serving: {len(by_batch)} of {found} by the batch at hand: {names}{more}"


def _yes_no(value: bool | None) -> str:
    return UNKNOWN if value is None else "yes" if value else "no"
