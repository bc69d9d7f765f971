"""BN900 and BN902: what to say of a program that Python cannot read, and of a model that bnlint cannot."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from bnlint.files import lines
from bnlint.files.reading import Undecodable
from bnlint.findings import Finding
from bnlint.graph.places import Place

if TYPE_CHECKING:
    from bnlint.files.notebooks import BadCell, NoNotebook

CODE, NAME = "BN900", "unreadable-source"

_PYTHON_2 = re.compile(
    r"Missing parentheses in call to '(print|exec)'"
    r"|leading zeros in decimal integer literals"
    r"|multiple exception types must be parenthesized"
    r"|invalid (decimal|hexadecimal|octal) literal"
)
_PYTHON_2_LINE = re.compile(
    r"^\s*(print\s+[\"'\w%]|exec\s+[\"'\w]|except\s+[\w.]+\s*,\s*\w+\s*:|raise\s+[\w.]+\s*,)|<>|`[^`]+`"
)

_PYTHON_2_HANDLER = re.compile(r"^\s*except\s+[\w.]+\s*,\s*([a-z_]\w*)\s*:")
"""What Python 3.14 reads as two types is, with a name that nothing has given to a type, an old handler."""
_GRAMMAR = re.compile(r"invalid syntax|expected |f-string|unmatched|multiple exception types")
"""What Python says of syntax that it does not know; of a wrong program in known syntax it says more."""

_NEWER = (
    (re.compile(r"^\s*except\s*\*"), "`except*`", (3, 11)),
    (re.compile(r"^\s*type\s+\w+\s*(\[|=)"), "the `type` statement", (3, 12)),
    (re.compile(r"^\s*(async\s+)?(def|class)\s+\w+\s*\["), "type parameters", (3, 12)),
    (re.compile(r"^\s*except\s+[\w.]+\s*,"), "`except` with several types and no parentheses", (3, 14)),
    (re.compile(r"(?<![\w\"'])[rR]?[tT][rR]?(\"|')"), "template strings", (3, 14)),
    (re.compile(r"(?<![\w\"'])[rR]?[fF][rR]?(\"|')"), "this kind of f-string", (3, 12)),
)


def unreadable_source(error: SyntaxError | RecursionError | MemoryError, text: str, path: str) -> Finding:
    """The finding for a program that Python's parser refuses, or that is nested beyond what it can hold."""
    if not isinstance(error, SyntaxError):
        return _finding(path, 1, 1, "nested too deeply to be read", "Split the deepest expression into several.")
    line = max(error.lineno or 1, 1)
    all_lines = lines.split(text)
    written = all_lines[line - 1] if line <= len(all_lines) else ""
    column = min(max(error.offset or 1, 1), len(written) + 1)
    said = (error.msg or "invalid syntax").strip()
    if "too many nested" in said or "too complex" in said or "stack overflow" in said:
        return _finding(path, line, column, f"nested too deeply to be read: {said}", "")
    newer = None if _handles_as_python_2(text, written) else _newer_syntax(text, written, said)
    if newer:
        return _finding(path, line, column, *newer)
    if _PYTHON_2.search(said) or _PYTHON_2_LINE.search(written):
        return _finding(
            path,
            line,
            column,
            f"this is Python 2: {said}",
            "bnlint reads Python 3; `2to3` or `futurize` can convert it.",
        )
    return _finding(path, line, column, f"not valid Python: {said}", "")


def undecodable(error: Undecodable, path: str) -> Finding:
    """The finding for bytes that are no Python source."""
    return _finding(path, error.line, 1, f"this file {error}" if not str(error).startswith("byte") else str(error), "")


def cell(bad: BadCell, path: str) -> Finding:
    """The finding for a cell of a notebook that Python's parser refuses; the other cells are read without it."""
    finding = unreadable_source(bad.error, bad.text, path)
    advice = finding.advice or "The notebook was read without this cell."
    return replace(finding, place=finding.place._replace(cell=bad.number), advice=advice)


def no_notebook(error: NoNotebook, path: str) -> Finding:
    """The finding for a file that is no notebook; it stands in the file itself, not in a cell."""
    return _finding(path, error.line, error.column, f"this file {error}", "")


def unreadable_model(error: Exception, path: str, advice: str = "") -> Finding:
    """The finding for a file that is no model, a damaged one, or one that asks for more than any model needs."""
    place = Place(path, 0, 0, 0, 0, None, "")
    return Finding("BN902", "unreadable-model", "error", f"not a model that can be read: {error}", place, advice=advice)


def _finding(path: str, line: int, column: int, message: str, advice: str) -> Finding:
    place = Place(path, line, column, line, column + 1)
    return Finding(CODE, NAME, "error", message, place, advice=advice)


def _handles_as_python_2(text: str, written: str) -> bool:
    handler = _PYTHON_2_HANDLER.match(written)
    if handler is None:
        return False
    name = re.escape(handler[1])
    return re.search(rf"^[ \t]*((from|import)\b.*\b{name}\b|class[ \t]+{name}\b|{name}[ \t]*=)", text, re.M) is None


def _newer_syntax(text: str, written: str, said: str) -> tuple[str, str] | None:
    """What to say where the running Python is older than the program: libcst's own parser knows later syntax."""
    if not _GRAMMAR.match(said):
        return None
    import libcst

    try:
        libcst.parse_module(text)
    except Exception:  # refused there too, in whatever way: then the program is at fault
        return None
    running = "{}.{}".format(*sys.version_info)
    for pattern, name, since in _NEWER:
        if since > sys.version_info[:2] and pattern.search(written):
            needed = "{}.{}".format(*since)
            return (
                f"{name} came with Python {needed}, and bnlint runs on Python {running}",
                f"Run bnlint on Python {needed} or later.",
            )
    return (
        f"its syntax is newer than Python {running}, on which bnlint runs",
        f"Run bnlint on a Python later than {running}.",
    )
