"""BatchNormalization, Batch Renormalization and GroupNormalization in batches of 2, 4 and 32.

Published: Y. Wu and K. He, "Group Normalization" (2018): ResNet-50 on ImageNet has 10.6 points less error with
GroupNormalization than with BatchNormalization in batches of 2, and nearly the same with usual batches. S. Ioffe,
"Batch Renormalization" (2017): in small batches renormalized models do substantially better.
<https://arxiv.org/abs/1803.08494>, <https://arxiv.org/abs/1702.03275>.

Protocol: Keras 3.15, the small ResNet from random weights on 800 plain digits, 6 epochs, SGD with momentum 0.9 and a
rate of 0.05 · batch / 32 (linear scaling, as Wu and He). GroupNormalization has 8 groups. Batch Renormalization
begins as plain BatchNormalization (r = 1, d = 0); after a tenth of the steps r is clipped to [1/3, 3] and d to [−5,
5], the published ends of its schedule, in one jump instead of ramps. The momentum is 1 − batch / 200, so that every
average is over about 200 images (0.99 in batches of 2, 0.84 of 32). Judged: loss and accuracy of 192 held-out images
in inference mode, and of 192 to 200 in training mode with the training's batch size.
"""

from __future__ import annotations

from typing import Any

from benchmarks.experiments import common
from benchmarks.experiments.nets import backbone, classifier
from benchmarks.experiments.records import Cell, Claim, Experiment, Row, Rows
from bnlint.measuring.layers import batch_norms

SIZES = (2, 4, 32)
NORMS = ("batch", "renorm", "group")
EPOCHS = 6


def run(seed: common.Seed) -> Rows:
    """Each layer with each size."""
    return {f"{norm}, {size}": trained(seed, norm, size) for norm in NORMS for size in SIZES}


def trained(seed: common.Seed, norm: str, size: int) -> Row:
    """One network from random weights."""
    keras = common.namespace("keras")
    seed.start(keras)
    domain = seed.data.source
    model = classifier(keras, backbone(keras, layer_maker(keras, norm, 1 - size / 200)))
    optimizer = keras.optimizers.SGD(0.05 * size / common.BATCH, momentum=0.9)
    common.compiled(keras, model, rate=0, optimizer=optimizer)
    callbacks = []
    if norm == "renorm":
        steps = seed.epochs(EPOCHS) * len(domain.training.labels) // size
        callbacks = [opening(keras, model, after=steps // 10)]
    model.fit(domain.training.images, domain.training.labels, size, seed.epochs(EPOCHS), verbose=0, callbacks=callbacks)
    inference, training = common.judged(model, domain.held_out), common.judged(model, domain.held_out, "training", size)
    return {
        "inference": inference.accuracy, "training": training.accuracy,
        "inference loss": inference.loss, "training loss": training.loss,
    }  # fmt: skip


def layer_maker(keras: Any, norm: str, momentum: float) -> Any:
    """A function that makes the layers, given a name."""
    if norm == "group":
        return lambda name: keras.layers.GroupNormalization(8, name=name)
    if norm == "renorm":
        return lambda name: keras.layers.BatchNormalization(
            momentum=momentum, renorm=True, renorm_momentum=momentum, name=name
        )
    return lambda name: keras.layers.BatchNormalization(momentum=momentum, name=name)


def opening(keras: Any, model: Any, after: int) -> Any:
    """Clip Batch Renormalization to nothing, and at a step to its published bounds.

    The bounds are variables, since numbers would be read once, when the training step is traced; TensorFlow's, since a
    built layer takes none of Keras's.
    """
    import importlib

    variable = importlib.import_module("tensorflow").Variable
    bounds = {name: variable(value, trainable=False) for name, value in (("rmin", 1.0), ("rmax", 1.0), ("dmax", 0.0))}
    for _, layer in batch_norms(model):
        layer.renorm_clipping = dict(bounds)

    def open_at(batch: int, logs: Any = None) -> None:
        if int(model.optimizer.iterations) >= after:
            for name, value in (("rmin", 1 / 3), ("rmax", 3.0), ("dmax", 5.0)):
                bounds[name].assign(value)

    return keras.callbacks.LambdaCallback(on_train_batch_begin=open_at)


EXPERIMENT = Experiment(
    "small_batches",
    "Small batches",
    run,
    (
        *(Claim(f"In batches of {size} BatchNormalization has a higher loss than GroupNormalization",
                Cell(f"batch, {size}", "inference loss"), Cell(f"group, {size}", "inference loss")) for size in (2, 4)),
        *(Claim(f"In batches of {size} BatchNormalization has a higher loss than Batch Renormalization",
                Cell(f"batch, {size}", "inference loss"), Cell(f"renorm, {size}", "inference loss"))
          for size in (2, 4)),
        Claim("BatchNormalization has a higher loss in batches of 2 than of 32",
              Cell("batch, 2", "inference loss"), Cell("batch, 32", "inference loss")),
        Claim("In batches of 2 GroupNormalization is more often right than BatchNormalization",
              Cell("group, 2", "inference"), Cell("batch, 2", "inference")),
        Claim("In batches of 2 Batch Renormalization is more often right than BatchNormalization",
              Cell("renorm, 2", "inference"), Cell("batch, 2", "inference")),
        Claim("In batches of 2 BatchNormalization has a higher loss in training mode than in inference mode",
              Cell("batch, 2", "training loss"), Cell("batch, 2", "inference loss")),
    ),
    {"inference": "accuracy, inference", "training": "accuracy, training mode",
     "inference loss": "loss, inference", "training loss": "loss, training mode"},
    ("inference", "training"),
)  # fmt: skip
