"""What is said of a saved model names the layer where that of a script names the line."""

from __future__ import annotations

import json as json_module

from bnlint.engine import order
from bnlint.findings import Finding, Fix, Related
from bnlint.graph.places import Place
from bnlint.graph.subjects import BatchNormAtFit, Because
from bnlint.keras.releases import Target
from bnlint.reporters import concise, json, summary
from bnlint.reporters.facts import _because, _row
from bnlint.reporters.full import Full
from bnlint.reporters.style import Style
from bnlint.reports import Report
from bnlint.rules.messages import render

NORM = "BatchNormalization: axis=3, momentum=0.1, epsilon=0.001, trainable=True"


def at(location: str, path: str = "model.keras") -> Place:
    return Place(path, 0, 0, 0, 0, None, location)


def finding(location: str = "resnet50/conv1_bn", **changes: object) -> Finding:
    given: dict[str, object] = {
        "code": "BN202",
        "name": "momentum-from-pytorch",
        "severity": "warning",
        "message": "momentum 0.1 keeps 10% of the old statistics",
        "place": at(location),
    }
    return Finding(**(given | changes))  # type: ignore[arg-type]


def report(*findings: Finding) -> Report:
    return Report("model.keras", findings, analysed=True, contents={"resnet50/conv1_bn": NORM})


FIX = Fix("unsafe", "momentum=0.9")


def test_full_shows_what_the_file_says_of_the_layer() -> None:
    related = (Related("called here", at("resnet50")), Related("trained here", Place("train.py", 4, 1, 4, 18)))
    lines = Full(Style(False), unsafe=True).render(report(finding(fix=FIX, related=related)))
    assert list(lines) == [
        "BN202 [*] warning: momentum 0.1 keeps 10% of the old statistics",
        "  --> model.keras:resnet50/conv1_bn",
        "  |",
        f"  | {NORM}",
        "  |",
        "  ::: model.keras:resnet50: called here",
        "  ::: train.py:4:1: trained here",
        "help: momentum=0.9 (unsafe, `--fix --unsafe-fixes` does it)",
        "more: bnlint rule BN202",
        "",
    ]


def test_a_long_description_is_wrapped() -> None:
    shown = list(Full(Style(False, 40), unsafe=False).render(report(finding())))
    assert shown[3:5] == ["  | BatchNormalization: axis=3,", "  | momentum=0.1, epsilon=0.001,"]
    assert max(map(len, shown[2:6])) <= 40


def test_full_of_a_layer_that_nothing_is_said_of() -> None:
    assert list(Full(Style(False), unsafe=False).render(report(finding("other")))) == [
        "BN202 warning: momentum 0.1 keeps 10% of the old statistics",
        "  --> model.keras:other",
        "more: bnlint rule BN202",
        "",
    ]


def test_concise() -> None:
    whole = finding("", message="every moving mean is 0")
    assert list(concise.render(report(finding(), whole), Style(False), unsafe=False)) == [
        "model.keras:resnet50/conv1_bn: BN202 warning: momentum 0.1 keeps 10% of the old statistics",
        "model.keras: BN202 warning: every moving mean is 0",
    ]


def test_names_from_a_file_cannot_drive_a_terminal() -> None:
    (line,) = concise.render(report(finding("a\x1b[31mb")), Style(False), unsafe=False)
    assert "\x1b" not in line


def test_json() -> None:
    related = (Related("called here", at("resnet50")),)
    document = json.document([report(finding(fix=FIX, related=related))], Target.parse("keras==3.15"))
    assert json_module.loads(json.dump(document))["diagnostics"] == [
        {
            "code": "BN202",
            "name": "momentum-from-pytorch",
            "severity": "warning",
            "message": "momentum 0.1 keeps 10% of the old statistics",
            "path": "model.keras",
            "cell": None,
            "line": None,
            "column": None,
            "end_line": None,
            "end_column": None,
            "location": "resnet50/conv1_bn",
            "related": [
                {
                    "message": "called here",
                    "path": "model.keras",
                    "cell": None,
                    "line": None,
                    "column": None,
                    "location": "resnet50",
                }
            ],
            "fix": {"safety": "unsafe", "summary": "momentum=0.9", "edits": []},
            "url": "",
        }
    ]


def test_json_of_a_line_has_no_location() -> None:
    in_script = finding(place=Place("train.py", 3, 5, 3, 17), related=(Related("here", Place("train.py", 1, 1, 1, 2)),))
    (shown,) = json.document([report(in_script)], Target.parse("keras==3.15"))["diagnostics"]
    assert "location" not in shown and "location" not in shown["related"][0]
    assert (shown["line"], shown["column"], shown["end_line"], shown["end_column"]) == (3, 5, 3, 17)


def test_json_of_a_whole_model() -> None:
    (shown,) = json.document([report(finding(""))], Target.parse("keras==3.15"))["diagnostics"]
    assert shown["location"] is None and shown["line"] is None


def test_findings_follow_each_other_by_layer() -> None:
    shown = sorted([finding("b"), finding("a"), finding("")], key=order)
    assert [each.place.location for each in shown] == ["", "a", "b"]


def test_a_withdrawn_fix_names_the_layer() -> None:
    withdrawn = report()._replace(withdrawn=((finding(), "the file was changed meanwhile"),))
    assert list(summary.withdrawn([withdrawn])) == [
        "model.keras:resnet50/conv1_bn: the fix of BN202 was withdrawn: the file was changed meanwhile"
    ]


def test_messages_name_the_layer() -> None:
    assert render("frozen by {place}", lambda fact: at("resnet50/conv1_bn")) == "frozen by `resnet50/conv1_bn`"
    assert render("frozen by {place}", lambda fact: at("")) == "frozen by the model"
    elsewhere = render("as {place} has it", lambda fact: at("bn", "models/other.h5"), "model.keras")
    assert elsewhere == "as `bn` of other.h5 has it"


def test_facts_name_the_layer() -> None:
    because = Because(at("resnet50"), "trainable is false")
    assert _because(because) == "resnet50: trainable is false"
    (reason,) = _row(BatchNormAtFit(because=(because,)))["because"]
    assert reason == {"line": None, "cell": None, "location": "resnet50", "fact": "trainable is false"}
