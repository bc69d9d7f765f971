"""From subjects to findings: the cases, the groups, the lines that led to it, and one remedy for a set of layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.findings import Action, Related
from bnlint.graph.places import Place
from bnlint.graph.subjects import Backbone, BatchNormAtFit, Because, Fit
from tests.rules.writing import at, catalogue, found

PLAIN = """\
match:
  each: batch_norm_at_fit
  where: {updated: true}
  group_by: group
  sum: layers
  report_at: [enabled_by, fit.place]
cases:
  - when: {pretrained: true, harmful_rate: true}
    severity: error
    message: "{layers:count layer} at a high rate"
  - when: {pretrained: true}
    severity: warning
    message: "{layers:count layer} in the fit on {fit.place}"
  - when: {pretrained: false}
    severity: info
    message: "{layers:count layer} from scratch"
"""
FIT = Fit(place=at(40), line=40)
LATER = Fit(place=at(50), line=50)


def layers(**facts: object) -> BatchNormAtFit:
    """53 updated, pretrained layers in a fit on line 40, enabled on line 30."""
    usual: dict[str, object] = {
        "updated": True,
        "pretrained": True,
        "layers": 53,
        "fit": FIT,
        "group": "base",
        "enabled_by": at(30),
    }
    return BatchNormAtFit(**(usual | facts))  # type: ignore[arg-type]


def test_the_first_case_that_surely_holds_speaks(tmp_path: Path) -> None:
    rules = catalogue(tmp_path, PLAIN)
    said = [
        found(rules, [layers(harmful_rate=True)]),
        found(rules, [layers(harmful_rate=None)]),
        found(rules, [layers(pretrained=False)]),
        found(rules, [layers(pretrained=None)]),
        found(rules, [layers(updated=None)]),
    ]
    assert [[(each.severity, each.message) for each in findings] for findings in said] == [
        [("error", "53 layers at a high rate")],
        [("warning", "53 layers in the fit on line 40")],
        [("info", "53 layers from scratch")],
        [],
        [],
    ]


def test_a_finding_stands_at_the_first_known_place(tmp_path: Path) -> None:
    rules = catalogue(tmp_path, PLAIN)
    assert found(rules, [layers()])[0].place == at(30)
    assert found(rules, [layers(enabled_by=None)])[0].place == at(40)
    assert found(rules, [layers(enabled_by=None, fit=None)]) == []


def test_rows_of_one_fit_are_added_up(tmp_path: Path) -> None:
    rules = catalogue(tmp_path, PLAIN)
    (finding,) = found(rules, [layers(layers=40), layers(layers=13), layers(layers=53, fit=LATER)])
    assert finding.message == "53 layers in the fit on line 40"


def test_an_unknown_number_makes_the_sum_unknown(tmp_path: Path) -> None:
    (finding,) = found(catalogue(tmp_path, PLAIN), [layers(layers=40), layers(layers=None)])
    assert finding.message == "the layers in the fit on line 40"


def test_the_worst_row_gives_the_words_and_the_place(tmp_path: Path) -> None:
    worst = layers(layers=3, fit=LATER, enabled_by=at(45), harmful_rate=True)
    (finding,) = found(catalogue(tmp_path, PLAIN), [layers(), worst])
    assert (finding.severity, finding.message, finding.place) == ("error", "3 layers at a high rate", at(45))


def test_groups_are_apart_and_findings_in_the_order_of_the_program(tmp_path: Path) -> None:
    rows = [layers(group="second", enabled_by=at(20)), layers(group="first", enabled_by=at(10))]
    assert [finding.place.line for finding in found(catalogue(tmp_path, PLAIN), rows)] == [10, 20]


def test_without_group_by_one_place_is_one_finding(tmp_path: Path) -> None:
    rules = catalogue(tmp_path, PLAIN.replace("  group_by: group\n", ""))
    rows = [layers(group="one"), layers(group="two"), layers(enabled_by=at(31))]
    assert [finding.place.line for finding in found(rules, rows)] == [30, 31]


RELATED = (
    PLAIN
    + """\
related:
  - {at: frozen_at, say: frozen here, when: {frozen_before: true}}
  - {at: compiled_at, say: compiled here}
  - {at: fit.place, say: "trained here, {layers:count layer}"}
  - {at: because}
