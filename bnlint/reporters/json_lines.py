"""``json-lines``: an object a line, written as soon as it is known; the objects are those of ``json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from bnlint.reporters.json import Totals, diagnostic, head

if TYPE_CHECKING:
    from bnlint.keras.releases import Target
    from bnlint.reporters.runs import Run
    from bnlint.reports import Report


def render(reports: Iterable[Report], run: Run) -> Iterator[str]:
    """A line for each finding, error and warning; the last one is the summary, with the target."""
    totals = Totals()
    for report in reports:
        totals.add(report)
        for finding in report.findings:
            yield _line("finding", diagnostic(finding))
        for kind, messages in (("error", report.errors), ("warning", report.warnings)):
            for message in messages:
                yield _line(kind, {"path": report.path, "message": message})
    yield _line("summary", {**head(run.target()), **totals.targets(), **totals.counts()})


def statistics(rows: Iterable[tuple[int, str, str, bool]], target: Target) -> Iterator[str]:
    """How often each rule spoke."""
    for count, code, name, fixable in rows:
        yield _line("statistics", {"count": count, "code": code, "name": name, "fixable": fixable})
    yield _line("summary", head(target))


def _line(kind: str, value: dict[str, Any]) -> str:
    return json.dumps({"type": kind, **value}, ensure_ascii=False) + "\n"
