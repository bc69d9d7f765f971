"""Runs programs in the environments that hold the Kerases, one at a time, and keeps what was seen."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Broken(Exception):
    """The process beside Keras ended where it should not."""


class Theatre:
    """A process that holds one Keras and performs program after program."""

    def __init__(self, python: str, api: str, *, trust: bool) -> None:
        command = [python, "-m", "proof.real.staging", "--api", api, *(["--trust"] if trust else [])]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"},
            text=True,
            encoding="utf-8",
        )
        self.keras = self._line()

    def perform(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """What was seen when the program of the task ran."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Broken(f"the process ended with status {self._process.wait()}")
        found = json.loads(line)
        assert isinstance(found, dict)
        return found

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


@contextmanager
def theatre(python: str, target: str, *, trust: bool) -> Iterator[Theatre]:
    """A process for a target that is closed in the end."""
    opened = Theatre(python, api_of(target), trust=trust)
    try:
        yield opened
    finally:
        opened.close()


def api_of(target: str) -> str:
    """The import root of the layers that a target is about."""
    package, _, _ = target.partition("==")
    return "tf.keras" if package == "tensorflow" else package
