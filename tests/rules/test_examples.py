"""Sloppy examples are refused: they would prove less than the rule says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.rules import load
from bnlint.rules.examples import marked_lines, sloppy
from tests.rules.writing import written

RULE = """\
match: {each: layer, report_at: place}
cases: [{severity: info, message: seen}]
fix_safety: Safe.
fixes: [{safety: safe, summary: s, do: [{add_argument: {call: place, name: {literal: a}, value: {literal: 1}}}]}]
examples:
"""
FLAGGED = '  - {target: keras==3.15, flagged: "import keras  # TST001\\n", fixed: "import keras as k  # TST001\\n"}\n'
CLEAN = '  - {target: keras==3.15, clean: "import keras\\n"}\n'


def complaints(folder: Path, rule: str) -> list[str]:
    written(folder, rule)
    return list(sloppy(load([folder]).rules["TST001"]))


def test_a_flagged_and_a_clean_example_are_enough(tmp_path: Path) -> None:
    assert complaints(tmp_path, RULE + FLAGGED + CLEAN) == []


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        (RULE + FLAGGED, "TST001 has no clean example"),
        (RULE + CLEAN, "TST001 has no flagged example"),
        (RULE.replace("fix_safety: Safe.\n", "") + FLAGGED + CLEAN, "TST001 offers a fix and has no fix_safety"),
        (RULE + FLAGGED.replace(", fixed: ", ", title: ") + CLEAN, "TST001 offers a fix and no example shows one"),
        (RULE + FLAGGED.replace("  # TST001", "") + CLEAN, "flagged, but no line is marked `# TST001`"),
        (RULE + FLAGGED + CLEAN.replace("keras\\n", "keras  # TST001\\n"), "clean, but a line is marked"),
        (RULE + FLAGGED.replace(" as k", "") + CLEAN, "fixed is the same program"),
        (RULE + FLAGGED + CLEAN + CLEAN, "the same program twice for one target"),
    ],
)
def test_what_is_refused(tmp_path: Path, rule: str, complaint: str) -> None:
    assert any(complaint in each for each in complaints(tmp_path, rule))


def test_a_mark_is_a_comment_with_the_code_and_nothing_else() -> None:
    source = (
        "a = 1  # BN102\nb = 2  # BN102 is near\nc = 3  # reason  # BN102\nd = 4  # BN103\ne = 5  # BN102  # BN102\n"
    )
    assert marked_lines(source, "BN102") == (1, 3, 5, 5)
