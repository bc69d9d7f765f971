"""``github``: workflow commands, which GitHub Actions shows as annotations of the lines.

``::error file=train.py,line=7,title=BN101::message``; what would end a value is escaped as the runner reads it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bnlint.reporters.concise import way_out
from bnlint.reporters.located import Located, Locator, Root
from bnlint.reporters.style import plain

if TYPE_CHECKING:
    from bnlint.findings import Finding, Related
    from bnlint.reporters.runs import Run
    from bnlint.reports import Report

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
_IN_MESSAGES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_VALUES = {**_IN_MESSAGES, ":": "%3A", ",": "%2C"}


def render(reports: Iterable[Report], run: Run) -> Iterator[str]:
    """A command for each finding, and for what could not be done."""
    root = Root()
    for report in reports:
        locate = Locator(report)
        file = {"file": _name(root.path(report.path))}
        for message in report.errors:
            yield _command("error", {**file, "title": "bnlint"}, plain(message))
        for message in report.warnings:
            yield _command("notice", {**file, "title": "bnlint"}, plain(message))
        for finding in report.findings:
            located = locate(finding.place)
            values = {**file, **_lines(located), "title": f"bnlint {finding.code} ({finding.name})"}
            yield _command(COMMANDS[finding.severity], values, _message(finding, located, locate, root))


def _lines(located: Located) -> dict[str, str]:
    """The lines; columns only where it is a single one, since GitHub takes them only then."""
    if located.span is None:
        return {}
    line, column, end_line, end_column = located.span
    found = {"line": line, "endLine": end_line}
    if line == end_line:
        found |= {"col": column, "endColumn": end_column}
    return {key: str(value) for key, value in found.items()}


def _message(finding: Finding, located: Located, locate: Locator, root: Root) -> str:
    where = f"{plain(located.words)}: " if located.words else ""
    steps = [f"- {_step(each, locate(each.place), finding, root)}" for each in finding.related]
    help_ = way_out(finding)
    return "\n".join([where + plain(finding.message), *steps, *([f"help: {plain(help_)}"] if help_ else [])])


def _step(related: Related, located: Located, finding: Finding, root: Root) -> str:
    here = related.place.path == finding.place.path
    file = "" if here else plain(root.path(related.place.path))
    where = located.words or (f"line {related.place.line}" if located.span is not None else "")
    return f"{', '.join(part for part in (file, plain(where)) if part)}: {plain(related.message)}".removeprefix(": ")


def _name(path: str) -> str:
    """A path whose control characters a log's reader need not fear; line ends stay, escaped."""
    return "".join(char if char in "\r\n" else plain(char) for char in path)


def _command(name: str, values: dict[str, str], message: str) -> str:
    given = ",".join(f"{key}={_escaped(value, _IN_VALUES)}" for key, value in values.items())
    return f"::{name} {given}::{_escaped(message, _IN_MESSAGES)}\n"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)
