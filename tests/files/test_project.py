"""The files of a project: which scripts use Keras over others, what belongs to it, and which files are imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.files.project import belongs, forget, imports_keras, is_imported, locate, search_path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "__init__.py").touch()
    (tmp_path / "nets" / "small.py").write_text("from tensorflow import keras\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "__init__.py").write_text("from .run import main\n")
    (tmp_path / "deep" / "run.py").write_text("from . import (\n    first,\n    steps,\n)\n")
    (tmp_path / "deep" / "steps.py").write_text("import os, nets.small as net\nimport deep\n")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "models.py").write_text("import keras\n")
    (tmp_path / "lib" / "plain").mkdir()
    (tmp_path / "lib" / "plain" / "data.py").write_text("import numpy\n")
    (tmp_path / "paths.py").write_text("import sys\nsys.path.append('lib')\n")
    (tmp_path / "loads.py").write_text("import importlib\nnet = importlib.import_module(name)\n")
    forget()
    (tmp_path / "notes.py").write_text("# keras is nice\nkeras = None\n")
    return tmp_path


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"from nets.small import build\nbuild().fit(x, y)\n", True),
        (b"import nets.small as small\n", True),
        (b"def main():\n    from nets.small import *\n", True),
        (b"from deep import main\n", True),
        (b"import os, deep\n", True),
        (b"from nets import *\n", True),
        (b"import importlib\nnet = importlib.import_module('nets.small')\n", True),
        (b"import importlib\nnet = importlib.import_module(name)\n", True),
        (b"import sys\nsys.path.append('lib')\nfrom models import build\n", True),
        (b"import sys\nsys.path.append('lib')\nfrom plain.data import images\n", False),
        (b"import sys\nsys.path.append('lib/plain')\nimport data as d, sys\n", False),
        (b"import models\nimport paths\n", True),
        (b"import models\n", False),
        (b"import loads\n", True),
        (b"from deep import first\r\n", True),
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


VALUES = b"import importlib, sys\nsys.path.append(folder)\nnet = importlib.import_module(name)\nimport models\n"


def test_a_project_without_keras_cannot_reach_it(tmp_path: Path) -> None:
    script = tmp_path / "project" / "train.py"
    script.parent.mkdir()
    script.write_bytes(VALUES)
    (tmp_path / "project" / "setup.py").touch()
    (tmp_path / "models.py").write_text("import keras\n")
    forget()
    assert not imports_keras(VALUES, str(script))


def test_where_nothing_marks_a_project_it_may(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_bytes(VALUES)
    forget()
    assert imports_keras(VALUES, str(script))


def test_relative_imports(project: Path) -> None:
    script = project / "nets" / "train.py"
    script.touch()
    assert imports_keras(b"from .small import build\n", str(script))


def test_a_script_that_is_no_file_has_no_project() -> None:
    assert not imports_keras(b"from nets.small import build\n", "<stdin>")


def test_what_lies_in_the_project(project: Path) -> None:
    script = str(project / "train.py")
    (project / "venv" / "lib").mkdir(parents=True)
    (project / "venv" / "pyvenv.cfg").touch()
    inside = ["nets/small.py", "new/net.py"]
    outside = ["../net.py", "venv/lib/net.py", "lib/site-packages/net.py", "node_modules/net.py"]
    assert [belongs(str(project / path), script) for path in inside] == [True, True]
    assert [belongs(str(project / path), script) for path in outside] == [False] * 4


def test_the_search_ends_at_the_root(project: Path) -> None:
    (project / "a" / "b" / "c").mkdir(parents=True)
    (project / "a" / "src").mkdir()
    script = project / "a" / "b" / "c" / "train.py"
    assert search_path(str(script)) == [
        str(folder) for folder in (script.parent, project / "a" / "b", project / "a", project / "a" / "src", project)
    ]


def test_an_absolute_import_begins_at_the_script(project: Path) -> None:
    (project / "small.py").touch()
    forget()
    folders = search_path(str(project / "train.py"))
    importer = str(project / "nets" / "__init__.py")
    assert locate("small", importer, folders) == str(project / "small.py")
    assert locate(".small", importer, folders) == str(project / "nets" / "small.py")


def test_names_in_other_letters_are_other_names(project: Path) -> None:
    assert locate("Notes", str(project / "train.py"), [str(project)]) is None


def test_what_another_file_imports(project: Path) -> None:
    (project / ".git").mkdir()
    cells = '{"cells": [{"source": ["import os\\n", "from helpers import build\\n"]}]}'
    (project / "train.ipynb").write_text(cells)
    for name in ("helpers.py", "train.py"):
        (project / name).touch()
    forget()
    found = {name: is_imported(str(project / name)) for name in ("nets/small.py", "helpers.py", "train.py", "gone.py")}
    assert found == {"nets/small.py": True, "helpers.py": True, "train.py": False, "gone.py": False}
