"""The remedies that pages of rules name are there, and those that are there are named."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from bnlint import remedies
from bnlint.rules import load

ROOT = Path(__file__).parent.parent.parent
GUIDE = (ROOT / "docs/remedies.md").read_text(encoding="utf-8")
NAMED = {
    (rule.code, name)
    for rule in load().rules.values()
    for text in (rule.page.instead, rule.page.why, rule.page.what, rule.page.fine_when, rule.page.fix_safety)
    for name in re.findall(r"bnlint\.remedies\.(\w+)", text)
}


def test_what_pages_of_rules_name_exists() -> None:
    assert {(code, name) for code, name in NAMED if name not in remedies.__all__} == set()


@pytest.mark.parametrize("name", [name for name in remedies.__all__ if inspect.isfunction(getattr(remedies, name))])
def test_each_function_is_named_in_the_page_of_a_rule(name: str) -> None:
    assert name in {named for _, named in NAMED}


@pytest.mark.parametrize("name", remedies.__all__)
def test_the_guide_speaks_of_everything_public(name: str) -> None:
    assert re.search(rf"\b{name}\b", GUIDE)


def test_the_guide_lists_rules_that_name_the_remedy() -> None:
    rows = re.findall(r"^\| \[`(\w+)`\].*\|$", GUIDE, re.MULTILINE)
    listed = {
        (code, name)
        for name in rows
        for line in GUIDE.splitlines()
        if line.startswith(f"| [`{name}`]")
        for code in re.findall(r"BN\d+", line)
    }
    assert rows and listed <= NAMED
