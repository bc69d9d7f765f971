from __future__ import annotations

import re
from itertools import product

import pytest

from bnlint import remedies
from bnlint.probe.report import Compared, Interval
from bnlint.probe.verdict import (
    BATCHES,
    BROKEN,
    DEPENDS,
    HEALTHY,
    NONE,
    OPEN,
    ROWS,
    SAME,
    SHIFT,
    STALE,
    UNCLEAR,
    UNKNOWN,
    WORSE,
    Seen,
    company,
    gap,
    judged,
)


@pytest.mark.parametrize(
    ("seen", "verdict", "suffers"),
    [
        (Seen(), HEALTHY, False),
        (Seen(large=WORSE, statistics="far"), STALE, True),
        (Seen(large=WORSE, statistics="narrow"), STALE, True),
        (Seen(statistics="far"), SHIFT, False),
        (Seen(large=WORSE), BATCHES, True),
        (Seen(small=WORSE), BATCHES, True),
        (Seen(small=WORSE, large=WORSE, statistics="far"), BATCHES, True),
        (Seen(statistics="narrow"), BATCHES, False),
        (Seen(large=UNCLEAR), OPEN, False),
        (Seen(large=UNCLEAR, statistics="far"), OPEN, False),
        (Seen(large=UNKNOWN, small=UNKNOWN), OPEN, False),
        (Seen(large=UNKNOWN, small=UNKNOWN, statistics="far"), OPEN, False),
        (Seen(enough=False, large=WORSE, small=WORSE, statistics="far"), OPEN, False),
        (Seen(skilled=False, statistics="far"), OPEN, False),
        (Seen(skilled=False), HEALTHY, False),
        (Seen(skilled=False, large=WORSE, statistics="far"), STALE, True),
        (Seen(steady=False, large=WORSE, statistics="far"), DEPENDS, True),
        (Seen(enough=False, steady=False), DEPENDS, True),
        (Seen(steady=False, statistics="broken"), BROKEN, True),
        (Seen(layers=False, large=UNKNOWN, small=UNKNOWN), NONE, False),
    ],
)
def test_the_table(seen: Seen, verdict: str, suffers: bool) -> None:
    row = judged(seen)
    assert (row.verdict, row.suffers) == (verdict, suffers)


def test_every_row_is_reached_and_everything_has_one() -> None:
    flags = (True, False)
    states = (WORSE, SAME, UNCLEAR, UNKNOWN)
    statistics = ("near", "far", "narrow", "broken")
    every = [Seen(*values) for values in product(flags, flags, statistics, flags, flags, states, states)]
    assert {id(judged(seen)) for seen in every} == {id(row) for row in ROWS}


def test_conditions_name_what_is_seen() -> None:
    for row in ROWS:
        for key, values in row.when.items():
            assert hasattr(Seen(), key)
            assert values


def compared(inference: float, low: float, value: float, high: float) -> Compared:
    return Compared("loss", Interval(inference, 0, 0), Interval(inference - value, 0, 0), Interval(value, low, high))


@pytest.mark.parametrize(
    ("found", "chance", "said"),
    [
        (compared(1.0, 0.4, 0.5, 0.6), 1.4, WORSE),
        (compared(1.0, -0.1, 0.0, 0.1), 1.4, SAME),
        (compared(1.0, -0.6, -0.5, -0.4), 1.4, SAME),
        (compared(1.0, -0.2, 0.5, 1.2), 1.4, UNCLEAR),
        (compared(1.0, 0.05, 0.10, 0.14), 1.4, SAME),  # surely a gap, and less than 15 % of the loss
        (compared(0.020, 0.009, 0.010, 0.011), 1.4, SAME),  # half of the loss, and nothing beside that of chance
        (compared(float("nan"), float("nan"), float("nan"), float("nan")), 1.4, UNCLEAR),
        (None, 1.4, UNKNOWN),
    ],
)
def test_a_gap_is_large_beside_the_loss_and_beside_chance(found: Compared | None, chance: float, said: str) -> None:
    assert gap(found, chance) == said


def test_batches_as_given_must_do_better_than_both() -> None:
    better, alike, open_ = compared(1, 0.4, 0.5, 0.6), compared(1, -0.1, 0, 0.1), compared(1, -0.2, 0.5, 1.2)
    assert company(better, better, 1.4) == WORSE
    assert company(better, alike, 1.4) == company(alike, better, 1.4) == SAME
    assert company(better, open_, 1.4) == UNCLEAR
    assert company(None, None, 1.4) == UNKNOWN


def test_remedies_that_are_named_exist() -> None:
    named = {name for row in ROWS for step in row.instead for name in re.findall(r"bnlint\.remedies\.(\w+)", step)}
    assert {"recalibrate", "freeze_batch_norm"} <= named <= set(remedies.__all__)
