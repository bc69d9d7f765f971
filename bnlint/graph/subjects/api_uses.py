"""Subject `api_use`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class ApiUse:
    """Subject `api_use`: an import path or an optimizer's argument that is another thing on the target."""

    kind: Literal["path", "argument"] = fact("an import path, or a keyword argument of an optimizer", "path")
    place: Place | None = fact("the import, the dotted name, or the argument")
    line: int = fact("its line", 0)
    written: str = fact("how it is written: `from keras.layers.normalization import BatchNormalization`", "")
    name: str = fact("the full path, or the optimizer's class: `Adam`", "")
    argument: str | None = fact("the argument's name: `lr`")
    value: str | None = fact("the argument's value as it is written")
    effect: Literal["gone", "ignored", "deprecated", "copy", "leaving"] | None = fact(
        "what becomes of it on the target: `gone`, an error; `ignored`, the argument has no effect; `deprecated`, it "
        "works and a warning says that it will go; `copy`, the path leads into `tensorflow.python.keras` of TensorFlow "
        "2.6 and later, a second Keras whose layers are no layers of `tf.keras`; `leaving`, the import works, and the "
        "newest Keras does not have it, while the target has the successor already"
    )
    carries: Literal["batch_norm", "backbone", "layers", "other"] = fact(
        "what a path leads to: BatchNormalization or other normalization; an application; other layers",
        "other",
    )
    beside_batch_norm: bool = fact("whether the program names BatchNormalization or an application anywhere", False)
    last_with: str | None = fact("the last measured release that has it: `keras 2.3.1`")
    successor: str | None = fact(
        "the module, path or argument that has taken over on the target: measured to be the very same object on the "
        "releases that have both, or the argument's new name"
    )
    old_text: str | None = fact("the text that the successor replaces")
    new_text: str | None = fact("the text to put there; unknown where the names of an import go to several modules")
    text_place: Place | None = fact("where the old text stands")
    call: Place | None = fact("the call that the argument stands in")
    is_zero: bool = fact("whether the argument's value is the constant 0", False)
    group: str = fact(
        "identifies what is used: one for each import that raises, one for a dotted name, one for all imports "
        "of a program that are `leaving` or a `copy`",
        "",
    )
