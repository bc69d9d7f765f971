from __future__ import annotations

import pytest

from bnlint.files.suppressions import Comment, read, skips_file

NAMES = {"frozen-backbone-without-training-false"}


def only(line: str) -> Comment:
    (comment,) = read(line, NAMES)
    return comment


@pytest.mark.parametrize(
    ("line", "word", "codes"),
    [
        ("x = base(i)  # bnlint: ignore[BN101]", "ignore", ("BN101",)),
        ("x = base(i)  # bnlint: ignore[BN101, BN102] the head only", "ignore", ("BN101", "BN102")),
        ("x = base(i)  #bnlint:ignore [ bn101 ]", "ignore", ("bn101",)),
        ("x = base(i)  # bnlint: ignore", "ignore", None),
        ("# bnlint: file-ignore[BN2] small data on purpose", "file-ignore", ("BN2",)),
        ("# bnlint: skip-file", "skip-file", None),
        ("x = base(i)  # noqa", "noqa", None),
        ("x = base(i)  # NOQA", "noqa", None),
        ("x = base(i)  # noqa: BN101", "noqa", ("BN101",)),
        ("x = base(i)  #noqa:BN101,E501 why not", "noqa", ("BN101", "E501")),
        ("x = base(i)  # noqa: frozen-backbone-without-training-false", "noqa", tuple(NAMES)),
        ("x = base(i)  # noqa: that is how it is", "noqa", None),
        ("x = base(i)  # bnlint: ingore[BN101]", "ingore", ("BN101",)),
    ],
)
def test_forms(line: str, word: str, codes: tuple[str, ...] | None) -> None:
    comment = only(line)
    assert (comment.word, comment.codes) == (word, codes)


@pytest.mark.parametrize(
    "text",
    [
        "s = '# bnlint: ignore[BN101]'",
        '"""\n# bnlint: skip-file\n"""',
        "s = f'# noqa {x}'",
        "# the noqanda of it",
        "# flake8: noqa",
        "x = 1  # nothing",
    ],
)
def test_other_text_is_none(text: str) -> None:
    assert read(text) == []


def test_several_in_one_comment() -> None:
    comments = read("x = base(i)  # type: ignore  # bnlint: ignore[BN101] see #12  # noqa: E501")
    assert [(each.word, each.codes) for each in comments] == [("ignore", ("BN101",)), ("noqa", ("E501",))]


def test_line_ends_of_all_kinds() -> None:
    text = "import keras\r\nx = base(i)  # bnlint: ignore[BN101]\rmodel.fit(x)  # noqa\n"
    assert [each.line for each in read(text)] == [2, 3]


def test_a_tab_and_wide_characters_count_as_one_column() -> None:
    assert only("\tname = '模型'  # noqa").column == 15


def test_half_a_program_keeps_what_came_before() -> None:
    assert [each.line for each in read("x = 1  # noqa\ny = (\n")] == [1]


def test_where_they_count() -> None:
    comment = only("x = base(i)  # bnlint: ignore[BN101]")
    assert comment.covers(1, 1)
    assert comment.covers(0, 1)
    assert not comment.covers(2, 2)
    assert only("# bnlint: file-ignore[BN101]").covers(99, 99)
    assert not only("# bnlint: skip-file").covers(1, 1)


def test_codes_and_names_in_any_case() -> None:
    comment = only("x = base(i)  # bnlint: ignore[bn102, Frozen-Backbone-Without-Training-False]")
    assert comment.silences("BN102", "unfreezing") == "bn102"
    assert comment.silences("BN101", "frozen-backbone-without-training-false") is not None
    assert comment.silences("BN201", "statistics-too-slow") is None


def test_skip_file() -> None:
    assert skips_file(read("import keras\n# bnlint: skip-file\n"))
    assert not skips_file(read("import keras\n# bnlint: file-ignore[BN101]\n"))
