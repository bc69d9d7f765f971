from __future__ import annotations

from bnlint.findings import Edit, Finding, Fix, Related
from bnlint.graph.places import Place
from bnlint.reporters.full import Full
from bnlint.reporters.style import Style
from bnlint.reports import Report

CODE = """\
base = ResNet50()
base.trainable = False
x = base(inputs)
model.fit(images)
"""


def at(line: int, column: int, end_column: int, path: str = "train.py") -> Place:
    return Place(path, line, column, line, end_column)


def finding(**changes: object) -> Finding:
    given: dict[str, object] = {
        "code": "BN101",
        "name": "frozen-backbone-without-training-false",
        "severity": "warning",
        "message": "base (ResNet50) is called without `training=False`",
        "place": at(3, 5, 17),
    }
    return Finding(**(given | changes))  # type: ignore[arg-type]


def full(*findings: Finding, colour: bool = False, unsafe: bool = False) -> str:
    renderer = Full(Style(colour), unsafe=unsafe)
    return "\n".join(renderer.render(Report("train.py", findings, text=CODE)))


def test_a_finding_with_the_lines_that_led_to_it_and_the_way_out() -> None:
    fix = Fix("safe", "call base with training=False", edits=(Edit(at(3, 16, 16), ", training=False"),))
    related = (Related("frozen here", at(2, 1, 23)), Related("trained here", at(4, 1, 18)))
    assert full(finding(fix=fix, related=related)) == (
        "BN101 [*] warning: base (ResNet50) is called without `training=False`\n"
        "  --> train.py:3:5\n"
        "  |\n"
        "2 | base.trainable = False\n"
        "  | ---------------------- frozen here\n"
        "3 | x = base(inputs)\n"
        "  |     ^^^^^^^^^^^^\n"
        "4 | model.fit(images)\n"
        "  | ----------------- trained here\n"
        "  |\n"
        "help: call base with training=False (`--fix` does it)\n"
        "3 | - x = base(inputs)\n"
        "  | + x = base(inputs, training=False)\n"
        "more: bnlint rule BN101\n"
    )


def test_an_insertion_shows_the_line_above() -> None:
    loop = "for layer in base.layers:\n    layer.trainable = False\n"
    fix = Fix("unsafe", "keep them frozen", edits=(Edit(at(3, 1, 1), loop),))
    assert (
        "help: keep them frozen (unsafe, `--fix --unsafe-fixes` does it)\n"
        "2 |   base.trainable = False\n"
        "  | + for layer in base.layers:\n"
        "  | +     layer.trainable = False\n"
    ) in full(finding(fix=fix))


def test_two_edits_of_one_line_are_one_change() -> None:
    fix = Fix("safe", "two words", edits=(Edit(at(3, 16, 16), ", training=False"), Edit(at(3, 1, 2), "y")))
    assert "3 | - x = base(inputs)\n  | + y = base(inputs, training=False)\n" in full(finding(fix=fix))


def test_an_unsafe_fix_is_marked_where_unsafe_fixes_are_on() -> None:
    fix = Fix("unsafe", "keep them frozen")
    assert full(finding(fix=fix)).startswith("BN101 warning:")
    assert full(finding(fix=fix), unsafe=True).startswith("BN101 [*] warning:")


def test_advice_where_there_is_no_fix() -> None:
    assert "help: Lower the momentum,\n      say to 0.9\n" in full(finding(advice="Lower the momentum,\nsay to 0.9"))


def test_each_page_is_pointed_to_once() -> None:
    assert full(finding(), finding(), finding(code="BN102")).count("more: bnlint rule BN101") == 1


def test_lines_of_another_file() -> None:
    text = full(finding(related=(Related("built here", at(8, 1, 5, "model.py")),)))
    assert "  ::: model.py:8:1: built here\n" in text


def test_colour() -> None:
    assert full(finding(), colour=True).startswith("\x1b[1;33mBN101\x1b[0m")
    assert "\x1b" not in full(finding())


def test_a_message_cannot_control_the_terminal() -> None:
    assert "\x1b" not in full(finding(message="evil \x1b[2J", advice="evil \x1b[2J"))
