"""SavedModel folders, built from the bytes up: layers of Keras 2, variables, and where the serving graph normalizes."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.reading import read
from bnlint.saved_models.wire import Budget, Message
from tests.saved_models.files import document, functional, layer, norm, old, source


def varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def message(*fields: tuple[int, Any]) -> bytes:
    """A protocol buffer from numbers, texts and inner messages."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def op(name: str, kind: str, *inputs: str, **attributes: bytes) -> bytes:
    """A node of a graph."""
    made = [(5, message((1, key), (2, value))) for key, value in attributes.items()]
    return message((1, name), (2, kind), *((3, each) for each in inputs), *made)


def calling(name: str, function: str) -> bytes:
    return op(name, "StatefulPartitionedCall", f=message((10, message((1, function)))))


def flag(value: bool) -> bytes:
    return message((5, int(value)))


def function(name: str, *ops: bytes) -> bytes:
    return message((1, message((1, name))), *((3, each) for each in ops))


def graph(main: list[bytes], functions: list[bytes], objects: list[bytes], output: str = "call") -> bytes:
    """``saved_model.pb`` with a serving signature."""
    library = message(*((1, each) for each in functions))
    signature = message((2, message((1, "out"), (2, message((1, f"{output}:0"))))))
    meta = message(
        (2, message(*((1, each) for each in main), (2, library))),
        (5, message((1, "serving_default"), (2, signature))),
        (7, message(*((1, each) for each in objects))),
    )
    return message((1, 1), (2, meta))


def held(**children: int) -> list[tuple[int, bytes]]:
    return [(1, message((1, index), (2, name))) for name, index in children.items()]


def keras_object(kind: str = "layer", **children: int) -> bytes:
    return message(*held(**children), (4, message((1, f"_tf_keras_{kind}"))))


def variable(name: str) -> bytes:
    return message((7, message((1, 1), (6, name))))


def folder(tmp_path: Path, pb: bytes, metadata: dict[int, Any] | None = None) -> Path:
    made = tmp_path / "model"
    (made / "variables").mkdir(parents=True)
    (made / "saved_model.pb").write_bytes(pb)
    if metadata is not None:
        nodes = [
            (1, message((2, index), (3, "root"), (4, "_tf_keras_layer"), (5, json.dumps(each))))
            for index, each in metadata.items()
        ]
        (made / "keras_metadata.pb").write_bytes(message(*nodes))
    return made


OBJECTS = [
    keras_object("network", **{"layer-0": 1, "layer-1": 2}), keras_object("input_layer"),
    keras_object(gamma=3, moving_mean=4), variable("bn/gamma"), variable("bn/moving_mean"),
]  # fmt: skip
NET = functional(
    "net", source(), norm("bn", old("inputs", training=True), momentum=0.9), layer("Dense", "d", old("bn"))
)
METADATA = {0: {**document(NET), "trainable": True}, 2: {**norm("bn"), "trainable": True}}


def batchnorm(scope: str, *moments: bytes) -> list[bytes]:
    """The arithmetic as TensorFlow writes it out."""
    start = f"{scope}/moments/variance:output:0" if moments else f"{scope}/read:value:0"
    return [
        op(f"{scope}/read", "ReadVariableOp", "argument"), *moments, op(f"{scope}/batchnorm/add/y", "Const"),
        op(f"{scope}/batchnorm/add", "AddV2", start, f"{scope}/batchnorm/add/y:output:0"),
        op(f"{scope}/batchnorm/Rsqrt", "Rsqrt", f"{scope}/batchnorm/add:z:0"),
    ]  # fmt: skip


MOMENTS = op("net/bn/moments/variance", "Mean", "x")


@pytest.mark.parametrize(
    ("ops", "found"),
    [
        ([op("net/bn/FusedBatchNormV3", "FusedBatchNormV3", "x", is_training=flag(False))], [("bn", False, "moving")]),
        (
            [op("net/bn/FusedBatchNormV3", "FusedBatchNormV3", "x", is_training=flag(True))],
            [("bn", True, "is_training")],
        ),
        ([op("net/bn/FusedBatchNormV3", "FusedBatchNormV3", "x")], [("bn", True, "is_training")]),
        (batchnorm("net/bn"), [("bn", False, "moving")]),
        (batchnorm("net/bn", MOMENTS), [("bn", True, "moments")]),
        (batchnorm("net/bn_1"), [("bn", False, "moving")]),
        ([op("net/ln/FusedBatchNormV3", "FusedBatchNormV3", "x")], []),
        ([op("net/bn/Other", "Mul", "x")], []),
        (batchnorm("net/ln", op("net/ln/moments/variance", "Mean", "x")), []),
    ],
)
def test_where_the_serving_graph_normalizes(ops: list[bytes], found: list[Any], tmp_path: Path) -> None:
    unused = function("training", op("net/bn/FusedBatchNormV3", "FusedBatchNormV3", "x"))
    pb = graph(
        [calling("call", "outer")], [function("outer", calling("x", "inner")), function("inner", *ops), unused], OBJECTS
    )
    model = read(str(folder(tmp_path, pb, METADATA)))
    assert model.serving is not None
    assert [(each.layer, each.by_batch, each.how) for each in model.serving] == found


