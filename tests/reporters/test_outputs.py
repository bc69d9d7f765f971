"""The outputs that other systems read: word by word, and as public readers and schemas take them."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import junitparser
import pytest
import xmlschema

from bnlint import __version__
from bnlint.commands.outputs import FOR_SYSTEMS
from bnlint.files.splicing import Change, apply
from bnlint.reporters.fingerprints import LineHashes
from bnlint.reports import Report
from tests import published
from tests.conftest import Run
from tests.reporters.outputs import CELLS, ODD_PATH, SCRIPT, at, finding, notebook, rendered, reports, write
from tests.stand_ins import PLAIN, RISKY

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", FOR_SYSTEMS)
def test_every_word(name: str, here: Path) -> None:
    said = rendered(name).replace(here.as_uri(), "file:///repository").replace(f'"{__version__}"', '"VERSION"')
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("BNLINT_WRITE_GOLDEN"):
        path.write_text(said, encoding="utf-8")
    assert said == path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("name", FOR_SYSTEMS)
def test_no_control_characters(name: str) -> None:
    assert [char for char in rendered(name) if not char.isprintable() and char != "\n"] == []


# --------------------------------------------------------------------------------------------------------------- sarif


def sarif(given: list[Report] | None = None) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(rendered("sarif", given))
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.index
@pytest.mark.parametrize("given", [None, [], [Report("clean.py")]])
def test_sarif_is_valid(given: list[Report] | None, pytestconfig: pytest.Config) -> None:
    schema = json.loads(published.SARIF.text(pytestconfig))
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    assert [error.message for error in validator.iter_errors(json.loads(rendered("sarif", given)))] == []
    log = json.loads(rendered("sarif"))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert len(list(validator.iter_errors(log))) == 1


def test_what_code_scanning_needs_of_sarif() -> None:
    run = sarif()
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]
        assert urlsplit(uri["uri"]).scheme == "" and not uri["uri"].startswith("/")
        assert uri["uriBaseId"] in run["originalUriBaseIds"]
        assert re.fullmatch(r"[0-9a-f]+:\d+", result["partialFingerprints"]["primaryLocationLineHash"])
    described = [rule for rule in rules if rule["id"] in ("BN101", "BN201")]
    assert all(rule["help"]["markdown"].startswith("# BN") and rule["shortDescription"]["text"] for rule in described)
    assert len({json.dumps(result["partialFingerprints"]) for result in run["results"]}) == len(run["results"])


def test_paths_come_back_from_their_uris() -> None:
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in sarif()["results"]]
    assert unquote(uris[-1]) == ODD_PATH


def test_paths_count_from_the_repository_s_root(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / ".git").mkdir()
    (here / "sub").mkdir()
    monkeypatch.chdir(here / "sub")
    given = [Report("train.py", (finding(at(3, 5, 17)),), text=SCRIPT)]
    (result,) = sarif(given)["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "sub/train.py"
    assert sarif(given)["originalUriBaseIds"]["SRCROOT"]["uri"] == here.as_uri() + "/"
    assert rendered("github", given).startswith("::warning file=sub/train.py,")
    assert json.loads(rendered("gitlab", given))[0]["location"]["path"] == "sub/train.py"


def test_a_file_outside_the_repository_keeps_its_whole_path(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "inside").mkdir()
    monkeypatch.chdir(here / "inside")
    (result,) = sarif([Report("../train.py", (finding(at(3, 5, 17, "../train.py")),), text=SCRIPT)])["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": (here / "train.py").as_uri()}


def test_a_finding_of_a_notebook_stands_on_a_line_of_its_file() -> None:
    (result,) = [each for each in sarif()["results"] if each["message"]["text"].startswith("cell 4")]
    lines = notebook().split("\n")
    for location, text in (
        (result["locations"][0], CELLS[4].split("\n")[0]),
        (result["relatedLocations"][0], CELLS[2]),
    ):
        region = location["physicalLocation"]["region"]
        line = lines[region["startLine"] - 1]
        shown = line[region["startColumn"] - 1 : region["endColumn"] - 1]
        assert shown and shown in text
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "cell 4:1"


@pytest.mark.parametrize("path", ["sub/train.py", "nb.ipynb"])
def test_the_fix_in_sarif_mends_the_file(path: str, here: Path) -> None:
    write(here)
    text = (here / path).read_text(encoding="utf-8")
    (fix,) = [fix for result in sarif()["results"] for fix in result.get("fixes", ()) if _uri(fix) == path]
    changes = [
        Change(*_offsets(text, each["deletedRegion"]), each["insertedContent"]["text"])
        for each in fix["artifactChanges"][0]["replacements"]
    ]
    mended = apply(text, changes)
    assert mended.replace("base(inputs, training=False)", "base(inputs)") == text != mended


def test_a_notebook_s_file_is_looked_into_where_only_its_cells_are_kept(here: Path) -> None:
    write(here)
    (report,) = (each for each in reports() if each.path == "nb.ipynb")
    kept = report._replace(text="", original="")
    assert rendered("sarif", [kept]) == rendered("sarif", [report])
    (here / "nb.ipynb").write_text(notebook().replace("model", "other"), encoding="utf-8")
    (result,) = sarif([kept])["results"]  # what was linted is there no more
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 1
    assert "fixes" not in result


def _uri(fix: dict[str, Any]) -> str:
    return str(fix["artifactChanges"][0]["artifactLocation"]["uri"])


def _offsets(text: str, region: dict[str, int]) -> tuple[int, int]:
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    return (
        starts[region["startLine"] - 1] + region["startColumn"] - 1,
        starts[region["endLine"] - 1] + region["endColumn"] - 1,
    )


def test_words_that_look_like_a_link_are_none() -> None:
    texts = [result["message"]["text"] for result in sarif()["results"] if "100 %" in result["message"]["text"]]
    assert all(re.findall(r"(?<!\\)\[[^\]]*\]\(0\)", text) for text in texts)
    assert all("\\[a](0)" in text.split("\n")[0] for text in texts)


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", "c129715d7a2bc9a3:1"),
        (" a\nb\n  \t\tc\n d", "271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1"),
        ("x = 2\nx = 1\nprint(x)\n", None),
        (
            " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
            "e9496ae3ebfced30:1 fb7c023a8b9ccb3f:1 ce8ba1a563dcdaca:1 e20e36e16fcb0cc8:1 b3edc88f2938467e:1"
            " c8e28b0b4002a3a0:1 c129715d7a2bc9a3:1",
        ),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            "a7f2ff13bc495cf2:1 a7f2ff13bc495cf2:2 a7f2ff13bc495cf2:3 a7f2ff13bc495cf2:4 a7f2ff13bc495cf2:5"
            " a7f2ff13bc495cf2:6 a7f2ff1481e87703:1 a9cf91f7bbf1862b:1 55ec222b86bcae53:1 cc97dc7b1d7d8f7b:1"
            " c129715d7a2bc9a3:1",
        ),
    ],
)
def test_lines_are_hashed_as_code_scanning_does(text: str, hashes: str | None) -> None:
    """The hashes are those that github/codeql-action computes for these texts (its `fingerprints.test.ts`)."""
    found = LineHashes(text)
    if hashes is None:  # what stands before a line does not count, blanks do not count, what follows does
        assert found.of(2) == LineHashes("y = 3\nx  =  1\nprint(x)\n").of(2) != LineHashes("x = 1\n").of(1)
    else:
        assert [found.of(number) for number in range(1, len(hashes.split()) + 1)] == hashes.split()


# -------------------------------------------------------------------------------------------------------------- github

_COMMAND = re.compile(r"::(?P<name>[a-z-]+)(?: (?P<values>[^:]*))?::(?P<message>.*)")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as the runner reads them: a line each, values between commas, escapes undone at last."""
    assert text.endswith("\n")
    found = []
    for line in text[:-1].split("\n"):
        match = _COMMAND.fullmatch(line)
        assert match is not None, line
        values = dict(each.split("=", 1) for each in match["values"].split(","))
        found.append((match["name"], {key: _unescaped(value) for key, value in values.items()}, _unescaped(match[3])))
    return found


