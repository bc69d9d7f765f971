from __future__ import annotations

import pytest

from tests.fixes.programs import place, planned_for, rewritten

OURS = "# bnlint: ignore[BN101]"


@pytest.mark.parametrize(
    ("before", "part", "after"),
    [
        (f"x = base(y)  {OURS}\nz = 1\n", OURS, "x = base(y)\nz = 1\n"),
        (f"x = base(y)  {OURS} why\n", f"{OURS} why", "x = base(y)\n"),
        (f"{OURS}\nx = base(y)\n", OURS, "x = base(y)\n"),
        (f"if a:\r\n    {OURS}\r\n    x = base(y)\r\n", OURS, "if a:\r\n    x = base(y)\r\n"),
        (f"x = base(y)\n{OURS}", OURS, "x = base(y)\n"),
        (f"x = base(y)  # the images  {OURS}\n", OURS, "x = base(y)  # the images\n"),
        (f"x = base(y)  {OURS}  # the images\n", OURS, "x = base(y)  # the images\n"),
        (f"x = '# ß'\t{OURS}\ry = 1\r", OURS, "x = '# ß'\ry = 1\r"),
    ],
)
def test_remove_comment(before: str, part: str, after: str) -> None:
    assert rewritten(before, "remove_comment", place=place(before, part)) == after


@pytest.mark.parametrize(
    ("text", "part", "reason"),
    [
        (f"x = '{OURS}'\n", OURS, "no comment stands there"),
        ("x = 1  # one\n", "one", "no comment stands there"),
        (f"x = 1  {OURS}\ny = 2\n", f"{OURS}\ny", "the comment does not end on its line"),
    ],
)
def test_remove_comment_refuses(text: str, part: str, reason: str) -> None:
    assert planned_for(text, "remove_comment", place=place(text, part)).refusal == reason


def test_replace_text() -> None:
    text = "x = base(y)  # bnlint: ignore[BN101, BN102] warm-up\n"
    replaced = rewritten(text, "replace_text", place=place(text, "BN101, BN102"), old="BN101, BN102", new="BN102")
    assert replaced == "x = base(y)  # bnlint: ignore[BN102] warm-up\n"


def test_replace_text_needs_the_old_text() -> None:
    text = "x = 1\n"
    assert planned_for(text, "replace_text", place=place(text, "x"), old="y", new="z").refusal == (
        "another text stands there"
    )