def test_layers_of_keras_2(tmp_path: Path) -> None:
    model = read(str(folder(tmp_path, graph([calling("call", "f")], [], OBJECTS), METADATA)))
    assert (model.format, model.keras, model.order) == ("saved_model", "2.15.0", (("saved", "bn"),))
    assert model.heap["saved", "bn"].momentum == 0.9
    assert model.weights is None and "weights were not read" in model.notes[-1]
    inside = read(str(tmp_path / "model" / "saved_model.pb"))
    assert inside.order == model.order


def test_layers_inside_classes_of_somebody_are_in_the_objects(tmp_path: Path) -> None:
    objects = [keras_object("model", block=1), keras_object("layer", bn=2), keras_object()]
    metadata = {
        0: {"class_name": "Net", "name": "net", "trainable": True},
        1: {"class_name": "Block", "name": "block", "config": {"name": "block"}, "trainable": True},
        2: {**norm("norm", momentum=0.8), "trainable": False},
    }
    model = read(str(folder(tmp_path, graph([], [], objects), metadata)))
    assert [model.locations[each] for each in model.order] == ["block/norm"]
    record = model.heap["saved", "block", "norm"]
    assert (record.momentum, record.trainable) == (0.8, False)


def test_an_export_shows_its_variables(tmp_path: Path) -> None:
    names = [
        "d/kernel",
        "bn/gamma",
        "bn/beta",
        "bn/moving_mean",
        "bn/moving_variance",
        "block/n/moving_mean",
        "block/n/moving_variance",
    ]
    objects = [message(*held(variables=1), (4, message((1, "_generic_user_object"))))]
    objects.append(message(*held(**{str(index): index + 2 for index in range(len(names))})))
    objects += [variable(name) for name in names]
    model = read(
        str(folder(tmp_path, graph([calling("call", "f")], [function("f", *batchnorm("net_1/bn_1"))], objects)))
    )
    assert (model.format, [model.locations[each] for each in model.order]) == ("export", ["bn", "n"])
    assert model.heap["saved", "bn"].affine and not model.heap["saved", "n"].affine
    assert model.serving is not None and [each.by_batch for each in model.serving] == [False]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x12",
        b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\x13\x00",
        b"\x12\x03\x12\x05\x00",
        b"\xff" * 400,
    ],
)
def test_protocol_buffers_that_are_damaged(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read(str(folder(tmp_path, data)))


def test_protocol_buffers_cut_off_anywhere(tmp_path: Path) -> None:
    pb = graph([calling("call", "inner")], [function("inner", *batchnorm("net/bn"))], OBJECTS)
    made = folder(tmp_path, pb, METADATA)
    for end in range(1, len(pb), 7):
        (made / "saved_model.pb").write_bytes(pb[:end])
        try:
            read(str(made))
        except Unreadable as error:
            assert "\n" not in str(error)


def test_a_budget_bounds_the_work() -> None:
    data = memoryview(b"\x08\x01" * 1000)
    assert len(list(Message(data, Budget(1000)))) == 1000
    with pytest.raises(Unreadable, match="more fields"):
        list(Message(data, Budget(999)))


def test_an_index_that_is_damaged_leaves_the_graph(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    made = folder(tmp_path, graph([calling("call", "f")], [], OBJECTS), METADATA)
    for data in (b"", b"\0" * 100, b"\xff" * 40 + struct.pack("<Q", 0xDB4775248B80FB57)):
        (made / "variables" / "variables.index").write_bytes(data)
        model = read(str(made))
        assert model.weights is None and "weights were not read" in model.notes[-1]


def test_layers_without_the_objects_that_they_are_of(tmp_path: Path) -> None:
    """Found by `tools/fuzz_saved_models.py`: metadata of Keras beside a graph whose list of objects is gone."""
    model = read(str(folder(tmp_path, graph([], [], []), METADATA)))
    assert (model.format, model.order) == ("export", ())


def test_objects_inside_each_other_without_end(tmp_path: Path) -> None:
    chain = [keras_object(inner=index + 1) for index in range(300)]
    objects = [*chain, keras_object()]
    with pytest.raises(Unreadable, match="nested too deeply"):
        read(str(folder(tmp_path, graph([], [], objects), METADATA)))
