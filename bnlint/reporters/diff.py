"""``--diff``: what `--fix` would change, in the form that ``patch`` and ``git apply`` take.

Of a saved model it is the config, laid out for people where the file has it on one line, under the names of the file and
of the member that holds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bnlint.files.lines import split_keeping_ends
from bnlint.reporters.style import Style
from bnlint.reports import Report

_COLOURS = {"-": "red", "+": "green", "@": "cyan"}
_LAYER = '"class_name":'
_AROUND = 3

Codes = list[tuple[str, int, int, int, int]]


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
    matcher = SequenceMatcher(None, (), (), autojunk=False)
    matcher.opcodes = _codes(old, new)
    for group in matcher.get_grouped_opcodes(_AROUND):
        first, last = group[0], group[-1]
        yield f"@@ -{first[1] + 1},{last[2] - first[1]} +{first[3] + 1},{last[4] - first[3]} @@\n"
        for tag, start, stop, new_start, new_stop in group:
            if tag == "equal":
                yield from (f" {line}" for line in old[start:stop])
                continue
            yield from (f"-{line}" for line in old[start:stop])
            yield from (f"+{line}" for line in new[new_start:new_stop])


def _laid_out(config: str) -> list[str]:
    """The lines of a config; of one that is a single line, those of the same data with a value on each."""
    if "\n" in config.strip():
        return split_keeping_ends(config)
    return split_keeping_ends(json.dumps(json.loads(config), indent=2, ensure_ascii=config.isascii()) + "\n")


def _codes(old: Sequence[str], new: Sequence[str]) -> Codes:
    """What happened to which lines, found out for each layer by itself: for all at once it would take minutes."""
    parts, new_parts = _parts(old), _parts(new)
    if len(parts) != len(new_parts):
        parts, new_parts = [0, len(old)], [0, len(new)]
    codes: Codes = []
    for index in range(len(parts) - 1):
        at, new_at = parts[index], new_parts[index]
        one, other = old[at : parts[index + 1]], new[new_at : new_parts[index + 1]]
        found = [("equal", 0, len(one), 0, len(other))]
        if one != other:
            found = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
        for tag, start, stop, new_start, new_stop in found:
            code = (tag, at + start, at + stop, new_at + new_start, new_at + new_stop)
            if codes and tag == "equal" == codes[-1][0]:
                code = (tag, codes[-1][1], code[2], codes[-1][3], code[4])
                codes.pop()
            codes.append(code)
    return codes


def _parts(lines: Sequence[str]) -> list[int]:
    return [0, *(index for index, line in enumerate(lines) if _LAYER in line), len(lines)]
