"""The layers of keras.applications, as real releases have them."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from bnlint.graph.network import Node, trace
from bnlint.keras.applications import (
    DATA,
    AppLayer,
    PixelRange,
    automatic_prefix,
    exists,
    family,
    inner_preprocessing,
    input_layers_added_by_preprocess,
    layers_added_by_operation,
    load,
    names,
    preprocess_mode,
    preprocessed_range,
)
from bnlint.keras.releases import Release, Target
from tools.compile_applications import mode_of, relative, variants_of


def release(spec: str, root: str = "keras") -> Release:
    found = Target.parse(spec).release(root)
    assert found is not None
    return found


def layers(
    name: str, spec: str, *, top: bool = False, imagenet: bool = True, **options: object
) -> tuple[AppLayer, ...]:
    found = load(name, release(spec), include_top=top, imagenet=imagenet, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def order(model: tuple[AppLayer, ...]) -> list[int]:
    """The layers' indices in the order in which Keras would list them."""
    nodes: dict[int, Node] = {}
    while len(nodes) < len(model):
        for index, layer in enumerate(model):
            if index not in nodes and all(before in nodes for before in layer.inbound):
                nodes[index] = Node((index,), tuple(nodes[before].output for before in layer.inbound))
    inner = {before for layer in model for before in layer.inbound}
    outputs = [node.output for index, node in nodes.items() if index not in inner]
    return [address[0] for address in trace([nodes[0].output] if nodes else [], outputs).layers]


def batch_norms(model: tuple[AppLayer, ...]) -> list[int]:
    return [index for index, layer in enumerate(model) if layer.type == "BatchNormalization"]


@pytest.mark.parametrize("spec", ["keras==3.15", "tensorflow==2.15"])
def test_resnet50(spec: str) -> None:
    model = layers("ResNet50", spec)
    assert len(model) == 175
    assert len(batch_norms(model)) == 53
    assert model[0].type == "InputLayer"
    assert model[3] == AppLayer("conv1_bn", "BatchNormalization", (2,), 0.99, (True, True), epsilon=1.001e-5)
    assert [layer.name for layer in model[17:19]] == ["conv2_block1_add", "conv2_block1_out"]
    assert model[17].inbound == (15, 16)
    assert [layer.name for layer in layers("ResNet50", spec, top=True)[175:]] == ["avg_pool", "predictions"]


def test_names_that_keras_makes_up_are_left_out() -> None:
    model = layers("InceptionV3", "keras==3.15")
    assert {layer.name for layer in model if layer.type == "BatchNormalization"} == {None}
    assert {layer.scale_center for layer in model if layer.type == "BatchNormalization"} == {(False, True)}
    assert "mixed7" in {layer.name for layer in model}
    assert automatic_prefix("BatchNormalization") == "batch_normalization"
    assert automatic_prefix("Conv2D") == "conv2d"
    assert automatic_prefix("ReLU") == "re_lu"


def test_imagenet_weights_of_efficientnet_add_a_layer() -> None:
    plain = layers("EfficientNetB0", "keras==3.15", imagenet=False)
    trained = layers("EfficientNetB0", "keras==3.15")
    assert [layer.type for layer in plain[:4]] == ["InputLayer", "Rescaling", "Normalization", "ZeroPadding2D"]
    assert [layer.type for layer in trained[:4]] == ["InputLayer", "Rescaling", "Normalization", "Rescaling"]
    assert len(trained) == len(plain) + 1
    assert [index + 1 for index in batch_norms(plain)] == batch_norms(trained)
    assert all(max(layer.inbound, default=-1) < index for index, layer in enumerate(trained))


def test_pooling_adds_a_layer_without_the_top_only() -> None:
    pooled = layers("ResNet50", "keras==3.15", pooling="avg")
    assert (len(pooled), pooled[-1]) == (176, AppLayer("avg_pool", "GlobalAveragePooling2D", (174,)))
    assert layers("ResNet101", "keras==3.15", pooling="max")[-1].type == "GlobalMaxPooling2D"
    assert layers("ResNet50", "keras==3.15", top=True, pooling="avg") == layers("ResNet50", "keras==3.15", top=True)


