from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.files.libraries import is_of_library
from tests.conftest import Run
from tests.stand_ins import RISKY


def package(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "__init__.py").touch()
    return folder


@pytest.mark.parametrize(
    ("packages", "file"),
    [
        (["keras", "keras/src", "keras/src/layers"], "keras/src/layers/dense.py"),
        (["keras", "keras/layers"], "keras/layers/dense_test.py"),
        (["tensorflow", "tensorflow/python", "tensorflow/python/keras"], "tensorflow/python/keras/models.py"),
        (["site-packages/tf_keras", "site-packages/tf_keras/src"], "site-packages/tf_keras/__init__.py"),
    ],
)
def test_files_of_keras_itself(tmp_path: Path, packages: list[str], file: str) -> None:
    assert is_of_library(str(package(tmp_path, *packages) / file))


@pytest.mark.parametrize(
    ("packages", "file"),
    [
        (["keras", "keras/src"], "guides/transfer_learning.py"),
        (["keras"], "keras/train.py"),
        (["examples", "examples/keras"], "examples/keras/train.py"),
        (["keras_contrib", "keras_contrib/layers"], "keras_contrib/layers/crf.py"),
        ([], "src/keras/layers/train.py"),
    ],
)
def test_files_of_programs(tmp_path: Path, packages: list[str], file: str) -> None:
    assert not is_of_library(str(package(tmp_path, *packages) / file))


def test_keras_is_no_program_on_keras(run: Run, tmp_path: Path) -> None:
    package(tmp_path, "keras", "keras/src")
    for file in ("keras/src/training.py", "train.py"):
        (tmp_path / file).write_text(RISKY)
    assert "train.py:7:" in run("train.py", "--isolated", "--output-format", "concise").out
    assert run("keras/src/training.py", "--isolated").status == 0
