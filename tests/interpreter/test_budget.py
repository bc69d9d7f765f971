"""A program that is too large to be followed: nothing is claimed about it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from bnlint import analysis
from bnlint.interpreter.paths import run_paths
from bnlint.interpreter.source import Source
from bnlint.modules import ProjectModules
from tests.interpreter.plain import Plain, paths
from tests.reading import UNKNOWN, rows

LONG = """
import tracker
tracker.log("start")
for i in range(20):
    for j in range(20):
        tracker.log(i * j)
"""


def test_a_program_within_its_budget() -> None:
    found = paths(LONG)
    assert found.complete
    assert len(found.paths[0].events) == 401


def test_a_program_beyond_its_budget_is_incomplete() -> None:
    found = paths(LONG, steps=100)
    assert not found.complete
    assert 0 < len(found.paths[0].events) < 401
    (place, reason) = found.paths[0].unknowns[-1]
    assert (place.line in (5, 6, 7), reason) == (True, "the program is too large to be followed further")


def test_a_budget_is_the_same_on_every_machine() -> None:
    first, second = paths(LONG, steps=200), paths(LONG, steps=200)
    assert len(first.paths[0].events) == len(second.paths[0].events)


TRAINING = """
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(features, labels)
    count = 0
    while count < 40:
        count += 1
"""


@pytest.mark.parametrize("steps", [40, 60, 80])
def test_what_a_model_does_before_the_budget_ends_is_not_claimed(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "run_paths", partial(run_paths, steps=steps))
    (row,) = rows(TRAINING)
    assert (row.statistics, row.updated, row.gamma_beta_trained) == UNKNOWN


def test_the_whole_program_is_claimed() -> None:
    assert [row.updated for row in rows(TRAINING)] == [True]


def test_the_budget_ends_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("\n" * 30 + "count = 0\nwhile count < 9:\n    count += 1\n")
    script = tmp_path / "train.py"
    script.write_text("from work import count\nfor i in range(500):\n    print(count)\n")
    source = Source(script.read_text(), str(script))
    ends = set()
    for steps in range(1, 120):
        found = run_paths(source, Plain, steps=steps, modules=ProjectModules(str(script)))
        if not found.complete:
            place, _ = found.paths[0].unknowns[-1]
            ends.add((Path(place.path).name, place.line > 30))
    assert ends == {("train.py", False), ("work.py", True)}


TOO_LARGE = "    while n < 1_000:\n        n += 1\n"
ENTRIES = f"""
import tracker

def first(n=0):
{TOO_LARGE}
def second(n=0):
{TOO_LARGE}
def third(n=0):
    tracker.log("third")
"""


def test_an_entry_that_is_too_large_on_its_only_path_is_not_run_again() -> None:
    shown = [event.values for events in paths(ENTRIES, steps=100).paths[0].entries for event in events]
    assert shown == [("third",)]


def switches(number: int, turns: int) -> str:
    """A program with so many undecided branches that matter, and something to do after them."""
    branches = [f"if args.switch_{each}:\n    tracker.log({each})" for each in range(number)]
    return "\n".join(
        [
            "import argparse, tracker",
            "args = argparse.ArgumentParser().parse_args()",
            *branches,
            "n = 0",
            f"while n < {turns}:\n    n += 1",
        ]
    )


@pytest.mark.parametrize(("steps", "given_up"), [(6_000, 0), (600, 1)])
def test_paths_that_are_by_far_too_many_are_given_up_at_once(steps: int, given_up: int) -> None:
    made: list[Plain] = []

    def make() -> Plain:
        made.append(Plain())
        return made[-1]

    found = run_paths(Source(switches(6, turns=20), "script.py"), make, steps=steps)
    assert found.complete
    assert len(made) - len(found.paths) == given_up
