"""Training nothing but BatchNormalization: from random weights, and to adapt to a shifted domain.

Published: J. Frankle, D. Schwab, A. Morcos, "Training BatchNorm and Only BatchNorm" (2021): with all other weights
at their random start, the scales and offsets alone bring deep ResNets to 82 % on CIFAR-10, far more than as many
weights elsewhere. Y. Li and others, "Revisiting Batch Normalization For Practical Domain Adaptation" (2016, AdaBN):
the moving statistics alone, taken anew from unlabelled images of the target domain, recover much of what the shift
cost. <https://arxiv.org/abs/2003.00152>, <https://arxiv.org/abs/1603.04779>.

Protocol, Keras 3. *From random weights*: 800 plain digits, 15 epochs, batches of 32, Adam 0.01, momentum 0.9;
trained are all weights, only BatchNormalization (288 weights of 19,000; the head stays random), or only the head
(330, on a backbone with the statistics of the training images). Also only BatchNormalization at half and twice the
width. Judged: 192 held-out images, inference mode. *To a shifted domain*: the pretrained classifier with its head,
unchanged; with AdaBN (the statistics of the 320 training images as one batch, no labels); with only
BatchNormalization trained; with all trained; the last two for 10 epochs, batches of 32, Adam 1e-3, momentum 0.9.
Judged: 448 held-out images of the shifted domain, inference mode.
"""

from __future__ import annotations

from typing import Any

from benchmarks.experiments import common
from benchmarks.experiments.data import Domain
from benchmarks.experiments.nets import backbone, classifier
from benchmarks.experiments.records import Cell, Claim, Experiment, Row, Rows
from bnlint.measuring.layers import every_layer, is_batch_norm
from bnlint.remedies import set_momentum

RANDOM = {"all": 16, "only the head": 16, "only BatchNormalization": 16, "half the width": 8, "twice the width": 32}
SHIFTED = ("unchanged", "AdaBN", "only BatchNormalization", "all")


def run(seed: common.Seed) -> Rows:
    """Both parts."""
    return {
        **{f"random: {arm}": from_random(seed, arm, width) for arm, width in RANDOM.items()},
        **{f"shifted: {arm}": to_shifted(seed, arm) for arm in SHIFTED},
    }


def from_random(seed: common.Seed, arm: str, width: int) -> Row:
    """A network from random weights, of which a part is trained."""
    keras = common.namespace("keras")
    seed.start(keras)
    model = classifier(keras, backbone(keras, width=width))
    set_momentum(model, 0.9)
    if arm == "only the head":
        model.get_layer("backbone").trainable = False
        # Frozen, the statistics would stay at 0 and 1; the published features are normalised.
        common.adapt(model, seed.data.source.training.images)
    elif arm != "all":
        train_only_batch_norm(model)
    common.train(keras, model, seed.data.source.training, seed.epochs(15), rate=0.01)
    return row(model, seed.data.source)


def to_shifted(seed: common.Seed, arm: str) -> Row:
    """The pretrained classifier, adapted to the other domain."""
    keras = common.namespace("keras")
    model = seed.copy(keras)
    if arm == "AdaBN":
        common.adapt(model, seed.data.shifted.training.images)
    if arm in ("only BatchNormalization", "all"):
        set_momentum(model, 0.9)
        if arm != "all":
            train_only_batch_norm(model)
        common.train(keras, model, seed.data.shifted.training, seed.epochs(10), rate=1e-3)
    return row(model, seed.data.shifted)


def train_only_batch_norm(model: Any) -> None:
    """Freeze every layer but BatchNormalization. A model that holds them stays trainable, or it would hide them."""
    for _, layer in every_layer(model):
        if not hasattr(layer, "layers"):
            layer.trainable = is_batch_norm(layer)


def row(model: Any, domain: Domain) -> Row:
    """The held-out images' figures, and how many weights were trained."""
    found = common.judged(model, domain.held_out)
    weights = sum(int(weight.shape.num_elements()) for weight in model.trainable_weights) if model.compiled else 0
    return {"accuracy": found.accuracy, "loss": found.loss, "weights": float(weights)}


def more(words: str, larger: str, smaller: str) -> Claim:
    """A claim on accuracy."""
    return Claim(words, Cell(larger, "accuracy"), Cell(smaller, "accuracy"))


ONLY = "only BatchNormalization"
EXPERIMENT = Experiment(
    "only_batch_norm",
    "Training nothing but BatchNormalization",
    run,
    (
        more("From random weights, BatchNormalization alone brings more than the head alone, which is larger",
             f"random: {ONLY}", "random: only the head"),
        more("From random weights, all weights bring more than BatchNormalization alone",
             "random: all", f"random: {ONLY}"),
        more("BatchNormalization alone brings more in a wider network",
             "random: twice the width", "random: half the width"),
        more("In the shifted domain AdaBN is better than no adaptation", "shifted: AdaBN", "shifted: unchanged"),
        more("In the shifted domain training BatchNormalization alone is better than AdaBN",
             f"shifted: {ONLY}", "shifted: AdaBN"),
        more("In the shifted domain training all is better than training BatchNormalization alone",
             "shifted: all", f"shifted: {ONLY}"),
    ),
    {"accuracy": "accuracy", "loss": "loss", "weights": "weights trained"},
    ("accuracy",),
)  # fmt: skip
