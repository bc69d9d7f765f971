"""Whole probes on real Keras: small models with and without a fault, files of each kind, nothing changed afterwards."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

from bnlint.probe import loading, picture
from bnlint.probe.errors import CannotProbe
from bnlint.probe.report import Report
from bnlint.probe.running import probe
from bnlint.probe.samples import Named, Sample
from bnlint.probe.verdict import BROKEN, DEPENDS, HEALTHY, NONE, OPEN, SHIFT, STALE
from tests.conftest import Run

pytestmark = pytest.mark.tensorflow


@pytest.fixture(params=["keras", "tf_keras"], scope="module")
def keras(request: pytest.FixtureRequest) -> Any:
    pytest.importorskip("tensorflow")
    return pytest.importorskip(request.param)


def rows(examples: int, seed: int = 0) -> tuple[Any, Any]:
    """Two clouds, far from zero."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, examples)
    values = random.normal(0, 1, (examples, 8)) + 1.5 * labels[:, None] * np.array([1, -1] * 4) + 4
    return values.astype("float32"), labels


def network(keras: Any, outputs: int = 2, **norm: Any) -> Any:
    return keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.BatchNormalization(name="first", **{"momentum": 0.8, **norm}),
            keras.layers.Dense(16),
            keras.layers.BatchNormalization(name="second", **{"momentum": 0.8, **norm}),
            keras.layers.ReLU(),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(outputs, activation="softmax" if outputs > 1 else "sigmoid"),
        ]
    )