def test_convnext_pools_before_its_last_normalization() -> None:
    tail = layers("ConvNeXtTiny", "keras==3.15", pooling="avg")[-2:]
    assert [layer.type for layer in tail] == ["GlobalAveragePooling2D", "LayerNormalization"]
    assert tail[1].inbound == (len(layers("ConvNeXtTiny", "keras==3.15", pooling="avg")) - 2,)


def test_nested_layers() -> None:
    stem = layers("ConvNeXtTiny", "keras==3.15")[2]
    assert stem.type == "Sequential"
    assert [layer.name for layer in stem.children] == ["convnext_tiny_stem_conv", "convnext_tiny_stem_layernorm"]


def test_own_arguments() -> None:
    full = layers("MobileNetV3Small", "keras==3.15")
    assert full[1].type == "Rescaling"
    assert layers("MobileNetV3Small", "keras==3.15", include_preprocessing=False)[1].name == "conv"
    assert len(layers("MobileNetV3Small", "keras==3.15", minimalistic=True)) < len(full)


def test_dropout_rates() -> None:
    top = layers("EfficientNetB0", "keras==3.15", top=True)
    assert [layer.rate for layer in top if layer.name == "top_dropout"] == [0.2]
    assert layers("MobileNet", "tensorflow==2.15", top=True)[-4].rate == 0.001


def test_momentum() -> None:
    mobile = layers("MobileNetV2", "keras==3.15")
    assert {layer.momentum for layer in mobile if layer.type == "BatchNormalization"} == {0.999}
    rs = layers("ResNetRS50", "tensorflow==2.15")
    assert {layer.momentum for layer in rs if layer.type == "BatchNormalization"} == {0.0}


def test_epsilon() -> None:
    for name, epsilon in [("ResNet50", 1.001e-5), ("MobileNetV2", 0.001), ("InceptionV3", 0.001)]:
        model = layers(name, "keras==3.15")
        assert {layer.epsilon for layer in model if layer.type == "BatchNormalization"} == {epsilon}, name
        assert {layer.epsilon for layer in model if layer.type == "Conv2D"} == {None}


def test_every_batch_norm_has_its_momentum_and_epsilon() -> None:
    for name in sorted(names()):
        for spec in ("keras==3.15", "tensorflow==2.15", "tensorflow==2.0", "keras==2.1.2"):
            model = load(name, release(spec, "tf.keras" if "2.0" in spec else "keras"), include_top=True, imagenet=True)
            for layer in model or ():
                assert (layer.momentum is None) is (layer.epsilon is None) is ("BatchNorm" not in layer.type), name


def test_networks_that_prepare_their_input_themselves() -> None:
    """EfficientNet computes its mean and variance from the data that its weights bring; ConvNeXt is given them."""
    rescaling, normalization = inner_preprocessing(layers("EfficientNetB0", "keras==3.15", imagenet=False))
    assert rescaling.numbers == ((0.00392157,), (0.0,))
    assert normalization.numbers == ((), ())
    again = inner_preprocessing(layers("EfficientNetB0", "keras==3.15"))[2]
    assert again.numbers == ((2.08969, 2.11289, 2.10819), (0.0,))
    (mobile,) = inner_preprocessing(layers("MobileNetV3Small", "tensorflow==2.15"))
    assert mobile.numbers == ((0.00784314,), (-1.0,))
    (convnext,) = inner_preprocessing(layers("ConvNeXtTiny", "keras==3.15"))
    assert convnext.numbers == ((123.675, 116.28, 103.53), (3409.98, 3262.69, 3291.89))
    assert inner_preprocessing(layers("MobileNetV3Small", "keras==3.15", include_preprocessing=False)) == ()
    assert inner_preprocessing(layers("ResNet50", "keras==3.15")) == ()


