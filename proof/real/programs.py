"""The list of public programs: where each comes from, what it was run on, and what came of it.

None of the sources is kept here. ``SOURCES/<owner>+<name>/<path>`` is the file at the commit that the list names.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bnlint.files import cells, notebooks, reading


@dataclass
class Program:
    """One script or notebook; ``stage`` is what its stand-ins cannot see, ``runs`` what came of it by target."""

    repository: str
    commit: str
    path: str
    on: list[str]
    stage: dict[str, Any] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The repository and the path."""
        return f"{self.repository}/{self.path}"

    def root(self, sources: Path) -> Path:
        """Where its repository lies."""
        return sources / self.repository.replace("/", "+")

    def file(self, sources: Path) -> Path:
        """Where it lies."""
        return self.root(sources) / self.path

    def key(self, target: str) -> str:
        """A file name for its run on a target."""
        return hashlib.sha256(f"{self.name} {self.commit} {target} {self.stage}".encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Text:
    """What is run and what is read by bnlint; of a notebook the cell and line of each line."""

    code: str
    cells: tuple[tuple[int, int], ...] | None = None


def text_of(file: Path) -> Text:
    """The program in a script or a notebook, as bnlint reads it."""
    data = file.read_bytes()
    if file.suffix == ".ipynb":
        program = notebooks.read(data).program
        return Text(program, tuple(cells.origins(program)))
    return Text(reading.decode(data).text)


def load(path: Path) -> list[Program]:
    """The programs of a list."""
    return [Program(**each) for each in json.loads(path.read_text(encoding="utf-8"))["programs"]]


def save(path: Path, programs: list[Program]) -> None:
    """Writes a list, in the order of its names."""
    ordered = sorted(programs, key=lambda program: (program.repository.lower(), program.path))
    text = json.dumps({"programs": [asdict(each) for each in ordered]}, indent=1, ensure_ascii=False)
    part = path.with_name(path.name + ".part")
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(path)
