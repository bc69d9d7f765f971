"""The fixed sample: programs with what real Keras did in them, kept in the repository. Needs no Keras."""

from __future__ import annotations

from functools import cache

import pytest

from proof import keeping
from proof.flips import apart, column_of, flip_all, is_noticed, reads, verdicts
from proof.programs.dialects import KERAS_2, KERAS_3, Dialect
from proof.running import Record, read

DIALECTS = [KERAS_3, KERAS_2]


@cache
def kept(dialect: Dialect) -> list[Record]:
    return list(read(keeping.FOLDER / f"{dialect.name}.jsonl"))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_nothing_is_wrong_and_no_more_unknown(dialect: Dialect) -> None:
    assert len(kept(dialect)) > 50
    worse = []
    for record in kept(dialect):
        found = verdicts(record, dialect.target)
        if found.wrong or found.open > record["open"]:
            worse.append((found, record["text"]))
    assert worse == []


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_program_that_notices_a_turned_cell_still_does(dialect: Dialect) -> None:
    column = column_of(dialect)
    lost = [
        (cell, record["text"])
        for record in kept(dialect)
        for cell in map(tuple, record["notices"])
        if not is_noticed(record, dialect.target, column, cell)
    ]
    assert lost == []


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_95_of_100_turned_cells_are_noticed(dialect: Dialect) -> None:
    teeth = flip_all(kept(dialect), dialect)
    assert teeth.share >= 0.95, teeth.missed


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_cell_that_is_left_out_can_be_noticed_in_no_event(dialect: Dialect) -> None:
    column = column_of(dialect)
    for cell in apart(dialect):
        programs = [each for each in kept(dialect) if cell in reads(each, dialect.target)]
        assert [each["text"] for each in programs if is_noticed(each, dialect.target, column, cell)] == []
