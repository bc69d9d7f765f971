"""The README says what the tool says: each `console` block is run, and its output is compared."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from bnlint.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n\$ (.+?)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("command", "output"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_output(
    command: str, output: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
    program, *arguments = shlex.split(command)
    assert program == "bnlint"
    main(arguments)
    said = capsys.readouterr()
    assert said.out + said.err == output


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not os.path.exists(ROOT / link)] == []
