"""The numbers of the published schedule."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.remedies import Ramp


@pytest.mark.parametrize(
    ("step", "rmax", "dmax"),
    [
        (0, 1, 0),
        (4_999, 1, 0),
        (5_000, 1, 0),
        (15_000, 1 + 2 * 10 / 35, 2.5),
        (25_000, 1 + 2 * 20 / 35, 5),
        (40_000, 3, 5),
        (100_000, 3, 5),
    ],
)
def test_the_limits_are_those_of_the_paper(step: int, rmax: float, dmax: float) -> None:
    limits = Ramp().at(step)
    assert (limits.rmax, limits.dmax) == pytest.approx((rmax, dmax), abs=1e-12)
    assert limits.rmin == pytest.approx(1 / rmax)


def test_the_page_has_these_numbers() -> None:
    page = (Path(__file__).parents[2] / "docs" / "remedies.md").read_text(encoding="utf-8")
    found = {
        line.split("|")[1].split(":")[0].strip(): line.split("|")[2:-1] for line in page.splitlines() if "max: " in line
    }
    limits = [Ramp().at(step) for step in (5_000, 15_000, 25_000, 40_000)]
    for name in ("rmax", "dmax"):
        assert [float(cell) for cell in found[name]] == [round(getattr(each, name), 2) for each in limits]


@pytest.mark.parametrize("wrong", [{"start": 50_000}, {"rmax": 0.5}, {"dmax": -1}, {"start": -1}, {"dmax_at": 5_000}])
def test_a_ramp_that_goes_backwards_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="the limits open from"):
        Ramp(**wrong)
