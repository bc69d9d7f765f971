"""Features on disk, of a stand-in for a backbone: no framework runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bnlint.measuring import frameworks
from bnlint.remedies import features
from bnlint.remedies.features import Features, StaleFeatures, compute

X = np.random.default_rng(0).normal(size=(100, 3)).astype("float32")
Y = np.arange(100)


class Stub:
    """Has weights and answers as a model does; says how often it was asked."""

    __module__ = "tf_keras.engine"
    name = "stub"

    def __init__(self, factor: float = 2.0, power: int = 1) -> None:
        self.weights = [np.array([factor])]
        self.power = power
        self.asked = 0

    def predict_on_batch(self, inputs: Any) -> Any:
        self.asked += 1
        return (inputs * self.weights[0].astype("float32")) ** self.power


@pytest.fixture(autouse=True)
def framework(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that are arrays, of no framework; two batches to a shard."""

    class Plain:
        package = "none"

        @staticmethod
        def array(value: Any) -> Any:
            return value

    monkeypatch.setattr(frameworks, "of", lambda _: Plain)
    monkeypatch.setattr(features, "BATCHES_PER_SHARD", 2)


def computed(folder: Path, data: Any = (X, Y), stub: Stub | None = None, **options: Any) -> Features:
    return compute(stub or Stub(), data, folder, **{"batch_size": 10, **options})


def test_features_labels_and_weights_are_kept_side_by_side(tmp_path: Path) -> None:
    found = computed(tmp_path, (X, Y, Y / 2))
    assert np.array_equal(found.x, X * 2)
    assert np.array_equal(found.y, Y)
    assert np.array_equal(found.sample_weight, Y / 2)
    assert (found.batches, found.computed, len(found.shards), len(found)) == (10, 10, 5, 100)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *(f"features-0000{index}.npz" for index in range(5)),
        "manifest.json",
    ]


def test_labels_may_have_a_structure_or_be_missing(tmp_path: Path) -> None:
    named = computed(tmp_path / "named", ({"pixels": X}["pixels"], {"age": Y, "kind": Y * 2})).y
    assert list(named) == ["age", "kind"] and np.array_equal(named["kind"], Y * 2)
    several = computed(tmp_path / "several", (X, [Y, Y * 2])).y
    assert len(several) == 2 and np.array_equal(several[1], Y * 2)
    assert computed(tmp_path / "none", X).y is None
    with pytest.raises(TypeError, match="not deeper"):
        computed(tmp_path / "deep", (X, {"a": {"b": Y}}))


def test_what_is_there_is_not_predicted_again(tmp_path: Path) -> None:
    first = computed(tmp_path)
    stub = Stub()
    second = computed(tmp_path, stub=stub)
    assert second.computed == 0
    assert stub.asked == 1  # the first batch, to see that the layers still give the same
    assert np.array_equal(first.x, second.x) and first.data == second.data


def test_more_of_the_same_data_is_added(tmp_path: Path) -> None:
    computed(tmp_path, steps=3)
    found = computed(tmp_path)
    assert np.array_equal(found.x, X * 2) and np.array_equal(found.y, Y)
    assert found.computed == 7
    assert computed(tmp_path, steps=3).computed == 0
    assert np.array_equal(computed(tmp_path, steps=3).x, X[:30] * 2)


def test_remaking_leaves_nothing_of_before(tmp_path: Path) -> None:
    computed(tmp_path)
    computed(tmp_path, X[:30] + 1, stale="remake")
    assert len(list(tmp_path.glob("*.npz"))) == 2
    assert np.array_equal(computed(tmp_path, X + 1).x, (X + 1) * 2)


class Interrupted(Exception):
    pass


def until(batch: int) -> Iterator[Any]:
    for start in range(0, 100, 10):
        if start == batch * 10:
            raise Interrupted
        yield X[start : start + 10], Y[start : start + 10]


@pytest.mark.parametrize("batch", [0, 1, 2, 3, 5, 9])
def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path, batch: int) -> None:
    with pytest.raises(Interrupted):
        computed(tmp_path, until(batch))
    found = computed(tmp_path)
    assert np.array_equal(found.x, X * 2) and np.array_equal(found.y, Y)
    assert found.computed == 10 - batch // 2 * 2


KILLED = """
import os, signal, sys
from tests.remedies import test_features as module

class Plain:
    array = staticmethod(lambda value: value)

module.frameworks.of = lambda _: Plain
module.features.BATCHES_PER_SHARD = 2

def data():
    for number, batch in enumerate(module.until(100)):
        if number == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        yield batch

module.computed(module.Path(sys.argv[1]), data())
"""


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], env=environment, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    found = computed(tmp_path)
    assert found.computed == 4
    assert np.array_equal(found.x, X * 2)


def test_a_shard_that_was_cut_off_is_made_again(tmp_path: Path) -> None:
    (shard, _) = computed(tmp_path).shards[1]
    shard.write_bytes(shard.read_bytes()[:100])
    found = computed(tmp_path)
    assert found.computed == 2
    assert np.array_equal(found.x, X * 2)


@pytest.mark.parametrize(
    "stub, data, reason",
    [
        (Stub(3.0), (X, Y), "a backbone with other weights or layers"),
        (Stub(power=2), (X, Y), "give other features with the same weights"),
        (Stub(), (X + 1, Y), "batch 0 of the data is another: it is shuffled or augmented, or was changed"),
        (Stub(), (X, np.where(Y == 75, 3, Y)), "batch 7 of the data is another"),
    ],
)
def test_features_of_something_else_are_refused_or_remade(tmp_path: Path, stub: Stub, data: Any, reason: str) -> None:
    computed(tmp_path)
    kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StaleFeatures, match=rf"{reason}.*Give another folder, or stale='remake'"):
        computed(tmp_path, data, stub)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == kept
    found = computed(tmp_path, data, stub, stale="remake")
    assert np.array_equal(found.x, (data[0] * stub.weights[0].astype("float32")) ** stub.power)
    assert np.array_equal(found.y, data[1])
    assert computed(tmp_path, data, stub).computed == 0


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"")
    with pytest.raises(ValueError, match=r"holds files and no manifest\.json"):
        computed(tmp_path, stale="remake")
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]
    with pytest.raises(ValueError, match="there is no batch in the data"):
        computed(tmp_path / "new", iter(()))
    with pytest.raises(ValueError, match="'refuse' or 'remake', not 'ask'"):
        computed(tmp_path / "new", stale="ask")


def test_a_backbone_whose_weights_change_in_predict_is_refused(tmp_path: Path) -> None:
    class Moving(Stub):
        def predict_on_batch(self, inputs: Any) -> Any:
            self.weights[0] = self.weights[0] * 0.99
            return super().predict_on_batch(inputs)

    with pytest.raises(StaleFeatures, match="called with training=True"):
        computed(tmp_path, stub=Moving())
    with pytest.raises(ValueError, match="no manifest"):
        computed(tmp_path)


def test_there_is_a_bar_on_a_terminal_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    computed(tmp_path)
    assert capsys.readouterr() == ("", "")
    for name, value in {"CI": "", "TERM": "xterm", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    computed(tmp_path)
    out, shown = capsys.readouterr()
    assert out == "" and "features" in shown and "10/10" in shown
