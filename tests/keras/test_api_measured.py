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
    paths: Tables = {"keras": {"histories": {"3.12.0": {("layers.Dense",): "d"}, "3.15.1": {("layers.Dense",): "c"}}}}
    for letter, count in [("d", 0), ("c", 0), ("a", 1)]:
        found: Tables = {"keras": {"histories": {"3.14.1": {("layers.Dense",): letter}}}}
        lines = differences("path", paths, found)
        assert len(lines) == count
    assert lines == [
        "keras 3.14.1 path layers.Dense: 3.12.0 was shipped as from attribute and 3.15.1 was shipped as attribute, "
        "measured missing"
    ]


@pytest.mark.parametrize("release", ["3.10.0", "3.12.0", "3.13.0"])
def test_what_is_not_measured_is_no_difference(release: str) -> None:
    name = ("initializers.zeros", "seed")
    known: Table = {"3.9.2": {}, "3.12.0": {name: "-"}}
    found: Tables = {"keras3": {"arguments": {release: {name: "n"}}}}
    assert differences("name", {"keras3": {"arguments": known}}, found) == []
    assert differences("name", found, {"keras3": {"arguments": {release: {}}}}) == []
