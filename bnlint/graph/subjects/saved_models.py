"""What a model file shows of its BatchNormalization layers, and what a `fit` of the loaded model would do with them."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact
from bnlint.graph.weights import ServingNorm, Statistics


@dataclass(frozen=True, slots=True)
class SavedBatchNorm:
    """One BatchNormalization layer of a model file."""

    place: Place = fact("the file, and the layer's place in the graph")
    location: str = fact("the layer with the models and wrappers around it: `resnet50/conv1_bn`", "")
    name: str = fact("its name", "")
    type: str = fact("its class", "BatchNormalization")
    momentum: float | None = fact("as the config has it")
    epsilon: float | None = fact("as the config has it")
    axis: tuple[int, ...] | None = fact("as the config has it")
    dtype: str | None = fact("its dtype policy: `mixed_float16`")
    scale: bool | None = fact("whether it has a gamma")
    center: bool | None = fact("whether it has a beta")
    trainable: bool | None = fact("its own flag as the file has it")
    frozen: bool | None = fact(
        "whether the loaded model's `fit` sees it as frozen, by its own flag or by one around it"
    )
    training: bool | None = fact("the `training` that is written on its call, or on that of a model around it")
    calls: int | None = fact(
        "on how many ways the model reaches it; unknown where a class of somebody's own is between"
    )
    statistics: Literal["batch", "moving"] | None = fact("the statistics that `fit` would normalize by")
    updated: bool | None = fact("whether `fit` would change the moving statistics")
    gamma_beta_trained: bool | None = fact("whether `fit` would change gamma or beta")
    training_overridden: bool = fact("whether `fit` would override a `training=False` written on the call", False)
    weights: Statistics | None = fact("the figures of its weights; unknown where they were not read")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model file."""

    place: Place = fact("the file")
    name: str = fact("the model's own name", "model")
    format: str = fact(
        "`keras`, `h5`, `weights`, `json`, `yaml`, `tfjs`, `saved_model`, or `export` (a SavedModel without layers)", ""
    )
    keras: str | None = fact("the version of Keras as the file has it")
    backend: str | None = fact("the backend as the file has it")
    layers: int | None = fact("how many layers it has, those of nested models included")
    optimizer: str | None = fact("the optimizer that it was compiled with")
    learning_rate: float | None = fact("its rate")
    steps: int | None = fact("how many updates the optimizer has counted")
    trained: bool | None = fact("whether something in it, moving statistics aside, has left the value it starts with")
    batch_norm: tuple[SavedBatchNorm, ...] = fact("its BatchNormalization layers in the file's order", ())
    serving: tuple[ServingNorm, ...] | None = fact("where its serving graph normalizes; unknown for other files")
    notes: tuple[str, ...] = fact("what could not be read, and why", ())
