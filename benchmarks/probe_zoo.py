"""Small models with a known fault in BatchNormalization, and without: what the verdicts of the probe are measured on.

Everything is made here: data with NumPy, models by training for seconds. Each kind is a function of a ``Bench`` (a
package of Keras and a seed) that returns a model, a sample, and options of the probe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from bnlint.measuring.layers import batch_norms
from bnlint.probe.samples import Named, Sample
from bnlint.probe.verdict import BATCHES, BROKEN, DEPENDS, HEALTHY, NONE, OPEN, SHIFT, STALE

SIDE, CLASSES, TRAINING, SAMPLE = 12, 4, 960, 512


class Made(NamedTuple):
    """A model with the sample that it is probed with."""

    model: Any
    sample: Sample
    options: Mapping[str, Any] = MappingProxyType({})


class Kind(NamedTuple):
    """A kind of model: what is wrong with it, and the verdicts that are right."""

    name: str
    fault: str
    right: tuple[str, ...]
    make: Callable[[Bench], Made]
    only: str | None = None
    note: str | None = None
    """what one of the notes must say"""


class Bench:
    """One package of Keras and one seed; what several kinds start from is trained once."""

    def __init__(self, package: str, seed: int) -> None:
        import importlib

        self.package, self.seed = package, seed
        self.keras: Any = importlib.import_module(package)
        self.keras.utils.set_random_seed(seed)
        self.kept: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, made once; for models, the weights, so that nothing leaks from kind to kind."""
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    # ------------------------------------------------------------------------------------------------------------ data

    def gratings(self, examples: int, offset: int, domain: str = "near") -> tuple[Any, Any]:
        """Images (n, 12, 12, 1) of stripes in four directions.

        The ``far`` domain has little contrast and is brighter, the ``strong`` one has more and is darker.
        """
        random = np.random.default_rng(1000 * self.seed + offset)
        labels = random.integers(0, CLASSES, examples)
        angle = labels * np.pi / CLASSES + random.normal(0, 0.12, examples)
        phase, pitch = random.uniform(0, 2 * np.pi, examples), random.uniform(1.0, 1.6, examples)
        y, x = np.mgrid[:SIDE, :SIDE]
        along = x * np.cos(angle)[:, None, None] + y * np.sin(angle)[:, None, None]
        images = np.sin(pitch[:, None, None] * along + phase[:, None, None])
        images = images + random.normal(0, 0.8, images.shape)
        if domain == "far":
            images = 0.25 * images + 1.0
        if domain == "strong":
            images = 2.5 * images - 2.0
        return images[..., None].astype("float32"), labels

    def rows(self, examples: int, offset: int) -> tuple[Any, Any]:
        """Rows (n, 16) of four overlapping clouds, on scales of their own."""
        centres = np.random.default_rng(77 + self.seed).normal(0, 0.9, (CLASSES, 16))
        random = np.random.default_rng(1000 * self.seed + offset)
        labels = random.integers(0, CLASSES, examples)
        values = (centres[labels] + random.normal(0, 1, (examples, 16))) * np.linspace(0.5, 3, 16) + 3
        return values.astype("float32"), labels

    # ---------------------------------------------------------------------------------------------------------- models

    def norm(self, momentum: float = 0.9) -> Any:
        """A BatchNormalization layer."""
        return self.keras.layers.BatchNormalization(momentum=momentum)

    def body(self, momentum: float = 0.9, name: str = "backbone") -> Any:
        """Three convolutions with BatchNormalization, pooled."""
        keras = self.keras
        x = inputs = keras.Input((SIDE, SIDE, 1))
        for filters in (8, 16, 16):
            x = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = keras.layers.ReLU()(self.norm(momentum)(x))
        return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x), name=name)

    def on(self, body: Any, *, outputs: int = CLASSES, activation: str | None = "softmax") -> Any:
        """A backbone with a new head, as one model that holds it."""
        inputs = self.keras.Input((SIDE, SIDE, 1))
        return self.keras.Model(inputs, self.keras.layers.Dense(outputs, activation=activation)(body(inputs)))

    def train(
        self, model: Any, data: tuple[Any, Any], epochs: int, *, batch: int = 32, rate: float = 3e-3,
        loss: str = "sparse_categorical_crossentropy", shuffle: bool = True, lower: bool = True,
    ) -> Any:  # fmt: skip
        """Train with Adam; where ``lower``, the last third at a tenth of the rate."""
        model.compile(optimizer=self.keras.optimizers.Adam(rate), loss=loss, jit_compile=False)
        callbacks = []
        if lower:
            schedule = self.keras.callbacks.LearningRateScheduler(
                lambda epoch: rate if epoch < 2 * epochs / 3 else rate / 10
            )
            callbacks = [schedule]
        model.fit(*data, epochs=epochs, batch_size=batch, shuffle=shuffle, verbose=0, callbacks=callbacks)
        return model

    def pretrained(self) -> Any:
        """A backbone trained on the near domain."""

        def make() -> Any:
            model = self.train(self.on(self.body()), self.gratings(TRAINING, 1), 9)
            return next(layer for layer in model.layers if layer.name == "backbone").get_weights()

        body = self.body()
        body.set_weights(self.once("pretrained", make))
        return body

    def healthy(self) -> Any:
        """A model that was trained long enough on the near domain."""
        body = self.body()
        model = self.on(body)
        model.set_weights(
            self.once("healthy", lambda: self.train(self.on(self.body()), self.gratings(TRAINING, 1), 12).get_weights())
        )
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        return model

    def sample(self, domain: str = "near", examples: int = SAMPLE) -> Sample:
        """Images that no model was trained on."""
        return as_sample(*self.gratings(examples, 2, domain))