def _unescaped(text: str) -> str:
    for escape, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, char)
    return text


def test_github_commands() -> None:
    found = commands(rendered("github"))
    assert [name for name, _, _ in found] == [
        "warning", "notice", "notice", "error", "warning", "error", "warning", "warning", "error",
    ]  # fmt: skip
    _, values, message = found[0]
    assert values == {
        "file": "sub/train.py", "line": "3", "endLine": "3", "col": "5", "endColumn": "17",
        "title": "bnlint BN101 (frozen-backbone-without-training-false)",
    }  # fmt: skip
    assert message.split("\n") == [
        "called without `training=False`",
        "- line 2: frozen here",
        "- models.py, line 7: built here",
        "help: call base with training=False (`--fix` does it)",
    ]
    assert "col" not in found[1][1]  # GitHub takes columns within a line only
    assert {"line", "col"} & set(found[4][1]) == set()  # a saved model has no lines
    assert found[4][2].startswith("layer resnet50/conv1_bn: momentum 0.1")
    assert found[6][1]["file"] == ODD_PATH.replace("\x1b", "�").replace("\x07", "�")
    assert found[6][2].startswith('100 % of �[31m"模型"  ::error::x, [a](0) <b> & {0} \\ �')


# -------------------------------------------------------------------------------------------------------------- gitlab


