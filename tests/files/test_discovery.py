from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bnlint.files.discovery import Missing, find
from bnlint.settings import Resolver


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).touch()


def found(*paths: str, **overrides: object) -> list[str]:
    return [each.path.replace(os.sep, "/") for each in find(paths, Resolver(overrides).for_folder)]


def test_a_folder_is_searched_in_order() -> None:
    write("train.py", "b/two.py", "a/one.py", "a/notes.txt", "a/deep/note.ipynb")
    assert found(".") == ["train.py", "a/one.py", "a/deep/note.ipynb", "b/two.py"]


@pytest.mark.parametrize("folder", [".git", ".venv", "venv", "node_modules", "build", "dist", ".tox", "__pycache__"])
def test_folders_of_tools_are_left_out(folder: str) -> None:
    write("train.py", f"{folder}/other.py", f"inner/{folder}/other.py")
    assert found(".") == ["train.py"]


def test_a_named_file_or_folder_is_never_left_out() -> None:
    write("build/train.py", "script")
    assert found("build", "build/train.py", "script") == ["build/train.py", "script"]


def test_force_exclude_holds_for_named_files() -> None:
    write("build/train.py", "train.py")
    assert found("build/train.py", "train.py", force_exclude=True) == ["train.py"]


def test_each_file_once() -> None:
    write("train.py")
    assert found("train.py", "./train.py", str(Path("train.py").absolute()), ".") == ["train.py"]


def test_exclude_and_extend_exclude() -> None:
    write("train.py", "old/train.py", "gen/model_pb2.py", "build/train.py")
    assert found(".", extend_exclude=("old", "*_pb2.py")) == ["train.py"]
    assert found(".", exclude=("gen/*.py",)) == ["train.py", "build/train.py", "old/train.py"]


def test_exclude_of_a_nested_configuration() -> None:
    write("train.py", "inner/old/train.py", "old/train.py")
    Path("inner/bnlint.toml").write_text('extend-exclude = ["old"]\n')
    assert found(".") == ["train.py", "old/train.py"]


def test_gitignore() -> None:
    write("train.py", "runs/copy.py", "data/keep.py", "data/drop.py", "deep/secret.py", "deep/train.py")
    Path(".gitignore").write_text("/runs/\ndata/*\n!data/keep.py\n# a comment\n")
    Path("deep/.gitignore").write_text("secret.py\n")
    assert found(".") == ["train.py", "data/keep.py", "deep/train.py"]
    assert "runs/copy.py" in found(".", respect_gitignore=False)


def test_gitignore_above_the_searched_folder_counts_inside_a_repository() -> None:
    write("src/train.py", "src/local.py")
    Path(".gitignore").write_text("local.py\n")
    assert found("src") == ["src/local.py", "src/train.py"]
    Path(".git").mkdir()
    assert found("src") == ["src/train.py"]


def test_pathspec_waits_for_a_gitignore(monkeypatch: pytest.MonkeyPatch) -> None:
    write("train.py")
    monkeypatch.setitem(sys.modules, "pathspec", None)  # an import would fail
    assert found(".") == ["train.py"]


def test_link_loops() -> None:
    write("train.py", "deep/model.py")
    os.symlink("..", "deep/up")
    os.symlink("self.py", "self.py")
    assert found(".") == ["train.py", "deep/model.py"]


def test_what_cannot_be_found_is_told() -> None:
    os.symlink("self", "self")
    os.symlink("nowhere.py", "dangling.py")
    missing = list(find(["nope.py", "self", "dangling.py", "nul\0.py", ""], Resolver({}).for_folder))
    assert all(isinstance(each, Missing) for each in missing)
    said = [each.message for each in missing if isinstance(each, Missing)]
    assert said == [
        "no such file or folder",
        f"cannot be read: {os.strerror(40)}",
        "is a link to nothing",
        "is not a path",
        "no such file or folder",
    ]
