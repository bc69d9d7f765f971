"""The truth table that is shipped, against the Keras of the test environment: measured anew, cell by cell."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bnlint.keras.releases import CHAINS
from bnlint.keras.truth import measured
from tools.compare_semantics import compare, differences, release_of
from tools.compile_truth import questions

TOOLS = Path(__file__).resolve().parents[2] / "tools"
NEWEST = {"keras": CHAINS["keras3"][-1][1], "tf_keras": CHAINS["tf.keras"][-1][1]}
"""The column to compare a release with that is itself none."""
PARTS = {
    "freezing": ("q00", "q01", "q02", "q06", "q07", "q08"),
    "calls": ("q03", "q04", "q05", "q09", "q10"),
    "subclasses": ("q11", "q12"),
    "other": ("q13", "q14", "q15", "q16", "q17", "q18", "q19"),
    "more": ("q21", "q22", "q23", "q24", "q25", "q26", "q27", "q28", "q29", "q30"),
    "files": ("q37",),
}


def measure(api: str, only: tuple[str, ...], out: Path) -> tuple[str, dict[str, dict[str, Any]]]:
    """The column that the installed Keras is, and what it answers."""
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1"} if api == "tf_keras" else dict(os.environ)
    script = [sys.executable, str(TOOLS / "measure_semantics.py"), "--api", api, "--only", ",".join(only), str(out)]
    done = subprocess.run(script, env=environment, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr[-4000:]
    ((column, answers),) = json.loads(out.read_text(encoding="utf-8")).items()
    return column, questions(answers)


@pytest.mark.tensorflow
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("api", NEWEST)
def test_the_installed_keras_does_what_the_table_says(api: str, part: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(api) is None:
        pytest.skip(f"{api} is not installed")
    column, found = measure(api, PARTS[part], tmp_path / "measured.json")
    known = any(column == name for chain in CHAINS.values() for _, name in chain)
    shipped = measured(column if known else NEWEST[api])
    against = column if known else f"{NEWEST[api]}, the newest column (this release is none)"
    changed = differences(shipped, found)
    assert found
    assert not changed, "\n".join(
        [
            f"{column} does not do what the truth table says of {against}:",
            *changed,
            f"Run `python tools/measure_semantics.py --api {api} OUT.json` and look at what changed (tools/README.md).",
        ]
    )


def test_every_question_is_in_a_part() -> None:
    pytest.importorskip("numpy", reason="the questions need NumPy, which comes with TensorFlow")
    from tools.questions import questions as asked

    parts = tuple(name for names in PARTS.values() for name in names)
    assert [question for question in asked() if not question.startswith(parts)] == []


def test_a_flipped_cell_is_a_readable_difference() -> None:
    shipped = {"q01_bn_trainable_false": {"flat": "M--", "nested": "M--"}, "q99": {"not asked": "M--"}}
    found = {"q01_bn_trainable_false": {"flat": "B--", "nested": "M--", "new": {"code": "M--"}}}
    assert differences(shipped, found) == [
        'q01_bn_trainable_false flat: shipped "M--", measured "B--"',
        'q01_bn_trainable_false new: shipped nothing, measured {"code": "M--"}',
    ]


def test_a_cell_that_is_not_measured_any_more_is_a_difference() -> None:
    shipped = {"q01_bn_trainable_false": {"flat": "M--", "nested": "M--"}}
    assert differences(shipped, {"q01_bn_trainable_false": {"flat": "M--"}}) == [
        'q01_bn_trainable_false nested: shipped "M--", measured nothing'
    ]


@pytest.mark.parametrize(
    ("api", "keras", "tensorflow", "backend", "columns"),
    [
        ("keras", "2.1.2", "1.4.1", "tensorflow", ("keras-2.1.2_tf-1.4.1",)),
        ("keras", "2.3.1", "2.0.4", "tensorflow", ("keras-2.3.1_tf-2.0.4",)),
        ("tf.keras", "2.2.4-tf", "2.0.4", "tensorflow", ("tf.keras_tf-2.0.4",)),
        ("tf_keras", "2.21.0", "2.21.0", "tensorflow", ("tf_keras-2.21.0_tf-2.21.0",)),
        ("keras", "3.14.1", "2.21.0", "tensorflow", ("keras-3.12.0_tf-2.16.2", "keras-3.15.1_tf-2.21.0")),
        ("keras", "3.15.1", None, "jax", ("keras-3.15.1_jax",)),
        ("keras", "3.15.1", None, "torch", ("keras-3.15.1_torch",)),
    ],
)
def test_a_measurement_is_held_against_the_columns_of_its_release(
    api: str, keras: str, tensorflow: str | None, backend: str, columns: tuple[str, ...]
) -> None:
    meta = {"api": api, "keras": keras, "tensorflow": tensorflow, "backend": backend}
    assert release_of(meta).columns == columns


def test_between_two_columns_either_will_do(capsys: pytest.CaptureFixture[str]) -> None:
    meta = {"api": "keras", "keras": "3.1.1", "tensorflow": "2.16.2", "backend": "tensorflow"}
    question = "q06_ctor_trainable_false"
    for code, found in [("M-T", 0), ("M--", 0), ("B--", 1)]:
        assert compare("keras-3.1.1", {"meta": meta, question: {"flat": {"code": code}}, "q99": {"a": "b"}}) == found
    told = capsys.readouterr().out
    assert 'q06_ctor_trainable_false flat: shipped "M-T" or "M--", measured "B--"' in told
    assert "1 differences; 2 cells measured, 1 of them are not shipped" in told


def test_what_has_no_column_is_not_compared_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    meta = {"api": "keras", "keras": "3.12.0", "tensorflow": None, "backend": "torch"}
    assert compare("keras-3.12.0_torch", {"meta": meta, "q99": {"a": {"code": "M--"}}}) == 0
    assert "nothing is shipped for Keras 3.12.0 on torch, nothing is compared" in capsys.readouterr().out


def test_the_number_of_a_release_is_no_difference() -> None:
    meta = {"api": "keras", "keras": "3.14.1", "tensorflow": "2.21.0", "backend": "tensorflow"}
    assert compare("keras-3.14.1", {"meta": meta, "q17_isinstance": {"version_keras": "3.14.1"}}) == 0
