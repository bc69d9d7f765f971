"""Subjects `images_at_fit`, `other_images` and `image_generator`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.pixels import Harm
from bnlint.graph.places import Place
from bnlint.graph.subjects.fits import Fit
from bnlint.graph.subjects.parts import Backbone, fact


@dataclass(frozen=True, slots=True)
class ImagesAtFit:
    """Subject `images_at_fit`: the pixels that reach a pretrained network of `keras.applications` in one fit.

    Or in one `predict`, of a model that no fit trains.
    """

    use: Literal["fit", "predict"] = fact("what they are fed to", "fit")
    place: Place | None = fact("that call")
    fit: Fit | None = fact("the fit; unknown for `predict`")
    backbone: Backbone | None = fact("the network")
    group: str = fact("identifies the network and the place at which its pixels were last changed", "")
    imagenet: bool | None = fact("whether it starts from the ImageNet weights of Keras, and none were loaded since")
    given: str | None = fact("black and white as they reach it: `0 to 1`")
    expected: str | None = fact("black and white as its weights were trained on: `−124 to 151`")
    expected_mode: Literal["tf", "caffe", "torch", "pass-through"] | None = fact(
        "what its own `preprocess_input` does: scales to −1…1; takes the mean off, blue first; standardizes; nothing, "
        "since the network has layers for it inside"
    )
    harm: Harm | None = fact(
        "how far the two are from each other: `large` where less than an eighth of the contrast is left, or they do "
        "not meet, `moderate` where the contrast differs by a factor of 3.5 or more, `mild` where by 1.3 or more, or "
        "where the middle between black and white is moved by more than 12 % of the distance, else `none`"
    )
    times: float | None = fact("the contrast as a multiple of the expected one")
    by: Literal["nothing", "preprocess_input", "scaling", "layer", "generator", "standardization"] | None = fact(
        "what changed the pixels last: nothing at all, the `preprocess_input` of an application, an operator, a layer, "
        "`rescale` of an `ImageDataGenerator`, a standardization of each image"
    )
    changes: int | None = fact("how many things changed them")
    preprocessed_for: str | None = fact("the module whose `preprocess_input` changed them last: `vgg16`")
    module: str | None = fact("the module whose `preprocess_input` is this network's: `resnet50`")
    changed_at: Place | None = fact("where they were changed last; unknown where nothing changed them")
    read_at: Place | None = fact("where they are read from files, or loaded")
    called_as: tuple[Place, ...] | None = fact(
        "the expressions that name the `preprocess_input` that changed them, for this fit and all else that this model "
        "is fed; unknown where some of that is not known, or another network is fed through one of them"
    )
    rescaled_at: tuple[Place, ...] | None = fact(
        "every `ImageDataGenerator` whose `rescale` is all that changes the images of this fit and whatever else is "
        "known to be given to the model; unknown where something else does"
    )
    never_applied: bool = fact(
        "whether they come from an `ImageDataGenerator` with a function in the wrong position, which is not called",
        False,
    )
    batch_norm: bool | None = fact("whether the network holds BatchNormalization")
    statistics: Literal["batch", "moving"] | None = fact(
        "the statistics by which all its BatchNormalization layers normalize in the fit"
    )


@dataclass(frozen=True, slots=True)
class OtherImages:
    """Subject `other_images`: images that a fitted model is validated on, or given to `evaluate` or `predict`."""

    use: Literal["validation", "evaluate", "predict"] = fact("what for", "validation")
    place: Place | None = fact("the call that is given them")
    fit: Fit | None = fact("the fit before")
    model: str = fact("the expression that names the model", "model")
    trained_on: str | None = fact("black and white in the images of that fit: `0 to 1`")
    given: str | None = fact("black and white in these: `0 to 255`")
    harm: Harm | None = fact("how far the two are from each other, as in `images_at_fit`")
    trained_changed_at: Place | None = fact("where those of the fit were changed last")
    changed_at: Place | None = fact("where these were changed last; unknown where nothing changed them")


@dataclass(frozen=True, slots=True)
class ImageGenerator:
    """Subject `image_generator`: an `ImageDataGenerator` and what it asks for."""

    place: Place | None = fact("the constructor call")
    line: int = fact("its line", 0)
    function_by_position: bool | None = fact(
        "whether a function is its first positional argument, which is `featurewise_center`"
    )
    alone: bool | None = fact("whether it has one positional argument")
    asks: tuple[str, ...] = fact("which of `featurewise_center`, … it is told that need the statistics of the data", ())
    adapted: bool | None = fact("whether these were computed by its `fit`, or set, before a model was fed")
    set_at: Place | None = fact("where its `mean` or `std` was set by hand")
    uses_set: bool | None = fact("whether it is told to take off what was set so")
    prepares: bool | None = fact("whether it is given a `preprocessing_function` or `rescale` as well")
    fed_at: Place | None = fact("the first `fit`, `evaluate` or `predict` that is given its batches")
