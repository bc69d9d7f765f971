"""HDF5 files with other texts, arrays and links in them, written by h5py: files that the library opens."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from random import Random
from typing import Any

from tools.fuzzing import octets, trees

CONFIG = "model_config"
TEXTS = (CONFIG, "training_config", "keras_version", "backend", "name", "layer_names", "weight_names")


def change(data: bytes, random: Random, other: Any = None) -> bytes:
    """The file after one change in what it holds."""
    import h5py

    memory = io.BytesIO(data)
    with h5py.File(memory, "r+") as file:
        random.choice(CHANGES)(h5py, file, random, other)
    return memory.getvalue()


def config_of(data: bytes) -> str | None:
    """The config that a file holds."""
    import h5py

    with h5py.File(io.BytesIO(data), "r") as file:
        found = file.attrs.get(CONFIG)
    return found.decode() if isinstance(found, bytes) else found


def with_config(data: bytes, text: bytes, random: Random) -> bytes:
    """The file with another config, as a text of either kind."""
    import h5py
    import numpy as np

    memory = io.BytesIO(data)
    with h5py.File(memory, "r+") as file:
        fixed = bool(text) and b"\0" not in text and len(text) < 60_000 and random.random() < 0.3
        value = np.bytes_(text) if fixed else text.replace(b"\0", b"")
        file.attrs.create(CONFIG, value, dtype=None if fixed else h5py.string_dtype())
    return memory.getvalue()


def _paths(file: Any) -> list[str]:
    found: list[str] = []
    file.visit(found.append)
    return found


def _one(file: Any, random: Random, kind: type | None = None) -> str:
    paths = [path for path in _paths(file) if kind is None or isinstance(file[path], kind)]
    return random.choice(paths) if paths else "/"


def _attribute(h5py: Any, file: Any, random: Random, other: Any) -> None:
    import numpy as np

    holder = file if random.random() < 0.5 else file[_one(file, random)]
    names = [*holder.attrs, *TEXTS]
    name = random.choice(names)
    value: Any = random.choice(_values(h5py, np, file))
    kind = h5py.string_dtype() if isinstance(value, np.ndarray) and value.dtype == object else None
    holder.attrs.create(name, value, dtype=kind)


def _values(h5py: Any, np: Any, file: Any) -> tuple[Any, ...]:
    return (
        0, 1.5, np.zeros(3), np.zeros((0,)), "", "x", "\u00e9", b"\xff\xfe", np.bytes_(b"{}"), [b"a", b"b"], [b"{}"],
        np.array(["{}"], dtype=object), h5py.Empty("f4"), np.array([[b"x"]]), file.ref, "{" * 500, "2.15.0", "3.12.0",
        "9" * 4000, np.zeros(3, dtype=[("a", "i4"), ("b", "f8")]), np.bool_(True), np.float16(2),
    )  # fmt: skip


def _no_attribute(h5py: Any, file: Any, random: Random, other: Any) -> None:
    holder = file if random.random() < 0.5 else file[_one(file, random)]
    if len(holder.attrs):
        del holder.attrs[random.choice(list(holder.attrs))]


def _gone(h5py: Any, file: Any, random: Random, other: Any) -> None:
    path = _one(file, random)
    if path != "/":
        del file[path]


def _moved(h5py: Any, file: Any, random: Random, other: Any) -> None:
    path = _one(file, random)
    if path != "/":
        file.move(
            path,
            _free(file, random.choice(("x", "model_weights/x", "layers/x", path + "_1", "a" * 300, "vars/0", "é"))),
        )


def _free(file: Any, path: str) -> str:
    while path in file:
        path += "_"
    return path


def _linked(h5py: Any, file: Any, random: Random, other: Any) -> None:
    path, group = _one(file, random), file[_one(file, random, h5py.Group)]
    name = _free(group, random.choice(("again", "gamma:0", "vars", "0", "bn")))
    target: Any = random.choice(
        (
            file[path],
            h5py.SoftLink(path),
            h5py.SoftLink("/nowhere"),
            h5py.SoftLink("."),
            h5py.ExternalLink("/etc/passwd", "/"),
        )
    )
    group[name] = target


def _array(h5py: Any, file: Any, random: Random, other: Any) -> None:
    """An array of another shape or type under the name of one that is there."""
    import numpy as np

    path = _one(file, random, h5py.Dataset)
    if path == "/":
        return
    del file[path]
    made: tuple[dict[str, Any], ...] = (
        {"data": np.float32("nan")}, {"data": np.full(4, np.inf)}, {"data": np.zeros(0)},
        {"data": np.zeros((4, 4), "f4")}, {"data": np.zeros(4, "c16")}, {"data": np.zeros(4, "i8") - 1},
        {"data": np.full(4, 2**64 - 1, "u8")},
        {"data": np.array([b"abc"])}, {"data": ["x", "y"], "dtype": h5py.string_dtype()},
        {"data": np.zeros(3, dtype=[("a", "i4")])}, {"shape": (4,), "dtype": h5py.ref_dtype},
        {"shape": (1 << 40,), "dtype": "f8", "chunks": (1 << 18,)},
        {"shape": (1 << 20,), "dtype": "f8", "chunks": (1 << 20,), "compression": "gzip"},
        {"data": h5py.Empty("f4")}, {"shape": (4,), "dtype": "f4", "external": [("/etc/hostname", 0, 16)]},
        {"shape": (2,), "dtype": h5py.vlen_dtype("f4")}, {"data": np.zeros(4, "?")}, {"data": np.full(4, 1e308)},
        {"shape": (1 << 19,), "dtype": np.dtype(("V", 4000)), "chunks": (1024,)}, {"data": np.zeros(4, np.longdouble)},
        {"shape": (1, 1, 1, 1 << 20), "dtype": "f2", "fillvalue": 7},
        {"shape": (2,), "dtype": h5py.enum_dtype({"a": 1, "b": 2}, basetype="i1")},
    )  # fmt: skip
    file.create_dataset(path, **random.choice(made))


def _many(h5py: Any, file: Any, random: Random, other: Any) -> None:
    group = file[_one(file, random, h5py.Group)]
    if random.random() < 0.5:
        group.create_group(_free(group, "/".join("g" * random.choice((3, 30, 70)))))
        return
    for index in range(random.choice((5, 300))):
        group.require_group(f"layer_{index}") if f"layer_{index}" not in group else None


def _spliced(h5py: Any, file: Any, random: Random, other: Any) -> None:
    """A group of another file."""
    if not isinstance(other, bytes):
        return
    with h5py.File(io.BytesIO(other), "r") as source:
        there = _one(source, random)
        if there != "/":
            group = file[_one(file, random, h5py.Group)]
            source.copy(there, group, _free(group, there.rpartition("/")[2]))


def _config(h5py: Any, file: Any, random: Random, other: Any) -> None:
    for name in (CONFIG, "training_config"):
        text = file.attrs.get(name)
        if not isinstance(text, (str, bytes)) or random.random() < 0.3:
            continue
        data = text.encode() if isinstance(text, str) else text
        if random.random() < 0.7:
            data = trees.text_of(trees.change(json.loads(data), random)).encode("utf-8", "replace")
        else:
            data = octets.change(data, random, data)
        file.attrs.create(name, data.replace(b"\0", b""), dtype=h5py.string_dtype())


CHANGES: tuple[Callable[[Any, Any, Random, Any], None], ...] = (
    _attribute, _attribute, _no_attribute, _gone, _moved, _linked, _array, _array, _many, _spliced, _config,
)  # fmt: skip