@pytest.fixture(scope="module")
def trained(keras: Any) -> Any:
    keras.utils.set_random_seed(0)
    model = network(keras)
    model.compile(keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", jit_compile=False)
    model.fit(*rows(640), epochs=6, verbose=0)
    return model


def copy(keras: Any, model: Any) -> Any:
    again = keras.models.clone_model(model)
    again.set_weights(model.get_weights())
    return again


def sample(examples: int = 256, *, labels: bool = True) -> Sample:
    x, y = rows(examples, seed=1)
    return Sample("made here", (Named("", x),), (Named("", y),) if labels else (), examples)


def without_statistics(model: Any, names: tuple[str, ...] = ("first", "second")) -> Any:
    for name in names:
        layer = model.get_layer(name)
        layer.moving_mean.assign(np.zeros(layer.moving_mean.shape))
        layer.moving_variance.assign(np.ones(layer.moving_variance.shape))
    return model


# ------------------------------------------------------------------------------------------------------------- verdicts


def test_a_healthy_model_is_told_so_and_left_as_it_was(keras: Any, trained: Any) -> None:
    before = [np.array(each) for each in trained.get_weights()]
    report = probe(trained, sample())
    assert (report.verdict, report.suffers) == (HEALTHY, False)
    assert all(np.array_equal(old, new) for old, new in zip(before, trained.get_weights(), strict=True))
    assert [layer.name for layer in report.layers] == ["first", "second"]
    assert all(layer.distance < 0.1 and layer.deployed < 0.1 for layer in report.layers)
    steady = report.invariance
    assert steady.alone is not None and steady.alone < 1e-5
    assert steady.shuffled is not None and steady.shuffled < 1e-5
    assert steady.exported is not None and steady.exported < 1e-5
    assert steady.changed == ()


def test_the_loss_is_that_of_evaluate(keras: Any, trained: Any) -> None:
    report = probe(trained, sample(), export=False)
    x, y = rows(256, seed=1)
    found = report.gaps[0].loss
    assert found is not None
    assert found.inference.value == pytest.approx(float(trained.evaluate(x, y, verbose=0)), abs=1e-5)
    assert [score.name for score in report.gaps[0].scores] == ["accuracy"]


def test_training_mode_is_that_of_batch_norm_alone(keras: Any, trained: Any) -> None:
    one_batch = probe(trained, sample(), export=False, large_batch=256).gaps[0]
    x, y = rows(256, seed=1)
    expected = x
    for layer in trained.layers:
        name = type(layer).__name__
        if name == "BatchNormalization":
            mean, variance = expected.mean(0), expected.var(0)
            scaled = (expected - mean) / np.sqrt(variance + layer.epsilon)
            expected = scaled * np.array(layer.gamma) + np.array(layer.beta)
        elif name != "Dropout":
            expected = np.array(layer(expected))
    assert one_batch.loss is not None
    assert one_batch.loss.training.value == pytest.approx(-np.log(expected[np.arange(256), y]).mean(), rel=1e-4)


def test_statistics_that_were_never_updated(keras: Any, trained: Any) -> None:
    report = probe(without_statistics(copy(keras, trained)), sample(), export=False)
    assert (report.verdict, report.suffers) == (STALE, True)
    first = report.layers[0]
    assert first.d == pytest.approx(4, abs=0.6)  # the clouds are at 4, the statistics at 0


def test_each_layer_is_judged_by_itself_and_as_deployed(keras: Any, trained: Any) -> None:
    first, second = probe(without_statistics(copy(keras, trained), ("first",)), sample(), export=False).layers
    assert first.distance > 1
    assert second.distance < 0.2
    assert second.deployed > 1


def test_a_frozen_layer_is_measured_too_and_stays_frozen(keras: Any, trained: Any) -> None:
    model = without_statistics(copy(keras, trained))
    for name in ("first", "second"):
        model.get_layer(name).trainable = False
    report = probe(model, sample(), export=False)
    assert report.verdict == STALE
    assert all(layer.frozen for layer in report.layers)
    assert not model.get_layer("first").trainable


def test_a_head_that_is_used_to_the_shift_suffers_not(keras: Any) -> None:
    keras.utils.set_random_seed(1)
    model = network(keras)
    for name in ("first", "second"):
        model.get_layer(name).trainable = False
    model.compile(keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", jit_compile=False)
    model.fit(*rows(640), epochs=12, verbose=0)
    report = probe(model, sample(), export=False)
    assert (report.verdict, report.suffers) == (SHIFT, False)


def test_few_examples_accuse_nobody(keras: Any, trained: Any) -> None:
    report = probe(without_statistics(copy(keras, trained)), sample(16), export=False)
    assert (report.verdict, report.suffers) == (OPEN, False)


def test_without_labels_there_are_distances_only(keras: Any, trained: Any) -> None:
    report = probe(without_statistics(copy(keras, trained)), sample(labels=False), export=False)
    assert (report.verdict, report.suffers) == (OPEN, False)
    assert "no labels" in report.notes[0]
    assert report.gaps[0].loss is None
    assert report.gaps[0].predictions_differ is not None and report.gaps[0].predictions_differ > 0.1
    assert report.layers[0].far


def test_not_a_number(keras: Any, trained: Any) -> None:
    model = copy(keras, trained)
    variance = np.ones(16)
    variance[3] = np.nan
    model.get_layer("second").moving_variance.assign(variance)
    report = probe(model, sample(), export=False)
    assert (report.verdict, report.suffers) == (BROKEN, True)
    assert any("`second`" in line and "NaN" in line for line in report.because)
    json.dumps(report.as_json(), allow_nan=False)


def test_a_sample_that_is_prepared_otherwise(keras: Any, trained: Any) -> None:
    x, y = rows(256, seed=1)
    report = probe(trained, Sample("made here", (Named("", x * 255),), (Named("", y),)), export=False)
    assert report.verdict == STALE
    assert report.notes[0].startswith("divided by 255, the inputs give a loss of ")
    reset = probe(without_statistics(copy(keras, trained)), sample(), export=False)
    assert not any("prepared" in note for note in reset.notes)


def test_without_batch_norm(keras: Any) -> None:
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(2, activation="softmax")])
    report = probe(model, sample(), export=False)
    assert (report.verdict, report.suffers, report.gaps) == (NONE, False, ())


