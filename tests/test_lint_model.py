"""`bnlint.lint_model`, with stand-ins for models in memory: what it asks of them, and what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import bnlint
from bnlint.saved_models import live
from tests.models import conv, functional, inputs, layer, norm, sequential

WRONG = functional(inputs(8, 8, 3), conv("c", "input"), norm("bn", "c", axis=1), layer("Flatten", "f", "bn"))
RIGHT = functional(inputs(8, 8, 3), conv("c", "input"), norm("bn", "c", axis=3), layer("Flatten", "f", "bn"))


class Layer:
    """What any layer of Keras has."""

    layers: tuple[Layer, ...] = ()
    weights: tuple[object, ...] = ()

    def __init__(self, name: str, *layers: Layer, trainable: bool = True, **config: Any) -> None:
        self.name, self.layers, self.trainable, self.config = name, layers, trainable, config

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "trainable": self.trainable, **self.config}


class BatchNormalization(Layer):
    __module__ = "keras.layers"


class Model(Layer):
    """A model whose `to_json` gives a config."""

    __module__ = "keras.models"

    def __init__(self, document: Any, *layers: Layer) -> None:
        super().__init__("model", *layers)
        self.document = document

    def to_json(self) -> str:
        return json.dumps(self.document)


class Own(Layer):
    """A model of a class of somebody's own, as Keras 2 treats it."""

    def to_json(self) -> str:
        raise NotImplementedError("Subclassed models have no config")


def codes(model: Any, **options: Any) -> list[tuple[str, str | None]]:
    return [(each.code, each.location) for each in bnlint.lint_model(model, target="keras==3.15", **options)]


def test_a_model_in_memory() -> None:
    (found,) = bnlint.lint_model(Model(WRONG), target="keras==3.15").errors
    assert (found.code, found.path, found.location) == ("BN403", "<model>", "bn")
    assert (found.cell, found.line, found.column, found.end_line, found.end_column) == (None,) * 5
    assert [(each.location, each.line) for each in found.related] == [("c", None)]
    assert str(found).startswith("<model>:bn: BN403 error: axis 1")
    assert not bnlint.lint_model(Model(RIGHT), target="keras==3.15").errors


@pytest.mark.parametrize("form", [dict, json.dumps, lambda config: f"\n {json.dumps(config)}"])
def test_a_config(form: Any) -> None:
    assert codes(form(WRONG)) == [("BN403", "bn")]


def test_a_config_without_its_class() -> None:
    assert codes(WRONG["config"]) == [("BN403", "bn")]
    chain = sequential(conv("c"), norm("bn", axis=1), layer("Flatten", "f"))
    assert codes(chain["config"]) == [("BN403", "bn")]


@pytest.mark.parametrize("form", [str, Path])
def test_a_path(tmp_path: Path, form: Any) -> None:
    file = tmp_path / "model.json"
    file.write_text(json.dumps(WRONG))
    result = bnlint.lint_model(form(file), target="keras==3.15")
    assert [(each.code, each.location, each.path) for each in result] == [("BN403", "bn", str(file))]


def test_the_name_in_messages() -> None:
    (found,) = bnlint.lint_model(WRONG, path="generator").errors
    assert str(found).startswith("generator:bn: BN403")


def test_options() -> None:
    assert codes(RIGHT, select=["BN401"]) == codes(RIGHT, extend_select=["BN4"]) == [("BN401", "c")]
    assert codes(RIGHT) == []
    assert codes(WRONG, ignore=["axis-against-data-format"]) == []
    with pytest.raises(ValueError, match="BN999"):
        codes(WRONG, select=["BN999"])
    with pytest.raises(ValueError, match="torch"):
        bnlint.lint_model(WRONG, target="torch==2")


@pytest.mark.parametrize("value", [None, 3, object(), [WRONG], Model, BatchNormalization])
def test_what_is_no_model_at_all(value: object) -> None:
    with pytest.raises(TypeError, match="a Keras model, its config"):
        bnlint.lint_model(value)


@pytest.mark.parametrize("value", [{}, {"class_name": "Dense"}, "{}", '{"class_name":', Model({}), Model([]), Own("m")])
def test_what_does_not_say_its_layers_is_an_error(value: object) -> None:
    (found,) = bnlint.lint_model(value).errors
    assert (found.code, found.line, found.location) == ("BN902", None, None)
    assert str(found).startswith("<model>: BN902 error: ")


def test_what_is_no_file_gets_advice_and_no_fix(tmp_path: Path) -> None:
    config = functional(
        inputs(8, 8, 3), conv("c", "input"), norm("bn", "c", momentum=0.01), layer("Flatten", "f", "bn")
    )
    file = tmp_path / "model.json"
    file.write_text(json.dumps(config))
    (of_file,) = bnlint.lint_model(file)
    assert of_file.code == "BN202" and of_file.fix is not None
    for model in (Model(config), config, json.dumps(config)):
        (found,) = bnlint.lint_model(model)
        assert (found.code, found.fix, found.message) == ("BN202", None, of_file.message)
        assert found.advice == f"Where the model is made: {of_file.fix.summary}"
    config = functional(inputs(4), norm("bn", "input", axis=[1]), keras_version="2.15.0")
    (found,) = bnlint.lint_model(config, select=["BN305"], target="keras==2.2.4")
    assert found.fix is None and found.advice == "Where the model is made: axis=1"


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        bnlint.lint_model("nowhere.keras")


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    file = tmp_path / "model.keras"
    file.write_text("model")
    (found,) = bnlint.lint_model(file).errors
    assert found.code == "BN902"


def test_a_class_of_somebodys_own_is_asked_for_its_layers() -> None:
    inner = BatchNormalization("bn", trainable=False, axis=1, momentum=0.9, gamma_regularizer={"class_name": "L2"})
    unasked = Own("quiet", BatchNormalization("bn2", momentum=0.8))
    model = Own("net", Layer("block", inner, units=3), unasked)
    saved = live.read(model, "<model>")
    assert [saved.locations[each] for each in saved.order] == ["block/bn", "quiet/bn2"]
    assert [(saved.heap[each].trainable, saved.heap[each].momentum) for each in saved.order] == [
        (False, 0.9),
        (True, 0.8),
    ]
    assert codes(model) == []


def test_flags_are_those_of_the_model_now() -> None:
    saved = live.read(Model(RIGHT, BatchNormalization("bn", trainable=False)), "<model>")
    assert [saved.heap[each].trainable for each in saved.order] == [False]


def test_layers_whose_names_do_not_tell_them_apart_keep_what_the_config_says() -> None:
    layers = (BatchNormalization("bn", trainable=False), BatchNormalization("bn"))
    saved = live.read(Model(RIGHT, *layers), "<model>")
    assert [saved.heap[each].trainable for each in saved.order] == [True]


def test_without_numpy_the_weights_are_a_problem_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = BatchNormalization("bn")
    layer.moving_mean = [0.0]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "numpy", None)
    result = bnlint.lint_model(Model(RIGHT, layer))
    assert result.problems == ("the weights were not read: NumPy is not installed here",)
    assert not result.findings


def test_no_framework_is_imported() -> None:
    code = (
        "import sys, bnlint\n"
        "config = {'class_name': 'Sequential', 'config': {'name': 'm', 'layers': []}}\n"
        "assert bnlint.lint_model(config).path == '<model>'\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & set('tensorflow keras tf_keras'.split())))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
