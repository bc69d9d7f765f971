"""BN506 in real Keras: what the program loads before and after the fix."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bnlint import engine
from bnlint.settings import Settings

PROGRAM = """\
import numpy as np
import {package} as keras

layers = keras.layers
inner = keras.Sequential([keras.Input((5,)), layers.BatchNormalization(), layers.BatchNormalization()])
inputs = keras.Input((5,))
model = keras.Model(inputs, layers.Dense(3)(inner(inputs)))
inner.set_weights([np.full(5, number + 1.0) for number in range(8)])
model.save{weights}("{file}")
inner.trainable = False
model.load_weights("{file}")
print([float(layer.moving_mean[0]) for layer in inner.layers])
"""


def moving_means(program: str, folder: Path) -> str:
    """What a program prints, or the exception that it ends with, or that its weights are not those it was given."""
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("package", "target", "weights", "file"),
    [("tf_keras", "tf_keras==2.21", "_weights", "w.h5"), ("keras", "keras==3.15", "", "m.h5")],
)
def test_arrays_are_mixed_before_the_fix_and_not_after_it(
    package: str, target: str, weights: str, file: str, tmp_path: Path
) -> None:
    program = PROGRAM.format(package=package, weights=weights, file=file)
    settings = Settings(select=("BN506",), target=target)
    assert [finding.code for finding in engine.lint_text(program, "train.py", settings).findings] == ["BN506"]
    mended = engine.mend_text(program, "train.py", settings).text
    assert mended != program
    before, after = moving_means(program, tmp_path), moving_means(mended, tmp_path)
    assert after == moving_means(program.replace("inner.trainable = False\n", ""), tmp_path)
    assert after.startswith("[")
    assert before != after