def as_sample(inputs: Any, labels: Any = None) -> Sample:
    """Arrays as a sample."""
    return Sample("made here", (Named("", inputs),), () if labels is None else (Named("", labels),), len(inputs))


def statistics(model: Any) -> list[tuple[Any, Any, Any]]:
    """Each layer with copies of its moving mean and variance."""
    return [
        (each.layer, np.array(each.layer.moving_mean), np.array(each.layer.moving_variance))
        for each in batch_norms(model)
    ]


def put(kept: list[tuple[Any, Any, Any]]) -> None:
    """Put moving statistics back."""
    for layer, mean, variance in kept:
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)


# ------------------------------------------------------------------------------------------------------------- healthy


def flat(bench: Bench) -> Made:
    """Layers in the model itself."""
    keras = bench.keras
    x = inputs = keras.Input((SIDE, SIDE, 1))
    for filters in (8, 16):
        x = keras.layers.Conv2D(filters, 3, strides=2)(x)
        x = keras.layers.ReLU()(bench.norm()(x))
    x = keras.layers.Dropout(0.3)(keras.layers.Flatten()(x))
    model = keras.Model(inputs, keras.layers.Dense(CLASSES, activation="softmax")(x))
    return Made(bench.train(model, bench.gratings(TRAINING, 1), 12), bench.sample())


def nested(bench: Bench) -> Made:
    """A backbone as a layer."""
    return Made(bench.healthy(), bench.sample())


def own_training_data(bench: Bench) -> Made:
    """Probed with examples that it was trained on."""
    inputs, labels = bench.gratings(TRAINING, 1)
    return Made(bench.healthy(), as_sample(inputs[:SAMPLE], labels[:SAMPLE]))


def sorted_sample(bench: Bench) -> Made:
    """A healthy model; the sample is sorted by class, as a folder of images is."""
    inputs, labels = bench.gratings(SAMPLE, 2)
    order = np.argsort(labels, kind="stable")
    return Made(bench.healthy(), as_sample(inputs[order], labels[order]))


