"""Subject `backbone_at_fit`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.fits import Fit
from bnlint.graph.subjects.parts import Backbone, fact


@dataclass(frozen=True, slots=True)
class BackboneAtFit:
    """Subject `backbone_at_fit`: one backbone in one fit, whatever layers it has, BatchNormalization or not."""

    backbone: Backbone | None = fact("the application or loaded model")
    set_of_layers: str = fact("identifies the set of layers across fits and paths", "")
    group: str = fact(
        "the same as in `batch_norm_at_fit` where a missing `training=False` is all that makes Dropout active, so that "
        "what is said of that call is said once; else a name of its own",
        "",
    )
    batch_norm: bool = fact("whether the fit reaches BatchNormalization layers of it", False)
    fit: Fit | None = fact("the fit")
    pretrained: bool | None = fact("whether it starts from trained weights")
    frozen: bool | None = fact("whether no weight of it trains in this fit")
    frozen_at: Place | None = fact("the last statement that froze a layer of it")
    frozen_by_request: bool = fact("whether an assignment froze it", False)
    dropout_layers: int | None = fact(
        "how many Dropout layers with a rate above 0 the fit reaches in it; unknown where its content is not known"
    )
    dropout_rate: float | None = fact("the largest rate of these")
    dropout_active: bool | None = fact("whether one of them runs in training mode in this fit, and drops")
    others_train: bool | None = fact("whether weights of other layers train in this fit: the head learns")
    trained_apart: bool = fact("whether a fit of another model may train it, as that of a GAN's discriminator", False)
    training: Literal["false", "true", "other", "absent"] = fact("the `training` argument of the call", "absent")
    called_at: Place | None = fact("where it is called or assembled into the trained model")
    assembly: Literal["call", "sequential", "flat", "subclass"] | None = fact("how it is put into the model")
    accepts_training: bool | None = fact("whether the call accepts `training` on the target")
    argument_holds: bool | None = fact("whether `training=False` on that call holds in `fit` on the target")
    compiled_at: Place | None = fact("the `compile` of the model that this fit runs under")
    second_phase: bool = fact(
        "whether it is a `fit` of a model that was fitted before, under a `compile` written at another place since",
        False,
    )
    first_fit: Place | None = fact("the first fit of the same model")
    frozen_before: bool | None = fact("whether the backbone was frozen in the fit of the model before this one")
    rate_lowered: bool | None = fact("whether the optimizer's rate is lower than in the fit before")
    says_fine_tuning: bool = fact(
        "whether a name in the statement of the fit, or that of the function around it, says fine-tuning", False
    )
    flags_changed: bool = fact(
        "whether the program set any flag since the first fit of the model, with or without effect", False
    )
    unfreeze_missed: bool = fact(
        "whether a loop that was to unfreeze layers of it before this fit reached none of them", False
    )
    loaded_between: bool = fact("whether weights were read from a file since the fit before", False)
    trains_convolutions: bool | None = fact("whether a convolution of it trains in this fit")
    convolutions_trained: int | None = fact(
        "how many convolutions of it train in this fit; unknown where not all of its layers are known"
    )
    harmful_rate: bool | None = fact(
        "whether the fit begins with a rate of at least 1e-3 for Adam and its kind (AdamW, RMSprop, Nadam, Adamax), or "
        "of `SGD` with at least 0.1 when divided by 1 - momentum; unknown where the rate is, as under a schedule that "
        "warms up or a callback that sets it"
    )
    rate_at: Place | None = fact("where the optimizer is made, or the `compile` that names it in a string")
    rate_by: Literal["default", "number", "schedule", "assigned", "text", "callback"] | None = fact(
        "what says the rate: the class's default, a number, a schedule, an assignment to the optimizer, the default "
        "behind a string, a callback"
    )
    rate_keyword: str | None = fact("the keyword of the rate, as it is written there or as the target takes it")
    lower_rate: str | None = fact(
        "a usual rate for that optimizer: 1e-4, or 1e-5 where the backbone was frozen in the fit before; for `SGD` "
        "1e-3 and 1e-4"
    )
    lower_optimizer: str | None = fact(
        "of an optimizer named in a string: its class with `lower_rate`, as the program's imports spell it: "
        "`tf.keras.optimizers.Adam(1e-5)`"
    )
    rate_serves_head: bool = fact(
        "whether the optimizer made at that place also serves a fit in which the backbone is frozen, or may be", False
    )
