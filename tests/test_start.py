"""What only a process of its own shows: imports, encodings, signals. With the real rules."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stand_ins import PLAIN, RISKY

ROOT = Path(__file__).parent.parent

LOADED = """
import sys
from bnlint.cli import main
status = main(sys.argv[1:])
print(*sorted(sys.modules), file=sys.stderr)
sys.exit(status)
"""


def start(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    given = {key: value for key, value in os.environ.items() if key not in ("PYTHONIOENCODING", "PYTHONUTF8", "LC_ALL")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        capture_output=True,
        env=given | {"PYTHONPATH": str(ROOT)} | environment,
        timeout=60,
    )


def loaded(cwd: Path, *arguments: str) -> set[str]:
    outcome = start("-c", LOADED, *arguments, cwd=cwd)
    assert outcome.returncode in (0, 1), outcome.stderr.decode()
    return set(outcome.stderr.decode().split("\n")[-2].split())


HEAVY = {"libcst", "rich", "pygments", "yaml", "multiprocessing", "concurrent", "tensorflow", "keras", "pathspec"}


def test_a_clean_file_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(PLAIN)
    modules = loaded(tmp_path, "plain.py")
    more = {
        "dataclasses",
        "tomllib",
        "importlib.metadata",
        "tokenize",
        "bnlint.rules",
        "bnlint.analysis",
        "ast",
        "json",
    }
    assert not modules & (HEAVY | more)


def test_nor_does_a_notebook_without_keras(tmp_path: Path) -> None:
    (tmp_path / "plain.ipynb").write_text('{"cells": [{"cell_type": "code", "source": "x = 1"}]}')
    assert not loaded(tmp_path, "plain.ipynb") & {*HEAVY, "json", "ast", "tokenize", "bnlint.files.notebooks"}


@pytest.mark.parametrize("arguments", [[], ["--jobs", "4"], ["--format", "json"], ["--target", "keras==3.15"]])
def test_nor_does_a_folder_of_them(tmp_path: Path, arguments: list[str]) -> None:
    for number in range(20):
        (tmp_path / f"plain_{number}.py").write_text(PLAIN)
    assert not loaded(tmp_path, *arguments) & HEAVY


def test_findings_in_one_line_need_no_rewriting(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(RISKY)
    loaded(tmp_path, "train.py")  # a checkout compiles its rules once
    assert not loaded(tmp_path, "--format", "concise", "train.py") & HEAVY


def test_a_version_in_the_project_s_requirements_costs_next_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(RISKY)
    (tmp_path / "requirements.txt").write_text("tensorflow==2.15.1\n")
    loaded(tmp_path, "train.py")
    assert not loaded(tmp_path, "--format", "concise", "train.py") & {*HEAVY, "packaging", "tomllib", "shlex"}


def test_the_project_s_files_are_read_for_keras_only(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(PLAIN)
    (tmp_path / "requirements.txt").write_text("tensorflow>=2.15\n")
    assert not loaded(tmp_path, "plain.py") & {*HEAVY, "packaging", "bnlint.targets.project", "bnlint.keras.releases"}


@pytest.mark.parametrize("option", ["--quiet", "--fix", "--diff"])
def test_findings_and_fixes_need_nothing_heavy(tmp_path: Path, option: str) -> None:
    (tmp_path / "train.py").write_text(RISKY)
    loaded(tmp_path, "train.py")  # the compiled rules are in the cache from here on
    assert not loaded(tmp_path, option, "train.py") & HEAVY


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {"LC_ALL": "POSIX"}]
)
def test_utf8_whatever_the_locale(tmp_path: Path, locale: dict[str, str]) -> None:
    (tmp_path / "train.py").write_text(RISKY.replace("base(inputs)", "base(inputs)  # größer 模型"), encoding="utf-8")
    outcome = start("-m", "bnlint", "train.py", cwd=tmp_path, **locale)
    assert outcome.returncode == 1
    assert "größer 模型" in outcome.stdout.decode("utf-8")


def test_a_chosen_encoding_is_kept_without_failing(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(RISKY.replace("base(inputs)", "base(inputs)  # 模型"), encoding="utf-8")
    outcome = start("-m", "bnlint", "train.py", cwd=tmp_path, PYTHONIOENCODING="cp1252")
    assert outcome.returncode == 1
    assert b"\\u6a21\\u578b" in outcome.stdout
    assert b"Traceback" not in outcome.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(RISKY + "x = base(inputs)\n" * 3000)
    command = f'"{sys.executable}" -m bnlint --format concise train.py | head -n 1'
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    outcome = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, env=environment, timeout=60)
    assert outcome.stdout.count(b"\n") == 1
    assert b"Traceback" not in outcome.stderr
    assert b"Broken pipe" not in outcome.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_ctrl_c_is_quiet(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "bnlint", "-"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        # A shell's background jobs ignore it, and so does what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    assert process.stdin is not None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)  # it waits for its input
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert process.stderr is not None
    assert process.stderr.read() == b""
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream is not None
        stream.close()


def test_python_m_and_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(RISKY)
    outcome = start("-m", "bnlint", "nope.py", cwd=tmp_path)
    assert (outcome.returncode, outcome.stdout) == (2, b"")
    assert start("-m", "bnlint", "--fix", "train.py", cwd=tmp_path).returncode == 0
    assert "training=False" in (tmp_path / "train.py").read_text()
