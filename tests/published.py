"""Schemas that others publish, out of packages that hold them beside their tests or their code."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest


class Published(NamedTuple):
    """A file in the source distribution of a package, known by its hash."""

    package: str
    version: str
    member: str
    sha256: str

    def text(self, config: pytest.Config) -> str:
        """What the file says; pip brings the package once, and the file is kept in pytest's cache."""
        cache = getattr(config, "cache", None)  # none with `-p no:cacheprovider`
        kept = cache.mkdir("published") / f"{self.sha256[:16]}-{Path(self.member).name}" if cache is not None else None
        found = kept.read_bytes() if kept is not None and kept.exists() else self._download()
        assert hashlib.sha256(found).hexdigest() == self.sha256
        if kept is not None and not kept.exists():
            with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as file:
                file.write(found)
            Path(file.name).replace(kept)
        return found.decode("utf-8")

    def _download(self) -> bytes:
        wanted = f"{self.package}=={self.version}"
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", self.package]
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", *options, "--dest", folder, wanted]
            outcome = subprocess.run(command, capture_output=True, text=True, timeout=300)
            assert outcome.returncode == 0, outcome.stderr
            (path,) = Path(folder).glob("*.tar.gz")
            with tarfile.open(path) as archive:
                file = archive.extractfile(next(each for each in archive.getnames() if each.endswith(self.member)))
                assert file is not None
                return file.read()


SARIF = Published(
    "sarif-om",
    "1.0.4",
    "/sarif-2.1.0-rtm.4.json",
    "49729d5909e2b1b976621a29dcebef22e57c78c20d469dfe6c7f15f759904f61",
)
"""The schema of SARIF 2.1.0 that Microsoft makes its Python classes from."""
JUNIT = Published(
    "pytest",
    "8.4.2",
    "/testing/example_scripts/junit-10.xsd",
    "a1a816f58d1bf95ebabf371994df0b9246dee66ea9572fbec4f9296f1b2c0ff6",
)
"""The schema of Jenkins' xUnit plugin, by which pytest tests its own reports."""
