"""Subjects and their facts: the table that rules are matched on, and the only thing a rule can see.

A fact is three-valued where the program may leave it open: ``None`` means *unknown*, and no condition of a rule holds
on it. Every field's ``doc`` is its documentation; ``docs/subjects.md`` is generated from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from bnlint.graph.places import Place


def fact(doc: str, default: Any = None) -> Any:
    """A documented field of a subject; *unknown* unless the interpreter says otherwise."""
    return field(default=default, metadata={"doc": doc})


class Because(NamedTuple):
    """A line of the program that led to a state, in the words shown to people."""

    place: Place
    fact: str


@dataclass(frozen=True, slots=True)
class Backbone:
    """The model (or the part of one) that holds a set of BatchNormalization layers."""

    label: str = fact("how messages name it: `base (ResNet50)`", "the model")
    variable: str | None = fact("the expression by which the code around `built_at` names it: `base`, `self.base`")
    application: str | None = fact("the constructor in keras.applications: `ResNet50`")
    package: str = fact("the Keras package its layers come from: `keras`, `tf.keras` or `tf_keras`", "keras")
    pretrained: bool | None = fact("whether it starts from trained weights")
    built_at: Place | None = fact("where it was made")
    layers_module: str | None = fact(
        "its package's module of layers, as the imports spell it at `built_at`: `tf.keras.layers`, `layers`"
    )
    has_nested: bool = fact("whether some of its layers sit in nested models or wrappers", False)
    active_dropout: bool | None = fact("whether it holds Dropout or StochasticDepth with a rate above 0")


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


@dataclass(frozen=True, slots=True)
class BatchNormAtFit:
    """Subject `batch_norm_at_fit`: BatchNormalization layers in one state in one fit."""

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
    momentum: float | None = fact("the share of the old moving statistics that one update keeps")
    updates: int | None = fact("updates of the moving statistics since they were loaded or built, after this fit")
    residual: float | None = fact("the share of the old moving statistics left after this fit: momentum ** updates")
    residual_at_first_validation: float | None = fact("the same at the end of the first epoch that is validated")
    last_fit: bool = fact("whether no later fit trains them", False)
    training_argument: bool | None = fact("the `training` written on the functional call; unknown where none is")
    training_overridden: bool = fact("whether `fit` overrides a `training=False` written on the call", False)
    frozen_before: bool = fact("whether they were frozen in an earlier fit", False)
    shows_intent: bool = fact("whether the program shows that they should stay in inference mode", False)
    hdf5_weights_after: bool = fact("whether HDF5 weights of the model are read or written after `enabled_by`", False)
    enabled_by: Place | None = fact("the statement that last put them in training mode, or the one that built them")
    enabled_by_assignment: bool = fact("whether `enabled_by` assigns `trainable` (else it builds the model)", False)
    called_at: Place | None = fact("where the backbone is called or assembled into the trained model")
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
        "the largest of 0.98, 0.97, 0.95 and 0.9 below the momentum that leaves at most 1 % after the last fit; "
        "unknown where none does, where the momentum is 0.9 or less, and where the updates are not known"
    )
    built_at: tuple[Place, ...] | None = fact(
        "the constructor calls of these layers in this file; unknown for layers that an application or a file brings"
    )
    because: tuple[Because, ...] = fact("the lines that led here", ())


@dataclass(frozen=True, slots=True)
class Call:
    """Subject `call`: one call of a Keras function that rules speak about."""

    function: str = fact("the qualified name: `keras.applications.ResNet50`, `keras.Model.fit`", "")
    kind: Literal["backbone", "application", "fit", "compile", "generator_method", "other"] = fact(
        "what is called: a backbone on a tensor (or its place in an assembly), an application's constructor, …", "other"
    )
    place: Place | None = fact("the call")
    line: int = fact("its line", 0)
    method: str = fact("the last part of the name: `fit_generator`", "")
    package: str = fact("the Keras package: `keras`, `tf.keras` or `tf_keras`", "keras")
    backbone: Backbone | None = fact("the backbone that is called")
    batch_norm_layers: int | None = fact("BatchNormalization layers inside what is called")
    frozen: bool | None = fact("whether the backbone is frozen, wholly or in part, in a fit of the model")
    frozen_at: Place | None = fact("the statement that froze it")
    training: Literal["false", "true", "other", "absent"] = fact("the `training` argument of the call", "absent")
    assembly: Literal["call", "sequential", "flat", "subclass"] | None = fact("how the backbone is put into the model")
    accepts_training: bool | None = fact("whether the call accepts `training` on the target")
    argument_holds: bool | None = fact(
        "whether `training=False` on the call of a model holds in `fit` on the target: no on Keras 3, unless the call "
        "stands in a subclass or `Lambda`; the same answer where the assembly has no such call"
    )
    frozen_uses_batch: bool | None = fact("whether a frozen layer normalizes by batch statistics on the target")
    freeze_holds: bool | None = fact("whether a frozen layer stays in inference mode on the target")
    unfrozen_later: bool = fact("whether a BatchNormalization layer of it is in training mode in a later fit", False)
    unfrozen_at: Place | None = fact("the statement that unfreezes it later")
    unfrozen_layers: int | None = fact("how many of its BatchNormalization layers the first such fit trains")
    trained_in_part: bool = fact(
        "whether BatchNormalization layers of it are in training mode in a fit in which others of it are frozen", False
    )
    guarded: bool = fact(
        "whether a fit trains other layers of it while all its BatchNormalization layers are frozen: the program "
        "guards their statistics itself",
        False,
    )
    fits: tuple[Place, ...] = fact("the fits that train the model", ())
    group: str = fact("identifies the set of layers, as in `batch_norm_at_fit`", "")
    injected: tuple[str, ...] = fact("which of `layers`, `backend`, `models`, `utils` it is given", ())
    injection: Literal["raises", "no_effect", "works", "swallowed"] | None = fact(
        "what the injection does, measured; `no_effect` also where the stock module is given and the application is "
        "built of it without being told"
    )
    injected_stock: bool | None = fact("whether the injected module is the model's own stock one")
    replacement: str | None = fact("the method that takes over on the target: `fit` for `fit_generator`")
    removed: bool | None = fact("whether the target no longer has it")
    takes_generators: bool | None = fact("whether the target's `fit` takes a generator")
    dropped_constant: bool | None = fact(
        "whether the arguments that the successor lacks on the target are constants; yes where there are none"
    )
    dropped: tuple[str, ...] = fact(
        "the given arguments that the successor lacks on the target, by their Keras 2 names: `workers`, "
        "`use_multiprocessing`, `max_queue_size` on Keras 3",
        (),
    )
    renamed: tuple[str, ...] = fact("Keras 1 arguments among those given: `nb_epoch`, `samples_per_epoch`", ())
    keras1_arguments: bool = fact("whether there are any in `renamed`", False)
    injection_mends: bool | None = fact(
        "whether the same argument at the application's constructor makes a freeze hold (TensorFlow 2.0), where it is "
        "not given yet"
    )
    because: tuple[Because, ...] = fact("the lines that led here", ())


@dataclass(frozen=True, slots=True)
class Layer:
    """Subject `layer`: one layer constructor in the program."""

    type: str = fact("the class: `BatchNormalization`", "")
    package: str = fact("the Keras package it comes from", "keras")
    place: Place | None = fact("the constructor call")
    line: int = fact("its line", 0)
    name: str | None = fact("the layer's name, where it is written")
    momentum: float | None = fact("BatchNormalization's momentum")
    momentum_given: bool = fact("whether the program writes the momentum", False)
    one_minus_momentum: float | None = fact("1 − momentum, to twelve digits")


@dataclass(frozen=True, slots=True)
class Program:
    """All that is known of one file: its fits, and the subjects that rules are matched on."""

    path: str
    fits: tuple[Fit, ...] = ()
    subjects: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    unknowns: tuple[Because, ...] = ()


SUBJECTS: dict[str, type] = {"batch_norm_at_fit": BatchNormAtFit, "call": Call, "layer": Layer}
