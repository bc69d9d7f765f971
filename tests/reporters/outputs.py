"""Reports of every kind that an output has to cope with, in a folder of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from bnlint.commands.outputs import FOR_SYSTEMS
from bnlint.files import notebooks
from bnlint.findings import Edit, Finding, Fix, Related
from bnlint.graph.places import Place
from bnlint.keras.releases import Target
from bnlint.reporters.runs import Run
from bnlint.reports import Report
from tests import stand_ins

TARGET = Target.parse("keras==3.15", "--target")

SCRIPT = """\
base = ResNet50()
base.trainable = False
x = base(inputs)
model.fit(images)
"""
CELLS = {2: '# größer "模型" 🙂\nbase.trainable = False\n', 4: "x = base(inputs)\nmodel.fit(images)"}
ODD_PATH = "odd %: a,b\n\x1b[31m\x07é.py"
ODD = '100 % of \x1b[31m"模型"\r\n::error::x, [a](0) <b> & {0} \\ \x00'


def notebook() -> str:
    """Four cells, the code as a list of lines in one and as a string in the other, escaped as Jupyter does not."""
    sources: list[object] = ["# Title", CELLS[2].splitlines(keepends=True), "words", CELLS[4]]
    kinds = ("markdown", "code", "markdown", "code")
    cells = [{"cell_type": kind, "metadata": {}, "source": source} for kind, source in zip(kinds, sources, strict=True)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def finding(place: Place, message: str = "called without `training=False`", **changes: object) -> Finding:
    given: dict[str, object] = {
        "code": "BN101",
        "name": "frozen-backbone-without-training-false",
        "severity": "warning",
        "message": message,
        "place": place,
    }
    return Finding(**(given | changes))  # type: ignore[arg-type]


def fixed(line: int, path: str, cell: int | None = None) -> Fix:
    return Fix("safe", "call base with training=False", edits=(Edit(at(line, 16, 16, path, cell), ", training=False"),))


def at(line: int, column: int, end_column: int, path: str = "train.py", cell: int | None = None) -> Place:
    return Place(path, line, column, line, end_column, cell)


def layer(location: str) -> Place:
    return Place("model.keras", 0, 0, 0, 0, None, location)


def reports() -> list[Report]:
    """A script, a notebook, a saved model, odd characters, files that could not be read, and a clean one."""
    text = notebook()
    return [
        Report(
            "sub/train.py",
            (
                finding(
                    at(3, 5, 17, "sub/train.py"),
                    fix=fixed(3, "sub/train.py"),
                    related=(
                        Related("frozen here", at(2, 1, 23, "sub/train.py")),
                        Related("built here", at(7, 1, 9, "models.py")),
                    ),
                ),
                finding(
                    Place("sub/train.py", 3, 1, 4, 18), "worth knowing", code="BN201", name="slow", severity="info",
                    advice="Lower the momentum.",
                ),
            ),
            text=SCRIPT, analysed=True, target=TARGET,
        ),
        Report(
            "nb.ipynb",
            (
                finding(
                    at(1, 5, 17, "nb.ipynb", 4),
                    severity="error",
                    fix=fixed(1, "nb.ipynb", 4),
                    related=(Related("frozen here", at(2, 1, 23, "nb.ipynb", 2)),),
                ),
            ),
            warnings=("cell 4 was last run after cell 2",),
            text=text, cells=notebooks.read(text.encode()).cells, analysed=True, target=TARGET,
        ),
        Report(
            "model.keras",
            (
                finding(
                    layer("resnet50/conv1_bn"), "momentum 0.1", code="BN505", name="momentum-in-config",
                    fix=Fix("unsafe", "momentum=0.9"), related=(Related("called here", layer("resnet50")),),
                ),
                finding(layer(""), "not a model", code="BN902", name="unreadable-model", severity="error"),
            ),
        ),
        Report(ODD_PATH, (finding(at(1, 1, 5, ODD_PATH), ODD, related=(Related(ODD, at(1, 1, 2, ODD_PATH)),)),) * 2,
               text="base\n"),
        Report("locked.py", errors=("cannot be read: Permission denied",)),
        Report("clean.py"),
    ]  # fmt: skip


def rendered(name: str, given: list[Report] | None = None, *, strict: bool = False) -> str:
    """The reports in a format, with the catalogue of the stand-ins."""

    def through() -> Iterator[Report]:
        yield from reports() if given is None else given

    run = Run(lambda: TARGET, lambda: stand_ins.Catalogue().rules, strict)
    return "".join(import_module(f"bnlint.reporters.{FOR_SYSTEMS[name]}").render(through(), run))


def write(folder: Path) -> None:
    """The files of the reports that a reader of an output looks into."""
    (folder / "sub").mkdir()
    (folder / "sub" / "train.py").write_text(SCRIPT)
    (folder / "nb.ipynb").write_text(notebook(), encoding="utf-8")
