"""Subjects ``layer_loop``, ``class_test``, ``slice`` and ``layer_list``."""

from __future__ import annotations

from typing import Any

import pytest

from bnlint.keras.blocks import blocks_of, cut
from bnlint.keras.releases import Target
from bnlint.keras.semantics import Behaviour
from tests.reading import read, states

NESTED = """
    import keras
    from keras import layers

    base = keras.applications.MobileNet(include_top=False, weights="imagenet", pooling="avg", input_shape=(32, 32, 3))
    model = keras.Sequential([base, layers.Dense(8), layers.Dense(1)])
"""
TRAIN = """
    model.compile("adam", "mse")
    model.fit(images, labels)
"""


def subjects(kind: str, *program: str, target: str = "keras==3.15") -> tuple[Any, ...]:
    found: tuple[Any, ...] = read(program, target).subjects[kind]
    return found


def faults(loop: str, *, target: str = "keras==3.15") -> list[str | None]:
    return [each.fault for each in subjects("layer_loop", NESTED, loop, TRAIN, target=target)]


class TestLoops:
    def test_what_a_loop_misses(self) -> None:
        (loop,) = subjects(
            "layer_loop",
            NESTED,
            """
            for layer in model.layers:
                if isinstance(layer, layers.BatchNormalization):
                    layer.trainable = False
            """,
            TRAIN,
        )
        assert (loop.fault, loop.value, loop.layers, loop.looked_at, loop.chosen) == ("misses", False, 3, 3, 0)
        assert (loop.nested_layers, loop.nested_chosen, loop.only_batch_norm) == (87, 27, True)
        assert (loop.batch_norm_layers, loop.backbone.variable, loop.fit.line) == (27, "base", 10)
        assert loop.group == loop.set_of_layers != ""

    @pytest.mark.parametrize(
        ("loop", "fault"),
        [
            ("for layer in model.layers[:-10]:\n    layer.trainable = False", "misses"),
            ("for layer in model.layers[:-1]:\n    layer.trainable = False", None),
            ("for layer in model.layers[:50]:\n    layer.trainable = False", "takes_all"),
            ("for layer in model.layers[:3]:\n    layer.trainable = False", "takes_all"),
            ("for layer in model.layers:\n    layer.trainable = False", None),
            ("for i, layer in enumerate(model.layers):\n    layer.trainable = i > 60", "takes_all"),
            ("for i, layer in enumerate(model.layers):\n    layer.trainable = i > 0", None),
            ("for layer in model.layers:\n    if 'bn' in layer.name:\n        layer.trainable = False", "misses"),
            ("for layer in model.layers:\n    if 'mobilenet' in layer.name:\n        layer.trainable = False", None),
            ("for layer in model.layers:\n    if layer.name in frozen:\n        layer.trainable = False", None),
        ],
    )
    def test_faults(self, loop: str, fault: str | None) -> None:
        assert faults(loop) == [fault]

    def test_a_slice_that_leaves_the_head(self) -> None:
        assert faults("for layer in model.layers[:2]:\n    layer.trainable = False") == [None]

    def test_layers_that_are_frozen_otherwise_are_not_missed(self) -> None:
        loop = """
            for layer in model.layers:
                if isinstance(layer, layers.BatchNormalization):
                    layer.trainable = False
            """
        assert faults(loop + "base.trainable = False\n") == [None]
        assert faults(loop) == ["misses"]

    def test_where_the_setter_stops_at_the_model_its_flag_is_enough(self) -> None:
        loop = """
            for layer in model.layers:
                if not isinstance(layer, layers.Dense):
                    layer.trainable = False
            """
        assert faults(loop, target="keras==2.2.4") == [None]

    def test_a_trial_leaves_nothing_behind(self) -> None:
        loop = """
            count = 0
            for layer in model.layers:
                count += 1
                if isinstance(layer, layers.BatchNormalization):
                    layer.trainable = False
            base.trainable = count != 3
            """
        assert states(NESTED, loop, TRAIN) == [("moving", False, False)]

    def test_spared_layers_that_the_flag_of_their_model_reaches(self) -> None:
        loop = """
            base.trainable = False
            for layer in model.layers:
                if not isinstance(layer, layers.BatchNormalization):
                    layer.trainable = True
            """
        assert faults(loop) == ["enables_spared"]
        assert faults(loop.replace("base.trainable = False", "")) == [None]


