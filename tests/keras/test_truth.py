"""Cells of the truth table that the product stands on."""

from __future__ import annotations

import os

import pytest

from bnlint.keras.releases import CHAINS, Release, Target
from bnlint.keras.truth import DATA, Code, Raises, cell, cells, measured, value

TRAINS = Code("batch", True, True)
FROZEN = Code("moving", False, False)
INFERENCE_BUT_TRAINED = Code("moving", False, True)
FROZEN_BY_BATCH = Code("batch", False, False)


def release(spec: str, root: str = "keras") -> Release:
    found = Target.parse(spec).release(root)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("spec", "question", "case", "expected"),
    [
        ("keras==3.15", "q03_training_false_call", "base_call_training_false", TRAINS),
        ("tensorflow==2.15", "q03_training_false_call", "base_call_training_false", INFERENCE_BUT_TRAINED),
        ("keras==2.2.4", "q03_training_false_call", "base_call_training_false", Raises("TypeError")),
        ("keras==2.1.2", "q01_bn_trainable_false", "flat", Code("batch", True, False)),
        ("keras==2.2.4", "q01_bn_trainable_false", "flat", FROZEN_BY_BATCH),
        ("tensorflow==2.0", "q01_bn_trainable_false", "flat", FROZEN_BY_BATCH),
        ("tensorflow==2.15", "q01_bn_trainable_false", "flat", FROZEN),
        ("keras==3.15", "q01_bn_trainable_false", "flat", FROZEN),
        ("keras==2.2.4", "q02_base_trainable_false", "flat", TRAINS),
        ("keras==3.15", "q05_toggle_after_compile", "flat_bn__freeze_after_compile", FROZEN),
        ("tensorflow==2.15", "q05_toggle_after_compile", "flat_bn__freeze_after_compile", TRAINS),
        ("tensorflow==2.15", "q23_inference", "predict_bn_call_training_true", Code("batch", True, False)),
    ],
)
def test_measured_cells(spec: str, question: str, case: str, expected: Code | Raises) -> None:
    assert cell(release(spec), question, case) == expected


def test_tf_2_0_and_its_standalone_keras_differ() -> None:
    assert cell(release("tensorflow==2.0", "tf.keras"), "q01_bn_trainable_false", "flat") == FROZEN
    assert cell(release("tensorflow==2.0", "keras"), "q01_bn_trainable_false", "flat") == FROZEN_BY_BATCH


def test_neighbours_that_agree_answer_for_the_release_between_them() -> None:
    assert cell(release("tensorflow==2.9"), "q01_bn_trainable_false", "flat") == FROZEN


def test_neighbours_that_disagree_answer_nothing() -> None:
    """A frozen BatchNormalization trains gamma on 3.0.5 and not on 3.3.3; 3.1 was not measured."""
    assert cell(release("keras==3.0"), "q06_ctor_trainable_false", "flat") == INFERENCE_BUT_TRAINED
    assert cell(release("keras==3.3"), "q06_ctor_trainable_false", "flat") == FROZEN
    assert cell(release("keras==3.1"), "q06_ctor_trainable_false", "flat") is None


def test_an_open_patch_claims_only_what_all_patches_share() -> None:
    keras = release("keras==2.1")
    assert cell(keras, "q00_control", "nested_fit") == TRAINS
    assert cell(keras, "q01_bn_trainable_false", "flat") is None


def test_an_empty_cell_is_filled_by_columns_that_have_it_on_both_sides() -> None:
    """The generator methods were tried on Keras 3.3 and 3.15, not between."""
    assert "q14_generators" not in measured("keras-3.9.2_tf-2.16.2")
    assert value(release("keras==3.9"), "q14_generators", "fit_generator") is False
    assert value(release("keras==3.9"), "q14_generators", "train_on_batch") is True


def test_an_end_of_the_range_is_not_extended() -> None:
    assert value(release("keras==3.15+jax"), "q14_generators", "fit_generator") is None
    assert cell(release("keras==3.16"), "q00_control", "nested_fit") is None


def test_two_layers_have_two_codes() -> None:
    case = ("q08_partial_freeze", "flat_first_3_of_5")
    assert cells(release("keras==3.15"), *case) == (FROZEN, TRAINS)
    assert cell(release("keras==3.15"), *case) == FROZEN


def test_a_question_that_is_one_fact() -> None:
    assert cell(release("keras==2.2.4"), "q12_slp0_before_build_trainable") == Code("moving", True, True)


def test_values_of_other_kinds() -> None:
    keras_3, tf_2_15 = release("keras==3.15"), release("tensorflow==2.15")
    assert value(keras_3, "q14_generators", "fit_generator") is False
    assert value(tf_2_15, "q14_generators", "fit_generator") is True
    assert value(tf_2_15, "q25_wrappers", "time_distributed_trainable", "eff_momentum") == 0.98
    assert value(keras_3, "q25_wrappers", "time_distributed_trainable", "eff_momentum") == 0.99
    assert value(tf_2_15, "q02_base_trainable_false", "nested_before", "flags")["bn"] == [False]
    assert value(keras_3, "q16_imports", "from keras.engine import Layer") == Raises("ModuleNotFoundError")
    assert value(keras_3, "q16_imports", "from keras.layers import GroupNormalization") == "exists"
    assert value(keras_3, "q99_nothing", "asked") is None


def test_the_first_step_of_old_keras_replaces_loaded_statistics() -> None:
    def first(spec: str) -> float:
        steps = value(release(spec), "q27_moving_average_steps", "dense_input", "steps")
        return float(steps[0]["eff_momentum"])

    assert first("keras==2.1.2") == 0.99
    assert first("keras==2.2.4") == pytest.approx(0, abs=0.01)
    assert first("keras==3.15") == 0.99


def test_every_column_of_the_release_table_has_its_file() -> None:
    files = {name.removesuffix(".json") for name in os.listdir(DATA)}
    assert files == {column for chain in CHAINS.values() for _, column in chain}


def test_a_layer_used_more_than_once_updates_more_than_once_a_step() -> None:
    def updates(spec: str, case: str, root: str = "keras") -> float | None:
        found: float | None = value(release(spec, root), "q25_wrappers", "updates_" + case, "updates_per_step")
        return found

    assert updates("keras==3.15", "base_two_calls") == 2
    assert updates("tensorflow==2.10", "base_three_calls") == 3
    assert updates("keras==3.15", "time_distributed_base") == 4  # once a time step, of which there are four
    assert updates("tensorflow==2.15", "time_distributed_base") == 2
    assert updates("tensorflow==2.2", "time_distributed_base", "tf.keras") == 1
