"""What the installed Kerases save, read and compared with their own facts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bnlint.graph.network import ABSENT
from bnlint.graph.saved import SavedModel
from bnlint.saved_models.reading import read

ROOT = Path(__file__).parents[2]
PYTHON = os.environ.get("BNLINT_KERAS_PYTHON", sys.executable)
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}

SAVE = r"""
import importlib, json, sys
import numpy as np
name, folder = sys.argv[1:]
keras = importlib.import_module(name)
L = keras.layers

class Own(L.Layer):
    def __init__(self, **config):
        super().__init__(**config)
        self.norm = L.BatchNormalization(name="inside")
    def build(self, shape):
        self.norm.build(shape)
    def call(self, x, training=None):
        return self.norm(x, training=training)

class Net(keras.Model):
    def __init__(self, **config):
        super().__init__(**config)
        self.first = L.Conv2D(4, 3)
        self.norm = L.BatchNormalization(momentum=0.7)
    def call(self, x, training=None):
        return self.norm(self.first(x), training=training)

def base(training):
    i = keras.Input((4,), name="base_in")
    x = L.Dense(4, name="dense", use_bias=False)(i)
    return keras.Model(i, L.BatchNormalization(name="bn", momentum=0.9)(x, **training), name="base")

def nested():
    i, j = keras.Input((4,), name="one"), keras.Input((4,), name="two")
    b = base({})
    x = L.Add(name="add")([b(i, training=False), b(j)])
    last = L.BatchNormalization(name="last", axis=1)(x, training=True)
    return keras.Model([i, j], [last, L.Dense(2, name="head")(x)], name="net")

def sequential():
    inner = [L.Flatten(), L.Dense(4), L.BatchNormalization(name="b", trainable=False)]
    outer = [keras.Input((8, 8, 3)), L.Rescaling(1 / 255.0), L.Conv2D(4, 3), L.BatchNormalization(name="a")]
    return keras.Sequential([*outer, keras.Sequential(inner, name="inner")])

def channels_first():
    i = keras.Input((3, 8, 8))
    return keras.Model(i, L.BatchNormalization(axis=1, name="bn")(L.ZeroPadding2D(data_format="channels_first")(i)))

def mixed():
    i = keras.Input((4,))
    return keras.Model(i, L.BatchNormalization(name="bn", dtype="mixed_float16")(L.Dense(4, dtype="mixed_float16")(i)))

def wrapped():
    i = keras.Input((5, 4))
    x = L.TimeDistributed(base({}), name="each")(i)
    x = L.Bidirectional(L.LSTM(3, return_sequences=True), name="both")(x)
    return keras.Model(i, L.BatchNormalization(name="bn", scale=False, center=False)(x))

def own():
    i = keras.Input((4,))
    return keras.Model(i, L.BatchNormalization(name="bn")(Own(name="block")(i)))

def subclassed():
    net = Net(name="net")
    net(np.zeros((2, 8, 8, 3), "float32"))
    return net

def norms(model, around=""):
    for layer in getattr(model, "layers", []):
        where = f"{around}/{layer.name}" if around else layer.name
        inner = getattr(layer, "layer" if type(layer).__name__ == "TimeDistributed" else "norm", None)
        if isinstance(layer, L.BatchNormalization):
            yield where, layer
        elif hasattr(layer, "layers"):
            yield from norms(layer, where)
        elif inner is not None and hasattr(inner, "layers"):
            yield from norms(inner, f"{where}/{inner.name}")
        elif inner is not None:
            yield f"{where}/{inner.name}", inner

facts = {}
random = np.random.default_rng(0)
for make in (nested, sequential, channels_first, mixed, wrapped, own, subclassed):
    model = make()
    model.compile("adam", "mse")
    found = {}
    for where, layer in norms(model):
        layer.set_weights([random.uniform(0.5, 2, each.shape) for each in layer.get_weights()])
        axis = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
        mean = float(np.min(layer.moving_mean))
        found[where] = [layer.momentum, layer.epsilon, list(axis), bool(layer.trainable), mean]
    facts[make.__name__] = found
    for form in ("keras", "h5"):
        if not (make is subclassed and form == "h5" and name == "tf_keras"):
            model.save(f"{folder}/{make.__name__}.{form}")
    model.save_weights(f"{folder}/{make.__name__}.weights.h5")
    if make is not subclassed:
        open(f"{folder}/{make.__name__}.json", "w").write(model.to_json())
    if name == "tf_keras":
        model.save(f"{folder}/{make.__name__}")
    else:
        model.export(f"{folder}/{make.__name__}", verbose=False)
