"""Mended files loaded by the installed Kerases: the same weights and predictions, and the mode that was promised."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bnlint.cli import main
from tests.saved_models import fixing

pytestmark = pytest.mark.tensorflow

PYTHON = os.environ.get("BNLINT_KERAS_PYTHON", sys.executable)
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}
KERASES = ("keras", "tf_keras")
FORMS = ("keras", "h5")

SAVE = r"""
import importlib, sys
import numpy as np
name, folder = sys.argv[1:]
keras = importlib.import_module(name)
L = keras.layers

def norm(x, name, **given):
    return L.BatchNormalization(name=name, momentum=0.2)(x, **given)

def nested():
    i, j = keras.Input((6, 6, 3)), keras.Input((6, 6, 3))
    x = norm(L.Conv2D(4, 1, name="c2")(norm(L.Conv2D(4, 3, name="c1")(i), "bn1")), "bn2")
    x = norm(keras.Model(i, x, name="base")(j), "top")
    return keras.Model(j, L.Dense(2, name="head")(L.Flatten()(x)))

def forced():
    i = keras.Input((6, 6, 3))
    return keras.Model(i, L.Dense(2)(L.Flatten()(norm(L.Conv2D(4, 3)(i), "forced", training=True))))

def wrapped():
    inner = L.BatchNormalization(name="inner", momentum=0.2)
    return keras.Sequential([keras.Input((5, 4)), L.TimeDistributed(inner, name="td"), L.Flatten(), L.Dense(2)])

random = np.random.default_rng(0)
for make in (nested, forced, wrapped):
    model = make()
    model.compile("sgd", "mse")
    model.set_weights([random.uniform(0.5, 2, each.shape) for each in model.get_weights()])
    for form in ("keras", "h5"):
        model.save(f"{folder}/{make.__name__}.{form}")
"""

LOAD = r"""
import importlib, json, sys
import numpy as np
name, folder = sys.argv[1:3]
keras = importlib.import_module(name)
random = np.random.default_rng(1)

def walk(model):
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from walk(layer)
        elif hasattr(layer, "layer"):
            yield layer.layer
        else:
            yield layer

def norms(model):
    return {l.name: l for l in walk(model) if isinstance(l, keras.layers.BatchNormalization)}

def moving(model):
    return {name: np.array(layer.moving_mean) for name, layer in norms(model).items()}

told = {}
for file in sys.argv[3:]:
    before, after = (keras.models.load_model(f"{folder}/{each}/{file}", compile=False) for each in ("before", "fixed"))
    x = random.uniform(1, 4, (16, *after.input_shape[1:])).astype("float32")
    weights = [{l.name: l.get_weights() for l in walk(model)} for model in (before, after)]
    start = moving(after)
    predicted = [model.predict(x, verbose=0) for model in (before, after)]
    after_predict = moving(after)
    after.compile("sgd", "mse")
    after.fit(x, np.zeros((16, 2)), verbose=0)
    end = moving(after)
    one, other = ([array for name in sorted(each) for array in each[name]] for each in weights)
    told[file] = {
        "weights": all(np.array_equal(a, b) for a, b in zip(one, other, strict=True)),
        "predictions": bool(np.array_equal(*predicted)),
        "momentum": {name: layer.momentum for name, layer in norms(after).items()},
        "axis": {name: layer.get_config()["axis"] for name, layer in norms(after).items()},
        "moved_by_predict": sorted(name for name in start if not np.array_equal(start[name], after_predict[name])),
        "moved_by_fit": sorted(name for name in start if not np.array_equal(after_predict[name], end[name])),
    }
print(json.dumps(told))
"""


def python(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [PYTHON, "-c", script, *arguments], env={**os.environ, **QUIET}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(done.stderr[-3000:])
    return done.stdout


@pytest.fixture(scope="module", params=KERASES)
def keras(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The files of one Keras."""
    name: str = request.param
    if subprocess.run([PYTHON, "-c", f"import {name}"], capture_output=True, env={**os.environ, **QUIET}).returncode:
        pytest.skip(f"{name} is not installed")
    folder = tmp_path_factory.mktemp(name)
    (folder / "before").mkdir()
    python(SAVE, name, str(folder / "before"))
    return name, folder


Mend = Callable[..., dict[str, Any]]


@pytest.fixture
def mend(keras: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mend:
    """Mends copies of files by rules, and tells what the Keras that has saved them makes of the copies."""
    name, folder = keras

    def mend(*files: str, by: str) -> dict[str, Any]:
        shutil.copytree(folder / "before", tmp_path / "before")
        shutil.copytree(folder / "before", tmp_path / "fixed")
        monkeypatch.chdir(tmp_path)
        fixing.use(monkeypatch, tmp_path, by)
        assert main(["--fix", "--unsafe-fixes", "--exit-non-zero-on-fix", *(f"fixed/{file}" for file in files)]) == 1
        told: dict[str, Any] = json.loads(python(LOAD, name, str(tmp_path), *files).splitlines()[-1])
        return told

    return mend


def test_momentum(mend: Mend) -> None:
    files = [f"{model}.{form}" for model in ("nested", "wrapped") for form in FORMS]
    for told in mend(*files, by="TM201").values():
        assert told["weights"] and told["predictions"]
        assert set(told["momentum"].values()) == {0.9}
        assert told["moved_by_fit"] == sorted(told["momentum"])


def test_frozen_layers_stay_as_they_are_in_a_fit(mend: Mend) -> None:
    told = mend("nested.keras", "wrapped.keras", "nested.h5", "wrapped.h5", by="TM102")
    for file, each in told.items():
        assert each["weights"] and each["predictions"]
        assert each["moved_by_fit"] == (["bn1", "bn2"] if file == "nested.h5" else [])


def test_training_false_on_the_call_of_a_nested_model(mend: Mend, keras: tuple[str, Path]) -> None:
    for each in mend("nested.keras", "nested.h5", by="TM101").values():
        assert each["weights"] and each["predictions"]
        overridden = keras[0] == "keras"  # Keras 3: `fit` overrides what the graph says (BN103)
        assert each["moved_by_fit"] == (["bn1", "bn2", "top"] if overridden else ["top"])


def test_training_true_taken_back(mend: Mend, keras: tuple[str, Path]) -> None:
    for each in mend("forced.keras", "forced.h5", by="TM111").values():
        assert each["weights"] and each["moved_by_predict"] == []
        assert each["predictions"] == (keras[0] == "keras")  # which ignores the True where it predicts


def test_arguments_as_another_keras_wants_them(mend: Mend, keras: tuple[str, Path]) -> None:
    """What Keras 3.14 began to write and earlier ones refuse; the list that Keras 2.3 and earlier stumble over."""
    rule = {"keras": "TM305", "tf_keras": "TM306"}[keras[0]]
    for each in mend("nested.keras", "nested.h5", by=rule).values():
        assert each["weights"] and each["predictions"]
        assert each["moved_by_fit"] == ["bn1", "bn2", "top"]