def over_time(bench: Bench) -> Made:
    """BatchNormalization inside TimeDistributed."""
    keras = bench.keras
    inputs = keras.Input((3, SIDE, SIDE, 1))
    x = keras.layers.TimeDistributed(bench.body())(inputs)
    model = keras.Model(
        inputs, keras.layers.Dense(CLASSES, activation="softmax")(keras.layers.GlobalAveragePooling1D()(x))
    )

    def data(examples: int, offset: int) -> tuple[Any, Any]:
        images, labels = bench.gratings(examples, offset)
        noise = np.random.default_rng(bench.seed).normal(0, 0.5, (examples, 3, SIDE, SIDE, 1))
        return (images[:, None] + noise).astype("float32"), labels

    return Made(bench.train(model, data(TRAINING, 1), 10), as_sample(*data(256, 2)))


def dense_model(bench: Bench, outputs: int = CLASSES, activation: str | None = "softmax", momentum: float = 0.9) -> Any:
    """A network for rows."""
    keras = bench.keras
    return keras.Sequential(
        [
            keras.Input((16,)), bench.norm(momentum), keras.layers.Dense(32), bench.norm(momentum), keras.layers.ReLU(),
            keras.layers.Dense(16), bench.norm(momentum), keras.layers.ReLU(),
            keras.layers.Dense(outputs, activation=activation),
        ]
    )  # fmt: skip


def dense(bench: Bench) -> Made:
    """Rows through dense layers."""
    model = bench.train(dense_model(bench), bench.rows(TRAINING, 1), 12)
    return Made(model, as_sample(*bench.rows(SAMPLE, 2)))


def residual(bench: Bench) -> Made:
    """Shortcuts around two blocks."""
    keras = bench.keras
    inputs = keras.Input((SIDE, SIDE, 1))
    x = keras.layers.Conv2D(12, 3, padding="same")(inputs)
    for _ in range(2):
        y = keras.layers.ReLU()(bench.norm()(x))
        y = keras.layers.Conv2D(12, 3, padding="same")(y)
        y = keras.layers.ReLU()(bench.norm()(y))
        x = keras.layers.Add()([x, keras.layers.Conv2D(12, 3, padding="same")(y)])
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.ReLU()(bench.norm()(x)))
    model = keras.Model(inputs, keras.layers.Dense(CLASSES, activation="softmax")(x))
    return Made(bench.train(model, bench.gratings(TRAINING, 1), 10), bench.sample())


def regression_data(bench: Bench, examples: int, offset: int) -> tuple[Any, Any]:
    """Rows and a number that hangs on them."""
    rows, _ = bench.rows(examples, offset)
    weights = np.random.default_rng(bench.seed).normal(0, 1, 16)
    scaled = (rows - 3) / np.linspace(0.5, 3, 16)
    noise = np.random.default_rng(bench.seed + offset).normal(0, 0.5, examples)
    return rows, (5 + scaled @ weights + noise).astype("float32")


def regression(bench: Bench) -> Made:
    """A number instead of classes."""
    model = bench.train(dense_model(bench, 1, None), regression_data(bench, TRAINING, 1), 25, loss="mse")
    return Made(model, as_sample(*regression_data(bench, SAMPLE, 2)))


def binary_data(bench: Bench, examples: int, offset: int, domain: str = "near") -> tuple[Any, Any]:
    """Stripes: one direction against the three others."""
    images, labels = bench.gratings(2 * examples, offset, domain)
    keep = np.flatnonzero((labels == 0) | (labels == 2))
    return images[keep][:examples], (labels[keep][:examples] == 0).astype("int64")


def binary(bench: Bench) -> Made:
    """Two classes, one output."""
    model = bench.on(bench.body(), outputs=1, activation="sigmoid")
    bench.train(model, binary_data(bench, TRAINING, 1), 9, loss="binary_crossentropy")
    inputs, labels = binary_data(bench, SAMPLE, 2)
    return Made(model, as_sample(inputs, labels))


