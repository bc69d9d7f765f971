"""Subject `shared_batch_norm`."""

from __future__ import annotations

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class SharedNorm:
    """Subject `shared_batch_norm`: BatchNormalization that one model calls several times, on different inputs."""

    place: Place = fact("the layer, or the model that holds it")
    label: str = fact("its name", "")
    calls: int = fact("how many calls of it there are", 0)
    layers: int = fact("how many BatchNormalization layers are called so", 0)
    updated: bool | None = fact("whether a `fit` updates their statistics")
    alike: bool | None = fact(
        "whether the inputs of all these calls come through the same layers with weights, as in a Siamese network"
    )
    group: str = fact("identifies the model in which the calls stand", "")
