from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bnlint import engine
from bnlint.engine import Task, check, lint_text, mend_text
from bnlint.findings import Action, Finding, Fix
from bnlint.graph.places import Place
from bnlint.reports import Report
from bnlint.settings import Resolver, Settings, SettingsError
from tests import stand_ins
from tests.stand_ins import MENDED, PLAIN, RISKY, UNFREEZING


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    stand_ins.use(monkeypatch)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lint(text: str, **settings: object) -> list[tuple[str, int]]:
    report = lint_text(text, "train.py", Settings(**settings))  # type: ignore[arg-type]
    return [(finding.code, finding.place.line) for finding in report.findings]


def only(text: str) -> Finding:
    (finding,) = lint_text(text, "train.py", Settings()).findings
    return finding


# ----------------------------------------------------------------------------------------------------------- selection


def test_findings_in_the_order_of_their_places() -> None:
    assert lint(UNFREEZING + "y = base(inputs)\n") == [("BN102", 11), ("BN101", 14)]


def test_selected_rules_only() -> None:
    assert lint(RISKY, select=("BN2",)) == []
    assert lint(RISKY, select=("BN2", "frozen-backbone-without-training-false")) == [("BN101", 7)]
    assert lint(RISKY, ignore=("BN1",)) == []


def test_a_rule_that_is_off_runs_when_selected() -> None:
    text = RISKY + "freeze(model.layers[:140])\n"
    assert lint(text) == [("BN101", 7)]
    assert lint(text, extend_select=("BN116",)) == [("BN101", 7), ("BN116", 11)]


def test_per_file_ignores() -> None:
    ignores = (("train.py", ("BN101",)), ("other.py", ("ALL",)))
    assert lint(RISKY, per_file_ignores=ignores) == []
    assert lint(RISKY, per_file_ignores=ignores[1:]) == [("BN101", 7)]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"select": ("BN1021",)}, "unknown rule `BN1021` in `select`; did you mean `BN102`?"),
        ({"ignore": ("XY",)}, "unknown rule `XY` in `ignore`; `bnlint rules` lists them all"),
        ({"per_file_ignores": (("*.py", ("BN777",)),)}, "unknown rule `BN777` in `per-file-ignores`"),
        ({"target": "keras=3", "target_source": "--target"}, "--target: cannot read the target 'keras=3'"),
    ],
)
def test_rules_and_targets_that_do_not_exist(settings: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError) as error:
        lint(PLAIN, **settings)
    assert str(error.value).startswith(said)


def test_fixes_as_the_settings_want_them() -> None:
    def safety(**settings: object) -> str | None:
        report = lint_text(RISKY, "train.py", Settings(**settings))  # type: ignore[arg-type]
        fix = report.findings[0].fix
        return fix.safety if fix else None

    assert safety() == "safe"
    assert safety(extend_unsafe_fixes=("BN1",)) == "unsafe"
    assert safety(extend_unsafe_fixes=("BN1",), extend_safe_fixes=("BN101",)) == "safe"
    assert safety(unfixable=("BN101",)) is None
    assert safety(fixable=("BN2",)) is None


def test_an_unfixable_finding_still_says_what_to_do() -> None:
    report = lint_text(RISKY, "train.py", Settings(unfixable=("ALL", "BN101")))
    assert report.findings[0].advice == "call base with training=False"


# -------------------------------------------------------------------------------------------------------- suppressions


def suppressed(comment: str) -> str:
    return RISKY.replace("base(inputs)", f"base(inputs)  # {comment}")


@pytest.mark.parametrize(
    "comment",
    [
        "bnlint: ignore[BN101] it stays frozen",
        "bnlint: ignore[frozen-backbone-without-training-false]",
        "bnlint: ignore",
        "noqa",
        "noqa: BN101",
        "noqa: E501, BN101",
        "type: ignore  # bnlint: ignore[BN101]",
    ],
)
def test_a_suppression_on_the_line(comment: str) -> None:
    assert lint(suppressed(comment)) == []


