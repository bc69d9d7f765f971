"""The target of a file, in the order in which it is looked for, and what the program itself sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bnlint.cli import main
from bnlint.keras.releases import Target
from bnlint.targets.finding import target_for

FIT = """\
base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
inputs = keras.Input((224, 224, 3))
model = keras.Model(inputs, keras.layers.Dense(10)(base(inputs, training=False)))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(images, labels)
"""
"""The backbone is never frozen: ``fit`` overrides ``training=False`` on Keras 3 (BN103), not on TensorFlow 2.15."""
SCRIPT = "import keras\n\n" + FIT


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "metadata": {}, "source": cell} for cell in cells],
                       "metadata": {}, "nbformat": 4, "nbformat_minor": 4})  # fmt: skip


def codes(printed: str) -> list[str]:
    return [line.split(" ")[1].rstrip(":") for line in printed.splitlines()]


def test_first_hit_wins(capsys: pytest.CaptureFixture[str]) -> None:
    def target(*arguments: str) -> str:
        main(["check", "--format", "concise", *arguments, "train.ipynb"])
        return next(line for line in capsys.readouterr().err.splitlines() if line.startswith("Target: "))

    Path("train.ipynb").write_text(notebook("import keras", FIT))
    assert target() == "Target: Keras 3.15 on TensorFlow 2.21 (default; `--target` sets another)"
    Path("requirements.txt").write_text("tensorflow==2.15.1\n")
    Path("train.ipynb").write_text(notebook("!pip install tensorflow==2.11.1", "import keras", FIT))
    assert target() == "Target: TensorFlow 2.11.1 (train.ipynb:cell 1:1)"
    Path("bnlint.toml").write_text('target = "keras==3.3"\n')
    assert target() == "Target: Keras 3.3 on TensorFlow 2.16 (bnlint.toml)"
    assert target("--target", "tensorflow==2.8") == "Target: TensorFlow 2.8 (--target)"


@pytest.mark.parametrize(("requirement", "found"), [("keras>=3.0", ["BN103"]), ("tensorflow==2.15.1", [])])
def test_the_release_decides_what_is_a_fault(
    requirement: str, found: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("train.py").write_text(SCRIPT)
    Path("requirements.txt").write_text(requirement)
    main(["check", "--format", "concise", "--select", "BN1", "train.py"])
    assert codes(capsys.readouterr().out) == found


def test_json_and_facts_name_the_file_and_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.py").write_text(SCRIPT)
    Path("requirements.txt").write_text("numpy\ntensorflow==2.15.1\n")
    expected = {"framework": "tensorflow", "version": "2.15.1", "source": "requirements.txt:2"}
    for command in ("check", "facts"):
        main([command, "--output-format", "json", "train.py"])
        document = json.loads(capsys.readouterr().out)
        assert document["target"] == expected
        assert "targets" not in document


def test_files_with_different_targets_are_each_named(capsys: pytest.CaptureFixture[str]) -> None:
    for name, version in (("old", "2.11.1"), ("new", "2.15.1")):
        Path(name).mkdir()
        Path(name, "train.py").write_text(SCRIPT)
        Path(name, "requirements.txt").write_text(f"tensorflow=={version}")
    for command in ("check", "facts"):
        main([command, "--output-format", "json", "."])
        assert json.loads(capsys.readouterr().out)["targets"] == [
            {
                "path": "new/train.py",
                "framework": "tensorflow",
                "version": "2.15.1",
                "source": "new/requirements.txt:1",
            },
            {
                "path": "old/train.py",
                "framework": "tensorflow",
                "version": "2.11.1",
                "source": "old/requirements.txt:1",
            },
        ]
    main(["check", "--format", "concise", "."])
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "Target: TensorFlow 2.15.1 (new/requirements.txt:1), for 1 file",
        "Target: TensorFlow 2.11.1 (old/requirements.txt:1), for 1 file",
    ]


def test_the_same_findings_whatever_else_is_linted(capsys: pytest.CaptureFixture[str]) -> None:
    for name, version in (("old", "2.15.1"), ("new", "2.18.0")):
        Path(name).mkdir()
        Path(name, "requirements.txt").write_text(f"tensorflow=={version}")
        for number in range(6):
            Path(name, f"train{number}.py").write_text(SCRIPT)

    def found(*arguments: str) -> list[str]:
        main(["check", "--format", "concise", "--select", "BN1", *arguments])
        return capsys.readouterr().out.splitlines()

    together = found(".")
    assert together == found(".", "--jobs", "4")
    assert together == [line for number in range(6) for line in found(f"new/train{number}.py")]


# ----------------------------------------------------------------------------------------- what the program sets itself


def described(program: str, given: str | None = None) -> str:
    target = Target.parse(given) if given else None
    return target_for("train.py", program, target).describe()


@pytest.mark.parametrize(
    "line",
    [
        'os.environ["KERAS_BACKEND"] = "jax"',
        'os.environ.setdefault("KERAS_BACKEND", "jax")',
        'os.environ.update({"A": "1", "KERAS_BACKEND": "jax"})',
        'environ["KERAS_BACKEND"] = "jax"',
    ],
)
def test_the_backend_that_a_program_chooses(line: str) -> None:
    assert described(f"import os\n{line}\nimport keras\n") == (
        "Keras 3.15 on JAX (default; KERAS_BACKEND=jax in train.py:2)"
    )


@pytest.mark.parametrize(
    ("program", "given", "text"),
    [
        # measured on TensorFlow 2.21: it imports Keras, which reads the variable there
        ("import keras\nos.environ['KERAS_BACKEND'] = 'jax'", "keras==3.15", "Keras 3.15 on TensorFlow 2.21"),
        (
            "import tensorflow\nos.environ['KERAS_BACKEND'] = 'jax'\nimport keras",
            "keras==3.15",
            "Keras 3.15 on TensorFlow 2.21",
        ),
        ("os.environ['KERAS_BACKEND'] = 'tensorflow'\nimport keras", "keras==3.15", "Keras 3.15 on TensorFlow 2.21"),
        (
            "if a:\n    os.environ['KERAS_BACKEND'] = 'jax'\nimport keras",
            "keras==3.15",
            "Keras 3.15 on TensorFlow 2.21",
        ),
        ("os.environ['KERAS_BACKEND'] = name\nimport keras", "keras==3.15", "Keras 3.15 on TensorFlow 2.21"),
        ("os.environ['KERAS_BACKEND'] = 'jax'\nimport keras", "tensorflow==2.15", "TensorFlow 2.15"),
        ("os.environ['KERAS_BACKEND'] = 'no such'\nimport keras", "keras==3.15", "Keras 3.15 on TensorFlow 2.21"),
    ],
)
def test_a_backend_without_effect(program: str, given: str, text: str) -> None:
    assert described("import os\n" + program, given) == f"{text} (--target)"


def test_standalone_keras_on_theano() -> None:
    program = "import os\nos.environ['KERAS_BACKEND'] = 'theano'\nimport keras"
    target = target_for("train.py", program, Target.parse("keras==2.2.4"))
    assert target.describe() == "Keras 2.2.4 on Theano (--target; KERAS_BACKEND=theano in train.py:2)"
    release = target.release("keras")
    assert release is not None
    assert release.columns == ()


def test_legacy_keras() -> None:
    program = "import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nimport tensorflow as tf"
    target = target_for("train.py", program, Target.parse("tensorflow==2.18"))
    assert target.notes == ("TF_USE_LEGACY_KERAS=1 in train.py:2",)
    release = target.release("tf.keras")
    assert release is not None
    assert (release.package, release.version) == ("tf_keras", (2, 18))
    keras = target.release("keras")
    assert keras is not None
    assert keras.package == "keras3"


@pytest.mark.parametrize(
    ("program", "package"),
    [
        (
            "import tensorflow as tf\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nfrom tensorflow.keras import layers",
            "keras3",
        ),
        ("os.environ['TF_USE_LEGACY_KERAS'] = '0'\nimport tensorflow as tf", "keras3"),
        ("os.environ['TF_USE_LEGACY_KERAS'] = 'True'\nfrom tensorflow.keras import layers", "tf_keras"),
    ],
)
def test_legacy_keras_is_read_when_tensorflow_is_imported(program: str, package: str) -> None:
    """Measured on TensorFlow 2.21."""
    target = target_for("train.py", "import os\n" + program, Target.parse("tensorflow==2.21"))
    release = target.release("tf.keras")
    assert release is not None
    assert release.package == package


def test_before_tensorflow_2_16_legacy_keras_changes_nothing() -> None:
    program = "import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nimport tensorflow as tf"
    assert described(program, "tensorflow==2.15") == "TensorFlow 2.15 (--target)"


@pytest.mark.parametrize("magic", ["%env KERAS_BACKEND=jax", "%env KERAS_BACKEND jax", "%set_env KERAS_BACKEND=jax"])
def test_magics_of_a_notebook(magic: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.ipynb").write_text(notebook("# the backend\n" + magic, "import keras", FIT))
    main(["facts", "train.ipynb"])
    assert "Target: Keras 3.15 on JAX (default; KERAS_BACKEND=jax in train.ipynb:cell 1:2" in capsys.readouterr().err


def test_a_shell_of_its_own_sets_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.ipynb").write_text(notebook("!export KERAS_BACKEND=jax", "import keras", FIT))
    main(["facts", "train.ipynb"])
    assert "Target: Keras 3.15 on TensorFlow 2.21 (default; " in capsys.readouterr().err
