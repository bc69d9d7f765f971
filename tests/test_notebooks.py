"""Notebooks from the command line, with the real rules."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from bnlint.cli import main
from tests.conftest import Outcome

Cell: TypeAlias = "str | tuple[str, str]"
"""Code, or another kind of cell with its text."""

IMPORTS = "%matplotlib inline\nfrom tensorflow import keras\n"
BUILD = """\
base = keras.applications.ResNet50(include_top=False, pooling="avg")
base.trainable = False
model = keras.Sequential([base, keras.layers.Dense(10)])"""
TRAIN = """\
%%time
model.compile("adam", "mse")
model.fit(images, labels, batch_size=32, epochs=5)"""
UNFREEZE = "base.trainable = True"
FREEZE = """
for layer in base.layers:
    if isinstance(layer, keras.layers.BatchNormalization):
        layer.trainable = False"""
TEXT: Cell = ("markdown", "# Transfer learning")
TUNED: list[Cell] = [TEXT, IMPORTS, BUILD, TRAIN, TEXT, UNFREEZE, TRAIN]
"""Unfreezes everything in cell 6: BN102, with a safe fix."""

Bnlint = Callable[..., Outcome]


@pytest.fixture
def bnlint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Bnlint:
    """Runs ``bnlint`` in an empty folder, without the rules that speak on most of these programs."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Outcome:
        more = () if arguments[0] == "facts" else ("--ignore", "BN101,BN603")
        status = main([*arguments, "--target", "tensorflow==2.15", *more])
        return Outcome(status, *capsys.readouterr())

    return run


def notebook(*cells: Cell, **style: Any) -> str:
    """A notebook's text; a cell is code unless its kind is given."""
    typed = [("code", cell) if isinstance(cell, str) else cell for cell in cells]
    listed: list[dict[str, Any]] = [
        {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
        | ({"execution_count": None, "outputs": []} if kind == "code" else {})
        for kind, text in typed
    ]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, **{"indent": 1} | style)


def write(*cells: Cell, **style: Any) -> Path:
    path = Path("train.ipynb")
    path.write_bytes(notebook(*cells, **style).encode())
    return path


