"""BN904: a program whose own words contradict the target that was found for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bnlint.cli import main
from bnlint.keras.api_uses import uses
from bnlint.keras.releases import DEFAULT, Target
from bnlint.targets.evidence import missing, pointed_to

PROGRAM = """\
import keras
{imports}
base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
inputs = keras.Input((224, 224, 3))
model = keras.Model(inputs, keras.layers.Dense(10)(base(inputs, training=False)))
model.compile(keras.optimizers.Adam({rate}), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.{fit}(train)
"""
"""The backbone is never frozen: BN103 on Keras 3, where ``fit`` overrides ``training=False``; no fault on Keras 2."""


def program(imports: str = "", rate: str = "1e-5", fit: str = "fit") -> str:
    return PROGRAM.format(imports=imports, rate=rate, fit=fit)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lint(capsys: pytest.CaptureFixture[str], *arguments: str, name: str = "train.py") -> list[dict[str, object]]:
    main(["check", "--format", "json", *arguments, name])
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["diagnostics"]
    return [finding for finding in found if finding["code"] != "BN304"]  # which says it of each old word


def codes(capsys: pytest.CaptureFixture[str], text: str, *arguments: str) -> list[object]:
    Path("train.py").write_text(text)
    return [finding["code"] for finding in lint(capsys, *arguments)]


OLD = {
    "an import": program("from keras.layers.normalization import BatchNormalization"),
    "a generator method": program(fit="fit_generator"),
    "an optimizer's argument": program(rate="lr=1e-5"),
    "the backend's module": program("import keras.backend.tensorflow_backend as KTF"),
    "data of Keras 2": program("from keras.preprocessing.image import ImageDataGenerator"),
    "a session": program("import tensorflow as tf\nsession = tf.Session()"),
    "contrib": program("import tensorflow as tf\nslim = tf.contrib.slim"),
    "the short name of a metric": program() + 'print(history.history["val_acc"])\n',
    "the names of Keras 1": program(
        "from keras.layers import merge, Convolution2D\nConvolution2D(64, 3, 3, subsample=2)"
    ),
}


@pytest.mark.parametrize("name", OLD)
def test_old_words_on_the_newest_release(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = [code for code in codes(capsys, OLD[name]) if not str(code).startswith("BN3")]
    assert found == ["BN904"]


@pytest.mark.parametrize(
    "text",
    [
        program(),
        program("import tensorflow.compat.v1 as tf\nsession = tf.Session()"),
        program("try:\n    from keras.layers.normalization import BatchNormalization\nexcept ImportError:\n    pass"),
        program("if keras.__version__ < '3':\n    from keras.layers.normalization import BatchNormalization"),
        program("from keras.layers import Convolution2D"),
        program("import trainers\ntrainers.Adam(lr=1e-5)"),
        program("class Trainer:\n    def fit_generator(self, data): ...\n\nTrainer().fit_generator(1)"),
        program().replace('["accuracy"]', '["acc"]') + 'print(history.history["val_acc"])\n',
        program("acc = 1") + 'print("acc")\n'.replace("acc", "accuracy"),
    ],
)
def test_what_contradicts_nothing(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(capsys, text) == ["BN103"]


def test_it_says_what_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.py").write_text(program(rate="lr=1e-5", fit="fit_generator"))
    found = {finding["code"]: finding for finding in lint(capsys)}
    finding = found["BN904"]
    assert finding["severity"] == "info"
    assert finding["message"] == (
        "Keras 3.15 on TensorFlow 2.21 (default) does not have `lr=` in `Adam`, TensorFlow 2.10 has; "
        "one finding does not hold on both and is left out: BN103"
    )
    assert (finding["line"], finding["column"]) == (6, 37)
    assert finding["related"] == [
        {"message": "nor `fit_generator`", "path": "train.py", "cell": None, "line": 7, "column": 17}
    ]
    assert "BN303" in found  # what is said of the API stays said
    main(["check", "train.py"])
    assert "--target tensorflow==2.10" in capsys.readouterr().out


def test_a_finding_that_holds_on_both_stays(capsys: pytest.CaptureFixture[str]) -> None:
    text = program(rate="lr=1e-3").replace("base(inputs, training=False)", "base(inputs)")
    assert codes(capsys, text) == codes(capsys, text.replace("lr=", "")) == ["BN102", "BN603"]


def test_what_is_not_known_of_an_old_release_takes_no_finding_away(capsys: pytest.CaptureFixture[str]) -> None:
    """The layers of NASNetLarge were not measured on the TensorFlow that has a session."""
    text = program("import tensorflow as tf\nsession = tf.Session()").replace("ResNet50", "NASNetLarge")
    assert codes(capsys, text.replace(", training=False", "")) == ["BN102"]
    assert codes(capsys, text) == ["BN904"]  # on TensorFlow 2.15 they are known, and `training=False` holds


@pytest.mark.parametrize("arguments", [["--target", "keras==3.15"], ["--ignore", "BN904"], ["--select", "BN1"]])
def test_a_person_is_believed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    found = codes(capsys, program(rate="lr=1e-5"), *arguments)
    assert found == ["BN103"]


def test_so_is_a_suppression(capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(capsys, "# bnlint: file-ignore[BN904]\n" + program(rate="lr=1e-5")) == ["BN103"]


def test_and_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bnlint.toml").write_text('target = "keras==3.15"\n')
    assert codes(capsys, program(rate="lr=1e-5")) == ["BN103"]


def test_a_target_of_the_project_is_contradicted_too(capsys: pytest.CaptureFixture[str]) -> None:
    Path("requirements.txt").write_text("keras>=3\n")
    assert codes(capsys, program(rate="lr=1e-5")) == ["BN904"]
    Path("old").mkdir()
    Path("old", "requirements.txt").write_text("tensorflow==2.10.0\n")
    Path("old", "train.py").write_text(program(rate="lr=1e-5"))
    assert lint(capsys, name="old/train.py") == []


def test_a_project_that_is_newer_than_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    """On TensorFlow 1.15 a frozen layer normalizes by the batch (BN104); layers that prepare images are newer."""
    Path("requirements.txt").write_text("tensorflow==1.15.5\n")
    text = """\
import tensorflow as tf

base = tf.keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
base.trainable = False
inputs = tf.keras.Input((224, 224, 3))
x = {rescaling}
model = tf.keras.Model(inputs, tf.keras.layers.Dense(10)(base(x)))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(images, labels)
"""
    assert codes(capsys, text.format(rescaling="inputs")) == ["BN104"]
    assert codes(capsys, text.format(rescaling="tf.keras.layers.Rescaling(1 / 255)(inputs)")) == ["BN904"]


def test_a_notebook_names_the_cell(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = program(rate="lr=1e-5").split("model.compile")
    cells = ["%matplotlib inline", first, "model.compile" + second]
    Path("train.ipynb").write_text(
        json.dumps(
            {
                "cells": [{"cell_type": "code", "metadata": {}, "source": cell} for cell in cells],
                "metadata": {},
                "nbformat": 4,
                "nbformat_minor": 4,
            }
        )
    )
    (finding,) = lint(capsys, name="train.ipynb")
    assert (finding["code"], finding["cell"], finding["line"]) == ("BN904", 3, 1)


def test_mending_the_old_words_is_not_withdrawn_for_what_comes_to_light(capsys: pytest.CaptureFixture[str]) -> None:
    """The mended program is one for Keras 3, and is then told what it does there."""
    Path("train.py").write_text(program(fit="fit_generator"))
    assert main(["--fix", "train.py"]) == 1
    printed = capsys.readouterr()
    assert "withdrawn" not in printed.err
    assert "Fixed 1 finding" in printed.err
    assert Path("train.py").read_text() == program(fit="fit")
    assert "BN103" in printed.out


@pytest.mark.parametrize(
    ("text", "target", "points_to"),
    [
        ("from keras.preprocessing.image import ImageDataGenerator", DEFAULT, "TensorFlow 2.15"),
        ("import tensorflow as tf\ntf.placeholder", DEFAULT, "TensorFlow 1.15 with Keras 2.3.1"),
        (
            "from keras.layers import Dense\nm.compile('sgd', metrics=['accuracy'])\nh['val_acc']",
            DEFAULT,
            "TensorFlow 1.14 with Keras 2.2.5",
        ),
        ("import keras\nkeras.ops", Target.parse("tensorflow==2.10"), "TensorFlow 2.16 with Keras 3.3.3"),
    ],
)
def test_the_release_that_a_program_points_to(text: str, target: Target, points_to: str) -> None:
    found = missing(uses(text), target)
    assert found
    other = pointed_to(found, target)
    assert other is not None
    assert other.name == points_to


def test_a_program_that_is_nested_deeply() -> None:
    deep = "if " + "not " * 3000 + "x:\n    import keras.layers.core\n"
    assert uses(deep + "import keras\n") in ((), uses("import keras\n"))


@pytest.mark.parametrize("text", ["", "import keras", "def f(:", "x = 1\n" * 3, "import keras\nkeras.no_such_thing"])
def test_programs_that_use_nothing_of_one_release_only(text: str) -> None:
    assert missing(uses(text), DEFAULT) == ()
