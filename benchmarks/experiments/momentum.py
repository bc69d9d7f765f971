"""Momentum 0.99 against 0.9 where there are few steps, on a shifted domain.

Published: the reference of ``tf.contrib.layers.batch_norm`` (TensorFlow 1.15) recommends a lower decay, 0.9, where
training looks good and validation poor; the moving statistics are an average over the last 1/(1 − momentum) steps.
<https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/contrib/layers/batch_norm>.

Protocol: Keras 3, the classifier pretrained on plain digits, all of it trainable, fitted to 320 images of the
shifted domain in batches of 32 (10 steps an epoch), Adam 1e-3, after its BatchNormalization momentum was set to 0.99
(the default) or 0.9. The training is the same in both, since batch statistics do not depend on the momentum. Judged
on 448 held-out images after 10, 20, 50, 100, and 200 steps: in inference mode, and in training mode (what ``fit``
sees).
"""

from __future__ import annotations

from benchmarks.experiments import common
from benchmarks.experiments.records import Bound, Cell, Claim, Experiment, Rows
from bnlint.remedies import set_momentum

STEPS = (10, 20, 50, 100, 200)
AN_EPOCH = 10
MOMENTA = (0.99, 0.9)


def run(seed: common.Seed) -> Rows:
    """Both momenta, looked at five times."""
    keras = common.namespace("keras")
    domain = seed.data.shifted
    rows = {}
    for momentum in MOMENTA:
        model = seed.copy(keras)
        set_momentum(model, momentum)
        common.compiled(keras, model, rate=1e-3)
        done = 0
        for steps in STEPS:
            common.fitted(model, domain.training, seed.epochs((steps - done) // AN_EPOCH))
            done = steps
            inference, training = (
                common.judged(model, domain.held_out),
                common.judged(model, domain.held_out, "training"),
            )
            rows[f"{momentum}, {steps} steps"] = {
                "inference": inference.accuracy, "training": training.accuracy,
                "inference loss": inference.loss, "training loss": training.loss,
            }  # fmt: skip
    for steps in STEPS:
        slow, fast = (rows[f"{momentum}, {steps} steps"]["training loss"] for momentum in MOMENTA)
        for momentum in MOMENTA:
            rows[f"{momentum}, {steps} steps"]["apart"] = abs(slow - fast)
    return rows


EXPERIMENT = Experiment(
    "momentum",
    "Momentum and few steps",
    run,
    (
        *(Claim(f"After {steps} steps the loss in inference mode is higher with momentum 0.99",
                Cell(f"0.99, {steps} steps", "inference loss"), Cell(f"0.9, {steps} steps", "inference loss"))
          for steps in STEPS),
        *(Claim(f"With momentum 0.99, after {steps} steps, inference mode has a higher loss than training mode",
                Cell(f"0.99, {steps} steps", "inference loss"), Cell(f"0.99, {steps} steps", "training loss"))
          for steps in STEPS),
        Bound("In training mode the two momenta have the same loss to 1e-3 after 10 steps",
              Cell("0.99, 10 steps", "apart"), 1e-3),
    ),
    {"inference": "accuracy, inference", "training": "accuracy, training mode",
     "inference loss": "loss, inference", "training loss": "loss, training mode"},
    ("inference loss", "training loss"),
)  # fmt: skip
