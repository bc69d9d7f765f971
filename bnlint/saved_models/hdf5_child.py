"""The process that opens HDF5 files: what goes wrong in the C library, or takes too much, ends this one only.

It answers one JSON document a line. Links that lead out of the file, virtual and external data, and filters that need
plugins are not followed.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from bnlint.saved_models.archives import Archive, Window
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.figures import from_bytes, summarize

MOST_DATA = 256 << 20
MOST_CPU = 30
"""Seconds: NASNetLarge takes 0.3."""
MOST_OBJECTS = 200_000
MOST_DEPTH = 64
MOST_TEXT = 64 << 20
MOST_UNPACKED = 96 << 20
MOST_CHUNK = 64 << 20
MOST_NUMBERS = 1 << 20
"""Numbers in an array that is summarized; the widest layers have some ten thousand channels."""
FILTERS = frozenset({1, 2, 3, 32000})
"""gzip, shuffle, checksums and LZF, which h5py itself has."""
TEXTS = ("model_config", "training_config", "keras_version", "backend")
WEIGHTS_GROUP = "model_weights"


def main() -> None:
    """Answers requests until standard input ends."""
    limit()
    store: _Store | None = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "open":
                store = _Store(request["path"], request.get("member"))
                answer: Any = store.content()
            else:
                assert store is not None
                answer = [store.summary(path, start) for path, start in request["arrays"]]
        except Unreadable as error:
            answer = {"error": str(error), "advice": error.advice}
        except MemoryError:
            answer = {"error": "reading it takes more memory than any model needs"}
        except Exception as error:
            answer = {"error": " ".join(str(error).split())[:200] or type(error).__name__}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def limit() -> None:
    """Sets limits on memory and time, where the system has them."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for which, most in (("RLIMIT_DATA", MOST_DATA), ("RLIMIT_CPU", MOST_CPU), ("RLIMIT_CORE", 0)):
        try:
            limit = getattr(resource, which)
            _, hard = resource.getrlimit(limit)
            resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (AttributeError, ValueError, OSError):
            continue


class _Store:
    """One open file."""

    def __init__(self, path: str, member: str | None) -> None:
        import h5py

        self._h5py = h5py
        source: Any = path if member is None else _member(path, member)
        try:
            self._file = h5py.File(source, "r")
        except OSError as error:
            raise Unreadable(f"it is no HDF5 file that can be opened: {_said(error)}") from None
        self._datasets: dict[str, Any] = {}

    def content(self) -> dict[str, Any]:
        """The texts that Keras has put into the file, and its arrays by path."""
        names: dict[str, str] = {}
        problems: list[str] = []
        for path, thing in self._walk(problems):
            if isinstance(thing, self._h5py.Dataset):
                self._datasets[path] = thing
            elif "name" in thing.attrs:
                name = self._text(thing, "name")
                if name:
                    names[path] = name
        texts = {key: text for key in TEXTS if (text := self._text(self._file, key)) is not None}
        if WEIGHTS_GROUP in self._file and isinstance(self._file.get(WEIGHTS_GROUP, getlink=True), self._h5py.HardLink):
            for key in ("keras_version", "backend"):
                found = self._text(self._file[WEIGHTS_GROUP], key)
                if found is not None:
                    texts.setdefault(key, found)
        arrays = [[path, list(each.shape or ()), str(each.dtype)] for path, each in self._datasets.items()]
        return {"texts": texts, "arrays": arrays, "names": names, "problems": problems[:20]}

    def _walk(self, problems: list[str]) -> Iterator[tuple[str, Any]]:
        """Every group and array by its path, each object once; links are followed inside the file only."""
        seen: set[Any] = set()
        waiting: list[tuple[str, Any, int]] = [("", self._file, 0)]
        count = 0
        while waiting:
            path, thing, depth = waiting.pop()
            key = self._h5py.h5o.get_info(thing.id).addr
            count += 1
            if key in seen:
                continue
            seen.add(key)
            yield path, thing
            if not isinstance(thing, self._h5py.Group):
                continue
            count += len(thing)
            if count > MOST_OBJECTS or depth > MOST_DEPTH:
                raise Unreadable("its groups are more, or deeper, than those of any model")
            inner = []
            for name in thing:
                where = f"{path}/{name}" if path else name
                if not isinstance(thing.get(name, getlink=True), self._h5py.HardLink):
                    problems.append(f"`{where[:120]}` is a link, which is not followed")
                    continue
                each = thing.get(name)
                if isinstance(each, (self._h5py.Group, self._h5py.Dataset)):
                    inner.append((where, each, depth + 1))
            waiting.extend(reversed(inner))

    def _text(self, thing: Any, name: str) -> str | None:
        """An attribute that is a text, or an array of one."""
        if name not in thing.attrs:
            return None
        attribute = thing.attrs.get_id(name)
        if attribute.get_storage_size() > MOST_TEXT:
            raise Unreadable(f"its `{name}` is larger than that of any model")
        value = thing.attrs[name]
        if getattr(value, "shape", None) == (1,):
            value = value[0]
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if not isinstance(value, str):
            return None
        if len(value) > MOST_TEXT:
            raise Unreadable(f"its `{name}` is larger than that of any model")
        return value

    def summary(self, path: str, start: float) -> dict[str, Any] | None:
        """The figures of one array; None where it is none that could be weights of a layer."""
        import numpy as np

        dataset = self._datasets.get(path)
        if dataset is None or dataset.size is None or dataset.size > MOST_NUMBERS or not self._is_plain(dataset):
            return None
        values = dataset[()]
        if values.dtype.kind == "V" and values.dtype.itemsize == 2:
            values = from_bytes(values.tobytes(), "bfloat16")
        if values.dtype.kind not in "fiu":
            return None
        return summarize(np.ravel(values), start)

    def _is_plain(self, dataset: Any) -> bool:
        """Whether the data stand in the file itself, in pieces that can be read."""
        if dataset.is_virtual or dataset.external:
            return False
        plist = dataset.id.get_create_plist()
        if any(plist.get_filter(index)[0] not in FILTERS for index in range(plist.get_nfilters())):
            return False
        size = dataset.dtype.itemsize
        for length in dataset.chunks or ():
            size *= length
        return bool(size <= MOST_CHUNK and dataset.dtype.itemsize <= 16)


def _member(path: str, name: str) -> Any:
    """A member of an archive as a file: in place where it is not compressed, else in memory."""
    file: BinaryIO = open(path, "rb")  # noqa: SIM115 (open for as long as the process lives)
    archive = Archive(file)
    span = archive.span(name)
    return io.BytesIO(archive.read(name, MOST_UNPACKED)) if span is None else Window(file, span)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
