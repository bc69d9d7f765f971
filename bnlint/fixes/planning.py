"""From the rewrites that a rule asks for to edits on a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from bnlint.files.cells import ends_cell
from bnlint.findings import Action, Edit, Finding, places_of, unfixed
from bnlint.fixes.edits import Change, Draft, Refusal, join, splice
from bnlint.fixes.registry import REWRITES, Argument
from bnlint.fixes.source import Source, parse, read
from bnlint.graph.places import Place, order


class Plan(NamedTuple):
    """The edits of one fix, or the reason why there are none.

    ``loses`` is set where the edits take something that a reader would miss (a comment): such a fix drops a level,
    safe to unsafe, unsafe to advice.
    """

    edits: tuple[Edit, ...] = ()
    refusal: str | None = None
    loses: str | None = None


def plan(text: str, actions: Sequence[Action]) -> Plan:
    """The smallest edits that do all the actions on ``text``, or a refusal in plain words.

    ``text`` is a whole program without BOM (of a notebook: its cells joined) to which all places of the actions belong.
    ``KeyError`` for an unknown rewrite and ``TypeError`` for wrong arguments: faults of a rule, not of the program.
    """
    source = read(text)
    try:
        path, cell = _origin(actions)
        _ = source.tree
        drafts = [_draft(source, action) for action in actions]
        changes = join(change for draft in drafts for change in draft.changes)
        parse(splice(text, changes))
    except Refusal as refusal:
        return Plan(refusal=str(refusal))
    except (RecursionError, MemoryError):
        return Plan(refusal="the code is nested too deeply")
    except (SyntaxError, ValueError):
        return Plan(refusal="the program, or what it would become, cannot be parsed")
    if not changes:
        return Plan(refusal="there is nothing to change")
    if cell is not None:
        changes = tuple(_inside_cell(source, change) for change in changes)
    edits = tuple(Edit(source.place(start, end, path, cell), content) for start, end, content in changes)
    return Plan(edits, None, next((draft.loses for draft in drafts if draft.loses), None))


def complete(text: str, finding: Finding) -> Finding:
    """The finding with the edits of its fix on ``text``; without the fix, and with the reason, where there is none.

    A fix that loses something drops a level. A finding without a fix, or whose edits are there, comes back as it is.
    """
    fix = finding.fix
    if fix is None or fix.edits or not fix.actions:
        return finding
    planned = plan(text, fix.actions)
    if planned.refusal is not None:
        return unfixed(finding, planned.refusal)
    if planned.loses is not None and fix.safety == "unsafe":
        return unfixed(finding, f"it would lose {planned.loses}")
    safety = "unsafe" if planned.loses is not None else fix.safety
    return replace(finding, fix=replace(fix, safety=safety, edits=planned.edits))


def _inside_cell(source: Source, change: Change) -> Change:
    """The same change without the line end behind a cell's last line, which the cell itself does not have."""
    start, end, content = change
    newline, width = source.newline, len(source.newline)
    if not ends_cell(source.text, end) or not source.text.endswith(newline, 0, start):
        return change
    if start == end and content.endswith(newline):
        return Change(start - width, end - width, newline + content.removesuffix(newline))
    return change if content else Change(start - width, end - width, "")


def _draft(source: Source, action: Action) -> Draft:
    given = checked(action)
    return REWRITES[action.name].function(action.name)(source, **given)


def checked(action: Action) -> dict[str, object]:
    """The arguments of a rewrite, each of its kind. Raises ``Refusal`` for one that is not known in this program."""
    rewrite = REWRITES[action.name]
    unknown = action.arguments.keys() - rewrite.arguments.keys()
    if unknown:
        raise TypeError(f"{action.name} takes no argument {sorted(unknown)[0]!r}")
    given: dict[str, object] = {}
    for name, argument in rewrite.arguments.items():
        value = action.arguments.get(name)
        if value is None and not argument.optional:
            if name in action.arguments:  # the fact is unknown in this program
                raise Refusal(f"it is not known here what `{name}` is")
            raise TypeError(f"{action.name} needs {name!r}")
        if value is not None:
            given[name] = _argument(f"{action.name}.{name}", argument, value)
    return given


def _argument(label: str, argument: Argument, value: object) -> object:
    match argument.kind:
        case "place" if isinstance(value, Place):
            return value
        case "places":
            many = (value,) if isinstance(value, Place) else value
            if isinstance(many, list | tuple) and all(isinstance(each, Place) for each in many):
                return tuple(sorted(many, key=order))
        case "backbone" if type(value).__name__ == "Backbone":
            return value
        case "text" if isinstance(value, str | bool | int | float):
            return str(value)
        case "texts":
            words = (value,) if isinstance(value, str) else value
            if isinstance(words, list | tuple | set | frozenset) and all(isinstance(word, str) for word in words):
                return tuple(sorted(words))
    raise TypeError(f"{label} is no {argument.kind}: {value!r}")


def _origin(actions: Sequence[Action]) -> tuple[str, int | None]:
    """The path of the file in which all actions happen, and a cell where it is a notebook."""
    places = places_of(actions)
    if len({place.path for place in places}) > 1:
        raise Refusal("its rewrites stand in different files")
    return (places[0].path, places[0].cell) if places else ("", None)