@pytest.mark.parametrize(
    ("module", "mode"),
    [
        ("resnet50", "caffe"),
        ("resnet", "caffe"),
        ("vgg16", "caffe"),
        ("imagenet_utils", "caffe"),
        ("resnet_v2", "tf"),
        ("mobilenet_v2", "tf"),
        ("inception_v3", "tf"),
        ("densenet", "torch"),
        ("efficientnet", "pass-through"),
        ("mobilenet_v3", "pass-through"),
        ("convnext", "pass-through"),
    ],
)
def test_modes_of_preprocess_input(module: str, mode: str) -> None:
    assert preprocess_mode(module, release("keras==3.15")) == mode
    assert preprocess_mode(module, release("tensorflow==2.15")) == mode


def test_modes_on_old_releases() -> None:
    assert preprocess_mode("resnet", release("keras==2.1.2")) == "caffe"  # its module is resnet50 there
    assert preprocess_mode("mobilenet", release("tensorflow==1.15", "tf.keras")) == "tf"
    assert preprocess_mode("efficientnet", release("tensorflow==2.0", "tf.keras")) is None  # not there yet
    assert preprocess_mode("resnet50", release("keras==3.16")) is None
    assert preprocess_mode("my_net", release("keras==3.15")) is None


def test_every_constructor_has_a_mode() -> None:
    for spec in ("keras==3.15", "tensorflow==2.15", "tensorflow==2.0", "keras==2.1.2"):
        found = release(spec, "tf.keras" if spec.startswith("tensorflow") else "keras")
        for name in sorted(names()):
            assert not exists(name, found) or preprocess_mode(family(name) or "", found) is not None, (name, spec)


def test_what_black_and_white_become() -> None:
    assert preprocessed_range("tf") == PixelRange((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0))
    assert preprocessed_range("caffe").black == (-103.939, -116.779, -123.68)
    assert preprocessed_range("torch").white == (2.24891, 2.42857, 2.64)
    assert preprocessed_range("pass-through") == PixelRange((0.0, 0.0, 0.0), (255.0, 255.0, 255.0))


def test_a_mode_that_is_not_known_is_no_mode() -> None:
    with pytest.raises(LookupError, match=r"makes these numbers: .*0\.1, 0\.2, 0\.3"):
        mode_of([[0.0, 0.0, 0.0], [0.1, 0.2, 0.3], [1.0, 1.0, 1.0]])


def test_releases_differ() -> None:
    assert len(layers("MobileNetV3Small", "tensorflow==2.15")) != len(layers("MobileNetV3Small", "keras==3.15"))
    assert layers("DenseNet121", "tensorflow==2.15")[2].name != layers("DenseNet121", "keras==3.15")[2].name


def test_old_keras() -> None:
    assert len(layers("ResNet50", "keras==2.1.2")) == 174
    assert layers("ResNet50", "keras==2.1.2")[-1].type == "AveragePooling2D"
    assert "bn_conv1" in {layer.name for layer in layers("ResNet50", "keras==2.2.4")}


def test_between_two_releases_that_agree() -> None:
    assert layers("ResNet50", "tensorflow==2.10") == layers("ResNet50", "tensorflow==2.15")
    assert layers("VGG16", "keras==3.8") == layers("VGG16", "keras==3.15")


def test_between_two_releases_that_differ() -> None:
    """MobileNet lost its padding layer between TensorFlow 2.2 and 2.8."""
    old, new = release("tensorflow==2.2", "tf.keras"), release("tensorflow==2.8")
    assert [layer.name for layer in load("MobileNet", old, include_top=False, imagenet=True) or ()][1] == "conv1_pad"
    assert [layer.name for layer in load("MobileNet", new, include_top=False, imagenet=True) or ()][1] == "conv1"
    assert load("MobileNet", release("tensorflow==2.5", "tf.keras"), include_top=False, imagenet=True) is None


def test_inbound_layers_give_back_the_order_of_keras() -> None:
    """Keras lists layers by their distance from the output: a check of every measured connection."""
    for name in sorted(names()):
        for spec in ("keras==3.15", "tensorflow==2.15", "keras==2.1.2"):
            model = load(name, release(spec), include_top=False, imagenet=True) or ()
            assert order(model) == list(range(len(model))), (name, spec)


