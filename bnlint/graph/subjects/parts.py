"""What several subjects are made of: facts, lines with reasons, backbones."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal, NamedTuple

from bnlint.graph.frozen import dataclass
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
    enabled_through: Literal["model", "layers"] | None = fact(
        "what `enabled_by` assigns to: the backbone itself, under whatever expression, or its BatchNormalization "
        "layers one by one; `layers` only where the trained model takes in no other BatchNormalization beside them"
    )
    trained_as: str | None = fact(
        "the expression that names the trained model, where that takes in these layers one by one and no other "
        "BatchNormalization"
    )
    trained_built_at: Place | None = fact("where that model was made")
    active_dropout: bool | None = fact("whether it holds Dropout or StochasticDepth with a rate above 0")
