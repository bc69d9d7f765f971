"""Subject `masked_norm`."""

from __future__ import annotations

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class MaskedNorm:
    """Subject `masked_norm`: a BatchNormalization layer whose input comes with a mask, in a fit that updates it."""

    place: Place | None = fact("the layer")
    name: str = fact("its name", "")
    masked_by: str = fact("the class of the layer that makes the mask: `Masking`, `Embedding`", "Masking")
    masked_at: Place | None = fact("where that one was made")
    fit: Place | None = fact("the first fit that updates the layer")
    saved: bool = fact("whether a model file shows it", False)
    counted: bool | None = fact("whether masked time steps count in the statistics on the target")
    group: str = fact("the same as in `batch_norm_at_fit`", "")
