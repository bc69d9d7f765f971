"""Subject `batches_at_fit`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.fits import Fit
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class BatchesAtFit:
    """Subject `batches_at_fit`: the batches of one fit in which BatchNormalization normalizes by them."""

    fit: Fit | None = fact("the fit")
    group: str = fact("identifies what makes the batches; of `train_on_batch` the code that calls it", "")
    layers: int | None = fact("how many BatchNormalization layers surely normalize by the batch")
    pretrained: bool | None = fact("whether one of these starts from trained statistics")
    flat_layers: int = fact("how many of them surely have one value a channel and example: behind Dense, 1x1 maps", 0)
    flat: bool = fact("whether there are any", False)
    flat_at: Place | None = fact("the first of these")
    batch_at: Place | None = fact("the call that makes the batches, or is told their size; the fit itself for arrays")
    data: Literal["array", "pipeline", "sequence", "generator"] | None = fact(
        "what the fit is given: arrays, a `tf.data` pipeline (or what Keras's functions make of a directory), a "
        "sequence such as those of `ImageDataGenerator`, a generator"
    )
    batch_size: int | None = fact(
        "examples that one replica normalizes together; under a strategy whose replicas are not counted at most so many"
    )
    one_more: int | None = fact("a batch size that leaves more than one example for the last batch")
    last_batch: int | None = fact("examples in the last batch of each epoch")
    drops: bool = fact("whether a last batch that is not full is dropped", False)
    takes_drop_remainder: bool = fact("whether `batch_at` is a `batch` of a pipeline, which can drop it", False)
    batches_validation: bool = fact("whether the same call makes the batches of the validation data", False)
    strategy: str | None = fact("the strategy of `tf.distribute` in whose scope the model was compiled")
    strategy_at: Place | None = fact("where that was made")
    replicas: int | None = fact("its replicas, where the program lists them")
    replicated: bool = fact("whether the batch size is written as a number for each replica", False)
    synchronized: bool | None = fact("whether all these layers share their statistics between replicas")
    unsynchronized_at: tuple[Place, ...] | None = fact(
        "the constructor calls of those that do not; unknown where an application or a file brings one"
    )
    takes_synchronized: bool | None = fact("whether `BatchNormalization` takes `synchronized` on the target")
    order: Literal["random", "by_class"] | None = fact(
        "how examples stand when they are put into batches: at random, or one class after the other"
    )
    ordered_at: Place | None = fact("where that order is asked for: the call with `shuffle=False`")
    batches_shuffled_at: Place | None = fact("a `shuffle` of whole batches, of data that was not shuffled before")
    accumulated: int | None = fact("batches whose gradients the optimizer adds up for one step")
    averages: Literal["use_ema", "SWA", "MovingAverage"] | None = fact("how the optimizer averages weights")
    optimizer_at: Place | None = fact("where the optimizer was made")
    recalibrated: bool = fact("whether the model is run in training mode after the fit, outside of a step", False)
