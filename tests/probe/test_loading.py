"""What is said of a file before a framework is imported."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bnlint.measuring import frameworks
from bnlint.probe import loading
from bnlint.probe.errors import CannotProbe

LAMBDA = {"class_name": "Lambda", "module": "keras.layers", "config": {"name": "code", "function": {}}}
DENSE = {"class_name": "Dense", "module": "keras.layers", "config": {"name": "head", "units": 1}}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(*layers: dict[str, Any], version: str = "3.15.1") -> None:
    config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": list(layers)}}
    with zipfile.ZipFile("model.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))


def refused(path: str, **options: Any) -> str:
    with pytest.raises(CannotProbe) as caught:
        loading.load(path, **options)
    return f"{caught.value} {caught.value.advice}"


def test_what_is_no_model() -> None:
    Path("notes.keras").write_text("hello")
    Path("model.json").write_text(json.dumps({"class_name": "Sequential", "config": {"layers": []}}))
    assert refused("absent.keras") == "absent.keras: no such file "
    assert "it is no model in a format that bnlint knows" in refused("notes.keras")
    assert "architecture without weights Name the whole model" in refused("model.json")


@pytest.mark.parametrize(
    "layer",
    [
        LAMBDA,
        {"class_name": "TimeDistributed", "module": "keras.layers", "config": {"name": "over_time", "layer": LAMBDA}},
        {"class_name": "Sequential", "config": {"name": "inner", "layers": [LAMBDA]}},
    ],
)
def test_code_in_a_file_is_not_run(layer: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def never(package: str) -> None:
        raise AssertionError("a framework was asked for")

    monkeypatch.setattr(frameworks, "named", never)
    write(DENSE, layer)
    assert "brings Python code" in refused("model.keras")
    assert "add `--no-safe-mode`" in refused("model.keras")


def test_without_keras_the_next_step_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(package: str) -> None:
        raise ImportError(f"No module named {package!r}")

    monkeypatch.setattr(frameworks, "named", absent)
    write(DENSE)
    said = refused("model.keras")
    assert "written by Keras 3.15.1, which is not to be had here" in said
    assert "pip install 'bnlint[tensorflow]'" in said
    write(DENSE, version="2.15.0")
    assert "pip install tf_keras" in refused("model.keras")


@pytest.mark.parametrize(("version", "package"), [("3.15.1", "keras"), ("2.15.0", "tf_keras")])
def test_the_file_says_which_keras(version: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Models:
        @staticmethod
        def load_model(path: str, **options: Any) -> str:
            return f"loaded with {sorted(options)}"

    def named(name: str) -> frameworks.Framework:
        asked.append(name)
        return frameworks.Framework(type("K", (), {"models": Models}), name, version, "tensorflow")

    monkeypatch.setattr(frameworks, "named", named)
    write(DENSE, version=version)
    assert loading.load("model.keras").model == "loaded with ['custom_objects', 'safe_mode']"
    assert asked == [package]


def test_an_installed_keras_of_another_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    def named(name: str) -> frameworks.Framework:
        if name == "tf_keras":
            raise ImportError("No module named 'tf_keras'")
        return frameworks.Framework(None, name, "3.15.1", "tensorflow")

    monkeypatch.setattr(frameworks, "named", named)
    write(DENSE, version="2.15.0")
    said = refused("model.keras")
    assert "written by Keras 2.15.0" in said
    assert "pip install tf_keras" in said


def test_custom_objects() -> None:
    Path("my_layers.py").write_text("class Block: ...\n")
    write(DENSE)
    assert "`module:name` is expected" in refused("model.keras", custom_objects=["Block"])
    assert "has no `Blok`" in refused("model.keras", custom_objects=["my_layers:Blok"])
    assert loading._object("my_layers:Block")[0] == "Block"
    assert loading._object("package>Old=my_layers:Block")[0] == "package>Old"
    sys.modules.pop("my_layers", None)
