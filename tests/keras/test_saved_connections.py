"""BN401 to BN405 on model files: the rules that programs get, on the same subject."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bnlint.engine import Task, check
from bnlint.findings import Finding
from bnlint.graph.subjects import Connection
from bnlint.keras.saved_connections import saved_connections
from bnlint.saved_models.reading import read_config
from bnlint.settings import Settings
from tests.models import conv, functional, inputs, layer, norm, sequential

DENSE = {"use_bias": True, "activation": "linear"}


def connections(config: dict[str, Any]) -> tuple[Connection, ...]:
    return saved_connections(read_config(config, "model.json"))


def only(config: dict[str, Any]) -> Connection:
    (found,) = connections(config)
    return found


def findings(tmp_path: Path, config: dict[str, Any]) -> list[Finding]:
    """What the BN4 rules say of a file; a place without its path."""
    file = tmp_path / "model.json"
    file.write_text(json.dumps(config))
    (report,) = check([str(file)], Settings(select=("BN4",)), Task())
    assert not report.errors
    return list(report.findings)


def said(tmp_path: Path, config: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each.code, each.place.location) for each in findings(tmp_path, config)]


def test_a_layer_with_what_stands_around_it() -> None:
    found = only(functional(inputs(8, 8, 3), conv("c", "input"), norm("bn", "c"), layer("ReLU", "r", "bn")))
    assert (found.saved, found.place and found.place.location, found.name) == (True, "bn", "bn")
    assert (found.producer, found.use_bias, found.activation, found.feeds_others) == ("Conv2D", True, "linear", False)
    assert found.producer_at is not None and found.producer_at.location == "c"
    assert (found.axis, found.rank, found.data_format, found.on_channels) == (3, 4, "channels_last", True)
    assert (found.gamma_regularized, found.on_output, found.dropout) == (False, None, None)


def test_a_bias_before_batch_norm(tmp_path: Path) -> None:
    model = functional(
        inputs(8, 8, 3),
        conv("biased", "input"),
        norm("bn1", "biased"),
        conv("plain", "bn1", use_bias=False),
        norm("bn2", "plain"),
        conv("active", "bn2", activation="relu"),
        norm("bn3", "active"),
        layer("Flatten", "end", "bn3"),
    )
    (found,) = findings(tmp_path, model)
    assert (found.code, found.place.location, found.fix) == ("BN401", "biased", None)
    assert found.related == ()


def test_biases_of_several_layers_are_one_finding(tmp_path: Path) -> None:
    model = functional(
        inputs(8, 8, 3), conv("c1", "input"), norm("bn1", "c1"), conv("c2", "bn1"), norm("bn2", "c2"), conv("c3", "bn2")
    )
    (found,) = findings(tmp_path, model)
    assert (found.code, found.place.location) == ("BN401", "c1")
    assert "the bias of 2 layers" in found.message
    assert [each.place.location for each in found.related] == ["c2"]


def test_an_activation_of_none_is_linear() -> None:
    assert only(sequential(layer("Dense", "d", use_bias=True, activation=None), norm("bn"))).activation == "linear"


def test_dropout_before_batch_norm(tmp_path: Path) -> None:
    model = sequential(
        layer("Dropout", "drop", rate=0.4),
        layer("Dense", "d", use_bias=False, activation="linear"),
        norm("bn", axis=[1]),
        layer("Dense", "out", **DENSE),
    )
    (found,) = findings(tmp_path, model)
    assert (found.code, found.place.location) == ("BN402", "bn")
    assert [each.place.location for each in found.related] == ["drop"]
    assert said(tmp_path, json.loads(json.dumps(model).replace("0.4", "0.0"))) == []


@pytest.mark.parametrize(
    ("axis", "data_format", "wrong"),
    [
        ([3], "channels_last", False),
        (-1, "channels_last", False),
        ([1], "channels_last", True),
        (1, "channels_last", True),
        (1, "channels_first", False),
        (-1, "channels_first", True),
        ([3], "channels_first", True),
        ([1, 2, 3], "channels_last", False),
        (1, None, False),
    ],
)
def test_the_axis(tmp_path: Path, axis: Any, data_format: str | None, wrong: bool) -> None:
    model = functional(
        inputs(8, 8, 8),
        conv("c", "input", data_format=data_format, use_bias=False),
        layer("ReLU", "r", "c"),
        norm("bn", "r", axis=axis),
        layer("Flatten", "f", "bn"),
    )
    assert said(tmp_path, model) == ([("BN403", "bn")] if wrong else [])


def test_an_output(tmp_path: Path) -> None:
    model = sequential(layer("Dense", "d", use_bias=False, activation="linear"), norm("bn", axis=-1), name="net")
    (found,) = findings(tmp_path, model)
    assert (found.code, found.severity, found.place.location) == ("BN404", "info", "bn")
    assert "an output of net" in found.message


def test_an_output_of_a_model_inside(tmp_path: Path) -> None:
    head = sequential(norm("bn", axis=[1]), name="head")
    inside = {**head, "name": "head", "inbound_nodes": [[["input", 0, 0, {}]]]}
    assert said(tmp_path, functional(inputs(8), inside)) == [("BN404", "head/bn")]
    behind = layer("Dense", "out", "head", **DENSE)
    assert said(tmp_path, functional(inputs(8), inside, behind)) == []


def test_regularizers(tmp_path: Path) -> None:
    l2 = {"class_name": "L2", "config": {"l2": 1e-4}}
    model = sequential(
        norm("a", axis=[1], gamma_regularizer=l2),
        layer("ReLU", "r"),
        norm("b", axis=[1], gamma_regularizer=l2, beta_regularizer=None),
        layer("ReLU", "s"),
    )
    (found,) = findings(tmp_path, model)
    assert (found.code, found.place.location) == ("BN405", "a")
    assert found.message == "gamma of 2 BatchNorm layers has a regularizer that pulls it to zero"


def test_classes_of_somebodys_own_are_not_understood(tmp_path: Path) -> None:
    own = {**conv("c", "input"), "class_name": "Mine>Conv2D", "registered_name": "Mine>Conv2D", "module": "mine"}
    model = functional(inputs(8, 8, 3), own, norm("bn", "c", axis=[1]), layer("Flatten", "f", "bn"))
    assert said(tmp_path, model) == []
    assert only(model).on_channels is None


def test_a_layer_called_twice_has_two_connections() -> None:
    shared = norm("bn", "a")
    shared["inbound_nodes"] = [[["a", 0, 0, {}]], [["b", 0, 0, {}]]]
    end = layer("Add", "end", "bn")
    end["inbound_nodes"] = [[["bn", 0, 0, {}], ["bn", 1, 0, {}]]]
    model = functional(
        inputs(8, 8, 3), conv("a", "input"), conv("b", "input", data_format="channels_first"), shared, end
    )
    assert [each.on_channels for each in connections(model)] == [True, False]


def test_one_finding_for_all_layers_of_a_file_with_one_fault(tmp_path: Path) -> None:
    model = functional(
        inputs(8, 8, 3),
        conv("c1", "input", use_bias=False),
        norm("n1", "c1", axis=[1]),
        conv("c2", "n1", use_bias=False),
        norm("n2", "c2", axis=[1]),
        conv("c3", "n2", use_bias=False, data_format="channels_first"),
        norm("n3", "c3", axis=[3]),
        layer("Flatten", "end", "n3"),
    )
    first, second = findings(tmp_path, model)
    assert (first.place.location, [each.place.location for each in first.related]) == ("n1", ["c1", "n2", "c2"])
    assert "2 BatchNorm layers keep statistics" in first.message
    assert second.place.location == "n3"


@pytest.mark.parametrize(
    ("axis", "shape", "on_channels"),
    [([1], (16,), True), ([2], (5, 16), True), ([1], (5, 16), None), (-1, (5, 16), True), ([1], None, None)],
)
def test_the_axis_behind_dense_counted_from_the_front(axis: Any, shape: Any, on_channels: bool | None) -> None:
    """Keras 2 of TensorFlow writes `axis: [1]` for a layer behind Dense, and no shapes but those of the inputs."""
    entry = inputs(*(shape or ()))
    if shape is None:
        del entry["config"]["batch_input_shape"]
    dense = layer("Dense", "d", "input", **DENSE)
    found = only(functional(entry, dense, norm("bn", "d", axis=axis)))
    assert (found.on_channels, found.use_bias) == (on_channels, True)


def test_the_axes_behind_dense_are_those_of_the_layers_before(tmp_path: Path) -> None:
    flat = [
        conv("c", "input"),
        layer("Flatten", "f", "c"),
        layer("Dense", "d", "f", **DENSE),
        norm("bn", "d", axis=[1]),
    ]
    assert ("BN401", "d") in said(tmp_path, functional(inputs(8, 8, 3), *flat))
    assert only(functional(inputs(8, 8, 3), *flat)).on_channels is True
    pooled = layer("GlobalAveragePooling2D", "f", "c", keepdims=True)
    assert only(functional(inputs(8, 8, 3), flat[0], pooled, *flat[2:])).on_channels is None
