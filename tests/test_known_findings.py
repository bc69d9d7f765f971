"""Living with findings: baselines, and suppressions that are written for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from bnlint.cli import main

FIRST = 'import keras\n\nbase = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")\n'
FROZEN = FIRST + (
    "base.trainable = False\n"
    "inputs = keras.Input((224, 224, 3))\n"
    "outputs = keras.layers.Dense(2)(base(inputs))\n"
    "model = keras.Model(inputs, outputs)\n"
    'model.compile("sgd", "mse")\n'
)
TRAIN = FROZEN + "model.fit_generator(x, y)\n"
FIT_AGAIN = "model.fit_generator(x, y)\n"


class Ran(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(TRAIN)

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        status = main(["--output-format", "concise", "--target", "keras==3.15", *arguments])
        return Ran(status, *capsys.readouterr())

    return run


# -------------------------------------------------------------------------------------------------------- baselines


def test_what_is_listed_is_not_reported_and_what_is_new_is(run: Run) -> None:
    assert run("train.py", "--write-baseline", "known.json") == (0, "", "Wrote 2 findings to known.json.\n")
    known = run("train.py", "--baseline", "known.json")
    assert (known.status, known.out) == (0, "")
    assert "2 known findings not reported (baseline)." in known.err
    Path("train.py").write_text(TRAIN + "base.trainable = True\nmodel.compile('sgd', 'mse')\nmodel.fit(x, y)\n")
    new = run("train.py", "--baseline", "known.json")
    assert new.status == 1
    assert "BN102" in new.out
    assert "BN303" not in new.out


def test_lines_may_shift(run: Run) -> None:
    run("train.py", "--write-baseline", "known.json")
    Path("train.py").write_text("# one\n# two\n" + TRAIN)
    assert run("train.py", "--baseline", "known.json").status == 0


def test_lines_inside_messages_may_shift(run: Run) -> None:
    unfrozen = FROZEN.replace("False\n", "True\n", 1).replace('"sgd"', '"adam"') + "model.fit(x, y)\n"
    Path("train.py").write_text(unfrozen)
    before = run("train.py")
    assert "line 9" in before.out, "the message has to name a line for this test to tell"
    run("train.py", "--write-baseline", "known.json")
    Path("train.py").write_text("\n\n" + unfrozen)
    assert "line 11" in run("train.py").out
    assert run("train.py", "--baseline", "known.json").status == 0


def test_of_what_occurs_more_often_than_it_is_listed_all_is_reported(run: Run) -> None:
    run("train.py", "--write-baseline", "known.json")
    Path("train.py").write_text(TRAIN + FIT_AGAIN)
    more = run("train.py", "--baseline", "known.json")
    assert [line.split()[1] for line in more.out.splitlines()] == ["BN303", "BN303"]
    assert "train.py: BN303 was found 2 times, 1 of them known: all are reported" in more.err


def test_it_says_when_it_can_shrink(run: Run) -> None:
    run("train.py", "--write-baseline", "known.json")
    Path("train.py").write_text(FROZEN + "model.fit(x, y)\n")
    gone = run("train.py", "--baseline", "known.json")
    assert "1 known finding of the baseline is no more: `--write-baseline known.json` shrinks it." in gone.err
    Path("other.py").write_text(TRAIN)
    assert "no more" not in run("other.py", "--baseline", "known.json").err, "train.py was not looked at"
    assert "no more" not in run("train.py", "--baseline", "known.json", "--ignore", "BN303").err
    Path("train.py").unlink()
    assert "2 known findings of the baseline are no more" in run("other.py", "--baseline", "known.json").err


def test_fix_leaves_known_findings_alone(run: Run) -> None:
    run("train.py", "--write-baseline", "known.json")
    assert run("train.py", "--baseline", "known.json", "--fix", "--unsafe-fixes").status == 0
    assert Path("train.py").read_text() == TRAIN
    Path("train.py").write_text(TRAIN + FIT_AGAIN)
    run("train.py", "--fix")
    assert "fit_generator" not in Path("train.py").read_text()


def test_the_file_is_the_same_from_anywhere_and_sorted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("src").mkdir()
    Path("src/b.py").write_text(TRAIN)
    Path("src/a.py").write_text(TRAIN)
    run("src", "--write-baseline", "known.json")
    text = Path("known.json").read_text()
    document = json.loads(text)
    assert [(each["path"], each["code"], each["count"]) for each in document["findings"]] == [
        ("src/a.py", "BN101", 1),
        ("src/a.py", "BN303", 1),
        ("src/b.py", "BN101", 1),
        ("src/b.py", "BN303", 1),
    ]
    monkeypatch.chdir("src")
    run(".", "--write-baseline", "../known.json")
    assert Path("../known.json").read_text() == text
    assert run("b.py", "--baseline", "../known.json").status == 0


def test_the_configuration_can_name_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("train.py", "--write-baseline", "known.json")
    Path("bnlint.toml").write_text('baseline = "known.json"\n')
    assert run("train.py").status == 0
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    assert run("../train.py").status == 0
    assert run("../train.py", "--isolated").status == 1


def test_standard_input_has_known_findings_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    run("train.py", "--write-baseline", "known.json")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TRAIN.encode())))
    assert run("-", "--stdin-filename", "train.py", "--baseline", "known.json").status == 0


@pytest.mark.parametrize(
    "content", [None, "", "[]", "{}", '{"schema": 9, "findings": []}', '{"schema": 1, "findings": [1]}']
)
def test_what_is_no_baseline_is_an_error_with_the_next_step(run: Run, content: str | None) -> None:
    if content is not None:
        Path("known.json").write_text(content)
    ran = run("train.py", "--baseline", "known.json")
    assert (ran.status, ran.out) == (2, "")
    assert "known.json" in ran.err
    assert "write" in ran.err


# ----------------------------------------------------------------------------------------------------- suppressions


def test_a_comment_is_added_for_every_finding_and_then_nothing_is_left(run: Run) -> None:
    assert run("train.py", "--add-noqa") == (0, "", "Added 2 suppressions in 1 file.\n")
    text = Path("train.py").read_text()
    assert "(base(inputs))  # bnlint: ignore[BN101]\n" in text
    assert text.endswith("model.fit_generator(x, y)  # bnlint: ignore[BN303]\n")
    assert run("train.py").out == ""
    assert run("train.py", "--add-noqa").err == "Added 0 suppressions in 0 files.\n"
    assert Path("train.py").read_text() == text


def test_a_code_joins_the_comment_that_is_there(run: Run) -> None:
    Path("train.py").write_text(
        FROZEN + "model.fit_generator(x, y)  # bnlint: ignore[BN201] it is small  # type: ignore\n"
    )
    assert run("train.py", "--add-noqa", "--ignore", "BN901").status == 0
    last = Path("train.py").read_text().splitlines()[-1]
    assert last == "model.fit_generator(x, y)  # bnlint: ignore[BN201, BN303] it is small  # type: ignore"
    assert "BN303" not in run("train.py").out


def test_lines_that_end_inside_a_string_or_in_a_backslash_take_none(run: Run) -> None:
    calls = 'model.fit_generator(x, """\n""")\nmodel.fit_generator( \\\n  x, y)\n'
    Path("train.py").write_text(FROZEN + calls)
    assert run("train.py", "--add-noqa").status == 0
    text = Path("train.py").read_text()
    assert '""")  # bnlint: ignore[BN303]\n' in text
    assert "  x, y)  # bnlint: ignore[BN303]\n" in text
    assert run("train.py").out == ""


