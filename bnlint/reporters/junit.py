"""``junit``: a suite for each file, as Jenkins and others take test results; a file without findings passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bnlint.reporters.concise import pieces, way_out
from bnlint.reporters.located import Root
from bnlint.reporters.style import plain

if TYPE_CHECKING:
    from bnlint.findings import Finding
    from bnlint.reporters.runs import Run
    from bnlint.reports import Report


def render(reports: Iterable[Report], run: Run) -> Iterator[str]:
    """The document, file by file."""
    root = Root()
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="bnlint">\n'
    for report in reports:
        yield from _suite(report, root.path(report.path), strict=run.strict)
    yield "</testsuites>\n"


def _suite(report: Report, path: str, *, strict: bool) -> Iterator[str]:
    fails = [strict or finding.severity != "info" for finding in report.findings]
    yield _tag(
        "  <testsuite",
        name=path, file=path, tests=str(max(len(fails) + len(report.errors), 1)),
        failures=str(sum(fails)), errors=str(len(report.errors)), skipped="0",
    )  # fmt: skip
    for message in report.errors:
        yield _case(path, "bnlint", _tag("      <error", type="error", message=plain(message), close="/>\n"))
    for finding, fault in zip(report.findings, fails, strict=True):
        yield _case(path, _name(finding), _failure(finding) if fault else _remark(finding))
    if not report.findings and not report.errors:
        yield _tag("    <testcase", classname=path, name="bnlint", close="/>\n")
    for message in report.warnings:
        yield f"    <system-err>{_text(plain(message))}</system-err>\n"
    yield "  </testsuite>\n"


def _name(finding: Finding) -> str:
    return ":".join([f"{finding.code} {finding.name}", *pieces(finding.place)[1:]])


def _case(path: str, name: str, inner: str) -> str:
    return f"{_tag('    <testcase', classname=path, name=name)}{inner}    </testcase>\n"


def _failure(finding: Finding) -> str:
    opening = _tag(
        "      <failure", type=f"{finding.code} {finding.severity}", message=plain(finding.message), close=">"
    )
    return f"{opening}{_text(_story(finding))}</failure>\n"


def _remark(finding: Finding) -> str:
    return f"      <system-out>{_text(_story(finding))}</system-out>\n"


def _story(finding: Finding) -> str:
    """The place and the message, the lines that led there, and the way out, one a line."""
    said = [f"{':'.join(pieces(finding.place))}: {finding.severity}: {plain(finding.message)}"]
    said += [f"{':'.join(pieces(each.place))}: {plain(each.message)}" for each in finding.related]
    help_ = way_out(finding)
    return "\n".join([*said, *([f"help: {plain(help_)}"] if help_ else [])])


def _tag(opening: str, *, close: str = ">\n", **values: str) -> str:
    return " ".join([opening, *(f'{name}="{_value(value)}"' for name, value in values.items())]) + close


def _value(text: str) -> str:
    """As an attribute's value; a line end would be read as a blank otherwise."""
    escaped = _text(text).replace('"', "&quot;")
    return escaped.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")


def _text(text: str) -> str:
    """As text: what XML cannot hold at all becomes a replacement character."""
    kept = "".join(char if char in "\t\n\r" or char.isprintable() else "�" for char in text)
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
