"""The README says what the tool says, and its links lead somewhere."""

from __future__ import annotations

import re

from tools.refresh_readme import BLOCK, README, ROOT, refreshed

TEXT = README.read_text(encoding="utf-8")


def test_every_output_is_what_the_tool_prints_now() -> None:
    assert len(BLOCK.findall(TEXT)) >= 5
    assert refreshed(TEXT) == TEXT  # else run tools/refresh_readme.py, and read what has changed


def test_links_lead_somewhere() -> None:
    links = [link for text in (TEXT, *_pages()) for link in re.findall(r"\]\(([^)#:]+)\)", text)]
    assert len(links) > 10
    assert [link for link in links if not any((folder / link).exists() for folder in (ROOT, ROOT / "docs"))] == []


def _pages() -> list[str]:
    return [page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md")]
