"""Files that are damaged, that are something else, or that were made to do harm."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.reading import read
from tests.saved_models.files import archive, functional, hdf5, layer, new, norm, old, source, written

GOOD = functional("net", source(), norm("bn", new("inputs")))
ROOT = Path(__file__).parents[2]
MOST = 300 << 20


def refused(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read(str(path))
    said = str(caught.value)
    assert "\n" not in said and len(said) < 300
    return said


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# ------------------------------------------------------------------------------------------------------ other things


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n", "Git LFS"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"\n <HTML>", "web page"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (pickle.dumps({"a": 1}), "pickle"),
        (b"\x1c\x00\x00\x00TFL3\x00", "TensorFlow Lite"),
        (b"[1, 2]", "JSON list"),
        (b"{}", "not that of a Keras model"),
        (b'{"class_name": "Functional"}', "not that of a Keras model"),
        (b'{"class_name": "Functional", "config": 3}', "not that of a Keras model"),
        (b'{"a": ', "not valid JSON"),
        (b'{"a": ' + b"1" * 5000 + b"}", "not valid JSON"),
        (b'{"modelTopology": {"node": []}}', "graph model"),
        (b"\xff\xfe\x00\x01", "no model"),
        (b"a: [1\n", "not valid YAML"),
        (b"a: 1\n", "not that of a Keras model"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"PK\x03\x04", "cut off"),
    ],
)
def test_what_is_no_model(data: bytes, said: str, tmp_path: Path) -> None:
    if "HDF5" in said:
        pytest.importorskip("h5py")
    assert said in refused(put(tmp_path / "model.bin", data))


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    assert "saved_model.pb" in refused(tmp_path)


# ---------------------------------------------------------------------------------------------------------- archives


def test_archives_that_are_cut_off(tmp_path: Path) -> None:
    data = archive(tmp_path / "m.keras", GOOD).read_bytes()
    for end in range(10, len(data) - 1, 97):
        refused(put(tmp_path / "cut.keras", data[:end]))


def test_a_config_that_unpacks_to_too_much(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.keras", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", b" " * (32 << 20))
    assert "compressed beyond" in refused(tmp_path / "bomb.keras")


def test_a_list_of_members_that_lies_about_the_size(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.keras", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", b" " * (8 << 20))
    data = (tmp_path / "m.keras").read_bytes().replace(struct.pack("<L", 8 << 20), struct.pack("<L", 100))
    refused(put(tmp_path / "lie.keras", data))


def test_members_too_many(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as file:
        for index in range(25_000):
            file.writestr(str(index), b"")
        file.writestr("config.json", json.dumps(GOOD))
    assert "more members" in refused(tmp_path / "m.keras")


def test_an_archive_around_a_model(tmp_path: Path) -> None:
    archive(tmp_path / "inner.keras", GOOD)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as file:
        file.write(tmp_path / "inner.keras", "folder/inner.keras")
    assert "`folder/inner.keras`" in refused(tmp_path / "outer.zip")


def test_names_that_climb_out_are_never_followed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = archive(folder / "m.keras", GOOD)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("../climbed.txt", b"x")
        file.writestr("/tmp/bnlint-climbed", b"x")
    assert read(str(path), weights=False).order == (("saved", "bn"),)
    assert os.listdir(tmp_path) == ["in"] and os.listdir(folder) == ["m.keras"]
    assert not os.path.exists("/tmp/bnlint-climbed")


def test_weights_in_an_archive_that_are_damaged_leave_the_graph(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    model = read(str(archive(tmp_path / "m.keras", GOOD, weights=b"\x89HDF\r\n\x1a\n" + b"\xff" * 500)))
    assert model.order == (("saved", "bn"),) and model.weights is None
    assert "weights were not read" in model.notes[-1]


# ------------------------------------------------------------------------------------------------------ JSON and YAML


@pytest.mark.parametrize("depth", [300, 100_000])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
def test_json_nested_too_deeply(depth: int, opens: str, closes: str, tmp_path: Path) -> None:
    text = '{"class_name": "Sequential", "config": ' + opens * depth + "0" + closes * depth + "}"
    assert "too deeply" in refused(put(tmp_path / "m.json", text.encode()))


def test_models_nested_too_deeply(tmp_path: Path) -> None:
    entry: dict[str, Any] = norm("bn")
    for index in range(70):
        entry = {"class_name": "Sequential", "config": {"name": f"m{index}", "layers": [entry]}}
    assert "nested too deeply" in refused(written(tmp_path / "m.json", entry))


def test_json_that_would_fill_the_memory(tmp_path: Path) -> None:
    assert "larger than" in refused(put(tmp_path / "m.json", b'{"a": [' + b"{}," * 2_000_000 + b"{}]}"))


def test_models_that_call_each_other_without_end(tmp_path: Path) -> None:
    entry = norm("bn", old("i"))
    for index in range(40):
        entry = functional(
            f"m{index}", source("i"), entry, layer("Add", "add", old((entry["name"], 0), (entry["name"], 1))),
            calls=[old("i"), old("i")],
        )  # fmt: skip
        entry["config"]["layers"][1]["inbound_nodes"] = [old("i"), old("i")]
    assert "called by each other" in refused(written(tmp_path / "m.json", entry))


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        3,
        "x",
        {},
        [[]],
        [None],
        {"a": 1},
        [["x"]],
        [[["x", 0]]],
        [[["x", "y", 0]]],
        [{"args": 3}],
        [{"kwargs": []}],
        -1,
    ],
)
@pytest.mark.parametrize("key", ["inbound_nodes", "config", "name", "class_name", "build_config", "shared_object_id"])
def test_values_of_other_types(key: str, value: Any, tmp_path: Path) -> None:
    entry = functional("net", source(), norm("bn", new("inputs")), norm("last", new("bn")))
    entry["config"]["layers"][1][key] = value
    with contextlib.suppress(Unreadable):
        read(str(written(tmp_path / "m.json", entry)))


@pytest.mark.parametrize(
    "value", [None, [], 3, "x", {"a": []}, [[0]], [["inputs", 0, 0, 0, 0]], float("nan"), 10**400, "\ud800"]
)
@pytest.mark.parametrize(
    "key", ["layers", "input_layers", "output_layers", "axis", "momentum", "epsilon", "trainable", "name", "dtype"]
)
def test_arguments_of_other_types(key: str, value: Any, tmp_path: Path) -> None:
    for at in (0, 1):
        entry = functional("net", source(), norm("bn", new("inputs")))
        (entry if at else entry["config"]["layers"][1])["config"][key] = value
        try:
            model = read(str(written(tmp_path / "m.json", entry)))
        except Unreadable:
            continue
        for location in model.locations.values():
            location.encode()


@pytest.mark.parametrize("name", ["x" * 300_000, "a/" * 20_000])
def test_names_that_are_longer_than_any(name: str, tmp_path: Path) -> None:
    """The location of a layer has the names of all models around it: 58 of 300,000 characters took 1.2 GB."""
    entry: dict[str, Any] = norm("bn")
    for index in range(20):
        entry = {"class_name": "Sequential", "config": {"name": f"{name}{index}", "layers": [entry]}}
    assert "longer names" in refused(written(tmp_path / "m.json", entry))


def test_locations_that_are_longer_than_any_together(tmp_path: Path) -> None:
    entry: dict[str, Any] = {"class_name": "Sequential", "config": {"name": "m", "layers": [norm("bn")] * 1000}}
    for index in range(20):
        entry = {"class_name": "Sequential", "config": {"name": f"{'m' * 900}{index}", "layers": [entry]}}
    assert "longer names" in refused(written(tmp_path / "m.json", entry))


def test_layers_of_one_name_cost_no_more_than_others(tmp_path: Path) -> None:
    """Each was looked for behind all those before it: minutes for 60,000."""
    entry = {"class_name": "Sequential", "config": {"name": "m", "layers": [norm("bn")] * 15_000}}
    start = time.process_time()
    model = read(str(written(tmp_path / "m.json", entry)))
    assert len(model.order) == 15_000 and len(set(model.order)) == 15_000
    assert time.process_time() - start < 20


def test_yaml_that_asks_for_python(tmp_path: Path) -> None:
    said = refused(put(tmp_path / "m.yaml", b"a: !!python/object/apply:os.system ['touch /tmp/bnlint-ran']\n"))
    assert "os.system" in said and not os.path.exists("/tmp/bnlint-ran")
    refused(put(tmp_path / "m.yaml", b"a: !!python/name:os.system\n"))
    refused(put(tmp_path / "m.yaml", b"a: !!python/object/new:os.system.ListWrapperX [1]\n"))


def test_yaml_whose_aliases_multiply(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 9)]
    assert "aliases" in refused(put(tmp_path / "m.yaml", "\n".join(lines).encode()))


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "[" * 50_000 + ":", "a:\n" + "- " * 50_000 + "b"])
def test_yaml_without_an_end(text: str, tmp_path: Path) -> None:
    refused(put(tmp_path / "m.yaml", ("x: 1\n" + text).encode()))


# --------------------------------------------------------------------------------------------------------------- HDF5

CONFIG = json.dumps(functional("net", source(), norm("bn", old("inputs"))))
BN = {f"model_weights/bn/bn/{part}:0": [1.0] for part in ("gamma", "beta", "moving_mean", "moving_variance")}


def changed(tmp_path: Path, change: Callable[[Any, Any], None]) -> Path:
    """A good HDF5 model after a change."""
    path = hdf5(tmp_path / "m.h5", BN, model_config=CONFIG)
    import h5py

    with h5py.File(path, "a") as file:
        change(h5py, file)
    return path


def links(h5py: Any, file: Any) -> None:
    file["model_weights/out"] = h5py.ExternalLink("/etc/passwd", "/")
    file["model_weights/soft"] = h5py.SoftLink("/model_weights")
    file["model_weights/nowhere"] = h5py.SoftLink("/nowhere")


def circle(h5py: Any, file: Any) -> None:
    file["model_weights/bn/again"] = file["model_weights"]


def virtual(h5py: Any, file: Any) -> None:
    del file["model_weights/bn/bn/gamma:0"]
    layout = h5py.VirtualLayout(shape=(1,), dtype="f4")
    layout[0:1] = h5py.VirtualSource("/etc/hostname", "x", shape=(1,))
    file.create_virtual_dataset("model_weights/bn/bn/gamma:0", layout)


def external(h5py: Any, file: Any) -> None:
    del file["model_weights/bn/bn/gamma:0"]
    file.create_dataset("model_weights/bn/bn/gamma:0", shape=(4,), dtype="f4", external=[("/etc/hostname", 0, 16)])


def unbounded(h5py: Any, file: Any) -> None:
    del file["model_weights/bn/bn/gamma:0"]
    file.create_dataset("model_weights/bn/bn/gamma:0", shape=(1 << 40,), dtype="f8", chunks=(1 << 20,))


def wide_chunks(h5py: Any, file: Any) -> None:
    del file["model_weights/bn/bn/gamma:0"]
    file.create_dataset(
        "model_weights/bn/bn/gamma:0", shape=(16,), maxshape=(None,), dtype="f8", chunks=(1 << 27,), compression="gzip"
    )


def references(h5py: Any, file: Any) -> None:
    del file["model_weights/bn/bn/gamma:0"]
    file.create_dataset("model_weights/bn/bn/gamma:0", data=[file.ref], dtype=h5py.ref_dtype)


@pytest.mark.parametrize("change", [links, circle, virtual, external, unbounded, wide_chunks, references])
def test_hdf5_that_leads_elsewhere(change: Callable[[Any, Any], None], tmp_path: Path) -> None:
    model = read(str(changed(tmp_path, change)))
    assert model.order == (("saved", "bn"),) and model.weights is not None
    assert (model.weights["saved", "bn"].gamma is None) is (change not in (links, circle))
    assert model.weights["saved", "bn"].beta is not None
    assert (change is links) is any("is a link" in note for note in model.notes)


def test_hdf5_with_an_endless_chain_of_groups(tmp_path: Path) -> None:
    def chain(h5py: Any, file: Any) -> None:
        file.create_group("/".join("g" * 200))

    assert "deeper" in refused(changed(tmp_path, chain))


def test_hdf5_cut_off_and_overwritten(tmp_path: Path) -> None:
    data = hdf5(tmp_path / "m.h5", BN, model_config=CONFIG).read_bytes()
    for end in range(20, len(data), len(data) // 8):
        refused(put(tmp_path / "cut.h5", data[:end]))
    for at in range(64, len(data), len(data) // 12):
        with contextlib.suppress(Unreadable):
            read(str(put(tmp_path / "holed.h5", data[:at] + b"\xff" * 64 + data[at + 64 :])))


def test_hdf5_of_others(tmp_path: Path) -> None:
    assert "not one that Keras has written" in refused(hdf5(tmp_path / "data.h5", {"images": [[1]], "labels": [1]}))
    assert "without weights" in refused(hdf5(tmp_path / "empty.h5", {}))


# ------------------------------------------------------------------------------------------------------------- memory

MEASURE = """
import re, resource, sys
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.reading import read
try:
    read(sys.argv[1])
    print("read")
