"""Projects of several files, with the real rules: what is found where, said once, and mended there."""

from __future__ import annotations

import io
import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest

from bnlint.cli import main
from bnlint.engine import Task, check
from bnlint.findings import Finding
from bnlint.settings import Resolver, Settings

MODELS = """\
from tensorflow import keras


def build_model(rate=0.1):
    base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(96, 96, 3))
    base.trainable = False
    inputs = keras.Input((96, 96, 3))
    x = base(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(x))
"""
TRAIN = """\
from models import build_model

model = build_model()
model.compile("adam", "mse")
model.fit(images, labels, batch_size=16, epochs=3)
"""
MENDED = MODELS.replace("base(inputs)", "base(inputs, training=False)")
TARGET = "tensorflow==2.15"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def write(**files: str) -> None:
    """Files by their paths, with ``__`` for ``/``."""
    for name, text in files.items():
        path = Path(name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def lint(*paths: str, jobs: int = 1, fix: bool = False, **settings: Any) -> list[Finding]:
    """What is left of the findings in files, in the order of the reports."""
    given = Resolver({"target": TARGET, **settings})
    task = Task(mend=fix, write=fix)
    reports = list(check(paths, given.for_folder, task, jobs=jobs))
    assert not [error for report in reports for error in report.errors]
    for report in reports:
        assert all(finding.place.path == report.path for finding in report.findings)
    return [finding for report in reports for finding in report.findings]


def places(*paths: str, **options: Any) -> list[tuple[str, str, int]]:
    return [(finding.code, finding.place.path, finding.place.line) for finding in lint(*paths, **options)]


# ------------------------------------------------------------------------------------------------------------- findings


def test_a_finding_stands_where_the_mend_belongs() -> None:
    write(models=MODELS, train=TRAIN)
    (finding,) = lint("train.py")
    assert (finding.code, finding.place.path, finding.place.line) == ("BN101", "models.py", 8)
    assert ("train.py", 5) in [(each.place.path, each.place.line) for each in finding.related]


def test_lines_of_other_files_are_named_with_them() -> None:
    write(models=MODELS, train=TRAIN + "model.layers[1].trainable = True\n" + TRAIN.split("\n", 3)[3])
    found = {finding.code: finding for finding in lint("train.py")}
    assert found["BN101"].place.path == "models.py"
    assert "line 6 of train.py" in found["BN101"].message


def test_one_fault_is_one_finding_however_many_scripts_reach_it() -> None:
    write(models=MODELS, train=TRAIN, train2=TRAIN, train3=TRAIN)
    one = places("train.py")
    assert one == [("BN101", "models.py", 8)]
    for number in range(1, 5):
        for paths in itertools.permutations(["models.py", "train.py", "train2.py", "train3.py"], number):
            assert places(*paths) == one


def test_the_order_of_the_files_changes_no_word() -> None:
    write(models=MODELS, train=TRAIN, train2="import os\n" + TRAIN)
    assert lint("train2.py", "models.py", "train.py") == lint("train.py", "train2.py", "models.py")


def test_nor_does_the_number_of_processes() -> None:
    write(models=MODELS, **{f"train{number}": TRAIN for number in range(10)})
    assert lint(".", jobs=3) == lint(".", jobs=1)


def test_nor_the_folder_in_which_bnlint_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(app__models=MODELS, app__train=TRAIN)
    (here,) = lint("app/train.py")
    monkeypatch.chdir(folder / "app")
    (there,) = lint("train.py")
    monkeypatch.chdir("/")
    (outside,) = lint(str(folder / "app" / "train.py"))
    assert here.place.path == "app/models.py"
    assert there.place.path == "models.py"
    assert {(each.message, each.place[1:]) for each in (here, there, outside)} == {(here.message, here.place[1:])}


def test_of_several_the_one_that_tells_most_is_said() -> None:
    unfreezing = TRAIN + 'model.layers[1].trainable = True\nmodel.compile("adam", "mse")\nmodel.fit(images, labels)\n'
    write(models=MODELS, a_train=TRAIN, z_train=unfreezing)
    both = {finding.code: finding for finding in lint("a_train.py", "z_train.py")}
    alone = {finding.code: finding for finding in lint("z_train.py")}
    assert both["BN101"].message == alone["BN101"].message


def test_a_report_on_a_file_that_nobody_asked_about_is_not_counted() -> None:
    write(models=MODELS, train=TRAIN)
    reports = list(check(["train.py"], Settings(target=TARGET)))
    assert [(report.path, report.asked, report.was_read) for report in reports] == [
        ("train.py", True, True),
        ("models.py", False, False),
    ]
    assert reports[1].text == MODELS


# -------------------------------------------------------------------------------------- what the other file says itself


def test_comments_of_the_file_in_which_it_stands() -> None:
    write(models=MODELS.replace("base(inputs)", "base(inputs)  # bnlint: ignore[BN101]"), train=TRAIN)
    assert places("train.py") == []
    assert places("models.py") == []  # the comment has its use, though not for this file alone
    assert places("models.py", "train.py") == []


def test_a_comment_in_a_file_that_nothing_imports_is_unused() -> None:
    write(models="import keras\nkeras.Model  # bnlint: ignore[BN101]\n", train=TRAIN.replace("models", "others"))
    assert [code for code, _, _ in places("models.py")] == ["BN901"]


def test_the_script_may_say_nothing_about_another_file() -> None:
    write(models=MODELS, train="# bnlint: file-ignore[BN101]\n" + TRAIN)
    assert ("BN101", "models.py", 8) in places("train.py")


def test_settings_of_the_file_in_which_it_stands() -> None:
    write(models=MODELS, train=TRAIN)
    Path("bnlint.toml").write_text('per-file-ignores = {"models.py" = ["BN101"]}\n')
    assert places("train.py") == []
    Path("bnlint.toml").write_text('per-file-ignores = {"train.py" = ["BN101"]}\n')
    assert places("train.py") == [("BN101", "models.py", 8)]


def test_settings_of_its_folder() -> None:
    write(nets__models=MODELS, train=TRAIN.replace("from models", "from nets.models"))
    Path("bnlint.toml").write_text("")
    assert places("train.py") == [("BN101", "nets/models.py", 8)]
    Path("nets/bnlint.toml").write_text('ignore = ["BN101"]\n')
    assert places("train.py") == []


@pytest.mark.parametrize("left_out", ["exclude", "skip-file"])
def test_a_file_that_is_left_out_gives_its_finding_to_the_script(left_out: str) -> None:
    write(vendored__models=("# bnlint: skip-file\n" if left_out == "skip-file" else "") + MODELS)
    write(train=TRAIN.replace("from models", "from vendored.models"))
    if left_out == "exclude":
        Path("bnlint.toml").write_text('extend-exclude = ["vendored"]\n')
    (finding,) = lint("train.py")
    assert (finding.code, finding.place.path, finding.place.line, finding.fix) == ("BN101", "train.py", 5, None)
    assert "vendored/models.py" in [each.place.path for each in finding.related]


# -------------------------------------------------------------------------------------------------------------- mending


@pytest.mark.parametrize("paths", [["models.py", "train.py"], ["train2.py", "train.py", "models.py"], ["."]])
@pytest.mark.parametrize("jobs", [1, 2])
def test_mended_once_in_the_right_file(paths: list[str], jobs: int) -> None:
    write(models=MODELS, train=TRAIN, train2=TRAIN)
    assert places(*paths, jobs=jobs, fix=True) == []
    assert Path("models.py").read_text() == MENDED
    assert Path("train.py").read_text() == Path("train2.py").read_text() == TRAIN
    assert places(*paths, fix=True) == []


def test_a_file_that_was_not_given_is_not_changed() -> None:
    write(models=MODELS, train=TRAIN)
    (finding,) = lint("train.py", fix=True)
    assert finding.fix is None
    assert "models.py" in finding.advice
    assert Path("models.py").read_text() == MODELS


def test_both_files_have_something_to_mend() -> None:
    own = (
        MODELS.replace("build_model", "other").split("\n", 1)[1]
        + "\n"
        + TRAIN.split("\n", 1)[1].replace("build_model", "other")
    )
    write(models=MODELS, train="from tensorflow import keras\n" + own, train2=TRAIN)
    assert places(".", fix=True) == []
    assert Path("models.py").read_text() == MENDED
    assert "base(inputs, training=False)" in Path("train.py").read_text()


NET = """\
from tensorflow import keras


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()
        self.last = keras.layers.Dense(1)

    def call(self, x):
        return self.last(self.norm(x))
"""
FIT_OF_NET = 'from net import Net\n\nmodel = Net()\nmodel.compile("adam", "mse")\nmodel.fit(images, labels)\n'


def test_a_class_in_another_file_than_its_fits() -> None:
    write(net=NET, train=FIT_OF_NET, tune=FIT_OF_NET)
    found = places(".", target="keras==3.15")
    assert [place for place in found if place[0] == "BN114"] == [("BN114", "net.py", 10)]
    assert "BN114" not in [code for code, _, _ in places(".", target="keras==3.15", fix=True)]
    assert Path("net.py").read_text() == NET.replace("(self, x)", "(self, x, training=None)")
    assert Path("train.py").read_text() == FIT_OF_NET


def test_a_mend_that_another_script_speaks_against_is_withdrawn() -> None:
    """On Keras 3 ``training=False`` in a call is overridden where a script unfreezes: it would bring BN103 there."""
    unfreezing = TRAIN + 'model.layers[1].trainable = True\nmodel.compile("adam", "mse")\nmodel.fit(images, labels)\n'
    write(models=MODELS, train=TRAIN, unfreeze=unfreezing)
    before = places("train.py", "models.py", "unfreeze.py", target="keras==3.15")
    after = places("train.py", "models.py", "unfreeze.py", target="keras==3.15", fix=True)
    assert {each[:2] for each in after} <= {each[:2] for each in before}


# ------------------------------------------------------------------------------------------------- what must not happen


def test_cycles_and_missing_files_are_harmless() -> None:
    write(
        a="from b import *\nfrom missing import thing\nimport a\n",
        b="from a import *\nfrom .c import x\n" + MODELS,
        train=TRAIN.replace("from models", "from a"),
    )
    assert places("train.py") == [("BN101", "b.py", 10)]


def test_a_broken_file_costs_only_itself() -> None:
    write(broken="def (:\n", models="from broken import x\n" + MODELS, train="from broken import y\n" + TRAIN)
    assert places("train.py") == [("BN101", "models.py", 9)]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_loops_of_links(folder: Path) -> None:
    write(models=MODELS, train=TRAIN.replace("from models", "from loop.loop.models"))
    Path("loop").symlink_to(folder)
    Path("self.py").symlink_to("self.py")
    found = places("train.py")
    assert [code for code, _, _ in found] == ["BN101"]
    assert len(places(".")) == 1
    assert places(".", fix=True) == []
    assert Path("models.py").read_text() == MENDED


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_nothing_outside_the_project_is_read(folder: Path) -> None:
    Path(".git").rmdir()
    write(outside__models=MODELS, project__train="import sys\nsys.path.append('../outside')\n" + TRAIN)
    Path("project/.git").mkdir()
    assert places("project/train.py") == []
    Path("project/models.py").symlink_to(folder / "outside" / "models.py")
    assert places("project/train.py") == []


@pytest.mark.parametrize("place", ["venv/lib/site-packages", "env"])
def test_nor_what_is_installed(place: str) -> None:
    write(**{f"{place}/models": MODELS, "train": f"import sys\nsys.path.insert(0, {place!r})\n" + TRAIN})
    if place == "env":
        assert places("train.py") == [("BN101", "env/models.py", 8)]
        Path("env/pyvenv.cfg").touch()
    assert places("train.py") == []


def test_nothing_of_the_project_is_run(folder: Path) -> None:
    write(models="open('ran', 'w')\n" + MODELS, train=TRAIN)
    assert places("train.py") == [("BN101", "models.py", 9)]
    assert not (folder / "ran").exists()


# ---- what is printed


def shown(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = main(["--target", TARGET, *arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_the_lines_of_the_other_file_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    write(models=MODELS, train=TRAIN)
    status, out, err = shown("train.py", capsys=capsys)
    assert status == 1
    assert "  --> models.py:8:9\n" in out
    assert "8 |     x = base(inputs)\n" in out
    assert "::: train.py:5:1: trained here" in out
    assert "1 finding in 1 file: 1 warning." in err


def test_json_counts_the_files_that_were_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    write(models=MODELS, train=TRAIN)
    status, out, _ = shown("--format", "json", "train.py", capsys=capsys)
    document = json.loads(out)
    assert status == 1
    assert document["summary"] == {"files": 1, "findings": 1, "fixable": 0, "fixed": 0}
    assert [each["path"] for each in document["diagnostics"]] == ["models.py"]
    _, out, _ = shown("--format", "json", "models.py", "train.py", capsys=capsys)
    (diagnostic,) = json.loads(out)["diagnostics"]
    assert [edit["content"] for edit in diagnostic["fix"]["edits"]] == [", training=False"]


def test_a_difference_is_shown_for_files_that_were_given(capsys: pytest.CaptureFixture[str]) -> None:
    write(models=MODELS, train=TRAIN)
    assert shown("--diff", "train.py", capsys=capsys)[:2] == (0, "")
    status, out, _ = shown("--diff", "train.py", "models.py", capsys=capsys)
    assert (status, "+++ models.py" in out, "train.py" in out) == (1, True, False)
    assert Path("models.py").read_text() == MODELS


def test_a_script_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    write(models=MODELS, train="")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TRAIN.encode())))
    status, out, _ = shown("--stdin-filename", "train.py", "--format", "concise", "-", capsys=capsys)
    assert (status, out.split(":")[0]) == (1, "models.py")


def test_a_notebook_of_the_project() -> None:
    write(nets__models=MODELS)
    cell = {"cell_type": "code", "source": TRAIN.replace("from m", "from nets.m"), "metadata": {}, "outputs": []}
    Path("train.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    before = Path("train.ipynb").read_bytes()
    (finding,) = lint("train.ipynb")
    assert (finding.place.path, finding.place.cell, finding.place.line) == ("nets/models.py", None, 8)
    assert ("train.ipynb", 1, 5) in [(each.place.path, each.place.cell, each.place.line) for each in finding.related]
    assert places(".", fix=True) == []
    assert Path("nets/models.py").read_text() == MENDED
    assert Path("train.ipynb").read_bytes() == before


# ------------------------------------------------------------------------------------- files that scripts not given use


def test_a_file_by_itself_has_the_findings_that_it_has_among_others() -> None:
    write(models=MODELS, train=TRAIN)
    assert places("models.py") == [place for place in places(".") if place[1] == "models.py"] != []
    assert [found.related for found in lint("models.py")] == [found.related for found in lint(".")]


def test_over_packages_and_folders() -> None:
    train = "from birds import build_model\n" + TRAIN.partition("\n")[2]
    write(src__birds__models=MODELS, scripts__train=train)
    Path("src/birds/__init__.py").write_text("from .models import build_model\n")
    assert [place[:2] for place in places("src/birds/models.py")] == [("BN101", "src/birds/models.py")]


def test_a_notebook_may_use_it() -> None:
    cells: list[Any] = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": TRAIN}]
    Path("train.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    write(models=MODELS)
    assert [place[:2] for place in places("models.py")] == [("BN101", "models.py")]


def test_a_script_that_is_left_out_says_nothing() -> None:
    write(models=MODELS, old__train="import sys; sys.path.append('..')\n" + TRAIN)
    assert places("models.py", extend_exclude=("old",)) == []
    Path(".gitignore").write_text("old\n")
    assert places("models.py") == []


def test_a_script_that_nobody_asked_about_is_not_reported() -> None:
    write(models=MODELS, train=TRAIN + "base.trainble = True\nmodel.fit_generator(images)\n")
    assert {place[1] for place in places("models.py")} == {"models.py"}
    write(train="def broken(:\n" + TRAIN)
    assert places("models.py") == []


def test_nor_is_it_changed() -> None:
    train = TRAIN + "model.fit_generator(images)\n"
    write(models=MODELS, train=train)
    assert lint("models.py", fix=True) == []
    assert (Path("models.py").read_text(), Path("train.py").read_text()) == (MENDED, train)


def test_what_such_a_script_says_of_a_mend_counts() -> None:
    """On Keras 3 the mend of both files goes together; that of this one alone would bring BN103 to the script."""
    unfreezing = TRAIN + 'model.layers[1].trainable = True\nmodel.compile("adam", "mse")\nmodel.fit(images, labels)\n'
    write(models=MODELS, train=TRAIN, unfreeze=unfreezing)
    given = Resolver({"target": "keras==3.15"})
    (report,) = check(["models.py"], given.for_folder, Task(mend=True, write=True))
    assert Path("models.py").read_text() == MODELS
    assert [reason for _, reason in report.withdrawn] == ["it would bring BN103 on line 6 of unfreeze.py"]
    assert [each.code for each in lint(".", target="keras==3.15", fix=True)] == ["BN603"]  # unsafe to mend


def test_a_fix_that_would_change_two_files_is_none_in_any_output() -> None:
    unfreeze = "\n\ndef unfreeze(model):\n    model.layers[1].trainable = True\n"
    more = 'unfreeze(model)\nmodel.compile("adam", "mse")\nmodel.fit(images, labels)\n'
    again = "from models import unfreeze\n" + TRAIN + more
    write(models=MODELS + unfreeze, train=again)
    (finding,) = (each for each in lint("models.py", target="keras==3.15") if each.code == "BN102")
    assert finding.fix is None
    assert finding.advice.endswith("(no automatic fix: its rewrites stand in different files)")
