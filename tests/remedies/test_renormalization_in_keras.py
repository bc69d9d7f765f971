"""Batch Renormalization on real Keras: the schedule counts in a step that was traced before, and bnlint's own layer."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import pytest

from bnlint.measuring import frameworks
from bnlint.measuring.layers import batch_norms
from bnlint.remedies import Ramp, RenormSchedule, replace_batch_norm
from bnlint.remedies.renorm_layer import _our_own

np = pytest.importorskip("numpy")
pytestmark = pytest.mark.tensorflow
SHORT = Ramp(2, rmax_at=6, dmax_at=4)


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> ModuleType:
    return pytest.importorskip(request.param)  # type: ignore[no-any-return]


def renormalised(keras: ModuleType, rate: float = 0.0, **compile_: Any) -> Any:
    """With a rate of 0 nothing but the statistics changes from step to step."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
    model = replace_batch_norm(model, "renorm")
    model.compile(keras.optimizers.SGD(rate), "mse", **compile_)
    return model


def rows(count: int = 16) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return rng.normal(3, 2, (count, 4)).astype("float32"), rng.normal(size=(count, 1)).astype("float32")


def losses(keras: ModuleType, model: Any, schedule: RenormSchedule | None, epochs: int, **fit: Any) -> Any:
    """The loss of each step, on the same batch, and the train functions that made them."""
    seen: list[Any] = []

    class Each(keras.callbacks.Callback):  # type: ignore[misc,name-defined]
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append((float(logs["loss"]), id(self.model.train_function)))

    callbacks = ([schedule] if schedule else []) + [Each()]
    model.fit(*rows(), batch_size=16, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks, **fit)
    values, functions = zip(*seen, strict=True)
    assert len(set(functions)) == 1
    return np.array(values)


def by_hand(keras: ModuleType, model: Any, ramp: Ramp, steps: int) -> Any:
    """What the losses have to be, by the formulas of the paper."""
    array = frameworks.of(model).array
    dense, norm, last = model.layers[-3:]
    (x, y), found = rows(), []
    hidden = array(dense(x))
    mean, stddev = hidden.mean(0), np.sqrt(hidden.var(0) + norm.epsilon)
    running_mean, running_stddev = array(norm.renorm_mean), array(norm.renorm_stddev)
    for step in range(steps):
        rmax, dmax = ramp.at(step)
        r = np.clip(stddev / running_stddev, 1 / rmax, rmax)
        d = np.clip((mean - running_mean) / running_stddev, -dmax, dmax)
        outputs = array(last(((hidden - mean) / stddev * r + d).astype("float32")))
        found.append(((outputs - y) ** 2).mean())
        running_mean = 0.99 * running_mean + 0.01 * mean
        running_stddev = 0.99 * running_stddev + 0.01 * stddev
    return np.array(found)


def test_the_limits_open_in_a_step_that_is_compiled_once(keras: ModuleType) -> None:
    model = renormalised(keras)
    expected = by_hand(keras, model, SHORT, 9)
    found = losses(keras, model, RenormSchedule(SHORT), 9)
    assert found == pytest.approx(expected, rel=1e-4)
    assert found[:3] == pytest.approx(found[0], rel=1e-6)  # plain batch normalization, whatever the statistics
    assert found[3] > 1.5 * found[2]


def test_numbers_that_a_callback_changes_have_no_effect(keras: ModuleType) -> None:
    """The reason for the variables."""
    model = renormalised(keras)
    layer = batch_norms(model)[0].layer
    layer.renorm_clipping.update({"rmax": 1.0, "rmin": 1.0, "dmax": 0.0})

    class Opens(keras.callbacks.Callback):  # type: ignore[misc,name-defined]
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            if self.model.optimizer.iterations >= 2:
                layer.renorm_clipping.update({"rmax": 3.0, "rmin": 1 / 3, "dmax": 5.0})

    history = model.fit(*rows(), batch_size=16, epochs=5, verbose=0, callbacks=[Opens()]).history["loss"]
    assert np.array(history) == pytest.approx(history[0], rel=1e-5)


def test_a_fit_that_was_traced_before_takes_the_schedule_on(keras: ModuleType) -> None:
    model = renormalised(keras)
    model.fit(*rows(), batch_size=16, epochs=2, verbose=0)  # wide open, and compiled so
    expected = by_hand(keras, model, Ramp(100, rmax_at=101, dmax_at=101), 3)
    assert losses(keras, model, RenormSchedule(Ramp(100, rmax_at=101, dmax_at=101)), 3) == pytest.approx(
        expected, rel=1e-4
    )


