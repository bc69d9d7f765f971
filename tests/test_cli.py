from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from tests import stand_ins
from tests.conftest import Run
from tests.stand_ins import MENDED, PLAIN, RISKY, UNFREEZING

INFO = MENDED + "layer = keras.layers.BatchNormalization(momentum=0.99)\n"
BROKEN = "import keras\nmodel.fit(x\n"


def write(**files: str) -> None:
    for name, text in files.items():
        Path(f"{name}.py").write_text(text, encoding="utf-8")


def give(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    """Put something into standard input."""
    data = text if isinstance(text, bytes) else text.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


# ------------------------------------------------------------------------------------------------------------ commands


def test_check_may_be_left_out(run: Run) -> None:
    write(train=RISKY)
    assert run("check", "train.py") == run("train.py")
    assert run("train.py").status == 1


def test_a_first_word_that_is_a_command_is_one(run: Run) -> None:
    Path("rules").mkdir()
    (Path("rules") / "train.py").write_text(RISKY)
    assert "BN101  warning" in run("rules").out
    assert run("./rules", "--format", "concise").out.startswith(f"rules{os.sep}train.py:7:5: BN101")
    assert run("check", "rules").status == 1


def test_options_may_come_first(run: Run) -> None:
    write(train=RISKY, facts=RISKY)
    assert run("--color", "never", "facts", "train.py").out.startswith("train.py\n\n  model.fit, line 10")
    assert run("--format", "concise", "train.py").status == 1
    assert run("--stdin-filename", "facts", "train.py").status == 1


def test_paths_and_options_in_any_order(run: Run) -> None:
    write(first=RISKY, second=RISKY)
    Path("-x.py").write_text(RISKY)
    found = run("first.py", "--format", "concise", "second.py", "--", "-x.py").out
    assert [line.split(":")[0] for line in found.split("\n") if line] == ["first.py", "second.py", "-x.py"]


def test_without_a_path_the_folder_is_searched(run: Run) -> None:
    write(train=RISKY)
    assert run().out == run(".").out
    assert run("--format", "concise").out.startswith("train.py:7:5: BN101")


def test_help_and_version(run: Run) -> None:
    from bnlint import __version__

    assert run("--version") == (0, f"bnlint {__version__}\n", "")
    for word in ("check", "facts", "probe", "rule", "rules", "test", "new-rule", "schema"):
        assert f"\n  {word} " in run("--help").out
        assert run(word, "--help").out.startswith(f"usage: bnlint {'[check]' if word == 'check' else word}")


@pytest.mark.parametrize("later", ["report", "server"])
def test_what_does_not_work_yet_is_not_shown(run: Run, later: str) -> None:
    assert f"  {later}" not in run("--help").out
    assert run(later).status == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--selct", "BN1"], "unknown option `--selct`; did you mean `--select`?"),
        (["--fi"], "unknown option `--fi`; did you mean `--fix`?"),
        (["--output-format", "xml"], "argument --output-format/--format: invalid choice: 'xml'"),
        (["--batch-size", "none"], "argument --batch-size: `none` is not a whole number above 0"),
        (["--training-samples", "0"], "argument --training-samples: `0` is not a whole number above 0"),
        (["--jobs", "-1"], "argument -j/--jobs: "),
        (["--select", "BN999"], "unknown rule `BN999` in `select`"),
        (["--target", "kears==3.15"], "--target: cannot read the target 'kears==3.15'"),
        (["--config", "nope.toml"], "--config: no such file: nope.toml"),
        (["-", "train.py"], "`-` reads standard input and stands alone"),
        (["--output-file", "no/such/folder.txt"], "--output-file: no/such/folder.txt: No such file or directory"),
        (["rule"], "the following arguments are required: CODE"),
        (["rule", "BN1011"], "no rule is called `BN1011`; did you mean `BN101`?; `bnlint rules` lists them"),
        (["rules", "extra"], "unexpected `extra`"),
        (["facts", "--fix"], "unknown option `--fix`"),
    ],
)
def test_bad_usage(run: Run, arguments: list[str], said: str) -> None:
    outcome = run(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith(f"bnlint: error: {said}")


def test_a_mistake_in_the_configuration(run: Run) -> None:
    write(train=RISKY)
    Path("pyproject.toml").write_text('[tool.bnlint]\nselekt = ["BN1"]\n')
    assert run() == (2, "", "bnlint: error: pyproject.toml: unknown key `selekt`; did you mean `select`?\n")
    assert run("--isolated").status == 1


def test_an_error_of_our_own_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bnlint.commands.check.find", lambda *arguments: 1 / 0)
    outcome = run()
    assert outcome.status == 2
    assert outcome.err.startswith(
        "bnlint: internal error, please report it: ZeroDivisionError: division by zero at bnlint/"
    )
    assert outcome.err.count("\n") == 1


def test_ctrl_c(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bnlint.commands.check.find", interrupted)
    assert run() == (130, "", "")


# --------------------------------------------------------------------------------------------------------- exit status


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        (PLAIN, [], 0),
        (MENDED, [], 0),
        (RISKY, [], 1),
        (BROKEN, [], 1),
        (INFO, [], 0),
        (INFO, ["--strict"], 1),
        (RISKY, ["--exit-zero"], 0),
        (RISKY, ["--select", "BN2"], 0),
        (RISKY, ["--fix"], 0),
        (UNFREEZING, ["--fix"], 1),
        (UNFREEZING, ["--fix-only"], 0),
        (UNFREEZING, ["--fix", "--unsafe-fixes"], 0),
        (RISKY, ["--fix", "--exit-non-zero-on-fix"], 1),
        (MENDED, ["--fix", "--exit-non-zero-on-fix"], 0),
        (RISKY, ["--diff"], 1),
        (UNFREEZING, ["--diff"], 0),
        (UNFREEZING, ["--diff", "--unsafe-fixes"], 1),
    ],
)
def test_exit_status(run: Run, text: str, arguments: list[str], status: int) -> None:
    write(train=text)
    assert run("train.py", *arguments).status == status