class TestClassTests:
    LOOP = """
        import tensorflow as tf
        from keras.layers import BatchNormalization

        base = tf.keras.applications.MobileNet(include_top=False, weights="imagenet", input_shape=(32, 32, 3))
        for layer in base.layers:
            if isinstance(layer, BatchNormalization):
                layer.trainable = False
        model = tf.keras.Sequential([base, tf.keras.layers.Dense(1)])
        model.compile("adam", "mse")
        model.fit(images, labels)
    """

    @pytest.mark.parametrize(
        ("target", "by"),
        [("tensorflow==1.15", "package"), ("tensorflow==2.1", "package"), ("tensorflow==2.8", None),
         ("tensorflow==2.15", None), ("keras==3.15", None)],
    )  # fmt: skip
    def test_the_class_of_another_package(self, target: str, by: str | None) -> None:
        assert [test.by for test in subjects("class_test", self.LOOP, target=target)] == ([by] if by else [])

    def test_what_is_known_of_it(self) -> None:
        (test,) = subjects("class_test", self.LOOP, target="tensorflow==2.1")
        assert (test.tested, test.package, test.layers, test.fault, test.line) == (
            "keras", "tf.keras", 27, "not_frozen", 6,
        )  # fmt: skip
        assert (test.name, test.legacy, test.backbone.variable) == ("conv1_bn", False, "base")

    @pytest.mark.parametrize(
        ("test", "found"),
        [("'bn' in layer.name", []), ("'batchnorm' in layer.name", ["batchnorm"]),
         ("layer.name.lower().startswith('batch')", ["batch"]), ("'conv' in layer.name", [])],
    )  # fmt: skip
    def test_words_in_names(self, test: str, found: list[str]) -> None:
        loop = f"for layer in base.layers:\n    if {test}:\n        layer.trainable = False\n"
        assert [each.text for each in subjects("class_test", NESTED, loop, TRAIN)] == found


class TestSlices:
    @pytest.mark.parametrize(
        ("index", "takes"),
        [("[:500]", "all"), ("[:-500]", "none"), ("[500:]", "none"), ("[-500:]", "all"), ("[:87]", None),
         ("[:20]", None), ("[-20:]", None), ("[: len(base.layers)]", None), ("[::2]", None), ("[10:500]", None)],
    )  # fmt: skip
    def test_beyond_the_layers(self, index: str, takes: str | None) -> None:
        (found,) = subjects("slice", NESTED, f"for layer in base.layers{index}:\n    layer.trainable = False\n")
        assert (found.takes, found.application, found.layers) == (takes, "MobileNet", 87)

    def test_slices_of_lists_and_of_slices_are_others(self) -> None:
        program = """
            for layer in list(base.layers)[:500]:
                layer.trainable = False
            for layer in base.layers[:50][:500]:
                layer.trainable = False
            """
        assert subjects("slice", NESTED, program) == ()

    def test_a_number_that_fits_one_of_two_models_is_none_of_both(self) -> None:
        program = """
            import keras

            for make in (keras.applications.VGG16, keras.applications.ResNet50):
                for layer in make(include_top=False).layers[:100]:
                    layer.trainable = False
            """
        assert [each.out_of_range for each in subjects("slice", program)] == []


