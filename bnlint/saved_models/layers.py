"""One layer's entry in a config: what it says, in the form that rules ask for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from bnlint.graph.saved import LayerConfig

OLD_NAMES = {"gamma_init": "gamma_initializer", "p": "rate", "subsample": "strides", "bias": "use_bias"}
"""Arguments of Keras 1 by their later names."""
TENSORFLOW = ("tensorflow.python.keras", "tensorflow.keras", "tensorflow.python.framework")
KERAS_CLASSES = frozenset(
    """Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average AveragePooling1D
    AveragePooling2D AveragePooling3D BatchNormalization BatchNormalizationV1 BatchNormalizationV2 Bidirectional
    CategoryEncoding CenterCrop Concatenate Container Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D
    Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Convolution1D Convolution2D Convolution3D Cropping1D Cropping2D
    Cropping3D CuDNNGRU CuDNNLSTM Dense DenseFeatures DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU
    EinsumDense Embedding Flatten Functional GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D
    GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D Graph
    GroupNormalization GroupQueryAttention HashedCrossing Hashing Highway Identity InputLayer IntegerLookup LSTM
    LSTMCell Lambda LayerNormalization LeakyReLU LocallyConnected1D LocallyConnected2D Masking MaxPooling1D
    MaxPooling2D MaxPooling3D Maximum Merge Minimum Model MultiHeadAttention Multiply Network Normalization PReLU
    Permute RNN RandomBrightness RandomContrast RandomCrop RandomFlip RandomHeight RandomRotation RandomTranslation
    RandomWidth RandomZoom ReLU RepeatVector Rescaling Reshape Resizing SeparableConv1D SeparableConv2D Sequential
    SimpleRNN SimpleRNNCell SlicingOpLambda Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D
    SpectralNormalization StackedRNNCells StringLookup Subtract SyncBatchNormalization TFOpLambda TFSMLayer
    TensorFlowOpLayer TextVectorization ThresholdedReLU TimeDistributed TorchModuleWrapper UnitNormalization
    UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D ClassMethod InstanceMethod
    InstanceProperty ModuleWrapper BaseRandomLayer MelSpectrogram STFTSpectrogram JaxLayer FlaxLayer Pipeline
    RMSNormalization""".split()
)


def entry_of(value: Any) -> dict[str, Any] | None:
    """A layer's entry: ``{"class_name": …, "config": …}``; None for anything else."""
    if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
        return None
    return value if isinstance(value.get("config"), (dict, list)) else None


def is_layer(value: Any) -> bool:
    """Whether a value inside a config is a layer, and not an initializer, a regularizer or a dtype policy."""
    entry = entry_of(value)
    if entry is None:
        return False
    config = entry["config"]
    if isinstance(config, list):
        return bool(entry["class_name"] == "Sequential")
    return bool("trainable" in config or "layers" in config or entry["class_name"] in KERAS_CLASSES)


def config_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A layer's own config; that of an early Sequential, which is a list, as the later ones have it."""
    config = entry.get("config")
    if isinstance(config, list):
        return {"layers": config}
    return config if isinstance(config, dict) else {}


def name_of(entry: Mapping[str, Any]) -> str | None:
    """A layer's name; None where the file has none."""
    for name in (config_of(entry).get("name"), entry.get("name")):
        if isinstance(name, str) and name:
            return clean(name)
    return None


def clean(text: str) -> str:
    """A text of the file as any output can write it: lone halves of characters are replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def class_of(entry: Mapping[str, Any]) -> str:
    """The plain name of a layer's class: ``Custom>MyNorm`` is ``MyNorm``."""
    return clean(str(entry.get("class_name", ""))).rpartition(">")[2]


def is_custom(entry: Mapping[str, Any]) -> bool:
    """Whether a layer's class is none of Keras's own."""
    module, registered = entry.get("module"), entry.get("registered_name")
    name = str(entry.get("class_name", ""))
    if isinstance(module, str):
        return module.split(".")[0] not in ("keras", "tf_keras") and not module.startswith(TENSORFLOW)
    return ">" in name or (isinstance(registered, str) and ">" in registered) or name not in KERAS_CLASSES


