"""What a backbone predicts, on disk: shards of some batches each, and a manifest that says what they are of.

A shard is written beside and moved into place, so that what is there is whole. Each batch is known by a digest of its
inputs, labels and weights; a batch that the shards have at its place is not predicted again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from bnlint.measuring import frameworks
from bnlint.remedies.batches import Batch, batches, checked, leaves, number
from bnlint.remedies.progress import tracked
from bnlint.remedies.structures import first, packed, stacked, unpacked

SCHEMA = 1
BATCHES_PER_SHARD = 16
MANIFEST = "manifest.json"
TOLERANCE = 1e-2
"""Of the largest feature: the first batch predicted again may differ by so much, on another machine for instance."""


class StaleFeatures(ValueError):
    """A folder holds features of other weights, other layers or other data. The message says which."""


@dataclass(frozen=True)
class Features:
    """The features of a data set, with its labels, in a folder. The arrays are read when they are asked for."""

    folder: Path
    batches: int
    computed: int
    """How many of the batches were predicted in this run; the others were there."""
    data: str
    """A digest of all inputs, labels and weights."""
    shards: tuple[tuple[Path, int], ...] = field(repr=False)
    """The files, and how many batches of each: a longer run may have left more in the last one."""

    @property
    def x(self) -> Any:
        """All features, as the head takes them: samples along the first axis."""
        return self._arrays[0]

    @property
    def y(self) -> Any:
        """The labels of the same samples, in the structure that the data has; None where it has none."""
        return self._arrays[1]

    @property
    def sample_weight(self) -> Any:
        """The weights of the same samples; None where the data has none."""
        return self._arrays[2]

    def __len__(self) -> int:
        return len(self.x)

    @cached_property
    def _arrays(self) -> tuple[Any, Any, Any]:
        shards = list(self._read())
        return (
            stacked([shard.features for shard in shards]),
            stacked([shard.labels for shard in shards]),
            stacked([shard.weights for shard in shards]),
        )

    def _read(self) -> Iterator[Shard]:
        for path, count in self.shards:
            shard = _load(path)
            if shard is None or len(shard.sizes) < count:
                raise StaleFeatures(f"{path} cannot be read, or is another by now: compute the features again")
            samples = sum(shard.sizes[:count])
            yield Shard(shard.digests, shard.sizes, *(first(part, samples) for part in shard[2:]))


class Shard(NamedTuple):
    """Some batches in one file."""

    digests: tuple[str, ...]
    sizes: tuple[int, ...]
    features: Any
    labels: Any
    weights: Any


def compute(
    backbone: Any,
    data: Any,
    folder: str | os.PathLike[str],
    *,
    batch_size: int = 32,
    steps: int | None = None,
    stale: Literal["refuse", "remake"] = "refuse",
) -> Features:
    """The features of ``data``; see :meth:`bnlint.remedies.splitting.Split.features`."""
    if stale not in ("refuse", "remake"):
        raise ValueError(f"stale is 'refuse' or 'remake', not {stale!r}")
    home = Path(folder)
    weights = weights_digest(backbone)
    _begin(home, weights, remake=stale == "remake")
    run = _Run(backbone, home, remake=stale == "remake")
    made = checked(batches(data, batch_size, steps), backbone)
    for batch in tracked(made, number(data, batch_size, steps), "features"):
        run.take(batch)
    features = run.finish()
    if weights_digest(backbone) != weights:
        (home / MANIFEST).unlink()
        raise StaleFeatures(
            "predict changed the weights: a BatchNormalization layer of the backbone is called with training=True. The "
            "features were discarded; make the model without it"
        )
    manifest = {"schema": SCHEMA, "weights": weights, "data": features.data, "batches": features.batches}
    _write(home / MANIFEST, json.dumps(manifest, indent=1).encode())
    return features


class _Run:
    """One pass over the data: batches from the shards where they are there, else from the backbone."""

    def __init__(self, backbone: Any, home: Path, *, remake: bool) -> None:
        self.backbone, self.home, self.remake = backbone, home, remake
        self.there = _load(self._path(0))
        self.trusted = True
        self.held: list[tuple[str, Any, Any, Any]] = []
        self.shards: list[tuple[Path, int]] = []
        self.digest = hashlib.blake2b(digest_size=16)
        self.count = self.computed = self.new = 0

    def take(self, batch: Batch) -> None:
        digest = _digest([*leaves(batch.inputs), *leaves(batch.labels), *leaves(batch.weights)])
        features = self._known(digest, batch)
        if features is None:
            features = _predicted(self.backbone, batch)
            self.computed += 1
            self.new += 1
        self.digest.update(digest.encode())
        self.count += 1
        self.held.append((digest, features, batch.labels, batch.weights))
        if len(self.held) == BATCHES_PER_SHARD:
            self._close()

    def finish(self) -> Features:
        if self.held:
            self._close()
        if not self.count:
            raise ValueError("there is no batch in the data")
        left = len(self.shards)
        while not self.trusted and self._path(left).exists():
            self._path(left).unlink()
            left += 1
        return Features(self.home, self.count, self.computed, self.digest.hexdigest(), tuple(self.shards))

    def _known(self, digest: str, batch: Batch) -> Any:
        """The features of a batch that the shards have at this place; None where they end before it."""
        place = len(self.held)
        if self.there is None or place >= len(self.there.digests):
            return None
        start = sum(self.there.sizes[:place])
        found = self.there.features[start : start + self.there.sizes[place]]
        reason = None
        if self.there.digests[place] != digest:
            reason = f"batch {self.count} of the data is another: it is shuffled or augmented, or was changed"
        elif not self.count and not _alike(found, _predicted(self.backbone, batch)):
            reason = "the layers of the backbone give other features with the same weights"
        if reason is None:
            return found
        if not self.remake:
            raise StaleFeatures(f"{self.home}: {reason}. Give another folder, or stale='remake'")
        self.there, self.trusted = None, False
        return None

    def _close(self) -> None:
        path = self._path(len(self.shards))
        if self.new:
            digests, features, labels, weights = zip(*self.held, strict=True)
            content = {
                **packed("features", stacked(features)),
                **packed("labels", stacked(labels)),
                **packed("weights", stacked(weights)),
            }
            _save(path, digests, [len(each) for each in features], content)
        self.shards.append((path, len(self.held)))
        self.held, self.new = [], 0
        self.there = _load(self._path(len(self.shards))) if self.trusted else None

    def _path(self, index: int) -> Path:
        return self.home / f"features-{index:05d}.npz"


def _predicted(backbone: Any, batch: Batch) -> Any:
    """The backbone's answer in inference mode, in a type that NumPy's files know."""
    import numpy as np

    found = np.asarray(backbone.predict_on_batch(batch.inputs))
    return found if found.dtype.kind in "fiub" else found.astype(np.float32)  # bfloat16 is none of NumPy's


def _alike(one: Any, other: Any) -> bool:
    import numpy as np

    if one.shape != other.shape:
        return False
    wide = np.asarray(other, np.float64)
    return bool(np.abs(np.asarray(one, np.float64) - wide).max(initial=0) <= TOLERANCE * np.abs(wide).max(initial=0))


def weights_digest(model: Any) -> str:
    """A digest of all weights of a model and of what its layers are. Names are not looked at: they count up."""
    framework = frameworks.of(model)
    kinds = [type(layer).__name__ for layer in getattr(model, "layers", ())]
    return _digest((framework.array(weight) for weight in model.weights), " ".join(kinds))


def _digest(arrays: Iterable[Any], first: str = "") -> str:
    import numpy as np

    found = hashlib.blake2b(first.encode(), digest_size=16)
    for array in arrays:
        found.update(f"{array.dtype} {array.shape} ".encode())
        if array.dtype == object:
            raise TypeError("arrays of numbers or text are expected, not of Python's objects")
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


# --------------------------------------------------------------------------------------------------------------- folder


def _begin(home: Path, weights: str, *, remake: bool) -> None:
    """Make the folder, or see to it that what is there is of this backbone."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / MANIFEST
    if not path.exists():
        if any(home.iterdir()):
            raise ValueError(f"{home} holds files and no {MANIFEST}: give a folder of its own to the features")
    else:
        known = _manifest(path)
        if known == (SCHEMA, weights):
            return
        if not remake:
            what = (
                "of another version of bnlint" if known[0] != SCHEMA else "of a backbone with other weights or layers"
            )
            raise StaleFeatures(f"{home} holds features {what}. Give another folder, or stale='remake'")
        for shard in home.glob("features-*.npz"):
            shard.unlink()
    _write(path, json.dumps({"schema": SCHEMA, "weights": weights}, indent=1).encode())


def _manifest(path: Path) -> tuple[Any, Any]:
    try:
        found = json.loads(path.read_bytes())
        return found.get("schema"), found.get("weights")
    except (ValueError, AttributeError):
        return None, None


def _load(path: Path) -> Shard | None:
    """A shard; None where there is none, or one that cannot be read."""
    import zipfile

    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        digests, sizes = arrays.pop("digests").tolist(), arrays.pop("sizes").tolist()
        parts = [unpacked(name, arrays) for name in ("features", "labels", "weights")]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return Shard(tuple(digests), tuple(sizes), *parts)


def _save(path: Path, digests: Iterable[str], sizes: list[int], content: dict[str, Any]) -> None:
    import io

    import numpy as np

    held = io.BytesIO()
    np.savez(held, digests=np.array(list(digests)), sizes=np.array(sizes), **content)
    _write(path, held.getbuffer())


def _write(path: Path, content: bytes | memoryview) -> None:
    """Whole or not at all."""
    beside = path.with_name(f"{path.name}.part")
    with open(beside, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
