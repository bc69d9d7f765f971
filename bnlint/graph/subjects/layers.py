"""Subject `layer`."""

from __future__ import annotations

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class Layer:
    """Subject `layer`: one layer constructor in the program."""

    type: str = fact("the class: `BatchNormalization`", "")
    package: str = fact("the Keras package it comes from", "keras")
    place: Place | None = fact("the constructor call")
    line: int = fact("its line", 0)
    name: str | None = fact("the layer's name, where it is written")
    momentum: float | None = fact("BatchNormalization's momentum")
    momentum_given: bool = fact("whether the program writes the momentum", False)
    one_minus_momentum: float | None = fact("1 − momentum, to twelve digits")
