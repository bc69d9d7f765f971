"""What the experiments share: a seed's data and pretrained weights, training, and judging in either mode."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from benchmarks.experiments.data import Data, Sample, digits
from benchmarks.experiments.nets import Make, backbone, classifier, copy_weights
from bnlint.measuring.forward import Mode, forward
from bnlint.measuring.layers import batch_norms
from bnlint.remedies import set_momentum

BATCH = 32
DIALECTS = ("keras", "tf_keras")


class Score(NamedTuple):
    """How good the logits are."""

    accuracy: float
    loss: float
    """The mean cross-entropy, in nats."""


@dataclass
class Seed:
    """One repetition: its own division of the images, pretrained weights, and random numbers."""

    number: int
    quick: bool = False
    """Few images and one epoch: says nothing, but runs the same code."""
    data: Data = field(init=False)
    _pretrained: Any = None

    def __post_init__(self) -> None:
        self.data = digits(self.number)
        if self.quick:
            small = [type(domain)(*(part.first(64) for part in domain)) for domain in self.data]
            self.data = Data(*small)

    def start(self, *keras: Any) -> None:
        """Random numbers from the seed, so that arms begin alike."""
        for each in keras:
            each.utils.set_random_seed(self.number)

    def epochs(self, count: int) -> int:
        """So many, or one."""
        return 1 if self.quick else count

    @property
    def pretrained(self) -> Any:
        """A classifier in Keras 3, sound on the plain digits, made once. To be copied, not trained on.

        20 epochs in batches of 32, Adam 3e-3, the last five 3e-4, momentum 0.9: with 0.99, 375 steps leave the moving
        statistics so far behind that inference mode had 63 % where training mode had 98 %.
        """
        if self._pretrained is None:
            keras = namespace("keras")
            self.start(keras)
            model = classifier(keras, backbone(keras))
            set_momentum(model, 0.9)
            train(keras, model, self.data.source.training, self.epochs(15), rate=3e-3)
            train(keras, model, self.data.source.training, self.epochs(5), rate=3e-4)
            self._pretrained = model
        return self._pretrained

    def copy(self, keras: Any, normalization: Make | None = None, **call: Any) -> Any:
        """The pretrained classifier anew, in whatever Keras, with other BatchNormalization layers if wanted."""
        self.start(keras)
        model = classifier(keras, backbone(keras, normalization), **call)
        copy_weights(self.pretrained, model)
        return model

    def with_new_head(self, keras: Any, normalization: Make | None = None, **call: Any) -> Any:
        """The pretrained backbone under a head at its first, random weights, the same for both Kerases."""
        model = self.copy(keras, normalization, **call)
        kernel, bias = model.get_layer("head").get_weights()
        drawn = np.random.default_rng(self.number).normal(0, 0.1, kernel.shape)
        model.get_layer("head").set_weights([drawn.astype(np.float32), 0 * bias])
        return model


def namespace(name: str) -> Any:
    """``keras`` or ``tf_keras``."""
    return importlib.import_module(name)


def compiled(keras: Any, model: Any, rate: float, optimizer: Any = None) -> None:
    """Compile with Adam, or with what is given."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer or keras.optimizers.Adam(rate), loss, metrics=["accuracy"])


def train(
    keras: Any, model: Any, sample: Sample, epochs: int, rate: float, batch: int = BATCH, shuffle: bool = True
) -> Score:
    """Compile and fit; the score is what the last epoch reported of the training images."""
    compiled(keras, model, rate)
    return fitted(model, sample, epochs, batch, shuffle)


def fitted(model: Any, sample: Sample, epochs: int, batch: int = BATCH, shuffle: bool = True) -> Score:
    """Fit a compiled model; the score is what the last epoch reported."""
    history = model.fit(sample.images, sample.labels, batch, epochs, verbose=0, shuffle=shuffle).history
    return Score(history["accuracy"][-1], history["loss"][-1])


def judged(model: Any, sample: Sample, mode: Mode = "inference", batch: int = BATCH) -> Score:
    """The model's score with its BatchNormalization in one mode, by whole batches; nothing is changed.

    The last batch is as large as the others, so that in training mode all have statistics of equal worth: images that
    are left over are left out.
    """
    batch = min(batch, len(sample.labels))
    ends = range(0, len(sample.labels) - batch + 1, batch)
    logits = np.concatenate([forward(model, sample.images[at : at + batch], mode) for at in ends])
    return score(logits, sample.labels[: len(logits)])


def score(logits: Any, labels: Any) -> Score:
    """Accuracy and mean cross-entropy of logits (n, classes)."""
    logits = np.asarray(logits, np.float64)
    logits = logits - logits.max(axis=1, keepdims=True)
    likelihoods = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    accuracy = np.mean(logits.argmax(axis=1) == labels)
    return Score(float(accuracy), float(-np.mean(likelihoods[np.arange(len(labels)), labels])))


def moving_means(model: Any) -> list[Any]:
    """The moving means and standard deviations of each BatchNormalization layer, copied."""
    return [
        (np.array(layer.moving_mean), np.sqrt(np.array(layer.moving_variance) + layer.epsilon))
        for _, layer in batch_norms(model)
    ]


def drift(before: list[Any], after: list[Any]) -> float:
    """How far the moving means went, in their standard deviations before: the mean over all channels."""
    moved = [np.abs(new - old) / spread for (old, spread), (new, _) in zip(before, after, strict=True)]
    return float(np.mean(np.concatenate(moved)))


def adapt(model: Any, images: Any) -> None:
    """Put the statistics of these images, as one batch, in the place of the moving ones (AdaBN)."""
    layers = [layer for _, layer in batch_norms(model)]
    kept = [(layer.momentum, layer.trainable) for layer in layers]
    for layer in layers:
        layer.momentum, layer.trainable = 0.0, True
    model(images, training=True)
    for layer, (momentum, trainable) in zip(layers, kept, strict=True):
        layer.momentum, layer.trainable = momentum, trainable