"""
)


def test_the_lines_that_led_to_it(tmp_path: Path) -> None:
    row = layers(
        frozen_at=at(10),
        frozen_before=True,
        compiled_at=(at(32), at(36)),
        because=(Because(at(5), "pretrained weights"), Because(at(32, 9), "said already")),
    )
    (finding,) = found(catalogue(tmp_path, RELATED), [row])
    assert finding.related == (
        Related("frozen here", at(10)),
        Related("compiled here", at(32)),
        Related("compiled here", at(36)),
        Related("trained here, 53 layers", at(40)),
        Related("pretrained weights", at(5)),
    )


def test_a_related_line_whose_condition_is_open_or_that_is_the_finding_itself_is_left_out(tmp_path: Path) -> None:
    row = layers(frozen_at=at(10), frozen_before=None, compiled_at=(at(30, 5),))
    (finding,) = found(catalogue(tmp_path, RELATED), [row])
    assert [related.message for related in finding.related] == ["trained here, 53 layers"]


def test_related_lines_of_several_rows_come_once_and_six_at_most(tmp_path: Path) -> None:
    rows = [layers(compiled_at=(at(32),)), layers(compiled_at=tuple(at(line) for line in range(32, 39)))]
    (finding,) = found(catalogue(tmp_path, RELATED), rows)
    assert [related.place.line for related in finding.related] == [32, 40, 33, 34, 35, 36]


def fixed(rule: str, safety: str, rest: str = "") -> str:
    fix = "[{freeze_batch_norm: {of: backbone, after: enabled_by, before: compiled_at}}]"
    return f"{rule}fixes:\n  - {{safety: {safety}, summary: 'freeze {{backbone.label}}', do: {fix}}}\n{rest}"


BACKBONE = Backbone(label="base (ResNet50)", variable="base")


def test_a_fix_carries_the_values_of_the_facts_that_it_names(tmp_path: Path) -> None:
    (finding,) = found(catalogue(tmp_path, fixed(PLAIN, "safe")), [layers(backbone=BACKBONE, compiled_at=(at(32),))])
    assert finding.fix is not None
    assert (finding.fix.safety, finding.fix.summary) == ("safe", "freeze base (ResNet50)")
    assert finding.fix.actions == (Action("freeze_batch_norm", {"of": BACKBONE, "after": at(30), "before": (at(32),)}),)


def test_a_constant_is_handed_on_as_it_is(tmp_path: Path) -> None:
    rule = PLAIN + (
        "fixes:\n  - {safety: safe, summary: s, do: "
        "[{add_argument: {call: called_at, name: {literal: training}, value: {literal: false}}}]}\n"
    )
    (finding,) = found(catalogue(tmp_path, rule), [layers(called_at=at(7))])
    assert finding.fix is not None
    assert finding.fix.actions[0].arguments == {"call": at(7), "name": "training", "value": False}


def test_without_a_value_for_every_argument_there_is_advice_and_no_fix(tmp_path: Path) -> None:
    rule = fixed(PLAIN, "safe", "advice: Freeze them by hand.\n")
    (finding,) = found(catalogue(tmp_path, rule), [layers(backbone=None)])
    assert (finding.fix, finding.advice) == (None, "Freeze them by hand.")


def test_a_fix_for_several_rows_is_as_safe_as_the_least_safe_one(tmp_path: Path) -> None:
    do = "do: [{freeze_batch_norm: {of: backbone, after: enabled_by}}]"
    rule = PLAIN + (
        "fixes:\n"
        f"  - {{when: {{shows_intent: true}}, safety: safe, summary: s, {do}}}\n"
        f"  - {{when: {{pretrained: true}}, safety: unsafe, summary: s, {do}}}\n"
    )
    rules = catalogue(tmp_path, rule)
    safe, unsafe = layers(backbone=BACKBONE, shows_intent=True), layers(backbone=BACKBONE, enabled_by=at(31))
    without = layers(backbone=BACKBONE, pretrained=False)
    (both,) = found(rules, [safe, unsafe])
    assert both.fix is not None
    assert (both.fix.safety, len(both.fix.actions)) == ("unsafe", 2)
    assert found(rules, [safe, without])[0].fix is None


def test_the_first_piece_of_advice_that_holds(tmp_path: Path) -> None:
    rule = PLAIN + "advice:\n  - {when: {frozen_uses_batch: true}, say: 'upgrade {where}'}\n  - {say: freeze}\n"
    rules = catalogue(tmp_path, rule)
    assert found(rules, [layers(frozen_uses_batch=True, where="base")])[0].advice == "upgrade base"
    assert found(rules, [layers(frozen_uses_batch=None)])[0].advice == "freeze"


def test_a_rule_takes_the_place_of_another_for_the_same_layers(tmp_path: Path) -> None:
    rules = catalogue(tmp_path, PLAIN, PLAIN.replace("{updated: true}", "{last_fit: true}") + "replaces: [TST001]\n")
    rows = [layers(group="a", last_fit=True), layers(group="b", enabled_by=at(31))]
    assert [(finding.code, finding.group) for finding in found(rules, rows)] == [("TST002", "a"), ("TST001", "b")]


EACH = PLAIN.replace("group_by: group", "group_by: [group, enabled_by]")


def test_a_rule_leaves_what_another_says_of_the_same_layers_in_another_fit(tmp_path: Path) -> None:
    rules = catalogue(tmp_path, EACH, EACH.replace("{updated: true}", "{last_fit: true}") + "replaces: [TST001]\n")
    rows = [layers(group="a"), layers(group="a", last_fit=True, enabled_by=at(31))]
    findings = found(rules, rows)
    assert [(finding.code, finding.place.line) for finding in findings] == [("TST001", 30), ("TST002", 31)]


def test_remedies_for_different_fits_do_not_compete(tmp_path: Path) -> None:
    second = EACH.replace("{updated: true}", "{last_fit: true}") + "replaces: [TST001]\n"
    rules = catalogue(tmp_path, fixed(EACH, "safe", "remedy: 1\n"), fixed(second, "unsafe", "remedy: 2\n"))
    rows = [
        layers(group="a", backbone=BACKBONE),
        layers(group="a", last_fit=True, enabled_by=at(31), backbone=BACKBONE),
    ]
    assert [finding.fix is not None for finding in found(rules, rows)] == [True, True]


def test_what_has_no_group_is_never_replaced(tmp_path: Path) -> None:
    rules = catalogue(tmp_path, PLAIN, PLAIN + "replaces: [TST001]\n")
    assert [finding.code for finding in found(rules, [layers(group="")])] == ["TST001", "TST002"]


@pytest.mark.parametrize(
    ("first", "second", "mends"),
    [
        ("safe", "safe", "TST001"),
        ("unsafe", "safe", "TST002"),
        ("unsafe", "unsafe", "TST001"),
    ],
)
def test_one_set_of_layers_gets_one_remedy(tmp_path: Path, first: str, second: str, mends: str) -> None:
    rules = catalogue(tmp_path, fixed(PLAIN, first, "remedy: 1\n"), fixed(PLAIN, second, "remedy: 2\n"))
    findings = found(rules, [layers(backbone=BACKBONE)])
    assert [finding.code for finding in findings if finding.fix] == [mends]
    assert [finding.advice for finding in findings if not finding.fix] == [
        f"The fix of {mends} (line 30) mends this too."
    ]


def test_another_set_and_a_rule_without_rank_keep_their_fixes(tmp_path: Path) -> None:
    rules = catalogue(tmp_path, fixed(PLAIN, "safe", "remedy: 1\n"), fixed(PLAIN, "safe"))
    findings = found(rules, [layers(backbone=BACKBONE), layers(backbone=BACKBONE, group="other", enabled_by=at(31))])
    assert [(finding.code, finding.fix is not None) for finding in findings] == [
        ("TST001", True),
        ("TST002", True),
        ("TST001", True),
        ("TST002", True),
    ]


def test_what_nobody_will_see_takes_no_remedy_and_replaces_nothing(tmp_path: Path) -> None:
    from bnlint.graph.subjects import Program

    rules = catalogue(
        tmp_path, fixed(PLAIN, "safe", "remedy: 1\nreplaces: [TST002]\n"), fixed(PLAIN, "safe", "remedy: 2\n")
    )
    program = Program("train.py", subjects={"batch_norm_at_fit": (layers(backbone=BACKBONE),)})
    findings = rules.match(program, {"TST001", "TST002"}, hidden=lambda finding: finding.code == "TST001")
    assert [(finding.code, finding.fix is not None) for finding in findings] == [("TST002", True)]


def test_only_the_selected_rules_speak(tmp_path: Path) -> None:
    from bnlint.graph.subjects import Program

    rules = catalogue(tmp_path, PLAIN, PLAIN)
    program = Program("train.py", subjects={"batch_norm_at_fit": (layers(),)})
    assert [finding.code for finding in rules.match(program, {"TST002"})] == ["TST002"]


def test_a_place_in_a_notebook(tmp_path: Path) -> None:
    cell = Fit(place=Place("train.py", 2, 1, 2, 9, 5))
    (finding,) = found(catalogue(tmp_path, PLAIN), [layers(fit=cell)])
    assert finding.message == "53 layers in the fit on line 2 of cell 5"


def test_a_place_in_another_file_is_named_with_it(tmp_path: Path) -> None:
    fit = Fit(place=Place("src/loop.py", 2, 1, 2, 9))
    (finding,) = found(catalogue(tmp_path, PLAIN), [layers(fit=fit)])
    assert finding.message == "53 layers in the fit on line 2 of loop.py"
