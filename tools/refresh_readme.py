"""Runs the commands of the README's ``console`` blocks again and writes their output into it.

``python tools/refresh_readme.py``; ``tests/test_readme.py`` tells when that is due.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n\$ bnlint (.+?)\n.*?^```$", re.MULTILINE | re.DOTALL)


def refreshed(text: str) -> str:
    """The README with the output that its commands have now, as a terminal without colours shows it."""
    return BLOCK.sub(lambda block: f"```console\n$ bnlint {block[1]}\n{_output(block[1])}```", text)


def _output(arguments: str) -> str:
    """Standard output, then standard error, of bnlint in the folder of the README."""
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR")}
    done = subprocess.run(
        [sys.executable, "-m", "bnlint", *shlex.split(arguments)],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout + done.stderr


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
