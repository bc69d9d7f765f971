"""A head trained on cached features, and joined again, against the whole model with a frozen backbone.

Published: Keras's guide "Transfer learning & fine-tuning" describes both ways; where the frozen backbone is in
inference mode, they are one and the same function. Keras before TensorFlow 2 normalised in a frozen backbone by the
batch, and there they are not (Vryniotis 2018). <https://keras.io/guides/transfer_learning/>.

Protocol: the pretrained backbone, frozen, under a new head; 320 images of the shifted domain, batches of 32 in one
and the same order, 20 epochs, Adam 0.01. *Split*: ``predict`` of the backbone once, the head trained on what it
gave, then both joined. *Whole*: ``fit`` of the joined model. In Keras 3, in ``tf_keras``, and in ``tf_keras`` with
the layer of TensorFlow 1. Judged on 477 held-out images in inference mode: the largest difference of a logit between
the joined model and the head on cached features (promised: 1e-6 of the largest logit), between split and whole (the
same, after 200 steps of float32 that round otherwise: 1e-3 of the largest logit), and the processor time of
training.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from benchmarks.experiments import common
from benchmarks.experiments.frozen_statistics import old_layer
from benchmarks.experiments.records import Bound, Cell, Claim, Experiment, Row, Rows

OLD = "tf_keras, layer of TensorFlow 1"
ARMS = ("keras", "tf_keras", OLD)


def run(seed: common.Seed) -> Rows:
    """Three layers."""
    return {arm: compared(seed, arm) for arm in ARMS}


def compared(seed: common.Seed, arm: str) -> Row:
    """The same head trained both ways."""
    keras = common.namespace(arm.partition(",")[0])
    normalization = old_layer() if arm == OLD else None
    domain = seed.data.shifted
    images, labels = domain.training
    epochs = seed.epochs(20)

    split = seed.with_new_head(keras, normalization)
    base, head = split.get_layer("backbone"), split.get_layer("head")
    base.trainable = False
    began = time.process_time()
    features = base.predict(images, verbose=0)
    alone = keras.Sequential([keras.Input(features.shape[1:]), head])
    common.compiled(keras, alone, rate=0.01)
    alone.fit(features, labels, common.BATCH, epochs, verbose=0, shuffle=False)
    split_time = time.process_time() - began

    whole = seed.with_new_head(keras, normalization)
    whole.get_layer("backbone").trainable = False
    began = time.process_time()
    common.train(keras, whole, domain.training, epochs, rate=0.01, shuffle=False)
    whole_time = time.process_time() - began

    held_out = domain.held_out
    from_cache = answers(alone, base.predict(held_out.images, verbose=0))
    joined, other = answers(split, held_out.images), answers(whole, held_out.images)
    largest = float(np.abs(joined).max())
    return {
        "joined": float(np.abs(joined - from_cache).max()) / largest,
        "whole": float(np.abs(joined - other).max()) / largest,
        "split accuracy": common.score(joined, held_out.labels).accuracy,
        "whole accuracy": common.score(other, held_out.labels).accuracy,
        "split time": split_time, "whole time": whole_time,
    }  # fmt: skip


def answers(model: Any, inputs: Any) -> Any:
    """Logits in inference mode."""
    return model.predict(inputs, verbose=0)


EXPERIMENT = Experiment(
    "two_parts",
    "A model in two parts",
    run,
    (
        *(Bound(f"`{arm}`: joined, the model answers as the head on cached features (1e-6)", Cell(arm, "joined"), 1e-6)
          for arm in ARMS[:2]),
        *(Bound(f"`{arm}`: split and whole end in the same model (1e-3)", Cell(arm, "whole"), 1e-3)
          for arm in ARMS[:2]),
        *(Claim(f"`{arm}`: the whole takes more processor time than the split",
                Cell(arm, "whole time"), Cell(arm, "split time"))
          for arm in ARMS[:2]),
        Claim("With the layer of TensorFlow 1 split and whole differ more than with the present one",
              Cell(OLD, "whole"), Cell("tf_keras", "whole")),
        Claim("With the layer of TensorFlow 1 the split is more often right than the whole",
              Cell(OLD, "split accuracy"), Cell(OLD, "whole accuracy")),
    ),
    {"joined": "joined − cached", "whole": "split − whole", "split accuracy": "accuracy, split",
     "whole accuracy": "accuracy, whole", "split time": "split, s", "whole time": "whole, s"},
    ("split accuracy", "whole accuracy"),
)  # fmt: skip
