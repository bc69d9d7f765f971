"""The page of the experiments says what the kept figures say. No framework is needed."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from benchmarks.experiments.__main__ import DOCS, NAMES, named
from benchmarks.experiments.intervals import Interval, T, interval, verdict
from benchmarks.experiments.page import number, page, shown
from benchmarks.experiments.records import Bound, Cell, Claim, Result, collected, read, write

ADVICE = "run python -m benchmarks.experiments --page"


def test_the_page_is_what_the_figures_say() -> None:
    assert DOCS.joinpath("experiments.md").read_text(encoding="utf-8") == page(DOCS / "experiments"), ADVICE


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_has_figures_of_five_seeds_and_a_picture(name: str) -> None:
    result = read(DOCS / "experiments" / f"{name}.json")
    assert len(result.seeds) >= 5
    assert {len(each) for row in result.rows.values() for each in row.values()} == {len(result.seeds)}
    assert all(math.isfinite(figure) for row in result.rows.values() for each in row.values() for figure in each)
    assert (DOCS / "experiments" / f"{name}.svg").stat().st_size < 100_000


@pytest.mark.parametrize("name", NAMES)
def test_claims_and_columns_name_figures_that_were_measured(name: str) -> None:
    experiment, result = named(name), read(DOCS / "experiments" / f"{name}.json")
    for claim in experiment.claims:
        cells = (claim.figure,) if isinstance(claim, Bound) else (claim.larger, claim.smaller)
        assert all(len(result.figures(cell)) for cell in cells)
    assert all(experiment.columns.keys() <= row.keys() for row in result.rows.values())
    assert set(experiment.plotted) <= set(experiment.columns)


def made(**rows: list[float]) -> Result:
    return Result(range(len(next(iter(rows.values())))), {}, 0, {arm: {"accuracy": each} for arm, each in rows.items()})


CLAIM = Claim("the mend is better", Cell("mended", "accuracy"), Cell("plain", "accuracy"))


@pytest.mark.parametrize(
    ("mended", "expected"),
    [
        ([0.95, 0.85, 0.75], "reproduced"),  # by seed always 0.05 more, though the arms' own intervals overlap
        ([0.85, 0.75, 0.65], "the contrary"),
        ([0.95, 0.75, 0.70], "not shown"),
        ([0.90, 0.80, 0.70], "not shown"),  # no difference is no proof of one
    ],
)
def test_a_verdict_is_of_the_paired_differences(mended: list[float], expected: str) -> None:
    assert verdict(CLAIM, made(mended=mended, plain=[0.9, 0.8, 0.7])) == expected


def test_one_seed_shows_nothing() -> None:
    assert verdict(CLAIM, made(mended=[1.0], plain=[0.0])) == "not shown"


def test_a_bound_is_kept_by_every_seed() -> None:
    bound = Bound("equal", Cell("split", "accuracy"), 1e-6)
    assert verdict(bound, made(split=[0, 1e-6])) == "reproduced"
    assert verdict(bound, made(split=[0, 1.1e-6])) == "the contrary"


def test_intervals_are_student_s() -> None:
    # Five figures: 2.776 standard errors.
    found = interval([1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.mean == 3
    assert found.half == pytest.approx(2.776 * math.sqrt(2.5 / 5))
    assert (found.low, found.high) == (3 - found.half, 3 + found.half)
    assert sorted(T, reverse=True) == list(T)


def test_figures_are_readable() -> None:
    assert [number(each) for each in (288.0, 0.0, 3.2e-8, 0.12345, 12.345, 1234.0)] == [
        "288", "0", "3.2e-08", "0.123", "12.3", "1,234",
    ]  # fmt: skip
    assert shown(Interval(0.5, 0.01)) == "0.500 ± 0.010"
    assert shown(Interval(288, 0)) == "288"


def test_results_survive_their_file(tmp_path: Path) -> None:
    rows = collected({0: {"plain": {"loss": 1.0}}, 1: {"plain": {"loss": 1 / 3}}})
    result = Result([0, 1], {"keras": "3.15.1"}, 61.4, rows)
    write(result, tmp_path / "some.json")
    assert json.loads((tmp_path / "some.json").read_text())["rows"] == {"plain": {"loss": [1.0, 0.333333]}}
    assert read(tmp_path / "some.json").rows == rows