def default_momentum(bench: Bench) -> Made:
    """Momentum 0.99 and steps enough: 0.99 ** 900 is 0.0001."""
    return Made(bench.train(bench.on(bench.body(0.99)), bench.gratings(TRAINING, 1), 30), bench.sample())


def frozen_near(bench: Bench) -> Made:
    """A frozen backbone and a new head, on the backbone's own domain."""
    body = bench.pretrained()
    body.trainable = False
    return Made(bench.train(bench.on(body), bench.gratings(TRAINING, 3), 15, rate=1e-2), bench.sample())


def constant_rate(bench: Bench) -> Made:
    """Stopped in the middle of a training at a high rate: the statistics are a little behind the weights."""
    return Made(
        bench.train(bench.on(bench.body()), bench.gratings(TRAINING, 1), 4, rate=1e-2, lower=False), bench.sample()
    )


def wrong_labels(bench: Bench) -> Made:
    """A third of the labels are wrong: the loss is high in both modes."""

    def data(examples: int, offset: int) -> tuple[Any, Any]:
        rows, labels = bench.rows(examples, offset)
        random = np.random.default_rng(bench.seed + offset)
        return rows, np.where(random.random(examples) < 1 / 3, random.integers(0, CLASSES, examples), labels)

    return Made(bench.train(dense_model(bench), data(TRAINING, 1), 20), as_sample(*data(SAMPLE, 2)))


def small_sample(bench: Bench) -> Made:
    """A healthy model, and 64 examples."""
    return Made(bench.healthy(), bench.sample(examples=64))


def overfitted(bench: Bench) -> Made:
    """Trained on 96 examples until it knows them by heart: bad on others, in both modes."""
    model = bench.train(bench.on(bench.body()), bench.gratings(96, 1), 80)
    return Made(model, bench.sample())


def without_norm(bench: Bench) -> Made:
    """GroupNormalization in the place of BatchNormalization."""
    keras = bench.keras
    x = inputs = keras.Input((SIDE, SIDE, 1))
    for filters in (8, 16):
        x = keras.layers.ReLU()(keras.layers.GroupNormalization(groups=4)(keras.layers.Conv2D(filters, 3)(x)))
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, keras.layers.Dense(CLASSES, activation="softmax")(x))
    return Made(bench.train(model, bench.gratings(TRAINING, 1), 4), bench.sample())


def few_examples(bench: Bench) -> Made:
    """A healthy model, and sixteen examples."""
    return Made(bench.healthy(), bench.sample(examples=16))


def without_labels(bench: Bench) -> Made:
    """A healthy model, and no labels."""
    return Made(bench.healthy(), as_sample(bench.gratings(SAMPLE, 2)[0]))


def consistent(bench: Bench) -> Made:
    """A frozen backbone of another domain, and a head trained on what it gives in inference mode."""
    body = bench.pretrained()
    body.trainable = False
    model = bench.train(bench.on(body), bench.gratings(TRAINING, 3, "strong"), 15, rate=1e-2)
    return Made(model, bench.sample("strong"))


# -------------------------------------------------------------------------------------------------------------- faults


def stale(bench: Bench) -> Made:
    """Momentum 0.99 and 60 steps: 0.55 of the starting values are left."""
    model = bench.train(bench.on(bench.body(0.99)), bench.gratings(480, 1), 4, lower=False)
    return Made(model, bench.sample())


def very_stale(bench: Bench) -> Made:
    """Momentum 0.999 and 360 steps: 0.70 are left."""
    return Made(bench.train(bench.on(bench.body(0.999)), bench.gratings(TRAINING, 1), 12), bench.sample())


def stale_rows(bench: Bench) -> Made:
    """Rows, momentum 0.99 and 60 steps."""
    model = bench.train(dense_model(bench, momentum=0.99), bench.rows(480, 1), 4, rate=1e-2, lower=False)
    return Made(model, as_sample(*bench.rows(SAMPLE, 2)))


