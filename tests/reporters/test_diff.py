from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bnlint.reporters.diff import render
from bnlint.reporters.style import Style
from bnlint.reports import Report

BEFORE = "x = base(inputs)\nmodel.fit(images)\n"
AFTER = "x = base(inputs, training=False)\nmodel.fit(images)\n"


def diff(before: str, after: str, colour: bool = False) -> str:
    return "".join(render(Report("train.py", text=after, original=before), Style(colour)))


def test_unified() -> None:
    assert diff(BEFORE, AFTER) == (
        "--- train.py\n"
        "+++ train.py\n"
        "@@ -1,2 +1,2 @@\n"
        "-x = base(inputs)\n"
        "+x = base(inputs, training=False)\n"
        " model.fit(images)\n"
    )


def test_nothing_where_nothing_changes() -> None:
    assert diff(BEFORE, BEFORE) == ""


def test_colour() -> None:
    assert "\x1b[1;31m-x = base(inputs)\x1b[0m\n" in diff(BEFORE, AFTER, colour=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BEFORE, AFTER),
        (BEFORE.rstrip("\n"), AFTER.rstrip("\n")),
        (BEFORE.replace("\n", "\r\n"), AFTER.replace("\n", "\r\n")),
        ("a = '\x0c\u2028'\n" + BEFORE, "a = '\x0c\u2028'\n" + AFTER),
    ],
)
def test_git_can_apply_it(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / "train.py").write_bytes(before.encode())
    patch = diff(before, after).encode()
    subprocess.run(["git", "apply", "-p0", "--whitespace=nowarn", "-"], input=patch, cwd=tmp_path, check=True)
    assert (tmp_path / "train.py").read_bytes() == after.encode()
