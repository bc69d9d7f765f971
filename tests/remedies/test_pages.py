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


FUNCTIONS = [name for name in remedies.__all__ if inspect.isfunction(getattr(remedies, name))]
ROWS = {name: set(re.findall(r"BN\d+", row)) for row, name in re.findall(r"^(\| \[`(\w+)`\].*)$", GUIDE, re.MULTILINE)}
"""The remedies of the table in the guide, with the rules that it says they serve."""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_guide_speaks_of_each_function(name: str) -> None:
    assert re.search(rf"\b{name}\b", GUIDE)


@pytest.mark.parametrize("name", ROWS)
def test_a_remedy_of_the_guide_is_there_and_is_named_in_the_pages_of_its_rules(name: str) -> None:
    assert name in remedies.__all__
    assert ROWS[name] and {(code, name) for code in ROWS[name]} <= NAMED
