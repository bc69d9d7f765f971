"""Subject `forced_training`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class ForcedTraining:
    """Subject `forced_training`: a `training=True` that is written into a graph, where BatchNormalization gets it."""

    place: Place = fact("where the program writes the True: the layer's call, an argument further out, or a default")
    line: int = fact("its line", 0)
    called_at: Place | None = fact("the call of the layer or model that gets it")
    written: Literal["call", "positional", "name", "argument", "default", "config"] = fact(
        "how it is written: as keyword of that `call`, by position (there or further out), as a variable that is only "
        "ever True, as `argument` of a call of the program's own function, or as `default` of its parameter; or in the "
        "`config` of a model file",
        "call",
    )
    parameter: str = fact("the keyword, there", "training")
    called: Literal["layer", "model"] = fact(
        "whether a BatchNormalization layer is called, or what holds some", "layer"
    )
    label: str = fact("how messages name the model that is called", "the model")
    layers: int | None = fact("how many BatchNormalization layers get it that are not frozen in every fit")
    group: str = fact("identifies the model that is built, or else the function that builds", "")
    package: str = fact("the Keras package the layers come from", "keras")
    inside: Literal["functional", "subclassed", "lambda"] = fact("what the call stands in", "functional")
    frozen: bool | None = fact("whether the layers are frozen in every fit; where there is none, at the end")
    frozen_last: bool | None = fact("whether they are frozen in the last fit")
    frozen_at: Place | None = fact("the statement that froze them last")
    freeze_wins: bool | None = fact("whether a frozen layer uses its moving statistics on the target in spite of it")
    predicts_with: Literal["batch", "moving"] | None = fact(
        "the statistics that unfrozen layers normalize by in `predict` and `evaluate` on the target, with this argument"
    )
    predict_updates: bool | None = fact("whether `predict` and `evaluate` then change their moving statistics")
    fitted: bool = fact("whether a fit of the program reaches the layers", False)
    trains_anyway: bool | None = fact(
        "whether every fit that reaches the layers trains them without the argument as well: it is a plain `fit`, no "
        "step of the program's own and no `train_on_batch` (predictions may feed it), and the call it stands in hands "
        "on the mode"
    )
    pretrained: bool | None = fact("whether the layers start from trained statistics")
    dropout_too: bool = fact("whether Dropout is called with `training=True` in the same model or function", False)
    fits: tuple[Place, ...] = fact("the fits that reach the layers", ())
