"""BN504 on folders that real Keras has exported: it speaks where, and only where, an answer hangs on the batch."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

import bnlint
from bnlint.saved_models.reading import read

SCRIPT = Path(__file__).with_name("saved_exports.py")
LAYERS = {
    "forced_images": {"last"},
    "forced_rows": {"bn"},
    "called_images": {"inner", "last"},
    "called_rows": {"bn"},
}


@pytest.mark.tensorflow
@pytest.mark.parametrize("api", ["keras", "tf_keras"])
def test_exports_in_training_mode(api: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(api) is None:
        pytest.skip(f"{api} is not installed")
    done = subprocess.run([sys.executable, SCRIPT, api, tmp_path], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    answers = json.loads(done.stdout.splitlines()[-1])
    assert set(answers.values()) == {True, False}
    for name, hangs in answers.items():
        path = str(tmp_path / name)
        found = [each for each in bnlint.lint_model(path, target=f"{api}=={newest(api)}") if each.code == "BN504"]
        assert bool(found) is hangs, name
        served = read(path).serving
        assert served, name
        assert {each.layer for each in served if each.by_batch} == LAYERS.get(name, set()) or name == "called_steps"
        if name == "called_steps":
            assert "for 1 BatchNorm layer:" in found[0].message or "runs 1 BatchNorm layer " in found[0].message


def newest(api: str) -> str:
    return "3.15" if api == "keras" else "2.21"
