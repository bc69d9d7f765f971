"""A bar for large runs on a terminal, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stand_ins import PLAIN, RISKY

ROOT = Path(__file__).parent.parent
AT_ONCE = """
import sys
from bnlint.commands import progress
progress.DELAY = float(sys.argv[1])
from bnlint.cli import main
sys.exit(main(sys.argv[2:]))
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(30):
        (tmp_path / f"plain_{number}.py").write_text(PLAIN)
    (tmp_path / "train.py").write_text(RISKY)
    return tmp_path


def on_terminal(folder: Path, *arguments: str, delay: float = 0, **environment: str) -> tuple[bytes, bytes]:
    """What goes to standard output, a pipe, and what to standard error, a terminal."""
    import pty

    ours, theirs = pty.openpty()
    given = {key: value for key, value in os.environ.items() if key not in ("CI", "NO_COLOR", "TERM")}
    process = subprocess.Popen(
        [sys.executable, "-c", AT_ONCE, str(delay), *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=given | {"PYTHONPATH": str(ROOT), "TERM": "xterm"} | environment,
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        seen += piece
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    return out, seen


def test_a_bar_that_is_gone_at_the_end(folder: Path) -> None:
    out, seen = on_terminal(folder, "--format", "json-lines", ".")
    assert b"31" in seen and b"files" in seen and "━".encode() in seen
    assert seen.endswith(b"\x1b[?25h\r\x1b[1A\x1b[2K")  # the cursor is back, the line is empty
    assert out == on_terminal(folder, "--format", "json-lines", "--quiet", ".")[0]
    assert out.count(b"\n") == 2


@pytest.mark.parametrize(
    ("arguments", "environment", "delay"),
    [
        (["--quiet"], {}, 0),
        ([], {"CI": "true"}, 0),
        ([], {"TERM": "dumb"}, 0),
        ([], {}, 1000),
    ],
)
def test_none_for_silence_ci_and_short_runs(
    folder: Path, arguments: list[str], environment: dict[str, str], delay: float
) -> None:
    _, seen = on_terminal(folder, *arguments, delay=delay, **environment)
    assert "━".encode() not in seen


def test_none_without_a_terminal(folder: Path) -> None:
    outcome = subprocess.run(
        [sys.executable, "-c", AT_ONCE, "0", "--format", "json", "."],
        cwd=folder,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert outcome.stderr == b""
