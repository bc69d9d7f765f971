"""Subjects ``trainable_typo`` and ``momentum_set``: what a program writes onto a layer, meant well."""

from __future__ import annotations

import pytest

from bnlint.graph.subjects.assignments import MomentumSet, TrainableTypo
from bnlint.keras.api.typos import is_misspelled
from tests.reading import read

VGG = """
    import keras
    from keras import layers

    base = keras.applications.VGG16(include_top=False, weights="imagenet")
"""


def typos(*program: str) -> tuple[TrainableTypo, ...]:
    found: tuple[TrainableTypo, ...] = read((VGG, *program), "keras==3.15").subjects["trainable_typo"]
    return found


def momenta(*program: str, target: str = "keras==3.15") -> tuple[MomentumSet, ...]:
    found: tuple[MomentumSet, ...] = read(program, target).subjects["momentum_set"]
    return found


@pytest.mark.parametrize(
    "name",
    ["trainble", "trainabel", "Trainable", "traiable", "trainables", "trianable", "tranable", "TRAINABLE"],
)
def test_a_letter_or_two_away(name: str) -> None:
    assert is_misspelled(name)


@pytest.mark.parametrize(
    "name",
    [
        "trainable",
        "_trainable",
        "trainable_weights",
        "trainable_variables",
        "trained",
        "training",
        "untrainable",
        "retrainable",
        "is_trainable",
        "name",
        "stateful",
    ],
)
def test_another_word(name: str) -> None:
    assert not is_misspelled(name)


class TestTypos:
    def test_a_misspelled_attribute_keeps_its_name_and_place(self) -> None:
        (found,) = typos("base.layers[3].trainble = False")
        assert (found.kind, found.written, found.owner) == ("misspelled", "trainble", "base.layers[3]")
        assert found.name_place is not None
        assert (found.name_place.column, found.name_place.end_column) == (16, 24)

    def test_a_name_over_several_lines(self) -> None:
        (found,) = typos(
            """
            (base
                .trainble) = False
            """
        )
        assert found.name_place is not None
        assert (found.name_place.line, found.name_place.column, found.name_place.end_column) == (6, 6, 14)

    def test_setattr_has_no_name_to_replace(self) -> None:
        (found,) = typos('setattr(base, "trainabel", False)')
        assert found.name_place is None

    def test_an_attribute_that_is_read_is_the_programs_own(self) -> None:
        (found,) = typos("base.trainables = True\nprint(base.trainables)")
        assert found.of_program

    def test_a_module_in_a_loop_over_layers(self) -> None:
        (found,) = typos(
            """
            for layer in base.layers:
                layers.trainable = False
            """
        )
        assert (found.kind, found.owner, found.loop_variable) == ("module", "layers", "layer")

    def test_a_loop_variable_that_is_used_is_not_the_one_forgotten(self) -> None:
        (found,) = typos(
            """
            for layer in base.layers:
                print(layer.name)
                layers.trainable = False
            """
        )
        assert found.loop_variable is None

    def test_a_loop_of_other_things(self) -> None:
        (found,) = typos(
            """
            for index in range(3):
                layers.trainable = False
            """
        )
        assert found.loop_variable is None

    def test_the_model_in_a_loop_over_some_of_its_layers(self) -> None:
        (found,) = typos(
            """
            for layer in base.layers[:15]:
                base.trainable = False
            """
        )
        assert (found.kind, found.loop_layers, found.layers, found.covers_all) == ("container", 15, 19, False)

    def test_the_model_in_a_loop_over_all_of_them(self) -> None:
        (found,) = typos(
            """
            for layer in base.layers:
                base.trainable = False
            """
        )
        assert found.covers_all

    def test_the_model_beside_the_layer_is_no_slip(self) -> None:
        assert not typos(
            """
            for layer in base.layers[:15]:
                base.trainable = False
                layer.trainable = True
            """
        )

    def test_another_model_is_no_slip(self) -> None:
        assert not typos(
            """
            other = keras.applications.VGG19(include_top=False, weights="imagenet")
            for layer in base.layers[:15]:
                other.trainable = False
            """
        )


class TestMomentum:
    def test_an_argument(self) -> None:
        (found,) = momenta("from keras import layers\nnorm = layers.BatchNormalization(momentum=1.5)")
        assert (found.momentum, found.written, found.takes_effect) == (1.5, "argument", True)

    def test_the_default_is_not_set(self) -> None:
        assert not momenta("from keras import layers\nnorm = layers.BatchNormalization()")

    def test_different_values_at_one_place_are_unknown(self) -> None:
        (found,) = momenta(
            """
            from keras import layers
            for momentum in (0.9, 1.0):
                norm = layers.BatchNormalization(momentum=momentum)
            """
        )
        assert found.momentum is None

    @pytest.mark.parametrize(("target", "takes_effect"), [("tensorflow==2.15", True), ("tensorflow==1.15", False)])
    def test_an_assignment(self, target: str, takes_effect: bool) -> None:
        (found,) = momenta(
            """
            import tensorflow as tf

            base = tf.keras.applications.MobileNet(weights="imagenet")
            for layer in base.layers:
                if isinstance(layer, tf.keras.layers.BatchNormalization):
                    layer.momentum = 1
            """,
            target=target,
        )
        assert (found.momentum, found.layers, found.takes_effect) == (1, 27, takes_effect)
        assert found.pretrained
