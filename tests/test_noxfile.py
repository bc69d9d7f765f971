"""The sessions for old releases: their table names what exists."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox
import pytest

import noxfile
from bnlint.keras.releases import Target
from bnlint.keras.truth import DATA
from noxfile import RELEASES, STEPS, Release
from proof.programs.dialects import DIALECTS

ROOT = Path(noxfile.__file__).parent
RELEASE = [pytest.param(release, id=release.name) for release in RELEASES]


@pytest.mark.parametrize("release", RELEASE)
def test_a_session_installs_what_its_target_says(release: Release) -> None:
    framework, _, version = release.target.partition("+")[0].partition("==")
    names = {"tensorflow": ("tensorflow", "tensorflow-cpu"), "keras": ("keras",)}[framework]
    assert {f"{name}=={version}" for name in names} & set(release.requirements.split())


@pytest.mark.parametrize("release", RELEASE)
def test_its_column_answers_for_its_target(release: Release) -> None:
    found = Target.parse(release.target).release("tf.keras" if release.api == "tf.keras" else "keras")
    assert found is not None
    if release.column is not None:
        assert found.columns == (release.column,)
        assert Path(DATA, f"{release.column}.json").exists()
    else:
        assert len(found.columns) != 1


def test_the_releases_of_the_table_have_sessions() -> None:
    assert [release.name for release in RELEASES] == list(dict.fromkeys(release.name for release in RELEASES))
    assert {"keras-2.1.2", "tensorflow-1.15", "keras-3.15-jax", "keras-3.15-torch"} <= {r.name for r in RELEASES}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_has_its_script_and_its_comparison(step: noxfile.Step) -> None:
    assert all((ROOT / script).exists() for script in step.inside[:1])
    assert all(importlib.util.find_spec(command[0]) for command in step.outside)
    words = dict.fromkeys(("api", "constructors", "out", "folder", "dialect", "python"), "")
    assert all(word.format(**words) is not None for command in (step.inside, *step.outside) for word in command)


@pytest.mark.parametrize("release", RELEASE)
def test_random_programs_are_drawn_for_its_target(release: Release) -> None:
    dialect = DIALECTS[release.name.replace("tensorflow", "tf")]
    assert dialect.api == release.api
    assert release.target.startswith(dialect.target.partition("+")[0])


def test_a_missing_python_skips_and_says_so(tmp_path: Path) -> None:
    bare = {"PATH": str(tmp_path), "PYENV_ROOT": str(tmp_path), "HOME": str(tmp_path), "CI": "1"}
    shutil.copy(ROOT / "noxfile.py", tmp_path)
    command = [sys.executable, "-m", nox.__name__, "-s", "keras-2.1.2"]
    run = subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
    assert run.returncode == 0
    assert "Session keras-2.1.2 skipped: Python interpreter 3.6 not found" in run.stdout + run.stderr
    strict = subprocess.run([*command, "--error-on-missing-interpreters"], cwd=tmp_path, env=bare, check=False)
    assert strict.returncode == 1


def test_the_newest_python_of_pyenv_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("3.6.9", "3.6.15", "3.16.1"):
        (tmp_path / "versions" / version / "bin").mkdir(parents=True)
        (tmp_path / "versions" / version / "bin" / "python").touch()
    monkeypatch.setitem(os.environ, "PYENV_ROOT", str(tmp_path))
    assert noxfile.interpreter("3.6") == str(tmp_path / "versions" / "3.6.15" / "bin" / "python")
    assert noxfile.interpreter("3.7") == "3.7"
