"""Subject `trainable_change`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import Backbone, Because, fact


@dataclass(frozen=True, slots=True)
class TrainableChange:
    """Subject `trainable_change`: one place that assigns `trainable`, with what the fits after it make of that."""

    place: Place | None = fact("the assignment")
    line: int = fact("its line", 0)
    value: bool | None = fact("the flag that the layers concerned were given; unknown where it is not one for all")
    model: str = fact("the model that the layers concerned sit in, as people name it: `base (ResNet50)`", "the model")
    backbone: Backbone | None = fact("the backbone that all layers concerned belong to")
    effect: Literal["none", "late", "hidden", "holds", "overwritten"] | None = fact(
        "what became of it: `none`, the setter did nothing, since the flag had the value already; `late`, a fit does "
        "not see it, since it read the flags before; `hidden`, a frozen model around the layers keeps them from "
        "training; `holds`, a fit sees it; `overwritten`, assigned anew before a fit could see it. Unknown where no "
        "fit follows, where paths differ, and where the flags are not known"
    )
    layers: int | None = fact("how many layers with weights the effect concerns; unknown for those of unknown content")
    only_batch_norm: bool = fact("whether all of these are BatchNormalization layers", False)
    flags_differ: bool = fact(
        "whether layers inside the assigned model had another flag when an assignment without effect ran", False
    )
    fit: Place | None = fact(
        "the first fit that shows the effect: it ignores the change, trains with the flags that the assignment left "
        "alone, or does not train what is hidden"
    )
    fit_model: str = fact("the model that this fit trains", "model")
    compile: Place | None = fact("the `compile` of that model before this fit")
    recompiled_at: tuple[Place, ...] = fact("every `compile` of that model between the change and this fit", ())
    next_compile: Place | None = fact("the first `compile` of that model after this fit")
    flags_read: Literal["compile", "fit"] | None = fact("what reads the flags on the target: `compile`, or a first fit")
    flags_read_at: Place | None = fact("the `compile` or the fit that read the flags which this fit uses")
    changes: tuple[Place, ...] = fact("every assignment with this effect on this fit", ())
    first_change: Place | None = fact("the first of them")
    last_change: Place | None = fact("the last of them")
    hidden_by: Backbone | None = fact("the frozen model around the layers concerned, where it is one")
    hidden_at: Place | None = fact("the statement that froze it")
    hidden_by_trained: bool | None = fact("whether that is the very model that the fit trains")
    hidden_once: bool | None = fact("whether no other model around them is frozen as well")
    drifting: int | None = fact("BatchNormalization layers concerned whose statistics the fit updates nevertheless")
    wakes_batch_norm: bool = fact(
        "whether pretrained BatchNormalization layers are among those concerned that would be in training mode, and "
        "update their statistics, if the assignment did what it says",
        False,
    )
    setter_reaches: bool | None = fact("whether setting a model's flag sets those of its layers on the target")
    starved_fit: Place | None = fact(
        "a fit of the frozen model itself that trains none of the layers which were to train when it was compiled, "
        "BatchNormalization layers apart: the freeze after that is meant for the model around it, but the target reads "
        "the flags at the first fit (the GAN idiom on Keras 3)"
    )
    still_trained: Literal["nothing", "batch_norm", "others"] | None = fact(
        "what that fit trains: nothing at all, BatchNormalization layers alone, or layers that are not concerned"
    )
    combined_at: Place | None = fact("the `compile` of the model around it, for which the freeze is meant")
    group: str = fact(
        "identifies the set of layers, as in `batch_norm_at_fit`, where this change is all that makes "
        "BatchNormalization layers of it update their statistics; else empty",
        "",
    )
    because: tuple[Because, ...] = fact("the lines that led here", ())
