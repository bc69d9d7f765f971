"""One of our examples through the whole harness: run on the installed Keras, held against its facts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from proof.real import judging, performing, programs
from proof.real.programs import Program

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "e_slow_statistics.py"
TARGET = "keras==3.15"


@pytest.mark.tensorflow
def test_an_example_runs_and_agrees() -> None:
    pytest.importorskip("tensorflow")
    text = programs.text_of(EXAMPLE)
    with performing.theatre(sys.executable, TARGET, trust=True) as theatre:
        assert theatre.keras["keras"].startswith("3.")
        seen = theatre.perform({"id": 1, "text": text.code})
        frozen = text.code.replace("model.compile", "model.layers[1].trainable = False\nmodel.compile")
        again = theatre.perform({"id": 2, "text": frozen})
    assert seen["ended"] == "finished"
    found = judging.result(seen, text, str(EXAMPLE), TARGET)
    assert (found["outcome"], found["events"], found["layers"]) == ("exact", {"exact": 1}, 2)
    assert judging.result(again, text, str(EXAMPLE), TARGET)["outcome"] == "missing"  # a line further down
    assert [row["updated"] for row in again["events"][0]["layers"]] == [False, True]


def test_every_program_of_the_list_names_where_it_comes_from() -> None:
    listed = programs.load(Path(programs.__file__).with_name("programs.json"))
    assert all(len(each.commit) == 40 and each.repository.count("/") == 1 and each.path for each in listed)
    assert len({each.name for each in listed}) == len(listed)
    ran = [each for each in listed if any(run.get("layers") for run in each.runs.values())]
    assert len(ran) >= 40
    assert [each.name for each in listed for run in each.runs.values() if run.get("differs")] == []


def test_the_list_holds_nothing_of_a_source() -> None:
    known = set(Program.__dataclass_fields__)
    listed = json.loads(Path(programs.__file__).with_name("programs.json").read_text(encoding="utf-8"))["programs"]
    assert all(set(each) == known for each in listed)