def diagnostics(bnlint: Bnlint, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(bnlint("--format", "json", *arguments, ".").out)["diagnostics"]
    return found


def concise(bnlint: Bnlint, *cells: Cell) -> list[str]:
    """The places and codes of the findings in a notebook."""
    write(*cells)
    lines = bnlint("--format", "concise", "train.ipynb").out.splitlines()
    return [line.split(" [")[0].split(" warning:")[0].split(" error:")[0] for line in lines]


# ------------------------------------------------------------------------------------------------------------- places


def test_places_have_a_cell(bnlint: Bnlint) -> None:
    assert concise(bnlint, *TUNED) == ["train.ipynb:cell 6:1:1: BN102"]


def test_places_in_json(bnlint: Bnlint) -> None:
    write(*TUNED)
    (found,) = diagnostics(bnlint)
    keys = ("path", "cell", "line", "column", "end_line", "end_column")
    assert [found[key] for key in keys] == ["train.ipynb", 6, 1, 1, 1, 15]
    assert [(each["cell"], each["line"]) for each in found["related"]] == [(3, 2), (3, 3), (7, 2), (7, 3)]
    assert found["fix"]["edits"] == [
        {"cell": 6, "line": 1, "column": 22, "end_line": 1, "end_column": 22, "content": FREEZE}
    ]
    assert "the fit on line 3 of cell 7" in found["message"]


def test_the_line_of_the_file_for_those_who_see_no_cells(bnlint: Bnlint) -> None:
    lines = write(*TUNED).read_text().split("\n")
    (result,) = json.loads(bnlint("--format", "sarif", ".").out)["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1] == UNFREEZE[:14]
    assert bnlint("--format", "github", ".").out.startswith(f"::error file=train.ipynb,line={region['startLine']},")
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"]["text"].startswith('\\n",')


def test_of_many_notebooks_only_the_cells_are_kept(bnlint: Bnlint) -> None:
    from bnlint.engine import check
    from bnlint.settings import Settings

    write(*TUNED)
    (report,) = check(["."], Settings(target="tensorflow==2.15", target_source="--target"))
    assert report.findings and report.cells and report.text == ""


def test_keras_may_be_in_another_cell_than_what_is_done_with_it(bnlint: Bnlint) -> None:
    write("import tensorflow.keras", "model.fit(x)", "print 1")
    assert [(each["code"], each["cell"]) for each in diagnostics(bnlint)] == [("BN900", 3)]


def test_keras_may_be_in_another_file(bnlint: Bnlint) -> None:
    Path("pyproject.toml").touch()
    Path("nets.py").write_text("from tensorflow import keras\n" + BUILD)
    write("from nets import base, model", UNFREEZE, TRAIN)
    assert [(each["code"], each["cell"], each["line"]) for each in diagnostics(bnlint)] == [("BN102", 2, 1)]


def test_columns_are_characters(bnlint: Bnlint) -> None:
    write(IMPORTS, BUILD, TRAIN, f"größe = '模型'; {UNFREEZE}", TRAIN)
    (found,) = diagnostics(bnlint)
    assert (found["cell"], found["line"], found["column"], found["end_column"]) == (4, 1, 15, 29)


def test_the_code_of_the_cell_is_shown(bnlint: Bnlint) -> None:
    write(*TUNED[:5], f"# now all of it\n{UNFREEZE}\n!nvidia-smi", TRAIN)
    shown = bnlint("train.ipynb").out
    assert "--> train.ipynb:cell 6:2:1\n  |\n1 | # now all of it\n2 | base.trainable = True\n" in shown
    assert "3 | !nvidia-smi\n" in shown
    assert "::: train.ipynb:cell 3:2:1: frozen here\n" in shown
    assert "2 |   base.trainable = True\n  | + for layer in base.layers:\n" in shown


def test_equal_lines_in_two_cells_are_two_backbones(bnlint: Bnlint) -> None:
    other = BUILD.replace("base", "other").replace("model", "second")
    train = TRAIN.replace("model", "second")
    cells = [IMPORTS, BUILD, TRAIN, UNFREEZE, TRAIN, other, train, "other.trainable = True", train]
    assert concise(bnlint, *cells) == ["train.ipynb:cell 4:1:1: BN102", "train.ipynb:cell 8:1:1: BN102"]


# -------------------------------------------------------------------------------------------------------------- facts


def test_facts(bnlint: Bnlint) -> None:
    write(*TUNED)
    (file,) = json.loads(bnlint("facts", "--format", "json", "train.ipynb").out)["files"]
    assert [(fit["cell"], fit["line"]) for fit in file["fits"]] == [(4, 3), (7, 3)]
    assert [row["updated"] for fit in file["fits"] for row in fit["batch_norm"]] == [False, True]
    assert {"cell": 3, "line": 2, "fact": "trainable = False"} in file["fits"][0]["batch_norm"][0]["because"]
    assert "model.fit, cell 4, line 3" in bnlint("facts", "train.ipynb").out


def test_facts_without_a_bad_cell(bnlint: Bnlint) -> None:
    write(*TUNED, "print 'done'")
    outcome = bnlint("facts", "train.ipynb")
    assert outcome.status == 0
    assert "model.fit, cell 7, line 3" in outcome.out
    assert "train.ipynb: read without cell 8, which Python cannot read.\n" in outcome.err


def test_what_a_command_gives_is_unknown(bnlint: Bnlint) -> None:
    write(IMPORTS, BUILD, "size = !nproc\nsize = int(size[0])", 'model.compile("adam")\nmodel.fit(x, batch_size=size)')
    (file,) = json.loads(bnlint("facts", "--format", "json", "train.ipynb").out)["files"]
    assert file["fits"][0]["batch_size"] is None


@pytest.mark.parametrize("stop", ["raise SystemExit", "exit()", "import sys\nsys.exit()", "return", "break"])
def test_a_cell_that_stops_does_not_stop_those_below(bnlint: Bnlint, stop: str) -> None:
    cells = [*TUNED[:4], f"{stop}\nmodel.layers[5].no_such_thing", *TUNED[5:]]
    assert concise(bnlint, *cells) == ["train.ipynb:cell 6:1:1: BN102"]


def test_what_stands_below_the_stop_in_a_cell_does_not_run(bnlint: Bnlint) -> None:
    assert concise(bnlint, *TUNED[:5], f"raise SystemExit\n{UNFREEZE}", TRAIN) == []


def test_top_level_await(bnlint: Bnlint) -> None:
    waiting = "await data\nasync with store as s:\n    x = await s\nasync for y in s:\n    pass"
    assert concise(bnlint, *TUNED[:4], waiting, *TUNED[5:]) == ["train.ipynb:cell 6:1:1: BN102"]


# ------------------------------------------------------------------------------------------ the order of the last run


def run_in_order(*counts: int | None) -> None:
    """Gives the cells the numbers of their last runs."""
    path = Path("train.ipynb")
    document = json.loads(path.read_text())
    for cell, count in zip(document["cells"], counts, strict=True):
        if cell["cell_type"] == "code":
            cell["execution_count"] = count
    path.write_text(json.dumps(document, indent=1))


LATE = "cell 3 was last run after cell 4 below it; what bnlint says holds for the cells run from top to bottom"


def test_another_order_is_told_once(bnlint: Bnlint) -> None:
    write(*TUNED)
    run_in_order(None, 1, 9, 3, None, 5, 4)
    outcome = bnlint("--format", "concise", "train.ipynb")
    assert outcome.out.startswith("train.ipynb:cell 6:1:1: BN102")
    assert outcome.err.count("last run") == 1
    assert f"warning: train.ipynb: {LATE}\n" in outcome.err
    document = json.loads(bnlint("--format", "json", "train.ipynb").out)
    assert document["warnings"] == [{"path": "train.ipynb", "message": LATE}]
    assert document["errors"] == []


def test_another_order_is_told_in_facts(bnlint: Bnlint) -> None:
    write(*TUNED)
    run_in_order(None, 1, 9, 3, None, 5, 4)
    shown = bnlint("facts", "train.ipynb")
    assert shown.status == 0
    assert (shown.out + shown.err).count(LATE) == 1
    (file,) = json.loads(bnlint("facts", "--format", "json", "train.ipynb").out)["files"]
    assert file["warnings"] == [LATE]
    assert len(file["fits"]) == 2


def test_another_order_changes_no_exit_status(bnlint: Bnlint) -> None:
    write(IMPORTS, BUILD, TRAIN)
    run_in_order(1, 5, 3)
    outcome = bnlint("train.ipynb")
    assert (outcome.status, outcome.out) == (0, "")
    assert "cell 2 was last run after cell 3" in outcome.err


@pytest.mark.parametrize(
    "counts",
    [
        [None, 1, 2, 3, None, 4, 5],
        [None, 7, 12, 13, None, 20, 21],
        [None, 30, 2, 3, None, 4, 5],
        [None, 1, 2, 2, None, 3, 3],
        [None, 1, 2, 0, None, 0, 3],
        [None] * 7,
    ],
    ids=["in order", "with gaps", "imports again", "copied cells", "cleared", "never"],
)
def test_nothing_is_told_of_the_order(bnlint: Bnlint, counts: list[int | None]) -> None:
    write(*TUNED)
    run_in_order(*counts)
    assert "last run" not in bnlint("train.ipynb").err
    assert "warnings" not in json.loads(bnlint("--format", "json", "train.ipynb").out)


def test_the_order_does_not_matter_where_nothing_is_said(bnlint: Bnlint) -> None:
    write(IMPORTS, "x = 1", "y = 2")
    run_in_order(1, 3, 2)
    assert "last run" not in bnlint("train.ipynb").err


# ---------------------------------------------------------------------------------------------------- cells left aside


def test_a_bad_cell_is_reported_and_the_rest_linted(bnlint: Bnlint) -> None:
    cells = [*TUNED[:4], "x = (1,\n", *TUNED[5:]]
    assert concise(bnlint, *cells) == ["train.ipynb:cell 5:1:5: BN900", "train.ipynb:cell 6:1:1: BN102"]


def test_a_bad_cell_can_be_silenced_from_another(bnlint: Bnlint) -> None:
    assert concise(bnlint, "# bnlint: file-ignore[BN900]\n" + IMPORTS, BUILD, "x = (1,") == []


def test_shell_cells_are_not_python(bnlint: Bnlint) -> None:
    assert concise(bnlint, *TUNED[:4], "%%bash\nls -l *", *TUNED[5:]) == ["train.ipynb:cell 6:1:1: BN102"]


@pytest.mark.parametrize("text", ['{"cells": [<<<<<<< keras.Model', '["keras.Model"]', ""])
def test_what_is_no_notebook(bnlint: Bnlint, text: str) -> None:
    Path("train.ipynb").write_text(text)
    outcome = bnlint("--format", "concise", "train.ipynb")
    assert outcome.status == bool(text)
    assert ("BN900 error: this file is no notebook" in outcome.out) == bool(text)


# ------------------------------------------------------------------------------------------------------- suppressions


@pytest.mark.parametrize(
    "cells",
    [
        [*TUNED[:5], UNFREEZE + "  # bnlint: ignore[BN102] on purpose", TRAIN],
        [*TUNED[:5], UNFREEZE + "  # noqa: BN102", TRAIN],
        ["# bnlint: file-ignore[BN102] on purpose", *TUNED],
        [*TUNED, "# bnlint: skip-file"],
    ],
)
def test_suppressed(bnlint: Bnlint, cells: list[Cell]) -> None:
    assert concise(bnlint, *cells) == []


def test_a_suppression_on_the_same_line_of_another_cell(bnlint: Bnlint) -> None:
    found = concise(bnlint, *TUNED[:5], UNFREEZE, TRAIN, "x = 1  # bnlint: ignore[BN102]")
    assert found == ["train.ipynb:cell 6:1:1: BN102", "train.ipynb:cell 8:1:8: BN901"]


# --------------------------------------------------------------------------------------------------------------- fixes


def test_fix(bnlint: Bnlint) -> None:
    path = write(*TUNED)
    outcome = bnlint("--fix", "train.ipynb")
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err.startswith("Fixed 1 finding in 1 file.\n")
    expected = notebook(*TUNED[:5], UNFREEZE + FREEZE, TRAIN)
    assert path.read_text() == expected
    bnlint("--fix", "train.ipynb")
    assert path.read_text() == expected


def test_an_import_goes_to_the_imports(bnlint: Bnlint) -> None:
    imports = "from keras.models import Sequential\nfrom keras.applications import ResNet50"
    build = 'base = ResNet50(pooling="avg", include_top=False)\nbase.trainable = False\nmodel = Sequential([base])'
    path = write(imports, build, TRAIN, UNFREEZE, TRAIN)
    assert main(["--fix", "--target", "keras==2.12", "--ignore", "BN603", "train.ipynb", "-q"]) == 0
    freeze = FREEZE.replace("keras.layers.", "")
    added = imports + "\nfrom keras.layers import BatchNormalization"
    assert path.read_text() == notebook(added, build, TRAIN, UNFREEZE + freeze, TRAIN)


@pytest.mark.parametrize("before", ["x = 1\n# bnlint: ignore[BN102]\ny = 2", "x = 1  # bnlint: ignore[BN102]\ny = 2"])
def test_an_unused_suppression_is_removed(bnlint: Bnlint, before: str) -> None:
    path = write(IMPORTS, BUILD, before)
    bnlint("--fix", "train.ipynb")
    assert path.read_text() == notebook(IMPORTS, BUILD, "x = 1\ny = 2")


@pytest.mark.parametrize("style", [{"indent": None}, {"indent": 4}, {"ensure_ascii": False}, {"sort_keys": True}])
def test_without_findings_no_byte_changes(bnlint: Bnlint, style: dict[str, Any]) -> None:
    path = write(("markdown", "# Größe"), IMPORTS, BUILD, TRAIN, **style)
    before = path.read_bytes()
    assert bnlint("--fix", "--unsafe-fixes", "train.ipynb").status == 0
    assert path.read_bytes() == before


def test_a_bad_cell_stays_as_it_is(bnlint: Bnlint) -> None:
    path = write(*TUNED, "print 'done'")
    assert bnlint("--fix", "train.ipynb").status == 1
    assert path.read_text() == notebook(*TUNED[:5], UNFREEZE + FREEZE, TRAIN, "print 'done'")


def test_diff(bnlint: Bnlint) -> None:
    path = write(*TUNED)
    outcome = bnlint("--diff", "train.ipynb")
    assert outcome.status == 1
    assert '-    "base.trainable = True"\n+    "base.trainable = True\\n",\n' in outcome.out
    assert path.read_text() == notebook(*TUNED)


def test_percent_format_is_a_script(bnlint: Bnlint) -> None:
    cells = ["# %% [markdown]\n# # Transfer learning", "# %%\nfrom tensorflow import keras", BUILD]
    cells += [TRAIN.replace("%%time\n", ""), "# %% unfreeze\n" + UNFREEZE, TRAIN.replace("%%time\n", "")]
    Path("train.py").write_text("\n\n".join(cells) + "\n")
    (found,) = diagnostics(bnlint)
    assert (found["code"], found["cell"], found["line"]) == ("BN102", None, 15)
    assert bnlint("--fix", "train.py").status == 0
    assert "# %% unfreeze\n" + UNFREEZE + FREEZE + "\n" in Path("train.py").read_text()


def test_standard_input(bnlint: Bnlint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(notebook(*TUNED).encode())))
    outcome = bnlint("--fix", "--stdin-filename", "train.ipynb", "-")
    assert outcome.out == notebook(*TUNED[:5], UNFREEZE + FREEZE, TRAIN)
