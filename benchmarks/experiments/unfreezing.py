"""Unfreezing a backbone with and without freezing its BatchNormalization again, in Keras 3 and ``tf_keras``.

Published: Keras's guide "Transfer learning & fine-tuning" calls the backbone with ``training=False`` so that it
stays in inference mode when it is unfrozen, since updates of its statistics would destroy what it has learned;
keras-team/keras issue 20285: Keras 3 ignores that argument in a functional model, and the statistics move. The mend
sets ``trainable = False`` on each BatchNormalization layer after unfreezing (`freeze_batch_norm`).
<https://keras.io/guides/transfer_learning/>, <https://github.com/keras-team/keras/issues/20285>.

Protocol: the backbone pretrained on plain digits, frozen, under a new head, trained on 320 images for 20 epochs
(Adam 0.01, batches of 32); the same model goes on in every arm. Then all is unfrozen, compiled with Adam 1e-4, and
fitted for 5 epochs in batches of 8 on the same images: called with ``training=False`` as in the guide, called
plainly, and called plainly with the mend. On plain digits and in the shifted domain. Judged: the loss and accuracy
of 448 held-out images in inference mode before, after the first epoch (40 steps) and after the last (200); the drift
of the moving means in moving standard deviations.
"""

from __future__ import annotations

from typing import Any

from benchmarks.experiments import common
from benchmarks.experiments.data import Domain
from benchmarks.experiments.nets import copy_weights
from benchmarks.experiments.records import Bound, Cell, Claim, Experiment, Row, Rows
from bnlint.remedies import freeze_batch_norm

CALLS: dict[str, Any] = {"training=False": {"training": False}, "plain call": {}, "mended": {}}


def run(seed: common.Seed) -> Rows:
    """Each arm in each Keras and domain, all from one start."""
    rows = {}
    for name, domain in (("shifted", seed.data.shifted), ("plain", seed.data.near)):
        start = with_trained_head(seed, domain)
        for dialect in common.DIALECTS:
            for arm in CALLS:
                rows[f"{dialect}, {arm}, {name}"] = unfrozen(seed, dialect, arm, domain, start)
    return rows


def with_trained_head(seed: common.Seed, domain: Domain) -> Any:
    """What every arm begins with."""
    keras = common.namespace("keras")
    model = seed.with_new_head(keras)
    model.get_layer("backbone").trainable = False
    common.train(keras, model, domain.training, seed.epochs(20), rate=0.01)
    return model


def unfrozen(seed: common.Seed, dialect: str, arm: str, domain: Domain, start: Any) -> Row:
    """Unfreeze, and train on."""
    keras = common.namespace(dialect)
    model = seed.copy(keras, **CALLS[arm])
    copy_weights(start, model)
    model.trainable = True
    if arm == "mended":
        freeze_batch_norm(model)
    common.compiled(keras, model, rate=1e-4)
    statistics, before = common.moving_means(model), common.judged(model, domain.held_out)
    common.fitted(model, domain.training, 1, batch=8)
    first = common.judged(model, domain.held_out)
    if not seed.quick:
        common.fitted(model, domain.training, 4, batch=8)
    last = common.judged(model, domain.held_out)
    return {
        "loss before": before.loss, "first loss": first.loss, "last loss": last.loss,
        "accuracy before": before.accuracy, "first accuracy": first.accuracy, "last accuracy": last.accuracy,
        "drift": common.drift(statistics, common.moving_means(model)),
    }  # fmt: skip


def worse_without(dialect: str, domain: str, measure: str, when: str) -> Claim:
    """The guide's warning, for one Keras and domain."""
    called = "a plain call" if dialect == "tf_keras" else "`training=False`"
    arm = "plain call" if dialect == "tf_keras" else "training=False"
    place = "in the shifted domain" if domain == "shifted" else "on plain digits"
    return Claim(
        f"`{dialect}`, {place}: {called} without the mend has a higher loss after the {when} epoch",
        Cell(f"{dialect}, {arm}, {domain}", measure),
        Cell(f"{dialect}, mended, {domain}", measure),
    )


EXPERIMENT = Experiment(
    "unfreezing",
    "Unfreezing with and without the mend",
    run,
    (
        Claim("`training=False` lets the statistics move in Keras 3, and not in `tf_keras`",
              Cell("keras, training=False, plain", "drift"), Cell("tf_keras, training=False, plain", "drift")),
        Bound("`training=False` keeps the statistics in `tf_keras`",
              Cell("tf_keras, training=False, shifted", "drift"), 0.0),
        Bound("The mend keeps the statistics in Keras 3", Cell("keras, mended, shifted", "drift"), 0.0),
        Bound("The mend keeps the statistics in `tf_keras`", Cell("tf_keras, mended, shifted", "drift"), 0.0),
        *(worse_without(dialect, domain, measure, when)
          for dialect in common.DIALECTS for domain in ("plain", "shifted")
          for measure, when in (("first loss", "first"), ("last loss", "last"))),
    ),
    {"loss before": "loss before", "first loss": "after the first epoch", "last loss": "after the last",
     "accuracy before": "accuracy before", "first accuracy": "after the first epoch", "last accuracy": "after the last",
     "drift": "drift"},
    ("loss before", "first loss", "last loss"),
)  # fmt: skip
