"""What the reader of a model file hands on: the graph that scripts give too, and what only a file shows.

Addresses are tuples that begin with ``"saved"`` and go on with the names of the layers from the outermost in; the model
itself is ``("saved",)``. Nothing here knows a file format.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from immutables import Map

from bnlint.graph.network import Address
from bnlint.graph.records import Layer
from bnlint.graph.weights import OtherWeights, ServingNorm, Statistics

ROOT: Address = ("saved",)

NOTHING: Mapping[str, Any] = MappingProxyType({})


class LayerConfig(NamedTuple):
    """What the file says of a layer beyond its record; None where it says nothing.

    ``at`` are the keys and indices that lead to the layer's entry in the document that holds the model's config (what
    a ``.keras`` file has as ``config.json``, an HDF5 file as its attribute ``model_config``). ``config`` is the
    layer's own config as written, for arguments that have no field here.
    """

    class_name: str
    module: str | None = None
    registered_name: str | None = None
    at: tuple[str | int, ...] = ()
    config: Mapping[str, Any] = NOTHING
    custom: bool = False
    """whether its class is none of Keras's own"""
    axis: tuple[int, ...] | None = None
    epsilon: float | None = None
    center: bool | None = None
    scale: bool | None = None
    renorm: bool = False
    virtual_batch_size: int | None = None
    synchronized: bool = False
    use_bias: bool | None = None
    data_format: str | None = None
    dtype: str | None = None
    """the name of its dtype policy: ``float32``, ``mixed_float16``"""
    activation: str | None = None
    rate: float | None = None
    kernel_size: tuple[int, ...] | None = None
    strides: tuple[int, ...] | None = None
    regularized: tuple[str, ...] = ()
    """its arguments that hold a regularizer: ``gamma_regularizer``"""
    input_shape: tuple[int | None, ...] | None = None
    """the shape that it was built with, the batch axis included"""


class Training(NamedTuple):
    """How the model was compiled when it was saved; ``config`` is that as written."""

    optimizer: str | None = None
    learning_rate: float | None = None
    loss: str | None = None
    config: Mapping[str, Any] = NOTHING


class SavedModel(NamedTuple):
    """A model file, read and not run.

    ``heap`` holds the very records that scripts give, ``locations`` each layer's name for people
    (``resnet50/conv1_bn``), in the order of the file. ``weights`` is None where they were not read, and then ``notes``
    say why; ``order`` are the addresses of the BatchNormalization layers in the file's order.
    """

    path: str
    format: str
    """``keras``, ``h5``, ``weights``, ``json``, ``yaml``, ``tfjs``, ``saved_model`` or ``export``"""
    keras: str | None
    """the version as written in the file"""
    backend: str | None
    root: Address
    heap: Map[Address, Layer]
    locations: Mapping[Address, str]
    extras: Mapping[Address, LayerConfig]
    order: tuple[Address, ...] = ()
    weights: Mapping[Address, Statistics] | None = None
    others: OtherWeights | None = None
    training: Training | None = None
    serving: tuple[ServingNorm, ...] | None = None
    """where an exported graph normalizes; None for files without such a graph"""
    notes: tuple[str, ...] = ()