def test_what_cannot_be_done_is_2_whatever_else_is_found(run: Run) -> None:
    write(train=RISKY)
    outcome = run("train.py", "nope.py", "--exit-zero", "--format", "concise")
    assert outcome.status == 2
    assert outcome.out.startswith("train.py:7:5: BN101")
    assert outcome.err.startswith("error: nope.py: no such file or folder\n")


def test_a_read_only_file_cannot_be_fixed(run: Run) -> None:
    write(train=RISKY, other=RISKY)
    Path("train.py").chmod(0o444)
    outcome = run("--fix", "--format", "concise")
    assert outcome.status == 2
    assert "error: train.py: is read-only\n" in outcome.err
    assert Path("train.py").read_text() == RISKY
    assert Path("other.py").read_text() == MENDED


def test_a_folder_without_python(run: Run) -> None:
    assert run() == (0, "", "No Python files found.\n")


# ------------------------------------------------------------------------------------------------------------- outputs


def test_concise(run: Run) -> None:
    write(train=RISKY, second=UNFREEZING, third=INFO, broken=BROKEN)
    outcome = run("--format", "concise")
    assert outcome.out == (
        "broken.py:2:10: BN900 error: not valid Python: '(' was never closed\n"
        "second.py:11:1: BN102 error: 53 BatchNorm layers of base leave inference mode\n"
        "third.py:11:41: BN201 info: slow\n"
        "train.py:7:5: BN101 [*] warning: base (ResNet50) is frozen and called without training=False\n"
    )
    assert outcome.err == (
        "4 findings in 4 files: 2 errors, 1 warning, 1 info.\n"
        "[*] `--fix` mends 1, 1 more can be mended by `--fix --unsafe-fixes`.\n"
        "Target: Keras 3.15 on TensorFlow 2.21 (default; `--target` sets another)\n"
    )


def test_full_is_the_default_and_plain_without_a_terminal(run: Run) -> None:
    write(train=RISKY)
    outcome = run("train.py")
    assert outcome.out == run("train.py", "--output-format", "full").out
    assert "  --> train.py:7:5\n" in outcome.out
    assert "5 | base.trainable = False\n   | ---------------------- frozen here\n" in outcome.out
    assert "\x1b" not in outcome.out + outcome.err


