"""What the cells of a notebook install: ``!pip install tensorflow==2.10``."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping

from bnlint.targets.pins import Pin
from bnlint.targets.requirements import NAMES, conda_requirement, from_file, requirement

_INSTALL = re.compile(
    r"(?:^|[;&|(]|&&|\bsudo\b|\bthen\b)\s*(?:sudo\s+(?:-\w+\s+)*)?[!%]*\s*(?:sudo\s+(?:-\w+\s+)*)?(?:uv\s+)?"
    r"(?:[\"']?[{$\w./-]*(?:python|executable)[\w.}]*[\"']?\s+-m\s+)?"
    r"(?P<tool>pip[\d.]*|conda|mamba)\s+(?:-\S+\s+)*install\s+(?P<rest>.*)"
)
_SHELL_CELL = re.compile(r"\s*%%(?:bash|sh|script|system|!)\b")
_COLAB = re.compile(r"\s*%tensorflow_version\s+(\d)")
_STARTS_COMMAND = re.compile(r"\s*(?:[!%]|pip[\d.]*\s|conda\s|mamba\s)")
WITH_VALUE = frozenset(
    "-f --find-links -i --index-url --extra-index-url --trusted-host -t --target --prefix --root -n --name --proxy "
    "-p --channel --python -e --editable --progress-bar --no-binary --only-binary".split()
)
"""Options that are followed by a word of their own."""
COLAB_WITH_TENSORFLOW_1 = "==1.15.*"


def pins(cells: Mapping[int, str], path: str) -> list[Pin]:
    """What a notebook installs, for each package the last command that does; ``cells`` are its code cells by number."""
    last: dict[str, Pin] = {}
    for cell, text in cells.items():
        if not NAMES.search(text.encode("utf-8", "replace")) and "install" not in text:
            continue
        for pin in _of_cell(text, path, cell):
            if pin.says_something:
                last[pin.package] = pin
    return list(last.values())


def _of_cell(text: str, path: str, cell: int) -> Iterator[Pin]:
    shell = _SHELL_CELL.match(text) is not None
    for number, line in _logical_lines(text):
        colab = _COLAB.match(line)
        if colab is not None and colab[1] == "1":
            yield Pin("tensorflow", COLAB_WITH_TENSORFLOW_1, path, number, cell)
        elif shell or _STARTS_COMMAND.match(line):
            yield from _of_line(line, path, number, cell)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines, those joined that a backslash continues, each with the number of its first."""
    waiting, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        first = first if waiting else number
        if line.rstrip().endswith("\\"):
            waiting += line.rstrip()[:-1] + " "
            continue
        yield first, waiting + line
        waiting = ""
    if waiting:
        yield first, waiting


def _of_line(line: str, path: str, number: int, cell: int) -> Iterator[Pin]:
    if line.lstrip().startswith("#"):
        return
    for part in re.split(r"&&|\|\||;(?=\s|[!%a-z])", line):
        match = _INSTALL.search(part)
        if match is not None:
            yield from _of_command(match["tool"], _words(match["rest"]), path, number, cell)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split(" #", maxsplit=1)[0].replace('"', "").replace("'", "").split()


def _of_command(tool: str, words: list[str], path: str, number: int, cell: int) -> Iterator[Pin]:
    upgrades = any(word in ("-U", "--upgrade") or re.fullmatch(r"-[a-z]*U[a-z]*", word) for word in words)
    reader = requirement if tool.startswith("pip") else conda_requirement
    waiting = iter(words)
    for word in waiting:
        if word in ("-r", "--requirement", "-c", "--constraint"):
            included = next(waiting, "")
            yield from from_file(os.path.normpath(os.path.join(os.path.dirname(path), included)))
        elif word in WITH_VALUE:
            next(waiting, None)
        elif word in (">", ">>", "|", "2>", "&>"):
            return
        elif not word.startswith("-"):
            found = reader(word)
            if found is not None:
                yield Pin(found.package, found.wanted, path, number, cell, newest=upgrades and not found.wanted)
