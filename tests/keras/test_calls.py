"""Subjects ``call`` and ``layer``: the calls and constructors that rules speak about."""

from __future__ import annotations

from typing import Any

import pytest

from bnlint.graph.subjects import Call, Layer
from tests.reading import read

BACKBONE = """
    from tensorflow import keras
    from tensorflow.keras import layers
    from tensorflow.keras.applications import MobileNet

    base = MobileNet(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))
"""
TRAIN = """
    model.compile("adam", "mse")
    model.fit(images, labels)
"""
STACK = """
    import keras
    from keras import layers

    model = keras.models.Sequential([layers.BatchNormalization(input_shape=(4,)), layers.Dense(1)])
    model.compile("adam", "mse")
"""


def calls(*program: str, target: str = "tensorflow==2.15") -> tuple[Call, ...]:
    found: tuple[Call, ...] = read(program, target).subjects["call"]
    return found


def constructors(*program: str, target: str = "keras==3.15") -> tuple[Layer, ...]:
    found: tuple[Layer, ...] = read(program, target).subjects["layer"]
    return found


def shown(call: Call, *names: str) -> tuple[Any, ...]:
    return tuple(getattr(call, name) for name in names)


class TestBackbones:
    NESTED = """
        base.trainable = False
        inputs = keras.Input((32, 32, 3))
        x = base(inputs{training})
        model = keras.Model(inputs, layers.Dense(1)(x))
    """

    @pytest.mark.parametrize(
        ("training", "argument"), [("", "absent"), (", training=False", "false"), (", training=True", "true")]
    )
    def test_a_frozen_backbone_called_on_a_tensor(self, training: str, argument: str) -> None:
        (call,) = calls(BACKBONE, self.NESTED.format(training=training), TRAIN)
        assert shown(call, "kind", "function", "line", "assembly") == (
            "backbone", "keras.applications.MobileNet", 8, "call",
        )  # fmt: skip
        assert shown(call, "frozen", "training", "batch_norm_layers", "unfrozen_later") == (True, argument, 27, False)
        assert call.frozen_at is not None
        assert call.frozen_at.line == 6

    def test_a_backbone_that_is_unfrozen_later(self) -> None:
        (call,) = calls(BACKBONE, self.NESTED.format(training=""), TRAIN, "base.trainable = True", TRAIN)
        assert shown(call, "frozen", "unfrozen_later") == (True, True)
        assert call.unfrozen_at is not None
        assert call.unfrozen_at.line == 12
        assert [place.line for place in call.fits] == [11, 14]

    def test_a_backbone_that_is_never_frozen(self) -> None:
        (call,) = calls(BACKBONE, self.NESTED.format(training="").replace("base.trainable = False", ""), TRAIN)
        assert shown(call, "frozen", "frozen_at", "unfrozen_later", "guarded") == (False, None, False, False)

    def test_a_backbone_that_is_trained_whole_before_it_is_frozen(self) -> None:
        program = self.NESTED.format(training="").replace("base.trainable = False", "")
        (call,) = calls(BACKBONE, program, TRAIN, "base.trainable = False", TRAIN)
        assert shown(call, "frozen", "serves_training", "unfrozen_later") == (True, True, False)

    def test_a_later_unfreeze_is_no_training_of_its_own(self) -> None:
        (call,) = calls(BACKBONE, self.NESTED.format(training=""), TRAIN, "base.trainable = True", TRAIN)
        assert shown(call, "serves_training", "unfrozen_later") == (False, True)

    def test_a_backbone_trained_in_part(self) -> None:
        program = "for layer in base.layers[-10:]: layer.trainable = True"
        (call,) = calls(BACKBONE, self.NESTED.format(training=""), program, TRAIN)
        assert shown(call, "frozen", "trained_in_part", "batch_norm_layers") == (True, True, 27)

    def test_a_backbone_whose_statistics_the_program_guards(self) -> None:
        program = """
            base.trainable = True
            for layer in base.layers:
                if isinstance(layer, layers.BatchNormalization):
                    layer.trainable = False
        """
        (call,) = calls(BACKBONE, self.NESTED.format(training=""), program, TRAIN)
        assert shown(call, "frozen", "guarded", "unfrozen_later") == (True, True, False)

    @pytest.mark.parametrize(
        ("assembled", "assembly", "line"),
        [
            ("model = keras.Sequential([base, layers.Dense(1)])", "sequential", 6),
            ("model = keras.Sequential()\nmodel.add(base)\nmodel.add(layers.Dense(1))", "sequential", 7),
            ("model = keras.Model(base.input, layers.Dense(1)(base.output))", "flat", 6),
        ],
    )
    def test_other_ways_to_put_it_into_a_model(self, assembled: str, assembly: str, line: int) -> None:
        (call,) = calls(BACKBONE, assembled, TRAIN)
        assert shown(call, "assembly", "line", "training") == (assembly, line, "absent")

    @pytest.mark.parametrize(
        ("target", "accepts", "holds", "uses_batch"),
        [
            ("keras==2.2.4", False, None, True),
            ("tensorflow==1.15", True, True, True),
            ("tensorflow==2.2", True, True, False),
            ("tensorflow==2.15", True, True, False),
            ("keras==3.15", True, False, False),
        ],
    )
    def test_what_the_target_does(self, target: str, accepts: bool, holds: bool | None, uses_batch: bool) -> None:
        backbone = BACKBONE.replace("tensorflow.keras", "keras").replace("from tensorflow import keras", "import keras")
        text = backbone if target.startswith("keras") else BACKBONE
        (call,) = calls(text, self.NESTED.format(training=""), TRAIN, target=target)
        assert shown(call, "accepts_training", "argument_holds", "frozen_uses_batch", "freeze_holds") == (
            accepts, holds, uses_batch, not uses_batch,
        )  # fmt: skip

    def test_a_backbone_that_no_fit_trains_is_no_call(self) -> None:
        assert calls(BACKBONE, self.NESTED.format(training="")) == ()

    def test_two_backbones_are_two_calls(self) -> None:
        program = """
            other = keras.applications.ResNet50(weights="imagenet", include_top=False, pooling="avg")
            inputs = keras.Input((32, 32, 3))
            x = layers.concatenate([base(inputs), other(inputs)])
            model = keras.Model(inputs, layers.Dense(1)(x))
        """
        found = calls(BACKBONE, program, TRAIN)
        assert [(call.function, call.batch_norm_layers) for call in found] == [
            ("keras.applications.MobileNet", 27),
            ("keras.applications.ResNet50", 53),
        ]


