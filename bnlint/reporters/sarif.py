"""``sarif``: SARIF 2.1.0, as GitHub code scanning and many editors take it.

The results come first, as they are found; the rules that spoke follow with their pages.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

from bnlint import __version__
from bnlint.reporters.concise import way_out
from bnlint.reporters.fingerprints import Fingerprints, LineHashes
from bnlint.reporters.json import Totals, target_of
from bnlint.reporters.located import Located, Locator, Root
from bnlint.reporters.style import plain

if TYPE_CHECKING:
    from bnlint.files.physical import Span
    from bnlint.findings import Finding, Fix, Severity
    from bnlint.graph.places import Place
    from bnlint.reporters.runs import Run
    from bnlint.reports import Report
    from bnlint.rules import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "SRCROOT"
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
PROBLEMS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "recommendation"}
LONGEST = 1000
"""Code scanning takes descriptions of up to 1024 characters."""


def render(reports: Iterable[Report], run: Run) -> Iterator[str]:
    """The log in pieces, a result on a line of its own."""
    log = _Log()
    opening = f'{{"$schema": {_json(SCHEMA)}, "version": "2.1.0", "runs": [{{"results": ['
    for report in reports:
        for result in log.results(report):
            yield f"{opening}\n{_json(result)}"
            opening = ","
    yield f"{opening}\n]" if opening != "," else "\n]"
    for key, value in log.rest(run).items():
        yield f",\n{_json(key)}: {_json(value)}"
    yield "}]}\n"


class _Log:
    """What is gathered while the results are written."""

    def __init__(self) -> None:
        self._root = Root()
        self._fingerprints = Fingerprints()
        self._spoke: dict[str, Finding] = {}
        self._notifications: list[dict[str, Any]] = []
        self._failed = False
        self._totals = Totals()

    def results(self, report: Report) -> Iterator[dict[str, Any]]:
        """The findings of a report; its errors and warnings are kept for the end."""
        self._totals.add(report)
        self._failed = self._failed or bool(report.errors)
        for level, messages in (("error", report.errors), ("warning", report.warnings)):
            self._notifications += [
                {"level": level, "message": {"text": plain(message)}, "locations": [self._file(report.path)]}
                for message in messages
            ]
        locate, hashes = Locator(report), None
        for finding in report.findings:
            if hashes is None and finding.place.location is None and locate.text:
                hashes = LineHashes(locate.text)
            yield self._result(finding, report, locate, hashes)

    def _result(self, finding: Finding, report: Report, locate: Locator, hashes: LineHashes | None) -> dict[str, Any]:
        self._spoke.setdefault(finding.code, finding)
        located = locate(finding.place)
        own = self._fingerprints.of(finding, self._root.path(finding.place.path), report)
        of_line = f"{own[:16]}:1" if located.span is None or hashes is None else hashes.of(located.span[0])
        related = [
            {"id": number, **self._location(locate(each.place)), "message": {"text": plain(each.message)}}
            for number, each in enumerate(finding.related)
        ]
        fix = self._fix(finding.fix, finding.place.path, locate) if finding.fix is not None else None
        return {
            "ruleId": finding.code,
            "ruleIndex": list(self._spoke).index(finding.code),
            "level": LEVELS[finding.severity],
            "message": {"text": _message(finding, located)},
            "locations": [self._location(located)],
            **({"relatedLocations": related} if related else {}),
            "partialFingerprints": {"primaryLocationLineHash": of_line, "bnlint/v1": own},
            **({"fixes": [fix]} if fix is not None else {}),
        }

    def rest(self, run: Run) -> dict[str, Any]:
        """Everything but the results."""
        rules = run.rules()
        described = [_descriptor(rules.get(code), finding) for code, finding in self._spoke.items()]
        root = _uri(self._root.folder) + "/"
        return {
            "tool": {"driver": {"name": "bnlint", "version": __version__, "rules": described}},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {BASE: {"uri": root}},
            "invocations": [
                {
                    "executionSuccessful": not self._failed,
                    "workingDirectory": {"uri": root},
                    "toolExecutionNotifications": self._notifications,
                }
            ],
            "properties": {"target": target_of(run.target()), **self._totals.targets()},
        }

    def _location(self, located: Located) -> dict[str, Any]:
        place, span = located.place, located.span
        found = self._file(place.path)
        if span is not None:
            found["physicalLocation"]["region"] = _region(span)
        logical = _logical(place)
        return {**found, **({"logicalLocations": [logical]} if logical else {})}

    def _file(self, path: str) -> dict[str, Any]:
        return {"physicalLocation": {"artifactLocation": self._artifact(path)}}

    def _artifact(self, path: str) -> dict[str, str]:
        named = self._root.path(path)
        if os.path.isabs(named):
            return {"uri": _uri(named)}
        return {"uri": _quoted(named), "uriBaseId": BASE}

    def _fix(self, fix: Fix, path: str, locate: Locator) -> dict[str, Any] | None:
        """The edits as replacements in the file; those of a saved model's config are left to `--fix`."""
        edits = locate.edits(fix.edits)
        if not edits:
            return None
        how = "" if fix.safety == "safe" else " (unsafe)"
        replacements = [
            {"deletedRegion": _region(span), "insertedContent": {"text": content}} for span, content in edits
        ]
        return {
            "description": {"text": plain(fix.summary) + how},
            "artifactChanges": [{"artifactLocation": self._artifact(path), "replacements": replacements}],
            "properties": {"safety": fix.safety},
        }


