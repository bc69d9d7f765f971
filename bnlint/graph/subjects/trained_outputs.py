"""Subject `trained_output`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class TrainedOutput:
    """Subject `trained_output`: the output of a model in a fit, and the cross-entropy that is computed on it."""

    fit: Place = fact("the fit")
    model: str = fact("the expression that names the model", "model")
    activation: str | None = fact("the activation of the output: `softmax`, `sigmoid`, `linear`")
    activated_at: Place | None = fact("the layer that applies it")
    last: bool = fact("whether nothing comes behind the activation; else a `Reshape`, `Flatten` or `Permute`", True)
    compiled_at: Place | None = fact("the `compile`")
    loss: str = fact("the class of the loss: `SparseCategoricalCrossentropy`", "")
    loss_at: Place | None = fact("where it is made; unknown where a string or a function names it")
    reads: Literal["softmax", "sigmoid"] = fact("the activation that belongs to it", "softmax")
    from_logits: bool | None = fact("whether it takes what it is given for logits")
    given: bool = fact("whether `from_logits` is written", False)
    position: int | None = fact("where `from_logits` stands among the positional arguments, if it may be one")
    twice: bool | None = fact(
        "whether a loss that takes logits counts such an activation twice on the target: some releases go back to what "
        "the activation was given, if it comes last, and warn"
    )
    group: str = fact("identifies the loss", "")
