from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from bnlint.probe.errors import CannotProbe
from bnlint.probe.samples import Wanted, chosen, take

X = np.arange(40, dtype=np.float64).reshape(20, 2)
Y = np.arange(20) % 2


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(*data: str, wanted: Wanted | None = None) -> str:
    with pytest.raises(CannotProbe) as caught:
        take(data, wanted or Wanted())
    return f"{caught.value} {caught.value.advice}"


def test_an_archive_of_inputs_and_labels() -> None:
    np.savez("s.npz", x=X, y=Y)
    sample = take(["s.npz"], Wanted())
    assert (sample.size, sample.available) == (20, 20)
    assert sample.inputs[0].values.dtype == np.float32
    assert sample.labels[0].values.tolist() == Y.tolist()


def test_several_inputs_by_name() -> None:
    np.savez("s.npz", image=X, age=Y, y_left=Y, y_right=X)
    sample = take(["s.npz"], Wanted())
    assert [each.name for each in sample.inputs] == ["image", "age"]
    assert [each.name for each in sample.labels] == ["left", "right"]


def test_a_part_is_drawn_at_random_in_its_own_order() -> None:
    np.savez("s.npz", x=X)
    sample = take(["s.npz"], Wanted(samples=7))
    rows = sample.inputs[0].values[:, 0] / 2
    assert (sample.size, sample.available, sample.labels) == (7, 20, ())
    assert rows.tolist() == sorted(rows) == chosen(20, 7).tolist() != list(range(7))


def test_a_pair_of_files_and_one_alone() -> None:
    np.save("x.npy", X)
    np.save("y.npy", Y)
    assert take(["x.npy", "y.npy"], Wanted()).labels[0].values.tolist() == Y.tolist()
    assert take(["x.npy"], Wanted()).labels == ()


def test_inputs_are_rescaled_and_labels_are_not() -> None:
    np.savez("s.npz", x=X.astype(np.uint8), y=Y)
    sample = take(["s.npz"], Wanted(scale=0.5, offset=-1))
    assert sample.inputs[0].values[1].tolist() == [0.0, 0.5]
    assert sample.labels[0].values.max() == 1


def test_what_is_no_sample_is_said() -> None:
    np.save("x.npy", X)
    np.save("short.npy", Y[:3])
    np.savez("only.npz", y=Y)
    np.savez("odd.npz", x=X, y=Y[:4])
    np.savez("words.npz", x=np.array(["a", "b"]))
    np.savez("hole.npz", x=np.array([1.0, np.nan]))
    np.savez("one.npz", x=X[:1])
    np.save("objects.npy", np.array([{}, {}], dtype=object), allow_pickle=True)
    Path("notes.txt").write_text("x")
    assert "no such file" in refused("absent.npz") + refused("absent")
    assert "x.npy has 20 examples, short.npy 3" in refused("x.npy", "short.npy")
    assert "no inputs" in refused("only.npz")
    assert "not equally long: x 20, y 4" in refused("odd.npz")
    assert "holds <U1, and no numbers" in refused("words.npz")
    assert "NaN" in refused("hole.npz")
    assert "two are the least" in refused("one.npz")
    assert "Save plain arrays" in refused("objects.npy")
    assert "no sample of this kind" in refused("notes.txt")
    assert "is no sample" in refused("x.npy", "notes.txt")


# ------------------------------------------------------------------------------------------------- module:function


def test_batches_of_a_function_until_there_are_enough() -> None:
    Path("my_data.py").write_text(
        "import numpy as np\n"
        "def endless():\n"
        "    while True:\n"
        "        yield np.ones((8, 3)), np.zeros(8)\n"
        "def named():\n"
        "    return [({'a': np.ones((4, 2)), 'b': np.zeros((4, 1))}, np.zeros(4))]\n"
        "def wrong():\n"
        "    raise KeyError('x')\n"
        "def none():\n"
        "    return []\n"
    )
    sample = take(["my_data:endless"], Wanted(samples=20))
    assert (sample.size, sample.available) == (20, None)
    assert [each.name for each in take(["my_data:named"], Wanted()).inputs] == ["a", "b"]
    assert "it raised KeyError" in refused("my_data:wrong")
    assert "yields no batch" in refused("my_data:none")
    assert "has no `absent`" in refused("my_data:absent")
    assert "No module named 'no_such_module'" in refused("no_such_module:f")


# ------------------------------------------------------------------------------------------------- images


def test_a_folder_of_images_by_class() -> None:
    image = pytest.importorskip("PIL.Image")
    for name, colour in (("b_dogs", 200), ("a_cats", 100)):
        Path("photos", name).mkdir(parents=True)
        for number in range(3):
            image.new("RGB", (10, 6), (colour, 0, 0)).save(f"photos/{name}/{number}.png")
    sample = take(["photos"], Wanted(image_size=(4, 5), scale=1 / 100))
    assert sample.classes == ("a_cats", "b_dogs")
    assert sample.inputs[0].values.shape == (6, 4, 5, 3)
    assert sample.labels[0].values.tolist() == [0, 0, 0, 1, 1, 1]
    assert sample.inputs[0].values[0, 0, 0].tolist() == pytest.approx([1.0, 0, 0])
    assert sample.inputs[0].values[3, 0, 0, 0] == pytest.approx(2.0)
    grey = take(["photos"], Wanted().fitted((None, 8, 8, 1)))
    assert grey.inputs[0].values.shape == (6, 8, 8, 1)
    assert "--image-size" in refused("photos")


