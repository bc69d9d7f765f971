"""The process that puts another config into a copy of an HDF5 file. Nothing else of the file is touched.

It answers one JSON document: `error` is a sentence, or empty where all went well.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from bnlint.saved_models.hdf5_child import MOST_OBJECTS, limit
from bnlint.saved_models.spans import Unspliceable

CONFIG = "model_config"
FOR_A_WHILE = b"model_config of bnlint"


def main() -> None:
    """Does the one request on standard input."""
    limit()
    request = json.loads(sys.stdin.read())
    error = ""
    try:
        replace(request["path"], request["before"].encode(), request["after"].encode())
    except Unspliceable as refusal:
        error = str(refusal)
    except MemoryError:
        error = "it takes more memory than any model needs"
    except Exception as problem:
        error = "it cannot be changed: " + (" ".join(str(problem).split())[:200] or type(problem).__name__)
    sys.stdout.write(json.dumps({"error": error}) + "\n")


def replace(path: str, before: bytes, after: bytes) -> None:
    """Gives the attribute another text, of the type that it has."""
    import h5py

    with h5py.File(path, "r+") as file:
        _check(h5py, file)
        attribute = file.attrs.get_id(CONFIG)
        info, shape = h5py.check_string_dtype(attribute.dtype), attribute.shape
        kind, space = attribute.get_type().copy(), attribute.get_space()
        del attribute  # an open one would be found under its name after it is gone
        if info is None or shape not in ((), (1,)):
            raise Unspliceable("its config is written in an uncommon way")
        if _bytes(file.attrs[CONFIG]) != before:
            raise Unspliceable("has changed since it was read")
        if info.length is None:
            file.attrs.modify(CONFIG, after if shape == () else [after])
        else:
            kind.set_size(max(kind.get_size() - len(before), 0) + len(after))
            _anew(h5py, file, kind, space, after)
        if _bytes(file.attrs[CONFIG]) != after:
            raise Unspliceable("its config could not be put into it")


def _anew(h5py: Any, file: Any, kind: Any, space: Any, text: bytes) -> None:
    """The attribute once more under its name, of a type that has room for the text."""
    import numpy as np

    made = h5py.h5a.create(file.id, FOR_A_WHILE, kind, space)
    made.write(np.full(space.shape, text, dtype=f"S{kind.get_size()}"), mtype=kind)
    h5py.h5a.delete(file.id, CONFIG.encode())
    h5py.h5a.rename(file.id, FOR_A_WHILE, CONFIG.encode())


def _bytes(value: Any) -> bytes:
    if getattr(value, "shape", None) == (1,):
        value = value[0]
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)


def _check(h5py: Any, file: Any) -> None:
    """Raises ``Unspliceable`` for links and data outside the file, which no Keras has written."""
    waiting = [file]
    seen = set()
    count = 0
    while waiting:
        group = waiting.pop()
        for name in group:
            count += 1
            if count > MOST_OBJECTS:
                raise Unspliceable("its groups are more than those of any model")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise Unspliceable("it holds links, which no Keras writes")
            each = group.get(name)
            if isinstance(each, h5py.Dataset) and (each.is_virtual or each.external):
                raise Unspliceable("some of its arrays stand in other files")
            if isinstance(each, h5py.Group):
                key = h5py.h5o.get_info(each.id).addr
                if key not in seen:
                    seen.add(key)
                    waiting.append(each)
