"""``gitlab``: a code quality report, as GitLab shows it in merge requests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from bnlint.reporters.fingerprints import Fingerprints
from bnlint.reporters.located import Locator, Root
from bnlint.reporters.style import plain

if TYPE_CHECKING:
    from bnlint.reporters.runs import Run
    from bnlint.reports import Report

SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def render(reports: Iterable[Report], run: Run) -> Iterator[str]:
    """A list of issues, one a line."""
    opening = "["
    root, fingerprints = Root(), Fingerprints()
    for report in reports:
        for issue in _issues(report, root, fingerprints):
            yield f"{opening}\n  {json.dumps(issue, ensure_ascii=False)}"
            opening = ","
    yield "[]\n" if opening == "[" else "\n]\n"


def _issues(report: Report, root: Root, fingerprints: Fingerprints) -> Iterator[dict[str, Any]]:
    path, locate = root.path(report.path), Locator(report)
    for message in report.errors:
        yield _issue("bnlint", "blocker", plain(message), fingerprints.by("error", path, message), path, (1, 1))
    for finding in report.findings:
        located = locate(finding.place)
        where = f"{located.words}: " if located.words else ""
        lines = (located.span[0], located.span[2]) if located.span is not None else (1, 1)
        said = plain(f"{where}{finding.message}")
        fingerprint = fingerprints.of(finding, path, report)
        yield _issue(finding.code, SEVERITIES[finding.severity], said, fingerprint, path, lines)


def _issue(check: str, severity: str, said: str, fingerprint: str, path: str, lines: tuple[int, int]) -> dict[str, Any]:
    return {
        "type": "issue",
        "description": said,
        "check_name": check,
        "categories": ["Bug Risk"],
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": lines[0], "end": lines[1]}},
    }
