"""The examples of rules about moving statistics, run on real Keras: the flagged one shows the fault."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bnlint import rules

SCRIPT = Path(__file__).with_name("statistics_programs.py")
NUMBERS = {
    "x_train": 'random.normal(size=(64, 32)).astype("float32")',
    "y_train": 'random.normal(size=(64, 1)).astype("float32")',
}
WITH_A_TREND = {
    "x_train": '(random.normal(size=(320, 10, 32)) + np.arange(10)[:, None]).astype("float32")',
    "y_train": 'random.normal(size=(320, 1)).astype("float32")',
}


def example(code: str, title: str, fixed: bool = False) -> str:
    """A program of the catalogue."""
    (found,) = [each for each in rules.load().rules[code].page.examples if each.title == title]
    text = found.fixed if fixed else found.source
    assert text
    return text


def run(api: str, folder: Path, programs: dict[str, dict[str, object]]) -> dict[str, float]:
    if importlib.util.find_spec(api) is None:
        pytest.skip(f"{api} is not installed")
    path = folder / "programs.json"
    path.write_text(json.dumps(programs), encoding="utf-8")
    done = subprocess.run([sys.executable, SCRIPT, api, path], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.mark.tensorflow
@pytest.mark.parametrize("api", ["keras", "tf_keras"])
def test_a_momentum_that_is_set_between_fits_needs_a_compile(api: str, tmp_path: Path) -> None:
    title = "A lower momentum for the second phase"
    left = run(
        api,
        tmp_path,
        {
            "flagged": {"text": example("BN209", title), "data": NUMBERS, "ask": "pace"},
            "fixed": {"text": example("BN209", title, fixed=True), "data": NUMBERS, "ask": "pace"},
        },
    )
    updates = 2 * 5
    assert left["flagged"] == pytest.approx(0.99**updates, abs=0.02)
    assert left["fixed"] == pytest.approx(0.9**updates, abs=0.02)


@pytest.mark.tensorflow
def test_time_steps_that_differ_are_normalized_otherwise_in_inference(tmp_path: Path) -> None:
    titles = {"flagged": "A layer on every time step", "clean": "On the sequence itself"}
    gap = run(
        "keras",
        tmp_path,
        {
            name: {
                "text": example("BN208", title).replace("Normalization()", "Normalization(momentum=0.9)"),
                "data": WITH_A_TREND,
                "ask": "gap",
            }
            for name, title in titles.items()
        },
    )
    assert gap["flagged"] > 10 * gap["clean"]
    assert gap["flagged"] > 0.5
