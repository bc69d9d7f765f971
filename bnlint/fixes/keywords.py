"""Rewrites of a call's keyword arguments: add one, set one, remove some, move one to another call."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import TypeGuard

from bnlint.fixes.calls import Argument, CallSite, call_site, confirm, names
from bnlint.fixes.edits import Change, Draft, Refusal
from bnlint.fixes.names import Names
from bnlint.fixes.source import Source
from bnlint.graph.places import Place


def add_argument(source: Source, *, call: Place, name: str, value: str) -> Draft:
    """``base(x)`` becomes ``base(x, training=False)``; on a line of its own where the other arguments have theirs.

    Goes before a closing ``**kwargs``, which may hold the same name: the fix drops a level then. Refuses where the
    call has the keyword.
    """
    site = call_site(source, call)
    if site.argument(name) is not None:
        raise Refusal(f"`{name}` is given already")
    return _added(site, name, value)


def set_argument(source: Source, *, call: Sequence[Place], name: str, value: str, position: str | None = None) -> Draft:
    """``momentum=0.1`` becomes ``momentum=0.9``; added, as by :func:`add_argument`, to a call that does not have it.

    ``BatchNormalization(-1, 0.1)`` becomes ``BatchNormalization(-1, 0.9)`` where ``position`` is 1. Refuses where an
    argument with a star may stand there. The fix drops a level where the old value holds a comment.
    """
    index = None if position is None else int(position)
    return merged(_set(call_site(source, each), name, value, index) for each in call)


def remove_arguments(source: Source, *, call: Place, names: Sequence[str]) -> Draft:
    """``ResNet50(weights=None, layers=layers)`` becomes ``ResNet50(weights=None)``; imports stay as they are.

    Names that the call does not have are passed over. The comment behind a removed argument goes with it, and the fix
    drops a level.
    """
    return removed(call_site(source, call), names)


def move_arguments(source: Source, *, call: Place, names: Sequence[str], to: Place) -> Draft:
    """``fit(…, layers=L)`` and ``ResNet50(…)`` become ``fit(…)`` and ``ResNet50(…, layers=L)``.

    A value must mean the same at both calls: a constant, or a name that one import binds. Refuses where the other
    call has the keyword.
    """
    giver, taker = call_site(source, call), call_site(source, to)
    there = []
    for name in names:
        argument = giver.argument(name)
        if argument is None:
            continue
        if taker.argument(name) is not None:
            raise Refusal(f"`{name}` is given already")
        value = giver.text(argument.value, argument.end)
        if "\n" in value or "\r" in value:
            raise Refusal(f"the value of `{name}` runs over several lines")
        _same_meaning(source, value, taker)
        there.append(_added(taker, name, value))
    return merged([*there, removed(giver, names)])


def name_argument(source: Source, *, call: Place, name: str) -> Draft:
    """``ImageDataGenerator(f)`` becomes ``ImageDataGenerator(preprocessing_function=f)``.

    Refuses where the call has other positional arguments than the first, or the keyword.
    """
    site = call_site(source, call)
    positional = [argument for argument in site.arguments if argument.name is None and argument.star != "**"]
    if len(positional) != 1 or positional[0].star or site.bare_generator:
        raise Refusal("it does not have one positional argument")
    if site.argument(name) is not None:
        raise Refusal(f"`{name}` is given already")
    at = positional[0].value
    return Draft(confirm(site, [Change(at, at, f"{name}=")], [name, *names(site)[1:]]))


def replaced(site: CallSite, old: str, name: str, value: str) -> Draft:
    """The draft that puts one keyword argument in the place of another."""
    present = site.argument(old)
    if present is None:
        raise Refusal(f"`{old}` is not given by keyword")
    if site.argument(name) is not None:
        raise Refusal(f"`{name}` is given already")
    loses = "a comment inside the old value" if _commented(site, present.start, present.end) else None
    after = [name if each == old else each for each in names(site)]
    return Draft(confirm(site, [Change(present.start, present.end, f"{name}={value}")], after), loses)


def merged(drafts: Iterable[Draft]) -> Draft:
    """Several drafts as one."""
    every = list(drafts)
    changes = tuple(change for draft in every for change in draft.changes)
    return Draft(changes, next((draft.loses for draft in every if draft.loses), None))


def removed(site: CallSite, unwanted: Sequence[str]) -> Draft:
    """The draft that takes keyword arguments out of a call, with their commas."""
    arguments = site.arguments
    chosen = [argument.name in unwanted for argument in arguments]
    changes: list[Change] = []
    index = 0
    while index < len(arguments):
        stop = index
        while stop < len(arguments) and chosen[stop]:
            stop += 1
        if stop > index:
            changes += _without(site, index, stop - 1)
        index = max(stop, index + 1)
    lost = any(_commented(site, change.start, change.end) for change in changes)
    kept = [argument.name for argument, gone in zip(arguments, chosen, strict=True) if not gone]
    return Draft(confirm(site, changes, kept), "the comment beside a removed argument" if lost else None)


def _set(site: CallSite, name: str, value: str, position: int | None) -> Draft:
    present = site.argument(name) or (_positional(site, name, position) if position is not None else None)
    if present is None:
        return _added(site, name, value)
    loses = "a comment inside the old value" if _commented(site, present.value, present.end) else None
    return Draft(confirm(site, [Change(present.value, present.end, value)], names(site)), loses)


def _positional(site: CallSite, name: str, position: int) -> Argument | None:
    """The positional argument of that number, if there is one."""
    positional = [argument for argument in site.arguments if argument.name is None and argument.star != "**"]
    if any(argument.star for argument in positional[: position + 1]):
        raise Refusal(f"an argument with a star may hold `{name}`")
    return positional[position] if position < len(positional) else None


def _added(site: CallSite, name: str, value: str) -> Draft:
    arguments = site.arguments
    text = f"{name}={value}"
    doubles = next((index for index, argument in enumerate(arguments) if argument.star == "**"), None)
    expected = names(site)
    loses = None
    if not arguments:
        changes = [Change(site.opening + 1, site.opening + 1, text)]
        position = 0
    elif doubles is not None:
        before = arguments[doubles]
        apart = _line_break(site, doubles) or " "
        changes = [Change(before.start, before.start, f"{text},{apart}")]
        loses = f"the certainty that `**` does not bring a second `{name}`"
        position = doubles
    else:
        changes = _appended(site, text)
        position = len(arguments)
    return Draft(confirm(site, changes, [*expected[:position], name, *expected[position:]]), loses)


def _appended(site: CallSite, text: str) -> list[Change]:
    """The changes that put an argument behind the last one."""
    last = site.arguments[-1]
    if site.bare_generator:
        return [Change(last.start, last.start, "("), Change(last.end, last.end, f"), {text}")]
    apart = _line_break(site, len(site.arguments) - 1)
    if apart is None:
        return [Change(last.end, last.end, f", {text}")]
    line_end = site.source.line_end(site.source.line_of(last.stop))
    if site.closing <= line_end:  # `)` follows on the same line
        return [Change(last.end, last.end, f",{apart}{text}")]
    # A comment behind the last argument stays on its line.
    if last.comma is not None:
        return [Change(line_end, line_end, f"{apart}{text},")]
    return [Change(last.end, last.end, ","), Change(line_end, line_end, f"{apart}{text}")]


def _line_break(site: CallSite, index: int) -> str | None:
    """The line end and indentation for one more argument, where every argument has a line of its own."""
    arguments = site.arguments
    lines = [site.source.line_of(argument.start) for argument in arguments]
    opening = site.source.line_of(site.opening)
    if len(set(lines)) < len(lines) or not site.own_line(arguments[index].start):
        return None
    if len(lines) == 1 and lines[0] == opening:
        return None
    return site.source.newline + site.source.indent(arguments[index].start)


def _without(site: CallSite, first: int, last: int) -> list[Change]:
    """The changes that take out neighbours: whole lines where they stand alone on them, else up to the next comma."""
    arguments, source = site.arguments, site.source
    before = arguments[first - 1] if first else None
    after = arguments[last + 1] if last + 1 < len(arguments) else None
    start, stop = arguments[first].start, arguments[last].stop
    if before is not None and after is None and not _commented(site, before.end, start):
        end = arguments[last].end
        comment = _comment_behind(site, end, stop)
        # A comment behind them would seem to speak of the argument before: it goes too.
        return [Change(before.end, end, ""), *comment] if comment else [Change(before.end, end, "")]
    line = source.line_of(stop)
    rest = source.text[stop : source.line_end(line)].strip()
    if site.own_line(start) and (not rest or rest.startswith("#")) and line < len(source.starts):
        return [Change(source.starts[source.line_of(start) - 1], source.starts[line], "")]
    if after is not None and (before is None or site.own_line(start)):
        return [Change(start, after.start, "")]
    if before is None:
        return [Change(start, stop, "")]
    if after is None:  # a comment stands between: the comma before it goes, the comment stays
        assert before.comma is not None
        return [Change(before.comma, before.comma + 1, ""), Change(start, arguments[last].end, "")]
    return [Change(before.end, arguments[last].end, "")]


def _comment_behind(site: CallSite, end: int, stop: int) -> list[Change]:
    """The removal of a comment on the line of the last argument, behind its comma."""
    line_end = site.source.line_end(site.source.line_of(stop))
    gap = site.text(stop, line_end)
    if site.closing <= line_end or not gap.lstrip().startswith("#"):
        return []
    return [Change(stop, line_end, "")]


def _commented(site: CallSite, start: int, end: int) -> bool:
    """Whether a comment stands between two offsets of the call."""
    if "#" not in site.text(start, end):
        return False
    strings = [site.source.bounds(node) for node in ast.walk(site.node) if _string(node)]
    position = site.source.text.find("#", start, end)
    while position >= 0:
        if not any(low <= position < high for low, high in strings):
            return True
        position = site.source.text.find("#", position + 1, end)
    return False


def _string(node: ast.AST) -> TypeGuard[ast.JoinedStr | ast.Constant]:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _same_meaning(source: Source, value: str, taker: CallSite) -> None:
    seen = Names(source, taker.start)
    for node in ast.walk(ast.parse(value, mode="eval")):
        if isinstance(node, ast.Name) and seen.path(node.id) is None:
            raise Refusal(f"`{node.id}` may mean something else at the other call")
