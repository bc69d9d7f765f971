"""Subject `weights_loaded`."""

from __future__ import annotations

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class WeightsLoaded:
    """Subject `weights_loaded`: a call of `load_weights`."""

    place: Place | None = fact("the call")
    line: int = fact("its line", 0)
    model: str = fact("the model's name in the program, or its own", "model")
    file: str | None = fact("the file, where the program shows its name")
    saved_at: Place | None = fact(
        "where the program has written that file: `save_weights`, `save`, or the `fit` with a `ModelCheckpoint`"
    )
    inner: str | None = fact("the first model inside it whose arrays the file may hold in another order")
    order_differs: bool | None = fact(
        "whether the file holds the arrays of a model inside the loaded one in another order than they are read in, "
        "since flags have changed in between; unknown for a file that the program has not written itself"
    )
    changed_at: Place | None = fact("the first change of a flag inside since the file was written")
    in_order_before: bool | None = fact("whether the order was still that of the file directly before that change")
    group: str = fact("identifies the model by where it was built", "")
