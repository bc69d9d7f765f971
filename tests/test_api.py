"""The Python API: what `bnlint.lint_source` returns, and how it looks."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, asdict
from pathlib import Path

import pytest

import bnlint
from bnlint.cli import main
from bnlint.results import MOST_SHOWN
from bnlint.settings import Settings

PROGRAM = """\
import keras

base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
base.trainable = False
inputs = keras.Input((224, 224, 3))
x = base(inputs)
x = keras.layers.BatchNormalization(momentum=0.1)(x)
model = keras.Model(inputs, keras.layers.Dense(10)(x))
model.compile("adam", "mse")
model.fit(images, labels)
"""
TARGET = "keras==3.15"


def test_findings_are_data() -> None:
    result = bnlint.lint_source(PROGRAM, target=TARGET)
    assert isinstance(result, bnlint.Result)
    assert [(each.code, each.severity, each.line) for each in result] == [
        ("BN101", "warning", 6),
        ("BN202", "warning", 7),
    ]
    first = result.findings[0]
    assert (first.name, first.path) == ("frozen-backbone-without-training-false", "<source>")
    assert (first.column, first.end_line, first.end_column, first.cell, first.location) == (5, 6, 17, None, None)
    assert next((each.message, each.line) for each in first.related) == ("frozen here", 4)
    assert first.fix == bnlint.Fix(
        "safe", first.fix.summary if first.fix else "", (bnlint.Edit(None, 6, 16, 6, 16, ", training=False"),)
    )
    assert result.target == "Keras 3.15 on TensorFlow 2.21"


def test_it_is_what_the_json_output_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "train.py"
    file.write_text(PROGRAM)
    main(["check", "--isolated", "--target", TARGET, "--format", "json", str(file)])
    said = json.loads(capsys.readouterr().out)["diagnostics"]
    for found, promised in zip(bnlint.lint_source(PROGRAM, file, target=TARGET), said, strict=True):
        shown = json.loads(json.dumps(asdict(found)))
        for each in (shown, *shown["related"]):
            assert each.pop("location") is None
        shown.pop("advice")
        for edit in shown["fix"]["edits"]:
            assert edit.pop("cell") is None
        assert shown == promised


def test_severities() -> None:
    result = bnlint.lint_source(PROGRAM, target=TARGET)
    assert (len(result.errors), len(result.warnings), len(result.infos)) == (0, 2, 0)
    assert result and len(result) == 2
    clean = bnlint.lint_source("import keras\n", target=TARGET)
    assert not clean and not clean.findings and clean.problems == ()


def test_options() -> None:
    assert [each.code for each in bnlint.lint_source(PROGRAM, target=TARGET, select=["BN2"])] == ["BN202"]
    assert [each.code for each in bnlint.lint_source(PROGRAM, target=TARGET, ignore=["BN2"])] == ["BN101"]
    found = bnlint.lint_source(PROGRAM, target=TARGET, extend_select=["BN117"], ignore=["BN1", "BN202"])
    assert [each.code for each in found] == []
    slow = PROGRAM.replace("base.trainable = False\n", "").replace("momentum=0.1", "")
    numbers = {"training_samples": 400, "batch_size": 32}
    assert "BN201" in [each.code for each in bnlint.lint_source(slow, target=TARGET, **numbers)]  # type: ignore[arg-type]
    assert "BN201" not in [each.code for each in bnlint.lint_source(slow, target=TARGET)]


def test_rules_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "XX001-batch-norm-made.yaml").write_text(
        "code: XX001\nname: batch-norm-made\nsummary: A layer\nmatch: {each: layer, report_at: place}\n"
        "cases: [{severity: info, message: one}]\nwhat: A layer.\nwhy: It is there.\n"
        "examples:\n  - {target: keras==3.15, clean: 'x = 1'}\n"
    )
    assert [each.code for each in bnlint.lint_source(PROGRAM, target=TARGET, select=["XX"], rules=[tmp_path])] == [
        "XX001"
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"target": "keras=="}, "target"),
        ({"target": "torch==2.0"}, "torch"),
        ({"select": ["BN999"]}, "BN999"),
        ({"select": "BN1"}, "list of codes"),
        ({"batch_size": 0}, "batch_size"),
        ({"training_samples": "many"}, "training_samples"),
    ],
)
def test_what_cannot_be_is_said(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bnlint.lint_source(PROGRAM, **given)  # type: ignore[arg-type]


def test_no_python() -> None:
    (found,) = bnlint.lint_source("import keras\nmodel.fit(\n").errors
    assert (found.code, found.line) == ("BN900", 2)


def test_comments_silence() -> None:
    silenced = PROGRAM.replace("x = base(inputs)", "x = base(inputs)  # bnlint: ignore[BN101]")
    assert [each.code for each in bnlint.lint_source(silenced, target=TARGET)] == ["BN202"]


def test_a_notebook() -> None:
    cells = [{"cell_type": "code", "source": part, "metadata": {}, "outputs": []} for part in ("%time\n", PROGRAM)]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    first = bnlint.lint_source(text, "train.ipynb", target=TARGET).findings[0]
    assert (first.cell, first.line) == (2, 6)
    assert str(first).startswith("train.ipynb:cell 2:6:5: BN101 warning: ")


def test_how_it_looks() -> None:
    result = bnlint.lint_source(PROGRAM, "train.py", target=TARGET, select=["BN202"])
    message = result.findings[0].message
    assert repr(result) == (
        "bnlint: 1 warning in train.py, for Keras 3.15 on TensorFlow 2.21\n"
        f"  7:5: BN202 warning: {message}\n"
        "      help: momentum=0.9"
    )
    assert str(result) == f"train.py:7:5: BN202 warning: {message}"
    assert repr(result.warnings) == f"(<train.py:7:5: BN202 warning: {message}>,)"
    assert repr(bnlint.Result("train.py")) == "bnlint: no findings in train.py"
    assert repr(bnlint.Result("m.h5", problems=("the weights were not read",))).endswith(
        "\n  (the weights were not read)"
    )


def test_many_findings_are_counted() -> None:
    found = bnlint.lint_source(PROGRAM, target=TARGET).findings[0]
    lines = repr(bnlint.Result("train.py", (found,) * (MOST_SHOWN + 5))).split("\n")
    assert lines[0] == f"bnlint: {MOST_SHOWN + 5} warnings in train.py"
    assert lines[-1] == "  … and 5 more"


def test_a_result_is_frozen_and_can_be_kept() -> None:
    result = bnlint.lint_source(PROGRAM, target=TARGET)
    with pytest.raises(FrozenInstanceError):
        result.path = "other.py"  # type: ignore[misc]
    assert copy.deepcopy(result) == result == pickle.loads(pickle.dumps(result))
    assert len({*result.findings, *result.findings}) == 2


def test_the_package_is_quick_to_import() -> None:
    code = "import sys; before = set(sys.modules); import bnlint; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["bnlint"]


def test_names_that_are_promised() -> None:
    assert {*bnlint.__all__} <= {*dir(bnlint)}
    for name in bnlint.__all__:
        assert getattr(bnlint, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'lint'"):
        bnlint.lint  # noqa: B018


def test_the_settings_of_the_command_line_are_the_defaults() -> None:
    from bnlint.api import _settings

    assert _settings(None, None, (), (), False, (), None, None) == Settings(target_source="target")