def test_line_ends_and_encoding_stay(run: Run) -> None:
    text = "# -*- coding: latin-1 -*-\r\n# \xe9\r\n" + TRAIN.replace("\n", "\r\n")
    Path("train.py").write_bytes(text.encode("latin-1"))
    assert run("train.py", "--add-noqa").status == 0
    after = Path("train.py").read_bytes().decode("latin-1")
    assert after.replace("  # bnlint: ignore[BN101]", "").replace("  # bnlint: ignore[BN303]", "") == text


def test_cells_of_a_notebook_get_their_comments(run: Run) -> None:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": [], "source": source}
        for source in (["%pip install keras\n", *FROZEN.splitlines(keepends=True)], [FIT_AGAIN.strip()])
    ]
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    Path("train.ipynb").write_text(json.dumps(document, indent=1))
    assert run("train.ipynb", "--add-noqa").status == 0
    after = json.loads(Path("train.ipynb").read_text())
    assert after["cells"][1]["source"] == ["model.fit_generator(x, y)  # bnlint: ignore[BN303]"]
    assert run("train.ipynb").out == ""


def test_what_no_comment_can_silence_is_said(run: Run) -> None:
    Path("broken.py").write_text("import keras\nkeras.layers.BatchNormalization(\n")
    ran = run("broken.py", "--add-noqa")
    assert ran.status == 1
    assert "1 finding cannot be silenced by a comment." in ran.err


def test_known_findings_get_no_comment(run: Run) -> None:
    run("train.py", "--write-baseline", "known.json")
    run("train.py", "--add-noqa", "--baseline", "known.json")
    assert Path("train.py").read_text() == TRAIN


@pytest.mark.parametrize(
    ("given", "said"), [("--fix", "run `bnlint --fix` first"), ("--diff", "run `bnlint --fix` first")]
)
def test_silencing_and_mending_are_two_steps(run: Run, given: str, said: str) -> None:
    ran = run("train.py", "--add-noqa", given)
    assert ran.status == 2
    assert said in ran.err
    assert Path("train.py").read_text() == TRAIN
