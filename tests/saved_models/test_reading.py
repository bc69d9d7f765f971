"""Every way of writing a config, to one graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bnlint.graph.network import ABSENT
from bnlint.graph.saved import ROOT, SavedModel
from bnlint.saved_models.reading import read
from bnlint.saved_models.versions import package_of
from tests.saved_models.files import archive, document, functional, hdf5, layer, new, norm, old, source, written

DENSE = {"use_bias": False, "activation": "linear", "units": 4}


def calls(model: SavedModel, *names: str) -> list[Any]:
    """The ``training`` of every call of a layer, in the order of the graph."""
    address = ("saved", *names)
    return [
        node.training
        for record in model.heap.values()
        if record.model
        for node in record.model.nodes
        if node.layer == address
    ]


def inputs(model: SavedModel, *names: str) -> list[list[str | None]]:
    """What goes into every call of a layer, by the names of the layers that it comes from."""
    address = ("saved", *names)
    found = []
    for record in model.heap.values():
        for node in record.model.nodes if record.model else ():
            if node.layer == address:
                found.append([model.heap[each.node.layer].name if each.node else None for each in node.inputs])
    return found


def test_a_functional_model_of_keras_3(tmp_path: Path) -> None:
    entry = functional(
        "net", source(), layer("Dense", "dense", new("inputs"), **DENSE),
        norm("bn", new("dense", training=False, mask=None), momentum=0.9, epsilon=1e-5, axis=[1], trainable=False),
    )  # fmt: skip
    entry["compile_config"] = {"optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.01}}, "loss": "mse"}
    model = read(str(archive(tmp_path / "m.keras", entry)), weights=False)
    assert (model.format, model.keras, model.root, model.notes) == ("keras", "3.15.1", ROOT, ())
    record, config = model.heap["saved", "bn"], model.extras["saved", "bn"]
    assert (record.type, record.momentum, record.trainable, record.affine) == ("BatchNormalization", 0.9, False, True)
    assert (config.epsilon, config.axis, config.at) == (1e-5, (1,), ("config", "layers", 2))
    assert record.site.location == "bn" and record.site.line == 0
    assert calls(model, "bn") == [False] and inputs(model, "bn") == [["dense"]]
    assert calls(model, "dense") == [ABSENT]
    assert model.extras["saved", "dense"].use_bias is False
    top = model.heap[ROOT].model
    assert top is not None and top.kind == "functional"
    assert [model.heap[each].name for each in top.layers] == ["inputs", "dense", "bn"]
    assert [each.node.layer for each in top.outputs if each.node] == [("saved", "bn")]
    assert top.inputs[0].shape == (4,)
    assert model.training is not None
    assert (model.training.optimizer, model.training.learning_rate, model.training.loss) == ("Adam", 0.01, "mse")


@pytest.mark.parametrize("offset", [0, 1])
def test_a_nested_model_of_keras_2_counts_its_calls_from_one(offset: int, tmp_path: Path) -> None:
    base = functional(
        "base", source("base_in"), norm("bn", old("base_in")), calls=[old("inputs", training=False), old("other")]
    )
    entry = functional(
        "net", source(), source("other"), base, layer("Dense", "one", old(("base", offset))),
        layer("Dense", "two", old(("base", offset + 1))), layer("Add", "add", old("one", "two")), kind="Model",
    )  # fmt: skip
    model = read(str(written(tmp_path / "m.json", document(entry, "2.2.4"))))
    assert model.heap["saved", "base", "bn"].site.location == "base/bn"
    assert calls(model, "base") == [False, ABSENT] and inputs(model, "base") == [["inputs"], ["other"]]
    one, two = (node for each in ("one", "two") for node in _nodes(model, each))
    assert one.inputs[0].node is not two.inputs[0].node
    assert [each.node.inputs[0].node.layer[-1] for each in (one.inputs[0], two.inputs[0])] == ["inputs", "other"]


def _nodes(model: SavedModel, name: str) -> list[Any]:
    top = model.heap[ROOT].model
    assert top is not None
    return [node for node in top.nodes if node.layer == ("saved", name)]


def test_keras_1(tmp_path: Path) -> None:
    bn = norm("bn", [["inputs", 0, 0]], mode=0, momentum=0.9)
    del bn["config"]["axis"]
    conv = layer("Convolution2D", "conv", [["bn", 0, 0]], subsample=[2, 2], dim_ordering="th", bias=True)
    model = read(
        str(written(tmp_path / "m.json", document(functional("net", source(), bn, conv, kind="Model"), "1.2.2")))
    )
    assert inputs(model, "conv") == [["bn"]]
    config = model.extras["saved", "conv"]
    assert (config.strides, config.data_format, config.use_bias) == ((2, 2), "channels_first", True)
    assert model.extras["saved", "bn"].config["mode"] == 0


@pytest.mark.parametrize("as_list", [True, False])
def test_a_sequential(as_list: bool, tmp_path: Path) -> None:
    members = [layer("InputLayer", "inp"), layer("Dense", "dense"), norm("bn")]
    config: Any = members if as_list else {"name": "net", "layers": members}
    model = read(str(written(tmp_path / "m.json", document({"class_name": "Sequential", "config": config}))))
    top = model.heap[ROOT].model
    assert top is not None and top.kind == "sequential"
    assert [model.heap[each].name for each in top.layers] == ["dense", "bn"]
    assert model.heap["saved", "inp"].hidden


def test_wrappers_hold_what_they_wrap(tmp_path: Path) -> None:
    inner = functional("inner", source("i"), norm("bn", old("i")))
    twin = {"layer": layer("LSTM", "lstm"), "backward_layer": layer("LSTM", "back")}
    entry = functional(
        "net", source(), layer("TimeDistributed", "td", old("inputs", training=True), layer=inner),
        layer("Bidirectional", "both", old("td"), **twin),
    )  # fmt: skip
    model = read(str(written(tmp_path / "m.json", document(entry))))
    assert model.heap["saved", "td"].holds == (("saved", "td", "inner"),)
    assert model.locations["saved", "td", "inner", "bn"] == "td/inner/bn"
    assert model.extras["saved", "td", "inner", "bn"].at[-2:] == ("layers", 1)
    assert [each[-1] for each in model.heap["saved", "both"].holds] == ["lstm", "back"]


def test_classes_that_the_file_does_not_hold(tmp_path: Path) -> None:
    block = layer("Custom>Block", "block", new("inputs"), norm=norm("inside"), units=3)
    model = read(str(archive(tmp_path / "m.keras", functional("net", source(), block))), weights=False)
    record = model.heap["saved", "block"]
    assert record.type == "Block" and model.extras["saved", "block"].custom
    assert record.model is not None and not record.model.exact and record.model.is_layer
    assert calls(model, "block", "inside") == [None]
    assert "`Block`" in model.notes[0]


def test_one_layer_in_two_models_is_one_layer(tmp_path: Path) -> None:
    def branch(name: str) -> dict[str, Any]:
        shared = norm("bn", new(f"{name}_in")) | {"shared_object_id": 77}
        return functional(name, source(f"{name}_in"), shared, calls=[new("inputs")])

    entry = functional("net", source(), branch("a"), branch("b"), layer("Add", "add", new("a", "b")))
    model = read(str(archive(tmp_path / "m.keras", entry)), weights=False)
    assert model.order == (("saved", "a", "bn"),)
    second = model.heap["saved", "b"].model
    assert second is not None and second.layers[1] == ("saved", "a", "bn")


def test_policies_in_every_spelling(tmp_path: Path) -> None:
    named = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_bfloat16"}}
    entry = functional(
        "net", source(), norm("a", new("inputs"), dtype=named),
        norm("b", new("a"), dtype={"class_name": "Policy", "config": {"name": "mixed_float16"}}),
        norm("c", new("b"), dtype="float32"),
    )  # fmt: skip
    model = read(str(archive(tmp_path / "m.keras", entry)), weights=False)
    assert [model.extras[each].dtype for each in model.order] == ["mixed_bfloat16", "mixed_float16", "float32"]


def test_operations_and_tensors_in_keywords(tmp_path: Path) -> None:
    flat = layer("TFOpLambda", "tf.math.multiply", ["inputs", 0, 0, {"y": ["other", 0, 0]}], function="math.multiply")
    constant = layer("TFOpLambda", "tf.reshape", [["_CONSTANT_VALUE", -1, 3, {"shape": ["inputs", 0, 0]}]])
    plain = {**layer("Add", "add", new("bn", "inputs")), "module": "keras.src.ops.numpy"}
    entry = functional("net", source(), source("other"), flat, constant, norm("bn", old("tf.math.multiply")), plain)
    model = read(str(written(tmp_path / "m.json", document(entry))))
    assert inputs(model, "tf.math.multiply") == [["inputs", "other"]]
    assert inputs(model, "tf.reshape") == [["inputs"]]
    assert model.heap["saved", "add"].hidden
    top = model.heap[ROOT].model
    assert top is not None and ("saved", "add") not in top.layers


def test_calls_that_make_no_graph_are_said(tmp_path: Path) -> None:
    entry = functional("net", source(), norm("a", old("b")), norm("b", old("a")), norm("c", old("nobody")))
    model = read(str(written(tmp_path / "m.json", document(entry))))
    assert len(model.order) == 3
    assert any("wait for each other" in note for note in model.notes)
    assert any("`nobody`" in note for note in model.notes)


def test_yaml_with_the_tags_that_keras_wrote(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "backend: tensorflow\nclass_name: Sequential\nconfig:\n  name: net\n  layers:\n"
        "  - class_name: BatchNormalization\n"
        "    config:\n      name: bn\n      momentum: 0.9\n      trainable: true\n"
        "      axis: !!python/object/apply:tensorflow.python.training.tracking.data_structures.ListWrapper\n"
        "      - - 1\n"
        "      batch_input_shape: !!python/tuple\n      - null\n      - 4\nkeras_version: 2.2.4-tf\n"
    )
    model = read(str(path))
    config = model.extras["saved", "bn"]
    assert (model.format, model.keras, config.axis, config.input_shape) == ("yaml", "2.2.4-tf", (1,), (None, 4))


def test_tensorflow_js(tmp_path: Path) -> None:
    inner = {"class_name": "Sequential", "config": {"name": "net", "layers": [norm("bn")]}}
    whole = {
        "format": "layers-model",
        "modelTopology": {"keras_version": "2.11.0", "backend": "tensorflow", "model_config": inner},
    }
    model = read(str(written(tmp_path / "model.json", whole)))
    assert (model.format, model.keras) == ("tfjs", "2.11.0")
    assert model.extras["saved", "bn"].at == ("modelTopology", "model_config", "config", "layers", 0)


def test_the_bytes_decide_and_not_the_name(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.h5", functional("net", source(), norm("bn", new("inputs"))))
    assert read(str(path), weights=False).format == "keras"
    path = written(tmp_path / "m.keras", document(functional("net", source(), norm("bn", old("inputs")))))
    assert read(str(path)).format == "json"


@pytest.mark.parametrize(
    ("version", "package"),
    [
        ("3.15.1", "keras"),
        ("2.15.0", "tf.keras"),
        ("2.2.4-tf", "tf.keras"),
        ("2.3.1", "keras"),
        ("1.2.2", "keras"),
        (None, "keras"),
    ],
)
def test_the_package_that_wrote_it(version: str | None, package: str) -> None:
    assert package_of(version) == package


# --------------------------------------------------------------------------------------------------------- the weights


def arrays(prefix: str, suffix: str = "", start: float = 0.0) -> dict[str, Any]:
    parts = ("gamma", "beta", "moving_mean", "moving_variance")
    return {f"{prefix}/{part}{suffix}": [start + index + 0.5, start + index + 1.5] for index, part in enumerate(parts)}


def means(model: SavedModel) -> dict[str, float | None]:
    assert model.weights is not None
    return {
        model.locations[address]: each.moving_mean.minimum if each.moving_mean else None
        for address, each in model.weights.items()
    }


TWO_NORMS = functional(
    "net", source(), functional("base", source("base_in"), norm("bn", old("base_in")), calls=[old("inputs")]),
    norm("bn", old(("base", 1))), layer("Dense", "head", old("bn")),
)  # fmt: skip


@pytest.mark.parametrize("suffix", [":0", ""])
def test_weights_by_the_names_of_layers(suffix: str, tmp_path: Path) -> None:
    import json

    found = {
        **arrays("model_weights/base/bn", suffix), **arrays("model_weights/bn/bn", suffix, 10.0),
        f"model_weights/head/head/bias{suffix}": [0.0, 0.0], "optimizer_weights/Adam/iteration:0": 7,
    }  # fmt: skip
    path = hdf5(
        tmp_path / "m.h5", found, model_config=json.dumps(TWO_NORMS), keras_version="2.11.0", backend="tensorflow"
    )
    model = read(str(path))
    assert (model.format, model.keras, model.backend) == ("h5", "2.11.0", "tensorflow")
    assert means(model) == {"base/bn": 2.5, "bn": 12.5}
    assert model.others is not None
    assert (model.others.biases, model.others.moved_biases, model.others.steps) == (1, 0, 7)
    assert model.others.trained is True


def variables(prefix: str, start: float = 0.0) -> dict[str, Any]:
    return {f"{prefix}/vars/{index}": [start + index + 0.5, start + index + 1.5] for index in range(4)}


@pytest.mark.parametrize("named", [True, False])
def test_weights_by_counted_classes(named: bool, tmp_path: Path) -> None:
    entry = functional(
        "net",
        source(),
        norm("z", new("inputs")),
        norm("a", new("z")),
        TWO_NORMS["config"]["layers"][1],
        layer("Dense", "d", new("a")),
    )
    found = {
        **variables("layers/batch_normalization"), **variables("layers/batch_normalization_1", 10.0),
        **variables("layers/functional/layers/batch_normalization", 20.0),
        "layers/dense/vars/0": [[1.0]], "layers/dense/vars/1": [0.5], "optimizer/vars/0": 3,
    }  # fmt: skip
    names = {
        "layers/batch_normalization/vars": "z", "layers/batch_normalization_1/vars": "a",
        "layers/functional/vars": "base",
        "layers/functional/layers/batch_normalization/vars": "bn",
    }  # fmt: skip
    weights = hdf5(tmp_path / "w.h5", found, names if named else None).read_bytes()
    model = read(str(archive(tmp_path / "m.keras", entry, weights=weights)))
    assert means(model) == {"z": 2.5, "a": 12.5, "base/bn": 22.5}
    assert model.others is not None
    assert (model.others.moved_affine, model.others.steps) == (6, 3)


def test_figures_of_weights(tmp_path: Path) -> None:
    found = {
        "model_weights/bn/bn/gamma:0": [0.0, 1.0, 1e-9], "model_weights/bn/bn/beta:0": [0.0, 0.0, 0.0],
        "model_weights/bn/bn/moving_mean:0": [float("nan"), float("inf"), -1.0],
        "model_weights/bn/bn/moving_variance:0": [-1.0, 1e-9, 1e7],
    }  # fmt: skip
    import json

    entry = functional("net", source(), norm("bn", old("inputs")))
    model = read(str(hdf5(tmp_path / "m.h5", found, model_config=json.dumps(entry))))
    assert model.weights is not None
    bn = model.weights["saved", "bn"]
    assert bn.gamma and bn.beta and bn.moving_mean and bn.moving_variance
    assert (bn.gamma.near_zero, bn.beta.at_start, bn.moving_mean.nan, bn.moving_mean.infinite) == (2, 3, 1, 1)
    assert (bn.moving_variance.negative, bn.moving_variance.tiny, bn.moving_variance.huge) == (1, 2, 1)
    assert bn.are_initial is False and bn.affine_is_initial is False


def test_weights_without_a_config(tmp_path: Path) -> None:
    model = read(str(hdf5(tmp_path / "w.weights.h5", {**arrays("base/bn_0", ":0"), "head/head/bias:0": [1.0]})))
    assert (model.format, [model.locations[each] for each in model.order]) == ("weights", ["base/bn_0"])
    assert means(model) == {"base/bn_0": 2.5} and model.others is not None and model.others.moved_biases == 1
    model = read(str(hdf5(tmp_path / "v.weights.h5", {**variables("b"), "d/vars/0": [[1.0]]}, {"b/vars": "norm"})))
    assert means(model) == {"norm": 2.5}
    assert calls(model, "norm") == [None]


def test_a_subclassed_model_shows_what_its_weights_are(tmp_path: Path) -> None:
    entry = {"class_name": "Net", "config": {"trainable": True}, "module": None, "registered_name": "Net"}
    weights = hdf5(tmp_path / "w.h5", variables("b"), {"b/vars": "norm"}).read_bytes()
    model = read(str(archive(tmp_path / "m.keras", entry, weights=weights)))
    assert means(model) == {"norm": 2.5}
    record = model.heap["saved", "norm"]
    assert record.momentum is None and record.trainable is None


def test_without_h5py_the_weights_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bnlint.saved_models.hdf5.find_spec", lambda name: None)
    model = read(
        str(archive(tmp_path / "m.keras", functional("net", source(), norm("bn", new("inputs"))), weights=b"x"))
    )
    assert model.weights is None and "bnlint[models]" in model.notes[-1]