def test_gitlab_issues() -> None:
    """What GitLab's documentation asks of a code quality report."""
    issues = json.loads(rendered("gitlab"))
    assert len(issues) == 8
    for issue in issues:
        assert all(isinstance(issue[key], str) and issue[key] for key in ("description", "check_name", "fingerprint"))
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not issue["location"]["path"].startswith(("/", "./"))
        assert issue["location"]["lines"]["begin"] >= 1
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert [issue["check_name"] for issue in issues if issue["severity"] == "blocker"] == ["bnlint"]
    assert json.loads(rendered("gitlab", [])) == []


def test_gitlab_fingerprints_stay_where_lines_move() -> None:
    def fingerprints(above: str) -> list[str]:
        text = above + SCRIPT + SCRIPT
        line = above.count("\n") + 3
        found = (finding(at(line, 5, 17)), finding(at(line + 4, 5, 17)))
        return [issue["fingerprint"] for issue in json.loads(rendered("gitlab", [Report("a.py", found, text=text)]))]

    assert fingerprints("") == fingerprints("import keras\n\n\n")
    assert len(set(fingerprints(""))) == 2


# --------------------------------------------------------------------------------------------------------------- junit


@pytest.mark.index
@pytest.mark.parametrize("given", [None, [], [Report("clean.py")]])
def test_junit_is_valid(given: list[Report] | None, pytestconfig: pytest.Config) -> None:
    schema = xmlschema.XMLSchema(io.StringIO(published.JUNIT.text(pytestconfig)))
    assert [str(error) for error in schema.iter_errors(io.StringIO(rendered("junit", given)))] == []
    assert not schema.is_valid(
        io.StringIO(rendered("junit").replace("<failure", "<fault").replace("/failure", "/fault"))
    )


def test_junit_suites() -> None:
    suites = list(junitparser.JUnitXml.fromstring(rendered("junit").encode()))
    assert [(suite.name, suite.tests, suite.failures, suite.errors) for suite in suites] == [
        ("sub/train.py", 2, 1, 0),
        ("nb.ipynb", 1, 1, 0),
        ("model.keras", 2, 2, 0),
        (ODD_PATH.replace("\x1b", "�").replace("\x07", "�"), 2, 2, 0),
        ("locked.py", 1, 0, 1),
        ("clean.py", 1, 0, 0),
    ]
    for suite in suites:
        cases = list(suite)
        assert len(cases) == suite.tests
        kinds = [type(each) for case in cases for each in case.result]
        assert (kinds.count(junitparser.Failure), kinds.count(junitparser.Error)) == (suite.failures, suite.errors)
        assert {case.classname for case in cases} == {suite.name}
    assert [case.is_passed for case in suites[0]] == [False, True]  # of severity info: said, and no fault
    assert "Lower the momentum." in next(case for case in suites[0] if case.is_passed).system_out
    (strict, *_) = junitparser.JUnitXml.fromstring(rendered("junit", strict=True).encode())
    assert strict.failures == 2


