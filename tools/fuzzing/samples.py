"""The inputs: real files by the reader that takes them, and the ways in which each kind is damaged."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

from tools.fuzzing import octets, protos, stores, trees

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
HDF5 = b"\x89HDF\r\n\x1a\n"
MOST_BYTES = 2 << 20
Parts = Mapping[str, bytes]
"""A file, or a folder: its content by the path in it, which for a file is its suffix."""


class Sample(NamedTuple):
    """A real file or folder, and the reader that takes it."""

    kind: str
    name: str
    parts: Parts


def found_in(folders: list[Path]) -> list[Sample]:
    """The samples in folders, in the order of their names."""
    return [sample for folder in folders for sample in _below(folder)]


def _below(folder: Path) -> Iterator[Sample]:
    for here, inner, names in os.walk(folder):
        inner.sort()
        path = Path(here)
        if "saved_model.pb" in names:
            inner.clear()
            yield _folder(path)
            continue
        for name in sorted(names):
            sample = _file(path / name)
            if sample is not None:
                yield sample


def _folder(path: Path) -> Sample:
    files = sorted(each for each in path.rglob("*") if each.is_file() and each.name != "fingerprint.pb")
    parts = {each.relative_to(path).as_posix(): each.read_bytes() for each in files}
    layered = "keras_metadata.pb" in parts or b'"class_name"' in parts["saved_model.pb"]
    return Sample("saved_model" if layered else "export", path.name, parts)


def _file(path: Path) -> Sample | None:
    if path.stat().st_size > MOST_BYTES:
        return None
    data = path.read_bytes()
    if data.startswith(b"PK"):
        return Sample("keras", path.name, {".keras": data})
    if data.startswith(HDF5):
        return Sample("h5" if stores.config_of(data) else "weights", path.name, {".h5": data})
    if data.startswith(b"{") and path.suffix == ".json":
        return Sample("tfjs" if b"modelTopology" in data else "json", path.name, {".json": data})
    if path.suffix in (".yaml", ".yml"):
        return Sample("yaml", path.name, {".yaml": data})
    return None


def with_tensorflow_js(samples: list[Sample]) -> list[Sample]:
    """The samples, and what the converter of TensorFlow.js makes of the configs among them."""
    made = []
    for sample in samples:
        if sample.kind == "json":
            entry = json.loads(sample.parts[".json"])
            topology = {
                "keras_version": entry.pop("keras_version", "2.15.0"),
                "backend": "tensorflow",
                "model_config": entry,
            }
            document = {"format": "layers-model", "modelTopology": topology, "weightsManifest": []}
            made.append(Sample("tfjs", sample.name, {".json": json.dumps(document).encode()}))
    return [*samples, *made]


# ------------------------------------------------------------------------------------------------------------- damage


def damaged(sample: Sample, random: Random, other: Sample) -> dict[str, bytes]:
    """The parts of a sample after up to four changes; ``other`` is one of the kind that parts may come from."""
    parts = dict(sample.parts)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        name = _part(parts, random)
        try:
            parts[name] = random.choice(WAYS[sample.kind])(parts[name], random, other.parts.get(name, b""))
        except Exception:  # an earlier change has left nothing that this one could be made in
            parts[name] = octets.change(parts[name], random, other.parts.get(name, b""))
    if len(parts) > 1 and random.random() < 0.03:
        del parts[random.choice(sorted(parts))]
    return parts


def _part(parts: Parts, random: Random) -> str:
    names = [name for name in parts if not name.startswith("assets")]
    small = [name for name in names if ".data-" not in name]
    return random.choice(small if random.random() < 0.95 else names)


def _tree(data: bytes, random: Random, other: bytes) -> bytes:
    changed = json.loads(data)
    beside = json.loads(other) if other else None
    for _ in range(random.choice((1, 1, 2, 3))):
        changed = trees.change(changed, random, beside)
    return trees.text_of(changed).encode("utf-8", "surrogatepass")


def _member(name: str, way: Callable[[bytes, Random, bytes], bytes]) -> Callable[[bytes, Random, bytes], bytes]:
    """A change in one member of an archive, which is put together anew around it."""

    def change(data: bytes, random: Random, other: bytes) -> bytes:
        members = _members(data)
        members[name] = way(members[name], random, _members(other).get(name, b"") if other else b"")
        return _archive(members, random)

    return change


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {info.filename: file.read(info) for info in file.infolist()}


def _archive(members: Mapping[str, bytes], random: Random) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(
        memory, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    ) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name), content, compress_type=file.compression)
    return memory.getvalue()


def _other_members(data: bytes, random: Random, other: bytes) -> bytes:
    """An archive with a member more, fewer, twice, or of another name."""
    members = list(_members(data).items())
    what = random.randrange(4)
    at = random.randrange(len(members))
    if what == 0:
        del members[at]
    elif what == 1:
        members.append(
            (random.choice((CONFIG, WEIGHTS, METADATA, "../out", "/abs", "a/b.keras", "é", "assets/x")), members[at][1])
        )
    elif what == 2:
        members[at] = (random.choice((CONFIG, WEIGHTS, METADATA, "x")), members[at][1])
    else:
        random.shuffle(members)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as file:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            if random.random() < 0.2:
                info.extra = random.choice((b"\x01\x00\x08\x00" + b"\xff" * 8, b"\x01", b"\0" * 40))
            file.writestr(info, content)
    return memory.getvalue()


def _yaml_tree(data: bytes, random: Random, other: bytes) -> bytes:
    """A changed config written as YAML anew, with aliases where parts are one."""
    import yaml

    from bnlint.saved_models.yaml_texts import parse_yaml

    changed = trees.change(parse_yaml(data), random, parse_yaml(other) if other else None)
    plain = json.loads(trees.text_of(changed))
    if random.random() < 0.3 and isinstance(plain, dict):
        plain["again"] = plain.get("config")
    return bytes(
        yaml.safe_dump(
            plain, default_flow_style=random.choice((None, False, True)), encoding="utf-8", allow_unicode=True
        )
    )


def _in_config(data: bytes, random: Random, other: bytes) -> bytes:
    text = (stores.config_of(data) or "{}").encode()
    way = _tree if random.random() < 0.8 else octets.change
    return stores.with_config(data, way(text, random, b""), random)


Way = Callable[[bytes, Random, bytes], bytes]
WAYS: dict[str, tuple[Way, ...]] = {
    "keras": (
        octets.change, octets.change, _member(CONFIG, _tree), _member(CONFIG, _tree), _member(CONFIG, octets.change),
        _member(METADATA, _tree), _member(WEIGHTS, octets.change), _member(WEIGHTS, stores.change), _other_members,
    ),
    "h5": (octets.change, octets.change, stores.change, stores.change, _in_config, _in_config),
    "weights": (octets.change, stores.change),
    "json": (octets.change, _tree, _tree),
    "yaml": (octets.change, octets.change, _yaml_tree, _yaml_tree),
    "tfjs": (octets.change, _tree, _tree),
    "saved_model": (octets.change, protos.change, protos.change),
    "export": (octets.change, protos.change, protos.change),
}  # fmt: skip


def put(parts: Parts, folder: Path) -> Path:
    """Writes an input, and returns its path."""
    if set(parts) & {".keras", ".h5", ".json", ".yaml"}:
        ((suffix, data),) = parts.items()
        path = folder / f"model{suffix}"
        path.write_bytes(data)
        return path
    path = folder / "model"
    for name, data in parts.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    path.mkdir(exist_ok=True)
    return path