def test_batch_norm_that_is_always_in_training_mode(keras: Any) -> None:
    class Always(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.norm = keras.layers.BatchNormalization(momentum=0.5)

        def build(self, shape: Any) -> None:
            self.norm.build(shape)

        def call(self, inputs: Any) -> Any:
            return self.norm(inputs, training=True)

    inputs = keras.Input((8,))
    model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(Always()(inputs)))
    before = [np.array(each) for each in model.get_weights()]
    report = probe(model, sample(), export=False)
    assert (report.verdict, report.suffers) == (DEPENDS, True)
    assert len(report.invariance.changed) == 2
    assert all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))


def test_the_scale_is_off_and_not_the_features(keras: Any) -> None:
    keras.utils.set_random_seed(2)
    model = network(keras, outputs=1)
    model.compile(keras.optimizers.Adam(0.01), loss="binary_crossentropy", jit_compile=False)
    model.fit(*rows(640), epochs=6, verbose=0)
    layer = model.get_layer("second")
    towards = np.sign(np.array(model.layers[-1].get_weights()[0])[:, 0])
    shift = 1.5 * towards * np.sqrt(np.array(layer.moving_variance))
    layer.moving_mean.assign(np.array(layer.moving_mean) - shift)
    report = probe(model, sample(), export=False)
    assert report.verdict == STALE
    assert any("the scale is off, not the features" in note for note in report.notes)
    scores = {score.name: score for score in report.gaps[0].scores}
    assert scores["accuracy at 0.5"].inference.value < 0.6 < 0.8 < scores["AUC"].inference.value


# ------------------------------------------------------------------------------------------------------ forms of models


def test_several_inputs_and_outputs_by_name(keras: Any) -> None:
    left, right = keras.Input((8,), name="left"), keras.Input((3,), name="right")
    x = keras.layers.Concatenate()([keras.layers.BatchNormalization()(left), right])
    outputs = [keras.layers.Dense(2, activation="softmax", name="kind")(x), keras.layers.Dense(1, name="size")(x)]
    model = keras.Model([left, right], outputs)
    model.compile("adam", loss={"kind": "sparse_categorical_crossentropy", "size": "mse"})
    x8, kinds = rows(64)
    inputs = (Named("right", np.ones((64, 3), "float32")), Named("left", x8))
    labels = (Named("size", np.linspace(0, 1, 64)), Named("kind", kinds))
    report = probe(model, Sample("made here", inputs, labels, 64))
    assert [score.name for score in report.gaps[0].scores] == ["kind: accuracy", "size: MSE", "size: Spearman"]
    assert report.invariance.exported is None or report.invariance.exported < 1e-5
    with pytest.raises(CannotProbe, match="the model takes 2 inputs"):
        probe(model, sample())
    with pytest.raises(CannotProbe, match="labels for 1"):
        probe(model, Sample("made here", inputs, labels[:1], 64))


def test_a_sample_of_another_shape(keras: Any, trained: Any) -> None:
    with pytest.raises(CannotProbe, match="an example is 5, the model takes 8"):
        probe(trained, Sample("made here", (Named("", np.zeros((4, 5), "float32")),)))


