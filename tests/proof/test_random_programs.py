"""Programs drawn at random, run on the Kerases of the test environment, and compared with what bnlint says of them."""

from __future__ import annotations

import sys

import pytest

from proof.judging import Tally, tally
from proof.observers import Observer
from proof.programs.dialects import KERAS_2, KERAS_3, Dialect
from proof.samples import chunk
from proof.shrinking import smallest

CHUNKS = range(1, 3)
"""A part of the sample that the long run observed."""


@pytest.mark.tensorflow
@pytest.mark.parametrize("number", CHUNKS)
@pytest.mark.parametrize("dialect", [KERAS_3, KERAS_2], ids=lambda dialect: dialect.name)
def test_what_bnlint_says_is_what_keras_does(dialect: Dialect, number: int) -> None:
    pytest.importorskip(dialect.api.partition(".")[0], reason="pip install -e '.[keras]' brings the Kerases")
    found = Tally()
    with Observer(sys.executable, dialect.api) as observer:
        for program in chunk(dialect, number):
            record = {"text": program.text, "shapes": sorted(program.shapes), **observer.observe(program.text)}
            found.add(tally(record, dialect.target))
        assert found.events > 50
        assert found.verdicts["unknown"] <= 0.2 * found.events
        if found.disagreements:
            first = found.disagreements[0]
            pytest.fail(
                f"{len(found.disagreements)} of {found.events} fits; line {first.line} is {first.verdict}: "
                f"{first.detail}\n{first.text}\nthe smallest such program:\n{smallest(dialect, number, observer)}"
            )
