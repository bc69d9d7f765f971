"""Subject `layer_list`."""

from __future__ import annotations

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class LayerList:
    """Subject `layer_list`: a change of the list `model.layers`, as by `pop`, `remove`, `append` or `del`."""

    place: Place | None = fact("the call, or the `del`")
    line: int = fact("its line", 0)
    model: str = fact("the model's name in the program, or its own", "model")
    application: str | None = fact("the application that the model is")
    method: str = fact("what changes the list: `pop`, `del`", "pop")
    reaches_model: bool | None = fact(
        "whether the list is the model's own on the target; unknown for changes that were not measured"
    )
    used: bool | None = fact("whether the layer that is taken off is used: `last = model.layers.pop()`")
    taken: int | None = fact("how many layers are taken off the end in all; unknown where others are")
    new_end: int | None = fact("the index from the end of the layer before these: −2 for one layer")
    group: str = fact("identifies the model by where it was built", "")