def test_labels_that_do_not_fit(keras: Any, trained: Any) -> None:
    x, y = rows(64)
    with pytest.raises(CannotProbe, match="the labels go from 0 to 5, and the model has 2 classes"):
        probe(trained, Sample("made here", (Named("", x),), (Named("", y * 5),)))
    number = keras.Sequential([keras.Input((8,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)])
    with pytest.raises(CannotProbe, match="3 labels an example, and the model gives 1"):
        probe(number, Sample("made here", (Named("", x),), (Named("", x[:, :3]),)))


def test_several_axes_are_said(keras: Any) -> None:
    if keras.__name__ == "keras":
        pytest.skip("Keras 3 takes one axis")
    model = keras.Sequential(
        [keras.Input((4, 2)), keras.layers.BatchNormalization(axis=[1, 2]), keras.layers.Flatten()]
    )
    with pytest.raises(CannotProbe, match="normalises over the axes"):
        probe(model, Sample("made here", (Named("", np.zeros((8, 4, 2), "float32")),)))


def test_a_model_that_does_not_take_the_sample(keras: Any) -> None:
    class Own(keras.Model):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            raise TypeError("give me two")

    with pytest.raises(CannotProbe, match="the model does not take it: TypeError"):
        probe(Own(), sample())


def test_a_subclassed_model(keras: Any) -> None:
    class Own(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.head = keras.layers.BatchNormalization(), keras.layers.Dense(2)

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.head(self.norm(inputs, training=training))

    model = Own()
    model(rows(2)[0])
    report = probe(model, sample(), export=False)
    assert len(report.layers) == 1
    assert report.gaps[0].loss is not None  # by the labels: it is not compiled


def test_losses_that_keras_knows(keras: Any, trained: Any) -> None:
    by_name = probe(trained, sample(), export=False, loss="sparse_categorical_crossentropy")
    by_task = probe(copy(keras, trained), sample(), export=False, task="multiclass")
    first, second = by_name.gaps[0].loss, by_task.gaps[0].loss
    assert first is not None and second is not None
    assert first.inference.value == pytest.approx(second.inference.value, rel=1e-3)
    with pytest.raises(CannotProbe, match="Keras knows no loss"):
        probe(trained, sample(), loss="moose")


# ---------------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("ending", [".keras", ".h5", ""])
def test_a_model_file_through_the_command(
    keras: Any, trained: Any, ending: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    if not ending and keras.__name__ == "keras":
        pytest.skip("Keras 3 saves no SavedModels")
    pytest.importorskip("h5py")
    path = f"model{ending}"
    copied = without_statistics(copy(keras, trained))
    copied.compile("adam", loss="sparse_categorical_crossentropy")
    copied.save(path)
    x, y = rows(256, seed=1)
    np.savez("s.npz", x=x, y=y)
    capsys.readouterr()
    outcome = run("probe", path, "--data", "s.npz", "--format", "json", "--no-export")
    assert outcome.status == 1, outcome.err
    found = json.loads(outcome.out)
    assert found["verdict"] == STALE
    assert found["framework"].startswith(f"{keras.__name__} ")


def test_a_lambda_in_a_file_is_run_on_demand_only(keras: Any, tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    model = keras.Sequential([keras.Input((8,)), keras.layers.Lambda(lambda x: x * 2), keras.layers.Dense(1)])
    for ending in (".keras", ".h5"):
        path = str(tmp_path / f"model{ending}")
        model.save(path)
        with pytest.raises(CannotProbe, match=r"the Lambda layer `lambda[_0-9]*` brings Python code"):
            loading.load(path)
        assert len(loading.load(path, safe=False).model.layers) == 2


def test_custom_objects_of_a_module(keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = f"blocks_of_{keras.__name__}"
    Path(f"{name}.py").write_text(f"import {keras.__name__} as keras\nclass Block(keras.layers.Dense): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    model = keras.Sequential([keras.Input((8,)), importlib.import_module(name).Block(2)])
    model.save("model.keras")
    with pytest.raises(CannotProbe, match="cannot load it") as caught:
        sys.modules.pop(name)  # a class that nobody has imported
        keras.saving.get_custom_objects().clear()
        loading.load("model.keras")
    assert "--custom-objects" in caught.value.advice
    assert type(loading.load("model.keras", custom_objects=[f"{name}:Block"]).model.layers[0]).__name__ == "Block"


def test_a_picture(keras: Any, trained: Any, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    report: Report = probe(trained, sample(), export=False)
    for ending in (".png", ".svg"):
        path = tmp_path / f"gap{ending}"
        picture.draw(report, str(path))
        assert path.stat().st_size > 5000
    assert "<svg" in path.read_text()
