"""The loop of fixing and linting again, with small linters that look for a text and want another in its place."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnlint.findings import Action, Edit, Finding, Fix, Safety, Severity
from bnlint.fixes.source import Source
from bnlint.graph.places import Place
from bnlint.mending import PASSES, Mended, mend

PATH = "train.py"


class Rule(NamedTuple):
    """Reports every ``bad``; its fix puts ``good`` there, or in the place of ``fix_at`` on the same line."""

    code: str
    bad: str
    good: str | None = None
    safety: Safety = "safe"
    only_if: str = ""
    fix_at: str = ""
    group: str = ""
    severity: Severity = "warning"

    def findings(self, text: str) -> list[Finding]:
        found = []
        start = text.find(self.bad) if self.only_if in text else -1
        while start >= 0:
            at = start if not self.fix_at else text.index(self.fix_at, text.rfind("\n", 0, start) + 1)
            old = self.fix_at or self.bad
            edit = Edit(place(text, at, at + len(old)), self.good or "")
            fix = None if self.good is None else Fix(self.safety, f"write {self.good}", edits=(edit,))
            where = place(text, start, start + len(self.bad))
            found.append(Finding(self.code, "rule", self.severity, self.bad, where, fix=fix, group=self.group))
            start = text.find(self.bad, start + 1)
        return found


def place(text: str, start: int, end: int) -> Place:
    return Source(text).place(start, end, PATH)


def linter(*rules: Rule) -> Callable[[str], list[Finding]]:
    return lambda text: [finding for rule in rules for finding in rule.findings(text)]


def mended(text: str, *rules: Rule, unsafe: bool = False) -> Mended:
    """The result, after checks that hold for every mending: it is repeatable, and a second run changes nothing."""
    lint = linter(*rules)
    result = mend(text, PATH, lint, unsafe=unsafe)
    assert result.left == lint(result.text)
    again = mend(result.text, PATH, lint, unsafe=unsafe)
    assert (again.text, again.applied) == (result.text, [])
    assert again.withdrawn == result.withdrawn
    assert mend(text, PATH, lint, unsafe=unsafe) == result
    return result


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


FREEZE = Rule("BN101", "base(x)", "base(x, training=False)")


def test_fixes_are_applied() -> None:
    result = mended("y = base(x)\nz = base(x)\n", FREEZE)
    assert result.text == "y = base(x, training=False)\nz = base(x, training=False)\n"
    assert codes(result.applied) == ["BN101", "BN101"]
    assert (result.withdrawn, result.left) == ([], [])


def test_two_findings_in_one_statement() -> None:
    result = mended("y = base(x) + base(x)\n", FREEZE)
    assert result.text == "y = base(x, training=False) + base(x, training=False)\n"


def test_nothing_to_do_needs_no_linting() -> None:
    def lint(text: str) -> list[Finding]:
        raise AssertionError("the findings were known")

    assert mend("y = 1\n", PATH, lint, findings=[]) == Mended("y = 1\n", [], [], [])


def test_one_linting_serves_all_fixes_of_a_pass() -> None:
    asked: list[str] = []

    def lint(text: str) -> list[Finding]:
        asked.append(text)
        return linter(FREEZE)(text)

    result = mend("y = base(x)\n" * 9, PATH, lint)
    assert asked == ["y = base(x)\n" * 9, result.text]


def test_unsafe_fixes_only_on_demand() -> None:
    rule = Rule("BN202", "momentum=0.1", "momentum=0.9", "unsafe")
    text = "BatchNormalization(momentum=0.1)\n"
    assert mended(text, rule).text == text
    assert codes(mended(text, rule).left) == ["BN202"]
    assert mended(text, rule, unsafe=True).text == "BatchNormalization(momentum=0.9)\n"


def test_what_is_not_permitted_is_left() -> None:
    other = Rule("BN202", "momentum=0.1", "momentum=0.9")
    text = "y = base(x)\nBatchNormalization(momentum=0.1)\n"
    result = mend(text, PATH, linter(FREEZE, other), permitted=lambda finding: finding.code != "BN101")
    assert result.text == "y = base(x)\nBatchNormalization(momentum=0.9)\n"
    assert codes(result.left) == ["BN101"]


def test_edits_of_another_file_are_left() -> None:
    result = mend("y = base(x)\n", "nets.py", linter(FREEZE))
    assert (result.text, result.applied) == ("y = base(x)\n", [])


def test_a_fix_that_breaks_the_program_is_withdrawn() -> None:
    broken = Rule("BN304", "lr=1", "learning rate=1")
    text = "SGD(lr=1)\ny = base(x)\n"
    result = mended(text, broken, FREEZE)
    assert result.text == "SGD(lr=1)\ny = base(x, training=False)\n"
    assert [(finding.code, reason) for finding, reason in result.withdrawn] == [
        ("BN304", "the program would not parse any more")
    ]
    assert codes(result.left) == ["BN304"]


def test_a_fix_that_does_not_help_is_withdrawn() -> None:
    stubborn = Rule("BN107", "trainable", "trainable ", only_if="")
    result = mended("base.trainable = True\n", stubborn)
    assert result.text == "base.trainable = True\n"
    assert [reason for _, reason in result.withdrawn] == ["the finding would still be there"]


def test_a_fix_that_brings_a_new_finding_is_withdrawn() -> None:
    needless = Rule("BN301", ", layers=l", "")
    by_batch = Rule("BN104", "ResNet50(None)")
    result = mended("base = ResNet50(None, layers=l)\n", needless, by_batch)
    assert result.text == "base = ResNet50(None, layers=l)\n"
    assert [reason for _, reason in result.withdrawn] == ["it would bring BN104 on line 1"]


def test_a_fix_that_moves_its_finding_to_another_statement_is_withdrawn() -> None:
    moved = Rule("BN102", "a.trainable = True", "a.trainable = False\nb.trainable = True", only_if="# both")
    second = Rule("BN102", "b.trainable = True")
    result = mended("# both\na.trainable = True\n", moved, second)
    assert result.text == "# both\na.trainable = True\n"
    assert [reason for _, reason in result.withdrawn] == ["it would bring BN102 on line 3"]


def test_a_fix_together_with_the_fix_of_what_it_brings() -> None:
    unused = Rule("BN901", "  # bnlint: ignore[BN201]", "", only_if="training=False")
    text = "y = base(x)  # bnlint: ignore[BN201]\n"
    result = mended(text, FREEZE, unused)
    assert result.text == "y = base(x, training=False)\n"
    assert codes(result.applied) == ["BN101", "BN901"]
    assert result.withdrawn == []


def test_a_brought_finding_whose_fix_is_not_allowed_withdraws_the_first() -> None:
    unsafe = Rule("BN201", "base(x, training=False)", "base(x,training=False)", "unsafe")
    text = "y = base(x)\n"
    assert mended(text, FREEZE, unsafe).text == text
    assert mended(text, FREEZE, unsafe, unsafe=True).text == "y = base(x,training=False)\n"


def test_a_finding_that_becomes_milder_is_mended_and_one_that_becomes_worse_is_new() -> None:
    slow = Rule("BN201", "momentum=0.99", "momentum=0.98", severity="warning")
    better = Rule("BN201", "momentum=0.98", "momentum=0.97", severity="info")
    result = mended("BatchNormalization(momentum=0.99)\n", slow, better, better._replace(bad="momentum=0.97"))
    assert result.text == "BatchNormalization(momentum=0.98)\n"
    assert [reason for _, reason in result.withdrawn] == ["the finding would still be there"]
    worse = better._replace(severity="error", good=None)
    assert mended("BatchNormalization(momentum=0.99)\n", slow, worse).applied == []


def test_a_note_about_mended_layers_is_known_though_the_fix_moves_their_line() -> None:
    text = "def tune(base):\n    base.trainable = True\n\n\nbase = ResNet50()\nmodel = Sequential([base])\n"

    def lint(text: str) -> list[Finding]:
        at = text.index("base = ResNet50()")
        group = f"{PATH}:{text.count(chr(10), 0, at) + 1}:8"
        if "freeze(base)" in text:
            return Rule("BN101", "Sequential([base])", group=group, severity="info").findings(text)
        return Rule("BN102", "base.trainable = True", "freeze(base)", group=group).findings(text)

    assert mend(text, PATH, lint).withdrawn == []  # the line stays where it is

    def longer(text: str) -> list[Finding]:
        found = lint(text)
        if "freeze(base)" not in text:
            good = "base.trainable = True\n    freeze(base)"
            return Rule("BN102", "base.trainable = True", good, group=found[0].group).findings(text)
        return found

    result = mend(text, PATH, longer)
    assert (codes(result.applied), result.withdrawn) == (["BN102"], [])
    assert codes(result.left) == ["BN101"]


def test_oscillation_stops() -> None:
    there = Rule("BN101", "base(x)", "base(x, training=False)")
    back = Rule("BN103", "base(x, training=False)", "base(x)")
    result = mended("y = base(x)\n", there, back)
    assert result.text == "y = base(x)\n"
    assert [reason for _, reason in result.withdrawn] == ["it would bring BN103 on line 1"]


def test_longer_oscillation_stops() -> None:
    ring = [Rule(f"BN10{at}", f"step{at}", f"step{(at + 1) % 3}") for at in range(3)]
    assert mended("step0\n", *ring).text == "step0\n"


def test_an_old_finding_that_moves_with_its_statement_is_not_new() -> None:
    brings_lines = Rule("BN102", "a = 1\n", "a = 2\nfor layer in base.layers:\n    layer.trainable = False\n")
    known = Rule("BN202", "momentum=0.1")
    result = mended("a = 1\nBatchNormalization(momentum=0.1)\n", brings_lines, known)
    assert codes(result.applied) == ["BN102"]
    assert codes(result.left) == ["BN202"]


def test_overlapping_fixes_take_two_passes() -> None:
    texts: list[str] = []
    rules = linter(
        Rule("BN301", ", layers=l", ""),
        Rule("BN303", "fit_generator", "fit", fix_at="fit_generator(f, layers=l"),
    )

    def lint(text: str) -> list[Finding]:
        texts.append(text)
        found = rules(text) if "layers" in text else linter(Rule("BN303", "fit_generator", "fit"))(text)
        return [_replaced(finding, text) for finding in found]

    def _replaced(finding: Finding, text: str) -> Finding:
        if finding.code == "BN303" and "layers" in text:
            assert finding.fix is not None
            edit = finding.fix.edits[0]
            good = Edit(edit.place, "fit(f, layers=l")
            return Finding(finding.code, "rule", "warning", "", finding.place, fix=Fix("safe", "", edits=(good,)))
        return finding

    result = mend("m.fit_generator(f, layers=l)\n", PATH, lint)
    assert result.text == "m.fit(f)\n"
    assert texts == ["m.fit_generator(f, layers=l)\n", "m.fit_generator(f)\n", "m.fit(f)\n"]
    assert codes(result.applied) == ["BN301", "BN303"]


def test_identical_fixes_of_several_findings_are_applied_once() -> None:
    one = Rule("BN102", "one.fit", "base.trainable = False", fix_at="pass")
    two = Rule("BN103", "two.fit", "base.trainable = False", fix_at="pass")
    text = "pass; one.fit(); two.fit()\n"

    def lint(text: str) -> list[Finding]:
        return linter(one, two)(text) if "pass" in text else []

    result = mend(text, PATH, lint)
    assert result.text == "base.trainable = False; one.fit(); two.fit()\n"
    assert codes(result.applied) == ["BN102", "BN103"]


def test_one_fix_a_set_of_layers_in_a_pass() -> None:
    argument = FREEZE._replace(group="base")
    loop = Rule("BN102", "base.trainable = True", "base.trainable = None", only_if="base(x)", group="base")
    result = mended("base.trainable = True\ny = base(x)\n", argument, loop)
    assert result.text == "base.trainable = True\ny = base(x, training=False)\n"
    assert codes(result.applied) == ["BN101"]


def test_safe_fixes_come_before_unsafe_ones() -> None:
    unsafe = Rule("BN101", "base(x)", "base(y)", "unsafe", group="base")
    safe = Rule("BN102", "base", "net", "safe", group="base")
    assert mended("base(x)\n", unsafe, safe, unsafe=True).text == "net(x)\n"


def test_one_bad_fix_among_many_is_found() -> None:
    calls = 0
    lint_all = linter(FREEZE, Rule("BN304", "lr=1", "l r=1"))

    def lint(text: str) -> list[Finding]:
        nonlocal calls
        calls += 1
        return lint_all(text)

    text = "y = base(x)\n" * 8 + "SGD(lr=1)\n" + "y = base(x)\n" * 7
    result = mend(text, PATH, lint)
    assert result.text == text.replace("base(x)", "base(x, training=False)")
    assert len(result.applied) == 15
    assert [finding.code for finding, _ in result.withdrawn] == ["BN304"]
    assert calls <= 8


def test_ten_passes_at_most() -> None:
    names = [f"step{at:02}" for at in range(20)]
    text = "x = [" + ", ".join(names) + "]\n"

    def lint(current: str) -> list[Finding]:
        """Twenty findings whose fixes all replace the whole line, so that only one fits in a pass."""
        found = []
        for at, name in enumerate(names):
            if name in current:
                line = place(current, 0, len(current) - 1)
                edit = Edit(line, current[:-1].replace(name, "done"))
                start = current.index(name)
                where = place(current, start, start + len(name))
                found.append(Finding(f"BN{at:03}", "rule", "info", name, where, fix=Fix("safe", "", edits=(edit,))))
        return found

    result = mend(text, PATH, lint)
    assert len(result.applied) == PASSES
    assert result.text.count("done") == PASSES


def test_the_last_linting_is_of_the_text_returned() -> None:
    texts: list[str] = []

    def lint(text: str) -> list[Finding]:
        texts.append(text)
        return linter(Rule("BN101", "step0", "step1"), Rule("BN102", "step1"))(text)

    result = mend("step0\n", PATH, lint)
    assert texts[-1] == result.text == "step0\n"


def test_errors_of_the_linter_pass_through() -> None:
    def lint(text: str) -> list[Finding]:
        if "training" in text:
            raise ZeroDivisionError
        return linter(FREEZE)(text)

    with pytest.raises(ZeroDivisionError):
        mend("y = base(x)\n", PATH, lint)


def test_actions_are_planned_on_the_text_of_their_pass() -> None:
    def lint(text: str) -> list[Finding]:
        found = []
        for part in ("one(x)", "two(x)"):
            if part in text:
                where = place(text, text.index(part), text.index(part) + len(part))
                action = Action("add_argument", {"call": where, "name": "training", "value": False})
                found.append(Finding("BN101", "rule", "warning", "", where, fix=Fix("safe", "", (action,))))
        return found

    result = mend("y = one(x)\r\nz = two(x)\r\n", PATH, lint)
    assert result.text == "y = one(x, training=False)\r\nz = two(x, training=False)\r\n"


WORDS = st.sampled_from(["a1", "b2", "c3", "d4", "(", "e5 + a1", "b2\nc3"])
RULES = st.builds(
    Rule,
    code=st.sampled_from(["BN101", "BN102", "BN103"]),
    bad=st.sampled_from(["a1", "b2", "c3", "d4"]),
    good=st.none() | WORDS,
    safety=st.sampled_from(["safe", "unsafe"]),
    only_if=st.sampled_from(["", "a1", "d4"]),
    fix_at=st.just(""),
    group=st.sampled_from(["", "base"]),
    severity=st.sampled_from(["info", "warning", "error"]),
)
PROGRAMS = st.lists(st.sampled_from(["a1", "b2", "a1 + b2", "c3", "f(d4, a1)", "# b2", ""]), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(PROGRAMS, st.lists(RULES, min_size=1, max_size=4), st.booleans())
def test_mending_never_makes_a_program_worse(lines: list[str], rules: list[Rule], unsafe: bool) -> None:
    text = "\n".join(lines)
    before = linter(*rules)(text)
    result = mended(text, *rules, unsafe=unsafe)  # checks too that a second run changes nothing
    ast.parse(result.text)
    mended_groups = {finding.group for finding in result.applied if finding.group}
    notes = {finding.code for finding in result.left if finding.severity == "info" and finding.group in mended_groups}
    assert sorted(set(codes(result.left)) - set(codes(before)) - notes) == []
    assert len(result.left) <= len(before)
    assert bool(result.applied) == (result.text != text)
    assert unsafe or all(finding.fix and finding.fix.safety == "safe" for finding in result.applied)


def test_a_note_that_comes_back_behind_its_own_fix_is_not_mended() -> None:
    result = mended("c3", Rule("BN101", "c3", "b2\nc3", group="base", severity="info"))
    assert result.text == "c3"
    assert len(result.withdrawn) == 1