def test_a_training_that_is_taken_up_again_goes_on(keras: ModuleType, tmp_path: Any) -> None:
    whole = losses(keras, renormalised(keras), RenormSchedule(SHORT), 8)
    first = renormalised(keras)
    begun = losses(keras, first, RenormSchedule(SHORT), 3)
    first.save(tmp_path / "half.keras")
    second = keras.models.load_model(tmp_path / "half.keras")
    assert batch_norms(second)[0].layer.renorm_clipping == {"rmax": 3.0, "rmin": 1 / 3, "dmax": 5.0}
    schedule = RenormSchedule(SHORT)
    rest = losses(keras, second, schedule, 5)
    assert np.concatenate([begun, rest]) == pytest.approx(whole, rel=1e-5)
    assert schedule.limits == SHORT.at(7)


def test_steps_are_counted_inside_an_epoch(keras: ModuleType) -> None:
    model = renormalised(keras)
    seen: list[Any] = []

    class Each(keras.callbacks.Callback):  # type: ignore[misc,name-defined]
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append(schedule.limits)

    schedule = RenormSchedule(Ramp(2, rmax_at=12, dmax_at=6))
    model.fit(*rows(40), batch_size=8, epochs=2, verbose=0, callbacks=[schedule, Each()])
    assert seen == [schedule.ramp.at(step) for step in range(10)]


def test_several_steps_in_one_execution(keras: ModuleType) -> None:
    """The limits are those of the first step of each execution."""
    model = renormalised(keras, steps_per_execution=2)
    schedule = RenormSchedule(SHORT)
    model.fit(*rows(32), batch_size=8, epochs=1, verbose=0, callbacks=[schedule])
    assert schedule.limits == SHORT.at(2)


def test_it_is_a_callback_of_the_model_s_package(keras: ModuleType) -> None:
    schedule = RenormSchedule()
    assert isinstance(schedule, keras.callbacks.Callback) and isinstance(schedule, RenormSchedule)


def test_weights_and_variables_are_those_of_the_model(keras: ModuleType) -> None:
    model = renormalised(keras)
    before = len(model.get_weights()), len(model.weights)
    losses(keras, model, RenormSchedule(SHORT), 1)
    assert (len(model.get_weights()), len(model.weights)) == before
    keras.models.clone_model(model)


def test_a_model_without_renorm_is_refused(keras: ModuleType) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"no BatchNormalization\(renorm=True\)"):
        model.fit(*rows(), verbose=0, callbacks=[RenormSchedule()])


def test_our_own_layer_is_that_of_keras_3_14(tmp_path: Any) -> None:
    """For Keras 3.0 to 3.13, which have none: the same outputs, gradients, weights and statistics, masked or not."""
    keras = pytest.importorskip("keras")
    if "renorm" not in inspect.signature(keras.layers.BatchNormalization.__init__).parameters:
        pytest.skip("this Keras has no renorm to compare with")
    ours, theirs = _our_own("keras"), keras.layers.BatchNormalization
    array = frameworks.named("keras").array
    arguments = {"renorm": True, "renorm_clipping": {"rmax": 1.5, "rmin": 0.7, "dmax": 0.4}, "momentum": 0.8}
    for more in ({}, {"scale": False}, {"center": False}, {"axis": 1}):
        one, other = ours(**arguments, **more), theirs(**arguments, **more)
        for seed in range(3):
            x = np.random.default_rng(seed).normal(2, 3, (6, 5, 4)).astype("float32")
            mask = np.arange(5) < np.arange(1, 7)[:, None] if seed == 2 and "axis" not in more else None
            first, second = (array(layer(x, training=True, mask=mask)) for layer in (one, other))
            assert np.abs(first - second).max() < 1e-5
        assert [each.name for each in one.weights] == [each.name for each in other.weights]
        for first, second in zip(one.get_weights(), other.get_weights(), strict=True):
            assert first == pytest.approx(second, rel=1e-6, abs=1e-6)
        assert array(one(x)) == pytest.approx(array(other(x)), rel=1e-6, abs=1e-6)


def test_our_own_layer_is_saved_and_loaded(tmp_path: Any) -> None:
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((4,)), _our_own("keras")(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(*rows(), verbose=0)
    model.save(tmp_path / "own.keras")
    again = keras.models.load_model(tmp_path / "own.keras")
    assert np.array_equal(*(frameworks.of(model).array(each(rows()[0])) for each in (model, again)))
    with pytest.raises(ValueError, match="unknown keys"):
        _our_own("keras")(renorm_clipping={"rmx": 1.0})
