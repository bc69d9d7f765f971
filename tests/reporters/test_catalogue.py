from __future__ import annotations

import pytest

from bnlint.reporters.catalogue import list_document, listed, page_document
from bnlint.reporters.style import Style
from bnlint.rules.schema import Example, FixSpec, Page, Rule


def rule(**changes: object) -> Rule:
    given: dict[str, object] = {
        "code": "BN101",
        "name": "frozen-backbone-without-training-false",
        "summary": "A frozen backbone is called without training=False",
        "status": "stable",
        "severity": "warning",
        "match": None,
        "cases": (),
        "fixes": (FixSpec("safe", "say so", ()), FixSpec("unsafe", "say so", ())),
        "advice": (),
        "related": (),
        "replaces": (),
        "remedy": None,
        "opt_in": False,
        "load_page": lambda code: Page(
            what="Nothing is seen.",
            why="The flag alone does it.",
            instead="```python\nx = base(inputs, training=False)\n```",
            fine_when="The backbone stays frozen.",
            fix_safety="Only a keyword is added.",
            references=("https://keras.io/guides/transfer_learning/",),
            examples=(
                Example("keras==3.15", "x = base(i, training=False)\n", clean=True),
                Example("keras==3.15", "x = base(i)  # BN101\n", clean=False, fixed="x = base(i, training=False)\n"),
            ),
        ),
    }
    return Rule(**(given | changes))  # type: ignore[arg-type]


def test_the_list() -> None:
    lines = list(listed([rule(), rule(code="BN116", name="block-cut-by-freeze", fixes=(), opt_in=True)], Style()))
    assert [line.split("  ")[0].strip() for line in lines] == ["code", "BN101", "BN116"]
    assert "safe or unsafe" in lines[1]
    assert "off (warning)" in lines[2]
    assert "advice" in lines[2]


def test_a_rule_in_preview_is_off_in_list_and_json() -> None:
    tried = rule(status="preview")
    assert "preview (warning)" in [*listed([tried], Style())][1]
    assert list_document([tried])["rules"][0]["default"] is False


@pytest.mark.parametrize(("code", "fixes"), [("BN901", ["safe"]), ("BN900", [])])
def test_fixes_of_the_tool_itself(code: str, fixes: list[str]) -> None:
    assert list_document([rule(code=code, fixes=())])["rules"][0]["fixes"] == fixes


def test_json() -> None:
    head = {
        "code": "BN101",
        "name": "frozen-backbone-without-training-false",
        "summary": "A frozen backbone is called without training=False",
        "status": "stable",
        "severities": ["warning"],
        "default": True,
        "fixes": ["safe", "unsafe"],
    }
    assert list_document([rule()])["rules"] == [head]
    document = page_document(rule())
    assert {key: document[key] for key in head} == head
    assert document["what"] == "Nothing is seen."
    assert [example["clean"] for example in document["examples"]] == [True, False]
