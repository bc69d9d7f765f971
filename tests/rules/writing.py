"""Small rules and subjects for the tests of the rule language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bnlint.findings import Finding
from bnlint.graph.places import Place
from bnlint.graph.subjects import Program
from bnlint.rules import Catalogue, load
from bnlint.rules.compiling import compile_catalogue

HEAD = """\
code: {code}
name: {name}
summary: A rule of the tests
what: Something shows on the screen.
why: It has a reason.
"""


def written(folder: Path, rule: str, code: str = "TST001", name: str = "tried-out") -> Path:
    """A rule file in a folder, its head filled in."""
    file = folder / f"{code}-{name}.yaml"
    file.write_text(HEAD.format(code=code, name=name) + rule, encoding="utf-8")
    return file


def compiled(folder: Path, rule: str) -> str:
    """The compiled form of a folder with this one rule."""
    written(folder, rule)
    return compile_catalogue(folder)


def catalogue(folder: Path, *rules: str) -> Catalogue:
    """The catalogue with rules TST001, TST002, … in a folder of their own."""
    folder.mkdir(exist_ok=True)
    for number, rule in enumerate(rules, 1):
        written(folder, rule, code=f"TST{number:03}", name=f"tried-out-{number}")
    return load([folder])


def at(line: int, column: int = 1, cell: int | None = None) -> Place:
    """A place of one character."""
    return Place("train.py", line, column, line, column + 1, cell)


def found(rules: Catalogue, subjects: Sequence[Any], each: str = "batch_norm_at_fit") -> list[Finding]:
    """What all rules of the tests say of subjects."""
    codes = {code for code in rules.rules if code.startswith("TST")}
    return rules.match(Program("train.py", subjects={each: tuple(subjects)}), codes)