def stale_regression(bench: Bench) -> Made:
    """A number, momentum 0.999 and 750 steps."""
    model = dense_model(bench, 1, None, momentum=0.999)
    bench.train(model, regression_data(bench, TRAINING, 1), 25, loss="mse")
    return Made(model, as_sample(*regression_data(bench, SAMPLE, 2)))


def stale_binary(bench: Bench) -> Made:
    """Two classes, momentum 0.99 and 60 steps."""
    model = bench.on(bench.body(0.99), outputs=1, activation="sigmoid")
    bench.train(model, binary_data(bench, 480, 1), 4, loss="binary_crossentropy", lower=False)
    inputs, labels = binary_data(bench, SAMPLE, 2)
    return Made(model, as_sample(inputs, labels))


def scale_off(bench: Bench) -> Made:
    """Two classes; the last moving mean is off, so that every answer is the same class, in the right order."""
    model = dense_model(bench, 1, "sigmoid")
    rows, labels = bench.rows(TRAINING, 1)
    bench.train(model, (rows, (labels < 2).astype("int64")), 12, loss="binary_crossentropy")
    *before, (layer, mean, variance) = statistics(model)
    head = np.array(model.layers[-1].get_weights()[0])[:, 0]
    put([*before, (layer, mean - 3 * np.sign(head) * np.sqrt(variance), variance)])
    rows, labels = bench.rows(SAMPLE, 2)
    return Made(model, as_sample(rows, (labels < 2).astype("int64")))


def few_of_stale(bench: Bench) -> Made:
    """A stale model, and sixteen examples."""
    model = bench.healthy()
    put([(layer, np.zeros_like(mean), np.ones_like(mean)) for layer, mean, _ in statistics(model)])
    return Made(model, bench.sample(examples=16))


def shift_without_labels(bench: Bench) -> Made:
    """A healthy model in another domain, and no labels."""
    return Made(bench.healthy(), as_sample(bench.gratings(SAMPLE, 2, "far")[0]))


def foreign(bench: Bench) -> Made:
    """A frozen backbone of another domain, in training mode while the head is trained (as in Keras 2.1)."""
    body = bench.pretrained()
    model = bench.on(body)
    held = statistics(model)
    for layer in body.layers:  # its weights stay; BatchNormalization is left in training mode
        layer.trainable = "batch_norm" in layer.name
    bench.train(model, bench.gratings(TRAINING, 3, "far"), 6, rate=1e-2)
    put(held)
    return Made(model, bench.sample("far"))


def unfrozen(bench: Bench) -> Made:
    """A backbone of another domain, unfrozen for 30 steps: its statistics are half the old and half the new ones."""
    source = bench.pretrained()
    body = bench.body(0.98)
    body.set_weights(source.get_weights())
    return Made(bench.train(bench.on(body), bench.gratings(TRAINING, 3, "far"), 1, lower=False), bench.sample("far"))


def never_updated(bench: Bench) -> Made:
    """A training loop that never ran the updates: means 0 and variances 1."""
    model = bench.healthy()
    put([(layer, np.zeros_like(mean), np.ones_like(mean)) for layer, mean, _ in statistics(model)])
    return Made(model, bench.sample())


def one_reset(bench: Bench) -> Made:
    """One layer of three was loaded without its statistics."""
    model = bench.healthy()
    layer, mean, _ = statistics(model)[1]
    put([(layer, np.zeros_like(mean), np.ones_like(mean))])
    return Made(model, bench.sample())


def wrong_layer(bench: Bench) -> Made:
    """The statistics of two layers of one size were exchanged when the weights were loaded."""
    model = bench.healthy()
    (_, _, _), (second, mean, variance), (third, other_mean, other_variance) = statistics(model)
    put([(second, other_mean, other_variance), (third, mean, variance)])
    return Made(model, bench.sample())


