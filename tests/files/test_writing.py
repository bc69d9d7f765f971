from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bnlint.files.writing import Unwritable, replace

BEFORE, AFTER = b"x = base(inputs)\r\n", b"x = base(inputs, training=False)\r\n"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_bytes(BEFORE)
    return path


def test_content_and_mode(script: Path) -> None:
    script.chmod(0o755)
    replace(str(script), AFTER, expected=BEFORE)
    assert script.read_bytes() == AFTER
    assert stat.S_IMODE(script.stat().st_mode) == 0o755
    assert os.listdir(script.parent) == ["train.py"]


def test_a_link_stays_a_link(script: Path) -> None:
    link = script.parent / "link.py"
    link.symlink_to("train.py")
    replace(str(link), AFTER, expected=BEFORE)
    assert link.is_symlink()
    assert script.read_bytes() == AFTER


def test_read_only(script: Path) -> None:
    script.chmod(0o444)
    with pytest.raises(Unwritable, match="is read-only"):
        replace(str(script), AFTER, expected=BEFORE)
    assert script.read_bytes() == BEFORE


def test_changed_meanwhile(script: Path) -> None:
    with pytest.raises(Unwritable, match="has changed since it was read"):
        replace(str(script), AFTER, expected=b"something else")
    assert script.read_bytes() == BEFORE


def test_nothing_is_half_written(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(Unwritable, match="cannot be written: No space left on device"):
        replace(str(script), AFTER, expected=BEFORE)
    assert script.read_bytes() == BEFORE
    assert os.listdir(script.parent) == ["train.py"]


def test_gone(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="cannot be written: No such file"):
        replace(str(tmp_path / "train.py"), AFTER, expected=BEFORE)
