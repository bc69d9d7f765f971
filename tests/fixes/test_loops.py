"""Loops over layers: the model that they go over, and the class that they ask for."""

from __future__ import annotations

import pytest

from tests.fixes.programs import backbone, place, planned_for, rewritten

PROGRAM = """\
import keras

base = keras.applications.ResNet50()
model = keras.Sequential([base, keras.layers.Dense(1)])
for layer in model.layers:  # all of them
    if isinstance(layer, BatchNormalization):
        layer.trainable = False
"""


def over(text: str, layers: str = "model.layers", variable: str | None = "base") -> str | None:
    """The text after the rewrite, or None where it refuses."""
    of = backbone(text, "keras.applications.ResNet50()", variable)
    planned = planned_for(text, "loop_over", layers=place(text, layers), of=of)
    return None if planned.refusal else rewritten(text, "loop_over", layers=place(text, layers), of=of)


class TestOver:
    def test_another_model(self) -> None:
        assert over(PROGRAM) == PROGRAM.replace("in model.layers:", "in base.layers:")

    @pytest.mark.parametrize("iterable", ["model.layers[:-20]", "enumerate(model.layers)", "reversed(model . layers)"])
    def test_slices_and_wrapped_lists(self, iterable: str) -> None:
        text = PROGRAM.replace("model.layers", iterable)
        assert over(text, iterable) == text.replace(iterable, iterable.replace("model", "base"))

    def test_a_loop_that_does_more_is_left_alone(self) -> None:
        assert (
            over(PROGRAM.replace("        layer.trainable", "        print(layer.name)\n        layer.trainable"))
            is None
        )

    def test_flags_under_else_and_continue_are_still_only_flags(self) -> None:
        text = PROGRAM + "    else:\n        continue\n"
        assert over(text) == text.replace("in model.layers:", "in base.layers:")

    def test_a_model_without_a_name(self) -> None:
        assert over(PROGRAM, variable=None) is None

    def test_a_name_that_means_another_model_by_then(self) -> None:
        text = PROGRAM.replace("for layer", "base = keras.applications.VGG16()\nfor layer")
        assert over(text) is None

    def test_a_function_that_does_not_know_the_name(self) -> None:
        text = """\
import keras

def build():
    base = keras.applications.ResNet50()
    return keras.Sequential([base])

model = build()
for layer in model.layers:
    layer.trainable = False
"""
        assert over(text) is None


class TestMatch:
    @pytest.mark.parametrize(
        ("test", "instead"),
        [
            ("isinstance(layer, BatchNormalization)", "isinstance(layer, keras.layers.BatchNormalization)"),
            ("'bn' in layer.name", "isinstance(layer, keras.layers.BatchNormalization)"),
            ('"bn" not in layer.name.lower()', "not isinstance(layer, keras.layers.BatchNormalization)"),
            ("layer.name.startswith('bn')", "isinstance(layer, keras.layers.BatchNormalization)"),
        ],
    )
    def test_the_class_of_the_model(self, test: str, instead: str) -> None:
        text = PROGRAM.replace("isinstance(layer, BatchNormalization)", test)
        of = backbone(text, "keras.applications.ResNet50()")
        found = rewritten(text, "match_batch_norm", test=place(text, test), of=of)
        assert found == text.replace(test, instead)

    @pytest.mark.parametrize("test", ["isinstance(layer, (Dense, BatchNormalization))", "'bn' in names[layer].name"])
    def test_left_alone(self, test: str) -> None:
        text = PROGRAM.replace("isinstance(layer, BatchNormalization)", test)
        of = backbone(text, "keras.applications.ResNet50()")
        assert planned_for(text, "match_batch_norm", test=place(text, test), of=of).refusal
