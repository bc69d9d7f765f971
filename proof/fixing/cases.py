"""The programs: one YAML file a rule, with what real Keras must do before the fix and after it.

A file has ``rule``, ``claim`` (what the fix promises, in one sentence), ``pieces`` and ``programs``. A program has:

``name``; ``under``, the environments or groups of them; ``safety`` of the fix; ``settings`` of bnlint; ``quick``, for
those that run in CI; ``text``, in which ``<<name>>`` stands for a piece and a line ``import keras`` for the
environment's Keras; and ``before`` and ``after``:

- ``raises``: the name of the exception; without it the program must run to its end
- ``prints``: lines that it must print
- a number: what holds of the event of that number, from 0: names of layers in ``moves`` (their moving statistics
  changed), ``trains`` (their other weights had a gradient), ``active`` (Dropout that dropped) and ``drift`` (their
  statistics changed since the event before); ``momentum`` by layer, ``pace`` for that by which the statistics move,
  whatever the attribute says; ``loss``: *same*, *differs* or *free*

All that ``after`` does not speak of must be as it was before. ``unlike: false`` is for a fix that changes nothing in
the run at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from proof.environments import ENVIRONMENTS, Environment

PROGRAMS = Path(__file__).parent / "programs"
PIECES = Path(__file__).parent / "pieces.yaml"
IMPORTS = {"keras": "import keras", "tf.keras": "from tensorflow import keras", "tf_keras": "import tf_keras as keras"}

GROUPS: dict[str, tuple[str, ...]] = {
    "keras 3": ("keras-3.15", "keras-3.12", "keras-3.3", "keras-3.0"),
    "tf 2.1 to 2.15": ("tf_keras-2.21", "tf-2.15", "tf-2.11", "tf-2.8", "tf-2.4", "tf-2.3", "tf-2.2", "tf-2.1"),
    "tf 2.3 to 2.15": ("tf_keras-2.21", "tf-2.15", "tf-2.11", "tf-2.8", "tf-2.4", "tf-2.3"),
    "graphs": ("tf-1.15", "keras-2.3", "keras-2.2", "keras-2.1.6", "keras-2.1.2"),
    "standalone": ("keras-2.3", "keras-2.2", "keras-2.1.6", "keras-2.1.2"),
}


class Case(NamedTuple):
    """One program with a fault."""

    rule: str
    name: str
    under: tuple[str, ...]
    safety: str
    settings: dict[str, Any]
    text: str
    before: dict[Any, Any]
    after: dict[Any, Any]
    unlike: bool
    quick: bool

    @property
    def key(self) -> str:
        """Its name among all."""
        return f"{self.rule} {self.name}"

    def source(self, environment: Environment) -> str:
        """The program as it is written for an environment's Keras."""
        return re.sub(r"(?m)^import keras$", IMPORTS[environment.api], self.text)


def load(folder: Path = PROGRAMS) -> list[Case]:
    """All programs, by rule."""
    return [case for path in sorted(folder.glob("*.yaml")) for case in _of(path)]


def claims(folder: Path = PROGRAMS) -> dict[str, str]:
    """What the fix of each rule promises."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))]
    return {file["rule"]: " ".join(file["claim"].split()) for file in files if file.get("rule")}


def _of(path: Path) -> Iterator[Case]:
    shared = yaml.safe_load(PIECES.read_text(encoding="utf-8"))["pieces"]
    file = yaml.safe_load(path.read_text(encoding="utf-8"))
    for each in file.get("programs", ()):
        unknown = set(each) - {"name", "under", "safety", "settings", "text", "before", "after", "unlike", "quick"}
        if unknown:
            raise ValueError(f"{path.name}, {each['name']}: what is {sorted(unknown)}?")
        yield Case(
            file["rule"],
            each["name"],
            _names(each["under"]),
            each["safety"],
            each.get("settings") or {},
            _filled(each["text"], {**shared, **(file.get("pieces") or {})}),
            each.get("before") or {},
            each.get("after") or {},
            each.get("unlike", True),
            each.get("quick", False),
        )


def _names(groups: list[str]) -> tuple[str, ...]:
    names = [name for group in groups for name in GROUPS.get(group, (group,))]
    for name in names:
        if name not in ENVIRONMENTS:
            raise ValueError(f"{name} is no environment")
    return tuple(dict.fromkeys(names))


def _filled(text: str, pieces: dict[str, str]) -> str:
    """The text with its pieces, each indented as its mark."""

    def piece(found: re.Match[str]) -> str:
        lines = pieces[found["name"]].rstrip("\n").split("\n")
        return "\n".join(found["indent"] + line if line else line for line in lines)

    return re.sub(r"(?m)^(?P<indent> *)<<(?P<name>[\w ]+)>>$", piece, text)