except Unreadable as error:
    print(error)
# The kernel hands `ru_maxrss` on to what a large process starts (pytest, with TensorFlow in it), `VmHWM` it does not.
own = int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1])
print(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024)
"""


def most(path: Path) -> tuple[str, int]:
    """What is said of a file, and the most memory that a process took for it."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    said, peak = done.stdout.rsplit("\n", 2)[:2]
    return said, int(peak)


def sparse(path: Path, head: bytes, size: int, tail: bytes = b"") -> Path:
    with open(path, "wb") as file:
        file.write(head)
        file.truncate(size)
        file.seek(size - len(tail))
        file.write(tail)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="no figures of memory")
def test_memory_stays_bounded(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    sparse(folder / "saved_model.pb", b"\x08\x01\x12\xff\xff\xff\xff\x07", 2 << 30)
    made = [
        folder,
        sparse(tmp_path / "a.keras", b"PK\x03\x04", 3 << 30, b"PK\x05\x06" + b"\0" * 18),
        sparse(tmp_path / "a.json", b'{"a": "', 3 << 30),
        sparse(tmp_path / "a.yaml", b"a: x\n", 3 << 30),
        put(tmp_path / "b.json", b'{"a": [' + b"[]," * 1_000_000 + b"[]]}"),
        put(tmp_path / "c.json", b'{"a": [' + b'{"a":1},' * 400_000 + b"0]}"),
        put(tmp_path / "d.json", json.dumps({"a": "\u1234" * 5_000_000}, ensure_ascii=False).encode()),
        put(tmp_path / "b.yaml", b"a: [" + b"1, " * 900_000 + b"1]"),
    ]
    for path in made:
        said, peak = most(path)
        assert said != "read" and peak < MOST, (path.name, said, peak)


@pytest.mark.skipif(sys.platform != "linux", reason="no figures of memory")
def test_memory_of_hdf5_stays_bounded(tmp_path: Path) -> None:
    made = [changed(tmp_path / name, change) for name, change in _folders(tmp_path, unbounded, wide_chunks)]
    made.append(sparse(tmp_path / "a.h5", b"\x89HDF\r\n\x1a\n", 3 << 30))
    for path in made:
        _, peak = most(path)
        assert peak < MOST, (path, peak)


def _folders(tmp_path: Path, *changes: Callable[[Any, Any], None]) -> list[tuple[str, Callable[[Any, Any], None]]]:
    for change in changes:
        (tmp_path / change.__name__).mkdir()
    return [(change.__name__, change) for change in changes]
