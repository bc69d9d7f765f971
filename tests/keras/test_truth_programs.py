"""What bnlint says of every training program of the truth table's questions, against the measured cells.

The programs are those that ``tools/measure_semantics.py`` runs on real Keras. They are compared on every column,
whether bnlint reads their cells or not: no cell about training can change, nor what bnlint understands of a program,
without a test that notices. Where bnlint says less than the cell holds, and where the program raises (of which facts
tell nothing), stands in ``truth_programs.json``, to the cell. After a change that is meant,
``python -m tests.keras.test_truth_programs`` writes it anew.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bnlint.analysis import analyse
from bnlint.keras.releases import CHAINS, Target
from bnlint.keras.truth import measured

pytest.importorskip("numpy", reason="the questions need NumPy, which comes with TensorFlow")

from tools.questions import questions
from tools.questions.program import Program

COLUMNS = [column for chain in CHAINS.values() for _, column in chain]
EXPECTED = Path(__file__).with_name("truth_programs.json")

STATISTICS = {"batch": "B", "moving": "M", None: "?"}
UPDATED = {True: "U", False: "-", None: "?"}
TRAINED = {True: "T", False: "-", None: "?"}


@cache
def programs() -> dict[tuple[str, str], Program]:
    """Every case that is a program with a fit."""
    return {
        (question, case): measure
        for question, cases in questions().items()
        if isinstance(cases, dict)
        for case, measure in cases.items()
        if isinstance(measure, Program) and measure.is_fit
    }


def target_of(column: str) -> tuple[str, str]:
    """The target that a column is, and the name by which its programs import Keras."""
    package, _, rest = column.partition("-")
    if package == "tf.keras_tf":
        return f"tensorflow=={rest}", "tf.keras"
    version, _, backend = rest.partition("_")
    if package == "tf_keras":
        return f"tf_keras=={version}", "tf_keras"
    if version.startswith("2."):
        return f"keras=={version},tensorflow=={backend.removeprefix('tf-')}", "keras"
    return f"keras=={version}" + ("" if backend.startswith("tf-") else f"+{backend}"), "keras"


def cell(column: str, question: str, case: str) -> str | None:
    """The codes of a cell, ``"!TypeError"`` where the program raises, None where there are none."""
    fact = measured(column).get(question, {}).get(case)
    text = fact.get("code", codes_of_changes(fact)) if isinstance(fact, dict) else fact
    return text.partition("@")[0] if isinstance(text, str) else None


def codes_of_changes(fact: dict[str, Any]) -> str | None:
    """The code of a fact without statistics."""
    if "moving_updated" not in fact:
        return None
    return "?" + UPDATED[fact["moving_updated"]] + TRAINED[fact["gamma_trained"]]


def told(column: str, program: Program) -> str:
    """What bnlint says of the layers in the program's last fit, in the form of a cell."""
    target, api = target_of(column)
    *_, fit = analyse(program.text(api), "train.py", Target.parse(target)).fits
    codes = {
        name: STATISTICS[row.statistics] + UPDATED[row.updated] + TRAINED[row.gamma_beta_trained]
        for row in fit.batch_norm
        for name in row.names
    }
    return ",".join(codes[name] for name in sorted(codes))


def agree(code: str, said: str) -> bool:
    """Whether nothing that is said is wrong; "?" on either side is no claim."""
    return not said or (
        len(code) == len(said) and all(a == b or "?" in (a, b) for a, b in zip(code, said, strict=True))
    )


def compared(column: str) -> dict[str, Any]:
    """The cells of a column by what bnlint says of them."""
    same = 0
    wrong, unknown, raises = {}, {}, {}
    for (question, case), program in programs().items():
        name = f"{question} {case}".strip()
        code = cell(column, question, case)
        if code is None:
            continue
        if code.startswith("!"):
            raises[name] = code
            continue
        said = told(column, program)
        if not agree(code, said):
            wrong[name] = f"measured {code}, bnlint says {said}"
        elif "?" in said or not said:
            unknown[name] = f"measured {code}, bnlint says {said or 'nothing'}"
        else:
            same += 1
    return {"same": same, "wrong": wrong, "unknown": unknown, "raises": raises}


def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("column", COLUMNS)
def test_what_bnlint_says_of_a_program_is_what_was_measured(column: str) -> None:
    found = compared(column)
    print(f"{column}: {found['same']} as measured, {len(found['unknown'])} unknown, {len(found['raises'])} raise")
    assert found["wrong"] == {}
    assert found == expected()[column]


def test_every_column_is_compared() -> None:
    assert list(expected()) == COLUMNS


if __name__ == "__main__":
    EXPECTED.write_text(json.dumps({column: compared(column) for column in COLUMNS}, indent=1) + "\n", encoding="utf-8")