def other_scale(bench: Bench) -> Made:
    """A healthy model; the sample is scaled as the training data was not."""
    inputs, labels = bench.gratings(SAMPLE, 2)
    return Made(bench.healthy(), as_sample((inputs - 0.5) / 3, labels))


def pixels(bench: Bench) -> Made:
    """A healthy model of rows; the sample is raw, where the training data was divided by 127.5, less 1."""
    rows, labels = bench.rows(TRAINING, 1)
    model = bench.train(dense_model(bench), (rows / 16, labels), 12)
    rows, labels = bench.rows(SAMPLE, 2)
    return Made(model, as_sample((rows / 16 + 1) * 127.5, labels))


def other_domain(bench: Bench) -> Made:
    """A healthy model in another domain."""
    return Made(bench.healthy(), bench.sample("far"))


def by_source(bench: Bench) -> Made:
    """Each batch from one source (a scanner, a patient) with an offset of its own, which batch statistics take away."""

    def data(batches: int, offset: int) -> tuple[Any, Any]:
        rows, labels = bench.rows(32 * batches, offset)
        source = np.random.default_rng(1000 * bench.seed + offset).normal(0, 1, (batches, 1, 16)) * np.linspace(
            1.5, 9, 16
        )
        return (rows.reshape(batches, 32, 16) + source).reshape(-1, 16).astype("float32"), labels

    model = bench.train(dense_model(bench), data(60, 1), 10, shuffle=False)
    return Made(model, as_sample(*data(16, 2)))


def batch_of_two(bench: Bench) -> Made:
    """Trained in shuffled batches of two: two values have no more than an order, and half their variance is missing."""
    model = bench.train(dense_model(bench), bench.rows(640, 1), 5, batch=2)
    return Made(model, as_sample(*bench.rows(SAMPLE, 2)), {"batch_size": 2})


