"""Saved models against real Keras: what is said of a file, and what `fit` of the loaded model does."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bnlint import engine, saved
from bnlint.files.discovery import Found
from bnlint.reports import Report
from bnlint.settings import Settings

SCRIPT = Path(__file__).with_name("saved_constellations.py")
APIS = ("keras", "tf_keras")
SPEAK_OF_UPDATES = {"BN102", "BN103", "BN505"}
MOST_UNKNOWN = 2
"""Of 132 layers: a layer enabled inside a model that is frozen as a whole, of which Keras 3 itself is not sure."""


class Real:
    """What the installed Keras did with the files in a folder."""

    def __init__(self, api: str, folder: Path) -> None:
        done = subprocess.run([sys.executable, SCRIPT, api, folder], capture_output=True, text=True, timeout=1200)
        assert done.returncode == 0, done.stderr[-4000:]
        answer = json.loads(done.stdout)
        self.folder, self.files = folder, answer["files"]
        self.target = f"{api}=={'.'.join(answer['version'].split('.')[:2])}"

    def report(self, name: str, **settings: Any) -> Report:
        """What bnlint says of a file."""
        asked = Settings(target=self.target, target_source="test", **settings)
        return saved.lint_model(Found(os.fspath(self.folder / name), asked, named=True), engine.Task(facts=True))


@pytest.fixture(scope="module", params=APIS)
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Real:
    if importlib.util.find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return Real(request.param, tmp_path_factory.mktemp(request.param))


@pytest.mark.tensorflow
def test_what_is_said_of_each_layer_is_what_fit_does(real: Real) -> None:
    wrong, unknown = [], 0
    for name, did in real.files.items():
        report = real.report(name)
        assert report.program is not None
        assert report.program.model is not None
        rows = {row.location: row for row in report.program.model.batch_norm}
        assert rows.keys() == did["layers"].keys()
        for location, (moved, trained) in did["layers"].items():
            row = rows[location]
            said = row.updated, row.gamma_beta_trained
            unknown += None in said
            if row.updated not in (None, moved) or row.gamma_beta_trained not in (None, trained):
                wrong.append((name, location, said, (moved, trained)))
    assert wrong == []
    assert unknown <= MOST_UNKNOWN
    assert len(real.files) == 52


@pytest.mark.tensorflow
def test_a_rule_that_speaks_of_updates_is_right_about_them(real: Real) -> None:
    spoken: Counter[str] = Counter()
    for name, did in real.files.items():
        report = real.report(name, training_samples=8, batch_size=8)
        for finding in report.findings:
            if finding.code in SPEAK_OF_UPDATES:
                location = finding.place.location or ""
                about = [moved for layer, (moved, _) in did["layers"].items() if layer.startswith(location)]
                assert any(about), (name, finding.code, location)
                spoken[finding.code] += 1
    assert spoken["BN102"] >= 4
    assert spoken["BN505"] >= 20
    assert (spoken["BN103"] > 0) is (real.target.startswith("keras"))


@pytest.mark.tensorflow
def test_every_training_false_that_fit_overrides_is_found(real: Real) -> None:
    for name, did in real.files.items():
        if "training_false" in name:
            inside = [moved for layer, (moved, _) in did["layers"].items() if layer != "head_bn"]
            codes = {finding.code for finding in real.report(name).findings}
            assert ("BN103" in codes) is any(inside), name


@pytest.mark.tensorflow
def test_a_prediction_that_moves_statistics_is_an_error_of_bn111(real: Real) -> None:
    for name, did in real.files.items():
        severities = [each.severity for each in real.report(name).findings if each.code == "BN111"]
        assert (severities == ["error"]) is any(did["predict"].values()), name
