"""Subjects `layer_loop`, `class_test` and `slice`: loops that set flags on a model's layers, and how they choose."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.fits import Fit
from bnlint.graph.subjects.parts import Backbone, fact


@dataclass(frozen=True, slots=True)
class LayerLoop:
    """Subject `layer_loop`: a loop that sets `trainable` on layers of a model that holds other models."""

    place: Place | None = fact("what the loop goes over: `model.layers`")
    line: int = fact("its line", 0)
    model: str = fact("how messages name the model whose layers it goes over", "the model")
    layers: int | None = fact("how many layers that model has; those of nested models are not among them")
    looked_at: int | None = fact("how many of them the loop looks at")
    chosen: int | None = fact("on how many of them it sets the flag")
    nested_layers: int | None = fact("how many layers the nested models have")
    nested_chosen: int | None = fact("on how many of these its own test would set the flag, were it given them")
    only_batch_norm: bool | None = fact("whether all of these are BatchNormalization layers")
    fault: Literal["misses", "takes_all", "enables_spared"] | None = fact(
        "`misses`: it chooses none of its layers, and those of the nested models that its test fits are in another "
        "state in the next fit; `takes_all`: its slice ends past its layers, and the next fit trains nothing; "
        "`enables_spared`: it spares BatchNormalization layers, and sets a model trainable that holds some, which "
        "reaches them: the next fit updates them"
    )
    value: bool | None = fact("the value that it sets")
    slice_end: int | None = fact("the number written in the slice that the loop goes over")
    batch_norm_layers: int | None = fact("how many BatchNormalization layers are in the wrong state in that fit")
    backbone: Backbone | None = fact("the nested model that holds the layers that its test fits; unknown if several do")
    set_at: Place | None = fact("the assignment that reached spared layers, or took all of them")
    fit: Fit | None = fact("the next fit that trains them, or was meant to")
    group: str = fact("identifies the set of layers, as in `batch_norm_at_fit`, where they are updated in that fit", "")
    set_of_layers: str = fact("identifies the set of layers in any case", "")


@dataclass(frozen=True, slots=True)
class ClassTest:
    """Subject `class_test`: a test for BatchNormalization that none of a model's BatchNormalization layers passes."""

    place: Place | None = fact("the test: `isinstance(layer, BatchNormalization)`, `'bn' in layer.name`")
    line: int = fact("its line", 0)
    by: Literal["package", "generation", "name"] | None = fact(
        "`package`: the class is that of another Keras; `generation`: the v1 or the synchronized class is no subclass; "
        "`name`: a word that no layer's name has"
    )
    tested: str | None = fact("the package of the class that is named: `keras`, `tf.keras`, `tf_keras`")
    package: str | None = fact("the package of the layers")
    text: str | None = fact("the word that names are asked for")
    name: str | None = fact("the name of the first such layer")
    where: str = fact("the model that the layers sit in, as people name it", "the model")
    layers: int | None = fact("how many BatchNormalization layers it should have chosen, or spared")
    legacy: bool | None = fact("whether the layers are of the v1 class, as in the applications of TensorFlow 2.0")
    fault: Literal["not_frozen", "not_spared"] | None = fact(
        "`not_frozen`: they should have been frozen, `not_spared`: they should have been left out; the next fit "
        "updates them"
    )
    fit: Fit | None = fact("that fit")
    backbone: Backbone | None = fact("the model that they come from")
    group: str = fact("identifies the set of layers, as in `batch_norm_at_fit`", "")


@dataclass(frozen=True, slots=True)
class Slice:
    """Subject `slice`: a slice over the layers of a known application, in a loop that sets `trainable` on them."""

    place: Place | None = fact("the slice: `base.layers[:100]`")
    line: int = fact("its line", 0)
    model: str = fact("how messages name the model", "the model")
    application: str | None = fact("the application whose layers they are: `MobileNetV2`")
    layers: int | None = fact("how many layers the model has")
    bound: int | None = fact("the number written in the slice")
    side: Literal["start", "stop"] | None = fact("whether it is the slice's start or its stop")
    out_of_range: bool | None = fact("whether the number lies beyond the model's layers, from whichever end it counts")
    takes: Literal["all", "none"] | None = fact("what such a slice takes")
    value: bool | None = fact("the value that the loop sets; unknown where it sets none, or several")
    set_at: Place | None = fact("the assignment that sets it; unknown where there are several")
    cuts_block: str | None = fact("the block, by the beginning of its layers' names, inside which the slice ends")
    border: int | None = fact("the index of the first layer on the far side of the slice's end")
    border_below: int | None = fact("the nearest index below at which a block begins")
    border_above: int | None = fact("the nearest index above at which a block begins")
    last_below: str | None = fact("the layer in front of `border_below`")
    last_above: str | None = fact("the layer in front of `border_above`")
    group: str = fact("identifies the set of layers, as in `batch_norm_at_fit`", "")
