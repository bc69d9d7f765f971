"""What the functions of the Python API return: the findings as plain, frozen data. A promise, as the JSON output is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bnlint import findings
    from bnlint.graph.places import Place
    from bnlint.reports import Report

MOST_SHOWN = 20
"""More findings than this are counted, not shown, where a result is looked at."""


@dataclass(frozen=True, slots=True)
class Related:
    """A line, or a layer, that led to a finding: what happened there, and where."""

    message: str
    path: str
    cell: int | None
    line: int | None
    column: int | None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of a span by ``content``; the end is exclusive, an empty span inserts."""

    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What would mend a finding. ``edits`` are there for programs, and empty where a whole file is rewritten."""

    safety: Literal["safe", "unsafe"]
    summary: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """One fault.

    Lines and columns count from 1, columns in characters; ``cell`` is that of a notebook, from 1, and the line then
    counts inside it. For a model there are no lines: ``location`` names the layer (``resnet50/conv1_bn``), and is None
    where the whole model is meant. ``advice`` says what to do by hand.
    """

    code: str
    name: str
    severity: Literal["error", "warning", "info"]
    message: str
    path: str
    cell: int | None
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    location: str | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    advice: str = ""
    url: str = ""

    def __str__(self) -> str:
        cell = f"cell {self.cell}" if self.cell is not None else None
        parts = (self.path, self.location, cell, self.line, self.column)
        where = ":".join(str(part) for part in parts if part is not None)
        return f"{where}: {self.code} {self.severity}: {self.message}"

    def __repr__(self) -> str:
        return f"<{self}>"


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """The findings in one program or model, in order. True, as a list is, where there are any.

    ``problems`` are what could not be looked at, one sentence each; ``target`` is the Keras that the findings hold
    for, in words, None where none was needed.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    problems: tuple[str, ...] = ()
    target: str | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings of severity ``error``: training, or the model, is wrong."""
        return self._of("error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Those of severity ``warning``: risky."""
        return self._of("warning")

    @property
    def infos(self) -> tuple[Finding, ...]:
        """Those of severity ``info``: worth knowing."""
        return self._of("info")

    def _of(self, severity: str) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == severity)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.findings), *(f"{self.path}: {problem}" for problem in self.problems)])

    def __repr__(self) -> str:
        lines = [self._headline(), *map(_shown, self.findings[:MOST_SHOWN])]
        if len(self) > MOST_SHOWN:
            lines.append(f"  … and {len(self) - MOST_SHOWN} more")
        return "\n".join([*lines, *(f"  ({problem})" for problem in self.problems)])

    def _headline(self) -> str:
        counts = [(len(self.errors), "error"), (len(self.warnings), "warning"), (len(self.infos), "info")]
        said = [f"{count} {word}{'s' * (count > 1 and word != 'info')}" for count, word in counts if count]
        target = f", for {self.target}" if self.target is not None else ""
        return f"bnlint: {', '.join(said) or 'no findings'} in {self.path}{target}"


def _shown(finding: Finding) -> str:
    _, _, rest = str(finding).partition(finding.path)
    lines = [f"  {rest.removeprefix(':').strip()}"]
    help_ = finding.fix.summary if finding.fix is not None else finding.advice
    return "\n".join([*lines, *([f"      help: {help_}"] if help_ else [])])


def result_of(report: Report) -> Result:
    """A report as people's programs see it."""
    target = report.target.name if report.target is not None else None
    problems = (*report.errors, *report.warnings)
    return Result(report.path, tuple(map(_finding, report.findings)), problems, target)


def _finding(finding: findings.Finding) -> Finding:
    place = finding.place
    line, column = _numbers(place, "line", "column")
    end_line, end_column = _numbers(place, "end_line", "end_column")
    return Finding(
        finding.code, finding.name, finding.severity, finding.message,
        place.path, place.cell, line, column, end_line, end_column, place.location or None,
        related=tuple(map(_related, finding.related)), fix=_fix(finding.fix), advice=finding.advice, url=finding.url,
    )  # fmt: skip


def _numbers(place: Place, *names: str) -> list[int | None]:
    return [None if place.location is not None else getattr(place, name) for name in names]


def _related(related: findings.Related) -> Related:
    place = related.place
    line, column = _numbers(place, "line", "column")
    return Related(related.message, place.path, place.cell, line, column, place.location or None)


def _fix(fix: findings.Fix | None) -> Fix | None:
    if fix is None:
        return None
    edits = sorted(fix.edits, key=lambda edit: (edit.place.cell or 0, *edit.place[1:5]))
    return Fix(
        fix.safety,
        fix.summary,
        tuple(Edit(edit.place.cell, *edit.place[1:5], content=edit.content) for edit in edits if edit.place.line),
    )
