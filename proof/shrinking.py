"""The smallest program of a chunk in which bnlint and Keras disagree, found by Hypothesis."""

from __future__ import annotations

from proof.judging import tally
from proof.observers import Observer
from proof.programs.dialects import Dialect
from proof.programs.drafts import Generated
from proof.running import Record
from proof.samples import CHUNK, draw


def smallest(dialect: Dialect, number: int, observer: Observer, size: int = CHUNK) -> str | None:
    """The text of the program, run again while it shrinks; None where the chunk agrees."""
    known: dict[str, Record] = {}
    failing: list[str] = []

    def test(program: Generated) -> None:
        if program.text not in known:
            known[program.text] = {
                "text": program.text, "shapes": [], **observer.try_to_observe(program.text),
            }  # fmt: skip
        if tally(known[program.text], dialect.target).disagreements:
            failing.append(program.text)
            raise AssertionError

    try:
        draw(dialect, number, size, test, shrink=True)
    except AssertionError:
        return failing[-1]
    return None
