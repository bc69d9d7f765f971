"""Subject `learning_phase`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class LearningPhase:
    """Subject `learning_phase`: a call that sets Keras's global training mode."""

    place: Place = fact("the call")
    line: int = fact("its line", 0)
    function: str = fact("its name: `set_learning_phase` or `learning_phase_scope`", "set_learning_phase")
    package: str = fact("the Keras package", "keras")
    value: Literal["0", "1"] | None = fact(
        "what is set, unless something else is set for the same fits and the target follows it"
    )
    removed: bool | None = fact("whether the target no longer has it")
    guarded: bool = fact("whether the program asks first, or catches the error", False)
    ignored: bool | None = fact("whether `fit` does as if it were not set, on the target")
    statistics: Literal["batch", "moving"] | None = fact(
        "the statistics that unfrozen layers, or where there are none frozen ones, normalize by in `fit` while this is "
        "set, where the target follows it"
    )
    updated: bool | None = fact("whether their moving statistics change then")
    before_build: bool | None = fact("whether no layer was built before it")
    trains_batch_norm: bool = fact("whether a later fit reaches BatchNormalization layers of the package", False)
    live_layers: bool | None = fact("whether some of them are not frozen there")
    fits: tuple[Place, ...] = fact("these fits", ())
    group: str = fact("the package: one program sets one phase", "")