def test_a_folder_without_images() -> None:
    pytest.importorskip("PIL.Image")
    Path("empty").mkdir()
    assert "there are no images in it" in refused("empty")


# ------------------------------------------------------------------------------------------------- TFRecord


def test_records_by_their_specification() -> None:
    Path("s.tfrecord").write_bytes(b"".join(record(row) for row in range(5)))
    write_spec(values={"kind": "float"}, raw={"kind": "raw", "dtype": "uint8", "shape": [2]}, label=LABEL)
    sample = take(["s.tfrecord"], Wanted(features="spec.json"))
    assert [each.name for each in sample.inputs] == ["values", "raw"]
    assert sample.inputs[0].values.tolist() == [[row, row + 0.5] for row in range(5)]
    assert sample.inputs[1].values.tolist() == [[row, 7] for row in range(5)]
    assert sample.labels[0].values.tolist() == [0, -1, -2, -3, -4]


def test_what_is_wrong_with_records_is_said() -> None:
    Path("s.tfrecord").write_bytes(record(0) + record(1))
    Path("cut.tfrecord").write_bytes(record(0)[:-3])
    assert "Give `--features SPEC.json`" in refused("s.tfrecord")
    spec = Wanted(features="spec.json")
    write_spec(absent={"kind": "float"})
    assert "has no feature `absent`; it has label, raw, values" in refused("s.tfrecord", wanted=spec)
    write_spec(label={"kind": "float"})
    assert "`label` of record 0: it is not float" in refused("s.tfrecord", wanted=spec)
    write_spec(values={"kind": "float", "shape": [3]})
    assert "cannot reshape" in refused("s.tfrecord", wanted=spec)
    write_spec(values={"kind": "floot"})
    assert "its kind is 'floot'" in refused("s.tfrecord", wanted=spec)
    write_spec(label=LABEL)
    assert "it names no input" in refused("s.tfrecord", wanted=spec)
    write_spec(values={"kind": "float"})
    assert "no TFRecord file, or cut off, at byte 0" in refused("cut.tfrecord", wanted=spec)


LABEL = {"kind": "int", "role": "label"}


def write_spec(**features: object) -> None:
    Path("spec.json").write_text(json.dumps(features))


def record(row: int) -> bytes:
    """A record with float, bytes and int features, as TensorFlow writes it (without checksums, which are not read)."""
    features = {
        "values": field(2, field(1, struct.pack("<2f", row, row + 0.5))),
        "raw": field(1, field(1, bytes([row, 7]))),
        "label": field(3, field(1, number(-row & (1 << 64) - 1))),
    }
    entries = b"".join(field(1, field(1, name.encode()) + field(2, value)) for name, value in features.items())
    data = field(1, entries)
    return struct.pack("<Q", len(data)) + b"\0" * 4 + data + b"\0" * 4


def field(key: int, content: bytes) -> bytes:
    return bytes([key << 3 | 2]) + number(len(content)) + content


def number(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])


@pytest.mark.tensorflow
def test_records_that_tensorflow_has_written() -> None:
    tf = pytest.importorskip("tensorflow")
    numbers = np.array([[1, -2, 1 << 40], [0, 7, -(1 << 40)]])
    with tf.io.TFRecordWriter("s.tfrecord") as writer:
        for row, value in enumerate(numbers):
            raw = np.array([row, 3], np.float32).tobytes()
            features = {
                "label": tf.train.Feature(int64_list=tf.train.Int64List(value=value)),
                "x": tf.train.Feature(float_list=tf.train.FloatList(value=[row, 0.25])),
                "raw": tf.train.Feature(bytes_list=tf.train.BytesList(value=[raw])),
            }
            writer.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())
    write_spec(x={"kind": "float"}, raw={"kind": "raw", "dtype": "float32"}, label=LABEL)
    sample = take(["s.tfrecord"], Wanted(features="spec.json"))
    assert sample.labels[0].values.tolist() == numbers.tolist()
    assert [each.values.tolist() for each in sample.inputs] == [[[0, 0.25], [1, 0.25]], [[0, 3], [1, 3]]]


@pytest.mark.tensorflow
def test_a_tf_data_dataset_from_a_function() -> None:
    pytest.importorskip("tensorflow")
    Path("my_datasets.py").write_text(
        "import numpy as np, tensorflow as tf\n"
        "def batches():\n"
        "    return tf.data.Dataset.from_tensor_slices((np.ones((20, 3)), np.arange(20))).batch(8)\n"
    )
    sample = take(["my_datasets:batches"], Wanted(samples=18))
    assert sample.labels[0].values.tolist() == list(range(18))
