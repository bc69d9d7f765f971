from __future__ import annotations

import pytest

from bnlint.files.globs import matches


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("train.py", "train.py"),
        ("train.py", "deep/down/train.py"),
        ("*_test.py", "deep/model_test.py"),
        ("legacy", "src/legacy/train.py"),
        ("legacy/", "legacy/train.py"),
        ("src/legacy", "src/legacy/deep/train.py"),
        ("src/*.py", "src/train.py"),
        ("src/**/train.py", "src/train.py"),
        ("src/**/train.py", "src/a/b/train.py"),
        ("src/**", "src/a/b.py"),
        ("./src/*.py", "src/train.py"),
        ("train_[0-9].py", "train_1.py"),
        ("train_[!0-9].py", "train_a.py"),
        ("train_?.py", "train_b.py"),
        ("src\\old", "src/old/train.py"),
    ],
)
def test_names(pattern: str, path: str) -> None:
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("train.py", "train_py"),
        ("src/*.py", "src/deep/train.py"),
        ("legacy", "legacy_code/train.py"),
        ("src/legacy", "other/src/legacy/train.py"),
        ("train_[0-9].py", "train_a.py"),
        ("[", "train.py"),
    ],
)
def test_does_not_name(pattern: str, path: str) -> None:
    assert not matches(pattern, path)
