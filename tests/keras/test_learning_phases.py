"""Subject ``learning_phase``, and what fits do while it is set."""

from __future__ import annotations

from typing import Any

import pytest

from bnlint.graph.subjects import LearningPhase
from tests.reading import read

IMPORTS = """
    {imports} backend as K
    {imports} layers
    {imports} models
"""
BUILD = """
    norm = layers.BatchNormalization(input_shape=(4,))
    model = models.Sequential([norm, layers.Dense(1)])
"""
TRAIN = """
    model.compile("sgd", "mse")
    model.fit(features, labels)
"""
ZERO, ONE = "    K.set_learning_phase(0)\n", "    K.set_learning_phase(1)\n"
FREEZE = "    norm.trainable = False\n"


def program(*parts: str, target: str) -> Any:
    root = "keras" if target.startswith("keras") else "tensorflow.keras"
    return read(("".join(parts).replace("{imports}", f"from {root} import"),), target)


def phases(*parts: str, target: str) -> list[LearningPhase]:
    return list(program(IMPORTS, *parts, target=target).subjects["learning_phase"])


OUTCOMES = [
    ("keras==2.1.6", ZERO + BUILD, ("moving", True, True)),
    ("keras==2.1.6", BUILD + ZERO, ("moving", True, True)),
    ("keras==2.1.6", ZERO + BUILD + FREEZE, ("moving", False, False)),
    ("keras==2.2.4", ZERO + BUILD, ("moving", True, True)),
    ("keras==2.2.4", ONE + BUILD, ("batch", True, True)),
    ("keras==2.2.4", ONE + BUILD + FREEZE, ("batch", False, False)),
    ("keras==2.2.4", BUILD + ONE, (None, None, None)),
    ("keras==2.2.4", ZERO + BUILD + ONE, (None, None, None)),
    ("keras==2.2.4", ZERO + "    K.clear_session()\n" + BUILD, (None, None, None)),
    ("keras==2.2.4", "    K.set_learning_phase(given)\n" + BUILD, (None, None, None)),
    ("tensorflow==1.15", ZERO + BUILD, ("moving", False, True)),
    ("tensorflow==1.15", BUILD + ZERO, ("moving", False, True)),
    ("tensorflow==1.15", "    with K.learning_phase_scope(0):\n        pass\n" + BUILD, (None, None, None)),
    ("tensorflow==2.15", ZERO + BUILD, ("batch", True, True)),
    ("tensorflow==2.15", ZERO + BUILD + FREEZE, ("moving", False, False)),
]


@pytest.mark.parametrize(("target", "before", "expected"), OUTCOMES)
def test_what_a_fit_does(target: str, before: str, expected: tuple[Any, ...]) -> None:
    (row,) = program(IMPORTS, before, TRAIN, target=target).subjects["batch_norm_at_fit"]
    assert (row.statistics, row.updated, row.gamma_beta_trained) == expected


def test_a_phase_set_after_the_fit_says_nothing_about_it() -> None:
    (row,) = program(IMPORTS, BUILD, TRAIN, ZERO, target="keras==2.2.4").subjects["batch_norm_at_fit"]
    assert (row.statistics, row.updated) == ("batch", True)


def test_a_phase_that_the_module_sets_counts_in_its_functions() -> None:
    parts = IMPORTS, ZERO, "    def train():\n" + "\n".join("    " + line for line in (BUILD + TRAIN).split("\n"))
    (row,) = program(*parts, target="tensorflow==1.15").subjects["batch_norm_at_fit"]
    assert (row.statistics, row.updated) == ("moving", False)


@pytest.mark.parametrize(("phase", "updated"), [(ZERO, False), (ONE, True), ("", False)])
def test_a_plain_call_under_a_tape_obeys_it(phase: str, updated: bool) -> None:
    step = """
    import tensorflow as tf
    optimizer = tf.keras.optimizers.SGD()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(features))
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
    """
    (row,) = program(IMPORTS, phase, BUILD, step, target="tensorflow==2.15").subjects["batch_norm_at_fit"]
    assert row.updated is updated


@pytest.mark.parametrize(
    ("target", "removed", "ignored"),
    [("keras==2.2.4", False, False), ("tensorflow==1.15", False, False), ("tensorflow==2.15", False, True),
     ("keras==3.15", True, None)],
)  # fmt: skip
def test_what_a_target_does(target: str, removed: bool, ignored: bool | None) -> None:
    (found,) = phases(ZERO, BUILD, TRAIN, target=target)
    assert (found.removed, found.ignored, found.value, found.before_build) == (removed, ignored, "0", True)
    assert (found.trains_batch_norm, found.live_layers) == (True, True)


GUARDED = {
    "hasattr": "    if hasattr(K, 'set_learning_phase'):\n    " + ZERO,
    "a release": "    import keras\n    if keras.__version__ < '3':\n    " + ZERO,
    "try": "    try:\n    " + ZERO + "    except AttributeError:\n        pass\n",
}


@pytest.mark.parametrize("before", GUARDED.values(), ids=GUARDED)
def test_guarded(before: str) -> None:
    assert all(found.guarded for found in phases(before, target="keras==3.15"))
    assert not any(found.guarded for found in phases(ZERO, target="keras==3.15"))


@pytest.mark.parametrize(
    ("before", "value", "statistics", "updated"),
    [
        (ZERO + BUILD, "0", "moving", True),
        (ZERO + BUILD + FREEZE, "0", "moving", False),
        (ZERO + BUILD + ONE, None, None, None),
    ],
)
def test_what_is_said_of_the_phase_in_a_fit(before: str, value: Any, statistics: Any, updated: Any) -> None:
    phase = phases(before, TRAIN, target="keras==2.2.4")[0]
    assert (phase.value, phase.statistics, phase.updated) == (value, statistics, updated)


def test_a_phase_that_decides_leaves_open_what_a_frozen_layer_normalizes_by() -> None:
    for before, known in ((BUILD + FREEZE, True), (ZERO + BUILD + FREEZE, None)):
        (row,) = program(IMPORTS, before, TRAIN, target="keras==2.2.4").subjects["batch_norm_at_fit"]
        assert row.frozen_uses_batch is known