@pytest.mark.parametrize("comment", ["noqa: E501", "noqa: BN102", "nothing"])
def test_a_suppression_of_something_else(comment: str) -> None:
    assert lint(suppressed(comment)) == [("BN101", 7)]


def test_a_comment_line_does_not_reach_the_next_line() -> None:
    text = RISKY.replace("x = base", "# bnlint: ignore[BN101]\nx = base")
    assert lint(text) == [("BN901", 7), ("BN101", 8)]


def test_the_last_line_of_a_finding_counts_too() -> None:
    from bnlint.files.suppressions import read

    (comment,) = read("x = base(\n    inputs\n)  # bnlint: ignore[BN101]\n")
    assert comment.covers(1, 3)
    assert not comment.covers(1, 2)


def test_file_ignore() -> None:
    assert lint("# bnlint: file-ignore[BN101] all of it stays frozen\n" + RISKY) == []


def test_skip_file_is_not_even_parsed() -> None:
    assert lint("# bnlint: skip-file\n" + RISKY + "print 'Python 2'\n") == []


def test_words_in_a_string_suppress_nothing() -> None:
    assert lint(RISKY + "s = '# bnlint: skip-file'\n") == [("BN101", 7)]


def test_suppressed_findings_are_counted() -> None:
    assert lint_text(suppressed("noqa"), "train.py", Settings()).suppressed == 1


def test_an_unused_suppression_and_its_removal() -> None:
    finding = only(MENDED + "y = 1  # bnlint: ignore[BN101] why\n")
    assert (finding.code, finding.severity, finding.place) == ("BN901", "warning", Place("train.py", 11, 8, 11, 35))
    assert finding.message == "this suppression silences nothing of BN101"
    assert mended(MENDED + "y = 1  # bnlint: ignore[BN101] why\n") == MENDED + "y = 1\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# bnlint: file-ignore[BN101] why\ny = 1\n", "y = 1\n"),
        ("y = 1  # bnlint: ignore\n", "y = 1\n"),
        ("y = 1  # bnlint: ignore[BN101]  # noqa: E501\n", "y = 1  # noqa: E501\n"),
        ("y = 1  # type: ignore  # bnlint: ignore[BN101]\n", "y = 1  # type: ignore\n"),
        ("y = 1  # bnlint: ignore[BN101, BN777]\n", "y = 1  # bnlint: ignore[BN777]\n"),
        ("y = 1  # bnlint: ignore[BN101]", "y = 1"),
        ("    # bnlint: ignore[BN101]", ""),
    ],
)
def test_only_what_is_unused_is_removed(before: str, after: str) -> None:
    assert mended(MENDED + before) == MENDED + after


def test_one_of_two_codes_is_used() -> None:
    finding = only(suppressed("bnlint: ignore[BN101, BN102] why"))
    assert finding.message == "this suppression silences nothing of BN102"
    assert mended(suppressed("bnlint: ignore[BN101, BN102] why")) == suppressed("bnlint: ignore[BN101] why")


@pytest.mark.parametrize("comment", ["noqa", "noqa: BN101", "bnlint: ignore[BN116]", "bnlint: ignore[BN901]"])
def test_what_is_never_called_unused(comment: str) -> None:
    assert lint(MENDED + f"y = 1  # {comment}\n") == []


def test_a_suppression_of_a_rule_that_is_off_is_not_unused() -> None:
    assert lint(MENDED + "y = 1  # bnlint: ignore[BN101]\n", ignore=("BN101",)) == []
    assert lint(MENDED + "y = 1  # bnlint: ignore\n", ignore=("BN101",)) == []


