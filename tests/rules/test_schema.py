"""What a rule's author sees when something is wrong: the file, the line, and what was expected there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bnlint.rules import RuleError, load
from bnlint.rules.compiling import compile_catalogue
from tests.rules.writing import HEAD, compiled, written

GOOD = """\
match:
  each: batch_norm_at_fit
  where: {updated: true}
  group_by: [group]
  report_at: [enabled_by, fit.place]
cases:
  - severity: warning
    message: "{layers:count layer} of {backbone.label}"
"""
FIRST = len(HEAD.splitlines()) + 1
"""The line on which a rule begins, after the head."""


def test_a_rule_with_what_it_needs_and_nothing_else(tmp_path: Path) -> None:
    rule = json.loads(compiled(tmp_path, GOOD))["rules"][0]
    assert rule["match"] == {
        "each": "batch_norm_at_fit",
        "where": ["is", "updated", True],
        "group_by": ["group"],
        "sum": None,
        "report_at": ["enabled_by", "fit.place"],
    }
    assert (rule["code"], rule["name"], rule["status"], rule["opt_in"]) == ("TST001", "tried-out", "stable", False)


def with_case(case: str) -> str:
    return GOOD.replace("  - severity: warning\n", f"  - severity: warning\n    {case}\n")


@pytest.mark.parametrize(
    ("rule", "line", "expected"),
    [
        (GOOD.replace("cases:", "casse:"), 6, "unknown key `casse`; did you mean `cases`?; expected one of `code`"),
        (
            GOOD.replace("batch_norm_at_fit", "batch_norm"),
            2,
            "expected one of `addons_norm`, `api_use`, `backbone_at_fit`, `batch_norm_argument`",
        ),
        (GOOD.replace("{updated: true}", "{updatd: true}"), 3, "there is no fact `updatd`; did you mean `updated`?"),
        (GOOD.replace("{updated: true}", "{updated: maybe}"), 3, "`updated` is yes or no; 'maybe' is not"),
        (GOOD.replace("{updated: true}", "{updated: 1}"), 3, "`updated` is yes or no; 1 is not"),
        (GOOD.replace("{updated: true}", "{layers: true}"), 3, "`layers` is number; True is not"),
        (GOOD.replace("{updated: true}", "{statistics: movin}"), 3, "'movin' is not; did you mean `moving`?"),
        (
            GOOD.replace("{updated: true}", "{residual: {above: 0.1}}"),
            3,
            "unknown key `above`; expected one of `at_least`",
        ),
        (
            GOOD.replace("{updated: true}", "{where: {more_than: 3}}"),
            3,
            "`where` is text, which is not compared by size",
        ),
        (GOOD.replace("{updated: true}", "{layers: {has: 3}}"), 3, "`layers` is number, no list that could hold"),
        (GOOD.replace("{updated: true}", "{residual: {}}"), 3, "`residual` is compared with nothing"),
        (GOOD.replace("{updated: true}", "{residual: {known: 1}}"), 3, "expected true or false, not 1"),
        (GOOD.replace("{updated: true}", "{}"), 3, "an empty condition"),
        (GOOD.replace("{updated: true}", "updated"), 3, "expected `key: value` lines, not 'updated'"),
        (GOOD.replace("{updated: true}", "{any: {updated: true}}"), 3, "expected a list"),
        (GOOD.replace("[group]", "[fit]"), 4, "`fit` is no text, number or place to group by"),
        (GOOD.replace("fit.place]", "layers]"), 5, "`layers` is number, no place in the program"),
        (GOOD.replace("  report_at: [enabled_by, fit.place]\n", ""), 1, "`report_at` is missing"),
        (GOOD + "  sum: residual\n", 9, "not YAML"),
        (GOOD.replace("cases:", "  sum: residual\ncases:"), 6, "`residual` is no whole number to add up"),
        (
            GOOD.replace("severity: warning", "severity: fatal"),
            7,
            "expected one of `error`, `warning`, `info`, not 'fatal'",
        ),
        (
            GOOD.replace("{layers:count layer}", "{layer:count layer}"),
            8,
            "there is no fact `layer`; did you mean `layers`?",
        ),
        (GOOD.replace("{layers:count layer}", "{where:.0%}"), 8, "`where` is text, which `.0%` cannot format"),
        (GOOD.replace("{layers:count layer}", "{layers"), 8, "malformed message"),
        (with_case("fix: {safety: safe, summary: s, do: [{melt: {}}]}"), 8, "unknown key `melt`"),
        (with_case("fix: {safety: safe, summary: s, do: []}"), 8, "`do` lists at least one rewrite"),
        (with_case("fix: {safety: always, summary: s, do: []}"), 8, "expected one of `safe`, `unsafe`"),
        (
            with_case("fix: {safety: safe, summary: s, do: [{freeze_batch_norm: {of: where, after: enabled_by}}]}"),
            8,
            "`freeze_batch_norm` wants Backbone for `of`, not str",
        ),
        (
            with_case("fix: {safety: safe, summary: s, do: [{freeze_batch_norm: {of: backbone}}]}"),
            8,
            "`after` is missing",
        ),
        (with_case("related: [{at: frozen_at}]"), 8, "`say` is missing: what happened at `frozen_at`?"),
        (GOOD + "severity: error\n", 9, "the severity of a rule with `match` stands in its `cases`"),
        (GOOD + "remedy: first\n", 9, "expected a whole number"),
        (GOOD + "opt_in: sometimes\n", 9, "expected true or false, not 'sometimes'"),
        (GOOD + "name: twice\n", 9, "`name` is written twice"),
        (GOOD[: GOOD.index("cases:")], 1, "a rule with `match` has at least one of `cases`"),
        (GOOD + "examples: [{clean: x}]\n", 9, "`target` is missing"),
        (GOOD + "examples: [{target: x}]\n", 9, "under `flagged` or under `clean`, not both"),
        (GOOD + "examples: [{target: x, clean: x, fixed: y}]\n", 9, "a clean example has nothing to fix"),
        (GOOD + "examples: [{target: x, flagged: x, unsafe: true}]\n", 9, "`fixed`, which is missing"),
        (GOOD + "examples: [{target: 3, clean: x}]\n", 9, "expected a text"),
    ],
)
def test_an_error_names_the_file_the_line_and_what_was_expected(
    tmp_path: Path, rule: str, line: int, expected: str
) -> None:
    file = written(tmp_path, rule)
    with pytest.raises(RuleError) as error:
        compile_catalogue(tmp_path)
    assert expected in error.value.message
    if "is missing" not in expected and "at least one of `cases`" not in expected:
        assert error.value.line == FIRST + line - 1
    assert str(error.value) == f"{file}:{error.value.line}: {error.value.message}"


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("BN12", "short", "`BN12` is no code"),
        ("bn101", "small", "`bn101` is no code"),
        ("TST001", "Tried-Out", "`Tried-Out` is no name"),
        ("TST001", "tried--out", "`tried--out` is no name"),
    ],
)
def test_codes_and_names(tmp_path: Path, code: str, name: str, expected: str) -> None:
    written(tmp_path, GOOD, code, name)
    with pytest.raises(RuleError, match=expected):
        compile_catalogue(tmp_path)


def test_the_file_is_named_after_the_rule(tmp_path: Path) -> None:
    written(tmp_path, GOOD).rename(tmp_path / "TST001-another.yaml")
    with pytest.raises(RuleError, match=r"the file of this rule is named `TST001-tried-out\.yaml`"):
        compile_catalogue(tmp_path)


def test_one_code_one_rule(tmp_path: Path) -> None:
    written(tmp_path, GOOD, name="first")
    written(tmp_path, GOOD, name="second")
    with pytest.raises(RuleError, match=r"TST001 is defined in .*TST001-first"):
        compile_catalogue(tmp_path)


def test_an_empty_file_is_no_rule(tmp_path: Path) -> None:
    (tmp_path / "TST001-empty.yaml").write_text("")
    with pytest.raises(RuleError, match="expected `key: value` lines"):
        compile_catalogue(tmp_path)


def test_broken_yaml_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "TST001-broken.yaml").write_text("code: TST001\nname: [broken\nsummary: x\n")
    with pytest.raises(RuleError, match=r":3: not YAML"):
        compile_catalogue(tmp_path)


def test_a_rule_of_a_folder_takes_the_place_of_the_built_in_one(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "BN102", "our-own")
    assert load([tmp_path]).rules["BN102"].name == "our-own"
    assert load().rules["BN102"].name == "unfreezing-updates-statistics"
