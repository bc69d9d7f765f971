from __future__ import annotations

import pytest

from bnlint.reporters.catalogue import list_document, listed, page, page_document
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


def test_the_page_in_full() -> None:
    assert page(rule()) == (
        "# BN101 frozen-backbone-without-training-false\n\n"
        "A frozen backbone is called without training=False.\n\n"
        "*Severity:* warning, on by default. *Status:* stable. "
        "*Remedy:* a safe fix (`--fix`) and an unsafe fix (`--unsafe-fixes`).\n\n"
        "## What happens\n\nNothing is seen.\n\n"
        "## Why\n\nThe flag alone does it.\n\n"
        "## For example\n\nOn `keras==3.15` this is reported:\n\n```python\nx = base(i)  # BN101\n```\n\n"
        "and `--fix` makes it\n\n```python\nx = base(i, training=False)\n```\n\n"
        "## Instead\n\n```python\nx = base(inputs, training=False)\n```\n\n"
        "## When it is fine\n\nThe backbone stays frozen.\n\n"
        "Then write `# bnlint: ignore[BN101]` and the reason on the line.\n\n"
        "## Fix safety\n\nOnly a keyword is added.\n\n"
        "## References\n\n- https://keras.io/guides/transfer_learning/\n"
    )


def test_a_short_page_has_no_empty_headings() -> None:
    text = page(rule(fixes=(), opt_in=True, load_page=lambda code: Page("This.", "That.")))
    assert [line for line in text.split("\n") if line.startswith("## ")] == ["## What happens", "## Why"]
    assert "*Severity:* warning, only when selected. *Status:* stable. *Remedy:* advice only." in text


def test_the_list() -> None:
    lines = list(listed([rule(), rule(code="BN116", name="block-cut-by-freeze", fixes=(), opt_in=True)], Style()))
    assert [line.split("  ")[0].strip() for line in lines] == ["code", "BN101", "BN116"]
    assert "safe or unsafe" in lines[1]
    assert "off (warning)" in lines[2]
    assert "advice" in lines[2]


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
