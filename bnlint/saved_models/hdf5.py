"""HDF5 files, read through h5py in a process of their own with limits on memory and time."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from threading import Timer
from types import TracebackType
from typing import Any, NamedTuple

from bnlint.graph.weights import Summary
from bnlint.saved_models.errors import NeedsPackages, Unreadable

MOST_SECONDS = 120.0
"""For one answer; a process that hangs in the C library is ended."""
START = "import sys; sys.path[:] = {paths!r}; from bnlint.saved_models.{module} import main; main()"
ENVIRONMENT = {
    "HDF5_PLUGIN_PRELOAD": "::",  # no plugins
    "HDF5_USE_FILE_LOCKING": "FALSE",  # files that others have open, and folders that cannot be written
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONIOENCODING": "utf-8",
}
ENDED = "reading it came to a sudden end: the file is damaged, or made to do harm"


class Array(NamedTuple):
    """An array of a file: its shape and the name of its type."""

    shape: tuple[int, ...]
    dtype: str


class Hdf5:
    """An HDF5 file, or one inside an archive: the texts and arrays in it.

    ``names`` are the names that groups carry (of the layers whose weights they hold, since Keras 3.12).
    """

    def __init__(self, path: str, member: str | None = None) -> None:
        if not is_installed():
            raise NeedsPackages("the file" if member is None else f"`{member}` in it")
        self._process = subprocess.Popen(
            command("hdf5_child"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
            env=environment(),
        )  # fmt: skip
        try:
            content = self._ask({"do": "open", "path": os.path.abspath(path), "member": member})
        except BaseException:
            self.close()
            raise
        self.texts: Mapping[str, str] = content["texts"]
        self.names: Mapping[str, str] = content["names"]
        self.problems: tuple[str, ...] = tuple(content["problems"])
        self.arrays: Mapping[str, Array] = {
            path: Array(tuple(shape), dtype) for path, shape, dtype in content["arrays"]
        }

    def summaries(self, arrays: Iterable[tuple[str, float]]) -> list[Summary | None]:
        """The figures of arrays, each given with the value that Keras starts it with; None for what is none."""
        wanted = list(arrays)
        found = self._ask({"do": "summaries", "arrays": wanted}) if wanted else []
        return [None if each is None else Summary(**each) for each in found]

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def __enter__(self) -> Hdf5:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, request: dict[str, Any]) -> Any:
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        timer = Timer(MOST_SECONDS, process.kill)
        timer.start()
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = ""
        finally:
            timer.cancel()
        if not line:
            raise Unreadable(ENDED)
        answer = json.loads(line)
        if isinstance(answer, dict) and "error" in answer:
            raise Unreadable(answer["error"], answer.get("advice", ""))
        return answer


def is_installed() -> bool:
    """Whether h5py is there."""
    return find_spec("h5py") is not None


def command(module: str) -> list[str]:
    """The command that runs the ``main`` of a module of this package, and no code of whatever else is installed."""
    return [sys.executable, "-S", "-c", START.format(paths=_paths(), module=module)]


def environment() -> dict[str, str]:
    """The environment of such a process."""
    return {**os.environ, **ENVIRONMENT}


def _paths() -> list[str]:
    """Where the process looks for packages: where this one does, but not in the folder that it happens to be in."""
    own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    here = os.getcwd()
    return [own, *(path for path in sys.path if path and path not in (own, here))]
