from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import stand_ins


class Outcome(NamedTuple):
    """What a command line came to."""

    status: int
    out: str
    err: str


Run = Callable[..., Outcome]


def pytest_configure(config: pytest.Config) -> None:
    """A cache folder for this session: that of the person who runs the tests stays as it is."""
    if not hasattr(config, "workerinput"):  # xdist's workers inherit it
        folder = tempfile.mkdtemp(prefix="bnlint-tests-")
        os.environ["XDG_CACHE_HOME"] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs ``bnlint`` with arguments in an empty folder, with the rules of ``stand_ins``."""
    stand_ins.use(monkeypatch)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Outcome:
        from bnlint.cli import main

        status = main(arguments)
        return Outcome(status, *capsys.readouterr())

    return run
