"""``--diff``: what `--fix` would change, in the form that ``patch`` and ``git apply`` take.

Of a saved model it is the config, laid out for people where the file has it on one line, under the names of the file
and of the member that holds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from bnlint.files.lines import split_keeping_ends
from bnlint.reporters.style import Style
from bnlint.reports import Report

_COLOURS = {"-": "red", "+": "green", "@": "cyan"}
_LAYER = '"class_name":'
_AROUND = 3

Run = tuple[int, int, int, int]
"""Lines of the old text that others of the new one stand for: from, to, from, to."""


def render(report: Report, style: Style) -> Iterator[str]:
    """The unified difference of one file in pieces that carry their own line ends; nothing where nothing changes."""
    if report.text == report.original:
        return
    path = report.path.replace("\\", "/")
    for index, line in enumerate(_of_config(report, path) if report.config is not None else _of_text(report, path)):
        body = line.rstrip("\r\n")
        end = line[len(body) :] or "\n\\ No newline at end of file\n"
        colour = "bold" if index < 2 else _COLOURS.get(line[:1])
        yield (style.paint(body, colour) if colour else body) + end


def _of_text(report: Report, path: str) -> Iterator[str]:
    from difflib import unified_diff

    return unified_diff(split_keeping_ends(report.original), split_keeping_ends(report.text), path, path)


def _of_config(report: Report, path: str) -> Iterator[str]:
    """The changed hunks of a config. It has a layer after the other, whose number and order no fix changes."""
    assert report.config is not None
    name = f"{path}:{report.config.member}" if report.config.member else path
    old, new = _laid_out(report.original), _laid_out(report.text)
    yield from (f"--- {name}\n", f"+++ {name}\n")
    for group in _groups(_changed(old, new)):
        at, new_at = max(group[0][0] - _AROUND, 0), group[0][2] - min(_AROUND, group[0][0])
        stop = min(group[-1][1] + _AROUND, len(old))
        yield f"@@ -{at + 1},{stop - at} +{new_at + 1},{group[-1][3] + stop - group[-1][1] - new_at} @@\n"
        for first, last, new_first, new_last in group:
            yield from (f" {line}" for line in old[at:first])
            yield from (f"-{line}" for line in old[first:last])
            yield from (f"+{line}" for line in new[new_first:new_last])
            at = last
        yield from (f" {line}" for line in old[at:stop])


def _laid_out(config: str) -> list[str]:
    """The lines of a config; of one that is a single line, those of the same data with a value on each."""
    if "\n" in config.strip():
        return split_keeping_ends(config)
    return split_keeping_ends(json.dumps(json.loads(config), indent=2, ensure_ascii=config.isascii()) + "\n")


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Run]:
    """The lines that differ, found out for each layer by itself: for all at once it would take minutes."""
    parts, new_parts = _parts(old), _parts(new)
    if len(parts) != len(new_parts):
        parts, new_parts = [0, len(old)], [0, len(new)]
    for (at, stop), (new_at, new_stop) in zip(pairwise(parts), pairwise(new_parts), strict=True):
        one, other = old[at:stop], new[new_at:new_stop]
        if one != other:
            for tag, first, last, new_first, new_last in SequenceMatcher(None, one, other, False).get_opcodes():
                if tag != "equal":
                    yield at + first, at + last, new_at + new_first, new_at + new_last


def _groups(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Runs that are shown together, since the lines around them meet."""
    group: list[Run] = []
    for run in runs:
        if group and run[0] - group[-1][1] > 2 * _AROUND:
            yield group
            group = []
        group.append(run)
    if group:
        yield group


def _parts(lines: Sequence[str]) -> list[int]:
    return [0, *(index for index, line in enumerate(lines) if _LAYER in line), len(lines)]