class TestInjection:
    @pytest.mark.parametrize(
        ("target", "effect"),
        [
            ("tensorflow==1.15", "no_effect"),
            ("tensorflow==2.0", "works"),
            ("tensorflow==2.15", "no_effect"),
            ("keras==3.15", "raises"),
        ],
    )
    def test_layers_at_an_application(self, target: str, effect: str) -> None:
        (call,) = calls(
            """
            import tensorflow as tf

            base = tf.keras.applications.ResNet50(weights=None, layers=tf.keras.layers)
        """,
            target=target,
        )
        assert shown(call, "kind", "method", "injected", "injection", "injected_stock") == (
            "application", "ResNet50", ("layers",), effect, True,
        )  # fmt: skip

    def test_an_application_without_injection_is_no_call(self) -> None:
        assert calls("import tensorflow as tf\nbase = tf.keras.applications.ResNet50(weights=None)") == ()

    @pytest.mark.parametrize(
        ("statement", "kind", "target", "effect"),
        [
            ("model.fit(x, y, layers=layers)", "fit", "keras==2.2.4", "raises"),
            ("model.fit(x, y, layers=layers)", "fit", "keras==3.15", "raises"),
            ('model.compile("sgd", "mse", layers=layers)', "compile", "keras==3.15", "raises"),
        ],
    )
    def test_layers_at_a_method(self, statement: str, kind: str, target: str, effect: str) -> None:
        (call,) = calls(STACK, statement, target=target)
        assert shown(call, "kind", "injected", "injection") == (kind, ("layers",), effect)

    def test_compile_swallowed_it_once(self) -> None:
        program = STACK.replace("import keras", "from tensorflow import keras").replace(
            "from keras import", "from tensorflow.keras import"
        )
        (call,) = calls(program, 'model.compile("sgd", "mse", layers=layers)', target="tensorflow==2.0")
        assert call.injection == "swallowed"


