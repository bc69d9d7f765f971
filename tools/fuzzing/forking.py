"""The processes that open HDF5 files, forked from one that has h5py loaded: a hundredth of the time of a new one.

What they do is what bnlint starts in earnest, with the same limits; only how they come to be is another.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bnlint.saved_models import hdf5

MOST_SECONDS = 120

NURSERY = """
import os, signal, socket, sys
sys.path[:] = {paths!r}
import h5py, numpy, json, hashlib
from bnlint.saved_models import figures, hdf5_child, hdf5_splicing
from tools.fuzzing import comparing
h5py.File("nothing", "w", driver="core", backing_store=False).create_dataset("x", data=[1.0])
numpy.zeros(3).mean()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
control = socket.socket(fileno=int(sys.argv[1]))
while True:
    word, fds, _, _ = socket.recv_fds(control, 1, 1)
    if not word:
        break
    child = os.fork()
    if not child:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(fds[0], 0); os.dup2(fds[0], 1); os.close(fds[0]); control.close()
        sys.stdin, sys.stdout = open(0, encoding="utf-8"), open(1, "w", encoding="utf-8")
        try:
            dict(r=hdf5_child, w=hdf5_splicing, c=comparing)[word.decode()].main()
            sys.stdout.flush()
        finally:
            os._exit(0)
    os.close(fds[0])
    control.sendall(child.to_bytes(4, "little"))
"""
_peaks: list[int] = [0]
_seconds: list[float] = [0.0]
TICKS = os.sysconf("SC_CLK_TCK")
_nurseries: list[Nursery] = []


class Nursery:
    """The process that others are forked from."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        paths = [os.getcwd(), *(path for path in sys.path if path)]
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-c", NURSERY.format(paths=paths), str(theirs.fileno())],
            pass_fds=[theirs.fileno()], env={**os.environ, **hdf5.ENVIRONMENT}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()

    def child(self, word: bytes) -> tuple[int, socket.socket]:
        """A new process: its number, and what it reads from and writes to."""
        ours, theirs = socket.socketpair()
        socket.send_fds(self._control, [word], [theirs.fileno()])
        theirs.close()
        return int.from_bytes(self._control.recv(4), "little"), ours

    def asked(self, word: bytes, request: str) -> str:
        """What a new process answers to a request."""
        pid, connection = self.child(word)
        with connection:
            connection.settimeout(MOST_SECONDS)
            connection.sendall(request.encode())
            connection.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: connection.recv(1 << 16), b""))
            _note(pid)
        return said.decode()

    def close(self) -> None:
        """Ends it."""
        self._control.close()
        self._process.wait(timeout=10)


class Reader:
    """Looks like the ``Popen`` of a reading process."""

    def __init__(self, nursery: Nursery) -> None:
        self._pid, self._socket = nursery.child(b"r")
        self.stdin: Any = self._socket.makefile("w", encoding="utf-8")
        self.stdout: Any = self._socket.makefile("r", encoding="utf-8")

    def kill(self) -> None:
        """Ends it, and notes the memory that it had."""
        _note(self._pid)
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with suppress(ProcessLookupError):
            os.kill(self._pid, 9)

    def wait(self) -> int:
        """The nursery has no dead children."""
        self._socket.close()
        return 0


@contextmanager
def forked() -> Iterator[None]:
    """Reading and writing of HDF5 in forked processes, while it lasts."""
    nursery = Nursery()
    _nurseries.append(nursery)

    class Module:
        PIPE, DEVNULL, TimeoutExpired = subprocess.PIPE, subprocess.DEVNULL, subprocess.TimeoutExpired

        @staticmethod
        def Popen(*_: Any, **__: Any) -> Reader:
            return Reader(nursery)

        @staticmethod
        def run(*_: Any, input: str, **__: Any) -> Any:
            return subprocess.CompletedProcess([], 0, nursery.asked(b"w", input))

    from bnlint.saved_models import writing

    try:
        with patch.object(hdf5, "subprocess", Module), patch.object(writing, "subprocess", Module):
            yield
    finally:
        _nurseries.remove(nursery)
        nursery.close()


def forget_peaks() -> None:
    """Begins a new input."""
    _peaks[:] = [0]
    _seconds[:] = [0.0]


def peak() -> int:
    """The most memory that one of the processes had for this input."""
    return max(_peaks)


def seconds() -> float:
    """What the processes for this input have taken of the processor."""
    return sum(_seconds)


def _note(pid: int) -> None:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        _seconds.append((int(fields[11]) + int(fields[12])) / TICKS)
        found = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        _peaks.append(int(found[1]) << 10 if found else 0)


def differences(before: str, after: str) -> list[str]:
    """Which objects of an HDF5 file are not as in another, the config aside."""
    said = _nurseries[-1].asked(b"c", json.dumps([before, after]))
    changed = json.loads(said) if said else []
    return [f"not as it was: {changed}"] if changed else []
