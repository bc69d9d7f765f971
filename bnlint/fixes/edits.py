"""Edits on a text: what a rewrite drafts, how drafts are joined, and how edits are put in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bnlint.findings import Edit
from bnlint.fixes.source import Source, read


class Change(NamedTuple):
    """Replace the characters between two offsets by ``content``; where the offsets are equal, insert."""

    start: int
    end: int
    content: str


class Draft(NamedTuple):
    """What one rewrite asks for; ``loses`` says in plain words what a careful reader would miss afterwards."""

    changes: tuple[Change, ...]
    loses: str | None = None


class Refusal(Exception):
    """A rewrite cannot be done here; the message says why, in words for the person who reads the finding."""


def collide(first: Change, second: Change) -> bool:
    """Whether two changes, ``first`` not after ``second``, cannot both be made. An insertion needs its point alone."""
    if second.start < first.end:
        return True
    return second.start == first.end and (first.start == first.end or second.start == second.end)


def join(changes: Iterable[Change]) -> tuple[Change, ...]:
    """One rewrite's changes in order, equal ones once, touching ones as one; ``Refusal`` where they overlap."""
    joined: list[Change] = []
    for change in dict.fromkeys(sorted(changes, key=lambda change: change[:2])):
        last = joined[-1] if joined else None
        if last is not None and change.start < last.end:
            raise Refusal("two of its rewrites change the same text")
        if last is not None and change.start == last.end:
            joined[-1] = Change(last.start, change.end, last.content + change.content)
        else:
            joined.append(change)
    return tuple(joined)


def splice(text: str, changes: Sequence[Change]) -> str:
    """The text with ordered changes, which do not collide, made in it."""
    pieces: list[str] = []
    position = 0
    for start, end, content in changes:
        pieces += (text[position:start], content)
        position = end
    return "".join([*pieces, text[position:]])


def change_of(source: Source, edit: Edit) -> Change:
    """An edit by offsets; ``IndexError`` where it stands outside the text."""
    return Change(*source.span(edit.place), edit.content)


def combine(text: str, fixes: Sequence[Sequence[Edit]]) -> tuple[tuple[Change, ...], tuple[int, ...]]:
    """The changes of as many fixes as fit beside each other, and the indices of those fixes.

    A fix is taken whole or not at all, earlier ones first. A change that two fixes share (the same import) is made
    once, and of equal fixes all count as taken.
    """
    source = read(text)
    taken: list[Change] = []
    indices: list[int] = []
    for index, edits in enumerate(fixes):
        new = [change for change in (change_of(source, edit) for edit in edits) if change not in taken]
        if any(collide(*sorted((change, other))) for change in new for other in taken):
            continue
        taken += new
        indices.append(index)
    return tuple(sorted(taken)), tuple(indices)


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits made; every other character stays.

    Edits come in any order. Of two that overlap the one that stands first in ``edits`` is made and the other left
    out (:func:`combine` tells which). ``IndexError`` where an edit stands outside the text.
    """
    changes, _ = combine(text, [[edit] for edit in edits])
    return splice(text, changes)