def is_operation(entry: Mapping[str, Any]) -> bool:
    """Whether it is a plain operation of Keras 3, which is in the graph and not among ``model.layers``."""
    module = entry.get("module")
    return isinstance(module, str) and (module.startswith("keras.src.ops") or module.startswith("keras.ops"))


def inner_entries(config: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """The layers that the config of a wrapper, or of a layer with parts, holds: the way to each, and its entry."""
    for key, value in config.items():
        if is_layer(value):
            yield (key,), value
        elif isinstance(value, list):
            yield from (((key, index), each) for index, each in enumerate(value) if is_layer(each))


def layer_config(entry: Mapping[str, Any], at: tuple[str | int, ...]) -> LayerConfig:
    """What an entry says, with the names that arguments have today."""
    config = config_of(entry)
    said = {**config, **{new: config[old] for old, new in OLD_NAMES.items() if old in config and new not in config}}
    build = entry.get("build_config")
    shape = said.get("batch_shape", said.get("batch_input_shape"))
    if shape is None and isinstance(build, dict):
        shape = build.get("input_shape")
    return LayerConfig(
        class_name=class_of(entry),
        module=_text(entry.get("module")),
        registered_name=_text(entry.get("registered_name")),
        at=at,
        config=config,
        custom=is_custom(entry),
        axis=integers(said.get("axis")),
        epsilon=number(said.get("epsilon")),
        center=_flag(said.get("center")),
        scale=_flag(said.get("scale")),
        renorm=said.get("renorm") is True,
        virtual_batch_size=_integer(said.get("virtual_batch_size")),
        synchronized=said.get("synchronized") is True or class_of(entry) == "SyncBatchNormalization",
        use_bias=_flag(said.get("use_bias")),
        data_format=_text(said.get("data_format")) or _ordering(said.get("dim_ordering")),
        dtype=policy_name(said.get("dtype")),
        activation=_activation(said.get("activation")),
        rate=number(said.get("rate")),
        kernel_size=integers(said.get("kernel_size")),
        strides=integers(said.get("strides")),
        regularized=tuple(key for key, value in config.items() if key.endswith("_regularizer") and value),
        input_shape=shape_of(shape),
    )


def policy_name(value: Any) -> str | None:
    """The name of a dtype or of a dtype policy, however it is written."""
    if isinstance(value, dict) and isinstance(value.get("config"), dict):
        config = value["config"]
        value = config.get("name", config.get("source_name"))
    return _text(value)


def shape_of(value: Any) -> tuple[int | None, ...] | None:
    """A shape; None for what is none, and for a layer with several inputs."""
    if isinstance(value, dict) and isinstance(value.get("items"), list):  # `{"class_name": "TensorShape", "items": …}`
        value = value["items"]
    if not isinstance(value, list) or len(value) > MOST_AXES:
        return None
    if all(each is None or _integer(each) is not None for each in value):
        return tuple(value)
    return None


MOST_AXES = 16


def integers(value: Any) -> tuple[int, ...] | None:
    """A number or several, as several."""
    if _integer(value) is not None:
        return (value,)
    if isinstance(value, list) and len(value) <= MOST_AXES and all(_integer(each) is not None for each in value):
        return tuple(value)
    return None


def number(value: Any) -> float | None:
    """A finite number, however it is written."""
    if isinstance(value, dict) and value.get("class_name") == "__numpy__":
        value = (value.get("config") or {}).get("value") if isinstance(value.get("config"), dict) else None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 62 else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    return clean(value) if isinstance(value, str) else None


def _ordering(value: Any) -> str | None:
    """``dim_ordering`` of Keras 1 as ``data_format``."""
    return {"tf": "channels_last", "th": "channels_first"}.get(value) if isinstance(value, str) else None


def _activation(value: Any) -> str | None:
    if isinstance(value, dict):
        config = value.get("config")
        value = config if isinstance(config, str) else value.get("class_name")
    return _text(value)
