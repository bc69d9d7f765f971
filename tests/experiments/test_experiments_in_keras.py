"""An experiment runs from data to figures, in both Kerases and with the layer of TensorFlow 1."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.experiments.__main__ import named
from benchmarks.experiments.intervals import verdict
from benchmarks.experiments.records import Bound, read

ROOT = Path(__file__).parents[2]


@pytest.mark.tensorflow
def test_an_experiment_in_small(tmp_path: Path) -> None:
    """In a process of its own: which layer `tf.compat.v1` has is settled when TensorFlow is imported."""
    for package in ("sklearn", "tensorflow", "tf_keras"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    command = [sys.executable, "-m", "benchmarks.experiments", "--only", "two_parts", "--seeds", "1", "--quick"]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [*command, "--output", str(tmp_path / "small")], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-2000:]
    result = read(tmp_path / "small" / "two_parts.json")
    assert result.seeds == [0]
    bounds = [claim for claim in named("two_parts").claims if isinstance(claim, Bound)]
    assert [verdict(bound, result) for bound in bounds] == ["reproduced"] * len(bounds)
    assert "# The published experiments" in (tmp_path / "small.md").read_text(encoding="utf-8")
