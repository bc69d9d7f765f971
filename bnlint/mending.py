"""Fixes applied, the program linted again, and every fix withdrawn that did not do what it promised.

A fix stays when the program still parses, its finding is gone, and no finding is there that the program had not. A
finding is its code and its statement; one that comes back there less severe was mended, one that comes back more
severe is new. So each fix that stays leaves fewer findings, or milder ones, and mending ends.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from bnlint.findings import Edit, Finding
from bnlint.fixes.edits import Change, combine, splice
from bnlint.fixes.planning import complete
from bnlint.fixes.source import Source, parse, read
from bnlint.graph.places import Place, order

PASSES = 10
"""Fixes that touch the same text are made one a pass; after this many the rest is left for another run."""

_AT = re.compile(r"(:(?P<cell>\d+))?:(?P<line>\d+):(?P<column>\d+)(?P<more>.*)")
"""What follows the path in the name of a set of layers."""

Key: TypeAlias = tuple[str, tuple[str, int]]
"""A finding across edits: its code, and its statement by where that stood in the text before them."""


class Form(NamedTuple):
    """What mending asks about a text by the form that it has.

    ``complete`` gives a finding the edits of its fix on a text; ``parse`` raises ``SyntaxError`` or ``ValueError`` for
    a text that is none of its form, and ``broken`` says that of one.
    """

    complete: Callable[[str, Finding], Finding]
    parse: Callable[[str], object]
    broken: str


PROGRAM = Form(complete, parse, "the program would not parse any more")


class Mended(NamedTuple):
    """What became of a program.

    ``applied`` has the findings that were fixed, with their places and edits in the text of their pass; ``withdrawn``
    those whose fix was tried on the text as it is now and taken back, each with the reason; ``left`` is what the last
    linting found, the withdrawn ones included.
    """

    text: str
    applied: list[Finding]
    withdrawn: list[tuple[Finding, str]]
    left: list[Finding]


class _State(NamedTuple):
    """A text and what linting finds in it."""

    text: str
    findings: list[Finding]


def mend(
    text: str,
    path: str,
    lint: Callable[[str], list[Finding]],
    *,
    unsafe: bool = False,
    permitted: Callable[[Finding], bool] | None = None,
    findings: Sequence[Finding] | None = None,
    form: Form = PROGRAM,
) -> Mended:
    """Apply the safe fixes of a program, with ``unsafe`` also the others, until nothing more can be mended.

    ``lint`` gives the findings of a text; it is called once for all fixes of a pass where they do well, and its last
    call is for the text that is returned. A text that it raises ``SyntaxError`` on counts as one that does not parse;
    other exceptions pass through. ``findings`` are those of ``text``, where they are known already. Fixes that are not
    ``permitted`` (all are by default) are left alone, and those with edits of another file than ``path``.
    ``form`` is the text's: a program (of a notebook: its cells joined), or the config of a model, whose findings are
    told apart by their locations. The same input gives the same result.
    """
    mender = _Mender(path, lint, unsafe, permitted or (lambda finding: True), form)
    state = _State(text, list(findings)) if findings is not None else mender.lint(text)
    applied: list[Finding] = []
    withdrawn: list[tuple[Finding, str]] = []
    for _ in range(PASSES):
        wanted = mender.candidates(state)
        outcome = mender.one_pass(state, wanted)
        withdrawn = outcome.withdrawn
        if not outcome.applied:
            break
        applied += outcome.applied
        state = outcome.state
    if mender.linted is not None and mender.linted != state.text:
        state = mender.lint(state.text)
    return Mended(state.text, applied, withdrawn, state.findings)


class _Outcome(NamedTuple):
    """What one pass did."""

    state: _State
    applied: list[Finding]
    withdrawn: list[tuple[Finding, str]]


class _Trial(NamedTuple):
    """Fixes made together: what came of them, or (``fault``) why they cannot stay."""

    state: _State
    changes: tuple[Change, ...]
    fault: str | None = None
    fresh: tuple[Finding, ...] = ()


class _Mender:
    """The lint function and what may be applied, for the length of one mending."""

    def __init__(
        self, path: str, lint: Callable[[str], list[Finding]], unsafe: bool, permitted: Callable[[Finding], bool],
        form: Form,
    ) -> None:  # fmt: skip
        self.path = path
        self._lint = lint
        self.unsafe = unsafe
        self.permitted = permitted
        self.form = form
        self.linted: str | None = None

    def lint(self, text: str) -> _State:
        """Lint, remembering on which text that was done last."""
        self.linted = text
        return _State(text, list(self._lint(text)))

    def candidates(self, state: _State) -> list[Finding]:
        """The findings whose fix may be applied, with its edits: safe ones first, then by code and place."""
        ready = [
            self.form.complete(state.text, finding)
            for finding in state.findings
            if finding.place.path == self.path
            if finding.fix is not None and self._allowed(finding) and self.permitted(finding)
        ]
        return sorted((finding for finding in ready if self._allowed(finding) and self._here(finding)), key=_rank)

    def one_pass(self, state: _State, wanted: list[Finding]) -> _Outcome:
        """Make as many of the fixes as fit beside each other; where they fail together, find out which ones do."""
        fitting = _one_remedy_a_group(wanted)
        _, taken = combine(state.text, [_edits(finding) for finding in fitting])
        outcome = _Outcome(state, [], [])
        pending = [[fitting[index] for index in taken]]
        while pending:
            fixes = pending.pop()
            if not fixes:
                continue
            together = [*outcome.applied, *fixes]
            trial = self._try(state, together)
            if trial.fault is None:
                outcome = outcome._replace(state=trial.state, applied=together)
            elif len(fixes) > 1:
                middle = len(fixes) // 2
                pending += [fixes[middle:], fixes[:middle]]
            else:
                joint = self._jointly(state, together, trial)
                if joint is not None:  # its edits are on another text: the rest waits for the next pass
                    return _Outcome(joint.state, joint.applied, outcome.withdrawn)
                outcome.withdrawn.append((fixes[0], trial.fault))
        return outcome

    def _allowed(self, finding: Finding) -> bool:
        return finding.fix is not None and (self.unsafe or finding.fix.safety == "safe")

    def _here(self, finding: Finding) -> bool:
        """Whether a fix has edits, all of them in this file."""
        edits = _edits(finding)
        return bool(edits) and all(edit.place.path == self.path for edit in edits)

    def _try(self, state: _State, fixes: list[Finding]) -> _Trial:
        changes, _ = combine(state.text, [_edits(finding) for finding in fixes])
        text = splice(state.text, changes)
        try:
            self.form.parse(text)
            after = self.lint(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return _Trial(state, changes, self.form.broken)
        return _judge(self.path, state, fixes, after, changes)

    def _jointly(self, state: _State, fixes: list[Finding], trial: _Trial) -> _Outcome | None:
        """A fix together with the fixes of the findings that it alone brings, where that resolves them all."""
        if not trial.fresh:
            return None
        fresh = self.candidates(_State(trial.state.text, list(trial.fresh)))
        changes, taken = combine(trial.state.text, [_edits(finding) for finding in fresh])
        if len(taken) < len(trial.fresh):
            return None
        text = splice(trial.state.text, changes)
        try:
            self.form.parse(text)
            after = self.lint(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        if _judge(self.path, state, fixes, after, trial.changes, changes).fault is not None:
            return None
        return _Outcome(after, [*fixes, *fresh], [])


def _judge(
    path: str, before: _State, fixes: list[Finding], after: _State,
    changes: tuple[Change, ...], more: tuple[Change, ...] = (),
) -> _Trial:  # fmt: skip
    """Whether the fixed findings, and they alone, have gone; ``more`` was changed on top of ``changes``.

    Another rule's note (``info``) about layers that a fix was about is nothing new: the mended finding stood in for it.
    """
    steps = [changes, more] if more else [changes]
    source, earlier = read(after.text), read(before.text)
    _key, _group = partial(_key_in, path), partial(_group_in, path)
    keys = [(_key(source, finding, steps), finding) for finding in after.findings]
    new = Counter((key, level) for key, finding in keys for level in _levels(finding))
    old = Counter((_key(earlier, finding, []), level) for finding in before.findings for level in _levels(finding))
    mended = {(_group(earlier, finding, []), finding.code) for finding in fixes if finding.group}
    groups = {group for group, _ in mended}

    def known(finding: Finding) -> bool:
        """Whether it is a note of another rule about layers that a fix was about."""
        group = _group(source, finding, steps)
        return finding.severity == "info" and group in groups and (group, finding.code) not in mended

    fresh = tuple(
        finding
        for key, finding in keys
        if any(new[key, at] > old[key, at] for at in _levels(finding)) and not known(finding)
    )
    if fresh:
        return _Trial(after, changes, f"it would bring {_spoken(fresh, fixes)}", fresh)
    fixed = Counter((_key(earlier, finding, []), _levels(finding)[-1]) for finding in fixes)
    if any(new[at] > old[at] - count for at, count in fixed.items()):
        return _Trial(after, changes, "the finding would still be there")
    return _Trial(after, changes)


def _levels(finding: Finding) -> range:
    """The severities that a finding reaches: an error is a warning too."""
    return range(("info", "warning", "error").index(finding.severity) + 1)


def _spoken(findings: Iterable[Finding], fixes: Iterable[Finding]) -> str:
    here = {finding.place.path for finding in fixes}
    return ", ".join(dict.fromkeys(f"{finding.code} {_where(finding.place, here)}" for finding in findings))


def _where(place: Place, here: Collection[str]) -> str:
    if place.location is not None:
        return f"at `{place.location}`" if place.location else "on the whole model"
    line = f"on line {place.line}" if place.cell is None else f"on line {place.line} of cell {place.cell}"
    return line if place.path in here else f"{line} of {os.path.basename(place.path)}"


def _key_in(path: str, source: Source, finding: Finding, steps: Sequence[tuple[Change, ...]]) -> Key:
    """The finding's code and statement, the latter's start traced back through the changes, the last ones first.

    In another file than the one at ``path`` nothing moves, and no layer of a saved model does.
    """
    place = finding.place
    if place.location is not None:
        return finding.code, (place.location, 0)
    if place.path != path:
        return finding.code, (str(place), place.line)
    try:
        offset = source.span(place)[0]
        way = source.steps(offset)
    except (IndexError, SyntaxError, ValueError, RecursionError, MemoryError):
        return finding.code, ("place", place.line)
    if way:
        kind, start = "statement", source.bounds(way[-1].statement)[0]
    else:
        kind, start = "line", source.starts[source.line_of(offset) - 1]
    for changes in reversed(steps):
        start, inserted = _traced(start, changes)
        kind = "inserted" if inserted else kind
    return finding.code, (kind, start)


def _group_in(path: str, source: Source, finding: Finding, steps: Sequence[tuple[Change, ...]]) -> tuple[object, ...]:
    """The set of layers that a finding is about, whose name has a place, by where that was before the changes."""
    at = _AT.fullmatch(finding.group[len(path) :]) if finding.group.startswith(path) else None
    if at is None:
        return (finding.group,)
    cell, line, column = (int(each) if each else None for each in at.group("cell", "line", "column"))
    try:
        offset = source.span(Place(path, line or 0, column or 0, line or 0, column or 0, cell))[0]
    except (IndexError, SyntaxError, ValueError, RecursionError, MemoryError):
        return (finding.group,)
    for changes in reversed(steps):
        offset, _ = _traced(offset, changes)
    return offset, at["more"]


def _traced(offset: int, changes: tuple[Change, ...]) -> tuple[int, bool]:
    """Where an offset of the changed text was in the text before, and whether a change brought what is there."""
    shift = 0
    for start, end, content in changes:
        if offset < start + shift:
            break
        if offset < start + shift + len(content):
            # What a replacement begins with stands for what it replaced.
            return start, offset > start + shift or start == end
        shift += len(content) - (end - start)
    return offset - shift, False


def _edits(finding: Finding) -> Sequence[Edit]:
    return finding.fix.edits if finding.fix is not None else ()


def _rank(finding: Finding) -> tuple[object, ...]:
    unsafe = finding.fix is not None and finding.fix.safety != "safe"
    return unsafe, finding.code, order(finding.place), finding.group


def _one_remedy_a_group(wanted: list[Finding]) -> list[Finding]:
    """One fix for each set of layers in a pass: the first may well mend what the next is about."""
    first: dict[str, Finding] = {}
    kept: list[Finding] = []
    for finding in wanted:
        leader = first.setdefault(finding.group, finding) if finding.group else finding
        if leader.code == finding.code or _edits(leader) == _edits(finding):
            kept.append(finding)
    return kept
