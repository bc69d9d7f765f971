"""What a run imports, seen in a fresh process: on a clean path nothing heavy, and TensorFlow never."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"importlib.metadata", "libcst", "multiprocessing", "pathspec", "pygments", "rich", "tempfile", "yaml"}
FRAMEWORKS = {"jax", "keras", "numpy", "tensorflow", "tf_keras", "torch"}

NO_KERAS = """\
import csv

with open("scores.csv") as file:
    print(sum(float(row["score"]) for row in csv.DictReader(file)))
"""

NOTHING_TO_SAY = """\
import keras

model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x_train, y_train, epochs=3)
"""

FROZEN = """\
import keras

base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
base.trainable = False
inputs = keras.Input(shape=(224, 224, 3))
model = keras.Model(inputs, keras.layers.Dense(5)(base(inputs)))
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


@pytest.mark.parametrize("program", [NO_KERAS, NOTHING_TO_SAY])
@pytest.mark.parametrize("output", ["full", "concise", "json"])
def test_a_clean_file_imports_nothing_heavy(program: str, output: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(program)
    run("--isolated", str(script))  # a checkout compiles its rules once
    status, modules = run("--isolated", "--output-format", output, str(script))
    assert status == 0
    assert modules & (HEAVY | FRAMEWORKS) == set()


def test_a_file_without_keras_is_not_even_parsed(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(NO_KERAS)
    _, modules = run("--isolated", str(script))
    assert modules & {"ast", "bnlint.analysis", "bnlint.interpreter", "immutables"} == set()


def test_findings_alone_need_no_libcst_and_a_fix_does(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(FROZEN)
    status, modules = run("--isolated", "--output-format", "concise", str(script))
    assert status == 1
    assert modules & ({"libcst", "multiprocessing", "rich", "pathspec"} | FRAMEWORKS) == set()
    status, modules = run("--isolated", "--fix", str(script))
    assert status == 0
    assert "libcst" in modules and modules & FRAMEWORKS == set()


def test_a_folder_is_searched_without_a_framework(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("old/\n")
    (tmp_path / "train.py").write_text(FROZEN)
    _, modules = run("--isolated", str(tmp_path))
    assert modules & FRAMEWORKS == set()
