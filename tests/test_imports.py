"""What a program that uses Keras, with nothing to report, makes bnlint import. (tests/test_start.py has the others.)"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FORBIDDEN = {"importlib.metadata", "libcst", "multiprocessing", "pathspec", "pygments", "rich", "yaml"}
FORBIDDEN |= {"jax", "keras", "numpy", "tensorflow", "tf_keras", "torch"}

NOTHING_TO_REPORT = """\
import keras

base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
base.trainable = False
inputs = keras.Input(shape=(224, 224, 3))
model = keras.Model(inputs, keras.layers.Dense(5)(base(inputs, training=False)))
model.compile(optimizer="adam", loss="mse")
model.fit(x_train, y_train, epochs=3)
"""

RUN = """\
import json, sys
from bnlint.cli import main
status = main(sys.argv[1:])
print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)
"""


def run(*arguments: str) -> tuple[int, set[str]]:
    """The exit status of bnlint with these arguments, and the modules that the process has imported."""
    done = subprocess.run([sys.executable, "-c", RUN, *arguments], capture_output=True, text=True)
    status, modules = json.loads(done.stderr.splitlines()[-1])
    return status, set(modules)


@pytest.mark.parametrize("output", ["full", "concise", "json"])
def test_nothing_heavy(output: str, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(NOTHING_TO_REPORT)
    run("--isolated", str(script))  # a checkout compiles its rules once
    status, modules = run("--isolated", "--output-format", output, str(script))
    assert status == 0
    assert "bnlint.interpreter" in modules
    assert modules & FORBIDDEN == set()
