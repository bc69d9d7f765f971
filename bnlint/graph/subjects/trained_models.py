"""Subject `trained_model`."""

from __future__ import annotations

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """Subject `trained_model`: a model of a class of the program's own that Keras's `fit` runs itself."""

    name: str = fact("its class", "the model")
    package: str = fact("the Keras package of the class", "keras")
    fit: Place | None = fact("the first call that trains it")
    method: str = fact("that method: `fit`, `train_on_batch`", "fit")
    call_at: Place | None = fact("the head of the `def call` that `fit` runs")
    takes_training: bool = fact("whether that `call` has a parameter `training`", True)
    bare_call_trains: bool | None = fact("whether `fit` trains a model whose `call` has none, on the target")
    context_reaches: bool | None = fact(
        "whether layers inside see the training mode, on the target, where `call` has the parameter and does not hand "
        "it on"
    )
    idle_batch_norm: int | None = fact(
        "how many unfrozen BatchNormalization layers stay in inference mode in `fit`, and would not if `call` took "
        "`training` and handed it on",
        0,
    )
    has_idle_batch_norm: bool = fact("whether there are any", False)
    idle_dropout: int = fact("how many Dropout layers with a rate above 0 do", 0)
    pretrained: bool | None = fact("whether such a BatchNormalization layer starts from trained statistics")
    group: str = fact("identifies the `call`", "")
