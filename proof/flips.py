"""Whether the proof has teeth: each cell of the truth table is turned round, and some program must contradict it.

A cell counts that the analysis of some program reads, but for those that no event can contradict (:func:`apart`).
Turned round is a code in all its parts (``BUT`` becomes ``M--``), a flag, a number; a call that raises trains, and one
that does not raises nothing and does the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from unittest import mock

from bnlint.keras import truth
from bnlint.keras.releases import Release, Target
from bnlint.keras.semantics import Behaviour
from proof.judging import tally
from proof.programs.dialects import Dialect
from proof.running import Record

Cell = tuple[str, str]
"""A question and a case."""
CODE = re.compile(r"[BM?][U-][Tgb-](,[BM?][U-][Tgb-])*")
OPPOSITES = {"B": "M", "M": "B", "?": "B", "U": "-", "T": "-", "g": "-", "b": "-"}
OF_FILES: tuple[Cell, ...] = (
    ("q37_weight_files", "weights_h5__nested_even__all_frozen_after_saving"),
    ("q37_weight_files", "weights_h5__nested_even__norms_frozen_after_saving"),
)
"""Which arrays a file gives back: events tell of weights whether they moved, not which they are."""
OF_MOMENTA: tuple[Cell, ...] = (
    ("q18_momentum", "between_fits_other_batch_size"),
    ("q18_momentum", "between_step_and_fit"),
)
"""What a trace holds on to. Where ``compile`` has read all flags that is the momentum alone, and events tell of it what
the attribute says."""
OF_STEPS: tuple[Cell, ...] = (
    ("q18_momentum", "between_steps"),
    ("q18_momentum", "between_fits_run_eagerly"),
)
"""Whether each step heeds a momentum that was set: here, too, events tell what the attribute says."""
OTHER_MOMENTUM = {"0.5": "0.99"}
"""The questions set 0.5 on layers that were made with 0.99."""


def turned(fact: Any) -> Any:
    """The opposite of a fact, of the same form."""
    if isinstance(fact, bool):
        return not fact
    if isinstance(fact, (int, float)):
        return fact + 1 if isinstance(fact, int) else 0.25
    if isinstance(fact, list):
        return [turned(each) for each in fact]
    if isinstance(fact, dict):
        return {key: turned(value) for key, value in fact.items()}
    if isinstance(fact, str) and fact.startswith("!"):
        return "BUT"
    if isinstance(fact, str) and CODE.match(fact):
        code, at, momentum = fact.partition("@")
        return ",".join(map(_turned_code, code.split(","))) + at + (momentum and OTHER_MOMENTUM.get(momentum, "0.5"))
    return {"exists": "!ImportError"}.get(fact, "first step replaces" if "plain" in str(fact) else "plain")


def _turned_code(code: str) -> str:
    statistics, updated, trained = code[0], code[1], code[2]
    return OPPOSITES[statistics] + ("-" if updated == "U" else "U") + ("T" if trained == "-" else "-")


def _error(fact: Any) -> Any:
    """A call that raises, where it did not."""
    return fact if isinstance(fact, str) and fact.startswith("!") else "!TypeError"


@contextmanager
def flipped(column: str, cell: Cell, wrong: Callable[[Any], Any] = turned) -> Iterator[None]:
    """The truth table with something wrong in one cell of a column."""
    cases = truth.measured(column)[cell[0]]
    kept = cases[cell[1]]
    cases[cell[1]] = wrong(kept)
    try:
        yield
    finally:
        cases[cell[1]] = kept


def reads(record: Record, target: str) -> set[Cell]:
    """The cells that the analysis of a program asks for."""
    asked: set[Cell] = set()
    answer = truth._answer

    def recording(release: Any, question: str, case: str, read: Any) -> Any:
        asked.add((question, case))
        return answer(release, question, case, read)

    with mock.patch.object(truth, "_answer", recording):
        tally(record, target)
    return asked


class Verdicts(NamedTuple):
    """How far a program's verdicts are from what is wished for."""

    wrong: int
    open: int


def verdicts(record: Record, target: str) -> Verdicts:
    """Those of one program, on trainings and on predictions."""
    found = tally(record, target)
    return Verdicts(len(found.disagreements), found.verdicts["unknown"] + found.predictions["unknown"])


def is_noticed(record: Record, target: str, column: str, cell: Cell) -> bool:
    """Whether a program is judged worse with the cell turned round: contradicted, or no longer exact where it was."""
    usual = verdicts(record, target)
    for wrong in (turned, _error):
        with flipped(column, cell, wrong):
            if verdicts(record, target) > usual:
                return True
    return False


@dataclass
class Teeth:
    """Which cells some program reads, and which of them no program notices when they are turned round."""

    noticed: list[Cell] = field(default_factory=list)
    missed: list[Cell] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of cells that are noticed."""
        return len(self.noticed) / max(1, len(self.noticed) + len(self.missed))


def column_of(dialect: Dialect) -> str:
    """The column of the truth table that a dialect is; there must be one that was measured on just this release."""
    return _release(dialect).columns[0]


def _release(dialect: Dialect) -> Release:
    release = Target.parse(dialect.target).release(dialect.api)
    assert release is not None and len(release.columns) == 1
    return release


def apart(dialect: Dialect) -> tuple[Cell, ...]:
    """Cells that no event can contradict, so that no program can notice them.

    They are measured anew on the Keras that is installed (``tests/keras/test_truth_measured.py``), and what is made of
    them runs there before and after its fix (``test_weight_files_in_keras.py``, ``test_statistics_in_keras.py``, the
    programs of BN506 and BN209).
    """
    behaviour = Behaviour(_release(dialect))
    early = behaviour.updates_read_at == behaviour.weights_read_at == "compile"
    return OF_FILES + OF_STEPS + (OF_MOMENTA if early else ())


def readers(records: Iterable[Record], dialect: Dialect) -> dict[Cell, list[Record]]:
    """The programs whose analysis reads a measured cell, those that bnlint is wrong about left out.

    Cells that are :func:`apart` are none of these.
    """
    column, left_out = column_of(dialect), apart(dialect)
    found: dict[Cell, list[Record]] = {}
    for record in records:
        if "broken" in record or tally(record, dialect.target).disagreements:
            continue
        for cell in reads(record, dialect.target):
            if cell not in left_out and cell[1] in truth.measured(column).get(cell[0], {}):
                found.setdefault(cell, []).append(record)
    return found


def flip_all(records: Iterable[Record], dialect: Dialect) -> Teeth:
    """Turns round each cell that the analysis of some program reads, and has those programs judged again."""
    column, teeth = column_of(dialect), Teeth()
    for cell, programs in sorted(readers(records, dialect).items()):
        noticed = any(is_noticed(each, dialect.target, column, cell) for each in programs)
        (teeth.noticed if noticed else teeth.missed).append(cell)
    return teeth
