"""Programs that mend their models with `bnlint.remedies`: bnlint knows what that does."""

from __future__ import annotations

import pytest

from bnlint import remedies
from bnlint.keras.api.own_remedies import CALLS
from tests.reading import FROZEN, TRAINS, facts, rows, states

BUILD = """
    import keras
    from bnlint.remedies import BatchNormMonitor, freeze_batch_norm, recalibrate, set_momentum
    base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
    inputs = keras.Input((224, 224, 3))
    model = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.BatchNormalization()(base(inputs))))
"""
TRAIN = """
    model.compile("adam", "mse")
    model.fit(images, labels)
"""


def test_without_a_remedy_all_train() -> None:
    assert states(BUILD, TRAIN) == [TRAINS]


def test_a_whole_model_is_frozen_nested_ones_too() -> None:
    assert states(BUILD, "freeze_batch_norm(model)", TRAIN) == [FROZEN]


@pytest.mark.parametrize("how", ["import bnlint.remedies\n", "from bnlint import remedies as fix\n"])
def test_by_other_imports(how: str) -> None:
    name = "fix" if "fix" in how else "bnlint.remedies"
    assert states(BUILD, how, f"{name}.freeze_batch_norm(model)", TRAIN) == [FROZEN]


def test_of_a_backbone_alone() -> None:
    found = facts(BUILD, "freeze_batch_norm(base)", TRAIN)
    assert [(where, *state) for where, _, *state in found] == [("base (ResNet50)", *FROZEN), ("model", *TRAINS)]


def test_too_late_where_the_step_was_traced_before() -> None:
    assert states(BUILD, TRAIN, "freeze_batch_norm(model)", "model.fit(images, labels)")[1] == TRAINS


def test_momentum() -> None:
    found = rows(BUILD, "set_momentum(model, 0.9)", TRAIN)
    assert {row.momentum for row in found} == {0.9}


def test_the_moving_statistics_are_no_reason_for_doubt() -> None:
    assert states(BUILD, "recalibrate(model, images, 100)", TRAIN) == [TRAINS]


def test_a_monitor_is_a_callback_like_others() -> None:
    watched = TRAIN.replace("labels)", "labels, callbacks=[BatchNormMonitor((held, out))])")
    assert states(BUILD, watched) == [TRAINS]


def test_layers_that_are_not_known() -> None:
    program = """
        import keras
        from bnlint.remedies import freeze_batch_norm
        model = keras.models.load_model(path)
        freeze_batch_norm(model)
        model.compile("adam", "mse")
        model.fit(images, labels)
    """
    assert all(state != TRAINS for state in states(program))


def test_the_names_are_those_of_the_package() -> None:
    public = {name for name in remedies.__all__ if not name[0].isupper()} | {"BatchNormMonitor", "RenormSchedule"}
    assert {name.removeprefix("bnlint.") for name in CALLS} == public
