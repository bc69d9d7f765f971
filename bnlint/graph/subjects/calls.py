"""Subject `call`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import Backbone, Because, fact


@dataclass(frozen=True, slots=True)
class Call:
    """Subject `call`: one call of a Keras function that rules speak about."""

    saved: bool = fact("whether a model file shows it, and not a program", False)
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
    serves_training: bool = fact(
        "whether the same call serves another fit too, in which all its BatchNormalization layers are in training mode "
        "and were never frozen: trained from scratch first, or built by a function that serves both",
        False,
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
