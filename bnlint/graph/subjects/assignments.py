"""Subjects `trainable_typo`, `momentum_set` and `batch_norm_argument`: what a layer is given, meant well."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class TrainableTypo:
    """Subject `trainable_typo`: one assignment that was meant for `trainable` of a layer, and is another."""

    kind: Literal["misspelled", "module", "container"] = fact(
        "what is wrong: the attribute's name; the object is a module or function of Keras; or a loop over the layers "
        "of a model sets the flag of the model around them and not that of the layer at hand",
        "misspelled",
    )
    place: Place | None = fact("the attribute, or the call of `setattr`")
    line: int = fact("its line", 0)
    written: str = fact("the attribute as it is written: `trainble`", "trainable")
    owner: str = fact("the object as it is written: `layer`, `base`", "")
    name_place: Place | None = fact("where the attribute's name stands; unknown in a `setattr`")
    owner_place: Place | None = fact("where the object stands; unknown in a `setattr`")
    of_program: bool = fact(
        "whether the program reads an attribute of this name or a class of it defines one: then it is no misspelling",
        False,
    )
    loop_variable: str | None = fact(
        "the variable of the loop around, where it holds layers and its body never uses it"
    )
    loop_layers: int | None = fact("how many layers the loop goes over; unknown where it is not run turn by turn")
    layers: int | None = fact("how many layers the object holds directly; unknown where that is not known")
    covers_all: bool | None = fact("whether the loop goes over all the layers that the object holds")


@dataclass(frozen=True, slots=True)
class MomentumSet:
    """Subject `momentum_set`: one place that gives BatchNormalization layers their momentum."""

    place: Place | None = fact(
        "the constructor call, or the attribute that is assigned; in a model file the first layer"
    )
    line: int = fact("its line", 0)
    places: tuple[Place, ...] = fact("the same; in a model file each layer of one model with this momentum", ())
    type: str = fact("the class: `BatchNormalization`", "")
    package: str = fact("the Keras package it comes from", "keras")
    momentum: float | None = fact("the momentum; unknown where it is no constant, or differs from layer to layer")
    one_minus_momentum: float | None = fact("1 − momentum, to twelve digits")
    written: Literal["argument", "assignment", "config"] = fact(
        "how it is given: to the constructor, by assigning the attribute, or in the config of a model file", "argument"
    )
    attribute: Literal["momentum", "renorm_clipping"] = fact("the attribute that an assignment sets", "momentum")
    ignored: Literal["late", "built", "callback"] | None = fact(
        "why the next fit that updates the statistics does not heed an assignment: its step was traced before "
        "(`late`), the target takes the momentum when the layer is called (`built`), or a `callback` sets it while "
        "steps run that were traced before; unknown where it is heeded, and where that is not known"
    )
    ignored_by: Place | None = fact("that fit")
    fit_model: str = fact("how messages name the model that it trains", "the model")
    in_effect: float | None = fact("the momentum that this fit goes by")
    compile: Place | None = fact("the `compile` that this fit runs under")
    read_at: Place | None = fact("the first fit under it, which reads the momentum on targets where setting it counts")
    of_application: bool = fact("whether keras.applications itself gives it to these layers", False)
    layers: int | None = fact("how many layers get it; unknown where that is not known")
    takes_effect: bool | None = fact(
        "whether the target heeds it: an assignment after building counts on TensorFlow 2 and Keras 3 alone", True
    )
    debiased: bool | None = fact(
        "whether the target corrects the moving statistics for their start, so that the first update replaces them "
        "(Keras 2.1.3 to 2.2.4)"
    )
    pretrained: bool | None = fact("whether the layers start from trained statistics")


@dataclass(frozen=True, slots=True)
class BatchNormArgument:
    """Subject `batch_norm_argument`: an argument given to a BatchNormalization layer that the target has none of."""

    place: Place = fact("the layer")
    argument: str = fact("its name: `fused`", "")
    value: str = fact("its value as it is written", "")
    written: Literal["argument", "config"] = fact("whether a program gives it, or the config of a model file", "config")
    layers: int = fact("1, for a sum", 1)
    package: str = fact("the Keras package that the layers come from", "keras")
    axis: int | None = fact("where it is an `axis` that is a list of one number: that number")
    without_effect: bool = fact("whether the layers would be the same without it: `renorm=False`, `fused=None`", False)
    group: str = fact("identifies the file", "")
