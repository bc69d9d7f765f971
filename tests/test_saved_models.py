"""Models among the files of a run: found, linted, shown, and refused."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bnlint.cli import main
from bnlint.engine import check
from bnlint.reports import Report
from bnlint.settings import Settings
from tests.saved_models.files import archive, document, functional, hdf5, layer, new, norm, old, source, written

GOOD = functional(
    "net",
    source(),
    layer("Dense", "d", new("inputs")),
    norm("bn", new("d"), momentum=0.9),
    layer("Dense", "head", new("bn")),
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield


def reports(*paths: str, **settings: Any) -> dict[str, Report]:
    return {report.path: report for report in check(paths, Settings(**settings))}


def test_models_are_found_in_folders_by_name_and_configs_only_when_named() -> None:
    for name in ("a.keras", "sub/b.KERAS", "sub/config.json", "sub/c.yaml", "sub/train.py"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("x = 1") if name.endswith(".py") else archive(Path(name), GOOD)
    Path("sub/saved/assets").mkdir(parents=True)
    Path("sub/saved/saved_model.pb").write_bytes(b"")
    Path("sub/saved/assets/train.py").write_text("x = 1")
    assert list(reports(".")) == ["a.keras", "sub/train.py", "sub/saved"]
    assert list(reports("sub/config.json", "sub/saved")) == ["sub/config.json", "sub/saved"]
    assert reports("sub/config.json")["sub/config.json"].analysed


def test_a_good_model_has_no_findings_and_a_target() -> None:
    archive(Path("m.keras"), GOOD, keras="3.9.0")
    report = reports("m.keras")["m.keras"]
    assert report.findings == () and report.errors == ()
    assert report.target is not None and "saved by Keras 3.9.0" in report.target.describe()
    assert report.contents == {"bn": "BatchNormalization, momentum=0.9, epsilon=0.001, axis=-1, trainable=True"}


@pytest.mark.parametrize("given", [{"target": "tensorflow==2.10", "target_source": "--target"}, {}])
def test_the_target_of_settings_and_project_comes_first(given: dict[str, str]) -> None:
    archive(Path("m.keras"), GOOD)
    if not given:
        Path("requirements.txt").write_text("tensorflow==2.10.1\n")
    target = reports("m.keras", **given)["m.keras"].target
    assert target is not None and target.tensorflow is not None and target.tensorflow[:2] == (2, 10)
    assert "saved by" not in target.describe()


def test_a_model_that_cannot_be_read_is_a_finding_and_the_others_are_done() -> None:
    Path("broken.keras").write_bytes(b"PK\x03\x04")
    archive(Path("good.keras"), GOOD)
    found = reports(".", select=("BN1",))
    [finding] = found["broken.keras"].findings
    assert (finding.code, finding.place.location, finding.severity) == ("BN902", "", "error")
    assert found["good.keras"].analysed
    assert reports(".", ignore=("BN902",))["broken.keras"].findings == ()
    assert reports(".", per_file_ignores=(("broken.*", ("BN902",)),))["broken.keras"].findings == ()


def test_hdf5_that_turns_up_is_said_only_where_it_is_a_model() -> None:
    hdf5(Path("data.h5"), {"images": [1, 2]})
    hdf5(Path("model.h5"), {"model_weights/d/kernel:0": [[1.0]]}, model_config=json.dumps(document(GOOD)))
    found = reports(".")
    assert found["data.h5"] == Report("data.h5")
    assert found["model.h5"].analysed
    assert [each.code for each in reports("data.h5")["data.h5"].findings] == ["BN902"]


def test_without_h5py_an_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("m.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    monkeypatch.setattr("bnlint.saved_models.hdf5.find_spec", lambda name: None)
    [finding] = reports("m.h5")["m.h5"].findings
    assert "h5py" in finding.message and "bnlint[models]" in finding.advice
    report = reports(".")["m.h5"]
    assert report.findings == () and "bnlint[models]" in report.warnings[0]


def test_a_model_under_any_name_is_known_by_its_bytes() -> None:
    archive(Path("epoch_3.bin"), GOOD)
    assert reports("epoch_3.bin")["epoch_3.bin"].analysed


def test_facts_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    archive(Path("m.keras"), GOOD)
    assert main(["facts", "--isolated", "m.keras"]) == 0
    out = capsys.readouterr().out
    assert "net: Keras archive · saved by Keras 3.15.1 · 4 layers · 1 BatchNormalization" in out
    assert [line.split() for line in out.split("\n") if line.startswith("    bn")] == [
        ["bn", "0.9", "yes", "-", "?", "?", "batch", "yes", "yes"]
    ]


def test_facts_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    entry = functional("net", source(), norm("bn", old("inputs")))
    weights = {
        f"model_weights/bn/bn/{part}:0": [0.0, 1.0] for part in ("gamma", "beta", "moving_mean", "moving_variance")
    }
    hdf5(Path("m.h5"), weights, model_config=json.dumps(document(entry)), keras_version="2.15.0")
    assert main(["facts", "--isolated", "--output-format", "json", "m.h5"]) == 0
    [file] = json.loads(capsys.readouterr().out)["files"]
    assert (file["path"], file["fits"]) == ("m.h5", [])
    model = file["model"]
    assert (model["format"], model["keras"], model["layers"], model["trained"]) == ("h5", "2.15.0", 2, True)
    [row] = model["batch_norm"]
    assert (row["location"], row["momentum"], row["axis"], row["training"], row["calls"]) == ("bn", 0.99, [-1], None, 1)
    assert row["fit"] == {"frozen": False, "statistics": "batch", "updated": True, "gamma_beta_trained": True}
    assert row["weights"]["initial"] is False and row["weights"]["moving_mean"]["maximum"] == 1.0


def test_facts_of_what_is_no_model(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.keras").write_bytes(b"")
    assert main(["facts", "--isolated", "m.keras"]) == 2
    assert capsys.readouterr().err.startswith("error: m.keras: not a model that can be read: it is empty.")


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    archive(Path("m.keras"), GOOD)
    written(Path("bad.json"), {"a": 1})
    assert main(["--isolated", "m.keras"]) == 0
    assert main(["--isolated", "--output-format", "concise", "bad.json"]) == 1
    assert "bad.json: BN902 error: not a model that can be read" in capsys.readouterr().out
    assert os.listdir(".") != []