def test_unused_suppressions_can_be_allowed() -> None:
    assert lint("# bnlint: file-ignore[BN901]\n" + MENDED + "y = 1  # bnlint: ignore[BN101]\n") == []


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("bnlint: ignore[BN1101]", "no rule is called `BN1101`; did you mean `BN101`?"),
        (
            "bnlint: ignore[statistics-to-slow]",
            "no rule is called `statistics-to-slow`; did you mean `statistics-too-slow`?",
        ),
        ("bnlint: ingore[BN101]", "`bnlint: ingore` means nothing; did you mean `ignore`?"),
    ],
)
def test_an_unknown_code_in_a_suppression(comment: str, said: str) -> None:
    finding = only(MENDED + f"y = 1  # {comment}\n")
    assert (finding.code, finding.message) == ("BN903", said)


# ------------------------------------------------------------------------------------------------- what cannot be read


def test_a_syntax_error_has_its_line() -> None:
    finding = only("import keras\nmodel.fit(x\nprint(1)\n")
    assert (finding.code, finding.severity, finding.place.line) == ("BN900", "error", 2)
    assert finding.message.startswith("not valid Python: ")


@pytest.mark.parametrize(
    "line",
    ['print "epoch", epoch', "except_ = 0777", "try:\n    pass\nexcept IOError, e:\n    print e", "exec 'x = 1'"],
)
def test_python_2_is_called_that(line: str) -> None:
    finding = only(f"import keras\nmodel.fit(x)\n{line}\n")
    assert finding.code == "BN900"
    assert finding.message.startswith("this is Python 2: ")


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python reads it")
@pytest.mark.parametrize(
    ("imports", "said"),
    [
        ("import keras", "this is Python 2: "),
        ("import keras, errno as e", "`except` with several types and no parentheses came with Python 3.14"),
        (
            "import keras\nclass e(Exception): pass",
            "`except` with several types and no parentheses came with Python 3.14",
        ),
    ],
)
def test_a_name_after_the_type_of_an_error(imports: str, said: str) -> None:
    finding = only(f"{imports}\ntry:\n    model.fit(x)\nexcept ValueError, e:\n    print(e)\n")
    assert finding.message.startswith(said)


@pytest.mark.parametrize(
    "line", [r"data = 'C:\Users\me'", r"name = '\N{no such letter}'", "model.fit(x=1, y)", "f() = 1"]
)
def test_what_no_python_reads_is_not_called_newer(line: str) -> None:
    finding = only(f"import keras\nmodel.fit(x)\n{line}\n")
    assert finding.message.startswith("not valid Python: ")


@pytest.mark.parametrize(
    ("line", "since", "said"),
    [
        ("type Batch = list[int]", (3, 12), "the `type` statement came with Python 3.12, and bnlint runs on Python "),
        ("def first[T](items: list[T]) -> T: ...", (3, 12), "type parameters came with Python 3.12"),
        ("name = f'{'-' * 3}'", (3, 12), "this kind of f-string came with Python 3.12"),
    ],
)
def test_syntax_newer_than_the_running_python(line: str, since: tuple[int, int], said: str) -> None:
    if sys.version_info >= since:
        pytest.skip("this Python reads it")
    finding = only(f"import keras\nmodel.fit(x)\n{line}\n")
    assert finding.message.startswith(said)
    assert finding.place.line == 3