def test_colour_when_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write(train=RISKY)
    assert "\x1b[" in run("train.py", "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("train.py").out
    assert "\x1b[" not in run("train.py", "--color", "never").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("train.py").out
    assert "\x1b[" in run("train.py", "--color", "always").out


def test_json_keeps_the_contract(run: Run) -> None:
    write(train=RISKY)
    outcome = run("train.py", "nope.py", "--format", "json", "--target", "keras==3.15")
    assert json.loads(outcome.out) == {
        "schema": 1,
        "tool": {"name": "bnlint", "version": "0.1.0"},
        "target": {"framework": "keras", "version": "3.15", "source": "--target"},
        "diagnostics": [
            {
                "code": "BN101",
                "name": "frozen-backbone-without-training-false",
                "severity": "warning",
                "message": "base (ResNet50) is frozen and called without training=False",
                "path": "train.py",
                "cell": None,
                "line": 7,
                "column": 5,
                "end_line": 7,
                "end_column": 17,
                "related": [
                    {"message": "frozen here", "path": "train.py", "cell": None, "line": 5, "column": 1},
                    {"message": "trained here", "path": "train.py", "cell": None, "line": 10, "column": 1},
                ],
                "fix": {
                    "safety": "safe",
                    "summary": "call base with training=False",
                    "edits": [
                        {"line": 7, "column": 16, "end_line": 7, "end_column": 16, "content": ", training=False"}
                    ],
                },
                "url": "",
            }
        ],
        "errors": [{"path": "nope.py", "message": "no such file or folder"}],
        "summary": {"files": 1, "findings": 1, "fixable": 1, "fixed": 0},
    }
    assert outcome.err == "error: nope.py: no such file or folder\n"


def test_columns_are_characters(run: Run) -> None:
    write(train=RISKY.replace("x = base", "x = {'模型 🙂': 1} and base"))
    (finding,) = json.loads(run("train.py", "--format", "json").out)["diagnostics"]
    assert (finding["column"], finding["end_column"]) == (21, 33)
    assert finding["fix"]["edits"][0]["column"] == 32


def test_json_after_fixing(run: Run) -> None:
    write(train=RISKY, second=UNFREEZING)
    document = json.loads(run("--fix", "--format", "json").out)
    assert document["summary"] == {"files": 2, "findings": 1, "fixable": 1, "fixed": 1}


def test_nothing_but_json_on_standard_output(run: Run) -> None:
    for text in (PLAIN, BROKEN, RISKY, ""):
        write(train=text)
        json.loads(run("train.py", "--format", "json", "--show-fixes").out)
    assert json.loads(run("no/folder", "--format", "json").out)["diagnostics"] == []


def test_output_file(run: Run) -> None:
    write(train=RISKY)
    outcome = run("train.py", "--format", "json", "--output-file", "out.json", "--color", "always")
    assert outcome.out == ""
    assert json.loads(Path("out.json").read_text())["summary"]["findings"] == 1


def test_statistics(run: Run) -> None:
    write(train=RISKY, second=RISKY, third=INFO)
    assert run("--statistics").out == (
        "2  BN101  [*]  frozen-backbone-without-training-false\n1  BN201  [ ]  statistics-too-slow\n"
    )
    rows = json.loads(run("--statistics", "--format", "json").out)["statistics"]
    assert rows[0] == {
        "count": 2,
        "code": "BN101",
        "name": "frozen-backbone-without-training-false",
        "fixable": True,
    }


def test_quiet(run: Run) -> None:
    write(train=RISKY)
    outcome = run("train.py", "--quiet", "--format", "concise")
    assert outcome.err == ""
    assert outcome.out.count("\n") == 1
    assert run("nope.py", "--quiet").err == "error: nope.py: no such file or folder\n"


def test_a_clean_run_says_so(run: Run) -> None:
    write(plain=PLAIN)
    assert run("plain.py") == (0, "", "No findings in 1 file, which holds nothing that bnlint speaks about.\n")
    write(train=MENDED)
    assert run("train.py").err == (
        "No findings in 1 file.\nTarget: Keras 3.15 on TensorFlow 2.21 (default; `--target` sets another)\n"
    )


def test_each_target_of_a_run_is_named(run: Run) -> None:
    write(train=RISKY)
    Path("old").mkdir()
    (Path("old") / "train.py").write_text(RISKY)
    (Path("old") / "bnlint.toml").write_text('target = "tensorflow==2.10"\n')
    assert run(".", "--format", "concise").err.split("\n")[2:] == [
        "Target: Keras 3.15 on TensorFlow 2.21 (default; `--target` sets another), for 1 file",
        "Target: TensorFlow 2.10 (bnlint.toml), for 1 file",
        "",
    ]


def test_names_that_are_no_utf8(run: Run) -> None:
    Path("caf\udce9.py").write_text(RISKY)
    assert run("--format", "concise").out.startswith("caf")
    assert json.loads(run("--format", "json").out)["summary"]["findings"] == 1


# --------------------------------------------------------------------------------------------------------------- fixes


def test_fix(run: Run) -> None:
    write(train=RISKY)
    outcome = run("--fix", "train.py", "--show-fixes")
    assert Path("train.py").read_text() == MENDED
    assert outcome.out == ""
    assert outcome.err == (
        "Fixed in train.py:\n"
        "  1 × BN101 (frozen-backbone-without-training-false)\n"
        "Fixed 1 finding in 1 file.\n"
        "No findings left in 1 file.\n"
        "Target: Keras 3.15 on TensorFlow 2.21 (default; `--target` sets another)\n"
    )
    assert run("--fix", "train.py").err.startswith("No findings in 1 file.\n")


def test_fix_from_the_configuration_and_no_fix_on_top(run: Run) -> None:
    write(train=RISKY)
    Path("bnlint.toml").write_text("fix = true\n")
    assert run("--no-fix").status == 1
    assert Path("train.py").read_text() == RISKY
    assert run().status == 0
    assert Path("train.py").read_text() == MENDED


def test_fix_only_does_not_report_what_is_left(run: Run) -> None:
    write(train=RISKY + UNFREEZING)
    outcome = run("--fix-only")
    assert outcome.out == ""
    assert "base(inputs, training=False)" in Path("train.py").read_text()


def test_diff_changes_nothing(run: Run) -> None:
    write(train=RISKY)
    outcome = run("--diff")
    assert outcome.out.startswith("--- train.py\n+++ train.py\n@@")
    assert "+x = base(inputs, training=False)\n" in outcome.out
    assert outcome.err.startswith("Would fix 1 finding in 1 file.\n")
    assert Path("train.py").read_text() == RISKY


def test_unused_suppressions_are_fixed(run: Run) -> None:
    write(train=MENDED + "y = 1  # bnlint: ignore[BN102]\n")
    assert run("--fix").status == 0
    assert Path("train.py").read_text() == MENDED + "y = 1\n"


# ------------------------------------------------------------------------------------------------------ standard input


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, RISKY)
    assert run("-", "--format", "concise").out.startswith("-:7:5: BN101")
    give(monkeypatch, RISKY)
    assert run("-", "--stdin-filename", "src/train.py", "--format", "concise").out.startswith("src/train.py:7:5: BN101")


