"""``json``: the findings as other programs read them. Its keys and types are a promise."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from bnlint import __version__
from bnlint.reports import Report

if TYPE_CHECKING:
    from bnlint.findings import Finding, Fix
    from bnlint.graph.places import Place
    from bnlint.keras.releases import Target

SCHEMA = 1


def document(reports: Sequence[Report], target: Target) -> dict[str, Any]:
    """The whole result. Lines and columns count from 1, columns in characters."""
    totals = Totals()
    for report in reports:
        totals.add(report)
    return {
        **head(target),
        **totals.targets(),
        "diagnostics": [diagnostic(finding) for report in reports for finding in report.findings],
        "errors": [{"path": report.path, "message": message} for report in reports for message in report.errors],
        **_warnings(reports),
        "summary": totals.counts(),
    }


def head(target: Target) -> dict[str, Any]:
    """What every document of ours begins with."""
    return {"schema": SCHEMA, "tool": {"name": "bnlint", "version": __version__}, "target": target_of(target)}


class Totals:
    """What is known of a run when all its reports have gone through: its numbers, and the targets of its files."""

    def __init__(self) -> None:
        self._files = self._findings = self._fixable = self._fixed = 0
        self._targets: list[tuple[str, Target]] = []

    def add(self, report: Report) -> None:
        """Count a report in."""
        self._files += report.was_read
        self._findings += len(report.findings)
        self._fixable += sum(finding.fix is not None for finding in report.findings)
        self._fixed += len(report.fixed)
        if report.target is not None:
            self._targets.append((report.path, report.target))

    def counts(self) -> dict[str, int]:
        """The numbers of the summary."""
        return {
            "files": self._files,
            "findings": self._findings,
            "fixable": self._fixable,
            "fixed": self._fixed,
        }

    def targets(self) -> dict[str, Any]:
        """The target of each file that one mattered for, where they have different ones."""
        return _targets((path, target_of(target)) for path, target in self._targets)


def _warnings(reports: Sequence[Report]) -> dict[str, Any]:
    """What looks odd about the files, under a key that is there only where something does."""
    odd = [{"path": report.path, "message": message} for report in reports for message in report.warnings]
    return {"warnings": odd} if odd else {}


def target_of(target: Target) -> dict[str, str]:
    """The target as every JSON output names it."""
    return {"framework": target.framework, "version": target.version, "source": target.source}


def targets(reports: Iterable[Report]) -> dict[str, Any]:
    """The target of each file that one mattered for, where they have different ones."""
    return _targets((report.path, target_of(report.target)) for report in reports if report.target is not None)


def _targets(named: Iterable[tuple[str, dict[str, str]]]) -> dict[str, Any]:
    found = list(named)
    if all(target == found[0][1] for _, target in found):
        return {}
    return {"targets": [{"path": path, **target} for path, target in found]}


def dump(value: object) -> str:
    """A document as text, one thing a line."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def statistics(rows: Iterable[tuple[int, str, str, bool]], target: Target) -> dict[str, Any]:
    """How often each rule spoke."""
    keys = ("count", "code", "name", "fixable")
    return {**head(target), "statistics": [dict(zip(keys, row, strict=True)) for row in rows]}


def diagnostic(finding: Finding) -> dict[str, Any]:
    """One finding."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        **_span(finding.place),
        "related": [{"message": each.message, **_start(each.place)} for each in finding.related],
        "fix": _fix(finding.fix),
        "url": finding.url,
    }


def _span(place: Place) -> dict[str, Any]:
    """A place as a finding has it; in a saved model the layer stands for lines and columns."""
    names = ("line", "column", "end_line", "end_column")
    return {"path": place.path, "cell": place.cell, **_numbers(place, names), **_location(place)}


def _start(place: Place) -> dict[str, Any]:
    return {"path": place.path, "cell": place.cell, **_numbers(place, ("line", "column")), **_location(place)}


def _numbers(place: Place, names: Sequence[str]) -> dict[str, int | None]:
    return {name: None if place.location is not None else getattr(place, name) for name in names}


def _location(place: Place) -> dict[str, Any]:
    """The layer, under a key that is there only in saved models; null where the whole of it is meant."""
    return {} if place.location is None else {"location": place.location or None}


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [
        ({} if edit.place.cell is None else {"cell": edit.place.cell})
        | {
            "line": edit.place.line,
            "column": edit.place.column,
            "end_line": edit.place.end_line,
            "end_column": edit.place.end_column,
            "content": edit.content,
        }
        for edit in sorted(fix.edits, key=lambda edit: (edit.place.cell or 0, *edit.place[1:5]))
    ]
    return {"safety": fix.safety, "summary": fix.summary, "edits": edits}
