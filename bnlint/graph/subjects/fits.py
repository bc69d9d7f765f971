"""Subject `batch_norm_at_fit`, and the fits that its rows belong to."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import Backbone, Because, fact


@dataclass(frozen=True, slots=True)
class Fit:
    """One training event: a `fit`, a `train_on_batch`, or a custom step."""

    place: Place = fact("the call")
    line: int = fact("its line", 0)
    kind: Literal["fit", "train_on_batch", "train_step"] = fact("how the model is trained", "fit")
    model: str = fact("the expression that names the model", "model")
    batch_size: int | None = fact("examples per update")
    steps_per_epoch: int | None = fact("updates per epoch")
    epochs: int | None = fact("epochs run by this call")
    samples: int | None = fact("training examples")
    batch_norm: tuple[BatchNormAtFit, ...] = fact("what each BatchNormalization layer does in it", ())
    learning_rate: float | None = fact("the optimizer's rate, where it is known")
    optimizer: str | None = fact("the optimizer's class: `Adam`")
    random_examples: bool = fact(
        "whether its examples are random numbers: the program is tried out, nothing is learned", False
    )


@dataclass(frozen=True, slots=True)
class BatchNormAtFit:
    """Subject `batch_norm_at_fit`: BatchNormalization layers in one state in one fit."""

    saved: bool = fact("whether a model file shows them, and the fit is one of the loaded model", False)
    where: str = fact("the model they sit in, as people name it: `base (ResNet50)`", "")
    group: str = fact("identifies the set of layers across fits and paths", "")
    layers: int | None = fact("how many layers; unknown for a model whose content is not known")
    names: tuple[str, ...] = fact("their names", ())
    fit: Fit | None = fact("the fit")
    backbone: Backbone | None = fact("the backbone they belong to; unknown for layers of the head")
    statistics: Literal["batch", "moving"] | None = fact("the statistics used to normalize in the training step")
    updated: bool | None = fact("whether the moving statistics change")
    gamma_beta_trained: bool | None = fact("whether gamma or beta change")
    frozen: bool | None = fact(
        "whether they are frozen as this fit sees it: by their own flag, or by that of a model around them"
    )
    frozen_by_request: bool | None = fact("whether the program set a flag to freeze them, with or without effect")
    freeze_effective: bool | None = fact("whether a freeze that the program asked for reached them")
    pretrained: bool | None = fact("whether they start from trained statistics")
    initial: bool | None = fact("of a model file: whether their moving mean is 0 and their variance 1 in every channel")
    momentum: float | None = fact("the share of the old moving statistics that one update keeps")
    updates: int | None = fact("updates of the moving statistics since they were loaded or built, after this fit")
    residual: float | None = fact("the share of the old moving statistics left after this fit: momentum ** updates")
    residual_at_first_validation: float | None = fact("the same at the end of the first epoch that is validated")
    epochs_to_settle: int | None = fact(
        "of a model file, with the number of examples and the batch size given: after how many epochs of `fit` 1 % of "
        "the statistics in it is left"
    )
    last_fit: bool = fact("whether no later fit trains them", False)
    training_argument: bool | None = fact("the `training` written on the functional call; unknown where none is")
    training_overridden: bool = fact("whether `fit` overrides a `training=False` written on the call", False)
    called_by_itself: bool = fact(
        "of a model file: whether that argument is on the call of each layer, and not on that of a model around it",
        False,
    )
    frozen_before: bool = fact("whether they were frozen in an earlier fit", False)
    trained_before: bool = fact("whether an earlier fit updates their moving statistics, or may do so", False)
    shows_intent: bool = fact("whether the program shows that they should stay in inference mode", False)
    hdf5_weights_after: bool = fact("whether HDF5 weights of the model are read or written after `enabled_by`", False)
    enabled_by: Place | None = fact(
        "the statement that last put them in training mode; of layers never frozen the last one that froze others of "
        "the same backbone, or the one that built them"
    )
    left_out: bool = fact("whether `enabled_by` froze other layers of the same backbone, and left these out", False)
    enabled_by_assignment: bool = fact("whether `enabled_by` assigns `trainable` (else it builds the model)", False)
    called_at: Place | None = fact("where the backbone is called or assembled into the trained model")
    also_called_at: tuple[Place, ...] = fact("its other calls in that model that are without `training`", ())
    assembly: Literal["call", "sequential", "flat", "subclass"] | None = fact("how the backbone is put into the model")
    compiled_at: tuple[Place, ...] = fact("every `compile` of the model before this fit, and after `enabled_by`", ())
    frozen_at: Place | None = fact("the last statement that froze them")
    harmful_rate: bool | None = fact("whether an adaptive optimizer with a rate of 1e-3 or more trains them")
    frozen_uses_batch: bool | None = fact(
        "whether these layers, frozen, normalize by batch statistics in `fit` on the target (Keras up to 2.3.1, "
        "tf.keras 1.x, the applications of TensorFlow 2.0, v1 layers)"
    )
    freeze_out_of_reach: bool = fact(
        "whether `trainable = False` was set on a model that is not part of the trained one, on a target where a "
        "model's flag does not reach its layers (standalone Keras 2, `Model(base.input, …)`)",
        False,
    )
    accepts_training: bool | None = fact("whether the call at `called_at` accepts `training` on the target")
    argument_holds: bool | None = fact(
        "whether `training=False` on the call of a model holds in `fit` on the target: no on Keras 3, unless the call "
        "stands in a subclass or `Lambda`; the same answer where the assembly has no such call"
    )
    injection_mends: bool | None = fact(
        "whether `layers=tf.keras.layers` at the application's constructor makes a freeze hold "
        "(`tf.keras.applications` of TensorFlow 2.0, where it is not given yet)"
    )
    suggested_momentum: float | None = fact(
        "the largest of 0.98, 0.97, 0.95 and 0.9 below the momentum that leaves at most 1 % after the last fit "
        "and, where one does, 5 % at the first validation; "
        "unknown where none does, where the momentum is 0.9 or less, and where the updates are not known"
    )
    built_at: tuple[Place, ...] | None = fact(
        "the constructor calls of these layers in this file; unknown for layers that an application or a file brings"
    )
    only_batch_norm_unfrozen: bool | None = fact(
        "whether their statistics change while every other layer with weights of the same backbone is frozen by its "
        "own flag; unknown where the backbone's content is"
    )
    alone_since: Place | None = fact(
        "where so: the statement that made it so, `enabled_by` if that is about BatchNormalization alone, else the "
        "last one that froze the others"
    )
    rest_frozen_at: Place | None = fact("where so: the last statement that froze those other layers")
    enabled_alone: bool | None = fact(
        "whether `enabled_by` enables BatchNormalization layers, and nothing else that has weights"
    )
    enabled_by_true: bool | None = fact("where so: whether that statement never sets the flag to anything but True")
    freeze_undone_at: Place | None = fact(
        "the statement that froze BatchNormalization layers, and nothing else, and that `enabled_by`, which is about "
        "more than them, took back before a fit saw it"
    )
    freeze_undone_whole: bool | None = fact(
        "where so: whether that statement had frozen all of the backbone's BatchNormalization layers that are "
        "trainable now"
    )
    because: tuple[Because, ...] = fact("the lines that led here", ())
