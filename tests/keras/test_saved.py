"""What a `fit` of a loaded model does, on several targets: the same table that answers for scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import bnlint
from bnlint.graph.subjects import SavedBatchNorm
from bnlint.keras.releases import Target
from bnlint.keras.saved import gather_saved
from bnlint.saved_models.reading import read
from tests.saved_models.files import document, functional, layer, norm, old, source, written


def rows(tmp_path: Path, entry: dict[str, Any], target: str) -> dict[str, SavedBatchNorm]:
    path = written(tmp_path / "m.json", document(entry))
    found = gather_saved(read(str(path)), Target.parse(target)).model
    assert found is not None
    return {row.location: row for row in found.batch_norm}


def nested(training: bool | None, **flags: bool) -> dict[str, Any]:
    keywords = {} if training is None else {"training": training}
    base = functional("base", source("i"), norm("bn", old("i"), **flags), calls=[old("inputs", **keywords)])
    return functional("net", source(), base, layer("Dense", "head", old(("base", 1))))


@pytest.mark.parametrize(
    ("training", "flags", "target", "code"),
    [
        (None, {}, "keras==3.15", ("batch", True, True)),
        (False, {}, "keras==3.15", ("batch", True, True)),
        (False, {}, "tensorflow==2.15", ("moving", False, True)),
        (None, {"trainable": False}, "keras==3.15", ("moving", False, False)),
        (None, {"trainable": False}, "tensorflow==2.15", ("moving", False, False)),
        (True, {}, "tensorflow==2.15", ("batch", True, True)),
    ],
)
def test_a_nested_model(training: bool | None, flags: Any, target: str, code: Any, tmp_path: Path) -> None:
    row = rows(tmp_path, nested(training, **flags), target)["base/bn"]
    assert (row.statistics, row.updated, row.gamma_beta_trained) == code
    assert row.training is training and row.calls == 1
    assert row.training_overridden is (training is False and target == "keras==3.15")


def test_a_model_called_twice(tmp_path: Path) -> None:
    base = functional("base", source("i"), norm("bn", old("i")), calls=[old("inputs"), old("other")])
    entry = functional("net", source(), source("other"), base, layer("Add", "add", old(("base", 1), ("base", 2))))
    assert rows(tmp_path, entry, "keras==3.15")["base/bn"].calls == 2


def test_inside_a_class_of_somebody_nothing_is_claimed(tmp_path: Path) -> None:
    entry = functional("net", source(), layer("Custom>Block", "block", old("inputs"), bn=norm("bn")))
    row = rows(tmp_path, entry, "keras==3.15")["block/bn"]
    assert (row.statistics, row.calls) == (None, None)


def test_figures_of_the_file(tmp_path: Path) -> None:
    model = read(str(written(tmp_path / "m.json", document(nested(None), "2.11.0"))))
    found = gather_saved(model, Target.parse("keras==3.15")).model
    assert found is not None
    assert (found.name, found.format, found.keras, found.layers) == ("net", "json", "2.11.0", 5)
    row = found.batch_norm[0]
    assert (row.momentum, row.epsilon, row.axis, row.trainable, row.weights) == (0.99, 0.001, (-1,), True, None)


def test_a_target_that_is_standalone_keras_loads_the_file_of_another(tmp_path: Path) -> None:
    """`keras==2.2.4` is `import keras` of its days, also for a file of the `tf.keras` of TensorFlow 2.0."""
    entry = functional("net", source(), norm("bn", old("inputs"), axis=[1]))
    path = str(written(tmp_path / "m.json", document(entry, "2.2.4-tf")))
    result = bnlint.lint_model(path, target="keras==2.2.4")
    assert [each.code for each in result.errors] == ["BN305"]
    assert "`axis: [1]`, and the target takes a number alone" in result.findings[0].message
    assert not bnlint.lint_model(path, target="tensorflow==2.0").errors
