"""Rules in preview: off unless ``--preview`` is given, whatever is selected."""

from __future__ import annotations

from pathlib import Path

import pytest

import bnlint
from bnlint.cli import main

RULE = """\
code: ORG001
name: no-low-momentum
status: preview
summary: A momentum that nobody here uses
match:
  each: momentum_set
  where: {momentum: {less_than: 0.8}}
  report_at: place
cases:
  - {severity: warning, message: "momentum {momentum}"}
what: A test.
why: A reason.
"""
PROGRAM = """\
import keras

norm = keras.layers.BatchNormalization(momentum=0.7)
norm = keras.layers.BatchNormalization(momentum=0.7)  # bnlint: ignore[ORG001] of an old model
"""


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own").mkdir()
    Path("own/ORG001-no-low-momentum.yaml").write_text(RULE)
    Path("train.py").write_text(PROGRAM)
    Path("bnlint.toml").write_text('rules = ["own"]\n')


def codes(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[list[str], str]:
    main([*arguments, "train.py", "--output-format", "concise"])
    out, err = capsys.readouterr()
    return [line.split()[1] for line in out.split("\n") if line], err


@pytest.mark.parametrize("selected", ["ORG001", "ORG", "no-low-momentum"])
def test_selecting_it_has_no_effect_and_that_is_told(selected: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = f"warning: `{selected}` in `select` has no effect: a rule in preview needs `--preview` or `preview = true`\n"
    found, said = codes(capsys, "--select", selected)
    assert found == []
    assert said.startswith(told)
    assert codes(capsys, "--select", selected, "--quiet") == ([], "")


def test_a_selector_that_names_other_rules_too_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--select", "ALL"], ["--select", "BN202,BN1"]):
        found, said = codes(capsys, *arguments)
        assert "ORG001" not in found
        assert "no effect" not in said


def test_with_preview_it_is_a_rule_like_others(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--preview"], ["--preview", "--select", "ORG"], ["--preview", "--select", "ALL"]):
        found, said = codes(capsys, *arguments)
        assert found == ["ORG001"]
        assert "no effect" not in said
    assert codes(capsys, "--preview", "--ignore", "ORG001")[0] == []
    assert codes(capsys, "--preview", "--select", "BN1")[0] == []


def test_preview_in_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bnlint.toml").write_text('rules = ["own"]\npreview = true\n')
    assert codes(capsys)[0] == ["ORG001"]
    assert codes(capsys, "--no-preview")[0] == []


def test_a_suppression_of_a_rule_that_is_off_is_not_called_unused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.py").write_text("import keras\n\nmodel = keras.Sequential()  # bnlint: ignore[ORG001]\n")
    assert codes(capsys)[0] == []
    assert codes(capsys, "--preview")[0] == ["BN901"]


def test_in_python() -> None:
    own = {"rules": ["own"], "select": ["ORG001"]}
    assert len(bnlint.lint_source(PROGRAM, **own)) == 0  # type: ignore[arg-type]
    assert len(bnlint.lint_source(PROGRAM, preview=True, **own)) == 1  # type: ignore[arg-type]
