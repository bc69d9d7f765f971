"""``BatchNormMonitor`` on real Keras: it sees what happens, says it once, and changes nothing."""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any

import pytest

from bnlint.measuring import frameworks
from bnlint.measuring.layers import batch_norms
from bnlint.remedies import BatchNormMonitor, BatchNormWarning

np = pytest.importorskip("numpy")
pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> ModuleType:
    return pytest.importorskip(request.param)  # type: ignore[no-any-return]


def rows(count: int = 64, *shape: int) -> Any:
    return np.random.default_rng(0).normal(3, 2, (count, *(shape or (4,)))).astype("float32")


def labels(inputs: Any) -> Any:
    return inputs.reshape(len(inputs), -1)[:, :1] * 0.5


def chain(keras: ModuleType, *layers: Any, rate: float = 0.0) -> Any:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(1, name="last")])
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


def watched(model: Any, epochs: int = 2, batch_size: int = 16, **options: Any) -> tuple[BatchNormMonitor, list[str]]:
    """A monitor after a fit, and what it has said."""
    data = options.pop("data", rows())
    monitor = BatchNormMonitor(options.pop("held_out", (data, labels(data))), **options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(data, labels(data), batch_size=batch_size, epochs=epochs, verbose=0, callbacks=[monitor])
    return monitor, [str(each.message) for each in caught if issubclass(each.category, BatchNormWarning)]


def modes(monitor: BatchNormMonitor) -> dict[str, str]:
    return {path: state.mode for path, state in monitor.history[-1].layers.items()}


def test_the_training_is_that_without_it(keras: ModuleType) -> None:
    def trained(watch: bool) -> Any:
        keras.utils.set_random_seed(3)
        layers = keras.layers
        inputs = keras.Input((8, 8, 3))
        x = layers.BatchNormalization(name="first")(layers.Conv2D(4, 3)(inputs))
        x = layers.Flatten()(layers.Dropout(0.5)(x))
        x = layers.BatchNormalization(trainable=False, name="frozen")(layers.GaussianNoise(0.1)(x))
        model = keras.Model(inputs, layers.Dense(1)(x))
        model.compile(keras.optimizers.Adam(1e-2), "mse", metrics=["mae"])
        data = rows(48, 8, 8, 3)
        callbacks = [BatchNormMonitor((data[:40], labels(data[:40])))] if watch else []
        history = model.fit(
            data, labels(data), batch_size=16, epochs=3, verbose=0, callbacks=callbacks,
            validation_data=(data[:8], labels(data[:8])),
        ).history  # fmt: skip
        return model.get_weights(), history, [layer.trainable for _, layer in batch_norms(model)]

    (with_it, history, flags), (without, expected, before) = trained(True), trained(False)
    assert all(np.array_equal(*pair) for pair in zip(with_it, without, strict=True))
    assert history == expected and flags == before == [True, False]


def test_modes_are_what_happens(keras: ModuleType) -> None:
    layers = keras.layers
    kept = layers.BatchNormalization(momentum=1.0, name="kept")
    frozen = layers.BatchNormalization(trainable=False, name="frozen")
    monitor, said = watched(chain(keras, layers.BatchNormalization(name="plain"), kept, frozen))
    assert modes(monitor) == {"plain": "training", "kept": "batch without updates", "frozen": "inference"}
    assert len([text for text in said if "normalises by the batch in the BatchNormalization layer kept" in text]) == 1


def test_a_layer_that_updates_though_nothing_of_it_is_trained(keras: ModuleType) -> None:
    layers = keras.layers
    inner = keras.Sequential([keras.Input((4,)), layers.BatchNormalization(name="inside")], name="backbone")
    model = chain(keras, inner)
    if keras.__name__ == "keras":  # the child's flag counts there; gamma and beta alone are taken out of the training
        norm = inner.layers[-1]
        norm.gamma.trainable = norm.beta.trainable = False
    else:
        inner.trainable = False
        inner.layers[-1].trainable = True
    model.compile("sgd", "mse")
    monitor, said = watched(model, epochs=3)
    assert modes(monitor) == {"backbone/inside": "frozen with updates"}
    assert len([text for text in said if "backbone/inside, frozen as to gamma and beta" in text]) == 1


def test_training_false_in_a_call(keras: ModuleType) -> None:
    """Keras 2 obeys it in ``fit``, Keras 3 gives its own: what is reported is what happened."""
    inputs = keras.Input((4,))
    normal = keras.layers.BatchNormalization(name="bn")(inputs, training=False)
    model = keras.Model(inputs, keras.layers.Dense(1)(normal))
    model.compile("sgd", "mse")
    monitor, _ = watched(model)
    moved = model.get_layer("bn").get_weights()[2].any()
    assert modes(monitor) == {"bn": "training" if moved else "inference"}
    assert bool(moved) is (keras.__name__ == "keras")


def test_a_layer_that_is_frozen_in_the_middle(keras: ModuleType) -> None:
    norm = keras.layers.BatchNormalization(name="bn", momentum=0.9)
    model = chain(keras, norm)
    first, _ = watched(model)
    norm.trainable = False
    model.compile("sgd", "mse")
    second, _ = watched(model)
    assert (modes(first), modes(second)) == ({"bn": "training"}, {"bn": "inference"})
    assert second.history[-1].layers["bn"].residual == 1.0


def test_a_model_that_is_built_by_its_fit(keras: ModuleType) -> None:
    layers = keras.layers
    frozen = layers.BatchNormalization(trainable=False, name="frozen")
    model = keras.Sequential([layers.BatchNormalization(name="bn"), frozen, layers.Dense(1)])
    model.compile("sgd", "mse")
    assert modes(watched(model)[0]) == {"bn": "training", "frozen": "inference"}


@pytest.mark.parametrize("calls", [1, 2])
def test_the_residual_is_what_is_left(keras: ModuleType, calls: int) -> None:
    """Of the mean 0 that a layer begins with, where each batch has the mean 1: 1 - moving mean is left."""
    norm = keras.layers.BatchNormalization(momentum=0.95, name="bn")
    inputs = keras.Input((4,))
    x = keras.layers.Concatenate()([norm(inputs) for _ in range(calls)]) if calls > 1 else norm(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(x))
    model.compile("sgd", "mse")
    monitor, _ = watched(model, epochs=3, data=np.ones((60, 4), "float32"))
    state = monitor.history[-1].layers["bn"]
    assert state.updates == 12 * calls
    assert state.residual == pytest.approx(1 - norm.get_weights()[2], rel=1e-4)
    assert [each.layers["bn"].updates for each in monitor.history] == [4 * calls, 8 * calls, 12 * calls]


def test_steps_that_are_executed_together_count(keras: ModuleType) -> None:
    norm = keras.layers.BatchNormalization(momentum=0.95, name="bn")
    model = chain(keras, norm)
    model.compile("sgd", "mse", steps_per_execution=2)
    monitor, _ = watched(model, epochs=2, data=np.ones((80, 4), "float32"))
    state = monitor.history[-1].layers["bn"]
    assert state.residual == pytest.approx(1 - norm.get_weights()[2], rel=1e-4)


def test_distances_and_losses_by_hand(keras: ModuleType) -> None:
    norm = keras.layers.BatchNormalization(name="bn")
    model = chain(keras, norm)
    data = rows(400)
    monitor, _ = watched(model, epochs=1, data=data)
    gamma, beta, mean, variance = norm.get_weights()
    kernel, bias = model.get_layer("last").get_weights()
    seen = monitor.history[-1]
    floor = 3 / np.sqrt(400)
    d = (data.mean(0) - mean) / np.sqrt(variance + 1e-3)
    ln_r = np.log(np.sqrt((data.var(0) + 1e-3) / (variance + 1e-3)))
    assert seen.layers["bn"].d == pytest.approx(np.sqrt(((np.abs(d) - floor) ** 2).mean()), rel=1e-3)
    assert seen.layers["bn"].r == pytest.approx(np.exp(np.sqrt(((np.abs(ln_r) - floor) ** 2).mean())), rel=1e-3)

    def loss(center: Any, spread: Any) -> Any:
        answers = ((data - center) / np.sqrt(spread + 1e-3) * gamma + beta) @ kernel + bias
        return ((answers - labels(data)) ** 2).mean()

    assert seen.inference_loss == pytest.approx(loss(mean, variance), rel=1e-3)
    assert seen.training_loss == pytest.approx(loss(data.mean(0), data.var(0)), rel=1e-3)
    assert seen.gap == pytest.approx(loss(mean, variance) - loss(data.mean(0), data.var(0)), rel=1e-3)


def good_in_training_mode(model: Any, data: Any) -> None:
    """Weights that answer right where the layer before them normalises with the statistics of ``data``."""
    kernel = np.zeros((4, 1))
    kernel[0] = data.std(0)[0] * 0.5
    model.layers[-1].set_weights([kernel, data.mean(0)[:1] * 0.5])


def test_a_gap_is_said_once_and_what_is_left_at_the_end(keras: ModuleType) -> None:
    model = chain(keras, keras.layers.BatchNormalization(name="bn"))
    data = rows(64) * 10 + 50
    good_in_training_mode(model, data)
    _, said = watched(model, epochs=6, data=data)
    assert [text.split(" ")[0] for text in said] == ["after", "79"]
    assert "what predicts is not what is trained" in said[0]
    assert "moving statistics of the BatchNormalization layer bn" in said[0]
    assert "79 % of the moving statistics that the training began with is left" in said[1] and "24 updates" in said[1]


def test_batches_that_serve_worse_are_said(keras: ModuleType) -> None:
    """A frozen layer with good statistics, and a held-out batch of one kind: there the batch hides the answer."""
    model = chain(keras, keras.layers.BatchNormalization(name="bn", momentum=0.0, trainable=False))
    data = rows(64)
    good_in_training_mode(model, data)
    model.layers[-2].set_weights([np.ones(4), np.zeros(4), data.mean(0), data.var(0)])
    kind = data[data[:, 0] > 4]
    _, said = watched(model, data=data, held_out=(kind, labels(kind)))
    assert len(said) == 1 and "batch statistics serve this model worse" in said[0]


def test_a_sound_training_has_nothing_said_of(keras: ModuleType) -> None:
    model = chain(keras, keras.layers.BatchNormalization(name="bn", momentum=0.9), rate=0.05)
    monitor, said = watched(model, epochs=25, data=rows(256))
    assert said == []
    state = monitor.history[-1].layers["bn"]
    assert (state.mode, state.updates) == ("training", 400)  # though on Keras 3 an epoch ends where it began
    assert state.residual < 1e-9 and state.d < 0.2 and state.r < 1.2 and abs(monitor.history[-1].gap or 9) < 0.1


def test_statistics_that_are_no_numbers_are_said_once(keras: ModuleType) -> None:
    model = chain(keras, keras.layers.BatchNormalization(name="bn"))
    data = rows()
    data[3, 1] = np.nan
    monitor, said = watched(model, epochs=3, data=data, held_out=rows())
    assert len([text for text in said if "not finite in the BatchNormalization layer bn" in text]) == 1
    assert not monitor.history[-1].layers["bn"].finite


def test_several_inputs_and_outputs(keras: ModuleType) -> None:
    layers = keras.layers
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    both = layers.BatchNormalization(name="bn")(layers.Concatenate()([left, right]))
    model = keras.Model([left, right], {"a": layers.Dense(1, name="a")(both), "b": layers.Dense(1, name="b")(both)})
    model.compile("sgd", {"a": "mse", "b": "mae"})
    inputs, targets = [rows(), rows()], {"a": labels(rows()), "b": labels(rows())}
    monitor = BatchNormMonitor((inputs, targets))
    model.fit(inputs, targets, verbose=0, callbacks=[monitor])
    evaluated = model.evaluate(inputs, targets, verbose=0, return_dict=True)["loss"]
    assert monitor.history[-1].inference_loss == pytest.approx(evaluated, rel=1e-4)


def test_inputs_alone_give_no_loss(keras: ModuleType) -> None:
    monitor, _ = watched(chain(keras, keras.layers.BatchNormalization(name="bn")), held_out=rows())
    assert monitor.history[-1].gap is None and monitor.history[-1].layers["bn"].d > 0


def test_a_training_without_a_loss_of_keras_s(keras: ModuleType) -> None:
    class Own(keras.Model):  # type: ignore[misc,name-defined]
        def train_step(self, data: Any) -> Any:
            self(data[0], training=True)
            return {"ours": 1.0}

    inputs = keras.Input((4,))
    model = Own(inputs, keras.layers.BatchNormalization(name="bn")(inputs))
    model.compile("sgd")
    monitor = BatchNormMonitor((rows(), rows()))
    model.fit(rows(), rows(), verbose=0, callbacks=[monitor])
    assert modes(monitor) == {"bn": "training"}


def test_scalars_for_tensorboard(keras: ModuleType, tmp_path: Any) -> None:
    tensorflow = pytest.importorskip("tensorflow")
    monitor, _ = watched(chain(keras, keras.layers.BatchNormalization(name="bn")), log_dir=tmp_path)
    (path,) = tmp_path.iterdir()
    found: dict[str, list[float]] = {}
    for event in tensorflow.compat.v1.train.summary_iterator(str(path)):
        for value in event.summary.value:
            assert value.metadata.plugin_data.plugin_name == "scalars" or event.step
            found.setdefault(value.tag, []).append(float(tensorflow.make_ndarray(value.tensor)))
    about = {f"batch_norm/bn/{name}" for name in ("residual", "d", "r", "moving")}
    assert set(found) == about | {f"batch_norm/{name}" for name in ("gap", "inference_loss", "training_loss")}
    assert found["batch_norm/gap"] == pytest.approx([each.gap for each in monitor.history], rel=1e-5)
    assert found["batch_norm/bn/d"] == pytest.approx([each.layers["bn"].d for each in monitor.history], rel=1e-5)


def test_a_model_without_batch_norm_is_said_to_be_one(keras: ModuleType) -> None:
    monitor, said = watched(chain(keras, keras.layers.Dense(3)))
    assert len(said) == 1 and "has no BatchNormalization layer" in said[0] and monitor.history == []


def test_it_is_a_callback_of_each_package_loaded(keras: ModuleType) -> None:
    monitor = BatchNormMonitor(rows())
    assert isinstance(monitor, keras.callbacks.Callback) and isinstance(monitor, BatchNormMonitor)
    assert type(monitor) is type(BatchNormMonitor(rows()))
    assert frameworks.of(chain(keras)).keras is keras
