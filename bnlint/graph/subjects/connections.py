"""Subject `connection`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class Connection:
    """Subject `connection`: one BatchNormalization layer with what stands before and behind it in a model's graph."""

    type: str = fact("the class: `BatchNormalization`", "")
    package: str = fact("the Keras package it comes from", "keras")
    place: Place | None = fact("the constructor call; in a saved model the layer")
    line: int = fact("its line", 0)
    name: str | None = fact("the layer's name, where it is known")
    layers: int | None = fact("1, for a sum; unknown where the layer stands for all those that a loop makes", 1)
    saved: bool = fact("whether a model file shows it, and not a program", False)
    graph: str = fact(
        "identifies the models that are one graph: those that share layers, or hold each other; the same for all that "
        "the same lines make",
        "",
    )
    application: str | None = fact("the constructor in keras.applications that made the layer")
    producer: str | None = fact("the class of the layer whose output it normalizes: `Conv2D`; unknown for a model")
    producer_at: Place | None = fact("where that one was made")
    use_bias: bool | None = fact("whether that one has a bias; unknown for what has no such argument")
    activation: str | None = fact("its activation, `linear` where it has none")
    feeds_others: bool | None = fact("whether its output goes to something else too, or that layer is called twice")
    alike: bool = fact(
        "whether all layers that the same constructor calls make are connected in the same way, so that one change of "
        "the calls suits them all",
        True,
    )
    axis: int | None = fact("the axis that it normalizes, as written; unknown where there are several")
    rank: int | None = fact("how many axes its input has, that of the batch included")
    data_format: Literal["channels_last", "channels_first"] | None = fact(
        "where the channels of its input are, by the convolution before it; pooling and layers that work element by "
        "element, other BatchNormalization layers among them, may lie between"
    )
    formed_by: str | None = fact("the class of that convolution")
    formed_at: Place | None = fact("where that one was made")
    on_channels: bool | None = fact("whether it normalizes the axis of the channels")
    channel_axis: int | None = fact("that axis as one writes it: -1, or 1 for `channels_first`")
    dropout: str | None = fact(
        "the class of the last Dropout layer before it, with no other BatchNormalization and no merging layer between"
    )
    dropout_at: Place | None = fact("where that one was made")
    dropout_rate: float | None = fact("its rate")
    gamma_regularized: bool | None = fact("whether gamma has a regularizer")
    beta_regularized: bool | None = fact("whether beta has one")
    decay: float | None = fact(
        "the weight decay that an optimizer takes off gamma and beta in a fit that trains them; unknown where there is "
        "none, and where the program excludes variables from it"
    )
    decayed_by: Place | None = fact("the `compile` with that optimizer")
    optimizer: str | None = fact("its class")
    on_output: bool | None = fact("whether what it gives is an output of a model that is fitted, or of the saved model")
    output_of: str | None = fact("how messages name that model")
    fitted_at: Place | None = fact("the first fit of it")
    group: str = fact("identifies the model", "")
