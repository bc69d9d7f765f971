"""Processes that run programs on a real Keras, asked from the Python that has bnlint."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Observer:
    """One running ``python -m proof.observing``; ``python`` is that of an environment with a Keras.

    ``backend`` is Keras 3's. ``about`` tells which Keras it is. Raises RuntimeError with its last words where it cannot
    start or dies.
    """

    def __init__(self, python: str, api: str, *options: str, backend: str = "tensorflow") -> None:
        environment = dict(os.environ, PYTHONPATH=str(ROOT), TF_CPP_MIN_LOG_LEVEL="3", PYTHONHASHSEED="0")
        environment["KERAS_BACKEND"] = backend
        if api == "tf_keras":
            environment["TF_USE_LEGACY_KERAS"] = "1"
        self._process = subprocess.Popen(
            [python, "-m", "proof.observing", "--api", api, *options],
            cwd=ROOT, env=environment, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.about: dict[str, Any] = self._read()

    def observe(self, text: str, **task: Any) -> dict[str, Any]:
        """What happens in the program ``text``: its events and its error. Raises RuntimeError where it is not run."""
        found = self.try_to_observe(text, **task)
        if "broken" in found:
            raise RuntimeError(f"the program could not be observed: {found['broken']}\n{text}")
        return found

    def try_to_observe(self, text: str, **task: Any) -> dict[str, Any]:
        """As :meth:`observe`, with the reason under ``broken`` where it is not run (it took too long, it crashed)."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"id": None, "text": text, **task}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(
                f"the observing process ended with status {self._process.wait()}: {self._process.args!r}"
            )
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """Lets the process end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def __enter__(self) -> Observer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
