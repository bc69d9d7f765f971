"""Rules on model files from the command line: comparing, grouping, and what examples of rules may say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bnlint import engine, saved
from bnlint.cli import main
from bnlint.described import described
from bnlint.keras.releases import Target
from bnlint.keras.saved import gather_saved
from bnlint.rules import load
from bnlint.rules.errors import RuleError
from bnlint.settings import Settings
from tests.rules.writing import written

h5py = pytest.importorskip("h5py")
np = pytest.importorskip("numpy")

NORM = {"name": "bn", "trainable": True, "axis": -1, "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True}


def model_file(path: Path, *, gamma: float, mean: float, variance: float = 2.0) -> Path:
    """A Sequential of one BatchNormalization layer, as Keras 2 saves it."""
    config = {"class_name": "Sequential", "config": {"name": "m", "layers": [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 4], "name": "input"}},
        {"class_name": "BatchNormalization", "config": NORM},
    ]}}  # fmt: skip
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = "2.15.0", "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"bn"]
        inner = group.create_group("bn")
        values = {"gamma": gamma, "beta": 0.0, "moving_mean": mean, "moving_variance": variance}
        inner.attrs["weight_names"] = [f"bn/{name}:0".encode() for name in values]
        for name, number in values.items():
            inner.create_dataset(f"bn/{name}:0", data=np.full(4, number, "float32"))
    return path


def found(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str], list[Any]]:
    status = main(
        ["check", "--isolated", "--output-format", "json", "--target", "tensorflow==2.15", *map(str, arguments)]
    )
    document = json.loads(capsys.readouterr().out)
    return status, [each["code"] for each in document["diagnostics"]], document["errors"]


def test_statistics_that_training_did_not_move(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = model_file(tmp_path / "before.h5", gamma=1.0, mean=0.5)
    after = model_file(tmp_path / "after.h5", gamma=0.9, mean=0.5)
    assert "BN501" not in found(capsys, after)[1]
    assert "BN501" in found(capsys, after, "--compare", before)[1]


def test_statistics_that_training_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = model_file(tmp_path / "before.h5", gamma=1.0, mean=0.5)
    after = model_file(tmp_path / "after.h5", gamma=0.9, mean=0.6)
    assert "BN501" not in found(capsys, after, "--compare", before)[1]


def test_a_file_that_was_not_trained_in_between(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = model_file(tmp_path / "before.h5", gamma=0.9, mean=0.5)
    after = model_file(tmp_path / "after.h5", gamma=0.9, mean=0.5)
    assert "BN501" not in found(capsys, after, "--compare", before)[1]


def test_a_file_to_compare_with_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = model_file(tmp_path / "model.h5", gamma=0.9, mean=0.5)
    status, _, errors = found(capsys, model, "--compare", tmp_path / "no.h5")
    assert status == 2
    assert "--compare" in errors[0]["message"]


def test_real_arrays_with_nan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = model_file(tmp_path / "model.h5", gamma=0.9, mean=float("nan"))
    status, codes, _ = found(capsys, model)
    assert (status, "BN502" in codes) == (1, True)


def test_a_gamma_that_starts_at_zero_is_no_sign_of_training() -> None:
    start = {"mean": 0, "variance": 1, "gamma": 0, "beta": 0}
    layer = {"type": "BatchNormalization", "name": "bn", "gamma_initializer": "zeros", "statistics": start}
    program = gather_saved(described({"layers": [layer]}, "model.keras"), Target.parse("keras==3.15", "test"))
    (subject,) = program.subjects["saved_model"]
    assert (subject.all_initial, subject.lagging) == (True, 0)


def test_one_set_of_layers_gets_one_remedy() -> None:
    trained = {"mean": 0.3, "variance": 1.7}
    base = {"application": "MobileNet", "name": "mobilenet_1.00_224", "frozen": 40, "statistics": trained}
    settings = Settings(target="keras==3.15", training_samples=800, batch_size=32)
    report = saved.report_on(described({"layers": [base]}, "model.keras"), settings, engine.Task())
    fixes = {finding.code: finding.fix is not None for finding in report.findings}
    assert fixes == {"BN102": True, "BN505": False}


RULE = """\
match: {each: saved_batch_norm, report_at: place}
cases: [{severity: info, message: seen}]
examples:
"""


@pytest.mark.parametrize(
    ("example", "complaint"),
    [
        ("{target: keras==3.15, clean: true, model: {layers: [{name: bn}]}}", "a layer has a `type`"),
        ("{target: keras==3.15, clean: true, model: {layer: []}}", "unknown key `layer`"),
        ("{target: keras==3.15, clean: true, model: {saved_as: zip, layers: []}}", "expected one of `keras`"),
        ("{target: keras==3.15, flagged: [], model: {layers: []}}", "name the layers"),
        ("{target: keras==3.15, clean: no, model: {layers: []}}", "`clean: true`"),
        ("{target: keras==3.15, flagged: [bn], fixed: x, model: {layers: []}}", "has no `fixed`"),
        (
            "{target: keras==3.15, flagged: [bn], model: {layers: [{type: Dense, statistics: {std: 1}}]}}",
            "unknown key `std`",
        ),
    ],
)
def test_an_example_on_a_model_file_is_checked(tmp_path: Path, example: str, complaint: str) -> None:
    written(tmp_path, RULE + f"  - {example}\n")
    with pytest.raises(RuleError, match=complaint.replace("{", r"\{")):
        load([tmp_path])
