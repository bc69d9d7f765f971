"""What a rule reports, in the form that every output prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place

Severity = Literal["error", "warning", "info"]
Safety = Literal["safe", "unsafe"]


@dataclass(frozen=True, slots=True)
class Related:
    """A line that led to a finding: what happened there, and where."""

    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of ``place`` by ``content``; an empty place inserts."""

    place: Place
    content: str


@dataclass(frozen=True, slots=True)
class Action:
    """One named rewrite with its resolved arguments, as a rule's ``do`` asks for it."""

    name: str
    arguments: dict[str, object]


def places_of(actions: Iterable[Action]) -> list[Place]:
    """All places that rewrites are given."""
    given = [value for action in actions for value in action.arguments.values()]
    listed = [each for value in given if isinstance(value, list | tuple) for each in value]
    return [value for value in (*given, *listed) if isinstance(value, Place)]


@dataclass(frozen=True, slots=True)
class Fix:
    """What would mend a finding: the rewrites a rule asks for, and the edits once they are planned on the text."""

    safety: Safety
    summary: str
    actions: tuple[Action, ...] = ()
    edits: tuple[Edit, ...] = ()


def within(finding: Finding, path: str) -> Finding | None:
    """The finding as a file's own; None where it has no line in the file.

    Where it stands in another file of the project, the first of its lines that is in this one takes its place.
    """
    if finding.place.path == path:
        return finding
    here = next((related for related in finding.related if related.place.path == path), None)
    if here is None:
        return None
    rest = tuple(related for related in finding.related if related is not here)
    elsewhere = Related("the line that this is about", finding.place)
    return replace(finding, place=here.place, related=(elsewhere, *rest), fix=None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, reported once, however many layers, paths or fits show it.

    ``group`` identifies the set of BatchNormalization layers that the finding is about, so that one set gets one
    remedy; ``advice`` is what to do where no edit can be made.
    """

    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    advice: str = ""
    url: str = ""
    group: str = ""


def unfixed(finding: Finding, reason: str) -> Finding:
    """The finding with advice in place of its fix, and the reason."""
    said = f"no automatic fix: {reason}"
    return replace(finding, fix=None, advice=f"{finding.advice} ({said})" if finding.advice else said)


def fixed_in_one_file(finding: Finding) -> Finding:
    """The finding without a fix that would have to change several files."""
    if finding.fix is None or len({place.path for place in places_of(finding.fix.actions)}) < 2:
        return finding
    return unfixed(finding, "its rewrites stand in different files")