class TestBlocks:
    NAMES = ("input", "conv1", "block1_a", "block1_b", "block2_a", "add_1", "activation_7", "block3_a", "top_conv")

    def test_blocks_by_names(self) -> None:
        assert blocks_of(self.NAMES) == [
            None, None, "block1", "block1", "block2", "block2", "block2", "block3", None,
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("bound", "borders"), [(5, (4, 7)), (-4, (4, 7)), (3, (2, 4)), (4, None), (1, None), (8, None), (90, None)]
    )
    def test_the_nearest_borders(self, bound: int, borders: tuple[int, int] | None) -> None:
        found = cut(self.NAMES, bound)
        assert (found and (found.below, found.above)) == borders

    def test_blocks_by_their_last_layers(self) -> None:
        names = ["conv2d_1", "mixed0", "conv2d_2", "concatenate", "mixed1", "conv2d_3"]
        assert blocks_of(names) == [None, None, "mixed1", "mixed1", "mixed1", None]

    def test_old_names(self) -> None:
        names = ["bn_conv1", "res2a_branch2a", "bn2a_branch2a", "activation_2", "res2b_branch2a"]
        assert blocks_of(names) == [None, "res2a", "res2a", "res2a", "res2b"]


class TestLists:
    @pytest.mark.parametrize(
        ("target", "functional", "sequential"),
        [("keras==2.1.2", True, True), ("keras==2.2.4", True, None), ("keras==2.3.1", True, None)],
    )
    def test_whose_list_it_is_in_standalone_keras(
        self, target: str, functional: bool | None, sequential: bool | None
    ) -> None:
        release = Target.parse(target).release("keras")
        assert release is not None
        behaviour = Behaviour(release)
        assert behaviour.layer_list_changes("functional", "pop") is functional
        assert behaviour.layer_list_changes("sequential", "pop") is sequential

    @pytest.mark.parametrize("target", ["tensorflow==1.15", "tensorflow==2.0", "tensorflow==2.9", "tensorflow==2.15"])
    def test_a_copy_in_tensorflow(self, target: str) -> None:
        release = Target.parse(target).release("tf.keras")
        assert release is not None
        behaviour = Behaviour(release)
        answers = {behaviour.layer_list_changes(k, m) for k in ("functional", "sequential") for m in ("pop", "del")}
        assert answers == {False}

    def test_what_was_not_measured_is_unknown(self) -> None:
        (found,) = subjects("layer_list", NESTED, "model.layers.append(layers.Dense(1))\n")
        assert (found.method, found.reaches_model) == ("append", None)

    def test_how_many_are_taken(self) -> None:
        program = "model.layers.pop()\ndel model.layers[-1]\nfirst = base.layers.pop(0)\n"
        found = subjects("layer_list", NESTED, program)
        assert [(each.model, each.method, each.taken, each.new_end, each.used) for each in found] == [
            ("model", "pop", 2, -3, False), ("model", "del", 2, -3, False), ("base", "pop", None, None, True),
        ]  # fmt: skip

    def test_the_model_s_own_list_gets_shorter(self) -> None:
        program = """
            from keras.layers import BatchNormalization, Dense, Input
            from keras.models import Model

            inputs = Input((4,))
            old = Model(inputs, Dense(3)(BatchNormalization()(Dense(8)(inputs))))
            old.layers.pop()
            model = Model(old.input, Dense(1)(old.layers[-1].output))
            model.layers[-2].trainable = False
            """
        assert states(program, TRAIN, target="keras==2.2.4") == [("batch", False, False)]


def test_a_block_is_named_only_where_every_path_cuts_it() -> None:
    (found,) = subjects(
        "slice",
        """
    import os
    import keras

    if os.environ["DEEP"]:
        base = keras.applications.ResNet50(include_top=False)
    else:
        base = keras.applications.MobileNetV2(include_top=False)
    for layer in base.layers[:100]:
        layer.trainable = False
""",
    )
    assert found.out_of_range is False
    assert found.application is None
    assert found.cuts_block is None
