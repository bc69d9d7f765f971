"""The fixed sample: a few of the observed programs, kept in the repository, which together notice each turned cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from proof.flips import Cell, column_of, is_noticed, readers, verdicts
from proof.programs.dialects import Dialect
from proof.running import Record

FOLDER = Path(__file__).parent / "kept"
NOTICING = 2
"""So many programs are kept for each cell, where there are as many."""
TRIED = 3000
"""So many readers of a cell are asked, the shortest first."""


def choose(records: Sequence[Record], dialect: Dialect) -> Iterator[tuple[Record, Cell | None]]:
    """Programs that notice each cell, with the cell, and besides one of each shape; the shortest are preferred."""
    column = column_of(dialect)
    records = sorted((each for each in records if "broken" not in each and each["events"]), key=_length)
    shapes: set[str] = set()
    for cell, programs in sorted(readers(records, dialect).items()):
        found = 0
        for program in programs[:TRIED]:
            if found < NOTICING and is_noticed(program, dialect.target, column, cell):
                found += 1
                shapes.update(program["shapes"])
                yield program, cell
    for program in records:
        if not shapes.issuperset(program["shapes"]):
            shapes.update(program["shapes"])
            yield program, None


def _length(record: Record) -> int:
    return len(record["text"])


def keep(records: Sequence[Record], dialect: Dialect) -> Path:
    """Writes the fixed sample of a dialect: ``notices`` are cells, ``open`` how many verdicts are unknown."""
    kept: dict[str, Record] = {}
    for program, cell in choose(records, dialect):
        row = kept.setdefault(
            program["text"], {**program, "notices": [], "open": verdicts(program, dialect.target).open}
        )
        if cell is not None:
            row["notices"].append(list(cell))
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{dialect.name}.jsonl"
    rows = [{key: row[key] for key in sorted(row) if key not in ("id", "chunk", "seconds")} for row in kept.values()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
