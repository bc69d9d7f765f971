"""Subject `norm_over_time`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class NormOverTime:
    """Subject `norm_over_time`: a TimeDistributed around BatchNormalization that a fit updates."""

    place: Place | None = fact("the wrapper")
    fit: Place | None = fact("the first fit that updates layers in it; of a model file the model")
    saved: bool = fact("whether a model file shows it, and the fit is one of the loaded model", False)
    label: str = fact("how messages name what it holds: a layer, or a model and its name", "a layer")
    holds: Literal["layer", "model"] = fact("whether it holds a BatchNormalization layer or a model with some", "layer")
    layers: int | None = fact("how many BatchNormalization layers in it this fit updates")
    statistics: Literal["batch", "moving"] | None = fact("the statistics that they normalize by in this fit")
    pretrained: bool | None = fact("whether they start from trained statistics")
    each_step: bool | None = fact(
        "whether on the target a training step normalizes every time step by itself (else all of them together)"
    )
    time_steps: int | None = fact("how many time steps its input has, where the program or the file tells")
    updates: int | None = fact("how often one training step updates the statistics on the target")
    momentum: float | None = fact("their momentum")
    effective_momentum: float | None = fact("the share of the old statistics that one training step keeps")
    group: str = fact("the same as in `batch_norm_at_fit`", "")
