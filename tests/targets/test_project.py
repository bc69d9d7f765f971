"""Which file of a project is believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.targets.project import target_of_folder


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_txt", ".txt").replace("_toml", ".toml").replace(
            "_lock", ".lock"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def source(folder: Path) -> str | None:
    found = target_of_folder(str(folder))
    return found.source if found is not None else None


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_order_of_the_files_in_a_folder(here: Path) -> None:
    write(here, requirements_txt="tensorflow==2.4.1", pyproject_toml='[project]\ndependencies = ["tensorflow==2.5"]')
    assert source(here) == "requirements.txt:1"
    write(here, a__requirements_txt="keras==2.2.4", a__uv_lock='[[package]]\nname = "keras"\nversion = "2.3.1"\n')
    assert source(here / "a") == "a/uv.lock:2"


def test_a_name_without_a_version_does_not_stop_the_search(here: Path) -> None:
    write(here, requirements_txt="tensorflow\nnumpy", pyproject_toml='[project]\ndependencies = ["tensorflow==2.5"]')
    assert source(here) == "pyproject.toml:2"


def test_tests_and_documentation_come_last(here: Path) -> None:
    write(here)
    (here / "requirements-dev.txt").write_text("tensorflow==2.4.1")
    (here / "requirements-gpu.txt").write_text("tensorflow-gpu==2.5.0")
    assert source(here) == "requirements-gpu.txt:1"


def test_a_folder_of_requirements(here: Path) -> None:
    write(here, requirements__base_txt="tensorflow==2.4.1")
    assert source(here) == "requirements/base.txt:1"


def test_the_nearest_folder_wins(here: Path) -> None:
    write(here, requirements_txt="tensorflow==2.4.1", models__requirements_txt="tensorflow==2.5.0")
    (here / ".git").mkdir()
    (here / "models" / "zoo").mkdir()
    assert source(here / "models" / "zoo") == "models/requirements.txt:1"


def test_up_to_the_top_of_the_repository(here: Path) -> None:
    write(here, requirements_txt="tensorflow==2.4.1", project__a__b__c__d__e__pyproject_toml="[project]\nname = 'e'\n")
    (here / "project" / ".git").mkdir()
    assert source(here / "project" / "a" / "b" / "c" / "d" / "e") is None
    (here / "project" / ".git").rmdir()
    (here / ".git").mkdir()
    write(here, again__a__b__c__d__e__pyproject_toml="[project]\nname = 'e'\n")
    assert source(here / "again" / "a" / "b" / "c" / "d" / "e") == "requirements.txt:1"


def test_without_a_repository_the_first_mark_of_a_root_ends_the_search(here: Path) -> None:
    write(here, requirements_txt="tensorflow==2.4.1", project__requirements_txt="numpy\n", loose__train__notes_txt="")
    assert source(here / "project") is None
    assert source(here / "loose" / "train") == "requirements.txt:1"
    deep = here / "1" / "2" / "3" / "4" / "5"
    deep.mkdir(parents=True)
    assert source(deep) is None
