"""``bnlint facts``: what each BatchNormalization layer does in each fit, as a table and as JSON."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bnlint.reporters.json import SCHEMA, target_of, targets
from bnlint.reporters.style import Style, counted, plain
from bnlint.reports import Report

if TYPE_CHECKING:
    from bnlint.graph.places import Place
    from bnlint.graph.subjects import BatchNormAtFit, Because, Fit
    from bnlint.keras.releases import Target

HEADINGS = ("where", "layers", "statistics", "updated", "γβ trained", "momentum", "residual", "because")
UNKNOWN = "?"


# ---------------------------------------------------------------------------------------------------------------- JSON


def document(reports: Sequence[Report], target: Target) -> dict[str, Any]:
    """The facts as other programs read them; its keys and types are a promise."""
    return {
        "schema": SCHEMA,
        "target": target_of(target),
        **targets(reports),
        "files": [file for report in reports for file in _files(report)],
    }


def _files(report: Report) -> list[dict[str, Any]]:
    """A linted file's own fits, and those that it reaches in other files of its project, each under its path."""
    if report.program is not None and report.program.model is not None:
        from bnlint.reporters import saved_models

        return [saved_models.document(report)]
    by_path: dict[str, list[Fit]] = {report.path: []}
    for fit in report.program.fits if report.program else ():
        by_path.setdefault(fit.place.path, []).append(fit)
    warned = {report.path: {"warnings": list(report.warnings)}} if report.warnings else {}
    return [
        {"path": path, **warned.get(path, {}), "fits": [_fit(fit) for fit in fits]} for path, fits in by_path.items()
    ]


def _fit(fit: Fit) -> dict[str, Any]:
    return {
        "line": fit.line or fit.place.line,
        "cell": fit.place.cell,
        "kind": fit.kind,
        "model": fit.model,
        "batch_size": fit.batch_size,
        "steps_per_epoch": fit.steps_per_epoch,
        "epochs": fit.epochs,
        "samples": fit.samples,
        "batch_norm": [_row(row) for row in fit.batch_norm],
    }


def _row(row: BatchNormAtFit) -> dict[str, Any]:
    return {
        "where": row.where,
        "layers": row.layers,
        "names": list(row.names),
        "statistics": row.statistics or "unknown",
        "updated": row.updated,
        "gamma_beta_trained": row.gamma_beta_trained,
        "momentum": row.momentum,
        "pretrained": row.pretrained,
        "residual": row.residual,
        "because": [_reason(each) for each in row.because],
    }


def _reason(each: Because) -> dict[str, Any]:
    if each.place.location is not None:
        return {"line": None, "cell": None, "location": each.place.location or None, "fact": each.fact}
    return {"line": each.place.line, "cell": each.place.cell, "fact": each.fact}


# --------------------------------------------------------------------------------------------------------------- table


def render(report: Report, style: Style) -> Iterator[str]:
    """One file: for each fit a headline and a table, then what was not understood."""
    yield style.paint(plain(report.path), "bold")
    yield from (f"  {style.paint('warning', 'yellow')}: {plain(message)}" for message in report.warnings)
    program = report.program
    if program is not None and program.model is not None:
        from bnlint.reporters import saved_models

        yield from saved_models.render(program.model, style)
        return
    if program is None or not program.fits:
        yield "  no fit found"
    for fit in program.fits if program else ():
        yield ""
        yield "  " + _headline(fit, report.path, style)
        yield from _table(fit, style)
    for each in program.unknowns if program else ():
        yield f"  not known, {_stands(each.place, each.place.line, report.path)}: {plain(each.fact)}"
    yield ""


def _headline(fit: Fit, path: str, style: Style) -> str:
    verb = {"fit": ".fit", "train_on_batch": ".train_on_batch", "train_step": ": custom training step"}[fit.kind]
    stands = _stands(fit.place, fit.line or fit.place.line, path)
    head = style.paint(f"{plain(fit.model)}{verb}", "bold") + f", {stands}"
    numbers = (
        ("batch size not known", fit.batch_size, f"batch size {fit.batch_size}"),
        ("steps not known", fit.steps_per_epoch, f"{fit.steps_per_epoch} steps an epoch"),
        ("epochs not known", fit.epochs, counted(fit.epochs or 0, "epoch")),
        ("samples not known", fit.samples, f"{fit.samples} samples"),
    )
    shown = [unknown if value is None else known for unknown, value, known in numbers]
    return head + style.paint(" · " + " · ".join(shown), "dim")


def _table(fit: Fit, style: Style) -> Iterator[str]:
    if not fit.batch_norm:
        yield "    no BatchNormalization layer known in this model"
        return
    rows = [_cells(row) for row in fit.batch_norm]
    fixed = [*zip(HEADINGS, *rows, strict=True)][:-1]
    widths = [max(map(len, column)) for column in fixed]
    indent = 4 + sum(widths) + 2 * len(widths)
    room = max(style.width - indent, 30)
    yield style.paint("    " + _aligned(HEADINGS, widths) + "  " + HEADINGS[-1], "dim")
    for row, cells in zip(fit.batch_norm, rows, strict=True):
        first, *more = _wrapped([_because(each) for each in row.because], room)
        line = f"    {_aligned(cells, widths)}  {first}".rstrip()
        yield style.paint(line, "yellow") if row.pretrained and row.updated else line
        yield from (" " * indent + rest for rest in more)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = {1, 5, 6}
    return "  ".join(
        cell.rjust(width) if index in numbers else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=False))
    )


def _cells(row: BatchNormAtFit) -> tuple[str, ...]:
    return (
        plain(row.where) or UNKNOWN,
        _number(row.layers),
        row.statistics or UNKNOWN,
        _yes_no(row.updated),
        _yes_no(row.gamma_beta_trained),
        _number(row.momentum),
        _number(row.residual) if row.updated is not False else "-",
        "",
    )


def _wrapped(reasons: Sequence[str], room: int) -> list[str]:
    """Reasons in as few lines as they fit in, each begun on a new line rather than broken."""
    lines: list[str] = []
    for reason in reasons:
        if lines and len(lines[-1]) + 2 + len(reason) <= room:
            lines[-1] += f"; {reason}"
        else:
            lines += textwrap.wrap(reason, room)
    return lines or [""]


def _stands(place: Place, line: int, path: str) -> str:
    """A line as it is called in the facts of the file at ``path``."""
    cell = f"cell {place.cell}, " if place.cell is not None else ""
    other = f" of {plain(os.path.relpath(place.path, os.path.dirname(path) or '.'))}" if place.path != path else ""
    return f"{cell}line {line}{other}"


def _because(each: Because) -> str:
    place = each.place
    if place.location is not None:
        return ": ".join(plain(part) for part in (place.location, each.fact) if part)
    cell = f"cell {place.cell}, " if place.cell is not None else ""
    return f"{cell}line {place.line}: {plain(each.fact)}"


def _yes_no(value: bool | None) -> str:
    return UNKNOWN if value is None else "yes" if value else "no"


def _number(value: float | None) -> str:
    if value is None:
        return UNKNOWN
    return str(value) if isinstance(value, int) else f"{value:.2g}" if value < 0.01 else f"{value:.4g}"