def _message(finding: Finding, located: Located) -> str:
    """The message, the way out, and links to the lines that led there, which code scanning shows for a link only."""
    said = [_without_links(plain((f"{located.words}: " if located.words else "") + finding.message))]
    if finding.related:
        links = [f"[{_link_text(each.message)}]({number})" for number, each in enumerate(finding.related)]
        said.append(f"Led there by: {', '.join(links)}")
    if help_ := way_out(finding):
        said.append(f"Help: {_without_links(plain(help_))}")
    return "\n".join(said)


def _without_links(text: str) -> str:
    """Text in which nothing is taken for a link."""
    return re.sub(r"\[(?=[^\[\]]*\]\()", r"\\[", text)


def _link_text(text: str) -> str:
    return re.sub(r"([\\\[\]])", r"\\\1", plain(text))


def _region(span: Span) -> dict[str, int]:
    names = ("startLine", "startColumn", "endLine", "endColumn")
    return dict(zip(names, span, strict=True))


def _logical(place: Place) -> dict[str, str] | None:
    if place.cell is not None:
        return {"name": f"cell {place.cell}", "fullyQualifiedName": f"cell {place.cell}:{place.line}", "kind": "module"}
    if place.location:
        name = place.location.rpartition("/")[2]
        return {"name": plain(name), "fullyQualifiedName": plain(place.location), "kind": "object"}
    return None


def _descriptor(rule: Rule | None, finding: Finding) -> dict[str, Any]:
    """A rule as code scanning shows it beside its findings; of one whose file is out of sight only the name."""
    if rule is None:
        return {"id": finding.code, "name": finding.name}
    said = rule.markdown()
    links = [each for each in rule.page.references if each.startswith(("https://", "http://"))]
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": " ".join(rule.page.what.split("\n\n")[0].split())[:LONGEST] or rule.summary},
        "help": {"text": said, "markdown": said},
        **({"helpUri": links[0]} if links else {}),
        "defaultConfiguration": {"level": LEVELS[rule.severity], "enabled": rule.on_by_default},
        "properties": {
            "tags": ["batch-normalization", "keras"],
            "precision": "high" if rule.status == "stable" else "medium",
            "problem.severity": PROBLEMS[rule.severity],
        },
    }


def _uri(path: str) -> str:
    return "file://" + ("" if path.startswith("/") else "/") + _quoted(path.replace(os.sep, "/"))


def _quoted(path: str) -> str:
    """A path as (part of) a URI, whatever bytes it is made of."""
    return quote_from_bytes(os.fsencode(path), safe="/")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
