"""Old words and reused optimizers in real Keras: the flagged program raises what the rule says, the mended one runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bnlint import engine
from bnlint.settings import Settings

TARGET = "keras==3.15"

REUSED = """\
import numpy as np
import keras

x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")
inputs = keras.Input((4,))
first = keras.layers.Dense(3)
model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.BatchNormalization()(first(inputs))))
first.trainable = False
optimizer = keras.optimizers.SGD(1e-2)
model.compile(optimizer, "mse")
model.fit(x, y, verbose=0)
first.trainable = True
model.compile(optimizer, "mse")
model.fit(x, y, verbose=0)
"""
IMPORTED = """\
from keras.layers.normalization import BatchNormalization
from keras.models import Sequential

Sequential([BatchNormalization()])
"""
RATED = """\
import keras

model = keras.Sequential([keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(lr=1e-2), "mse")
"""
RENORMALIZED = """\
import keras

keras.Sequential([keras.layers.BatchNormalization(fused=True)])
"""


@pytest.fixture(scope="module", params=["BN309", "BN304 path", "BN304 argument", "BN305"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """The error that a rule stands for, and what the program and the mended one say when they run."""
    program, error = {
        "BN309": (REUSED, "Unknown variable"),
        "BN304 path": (IMPORTED, "No module named 'keras.layers.normalization'"),
        "BN304 argument": (RATED, "lr"),
        "BN305": (RENORMALIZED, "fused"),
    }[request.param]
    code = request.param.partition(" ")[0]
    settings = Settings(select=(code,), target=TARGET, target_source="test", unsafe_fixes=True)
    report = engine.lint_text(program, "train.py", settings)
    assert [(finding.code, finding.severity) for finding in report.findings] == [(code, "error")]
    mended = engine.mend_text(program, "train.py", settings)
    folder = tmp_path_factory.mktemp(code)
    return error, _run(folder, program), _run(folder, mended.text)


def _run(folder: Path, program: str) -> str:
    """What a program says on its error output."""
    (folder / "train.py").write_text(program)
    done = subprocess.run([sys.executable, "train.py"], capture_output=True, text=True, cwd=folder, timeout=300)
    return "" if done.returncode == 0 else done.stderr


@pytest.mark.tensorflow
def test_the_flagged_program_raises_and_the_mended_one_runs(told: tuple[str, str, str]) -> None:
    error, before, after = told
    assert error in before
    assert after == ""
