"""Scripts that name no Keras but import a file of their project that does."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.files.project import imports_keras


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "__init__.py").touch()
    (tmp_path / "nets" / "small.py").write_text("from tensorflow import keras\n")
    (tmp_path / "notes.py").write_text("# keras is nice\nkeras = None\n")
    return tmp_path


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"from nets.small import build\nbuild().fit(x, y)\n", True),
        (b"import nets.small as small\n", True),
        (b"def main():\n    from nets.small import *\n", True),
        (b"from notes import keras\n", False),
        (b"import numpy\n", False),
        (b"print('from nets.small import build')\n", False),
        (b"", False),
    ],
)
def test_imports_of_a_script(project: Path, source: bytes, expected: bool) -> None:
    script = project / "train.py"
    script.write_bytes(source)
    assert imports_keras(source, str(script)) is expected


def test_relative_imports(project: Path) -> None:
    script = project / "nets" / "train.py"
    script.touch()
    assert imports_keras(b"from .small import build\n", str(script))


def test_a_script_that_is_no_file_has_no_project() -> None:
    assert not imports_keras(b"from nets.small import build\n", "<stdin>")
