"""BN904: a program whose own words contradict the target found for it, and the findings that only come of that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from bnlint.findings import Finding, Related
from bnlint.graph.places import Place

if TYPE_CHECKING:
    from bnlint.graph.subjects import Fit, Program
    from bnlint.keras.api_uses import Use
    from bnlint.keras.releases import Target

CODE, NAME = "BN904", "target-contradicted-by-code"
DEPENDING = ("BN1", "BN2")
"""Rules on what a ``fit`` does, which differs between releases. What is said of the API stays said."""
MOST_RELATED = 6
MOST_CODES = 4


class Judged(NamedTuple):
    """What is left of the findings, with BN904 among them where it stands in for others.

    ``finding`` is that one, ``besides`` the release on which findings have to hold too: the one that the program points
    to, or the nearest that was measured.
    """

    findings: list[Finding]
    finding: Finding | None = None
    besides: Target | None = None


def judge(
    findings: Sequence[Finding],
    program: Program,
    text: str,
    target: Target,
    on: Callable[[Target, Iterable[str]], tuple[Program, list[Finding]]],
    besides: Target | None = None,
    *,
    in_cells: bool = False,
) -> Judged:
    """Keep what holds on the target and on the release that the program's words point to, and say so once.

    ``on`` gives the facts on another target, and the findings of some rules there, each by itself. ``besides`` is that
    other release where it is known.
    """
    codes = sorted({finding.code for finding in findings if finding.code.startswith(DEPENDING)})
    if not codes:
        return Judged(list(findings), besides=besides)
    from bnlint.keras.api_uses import uses
    from bnlint.targets import evidence

    used = uses(text)
    missing = evidence.missing(used, target)
    pointed_to = evidence.pointed_to(missing, target) if missing else None
    others = [besides]
    if besides is None and pointed_to is not None:
        others = [evidence.measured_near(pointed_to, used), evidence.older_kind(target, used)]
    for other in dict.fromkeys(each for each in others if each is not None):
        facts, there = on(other, codes)
        if _knows_less(facts, program):
            continue  # that a finding is missing there says nothing
        held = set(map(_key, there))
        lost = [finding for finding in findings if finding.code in codes and _key(finding) not in held]
        kept = [finding for finding in findings if finding not in lost]
        if not lost or not missing:
            return Judged(kept, besides=other if lost else besides)
        places = _places(missing, text, program.path, in_cells=in_cells)
        said = _finding(missing, lost, places, target, pointed_to or other)
        return Judged([*kept, said], said, other)
    return Judged(list(findings), besides=besides)


def _knows_less(other: Program, program: Program) -> bool:
    """Whether the facts of a fit are open on another release that are known on the target."""
    known = {fit.place for fit in program.fits if not _is_open(fit)}
    return any(fit.place in known and _is_open(fit) for fit in other.fits)


def _is_open(fit: Fit) -> bool:
    return any(row.statistics is None or row.updated is None for row in fit.batch_norm)


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.place.path, finding.place.cell, finding.place.line


def _finding(
    missing: Sequence[Use], lost: Sequence[Finding], places: Sequence[Place], target: Target, other: Target
) -> Finding:
    codes = sorted({finding.code for finding in lost})
    named = ", ".join(codes[:MOST_CODES]) + (" and others" if len(codes) > MOST_CODES else "")
    holds = "one finding does not hold" if len(lost) == 1 else f"{len(lost)} findings do not hold"
    message = (
        f"{target.describe()} does not have {missing[0].said}, {other.name} has; "
        f"{holds} on both and {'is' if len(lost) == 1 else 'are'} left out: {named}"
    )
    lines = {(place.cell, place.line): Related(f"nor {use.said}", place)
             for use, place in zip(missing[1:], places[1:], strict=True)}  # fmt: skip
    lines.pop((places[0].cell, places[0].line), None)
    spec = f"tensorflow=={'.'.join(map(str, other.tensorflow or ()))}"
    return Finding(
        CODE,
        NAME,
        "info",
        message,
        places[0],
        tuple(lines.values())[:MOST_RELATED],
        advice=f"Tell what it runs on: `--target {spec}`, or a version in the project's requirements.",
    )


def _places(missing: Sequence[Use], text: str, path: str, *, in_cells: bool) -> list[Place]:
    if not in_cells:
        return [Place(path, *use.place) for use in missing]
    from bnlint.files.cells import origins

    at = origins(text)
    found = []
    for use in missing:
        (cell, line), (_, end) = at[use.place.line - 1], at[use.place.end_line - 1]
        found.append(Place(path, line, use.place.column, end, use.place.end_column, cell))
    return found