@pytest.mark.parametrize("expression", ["(" * 5000 + ")" * 5000, "-" * 100_000 + "1", "x" + "[0]" * 100_000])
def test_deep_nesting(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # Python 3.10 parses the last of them: it is the analysis that ends there
    finding = only(f"import keras\nmodel.fit({expression})\n")
    assert finding.code == "BN900"
    assert finding.message.startswith("nested too deeply to be read")


def test_recursion_inside_the_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(*arguments: object, **numbers: object) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr(engine, "analyse", too_deep)
    assert only(RISKY).message == "nested too deeply to be read"


def test_unreadable_source_is_told_of_unless_ignored_by_name() -> None:
    assert lint("def f(:\n", select=("BN1",)) == [("BN900", 1)]
    assert lint("def f(:\n", ignore=("ALL",)) == [("BN900", 1)]
    assert lint("def f(:\n", ignore=("BN900",)) == []


def test_warnings_of_python_about_literals_are_kept_quiet(recwarn: pytest.WarningsRecorder) -> None:
    lint(RISKY + "pattern = '\\d'\n")
    assert not recwarn.list


# --------------------------------------------------------------------------------------------------------------- files


def write(path: str, content: str | bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content if isinstance(content, bytes) else content.encode())


def reports(*paths: str, task: Task | None = None, jobs: int = 1) -> dict[str, Report]:
    return {report.path: report for report in check(paths, Resolver({}).for_folder, task, jobs=jobs)}


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def test_a_file_without_keras_is_done_without_analysis() -> None:
    write("plain.py", PLAIN + "this is not even Python\n")
    assert reports("plain.py")["plain.py"] == Report("plain.py")


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (RISKY.encode() + b"# caf\xe9\n", 11, "byte 0xe9 is not UTF-8, and no other encoding is declared"),
        (b"\x7fELF\0\0\0", 1, "this file is not a text file: it contains null bytes"),
        (
            "\ufeffimport keras".encode("utf-16-le"),
            1,
            "this file is UTF-16, which Python does not read; save it as UTF-8",
        ),
    ],
)
def test_bytes_that_are_no_source(content: bytes, line: int, said: str) -> None:
    write("train.py", content)
    (finding,) = reports("train.py")["train.py"].findings
    assert (finding.code, finding.place.line, finding.message) == ("BN900", line, said)


def test_wrong_encoding_without_keras_is_a_warning() -> None:
    write("plain.py", b"name = 'caf\xe9'\n")
    report = reports("plain.py")["plain.py"]
    assert report.findings == ()
    assert report.warnings == ("line 1: byte 0xe9 is not UTF-8, and no other encoding is declared",)


def test_an_empty_file_is_fine() -> None:
    write("empty.py", b"")
    assert reports("empty.py")["empty.py"] == Report("empty.py")


def test_ten_megabytes_are_fine() -> None:
    write("large.py", ("x = [1, 2, 3]\n" * 750_000).encode())
    assert reports("large.py")["large.py"] == Report("large.py")


def test_an_internal_error_spares_the_other_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails_once(text: str, path: str, *rest: object, **numbers: object) -> object:
        if path == "b.py":
            raise KeyError("conv1_bn")
        return stand_ins.analyse(text, path, None)

    monkeypatch.setattr(engine, "analyse", fails_once)
    for name in ("a.py", "b.py", "c.py"):
        write(name, RISKY)
    found = reports("a.py", "b.py", "c.py")
    assert [codes(report) for report in found.values()] == [["BN101"], [], ["BN101"]]
    (error,) = found["b.py"].errors
    assert error.startswith("internal error, please report it: KeyError: 'conv1_bn' at bnlint/engine.py:")


def test_missing_and_unsupported_paths_are_errors() -> None:
    write("model.keras", b"PK")
    found = reports("nope.py", "model.keras")
    assert found["nope.py"].errors == ("no such file or folder",)
    [finding] = found["model.keras"].findings
    assert (finding.code, finding.place.location) == ("BN902", "")


def test_the_same_whatever_the_number_of_processes() -> None:
    for number in range(12):
        write(f"train_{number:02}.py", [RISKY, PLAIN, UNFREEZING, "import keras\nmodel.fit(\n"][number % 4])
    one = reports(".", "nope.py")
    assert len(one) == 13
    assert list(reports(".", "nope.py", jobs=3).items()) == list(one.items())
    assert list(reports(".", "nope.py", jobs=0).items()) == list(one.items())


def test_a_file_that_brings_its_process_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(text: str, path: str, *rest: object, **numbers: object) -> object:
        if path == "b.py":
            import os

            os._exit(70)
        return stand_ins.analyse(text, path, None)

    monkeypatch.setattr(engine, "analyse", dies)
    for name in ("a.py", "b.py", "c.py"):
        write(name, RISKY)
    found = reports(".", jobs=2)
    assert [codes(report) for report in found.values()] == [["BN101"], [], ["BN101"]]
    assert found["b.py"].errors == ("the process that read it came to a sudden end",)