def leaking_pairs(bench: Bench) -> Made:
    """Batches of two, an example of either class in each: BatchNormalization tells which is which by comparing."""

    def data(examples: int, offset: int) -> tuple[Any, Any]:
        random = np.random.default_rng(1000 * bench.seed + offset)
        shared = random.normal(0, 3, (examples // 2, 1, 16))
        first = random.integers(0, 2, examples // 2)
        labels = np.stack([first, 1 - first], axis=1)
        rows = shared + (labels[..., None] - 0.5) * 1.5 + random.normal(0, 1, (examples // 2, 2, 16))
        return rows.reshape(-1, 16).astype("float32"), labels.reshape(-1)

    model = dense_model(bench, 1, "sigmoid")
    bench.train(model, data(TRAINING, 1), 6, batch=2, shuffle=False, loss="binary_crossentropy")
    return Made(model, as_sample(*data(SAMPLE, 2)), {"batch_size": 2})


def always_training(bench: Bench) -> Made:
    """A layer of somebody's own that calls BatchNormalization with ``training=True``."""
    keras = bench.keras

    class Block(keras.layers.Layer):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__()
            self.conv = keras.layers.Conv2D(8, 3)
            self.norm = bench.norm()

        def call(self, inputs: Any) -> Any:
            return keras.layers.ReLU()(self.norm(self.conv(inputs), training=True))

    x = inputs = keras.Input((SIDE, SIDE, 1))
    x = keras.layers.GlobalAveragePooling2D()(Block()(Block()(x)))
    model = keras.Model(inputs, keras.layers.Dense(CLASSES, activation="softmax")(x))
    return Made(bench.train(model, bench.gratings(TRAINING, 1), 3), bench.sample())


def true_on_the_call(bench: Bench) -> Made:
    """``training=True`` on a call in a functional model, which Keras 2 obeys."""
    keras = bench.keras
    x = inputs = keras.Input((SIDE, SIDE, 1))
    x = bench.norm()(keras.layers.Conv2D(8, 3)(x), training=True)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.ReLU()(x))
    model = keras.Model(inputs, keras.layers.Dense(CLASSES, activation="softmax")(x))
    return Made(bench.train(model, bench.gratings(TRAINING, 1), 3), bench.sample())


def not_a_number(bench: Bench) -> Made:
    """A moving variance became NaN."""
    model = bench.healthy()
    layer, mean, variance = statistics(model)[2]
    variance[0] = np.nan
    put([(layer, mean, variance)])
    return Made(model, bench.sample())


def negative(bench: Bench) -> Made:
    """A moving variance is negative: a momentum above 1, or weights averaged badly."""
    model = bench.healthy()
    layer, mean, variance = statistics(model)[1]
    variance[0] = -0.0005  # above -epsilon: the predictions are finite
    put([(layer, mean, variance)])
    return Made(model, bench.sample())


KINDS = (
    Kind("flat", "", (HEALTHY,), flat),
    Kind("nested", "", (HEALTHY,), nested),
    Kind("own training data", "", (HEALTHY,), own_training_data),
    Kind("sorted sample", "", (HEALTHY,), sorted_sample),
    Kind("over time", "", (HEALTHY,), over_time),
    Kind("dense", "", (HEALTHY,), dense),
    Kind("residual", "", (HEALTHY,), residual),
    Kind("regression", "", (HEALTHY,), regression),
    Kind("binary", "", (HEALTHY,), binary),
    Kind("default momentum", "", (HEALTHY,), default_momentum),
    Kind("frozen, same domain", "", (HEALTHY,), frozen_near),
    Kind("constant rate", "", (HEALTHY,), constant_rate),
    Kind("wrong labels", "", (HEALTHY,), wrong_labels),
    Kind("small sample", "", (HEALTHY, OPEN), small_sample),
    Kind("overfitted", "", (HEALTHY, OPEN), overfitted),
    Kind("GroupNormalization", "", (NONE,), without_norm),
    Kind("few examples", "", (OPEN, HEALTHY), few_examples),
    Kind("no labels", "", (OPEN,), without_labels),
    Kind("consistent shift", "", (SHIFT,), consistent),
    Kind("stale, 0.99", "stale", (STALE,), stale),
    Kind("stale, 0.999", "stale", (STALE,), very_stale),
    Kind("stale, rows", "stale", (STALE,), stale_rows),
    Kind("stale, regression", "stale", (STALE,), stale_regression),
    Kind("stale, binary", "stale", (STALE,), stale_binary),
    Kind("scale off", "shifted", (STALE,), scale_off, note="the scale is off, not the features"),
    Kind("few examples of a fault", "stale", (OPEN,), few_of_stale),
    Kind("no labels of a fault", "shift", (OPEN,), shift_without_labels),
    Kind("foreign", "foreign", (STALE,), foreign),
    Kind("unfrozen", "overwritten", (STALE,), unfrozen),
    Kind("never updated", "reset", (STALE,), never_updated),
    Kind("one layer reset", "reset", (STALE,), one_reset),
    Kind("wrong layer", "exchanged", (STALE,), wrong_layer),
    Kind("other scale", "preprocessing", (STALE,), other_scale),
    Kind("pixels", "preprocessing", (STALE,), pixels, note="divided by 127.5, less 1, the inputs give"),
    Kind("other domain", "shift", (STALE,), other_domain),
    Kind("by source", "leakage", (BATCHES,), by_source),
    Kind("batch of two", "small batches", (BATCHES,), batch_of_two),
    Kind("pairs", "leakage", (BATCHES,), leaking_pairs),
    Kind("always training", "batch", (DEPENDS,), always_training),
    Kind("training=True", "batch", (DEPENDS,), true_on_the_call, only="tf_keras"),
    Kind("NaN", "broken", (BROKEN,), not_a_number),
    Kind("negative variance", "broken", (BROKEN,), negative),
)
