"""What the cells of a notebook install."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.targets import commands
from bnlint.targets.pins import target


def said(*cells: str) -> str | None:
    found = target(commands.pins(dict(enumerate(cells, 1)), "train.ipynb"))
    return None if found is None else found.describe()


@pytest.mark.parametrize(
    "line",
    [
        "!pip install tensorflow==2.3.1",
        "%pip install tensorflow==2.3.1",
        "!pip3 install -q tensorflow==2.3.1",
        "!pip install --upgrade 'tensorflow==2.3.1'",
        '!pip install -qU "tensorflow==2.3.1"',
        "!pip install numpy tensorflow-gpu==2.3.1 pillow  # the GPU build",
        "! pip install tensorflow==2.3.1 --user",
        "!sudo pip install tensorflow==2.3.1",
        "!python -m pip install tensorflow==2.3.1",
        "!{sys.executable} -m pip install tensorflow==2.3.1",
        "!uv pip install --system tensorflow==2.3.1",
        "!apt-get update && pip install tensorflow==2.3.1 > /dev/null",
        "!pip install -f https://example.org/tensorflow==2.0 tensorflow==2.3.1",
        "!conda install -y -c conda-forge tensorflow==2.3.1",
        "pip install tensorflow==2.3.1",
        "    !pip install tensorflow==2.3.1",
        "!pip install \\\n    numpy \\\n    tensorflow==2.3.1",
        "%%bash\npip install tensorflow==2.3.1",
        "import os\n!pip install tensorflow==2.3.1",
    ],
)
def test_a_command_that_installs(line: str) -> None:
    number = 2 if line.startswith(("%%bash", "import")) else 1
    assert said("x = 1", line) == f"TensorFlow 2.3.1 (train.ipynb:cell 2:{number})"


@pytest.mark.parametrize(
    "line",
    [
        "!pip install tensorflow",
        "#!pip install tensorflow==2.3.1",
        "!pip uninstall -y tensorflow",
        "!pip install tensorflow-hub==0.12",
        "!pip show tensorflow==2.3.1",
        'print("!pip install tensorflow==2.3.1")',
        '"""\npip is not run: install tensorflow==2.3.1\n"""',
        "!echo tensorflow==2.3.1",
        "!pip install -r nothing-there.txt",
        "!pip install 'tensorflow=={version}'",
        "%tensorflow_version 2.x",
    ],
)
def test_what_tells_no_version(line: str) -> None:
    assert said(line) is None


def test_the_last_command_counts() -> None:
    assert said("!pip install tensorflow==2.3.1", "!pip install tensorflow==2.4.1 numpy") == (
        "TensorFlow 2.4.1 (train.ipynb:cell 2:1)"
    )


def test_two_packages_from_two_cells() -> None:
    assert said("!pip install tensorflow==1.15.0", "!pip install keras==2.2.5") == (
        "Keras 2.2.5 on TensorFlow 1.15.0 (train.ipynb:cell 2:1)"
    )


def test_an_upgrade_brings_the_newest() -> None:
    assert said("!pip install --upgrade keras") == "Keras 3.15.1 on TensorFlow 2.21 (train.ipynb:cell 1:1)"


def test_a_range() -> None:
    assert said('!pip install "tensorflow<2.11"') == "TensorFlow 2.10.1 (train.ipynb:cell 1:1; the newest in `<2.11`)"


def test_the_switch_of_colab() -> None:
    assert said("%tensorflow_version 1.x") == (
        "TensorFlow 1.15.5 with Keras 2.3.1 (train.ipynb:cell 1:1; the newest in `==1.15.*`)"
    )


def test_a_file_of_requirements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("needs.txt").write_text("numpy\nkeras==2.2.4\n")
    assert said("!pip install -r needs.txt") == "Keras 2.2.4 on TensorFlow 1.13 (needs.txt:2)"
