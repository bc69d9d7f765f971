"""Subject `addons_norm`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class AddonsNorm:
    """Subject `addons_norm`: a normalization layer of TensorFlow Addons that is made."""

    place: Place | None = fact("the call")
    line: int = fact("its line", 0)
    type: Literal["GroupNormalization", "InstanceNormalization"] = fact("its class", "GroupNormalization")
    written: str = fact("the class as it is written: `tfa.layers.GroupNormalization`", "")
    function_place: Place | None = fact("where that stands")
    core: bool | None = fact("whether the target's `tf.keras.layers` has GroupNormalization")
    same: bool = fact(
        "whether it is sure that the core layer computes the same: the axis is the last one, by default or as -1, and "
        "all arguments are keywords that both have",
        False,
    )
    groups_given: bool = fact("whether `groups` is given", False)
    successor: str | None = fact("the core class by an import of the program: `tf.keras.layers.GroupNormalization`")
