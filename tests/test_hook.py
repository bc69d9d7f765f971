"""The pre-commit hooks, installed from this checkout into a repository of somebody's own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = (".pre-commit-hooks.yaml", "LICENSE", "README.md", "bnlint", "hatch_build.py", "pyproject.toml", "rules")

RISKY = """\
import tensorflow as tf

base = tf.keras.applications.ResNet50(include_top=False, weights="imagenet", input_shape=(160, 160, 3))
base.trainable = False

inputs = tf.keras.Input(shape=(160, 160, 3))
features = base(inputs)
outputs = tf.keras.layers.Dense(2, activation="softmax")(tf.keras.layers.GlobalAveragePooling2D()(features))
model = tf.keras.Model(inputs, outputs)

images = tf.keras.utils.image_dataset_from_directory("pictures", image_size=(160, 160), label_mode="categorical")
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(images, epochs=5)
"""

pytestmark = pytest.mark.hook


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *identity, *arguments], cwd=folder, text=True, capture_output=True)


def commit_all(folder: Path) -> str:
    assert git(folder, "init", "-q").returncode == 0
    assert git(folder, "add", "--all").returncode == 0
    made = git(folder, "commit", "-q", "-m", "all")
    assert made.returncode == 0, made.stderr
    return git(folder, "rev-parse", "HEAD").stdout.strip()


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A git repository with what this checkout holds now, committed or not, and its revision."""
    copy = tmp_path_factory.mktemp("bnlint")
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    return copy, commit_all(copy)


@pytest.fixture
def project(tmp_path: Path, hooks: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that uses both hooks, with a risky script about to be committed."""
    repository, revision = hooks
    monkeypatch.setenv("PRE_COMMIT_HOME", str(repository.parent / "pre-commit"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {repository}\n  rev: {revision}\n  hooks:\n"
        "  - {id: bnlint}\n  - {id: bnlint-fix, stages: [manual]}\n"
    )
    commit_all(folder)
    installed = subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"], cwd=folder, text=True, capture_output=True
    )
    assert installed.returncode == 0, installed.stderr
    (folder / "train.py").write_text(RISKY)
    assert git(folder, "add", "train.py").returncode == 0
    return folder


def run_hook(project: Path, hook: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", "run", hook, "--hook-stage", "manual"]
    return subprocess.run(command, cwd=project, text=True, capture_output=True)


def test_a_risky_script_is_refused_then_mended_then_accepted(project: Path) -> None:
    refused = git(project, "commit", "-m", "train")
    assert refused.returncode == 1
    assert "train.py:7" in refused.stderr and "BN101" in refused.stderr, refused.stderr
    assert git(project, "ls-tree", "HEAD", "train.py").stdout == ""

    mended = run_hook(project, "bnlint-fix")
    assert mended.returncode == 1 and "files were modified by this hook" in mended.stdout, mended.stdout
    assert (project / "train.py").read_text() == RISKY.replace("base(inputs)", "base(inputs, training=False)")

    assert git(project, "add", "train.py").returncode == 0
    accepted = git(project, "commit", "-m", "train")
    assert accepted.returncode == 0, accepted.stderr
    assert git(project, "ls-tree", "HEAD", "train.py").stdout != ""


def test_a_risky_notebook_is_mended_and_keeps_every_other_byte(project: Path) -> None:
    first, second = RISKY.split("inputs =", 1)
    cells = [
        {"source": ["# Größe"], "metadata": {}, "cell_type": "markdown"},
        {"outputs": [], "execution_count": 1, "source": first.splitlines(True), "metadata": {}, "cell_type": "code"},
        {"outputs": [], "execution_count": 2, "source": f"inputs ={second}", "metadata": {}, "cell_type": "code"},
    ]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}, ensure_ascii=False)
    git(project, "rm", "-q", "--cached", "train.py")
    (project / "train.ipynb").write_bytes(text.encode())
    assert git(project, "add", "train.ipynb").returncode == 0

    refused = git(project, "commit", "-m", "train")
    assert refused.returncode == 1
    assert "train.ipynb:cell 3:2" in refused.stderr and "BN101" in refused.stderr, refused.stderr

    mended = run_hook(project, "bnlint-fix")
    assert mended.returncode == 1 and "files were modified by this hook" in mended.stdout, mended.stdout
    expected = text.replace("base(inputs)", "base(inputs, training=False)")
    assert (project / "train.ipynb").read_bytes() == expected.encode()

    assert git(project, "add", "train.ipynb").returncode == 0
    accepted = git(project, "commit", "-m", "train")
    assert accepted.returncode == 0, accepted.stderr
