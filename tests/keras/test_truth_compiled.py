"""The truth table that is shipped, against the measurements in the repository that it is compiled from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bnlint.keras.releases import CHAINS
from bnlint.keras.truth import measured
from tools.compile_truth import merged, questions

MEASUREMENTS = sorted((Path(__file__).resolve().parents[2] / "tools/measurements/semantics").glob("*.json"))


@pytest.mark.parametrize("path", MEASUREMENTS, ids=lambda path: path.stem)
def test_what_was_measured_is_what_is_shipped(path: Path) -> None:
    for column, answers in json.loads(path.read_text(encoding="utf-8")).items():
        shipped: dict[str, dict[str, Any]] = measured(column)
        assert {
            f"{question} {case}": (shipped.get(question, {}).get(case), fact)
            for question, cases in questions(answers).items()
            for case, fact in cases.items()
            if shipped.get(question, {}).get(case) != fact
        } == {}


def test_a_measurement_is_named_by_its_column() -> None:
    columns = {column for chain in CHAINS.values() for _, column in chain}
    assert MEASUREMENTS
    for path in MEASUREMENTS:
        assert list(json.loads(path.read_text(encoding="utf-8"))) == [path.stem]
        assert path.stem in columns


def test_a_case_that_was_not_measured_stays(tmp_path: Path) -> None:
    path = tmp_path / "keras.json"
    path.write_text(json.dumps({"q01": {"flat": "M--", "nested": "M--"}, "q99": {"": "missing"}}), encoding="utf-8")
    assert merged(path, questions({"meta": {"api": "keras"}, "q01": {"flat": {"code": "B--"}}})) == {
        "q01": {"flat": "B--", "nested": "M--"},
        "q99": {"": "missing"},
    }
