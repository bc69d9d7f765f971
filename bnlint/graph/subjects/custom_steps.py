"""Subjects `custom_step` and `eager_call`: models called on data, in custom training steps and outside of them."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class CustomStep:
    """Subject `custom_step`: one call of a model under a tape whose gradients an optimizer applies."""

    place: Place | None = fact("the call of the model")
    line: int = fact("its line", 0)
    model: str = fact("the expression that names the model in the call: `self.model`", "model")
    group: str = fact("identifies the model by the place where it was made", "")
    kind: Literal["tape", "train_step"] = fact(
        "whether the program runs the step itself, or `fit` runs the model's own `train_step`", "tape"
    )
    tape_at: Place | None = fact("the outermost tape around the call")
    step_at: Place | None = fact("the `apply_gradients` or `minimize` of the step, or the `fit` that runs it")
    training: Literal["true", "false", "absent", "other"] | None = fact(
        "the `training` argument of the call; `true` also where the called `call` has that default"
    )
    updates_model: bool | None = fact("whether the step changes weights of the very model that is called")
    trains_otherwise: bool = fact(
        "whether the same step also calls this model with another `training` argument than this call", False
    )
    idle_batch_norm: bool | None = fact(
        "whether the call runs BatchNormalization layers in inference mode that are not frozen, whose gamma and beta "
        "the step may train, and that `training=True` would run in training mode; layers that the program itself "
        "calls with `training=False` are not meant"
    )
    batch_norm_layers: int | None = fact("how many such layers there are")
    idle_own_batch_norm: bool | None = fact("whether some of them do not start from trained statistics")
    idle_dropout: bool | None = fact(
        "whether the call switches Dropout off that `training=True` would switch on; Dropout of a frozen part or of "
        "an application is not meant"
    )
    dropout_layers: int | None = fact("how many such Dropout layers there are")
    reaches_pretrained: bool | None = fact(
        "whether `training=True` at the call would reach unfrozen BatchNormalization layers with trained statistics, "
        "or Dropout of an application"
    )
    accepts_training: bool | None = fact(
        "whether the model's `call` takes `training` (a class of the program may have none)"
    )
    mendable: bool | None = fact(
        "whether the argument can be written at this place: the expression calls the model itself, in the function "
        "that opens the tape"
    )
    shared: bool = fact("whether the same place also calls a model outside of training steps", False)
    learning_phase_set: bool = fact("whether the program sets the global learning phase", False)


@dataclass(frozen=True, slots=True)
class EagerCall:
    """Subject `eager_call`: a call of a model on data with `training=True`, outside of tapes and `train_step`."""

    place: Place | None = fact("the call")
    line: int = fact("its line", 0)
    model: str = fact("the expression that names the model in the call", "model")
    group: str = fact("identifies the model by the place where it was made", "")
    purpose: Literal["evaluation", "training", "sampling"] | None = fact(
        "what the code is for, by the loops around the call in its own function (over validation or test data), else "
        "by the nearest function whose name says it: `test_step`, `evaluate`; `sampling` where it makes pictures or "
        "draws several answers"
    )
    evidence: str | None = fact("the loop's data or the function that tells the purpose: `test_step()`, `val_ds`")
    evidence_at: Place | None = fact("that loop, or the statement that calls that function")
    batch_norm_layers: int | None = fact("BatchNormalization layers that the call runs in training mode")
    uses_batch: bool | None = fact("whether there are such layers, by the measured behaviour of the target")
    updates_statistics: bool | None = fact("whether the call moves their moving statistics on the target")
    active_dropout: bool | None = fact("whether the model holds Dropout with a rate above 0")
    repeated: bool = fact("whether the innermost loop around the call counts, as where answers are drawn often", False)
    made_up: bool = fact("whether the data are made up on the spot (`tf.zeros(…)`), as to build a model", False)
    generator: bool = fact("whether the model is called a generator, whose training mode may be meant", False)
    literal: bool = fact("whether `training=True` is written on this very call", False)
    shared: bool = fact("whether the same place is reached for another purpose, or under a tape, as well", False)
