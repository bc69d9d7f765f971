"""Frozen layers by batch statistics (Keras before TensorFlow 2) against frozen layers in inference mode.

Published: V. Vryniotis, "The Batch Normalization layer of Keras is broken" (2018), and keras-team/keras pull request
9965: under a frozen backbone the training accuracy is high, the validation accuracy on like images far below it, and
the gap goes away when the validation, too, runs in learning phase 1, or when frozen layers keep to their moving
statistics. Its author there: "close to 100% accuracy on training mode and 50% during inference on the same dataset".
<http://blog.datumbox.com/the-batch-normalization-layer-of-keras-is-broken/>,
<https://github.com/keras-team/keras/pull/9965>.

Protocol: ``tf_keras``, where ``tf.compat.v1`` still has the layer that normalises by the batch when it is frozen
(that is measured first, in each seed). The backbone pretrained on plain digits is frozen; a new head is trained on
320 images for 20 epochs, batches of 32, Adam 0.01, once with the old layer and once with the present one, on plain
digits and on those of the shifted domain. Judged: the accuracy that ``fit`` reports last, and on 448 held-out images
with BatchNormalization in inference mode (learning phase 0) and in training mode (learning phase 1).
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from benchmarks.experiments import common
from benchmarks.experiments.records import Cell, Claim, Experiment, Rows

DOMAINS = ("shifted", "plain")
OLD, NEW = "batch statistics", "inference mode"


def run(seed: common.Seed) -> Rows:
    """Both layers on both domains."""
    keras = common.namespace("tf_keras")
    rows = {}
    for layer, normalization in ((OLD, old_layer()), (NEW, keras.layers.BatchNormalization)):
        assert_mode(keras, normalization, by_batch=layer == OLD)
        for name, domain in (("shifted", seed.data.shifted), ("plain", seed.data.near)):
            model = seed.with_new_head(keras, normalization)
            model.get_layer("backbone").trainable = False
            fit = common.train(keras, model, domain.training, seed.epochs(20), rate=0.01)
            zero = common.judged(model, domain.held_out, "inference")
            one = common.judged(model, domain.held_out, "training")
            rows[f"{layer}, {name}"] = {
                "fit": fit.accuracy, "phase 0": zero.accuracy, "phase 1": one.accuracy,
                "gap": fit.accuracy - zero.accuracy,
                "fit loss": fit.loss, "phase 0 loss": zero.loss, "phase 1 loss": one.loss,
            }  # fmt: skip
    return rows


def old_layer() -> Any:
    """The layer of TensorFlow 1, which TensorFlow gives from ``tf_keras`` when it is told so before its import."""
    if os.environ.get("TF_USE_LEGACY_KERAS") != "1":
        raise RuntimeError("set TF_USE_LEGACY_KERAS=1 before TensorFlow is imported")
    import importlib

    return importlib.import_module("tensorflow").compat.v1.keras.layers.BatchNormalization


def assert_mode(keras: Any, normalization: Any, by_batch: bool) -> None:
    """Measure what a frozen layer normalises by in a training step; raise where it is not what the experiment needs."""
    inputs = keras.Input((4, 4, 3))
    layer = normalization()
    model = keras.Model(inputs, layer(inputs))
    layer.trainable = False
    model.compile("sgd", "mse")
    images = np.random.default_rng(0).normal(5, 3, (64, 4, 4, 3)).astype(np.float32)
    # Normalised by the batch the mean square is 1, by moving statistics of 0 and 1 it is 34.
    square = float(model.train_on_batch(images, np.zeros_like(images)))
    if (square < 2) is not by_batch:
        raise RuntimeError(
            f"{normalization} frozen has a mean square of {square:.2f}: not the layer of this experiment"
        )


EXPERIMENT = Experiment(
    "frozen_statistics",
    "Frozen layers by batch statistics",
    run,
    (
        Claim("With batch statistics `fit` reports more than the held-out images get in inference mode",
              Cell(f"{OLD}, shifted", "fit"), Cell(f"{OLD}, shifted", "phase 0")),
        Claim("With batch statistics learning phase 1 judges the same images better than phase 0",
              Cell(f"{OLD}, shifted", "phase 1"), Cell(f"{OLD}, shifted", "phase 0")),
        Claim("In inference mode the held-out images get more than with batch statistics",
              Cell(f"{NEW}, shifted", "phase 0"), Cell(f"{OLD}, shifted", "phase 0")),
        Claim("In inference mode the gap between `fit` and the held-out images is smaller",
              Cell(f"{OLD}, shifted", "gap"), Cell(f"{NEW}, shifted", "gap")),
        Claim("The gap of batch statistics is larger in the shifted domain than on plain digits",
              Cell(f"{OLD}, shifted", "gap"), Cell(f"{OLD}, plain", "gap")),
    ),
    {"fit": "`fit`, accuracy", "phase 0": "held out, phase 0", "phase 1": "held out, phase 1",
     "fit loss": "`fit`, loss", "phase 0 loss": "loss, phase 0", "phase 1 loss": "loss, phase 1"},
    ("fit", "phase 0", "phase 1"),
)  # fmt: skip
