"""The outputs that show fixes promise none that cannot be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.cli import main

PROGRAM = """\
import keras

base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
base.trainable = False
model = keras.Model(base.input, keras.layers.Dense(10, activation="softmax")(base.output))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(images, labels)
{unfreeze}
model.compile(keras.optimizers.Adam(1e-5), "sparse_categorical_crossentropy")
model.fit(images, labels)
"""


# `concise` says where a rule has a fix to offer, and is spared the time that planning takes
@pytest.mark.parametrize("output", ["full", "json"])
@pytest.mark.parametrize(
    ("unfreeze", "can"),
    [
        ("base.trainable = True", True),
        ("def tune():\n    base.trainable = True\n\ntune()", True),
        ("base.trainable = True; pass", False),
    ],
)
def test_a_fix_that_has_no_place_is_not_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], output: str, unfreeze: str, can: bool
) -> None:
    file = tmp_path / "train.py"
    file.write_text(PROGRAM.format(unfreeze=unfreeze))
    main(["check", "--isolated", "--select", "BN1", "--target", "keras==3.15", "--format", output, str(file)])
    printed = capsys.readouterr()
    assert "BN102" in printed.out
    assert (("[*]" in printed.out) if output != "json" else '"safe"' in printed.out) is can
    assert ("`--fix` mends 1" in printed.err) is (can and output != "json")


def test_a_freeze_in_a_function_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "train.py"
    file.write_text(PROGRAM.format(unfreeze="def tune():\n    base.trainable = True\n\ntune()"))
    status = main(["check", "--isolated", "--select", "BN102", "--target", "keras==3.15", "--fix", str(file)])
    assert (status, capsys.readouterr().out) == (0, "")
    assert "    base.trainable = True\n    for layer in base.layers:\n" in file.read_text()
