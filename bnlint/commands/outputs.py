"""The results of ``check`` as text, in the format that the settings ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from bnlint.engine import prepare, target_of_run
from bnlint.reporters.style import Style
from bnlint.reports import Report
from bnlint.settings import Settings

if TYPE_CHECKING:
    from bnlint.rules import Rule

FOR_SYSTEMS = {
    "json-lines": "json_lines",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
}
"""The module of each format that takes reports as they come, and says by itself where they come from."""
SAY_ALL = frozenset({"json", "json-lines"})
"""Formats that hold the summary and the target themselves."""
_KEEP_RESULTS = frozenset({"sarif", "github", "gitlab", "junit"})
"""Formats in which counts cannot stand: with ``--statistics`` these go to standard error."""


def counts_only(settings: Settings) -> bool:
    """Whether the numbers of ``--statistics`` take the place of the results."""
    return settings.statistics and settings.output_format not in _KEEP_RESULTS


def rendered(
    reports: Iterator[Report], done: Sequence[Report], settings: Settings, style: Style, *, diff: bool
) -> Iterator[str]:
    """The results in pieces that carry their own line ends; ``done`` grows by the reports that have gone through."""
    if diff:
        yield from _diff(reports, style)
    elif counts_only(settings):
        yield from _statistics(reports, settings, style)
    elif settings.output_format in FOR_SYSTEMS:
        yield from _for_systems(reports, done, settings)
    elif settings.output_format == "json":
        from bnlint.reporters import json

        every = list(reports)
        yield json.dump(json.document(every, target_of_run(settings, every))) + "\n"
    elif settings.output_format == "concise":
        yield from _concise(reports, style, unsafe=settings.unsafe_fixes)
    else:
        yield from _full(reports, style, unsafe=settings.unsafe_fixes)


def _for_systems(reports: Iterator[Report], done: Sequence[Report], settings: Settings) -> Iterator[str]:
    from bnlint.reporters.runs import Run

    def rules() -> Mapping[str, Rule]:
        return prepare(settings).catalogue.rules

    run = Run(partial(target_of_run, settings, done), rules, settings.strict)
    module = import_module(f"bnlint.reporters.{FOR_SYSTEMS[settings.output_format]}")
    yield from module.render(reports, run)


def _statistics(reports: Iterable[Report], settings: Settings, style: Style) -> Iterator[str]:
    from bnlint.reporters import statistics

    every = list(reports)
    rows = statistics.rows(every, unsafe=settings.unsafe_fixes)
    if settings.output_format == "json":
        from bnlint.reporters import json

        yield json.dump(json.statistics(rows, target_of_run(settings, every))) + "\n"
    elif settings.output_format == "json-lines":
        from bnlint.reporters import json_lines

        yield from json_lines.statistics(rows, target_of_run(settings, every))
    else:
        yield from (line + "\n" for line in statistics.render(rows, style))


def _diff(reports: Iterable[Report], style: Style) -> Iterator[str]:
    for report in reports:
        if report.text != report.original:
            from bnlint.reporters import diff

            yield from diff.render(report, style)


def _concise(reports: Iterable[Report], style: Style, *, unsafe: bool) -> Iterator[str]:
    for report in reports:
        if report.findings:
            from bnlint.reporters import concise

            yield from (line + "\n" for line in concise.render(report, style, unsafe=unsafe))


def _full(reports: Iterable[Report], style: Style, *, unsafe: bool) -> Iterator[str]:
    full = None
    for report in reports:
        if report.findings:
            from bnlint.reporters.full import Full

            full = full or Full(style, unsafe=unsafe)
            yield from (line + "\n" for line in full.render(report))
