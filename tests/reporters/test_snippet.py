from __future__ import annotations

from bnlint.reporters.snippet import Mark, render
from bnlint.reporters.style import Style


def shown(code: str, *marks: Mark, width: int = 160) -> str:
    return "\n".join(render(code.split("\n"), marks, Style(width=width), "warning"))


def test_marks_in_the_order_of_the_lines() -> None:
    code = "base.trainable = False\n\n\n\nx = base(inputs)\nmodel = Model(inputs, x)"
    assert shown(code, Mark(5, 5, 17, primary=True), Mark(1, 1, 23, "frozen here")) == (
        "  |\n"
        "1 | base.trainable = False\n"
        "  | ---------------------- frozen here\n"
        "...\n"
        "5 | x = base(inputs)\n"
        "  |     ^^^^^^^^^^^^\n"
        "6 | model = Model(inputs, x)\n"
        "  |"
    )


def test_a_single_line_between_is_shown() -> None:
    code = "compile()\nx = 1\nfit()"
    assert shown(code, Mark(1, 1, 8, "compiled here"), Mark(3, 1, 4, "trained here")) == (
        "  |\n1 | compile()\n  | ------- compiled here\n2 | x = 1\n3 | fit()\n  | --- trained here\n  |"
    )


def test_two_marks_on_one_line() -> None:
    assert shown("base(x); fit(y)", Mark(1, 10, 16, "trained here"), Mark(1, 1, 8, primary=True)) == (
        "  |\n"
        "1 | base(x); fit(y)\n"
        "  | ^^^^^^^\n"
        "  |          ------ trained here\n"
        "  |"
    )  # fmt: skip


def test_several_lines_are_marked_to_the_end_of_the_first() -> None:
    assert shown("model.fit(\n    x,\n)", Mark(1, 1, None, primary=True)) == (
        "  |\n"
        "1 | model.fit(\n"
        "  | ^^^^^^^^^^\n"
        "2 |     x,\n"
        "  |"
    )  # fmt: skip


def test_carets_under_tabs() -> None:
    assert shown("\t\tx\t= base(i)", Mark(1, 6, 13, primary=True)) == (
        "  |\n"
        "1 |         x   = base(i)\n"
        "  |              ^^^^^^^\n"
        "  |"
    )  # fmt: skip


def test_carets_under_wide_and_combining_characters() -> None:
    assert shown("模型 = base(e\u0301)", Mark(1, 6, 14, primary=True)) == (
        "  |\n"
        "1 | 模型 = base(e\u0301)\n"
        "  |        ^^^^^^^\n"
        "  |"
    )  # fmt: skip


def test_a_very_long_line_is_cut_around_the_mark() -> None:
    lines = shown(
        "x = [" + "1, " * 3000 + "base(i), " + "2, " * 3000 + "]", Mark(1, 9006, 9013, primary=True), width=60
    )
    _, line, carets, _ = lines.split("\n")
    assert len(line) <= 60
    at = carets.index("^")
    assert line[at : at + 7] == "base(i)"
    assert carets.count("^") == 7
    assert line[4] == line[-1] == "…"


def test_the_beginning_of_a_long_line() -> None:
    _, line, carets, _ = shown("base(i), " + "x" * 500, Mark(1, 1, 8, primary=True), width=40).split("\n")
    assert line.startswith("1 | base(i), xxx")
    assert line.endswith("…")
    assert carets == "  | ^^^^^^^"


def test_a_mark_longer_than_the_line_has_room() -> None:
    _, line, carets, _ = shown("y = '" + "x" * 500 + "'", Mark(1, 5, 507, primary=True), width=40).split("\n")
    assert len(line) <= 40
    assert len(carets) <= 40


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in shown("x = 1  # \x1b[31mred", Mark(1, 1, 2, primary=True))


def test_a_place_outside_the_text_is_left_out() -> None:
    assert shown("x = 1", Mark(7, 1, 2, primary=True)) == ""


def test_a_place_at_the_end_of_an_empty_line() -> None:
    assert shown("", Mark(1, 1, 2, primary=True)) == "  |\n1 |\n  | ^\n  |"