# -------------------------------------------------------------------------------------------------------------- fixing


def mended(text: str, **settings: object) -> str:
    return mend_text(text, "train.py", Settings(**settings)).text  # type: ignore[arg-type]


def test_mending_reports_what_was_fixed_and_what_is_left() -> None:
    report = mend_text(RISKY + "base.trainable = True\n", "train.py", Settings())
    assert report.text == MENDED + "base.trainable = True\n"
    assert [finding.code for finding in report.fixed] == ["BN101"]
    assert codes(report) == ["BN102"]


def test_unsafe_fixes_wait_to_be_asked_for() -> None:
    assert mended(UNFREEZING) == UNFREEZING
    assert "for layer in base.layers:" in mended(UNFREEZING, unsafe_fixes=True)


def test_nothing_unfixable_is_fixed() -> None:
    assert mended(RISKY, unfixable=("BN101",)) == RISKY


WRITE = Task(mend=True, write=True)


@pytest.mark.parametrize(
    "transform",
    [
        lambda text: text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: b"# coding: latin-1\r\n# caf\xe9\r\n" + text.replace("\n", "\r\n").encode("latin-1"),
        lambda text: ("# größer 模型\n" + text.rstrip("\n")).encode(),
    ],
)
def test_every_other_byte_stays(transform: object) -> None:
    assert callable(transform)
    write("train.py", transform(RISKY))
    reports("train.py", task=WRITE)
    assert Path("train.py").read_bytes() == transform(MENDED)


def test_a_read_only_file_is_reported_on_as_it_is() -> None:
    write("train.py", RISKY)
    Path("train.py").chmod(0o444)
    report = reports("train.py", task=WRITE)["train.py"]
    assert report.errors == ("is read-only",)
    assert codes(report) == ["BN101"]
    assert report.fixed == ()
    assert Path("train.py").read_text() == RISKY


def test_without_write_nothing_is_written() -> None:
    write("train.py", RISKY)
    report = reports("train.py", task=Task(mend=True))["train.py"]
    assert (report.original, report.text) == (RISKY, MENDED)
    assert Path("train.py").read_text() == RISKY


def planned(name: str, place: Place) -> Report:
    """``RISKY`` with a fix that is still a rewrite's name, planned."""
    action = Action(name, {"call": place, "name": "training", "value": "False"})
    finding = replace(only(RISKY), fix=Fix("safe", "call base with training=False", (action,)))
    return engine.plan(Report("train.py", (finding,), text=RISKY))


def test_fixes_are_planned_where_outputs_show_them() -> None:
    (finding,) = planned("add_argument", Place("train.py", 7, 5, 7, 17)).findings
    assert finding.fix is not None
    assert [edit.content for edit in finding.fix.edits] == [", training=False"]


def test_a_fix_that_cannot_be_made_becomes_advice_that_says_why() -> None:
    report = planned("add_argument", Place("train.py", 8, 1, 8, 6))
    assert report.findings[0].fix is None
    assert report.findings[0].advice
    assert report.errors == ()


def test_an_error_in_a_rewrite_keeps_the_finding() -> None:
    report = planned("no_such_rewrite", Place("train.py", 7, 5, 7, 17))
    assert [(finding.code, finding.fix) for finding in report.findings] == [("BN101", None)]
    (error,) = report.errors
    assert error.startswith("BN101 on line 7: its fix met an internal error, please report it: KeyError")


def test_a_missing_dependency_is_named_and_is_no_bug() -> None:
    said = engine.internal_error(ModuleNotFoundError("No module named 'immutables'", name="immutables"))
    assert said == "the package 'immutables' is not installed in this Python: `pip install` bnlint there"


def test_a_missing_module_of_bnlint_is_a_bug() -> None:
    said = engine.internal_error(ModuleNotFoundError("No module named 'bnlint.lost'", name="bnlint.lost"))
    assert said.startswith("internal error, please report it: ModuleNotFoundError")
