from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bnlint.probe import loading, running, samples
from bnlint.probe.report import Compared, Gap, Interval, Invariance, LayerDistance, Report
from tests.conftest import Run

ROOT = Path(__file__).parent.parent.parent


def interval(value: float) -> Interval:
    return Interval(value, value - 0.1, value + 0.1)


def report(suffers: bool, **other: Any) -> Report:
    loss = Compared("loss", interval(1), interval(0.5), interval(0.5))
    layers = tuple(
        LayerDistance(f"backbone/bn_{at}", at, 8, 64, 0.5, 1.2, 0.1, at / 20, float("nan"), False, False, at > 5)
        for at in range(1, 21)
    )
    kept: dict[str, Any] = {
        "model": "model.keras", "framework": "keras 3.15.1 on jax", "sample": "s.npz", "samples": 64, "available": 100,
        "verdict": "stale or foreign statistics" if suffers else "healthy", "suffers": suffers, "said": "So it is.",
        "because": ("one reason",), "instead": ("recalibrate",), "notes": (), "layers": layers,
        "gaps": (Gap(32, "shuffled", loss),), "invariance": Invariance(16, 0.0, 0.0, None, 1e-3, (), "abc"),
    }  # fmt: skip
    return Report(**{**kept, **other})


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Instead of a model and a run; what the run is asked for."""
    asked: dict[str, Any] = {"report": report(True)}

    def probe(model: object, sample: object, **options: object) -> Report:
        print("Keras says something")
        asked.update(options, sample=sample)
        found: Report = asked["report"]
        return found

    monkeypatch.setattr(loading, "load", lambda path, **options: loading.Loaded(None, ("a note",)))
    monkeypatch.setattr(running, "probe", probe)
    return asked


@pytest.fixture
def data(run: Run) -> str:
    np.savez("s.npz", x=np.arange(6.0), y=np.arange(6))
    return "s.npz"


@pytest.mark.parametrize("suffers", [True, False])
def test_the_exit_status_is_the_verdict(run: Run, probed: dict[str, Any], data: str, suffers: bool) -> None:
    probed["report"] = report(suffers)
    outcome = run("probe", "model.keras", "--data", data)
    assert outcome.status == suffers
    assert outcome.out.startswith(
        f"model.keras: {'stale or foreign statistics' if suffers else 'healthy'}\n  So it is."
    )
    assert "note: a note" in outcome.out
    assert "Keras says" not in outcome.out
    assert outcome.err == ""


def test_the_model_may_come_last(run: Run, probed: dict[str, Any], data: str) -> None:
    assert run("probe", "--data", data, "model.keras").out.startswith("model.keras: ")


def test_the_farthest_layers_or_all(run: Run, probed: dict[str, Any], data: str) -> None:
    some = run("probe", "model.keras", "--data", data).out
    every = run("probe", "model.keras", "--data", data, "--all-layers").out
    assert (some.count("backbone/bn_"), every.count("backbone/bn_")) == (12, 20)
    assert "backbone/bn_20" in some
    assert "backbone/bn_1 " not in some


def test_json_has_no_numbers_that_json_has_not(run: Run, probed: dict[str, Any], data: str) -> None:
    found = json.loads(run("probe", "model.keras", "--data", data, "--output-format", "json").out)
    assert found["schema"] == 1
    assert found["verdict"] == "stale or foreign statistics"
    assert found["layers"][0]["deployed"] is None
    assert found["gaps"][0]["loss"]["difference"] == {"value": 0.5, "low": 0.4, "high": 0.6}


def test_options_reach_the_run(run: Run, probed: dict[str, Any], data: str) -> None:
    options = "--batch-size 4 --large-batch 8 --samples 3 --rescale 1/2,-1 --task regression --no-export".split()
    run("probe", "model.keras", "--data", data, *options)
    asked = {name: probed[name] for name in ("batch_size", "large_batch", "task", "export", "watch")}
    assert asked == {"batch_size": 4, "large_batch": 8, "task": "regression", "export": False, "watch": None}
    assert probed["sample"].size == 3
    assert probed["sample"].inputs[0].values[-1] == samples.chosen(6, 3)[-1] / 2 - 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: --data"),
        (["--data", "s.npz"], "the following arguments are required: MODEL"),
        (["m.keras"], "the following arguments are required: --data"),
        (["m.keras", "--data", "s.npz"], "m.keras: no such file"),
        (["m.keras", "--data", "s.npz", "--image-size", "big"], "argument --image-size: `big` is no size"),
        (["m.keras", "--data", "s.npz", "--rescale", "1/0"], "argument --rescale: `1/0` is no scale"),
        (["m.keras", "--data", "s.npz", "--picture", "p.txt"], "--picture p.txt: the name ends in none of"),
        (["m.keras", "--data", "s.npz", "--picture", "no/p.png"], "--picture no/p.png: there is no folder no"),
        (
            ["m.keras", "--data", "s.npz", "--bach-size", "3"],
            "unknown option `--bach-size`; did you mean `--batch-size`?",
        ),
    ],
)
def test_what_cannot_be_done(run: Run, arguments: list[str], said: str) -> None:
    outcome = run("probe", *arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith(f"bnlint: error: {said}")


def test_help_shows_samples_and_examples(run: Run) -> None:
    shown = run("probe", "--help").out
    assert "x.npy y.npy" in shown
    assert "bnlint probe model.h5 --data photos/" in shown
    assert max(map(len, shown.splitlines())) <= 110


def test_the_help_and_bad_usage_load_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys; from bnlint.cli import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, "probe", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert not {"numpy", "keras", "tensorflow", "rich", "matplotlib"} & set(done.stderr.split())


def test_without_numpy_the_next_step_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bnlint.probe.samples", None)
    outcome = run("probe", "m.keras", "--data", "s.npz")
    assert outcome.status == 2
    assert "pip install 'bnlint[tensorflow]'" in outcome.err
