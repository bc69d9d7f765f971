"""The GitHub action: its file as GitHub's schema has it, and its step, run here with a stand-in for pip."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.stand_ins import PLAIN

ROOT = Path(__file__).parent.parent
FILE = ROOT / "action.yml"

FINDING = """\
import tensorflow as tf

base = tf.keras.applications.ResNet50(include_top=False, pooling="avg", weights="imagenet")
base.trainable = False
inputs = tf.keras.Input(shape=(160, 160, 3))
model = tf.keras.Model(inputs, tf.keras.layers.Dense(2)(base(inputs)))
model.compile(optimizer="adam", loss="mse")
model.fit(images, epochs=5)
"""

PYTHON = """\
#!/bin/sh
# Makes a virtual environment whose pip writes down what it is asked for, and whose bnlint is the one of this checkout.
if [ "$1" = -m ] && [ "$2" = venv ]; then
  mkdir -p "$3/bin"
  printf '#!/bin/sh\\necho "$@" >>"{log}"\\n' >"$3/bin/python"
  printf '#!/bin/sh\\nexec "{python}" -m bnlint "$@"\\n' >"$3/bin/bnlint"
  chmod +x "$3/bin/python" "$3/bin/bnlint"
else
  exec "{python}" "$@"
fi
"""

bash = pytest.mark.skipif(shutil.which("bash") is None, reason="the step is written for bash")


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def step(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The action's step as a runner starts it, in a folder with a script; inputs have ``_`` for ``-``."""
    (only,) = action()["runs"]["steps"]
    assert only["shell"] == "bash"
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    python = tools / "python3"
    python.write_text(PYTHON.format(log=folder / "pip.log", python=sys.executable))
    python.chmod(0o755)
    defaults = {name: described["default"] for name, described in action()["inputs"].items()}
    values = defaults | {name.replace("_", "-"): value for name, value in inputs.items()}
    given = {name: values[text.split(".")[1].split(" ")[0]] for name, text in only["env"].items()}
    code = folder / "code"
    code.mkdir(exist_ok=True)
    (code / "train.py").write_text(FINDING)
    (code / "plain file.py").write_text(PLAIN)
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", only["run"]],
        cwd=code,
        capture_output=True,
        text=True,
        env=os.environ
        | given
        | {
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "RUNNER_TEMP": str(folder / "temp"),
            "GITHUB_ACTION_PATH": "/actions/bnlint",
        },
    )


def test_the_file_is_what_github_takes() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", str(FILE)]
    outcome = subprocess.run(command, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(("name", "schema"), [("GitHub", "github-workflows"), ("GitLab", "gitlab-ci")])
def test_the_workflows_of_the_pages(name: str, schema: str, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    sections = [section for section in page.split("\n## ") if section.startswith(f"{name}:")]
    blocks = [block for section in sections for block in re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)]
    assert len(blocks) == len(sections) > 0
    for block in blocks:
        path = tmp_path / "workflow.yml"
        path.write_text(block)
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
        outcome = subprocess.run(command, capture_output=True, text=True)
        assert outcome.returncode == 0, outcome.stdout
        for used in yaml.safe_load(block).get("jobs", {}).get("bnlint", {}).get("steps", []):
            if used["uses"].startswith("<owner>/bnlint@"):
                assert set(used["with"]) <= set(action()["inputs"])


def test_every_input_reaches_the_step_through_the_environment() -> None:
    """An expression inside the script would let an input's text run as a program."""
    (only,) = action()["runs"]["steps"]
    assert "${{" not in only["run"]
    assert sorted(only["env"].values()) == sorted(f"${{{{ inputs.{name} }}}}" for name in action()["inputs"])
    assert all(name in only["run"] for name in only["env"])


@bash
def test_three_lines_of_a_workflow(tmp_path: Path) -> None:
    outcome = step(tmp_path, args="--target tensorflow==2.15")
    assert outcome.returncode == 1, outcome.stderr
    assert outcome.stdout.startswith("::warning file=train.py,line=6,endLine=6,col=57,endColumn=69,title=bnlint BN101 ")
    assert outcome.stdout.count("\n") == 1
    assert (tmp_path / "pip.log").read_text() == "-m pip install --quiet --disable-pip-version-check /actions/bnlint\n"


@bash
def test_a_release_with_extras_and_results_in_a_file(tmp_path: Path) -> None:
    outcome = step(
        tmp_path, version="1.2", extras="models", output_format="sarif", output_file="bnlint.sarif", args="--exit-zero"
    )
    assert (outcome.returncode, outcome.stdout) == (0, "")
    assert '"version": "2.1.0"' in (tmp_path / "code" / "bnlint.sarif").read_text()
    assert (tmp_path / "pip.log").read_text().endswith(" bnlint[models]==1.2\n")


@bash
def test_arguments_are_split_as_in_a_shell_and_not_run(tmp_path: Path) -> None:
    outcome = step(tmp_path, args="'plain file.py' --select BN1")
    assert (outcome.returncode, outcome.stdout) == (0, ""), outcome.stderr
    outcome = step(tmp_path, args="$(touch ran) `touch ran`; touch ran *.py")
    assert outcome.returncode == 2
    assert not list(tmp_path.rglob("ran"))