# ---------------------------------------------------------------------------------------------------------- json-lines


def test_json_lines() -> None:
    lines = [json.loads(line) for line in rendered("json-lines").splitlines()]
    assert [line["type"] for line in lines] == ["finding"] * 3 + ["warning"] + ["finding"] * 4 + ["error", "summary"]
    assert lines[-1]["target"] == {"framework": "keras", "version": "3.15", "source": "--target"}
    assert {key: lines[-1][key] for key in ("files", "findings", "fixable", "fixed")} == {
        "files": 5, "findings": 7, "fixable": 3, "fixed": 0,
    }  # fmt: skip
    assert lines[0]["path"] == "sub/train.py" and lines[6]["path"] == ODD_PATH


def test_json_lines_come_as_they_are_known() -> None:
    from bnlint.reporters import json_lines, runs

    asked: list[str] = []

    def through() -> Any:
        for report in reports():
            asked.append(report.path)
            yield report

    def later(*of: object) -> Any:
        raise AssertionError("known at the end only")

    next(json_lines.render(through(), runs.Run(later, later)))
    assert asked == ["sub/train.py"]


# ------------------------------------------------------------------------------------------------- on the command line


@pytest.mark.parametrize("name", FOR_SYSTEMS)
def test_to_a_file_and_the_status(run: Run, name: str) -> None:
    Path("train.py").write_text(RISKY)
    Path("plain.py").write_text(PLAIN)
    assert run("plain.py", "--output-format", name).status == 0
    there = run(".", "--output-format", name)
    assert there.status == 1 and there.out
    filed = run(".", "--output-format", name, "--output-file", "out.txt")
    assert (filed.status, filed.out) == (1, "")
    assert Path("out.txt").read_text(encoding="utf-8") == there.out
    assert run(".", "nope.py", "--output-format", name).status == 2
    assert run(".", "--output-format", name, "--exit-zero").status == 0
    assert run("nope.py", "--output-format", name).err.startswith("error: nope.py: no such file or folder\n")


@pytest.mark.parametrize("name", FOR_SYSTEMS)
def test_statistics_beside_or_in_it(run: Run, name: str) -> None:
    Path("train.py").write_text(RISKY)
    outcome = run("train.py", "--statistics", "--output-format", name)
    if name == "json-lines":
        first, last = map(json.loads, outcome.out.splitlines())
        assert first == {
            "type": "statistics", "count": 1, "code": "BN101", "name": "frozen-backbone-without-training-false",
            "fixable": True,
        }  # fmt: skip
        assert last["type"] == "summary" and last["target"]["framework"] == "keras"
    else:
        assert outcome.out == run("train.py", "--output-format", name).out
        assert "1  BN101  [*]  frozen-backbone-without-training-false\n" in outcome.err


def test_fixes_are_planned_for_sarif(run: Run) -> None:
    Path("train.py").write_text(RISKY)
    (result,) = json.loads(run("train.py", "--output-format", "sarif").out)["runs"][0]["results"]
    assert result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] == ", training=False"


def test_names_that_are_no_utf8_in_every_format(run: Run) -> None:
    Path("caf\udce9.py").write_text(RISKY)
    for name in FOR_SYSTEMS:
        outcome = run(".", "--output-format", name, "--output-file", "out.txt")
        assert outcome.status == 1
        text = Path("out.txt").read_bytes().decode("utf-8")
        assert {"sarif": "caf%E9.py", "json-lines": "caf\\udce9.py", "gitlab": "caf\\udce9.py"}.get(
            name, "caf�.py"
        ) in text
