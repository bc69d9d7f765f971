"""How a public program's run is judged: the events of a run beside what bnlint says of the same text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from proof.real import judging, programs, table
from proof.real.programs import Program, Text

SCRIPT = """\
import keras

base = keras.applications.MobileNet(include_top=False, weights="imagenet", input_shape=(96, 96, 3), pooling="avg")
base.trainable = False
model = keras.Sequential([base, keras.layers.BatchNormalization(name="norm"), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(images, labels)
"""
FROZEN = 27


def seen(*layers: dict[str, Any], line: int = 7, **more: Any) -> dict[str, Any]:
    return {"events": [{"kind": "fit", "line": line, "layers": list(layers), "called_from": []}], "seconds": 1.0} | more


def rows(*, frozen: bool, trained: bool) -> list[dict[str, Any]]:
    base = [layer(f"bn_{index}", not frozen, not frozen) for index in range(FROZEN)]
    return [*base, layer("norm", trained, trained)]


def layer(name: str, updated: bool, trained: bool) -> dict[str, Any]:
    return {"name": name, "momentum": 0.99, "updated": updated, "trained": trained}


def judged(found: dict[str, Any], text: Text | None = None) -> dict[str, Any]:
    return judging.result(found, text or Text(SCRIPT), "train.py", "keras==3.15")


def test_what_agrees_is_exact() -> None:
    found = judged(seen(*rows(frozen=True, trained=True), ended="finished"))
    assert (found["outcome"], found["events"], found["layers"]) == ("exact", {"exact": 1}, FROZEN + 1)
    assert found["ended"] == "finished"


def test_what_differs_is_wrong_and_told() -> None:
    found = judged(seen(*rows(frozen=False, trained=True), ended="finished"))
    assert found["outcome"] == "wrong"
    assert found["differs"] == [
        f"line 7: {FROZEN + 1} updated and trained; said {FROZEN} not updated and not trained, 1 updated and trained"
    ]


def test_an_event_where_no_fit_is_shown_is_missing() -> None:
    assert judged(seen(*rows(frozen=True, trained=True), line=6))["outcome"] == "missing"


def test_what_bnlint_leaves_open_is_unknown_with_its_reason() -> None:
    text = Text(SCRIPT.replace("base.trainable = False", "base.trainable = settings()"))
    found = judged(seen(*rows(frozen=True, trained=True)), text)
    assert found["outcome"] == "unknown"
    assert found["open"]


def test_a_model_without_layers_proves_nothing() -> None:
    text = Text(SCRIPT.replace('base, keras.layers.BatchNormalization(name="norm"), ', ""))
    assert judged(seen(), text)["outcome"] == "no layers"


def test_a_program_that_failed_before_it_trained_could_not_run() -> None:
    error = {"kind": "FileNotFoundError", "message": "no\nsuch file", "line": 3}
    found = judged({"events": [], "error": error, "seconds": 1.0, "ended": "raised"})
    assert (found["outcome"], found["ended"]) == ("could not run", "raised at line 3: FileNotFoundError: no such file")


def test_what_ran_before_a_failure_counts() -> None:
    error = {"kind": "KeyError", "message": "'val_acc'", "line": 8}
    assert judged(seen(*rows(frozen=True, trained=True), error=error))["outcome"] == "exact"


def test_a_notebook_is_one_program_with_places_in_its_cells(tmp_path: Path) -> None:
    file = tmp_path / "train.ipynb"
    first, rest = SCRIPT.split("\n\n", 1)
    cells = [{"cell_type": "markdown", "source": "text"}]
    cells += [{"cell_type": "code", "source": part} for part in ("%pip install keras\n" + first, rest)]
    file.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    text = programs.text_of(file)
    line = text.code.split("\n").index("model.fit(images, labels)") + 1
    assert judged(seen(*rows(frozen=True, trained=True), line=line), text)["outcome"] == "exact"
    assert judged(seen(*rows(frozen=True, trained=False), line=line), text)["differs"][0].startswith("cell 3 line 5:")


def test_events_of_a_module_are_held_against_the_fits_shown_there(tmp_path: Path) -> None:
    (tmp_path / "training.py").write_text("def train(model, images, labels):\n    model.fit(images, labels)\n")
    script = "from training import train\n" + SCRIPT.replace(
        "model.fit(images, labels)", "train(model, images, labels)"
    )
    file = tmp_path / "train.py"
    file.write_text(script)
    found = seen(*rows(frozen=True, trained=True), line=2)
    found["events"][0]["path"] = str(tmp_path / "training.py")
    assert judging.result(found, Text(script), str(file), "keras==3.15")["outcome"] == "exact"
    found["events"][0]["layers"] = rows(frozen=False, trained=True)
    assert judging.result(found, Text(script), str(file), "keras==3.15")["differs"][0].startswith("training.py line 2:")


def test_a_list_is_written_and_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    second = Program("b/b", "1" * 40, "x.py", ["keras==3.15"], runs={"keras==3.15": {"outcome": "exact"}})
    first = Program("a/a", "2" * 40, "y.ipynb", [], stage={"classes": 5})
    programs.save(tmp_path / "list.json", [second, first])
    assert programs.load(tmp_path / "list.json") == [first, second]
    assert first.file(Path("sources")) == Path("sources/a+a/y.ipynb")


def test_the_summary_counts_programs_events_and_reasons() -> None:
    good = {"outcome": "exact", "events": {"exact": 3}, "layers": 9}
    some = {"outcome": "unknown", "events": {"exact": 1, "unknown": 1}, "layers": 4, "open": {"argument": 2}}
    none = {"outcome": "could not run", "events": {}, "layers": 0, "ended": "raised"}
    every = [
        Program("a/a", "1", "a.py", [], runs={"keras==3.15": good, "tensorflow==2.15": none}),
        Program("b/b", "1", "b.py", [], runs={"keras==3.15": some}),
        Program("c/c", "1", "c.py", [], runs={"keras==3.15": none}),
    ]
    found = table.summary(every)
    assert (found["programs"], found["ran"], found["reasons"]) == (3, 2, {"argument": 2})
    assert found["targets"]["keras==3.15"] == {
        "programs": 3,
        "exact": 1,
        "unknown": 1,
        "could not run": 1,
        "layers": 13,
        "events exact": 4,
        "events unknown": 1,
    }
