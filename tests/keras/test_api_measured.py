"""The history of the API that is shipped, against the Keras of the test environment: measured anew, name by name."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.compare_api import Tables, changed, differences, neighbours, tables
from tools.compile_api import Table

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.mark.tensorflow
def test_the_installed_packages_have_what_the_history_says(tmp_path: Path) -> None:
    if importlib.util.find_spec("keras") is None:
        pytest.skip("keras is not installed")
    out = tmp_path / "measured.json"
    script = [sys.executable, str(TOOLS / "measure_api.py"), str(out)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=2400)
    assert done.returncode == 0, done.stderr[-4000:]
    measurement = json.loads(out.read_text(encoding="utf-8"))
    assert all(tables(measurement))
    found = changed(measurement)
    assert not found, "\n".join(
        ["The installed packages are not what the history of the API says:", *found, "See tools/README.md."]
    )


def test_a_removed_argument_is_a_readable_difference() -> None:
    shipped: Tables = {"keras3": {"arguments": {"3.15.1": {("layers.BatchNormalization", "renorm"): "y"}}}}
    found: Tables = {"keras3": {"arguments": {"3.16.0": {("layers.BatchNormalization", "renorm"): "n"}}}}
    assert differences("name", shipped, found) == [
        "keras3 3.16.0 name layers.BatchNormalization renorm: 3.15.1 was shipped as taken, measured refused"
    ]


def test_a_removed_path_is_a_readable_difference() -> None:
    shipped: Tables = {"keras": {"histories": {"3.15.1": {("layers.Dense",): "d"}}}}
    found: Tables = {"keras": {"histories": {"3.15.1": {("layers.Dense",): "c"}}}}
    assert differences("path", shipped, found) == [
        "keras 3.15.1 path layers.Dense: 3.15.1 was shipped as from attribute, measured attribute"
    ]
    found["keras"]["histories"]["3.15.1"] = {("layers.Dense",): "a"}
    assert differences("path", shipped, found)[0].endswith("measured missing")


def test_a_release_between_two_is_held_against_both() -> None:
    known: Table = {
        "3.9.2": {("layers.Dense",): "y"},
        "3.12.0": {("layers.Dense",): "n"},
        "3.15.1": {("layers.Dense",): "y"},
    }
    assert neighbours("3.14.1", known) == ["3.12.0", "3.15.1"]
    assert neighbours("3.15.1", known) == ["3.15.1"]
    assert neighbours("3.16.0", known) == ["3.15.1"]
    for letter, count in [("y", 0), ("n", 0), ("k", 1)]:
        found: Tables = {"keras3": {"methods": {"3.14.1": {("layers.Dense",): letter}}}}
        if letter == "k":
            found["keras3"]["methods"]["3.14.1"] = {}
        lines = differences("name", {"keras3": {"methods": known}}, found)
        assert len(lines) == count
    assert lines == [
        "keras3 3.14.1 name layers.Dense: 3.12.0 was shipped as missing and 3.15.1 was shipped as there, "
        "measured not measured"
    ]


def test_what_neither_neighbour_answers_is_no_claim() -> None:
    known: Table = {"3.9.2": {}, "3.12.0": {("initializers.zeros", "seed"): "-"}}
    found: Tables = {"keras3": {"arguments": {"3.10.0": {("initializers.zeros", "seed"): "n"}}}}
    assert differences("name", {"keras3": {"arguments": known}}, found) == []
    newer: Tables = {"keras3": {"arguments": {"3.13.0": {("initializers.zeros", "seed"): "n"}}}}
    assert len(differences("name", {"keras3": {"arguments": known}}, newer)) == 1