def test_the_name_decides_on_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("src").mkdir()
    Path("src/bnlint.toml").write_text('ignore = ["BN101"]\n')
    give(monkeypatch, RISKY)
    assert run("-", "--stdin-filename", "src/train.py").status == 0


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_mended_input_goes_to_standard_output(run: Run, monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    give(monkeypatch, UNFREEZING.replace("base(inputs, training=False)", "base(inputs)").replace("\n", ends))
    outcome = run("-", "--fix", "--format", "concise")
    assert outcome.status == 1
    assert outcome.out == UNFREEZING.replace("\n", ends)
    assert outcome.err.startswith("-:11:1: BN102")


@pytest.mark.parametrize("data", [BROKEN.encode(), PLAIN.encode(), b"", b"import keras\nmodel.fit('\xe9')\n"])
def test_input_that_is_not_mended_comes_out_as_it_was(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], data: bytes
) -> None:
    from bnlint.cli import main

    stand_ins.use(monkeypatch)
    give(monkeypatch, data)
    main(["-", "--fix"])
    assert capsysbinary.readouterr().out == data


def test_diff_of_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, RISKY)
    outcome = run("-", "--diff")
    assert outcome.status == 1
    assert outcome.out.startswith("--- -\n+++ -\n")


# ------------------------------------------------------------------------------------------- facts, rules, show-…


