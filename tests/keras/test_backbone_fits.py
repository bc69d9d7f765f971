"""Subject ``backbone_at_fit``: backbones with and without BatchNormalization, their Dropout, and phases of training."""

from __future__ import annotations

import pytest

from bnlint.graph.subjects.backbones import BackboneAtFit
from tests.reading import read

KERAS = """
    from tensorflow import keras
    from tensorflow.keras import layers
"""
VGG = (
    KERAS
    + """
    base = keras.applications.VGG16(include_top=False, weights="imagenet", pooling="avg")
    base.trainable = False
    model = keras.Sequential([base, layers.Dense(10)])
"""
)
FIRST = """
    model.compile("adam", "mse")
    model.fit(images, labels)
"""
SECOND = """
    model.compile(keras.optimizers.Adam(1e-5), "mse")
    model.fit(images, labels)
"""


def backbones(*program: str, target: str = "tensorflow==2.15") -> tuple[BackboneAtFit, ...]:
    found: tuple[BackboneAtFit, ...] = read(program, target).subjects["backbone_at_fit"]
    return found


def efficient_net(call: str, *, target: str, constructor: str = "", frozen: bool = True) -> BackboneAtFit:
    (found,) = backbones(
        KERAS,
        f'base = keras.applications.EfficientNetB0(include_top=False, weights="imagenet", pooling="avg"{constructor})',
        f"base.trainable = {not frozen}",
        f"inputs = keras.Input((224, 224, 3))\nmodel = keras.Model(inputs, layers.Dense(10)({call}))",
        FIRST,
        target=target,
    )
    return found


class TestDropout:
    @pytest.mark.parametrize(
        ("target", "call", "active"),
        [
            ("tensorflow==2.15", "base(inputs)", True),
            ("tensorflow==2.15", "base(inputs, training=False)", False),
            ("keras==3.15", "base(inputs)", True),
            ("keras==3.15", "base(inputs, training=False)", True),
        ],
    )
    def test_it_follows_the_training_argument_as_far_as_fit_heeds_it(
        self, target: str, call: str, active: bool
    ) -> None:
        found = efficient_net(call, target=target)
        assert (found.frozen, found.dropout_layers, found.dropout_active) == (True, 9, active)

    def test_a_rate_that_is_given(self) -> None:
        assert not efficient_net(
            "base(inputs)", target="tensorflow==2.15", constructor=", drop_connect_rate=0.0"
        ).dropout_active

    def test_a_rate_that_is_not_known(self) -> None:
        found = efficient_net("base(inputs)", target="tensorflow==2.15", constructor=", drop_connect_rate=rate()")
        assert found.dropout_active is None

    def test_dropout_that_the_model_leaves_out(self) -> None:
        (found,) = backbones(
            KERAS,
            """
            base = keras.applications.EfficientNetB0(weights="imagenet")
            base.trainable = False
            outputs = layers.Dense(1)(layers.Flatten()(base.get_layer("block1a_project_bn").output))
            model = keras.Model(base.input, outputs)
            """,
            FIRST,
        )
        assert (found.dropout_layers, found.dropout_active) == (0, False)

    def test_a_backbone_that_trains(self) -> None:
        assert efficient_net("base(inputs)", target="tensorflow==2.15", frozen=False).frozen is False


class TestFrozen:
    def test_layers_without_weights_do_not_count(self) -> None:
        (found,) = backbones(
            KERAS,
            """
            base = keras.applications.VGG16(include_top=False, weights="imagenet", pooling="avg")
            for layer in base.layers:
                if "conv" in layer.name:
                    layer.trainable = False
            model = keras.Sequential([base, layers.Dense(10)])
            """,
            FIRST,
        )
        assert found.frozen
        assert not found.batch_norm

    def test_in_part(self) -> None:
        (found,) = backbones(VGG, "base.trainable = True\nbase.layers[1].trainable = False", FIRST)
        assert found.frozen is False

    def test_on_one_path_only(self) -> None:
        (found,) = backbones(
            VGG,
            """
            if input("Unfreeze? "):
                base.trainable = True
            """,
            FIRST,
        )
        assert found.frozen is None


class TestPhases:
    def test_compiled_anew_with_a_lower_rate(self) -> None:
        first, second = backbones(VGG, FIRST, SECOND)
        assert (first.second_phase, second.second_phase) == (False, True)
        assert (second.frozen_before, second.rate_lowered, second.flags_changed) == (True, True, False)

    def test_a_flag_in_between(self) -> None:
        _, second = backbones(VGG, FIRST, "base.layers[-1].trainable = True", SECOND)
        assert second.flags_changed

    def test_a_misspelled_flag_in_between_is_a_try(self) -> None:
        _, second = backbones(VGG, FIRST, "base.trainble = True", SECOND)
        assert second.flags_changed

    def test_weights_read_in_between(self) -> None:
        found = backbones(VGG, FIRST, 'model.load_weights("best.h5")', SECOND)
        second = next(each for each in found if each.second_phase and each.frozen)
        assert second.loaded_between

    def test_without_a_compile(self) -> None:
        _, second = backbones(VGG, FIRST, "history_fine = model.fit(images, labels)")
        assert not second.second_phase

    def test_the_same_compile_again(self) -> None:
        found = backbones(
            VGG,
            """
            for rate in (1e-3, 1e-4):
                model.compile(keras.optimizers.Adam(rate), "mse")
                model.fit(images, labels)
            """,
        )
        assert not any(each.second_phase for each in found)

    @pytest.mark.parametrize(
        ("statement", "says"),
        [
            ("history_fine = model.fit(images, labels)", True),
            ("model.fit(images, labels, epochs=FINE_TUNE_EPOCHS)", True),
            ("model.fit(images, labels, epochs=defined_epochs)", False),
            ("def finetune():\n    model.fit(images, labels)\nfinetune()", True),
        ],
    )
    def test_names_that_say_fine_tuning(self, statement: str, says: bool) -> None:
        found = backbones(VGG, 'model.compile("adam", "mse")', statement)
        assert found[-1].says_fine_tuning is says
