"""People's own rules: the skeleton, its tests, and the schemas that editors complete by."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from bnlint.cli import main
from bnlint.graph.subjects import SUBJECTS
from bnlint.rules import load
from bnlint.rules.json_schema import rule_schema
from bnlint.rules.yamlfile import Document
from bnlint.settings import KEYS
from bnlint.settings_schema import settings_schema

CATALOGUE = Path(__file__).parent.parent / "rules"
FIT = """\
import keras

base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
model = keras.Sequential([base, keras.layers.Dense(2)])
model.compile("sgd", "mse")
model.fit(x, y)
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def edit(code: str, old: str, new: str) -> None:
    (file,) = Path("my-rules").glob(f"{code}-*.yaml")
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


# -------------------------------------------------------------------------------------------------- the way of a rule


def test_a_new_rule_passes_its_own_examples_and_finds_its_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-rule", "ORG001", "backbone-updated", "--folder", "my-rules"]) == 0
    assert capsys.readouterr().out == "my-rules/ORG001-backbone-updated.yaml\n"
    assert main(["test", "my-rules"]) == 0
    Path("bnlint.toml").write_text('rules = ["my-rules"]\nselect = ["ORG"]\n')
    Path("train.py").write_text(FIT)
    assert main(["test"]) == 0
    assert main(["rules"]) == 0
    assert "ORG001" in capsys.readouterr().out
    assert main(["train.py", "--output-format", "concise"]) == 1
    assert "train.py:3:8: ORG001 warning: 53 BatchNorm layers of base (ResNet50) are updated" in capsys.readouterr().out


def test_a_rule_that_nobody_marked_otherwise_is_on() -> None:
    main(["new-rule", "ORG001", "backbone-updated", "--folder", "my-rules"])
    assert load(["my-rules"]).rules["ORG001"].status == "stable"


@pytest.mark.parametrize("each", SUBJECTS)
def test_there_is_a_skeleton_for_every_subject(each: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-rule", "ORG002", "something", "--each", each, "--folder", "my-rules"]) == 0
    jsonschema.validate(document(Path("my-rules/ORG002-something.yaml")), rule_schema())


def test_an_example_that_fails_is_told_with_its_line_and_what_was_expected(capsys: pytest.CaptureFixture[str]) -> None:
    main(["new-rule", "ORG001", "backbone-updated", "--folder", "my-rules"])
    edit("ORG001", "base.trainable = True  # ORG001", "base.trainable = False  # ORG001")
    capsys.readouterr()
    assert main(["test", "my-rules"]) == 1
    out = capsys.readouterr().out
    assert "my-rules/ORG001-backbone-updated.yaml:24: expected on line 5 of the program, reported on no line" in out
    assert "no example produces the case" in out


def test_a_broken_rule_file_is_an_error_with_file_line_and_the_expected(capsys: pytest.CaptureFixture[str]) -> None:
    main(["new-rule", "ORG001", "backbone-updated", "--folder", "my-rules"])
    edit("ORG001", "pretrained: true, updated", "pretraned: true, updated")
    capsys.readouterr()
    for arguments in (["test", "my-rules"], ["check", "--config", "bnlint.toml", "."]):
        Path("bnlint.toml").write_text('rules = ["my-rules"]\n')
        Path("train.py").write_text(FIT)
        assert main(arguments) == 2
        said = capsys.readouterr().err
        assert "ORG001-backbone-updated.yaml:7: there is no fact `pretraned`; did you mean `pretrained`?" in said


def test_nothing_is_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    main(["new-rule", "ORG001", "mine", "--folder", "my-rules"])
    assert main(["new-rule", "ORG001", "mine", "--folder", "my-rules"]) == 2
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new-rule", "BN700", "mine"], "codes that begin with BN are bnlint's own"),
        (["new-rule", "org1", "mine"], "`org1` is no code"),
        (["new-rule", "ORG001", "Mine_"], "`Mine_` is no name"),
        (["new-rule", "ORG001", "mine", "--each", "cal"], "no subject is called `cal`; did you mean `call`?"),
        (["test"], "name a folder of rules"),
        (["test", "nothing-here"], "nothing-here: No such file or directory"),
        (["test", "."], "holds no rule"),
    ],
)
def test_what_cannot_be_is_said(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
    assert not Path("bnlint-rules").exists()


# -------------------------------------------------------------------------------------------------------- the schemas


def document(file: Path) -> object:
    return Document(file.read_text(encoding="utf-8"), str(file)).data


def printed(of: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["schema", of]) == 0
    made: dict[str, object] = json.loads(capsys.readouterr().out)
    return made


@pytest.mark.parametrize("of", ["rule", "settings"])
def test_the_schema_is_one(of: str, capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema.Draft202012Validator.check_schema(printed(of, capsys))


def test_every_rule_of_the_catalogue_fits_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(rule_schema())
    for file in sorted(CATALOGUE.glob("*.yaml")):
        assert [error.message for error in validator.iter_errors(document(file))] == [], file.name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("updated: true", "updatd: true"),
        ("updated: true", "updated: often"),
        ("each: batch_norm_at_fit", "each: batch_norms"),
        ("severity: warning", "severity: fatal"),
        ("code: ORG001", "code: org"),
        ("flagged: |", "flaged: |"),
        ("what: |", "wat: |"),
    ],
)
def test_what_the_reader_refuses_the_schema_refuses(old: str, new: str) -> None:
    main(["new-rule", "ORG001", "backbone-updated", "--folder", "my-rules"])
    edit("ORG001", old, new)
    validator = jsonschema.Draft202012Validator(rule_schema())
    assert list(validator.iter_errors(document(next(Path("my-rules").glob("*.yaml")))))
    with pytest.raises(ValueError, match="ORG001"):
        load(["my-rules"])


def test_the_schema_of_the_settings_knows_every_key() -> None:
    schema = settings_schema()
    assert list(schema["properties"]) == list(KEYS)
    good = {"select": ["BN1"], "per-file-ignores": {"tests/*": ["BN201"]}, "jobs": 0, "color": "auto", "fix": True}
    jsonschema.validate(good, schema)
    for bad in ({"selct": ["BN1"]}, {"jobs": -1}, {"color": "red"}, {"fix": "yes"}, {"batch-size": 0}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)