def test_facts(run: Run) -> None:
    write(train=RISKY, plain=PLAIN)
    outcome = run("facts")
    assert outcome.status == 0
    assert "  model.fit, line 10 · batch size 32 · 25 steps an epoch · 2 epochs · 800 samples\n" in outcome.out
    assert "plain.py" not in outcome.out
    assert outcome.err.startswith("1 file without a fit.\nTarget: Keras 3.15")


def test_facts_as_json(run: Run) -> None:
    write(train=RISKY, plain=PLAIN)
    document = json.loads(run("facts", "--format", "json", "--target", "tensorflow==2.15").out)
    assert document["target"] == {"framework": "tensorflow", "version": "2.15", "source": "--target"}
    assert [(file["path"], len(file["fits"])) for file in document["files"]] == [("plain.py", 0), ("train.py", 1)]


def test_facts_of_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, RISKY)
    assert "model.fit, line 10" in run("facts", "-").out


def test_facts_of_a_file_that_cannot_be_read(run: Run) -> None:
    write(broken=BROKEN, train=RISKY)
    outcome = run("facts")
    assert outcome.status == 2
    assert "model.fit, line 10" in outcome.out
    assert "error: broken.py: line 2: not valid Python: '(' was never closed\n" in outcome.err


def test_rule_pages(run: Run) -> None:
    assert run("rule", "bn101").out.startswith("# BN101 frozen-backbone-without-training-false\n")
    assert run("rule", "unfreezing-updates-statistics").out.startswith("# BN102 ")
    assert json.loads(run("rule", "BN101", "--format", "json").out)["code"] == "BN101"
    assert "\x1b[" in run("rule", "BN101", "--color", "always").out


def test_the_list_of_rules(run: Run) -> None:
    assert [line.split()[0] for line in run("rules").out.split("\n") if line][1:4] == ["BN101", "BN102", "BN116"]
    assert json.loads(run("rules", "--format", "json").out)["rules"][0]["code"] == "BN101"


def test_show_files(run: Run) -> None:
    write(train=RISKY, plain=PLAIN)
    Path("note.ipynb").touch()
    assert run("--show-files") == (0, "note.ipynb\nplain.py\ntrain.py\n", "")
    assert run("--show-files", "nope.py") == (2, "", "error: nope.py: no such file or folder\n")


def test_show_settings(run: Run) -> None:
    write(train=RISKY)
    Path("bnlint.toml").write_text('select = ["BN1"]\n[per-file-ignores]\n"tests/*" = ["BN101"]\n')
    shown = run("--show-settings", "--batch-size", "32").out
    assert shown.startswith("# settings for train.py, from bnlint.toml\n")
    assert 'select = ["BN1"]\n' in shown
    assert 'per-file-ignores = {"tests/*" = ["BN101"]}\n' in shown
    assert "batch-size = 32\n" in shown
    assert "# target is not set\n" in shown


def test_selectors_between_commas_and_repeated(run: Run) -> None:
    write(train=RISKY + INFO)
    found = run("--select", "BN101, BN201", "--select", "BN3,ALL", "--ignore", "BN201", "--format", "concise")
    assert found.status == 2  # BN3 has no rule among the stand-ins
    found = run("--select", "BN201,", "--select", "BN101", "--format", "concise")
    assert [line.split()[1] for line in found.out.split("\n") if line] == ["BN101", "BN201"]


def test_no_cache_and_jobs_are_accepted(run: Run) -> None:
    write(train=RISKY, second=RISKY)
    assert run("--no-cache", "--jobs", "2").out == run("--jobs", "auto").out
