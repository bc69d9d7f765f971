"""``full``: each finding with its code, the lines that led to it, and the way out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from bnlint.files import lines as source_lines
from bnlint.findings import Edit, Finding, Related
from bnlint.graph.places import Place
from bnlint.reporters import snippet
from bnlint.reporters.concise import headline, location, pieces, way_out
from bnlint.reporters.style import Style, plain
from bnlint.reports import Report

MOST_LINES_OF_A_FIX = 12
_SIGNS = {"-": "red", "+": "green", " ": "dim"}


class Full:
    """Renders one report after the other; each rule's page is pointed to once."""

    def __init__(self, style: Style, *, unsafe: bool) -> None:
        self._style = style
        self._unsafe = unsafe
        self._pointed_to: set[str] = set()

    def render(self, report: Report) -> Iterator[str]:
        """The lines for one file, with an empty line after each finding."""
        for finding in report.findings:
            lines = source_lines.split(report.code(finding.place.cell))
            yield headline(finding, self._style, unsafe=self._unsafe)
            yield f"  {self._style.paint('-->', 'blue')} {location(finding, self._style)}"
            yield from self._layer(finding, report) if finding.place.location is not None else ()
            yield from self._code(finding, lines)
            yield from self._way_out(finding, report)
            yield ""

    def _layer(self, finding: Finding, report: Report) -> Iterator[str]:
        """In place of source: what the file says of the layer."""
        said = (report.contents or {}).get(finding.place.location or "")
        if said:
            edge = self._style.paint("  |", "blue")
            room = max(self._style.width - 4, 20)
            yield from (edge, *(f"{edge} {line}" for line in textwrap.wrap(plain(said), room)), edge)

    def _code(self, finding: Finding, lines: Sequence[str]) -> Iterator[str]:
        here = [each for each in finding.related if _same_source(each.place, finding.place)]
        marks = [_mark(finding.place, "", primary=True), *(_mark(each.place, each.message) for each in here)]
        yield from snippet.render(lines, marks, self._style, finding.severity)
        for each in finding.related:
            if each not in here:
                yield f"  {self._style.paint(':::', 'blue')} {_elsewhere(each)}"

    def _way_out(self, finding: Finding, report: Report) -> Iterator[str]:
        fix = finding.fix
        if fix is not None:
            yield self._note("help", way_out(finding))
            for cell in sorted({edit.place.cell or 0 for edit in fix.edits}):
                edits = [edit for edit in fix.edits if (edit.place.cell or 0) == cell]
                if cell != (finding.place.cell or 0):
                    yield self._style.paint(f"in cell {cell}:", "blue")
                yield from self._difference(edits, source_lines.split(report.code(cell)))
        elif finding.advice:
            yield self._note("help", finding.advice)
        if finding.code not in self._pointed_to:
            self._pointed_to.add(finding.code)
            yield self._note("more", f"bnlint rule {finding.code}")

    def _note(self, word: str, text: str) -> str:
        first, *rest = [plain(line) for line in source_lines.split(text.strip())]
        return "\n".join(
            [f"{self._style.paint(word, 'bold')}: {first}", *(" " * (len(word) + 2) + line for line in rest)]
        )

    def _difference(self, edits: Sequence[Edit], lines: Sequence[str]) -> Iterator[str]:
        """The lines that the fix takes away and puts in, each with its number where it has one."""
        changes = [change for group in _neighbours(edits) for change in _change(group, lines)]
        width = len(str(max((number for number, _, _ in changes), default=0)))
        for number, sign, text in changes[:MOST_LINES_OF_A_FIX]:
            shown = f"{sign} {plain(text.expandtabs(snippet.TAB))}".rstrip()[: max(self._style.width - width - 3, 20)]
            gutter = self._style.paint(f"{'' if sign == '+' else number:>{width}} |", "blue")
            yield f"{gutter} {self._style.paint(shown, _SIGNS[sign])}"
        if len(changes) > MOST_LINES_OF_A_FIX:
            yield self._style.paint(f"{'':>{width}} | and {len(changes) - MOST_LINES_OF_A_FIX} more lines", "blue")


def _same_source(one: Place, other: Place) -> bool:
    if one.location is not None:
        return False
    return (one.path, one.cell) == (other.path, other.cell)


def _mark(place: Place, label: str, *, primary: bool = False) -> snippet.Mark:
    one_line = place.end_line == place.line
    return snippet.Mark(place.line, place.column, place.end_column if one_line else None, plain(label), primary)


def _elsewhere(related: Related) -> str:
    return ":".join([*pieces(related.place), f" {plain(related.message)}"])


def _neighbours(edits: Sequence[Edit]) -> Iterator[list[Edit]]:
    """Edits in order, those together that touch the same lines."""
    ordered = sorted(edits, key=lambda edit: edit.place[1:5])
    starts: list[int] = []
    reach = 0
    for edit in ordered:
        starts.append(starts[-1] if starts and edit.place.line <= reach else edit.place.line)
        reach = max(reach, edit.place.end_line)
    for _, group in groupby(zip(starts, ordered, strict=True), key=lambda pair: pair[0]):
        yield [edit for _, edit in group]


def _change(edits: Sequence[Edit], lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """What edits of the same lines do to them: the number, ``-`` or ``+``, and the text of each changed line."""
    first, last = edits[0].place.line, max(edit.place.end_line for edit in edits)
    if last > len(lines):
        return
    old = list(lines[first - 1 : last])
    new = ""
    at = (first, 1)
    for edit in edits:
        new += _between(lines, at, (edit.place.line, edit.place.column)) + edit.content
        at = (edit.place.end_line, edit.place.end_column)
    new_lines = source_lines.split(new + _between(lines, at, (last, len(lines[last - 1]) + 1)))
    while old and new_lines and old[0] == new_lines[0]:
        del old[0], new_lines[0]
        first += 1
    while old and new_lines and old[-1] == new_lines[-1]:
        del old[-1], new_lines[-1]
    if not old and first > 1:
        yield first - 1, " ", lines[first - 2]
    yield from ((first + index, "-", line) for index, line in enumerate(old))
    yield from ((first, "+", line) for line in new_lines)


def _between(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] - 1 : end[1] - 1]
    middle = lines[start[0] : end[0] - 1]
    return "\n".join([lines[start[0] - 1][start[1] - 1 :], *middle, lines[end[0] - 1][: end[1] - 1]])