class TestGeneratorMethods:
    @pytest.mark.parametrize("target", ["keras==2.1.2", "keras==2.2.4"])
    def test_before_fit_took_generators(self, target: str) -> None:
        (call,) = calls(STACK, "model.fit_generator(batches, steps_per_epoch=10)", target=target)
        assert shown(call, "kind", "method", "replacement", "removed") == (
            "generator_method", "fit_generator", "fit", False,
        )  # fmt: skip
        assert call.takes_generators in (False, None)

    def test_where_they_are_gone(self) -> None:
        (call,) = calls(STACK, "model.fit_generator(batches, steps_per_epoch=10, workers=4)", target="keras==3.15")
        assert shown(call, "removed", "takes_generators", "dropped", "dropped_constant") == (
            True, True, ("workers",), True,
        )  # fmt: skip

    def test_an_argument_that_has_no_successor_and_is_no_constant(self) -> None:
        (call,) = calls(STACK, "model.fit_generator(batches, 10, workers=count())", target="keras==3.15")
        assert shown(call, "dropped", "dropped_constant") == (("workers",), False)

    def test_by_position(self) -> None:
        program = "model.evaluate_generator(batches, 10, None, 20, 4)"
        (call,) = calls(STACK, program, target="keras==3.15")
        assert shown(call, "method", "replacement", "dropped") == (
            "evaluate_generator", "evaluate", ("max_queue_size", "workers"),
        )  # fmt: skip

    def test_arguments_of_keras_1(self) -> None:
        program = "model.fit_generator(batches, samples_per_epoch=100, nb_epoch=5, nb_worker=2)"
        (call,) = calls(STACK, program, target="keras==3.15")
        assert shown(call, "renamed", "keras1_arguments", "dropped") == (
            ("nb_epoch", "samples_per_epoch"), True, ("workers",),
        )  # fmt: skip

    def test_fit_is_none_of_them(self) -> None:
        assert calls(STACK, "model.fit(batches)", target="keras==3.15") == ()

    def test_a_method_of_something_else(self) -> None:
        assert calls(STACK, "other.fit_generator(batches)", target="keras==3.15") == ()


class TestConstructors:
    @pytest.mark.parametrize(
        ("arguments", "momentum", "given"),
        [
            ("", 0.99, False),
            ("momentum=0.9", 0.9, True),
            ("-1, 0.8", 0.8, True),
            ("momentum=1 - 0.01", 0.99, True),
            ("momentum=settings.momentum", None, True),
            ("**settings.options", None, False),
        ],
    )
    def test_momentum(self, arguments: str, momentum: float | None, given: bool) -> None:
        (layer,) = constructors(f"""
            import settings
            from keras.layers import BatchNormalization
            bn = BatchNormalization({arguments})
        """)
        assert (layer.momentum, layer.momentum_given) == (momentum, given)
        assert layer.one_minus_momentum == (None if momentum is None else pytest.approx(1 - momentum))

    def test_one_minus_momentum_is_a_round_number(self) -> None:
        (layer,) = constructors("from keras import layers\nbn = layers.BatchNormalization(momentum=0.9)")
        assert layer.one_minus_momentum == 0.1

    def test_names_and_places(self) -> None:
        first, second = constructors("""
            from keras import layers
            a = layers.BatchNormalization(name="stem_bn"); b = layers.BatchNormalization()
        """)
        assert (first.name, first.type, first.package) == ("stem_bn", "BatchNormalization", "keras")
        assert (first.line, second.line) == (2, 2)
        assert first.place is not None and second.place is not None
        assert (first.place.column, second.place.column) == (5, 52)

    def test_one_constructor_that_runs_often_is_one(self) -> None:
        (layer,) = constructors("""
            from keras import layers
            blocks = [layers.BatchNormalization(momentum=0.9) for _ in range(5)]
        """)
        assert layer.momentum == 0.9

    def test_a_constructor_that_runs_with_several_momenta(self) -> None:
        (layer,) = constructors("""
            from keras import layers
            blocks = [layers.BatchNormalization(momentum=momentum) for momentum in (0.9, 0.99)]
        """)
        assert (layer.momentum, layer.momentum_given) == (None, True)

    def test_imports_of_several_packages(self) -> None:
        found = constructors(
            """
            import tensorflow as tf
            from tensorflow.keras.layers import BatchNormalization as Norm
            from keras.layers import BatchNormalization
            layers = [tf.keras.layers.BatchNormalization(), Norm(), BatchNormalization()]
        """,
            target="tensorflow==2.15",
        )
        assert [layer.package for layer in found] == ["tf.keras", "tf.keras", "keras"]

    def test_names_that_only_look_like_keras(self) -> None:
        assert (
            constructors("""
            from torch import nn
            from project.layers import BatchNormalization

            class layers:
                @staticmethod
                def BatchNormalization():
                    return None

            a, b, c = nn.BatchNorm2d(8), BatchNormalization(), layers.BatchNormalization()
        """)
            == ()
        )

    def test_other_layers_are_no_subject(self) -> None:
        assert constructors("from keras import layers\nlayers.Dense(8)\nlayers.LayerNormalization()") == ()
