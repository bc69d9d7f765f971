"""What is shipped about ``keras.applications``, held against the Keras that is installed.

``BNLINT_KERAS_PYTHON`` names the Python whose Keras is measured; without it, it is the one that runs the tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bnlint.keras import applications
from bnlint.keras.applications import PREPROCESSING, AppLayer
from bnlint.keras.releases import Release
from tools.compare_applications import counted, differences

TOOL = Path(__file__).parents[2] / "tools" / "measure_applications.py"
PYTHON = os.environ.get("BNLINT_KERAS_PYTHON", sys.executable)
CONSTRUCTORS = {"keras": 40, "tf_keras": 69}
"""How many there are at least: fewer would mean that not all were measured."""
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}


def run(*arguments: str, api: str) -> subprocess.CompletedProcess[str]:
    legacy = "1" if api == "tf_keras" else "0"
    environment = {**os.environ, **QUIET, "TF_USE_LEGACY_KERAS": legacy}
    return subprocess.run([PYTHON, *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.tensorflow
@pytest.mark.parametrize("api", ["keras", "tf_keras"])
def test_shipped_layers_are_those_of_the_installed_keras(api: str, tmp_path: Path) -> None:
    """Every constructor, with and without the top, as the installed Keras builds it."""
    if run("-c", f"import tensorflow, {api}", api=api).returncode:
        pytest.skip(f"{PYTHON} has no {api} on TensorFlow")
    out = tmp_path / f"{api}.json"
    done = run(str(TOOL), "--api", api, "--quick", "--jobs", "2", str(out), api=api)
    assert done.returncode == 0, done.stderr[-3000:]
    facts = json.loads(out.read_text(encoding="utf-8"))
    found = list(differences(facts))
    assert not found, f"{len(found)} differences:\n" + "\n".join(found)
    constructors, lists = counted(facts)
    assert constructors >= CONSTRUCTORS[api]
    assert lists == 2 * constructors


def measured(layers: tuple[AppLayer, ...]) -> list[Any]:
    """Layers in the form that a measurement gives them."""
    return [[x.name, x.type, list(x.inbound), dict(details(x)), measured(x.children)] for x in layers]


def details(layer: AppLayer) -> Iterator[tuple[str, Any]]:
    if layer.scale_center is not None:
        scale, center = layer.scale_center
        yield from {"momentum": layer.momentum, "scale": scale, "center": center, "epsilon": layer.epsilon}.items()
    if layer.rate is not None:
        yield "rate", layer.rate
    for key, numbers in zip(PREPROCESSING.get(layer.type, ()), layer.numbers or (), strict=True):
        if numbers:
            yield key, list(numbers)


@pytest.fixture
def facts() -> dict[str, Any]:
    """A measurement of Keras 3.15.1 that found three constructors as they are shipped."""
    release = Release("keras3", (3, 15, 1), (), "")
    found: dict[str, Any] = {}
    for name in ("MobileNetV2", "ConvNeXtTiny", "EfficientNetB0"):
        layers = applications.load(name, release, include_top=True, imagenet=False)
        assert layers is not None
        found[name] = {"variants": {"top": {"layers": measured(layers)}}}
    offered = [name for name in applications.names() if applications.exists(name, release)]
    return {"api": "keras", "keras": "3.15.1", "names": offered, "preprocessed": {}, "constructors": found}


def test_nothing_differs_from_itself(facts: dict[str, Any]) -> None:
    assert list(differences(facts)) == []
    assert counted(facts) == (3, 3)


@pytest.mark.parametrize(
    ("name", "index", "part", "value", "words"),
    [
        ("MobileNetV2", 2, 0, "bn1", "layer 2: shipped BatchNormalization bn_Conv1, installed BatchNormalization bn1"),
        ("MobileNetV2", 3, 1, "Activation", "layer 3: shipped ReLU Conv1_relu, installed Activation Conv1_relu"),
        ("MobileNetV2", 3, 2, [1], "Conv1_relu: distances to the inbound layers: shipped (1,), installed (2,)"),
        (
            "MobileNetV2",
            2,
            3,
            {"momentum": 0.99},
            "BatchNormalization bn_Conv1: momentum: shipped 0.999, installed 0.99",
        ),
        (
            "MobileNetV2",
            2,
            3,
            {"epsilon": 1e-5},
            "BatchNormalization bn_Conv1: epsilon: shipped 0.001, installed 1e-05",
        ),
        ("MobileNetV2", 2, 3, {"scale": False}, "scale_center: shipped (True, True), installed (False, True)"),
        ("EfficientNetB0", -2, 3, {"rate": 0.5}, "Dropout top_dropout: rate: shipped 0.2, installed 0.5"),
        (
            "EfficientNetB0",
            1,
            3,
            {"scale": [0.5]},
            "layer 1: Rescaling (name made up): numbers: shipped ((0.00392157,)",
        ),
        ("ConvNeXtTiny", 2, 4, [], "layer 2: Sequential convnext_tiny_stem: inside it: layer 0: shipped Conv2D"),
    ],
)
def test_a_difference_names_the_layer(
    facts: dict[str, Any], name: str, index: int, part: int, value: Any, words: str
) -> None:
    layer = facts["constructors"][name]["variants"]["top"]["layers"][index]
    layer[part] = {**layer[part], **value} if isinstance(value, dict) else value
    (found,) = differences(facts)
    assert found.startswith(f"{name} on keras3 3.15.1, top: layer ")
    assert words in found


def test_a_layer_put_in_is_one_difference(facts: dict[str, Any]) -> None:
    layers = facts["constructors"]["MobileNetV2"]["variants"]["top"]["layers"]
    for layer in layers[1:]:
        layer[2] = [before + 1 if before else 0 for before in layer[2]]
    layers.insert(1, ["rescaling", "Rescaling", [0], {"scale": [0.5], "offset": [0.0]}, []])
    layers[2][2] = [1]
    (found,) = differences(facts)
    assert "layer 1: shipped Conv2D Conv1, installed Rescaling rescaling (156 layers, 157 installed)" in found


def test_constructors_and_modes_are_compared_too(facts: dict[str, Any]) -> None:
    facts["preprocessed"] = {
        "resnet": [[-1, -1, -1], [-0.921569, -0.843137, -0.764706], [1, 1, 1]],
        "vgg16": [[0, 0, 0], [1, 2, 3], [25, 25, 25]],
    }
    facts["names"] = ["VGG17" if name == "VGG16" else name for name in facts["names"]]
    assert list(differences(facts)) == [
        "resnet.preprocess_input on keras3 3.15.1: mode: shipped caffe, installed tf",
        "vgg16.preprocess_input on keras3 3.15.1: mode: shipped caffe, "
        "installed none that is known: [[0, 0, 0], [1, 2, 3], [25, 25, 25]]",
        "VGG16 on keras3 3.15.1: the constructor is shipped, not installed",
        "VGG17 on keras3 3.15.1: the constructor is installed, not shipped",
    ]


def test_what_could_not_be_measured_is_a_difference(facts: dict[str, Any]) -> None:
    facts["constructors"]["MobileNetV2"] = {"error": "Traceback\nMemoryError: too large\n"}
    facts["constructors"]["ConvNeXtTiny"]["variants"]["top"] = "ValueError: no"
    assert list(differences(facts)) == [
        "ConvNeXtTiny on keras3 3.15.1, top: could not be measured: ValueError: no",
        "MobileNetV2 on keras3 3.15.1: could not be measured: MemoryError: too large",
    ]


def test_a_new_release_is_held_against_the_newest_that_is_shipped(facts: dict[str, Any]) -> None:
    facts["keras"] = "3.16.0"
    facts["constructors"]["MobileNetV2"]["variants"]["top"]["layers"][2][3]["momentum"] = 0.9
    (found,) = differences(facts)
    assert found.startswith("MobileNetV2 on keras3 3.16.0 (held against 3.15.1), top: layer 2: ")


def test_a_release_between_two_is_held_against_both(facts: dict[str, Any]) -> None:
    facts["keras"] = "3.14.1"
    assert list(differences(facts)) == []
    facts["constructors"]["MobileNetV2"]["variants"]["top"]["layers"][2][3]["momentum"] = 0.9
    (found,) = differences(facts)
    assert found.startswith("MobileNetV2 on keras3 3.14.1 (held against 3.12.0 and 3.15.1), top: layer 2: ")