def test_what_was_not_measured_is_unknown() -> None:
    for spec, root in [("keras==3.16", "keras"), ("tensorflow==1.13", "tf.keras"), ("keras==2.0.8", "keras")]:
        assert load("ResNet50", release(spec, root), include_top=False, imagenet=True) is None
        assert exists("ResNet50", release(spec, root)) is None
    assert load("MyNet", release("keras==3.15"), include_top=False, imagenet=True) is None


def test_a_variant_that_was_not_measured_is_not_taken_for_another() -> None:
    """With ImageNet weights some networks have a layer more: the list without weights does not answer for them."""
    plain: list[Any] = [["input", "InputLayer", [], {}, []], ["bn", "Conv2D", [0], {}, []]]
    pooled = [*plain, ["pool", "GlobalAveragePooling2D", [1], {}, []]]
    found = variants_of({"variants": {"no_top": {"layers": plain}}}, {"avg": lambda _: relative(pooled)})
    assert [len(found[kind]) for kind in ("no_top", "no_top+avg", "no_top+max")] == [2, 3, 0]
    assert {kind for kind, layers in found.items() if "imagenet" in kind and layers} == set()
    assert {"imagenet_no_top", "imagenet_top", "imagenet_no_top+avg", "imagenet_no_top+max"} <= set(found)


def test_another_release_answers_for_a_variant_that_was_not_measured() -> None:
    """EfficientNetB4 was measured without weights only on Keras 3.3; 3.0 and 3.15 agree on the rest."""
    assert layers("EfficientNetB4", "keras==3.3", imagenet=False) == layers(
        "EfficientNetB4", "keras==3.15", imagenet=False
    )
    for options in ({}, {"pooling": "avg"}, {"top": True}):
        assert layers("EfficientNetB4", "keras==3.3", **options) == layers("EfficientNetB4", "keras==3.15", **options)


def test_which_release_has_which_constructor() -> None:
    assert exists("ResNet50", release("keras==3.15")) is True
    assert exists("RegNetX002", release("keras==3.15")) is False
    assert exists("RegNetX002", release("tensorflow==2.15")) is True
    assert exists("EfficientNetB0", release("keras==2.2.4")) is False
    assert exists("MyNet", release("keras==3.15")) is False
    assert load("RegNetX002", release("keras==3.15"), include_top=False, imagenet=True) is None


def test_families() -> None:
    assert family("ResNet50") == "resnet"
    assert family("EfficientNetV2B0") == "efficientnet_v2"
    assert family("MyNet") is None


def test_layers_that_come_from_preprocessing_the_input() -> None:
    """On Keras 2 arithmetic on the input is a layer of the model, on Keras 3 it is none."""
    assert input_layers_added_by_preprocess("resnet50", release("tensorflow==2.15")) == 2
    assert input_layers_added_by_preprocess("mobilenet_v2", release("tensorflow==2.15")) == 2
    assert input_layers_added_by_preprocess("efficientnet", release("tensorflow==2.15")) == 0
    assert input_layers_added_by_preprocess("resnet50", release("keras==3.15")) == 0
    assert input_layers_added_by_preprocess("resnet50", release("keras==2.2.4")) is None
    assert input_layers_added_by_preprocess("my_net", release("keras==3.15")) is None


def test_layers_that_come_from_operations() -> None:
    for operation in ("operator", "getitem", "tf.cast", "tf.image.resize"):
        assert layers_added_by_operation(operation, release("tensorflow==2.15")) == 1, operation
    assert layers_added_by_operation("operator", release("keras==3.15")) == 0
    assert layers_added_by_operation("tf.cast", release("keras==3.15")) is None


def test_every_name_has_its_file_and_every_file_is_whole() -> None:
    folder = os.path.join(DATA, "applications")
    assert {name + ".json" for name in names()} == set(os.listdir(folder))
    for name in names():
        with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
            sets = json.load(file)["sets"]
        assert all("no_top" in variants and "top" in variants for variants in sets), name