print("FACTS" + json.dumps(facts))
"""


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, dict[str, Any]]:
    """The package, the folder with its models, and its own facts of them."""
    folder = tmp_path_factory.mktemp(request.param)
    legacy = {"TF_USE_LEGACY_KERAS": "1" if request.param == "tf_keras" else "0"}
    environment = {**os.environ, **QUIET, **legacy}
    if subprocess.run([PYTHON, "-c", f"import {request.param}"], env=environment, capture_output=True).returncode:
        pytest.skip(f"{request.param} is not installed: pip install -e '.[keras]'")
    script = folder / "save.py"  # Keras reads the source of `call`
    script.write_text(SAVE)
    done = subprocess.run(
        [PYTHON, str(script), request.param, str(folder)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return request.param, folder, json.loads(done.stdout.split("FACTS")[1])


def row(model: SavedModel, address: Any) -> list[Any]:
    record, config = model.heap[address], model.extras[address]
    return [record.momentum, config.epsilon, list(config.axis or ()), record.trainable]


MODELS = "nested sequential channels_first mixed wrapped own subclassed".split()
HIDDEN = {"own": "block/inside"}
"""Layers that no config shows, since the class around them is somebody's own."""


@pytest.mark.tensorflow
@pytest.mark.parametrize("form", ["keras", "h5", "json", "folder"])
@pytest.mark.parametrize("name", [each for each in MODELS if each != "subclassed"])
def test_the_facts_are_keras_s_own(name: str, form: str, saved: tuple[str, Path, dict[str, Any]]) -> None:
    package, folder, facts = saved
    pytest.importorskip("h5py")
    if form == "folder" and package == "keras":
        pytest.skip("an export has no layers")
    model = read(str(folder / (name if form == "folder" else f"{name}.{form}")))
    expected = {where: own for where, own in facts[name].items() if form == "folder" or where != HIDDEN.get(name)}
    assert {model.locations[each]: row(model, each) for each in model.order} == {
        where: own[:4] for where, own in expected.items()
    }
    if form != "json":
        assert model.weights is not None
        assert {model.locations[each]: _start(statistics) for each, statistics in model.weights.items()} == {
            where: own[4] for where, own in expected.items()
        }


def _start(statistics: Any) -> float | None:
    return statistics.moving_mean.minimum if statistics.moving_mean else None


@pytest.mark.tensorflow
@pytest.mark.parametrize("form", ["keras", "h5", "json"])
def test_calls_and_their_arguments(form: str, saved: tuple[str, Path, dict[str, Any]]) -> None:
    pytest.importorskip("h5py")
    model = read(str(saved[1] / f"nested.{form}"), weights=False)
    top = model.heap[model.root].model
    assert top is not None and len(top.outputs) == 2
    calls = [
        (model.heap[node.layer].name, node.training)
        for node in top.nodes
        if model.heap[node.layer].name in ("base", "last", "head")
    ]
    assert sorted(calls, key=str) == sorted(
        [("base", False), ("base", ABSENT), ("last", True), ("head", ABSENT)], key=str
    )
    assert {each.node.layer[-1] for each in top.outputs if each.node} == {"last", "head"}
    twice = [node.inputs[0].node for node in top.nodes if model.heap[node.layer].name == "base"]
    assert {model.heap[node.layer].name for node in twice if node} == {"one", "two"}


@pytest.mark.tensorflow
@pytest.mark.parametrize("form", ["keras", "folder", "weights.h5"])
def test_a_subclassed_model(form: str, saved: tuple[str, Path, dict[str, Any]]) -> None:
    package, folder, facts = saved
    pytest.importorskip("h5py")
    model = read(str(folder / ("subclassed" if form == "folder" else f"subclassed.{form}")))
    [own] = facts["subclassed"].values()
    [address] = model.order
    assert model.weights is not None and _start(model.weights[address]) == own[4]
    momentum = 0.7 if form == "folder" and package == "tf_keras" else None
    assert model.heap[address].momentum == momentum


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", [each for each in MODELS if each != "mixed"])
def test_the_serving_graph(name: str, saved: tuple[str, Path, dict[str, Any]]) -> None:
    _, folder, facts = saved
    pytest.importorskip("numpy")
    model = read(str(folder / name))
    assert model.serving is not None and len(model.serving) >= len(facts[name])
    by_batch = {each.layer for each in model.serving if each.by_batch}
    assert by_batch == ({"last"} if name == "nested" else set())


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", MODELS)
def test_weights_alone(name: str, saved: tuple[str, Path, dict[str, Any]]) -> None:
    pytest.importorskip("h5py")
    model = read(str(saved[1] / f"{name}.weights.h5"))
    assert model.weights is not None
    found = sorted(_start(each) or 0.0 for each in model.weights.values())
    own = sorted(each[4] for where, each in saved[2][name].items())
    if name == "wrapped":  # two vectors tell of a BatchNormalization only where a name says so
        assert set(found) <= set(own) and found
    else:
        assert found == own


@pytest.mark.tensorflow
@pytest.mark.parametrize("api", ["keras", "tf_keras"])
def test_an_application_in_every_format(api: str, tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT)}
    if subprocess.run([sys.executable, "-c", f"import {api}"], env=environment, capture_output=True).returncode:
        pytest.skip(f"{api} is not installed: pip install -e '.[keras]'")
    command = [
        sys.executable,
        "-m",
        "tools.check_saved_models",
        "--api",
        api,
        "--only",
        "^MobileNet$",
        str(tmp_path / "r.json"),
    ]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "3 files of 1 models read, 0 differ" in done.stdout
