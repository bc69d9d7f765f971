"""What each construct of a training script comes to: where the layers sit, how many, what they do in each fit."""

from __future__ import annotations

import pytest

from tests.reading import FROZEN, INFERENCE_BUT_TRAINED, TRAINS, UNKNOWN, facts, phases, rows, states

BACKBONE = """
    import keras
    from keras import layers
    from keras.applications import MobileNet

    base = MobileNet(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))
"""
TF_BACKBONE = BACKBONE.replace("import keras\n", "from tensorflow import keras\n").replace(
    "from keras", "from tensorflow.keras"
)
NESTED = """
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, layers.Dense(1)(base(inputs)))
"""
TRAIN = """
    model.compile("adam", "mse")
    model.fit(images, labels)
"""
KERAS = """
    import keras
    from keras import layers
"""
STACK = (
    KERAS
    + """
    model = keras.Sequential([keras.Input((4,))])
    for i in range(3):
        model.add(layers.Dense(8, name=f"dense_{i}"))
        model.add(layers.BatchNormalization(name=f"bn_{i}"))
    model.add(layers.Dense(1))
"""
)
TF_STACK = STACK.replace("import keras\n", "from tensorflow import keras\n").replace(
    "from keras", "from tensorflow.keras"
)
TRAIN_STACK = TRAIN.replace("images", "features")


class TestAssembly:
    def test_sequential(self) -> None:
        assert facts(STACK, TRAIN_STACK) == [("model", 3, *TRAINS)]

    def test_functional(self) -> None:
        assert facts(
            KERAS,
            """
            inputs = keras.Input((4,))
            x = layers.Dense(8)(inputs)
            x = layers.BatchNormalization()(x)
            short = x
            x = layers.Dense(8)(x)
            x = layers.BatchNormalization()(x)
            x = layers.add([x, short])
            model = keras.Model(inputs, layers.Dense(1)(x))
        """,
            TRAIN_STACK,
        ) == [("model", 2, *TRAINS)]

    def test_a_backbone_called_on_a_tensor(self) -> None:
        (row,) = rows(BACKBONE, NESTED, TRAIN)
        assert (row.where, row.layers, row.assembly) == ("base (MobileNet)", 27, "call")
        assert (row.statistics, row.updated, row.gamma_beta_trained) == TRAINS
        assert row.pretrained
        assert row.called_at is not None
        assert row.called_at.line == 7

    def test_a_backbone_and_a_head_on_its_output(self) -> None:
        (row,) = rows(BACKBONE, "    model = keras.Model(base.input, layers.Dense(1)(base.output))", TRAIN)
        assert (row.where, row.layers, row.assembly) == ("base (MobileNet)", 27, "flat")

    def test_a_backbone_that_is_the_trained_model_stands_in_nothing(self) -> None:
        (row,) = rows(BACKBONE, "    model = base", TRAIN)
        assert (row.layers, row.assembly, row.called_at, row.pretrained) == (27, None, None, True)

    def test_a_backbone_in_a_sequential(self) -> None:
        (row,) = rows(BACKBONE, "    model = keras.Sequential([base, layers.Dense(1)])", TRAIN)
        assert (row.where, row.layers, row.assembly) == ("base (MobileNet)", 27, "sequential")

    def test_a_backbone_added_to_a_sequential(self) -> None:
        (row,) = rows(
            BACKBONE,
            """
            model = keras.Sequential()
            model.add(base)
            model.add(layers.Dense(8))
            model.add(layers.Dense(1))
        """,
            TRAIN,
        )
        assert (row.where, row.layers, row.assembly) == ("base (MobileNet)", 27, "sequential")
        assert row.called_at is not None
        assert row.called_at.line == 7

    def test_a_backbone_in_a_subclass(self) -> None:
        (row,) = rows(
            BACKBONE,
            """
            class Classifier(keras.Model):
                def __init__(self, base):
                    super().__init__()
                    self.base = base
                    self.head = layers.Dense(1)

                def call(self, inputs, training=None):
                    return self.head(self.base(inputs, training=training))

            model = Classifier(base)
        """,
            TRAIN,
        )
        assert (row.where, row.layers, row.assembly) == ("base (MobileNet)", 27, "subclass")
        assert (row.statistics, row.updated, row.gamma_beta_trained) == TRAINS

    def test_a_subclass_that_calls_its_backbone_in_inference_mode(self) -> None:
        assert facts(
            BACKBONE,
            """
            class Classifier(keras.Model):
                def __init__(self, base):
                    super().__init__()
                    self.base = base
                    self.norm = layers.BatchNormalization()
                    self.head = layers.Dense(1)

                def call(self, inputs, training=False):
                    return self.head(self.norm(self.base(inputs, training=False), training=training))

            model = Classifier(base)
        """,
            TRAIN,
        ) == [("base (MobileNet)", 27, *INFERENCE_BUT_TRAINED), ("model", 1, *TRAINS)]

    def test_a_layer_of_the_program_in_a_functional_model(self) -> None:
        assert (
            facts(
                KERAS,
                """
            class Block(layers.Layer):
                def __init__(self, units):
                    super().__init__()
                    self.dense = layers.Dense(units)
                    self.bn = layers.BatchNormalization()

                def call(self, x):
                    return self.bn(self.dense(x))

            inputs = keras.Input((4,))
            x = inputs
            for units in (8, 16):
                x = Block(units)(x)
            model = keras.Model(inputs, layers.Dense(1)(x))
        """,
                TRAIN_STACK,
            )[0][2:]
            == TRAINS
        )

    def test_a_list_of_layers_in_a_subclass(self) -> None:
        found = facts(
            KERAS,
            """
            class Net(keras.Model):
                def __init__(self):
                    super().__init__()
                    self.blocks = [layers.Dense(8), layers.BatchNormalization()]
                    self.blocks += [layers.Dense(8), layers.BatchNormalization()]
                    self.head = layers.Dense(1)

                def call(self, x, training=None):
                    for layer in self.blocks:
                        x = layer(x, training=training) if isinstance(layer, layers.BatchNormalization) else layer(x)
                    return self.head(x)

            model = Net()
        """,
            TRAIN_STACK,
        )
        assert found == [("model", 2, *TRAINS)]

    def test_a_helper_that_builds_the_model(self) -> None:
        assert facts(
            """
            from keras import Model, Input
            from keras.layers import BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D, ReLU

            def block(x, filters, strides=1):
                x = Conv2D(filters, 3, strides=strides, use_bias=False)(x)
                x = BatchNormalization()(x)
                return ReLU()(x)

            def build(depths=(8, 16, 32)):
                inputs = Input((32, 32, 3))
                x = inputs
                for filters in depths:
                    x = block(x, filters)
                return Model(inputs, Dense(1)(GlobalAveragePooling2D()(x)))

            model = build()
        """,
            TRAIN,
        ) == [("model", 3, *TRAINS)]

    def test_two_backbones(self) -> None:
        assert facts(
            BACKBONE,
            """
            from keras.applications import MobileNetV2

            other = MobileNetV2(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))
            other.trainable = False
            inputs = keras.Input((32, 32, 3))
            x = layers.concatenate([base(inputs), other(inputs)])
            model = keras.Model(inputs, layers.Dense(1)(x))
        """,
            TRAIN,
        ) == [("base (MobileNet)", 27, *TRAINS), ("other (MobileNetV2)", 52, *FROZEN)]

    def test_a_backbone_in_two_branches(self) -> None:
        (row,) = rows(
            BACKBONE,
            """
            left, right = keras.Input((32, 32, 3)), keras.Input((32, 32, 3))
            distance = layers.subtract([base(left), base(right)])
            model = keras.Model([left, right], layers.Dense(1)(distance))
            model.compile("adam", "mse")
            model.fit([images, images], labels, batch_size=4, epochs=3, steps_per_epoch=2)
        """,
        )
        assert (row.where, row.layers, row.updated) == ("base (MobileNet)", 27, True)
        assert row.updates == 12  # each of the six steps calls the backbone twice

    def test_a_shared_layer_in_two_models(self) -> None:
        found = phases(
            KERAS,
            """
            bn = layers.BatchNormalization()
            inputs = keras.Input((4,))
            first = keras.Model(inputs, layers.Dense(1)(bn(inputs)))
            second = keras.Model(inputs, layers.Dense(1)(bn(inputs)))
            bn.trainable = False
            first.compile("sgd", "mse")
            first.fit(features, labels)
            bn.trainable = True
            second.compile("sgd", "mse")
            second.fit(features, labels)
        """,
        )
        assert found == [[("first", 1, *FROZEN)], [("second", 1, *TRAINS)]]

    def test_a_part_of_a_backbone(self) -> None:
        assert facts(
            BACKBONE,
            """
            cut = base.get_layer("conv_pw_3_relu").output
            x = layers.GlobalAveragePooling2D()(cut)
            model = keras.Model(base.input, layers.Dense(1)(x))
        """,
            TRAIN,
        ) == [("base (MobileNet)", 7, *TRAINS)]

    def test_a_head_on_a_tensor_in_the_middle(self) -> None:
        """The layers before the tensor belong to another model."""
        assert facts(
            KERAS,
            """
            inputs = keras.Input((4,))
            features_in = layers.BatchNormalization()(layers.Dense(8)(inputs))
            model = keras.Model(features_in, layers.Dense(1)(layers.BatchNormalization()(features_in)))
            model.compile("sgd", "mse")
            model.fit(keras.ops.ones((8, 8)), labels)
        """,
        ) == [("model", 1, *TRAINS)]

    def test_wrappers(self) -> None:
        assert facts(
            BACKBONE,
            """
            base.trainable = False
            clips = keras.Input((2, 32, 32, 3))
            x = layers.TimeDistributed(base)(clips)
            x = layers.GlobalAveragePooling1D()(x)
            model = keras.Model(clips, layers.Dense(1)(x))
            model.compile("adam", "mse")
            model.fit(keras.ops.stack([images, images], axis=1), labels)
        """,
        ) == [("base (MobileNet)", 27, *FROZEN)]

    def test_augmentation_before_the_backbone(self) -> None:
        assert facts(
            BACKBONE,
            """
            augment = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)])
            base.trainable = False
            inputs = keras.Input((32, 32, 3))
            x = augment(inputs)
            x = keras.applications.mobilenet.preprocess_input(x)
            x = base(x, training=False)
            x = layers.Dropout(0.2)(x)
            model = keras.Model(inputs, layers.Dense(1)(x))
        """,
            TRAIN,
        ) == [("base (MobileNet)", 27, *FROZEN)]

    def test_without_scale_and_center_there_is_nothing_to_train(self) -> None:
        assert facts(
            KERAS,
            """
            model = keras.Sequential([
                keras.Input((4,)), layers.BatchNormalization(center=False, scale=False), layers.Dense(1),
            ])
        """,
            TRAIN_STACK,
        ) == [("model", 1, "batch", True, False)]

    def test_without_scale_beta_is_trained(self) -> None:
        assert facts(
            KERAS,
            """
            model = keras.Sequential([keras.Input((4,)), layers.BatchNormalization(scale=False), layers.Dense(1)])
        """,
            TRAIN_STACK,
        ) == [("model", 1, *TRAINS)]


class TestFreezing:
    @pytest.mark.parametrize(
        "freeze",
        [
            "base.trainable = False",
            "for layer in base.layers: layer.trainable = False",
            "for i in range(len(base.layers)): base.layers[i].trainable = False",
            "for i, layer in enumerate(base.layers): base.layers[i].trainable = False",
            "[setattr(layer, 'trainable', False) for layer in base.layers]",
            "setattr(base, 'trainable', False)",
            "list(map(lambda layer: setattr(layer, 'trainable', False), base.layers))",
            "for layer in base.layers[:]: layer.trainable = not True",
            "for layer in reversed(base.layers): layer.trainable = 0",
            "base.trainable = bool(0)",
            "model.layers[1].trainable = False",
            "model.get_layer(base.name).trainable = False",
            "model.get_layer(index=1).trainable = False",
            "for layer in model.layers[:-1]: layer.trainable = False",
            "model.layers[-2].trainable = False",
        ],
    )
    def test_the_whole_backbone(self, freeze: str) -> None:
        assert facts(BACKBONE, NESTED, freeze, TRAIN) == [("base (MobileNet)", 27, *FROZEN)]

    @pytest.mark.parametrize(
        "condition",
        [
            "isinstance(layer, layers.BatchNormalization)",
            "isinstance(layer, (layers.BatchNormalization, layers.Dropout))",
            "type(layer) is layers.BatchNormalization",
            "type(layer) == keras.layers.BatchNormalization",
            "layer.__class__.__name__ == 'BatchNormalization'",
            "type(layer).__name__.startswith('Batch')",
            "layer.name.endswith('_bn')",
            "'bn' in layer.name",
            "hasattr(layer, 'moving_mean')",
            "not isinstance(layer, layers.Conv2D)",
        ],
    )
    def test_the_batch_norm_layers_only(self, condition: str) -> None:
        freeze = f"""
            for layer in base.layers:
                if {condition}:
                    layer.trainable = False
        """
        assert facts(BACKBONE, NESTED, freeze, TRAIN) == [("base (MobileNet)", 27, *FROZEN)]

    @pytest.mark.parametrize(
        ("freeze", "frozen"),
        [
            ("for layer in base.layers[:20]: layer.trainable = False", 6),
            ("for layer in base.layers[:-10]: layer.trainable = False", 24),
            ("base.trainable = False\nfor layer in base.layers[-10:]: layer.trainable = True", 24),
            ("for i, layer in enumerate(base.layers): layer.trainable = i >= 20", 6),
            ("for layer in base.layers[::2]: layer.trainable = False", 14),
            ("for layer in base.layers[len(base.layers) // 2:]: layer.trainable = False", 14),
        ],
    )
    def test_a_part_of_the_backbone(self, freeze: str, frozen: int) -> None:
        found = dict((row[2:], row[1]) for row in facts(BACKBONE, NESTED, freeze, TRAIN))
        assert found == {FROZEN: frozen, TRAINS: 27 - frozen}

    def test_from_a_named_layer_on(self) -> None:
        freeze = """
            trainable = False
            for layer in base.layers:
                if layer.name == "conv_dw_12":
                    trainable = True
                layer.trainable = trainable
        """
        assert facts(BACKBONE, NESTED, freeze, TRAIN) == [
            ("base (MobileNet)", 23, *FROZEN),
            ("base (MobileNet)", 4, *TRAINS),
        ]

    def test_until_a_named_layer(self) -> None:
        freeze = """
            for layer in base.layers:
                layer.trainable = False
                if layer.name == "conv_pw_6_relu":
                    break
        """
        assert facts(BACKBONE, NESTED, freeze, TRAIN) == [
            ("base (MobileNet)", 13, *FROZEN),
            ("base (MobileNet)", 14, *TRAINS),
        ]

    def test_a_recursive_helper(self) -> None:
        freeze = """
            def freeze(layer):
                layer.trainable = False
                if hasattr(layer, "layers"):
                    for inner in layer.layers:
                        freeze(inner)

            freeze(base)
        """
        assert facts(BACKBONE, NESTED, freeze, TRAIN) == [("base (MobileNet)", 27, *FROZEN)]

    def test_all_but_the_batch_norm_layers(self) -> None:
        freeze = """
            base.trainable = False
            for layer in base.layers:
                if isinstance(layer, layers.BatchNormalization):
                    layer.trainable = True
        """
        assert facts(BACKBONE, NESTED, freeze, TRAIN) == [("base (MobileNet)", 27, *TRAINS)]
        assert facts(TF_BACKBONE, NESTED, freeze, TRAIN, target="tensorflow==2.15") == [
            ("base (MobileNet)", 27, "batch", True, False)
        ]

    def test_the_trained_models_own_flag_hides_everything(self) -> None:
        freeze = """
            model.trainable = False
            for layer in base.layers:
                layer.trainable = True
        """
        assert facts(BACKBONE, NESTED, freeze, TRAIN) == [("base (MobileNet)", 27, "batch", True, False)]

    def test_a_flag_that_is_already_on_does_not_reach_the_layers_in_keras_3(self) -> None:
        freeze = """
            for layer in base.layers:
                layer.trainable = False
            base.trainable = True
        """
        assert states(BACKBONE, NESTED, freeze, TRAIN) == [FROZEN]
        assert states(TF_BACKBONE, NESTED, freeze, TRAIN, target="tensorflow==2.15") == [TRAINS]

    def test_before_the_model_is_made(self) -> None:
        assert states(BACKBONE, "    base.trainable = False", NESTED, TRAIN) == [FROZEN]

    def test_in_the_constructor(self) -> None:
        found = facts(
            KERAS,
            """
            model = keras.Sequential([
                keras.Input((4,)),
                layers.Dense(8, trainable=False), layers.BatchNormalization(trainable=False),
                layers.Dense(8), layers.BatchNormalization(),
                layers.Dense(1),
            ])
        """,
            TRAIN_STACK,
        )
        assert found == [("model", 1, *FROZEN), ("model", 1, *TRAINS)]

    def test_a_flag_that_is_not_known(self) -> None:
        assert states(BACKBONE, NESTED, "    import settings\n    base.trainable = settings.load()", TRAIN) == [UNKNOWN]


class TestToggles:
    def test_after_compile(self) -> None:
        program = """
            model.compile("adam", "mse")
            base.trainable = False
            model.fit(images, labels)
        """
        assert states(BACKBONE, NESTED, program) == [FROZEN]
        assert states(TF_BACKBONE, NESTED, program, target="tensorflow==2.15") == [TRAINS]

    def test_after_compile_and_compiled_again(self) -> None:
        program = """
            model.compile("adam", "mse")
            base.trainable = False
            model.compile("adam", "mse")
            model.fit(images, labels)
        """
        assert states(BACKBONE, NESTED, program) == [FROZEN]
        assert states(TF_BACKBONE, NESTED, program, target="tensorflow==2.15") == [FROZEN]

    def test_between_two_fits(self) -> None:
        program = """
            base.trainable = False
            model.compile("adam", "mse")
            model.fit(images, labels)
            base.trainable = True
            model.fit(images, labels)
            model.compile("adam", "mse")
            model.fit(images, labels)
        """
        assert states(BACKBONE, NESTED, program) == [FROZEN, FROZEN, TRAINS]
        assert states(TF_BACKBONE, NESTED, program, target="tensorflow==2.15") == [FROZEN, FROZEN, TRAINS]

    def test_run_eagerly_counts_at_once(self) -> None:
        program = """
            model.compile("adam", "mse", run_eagerly=True)
            model.fit(images, labels)
            base.trainable = False
            model.fit(images, labels)
        """
        assert states(BACKBONE, NESTED, program) == [TRAINS, FROZEN]

    def test_the_documented_recipe(self) -> None:
        program = """
            base.trainable = False
            inputs = keras.Input((32, 32, 3))
            x = base(inputs, training=False)
            model = keras.Model(inputs, layers.Dense(1)(x))
            model.compile("adam", "mse")
            model.fit(images, labels)
            base.trainable = True
            model.compile(keras.optimizers.Adam(1e-5), "mse")
            model.fit(images, labels)
        """
        assert states(BACKBONE, program) == [FROZEN, TRAINS]
        assert states(TF_BACKBONE, program, target="tensorflow==2.15") == [FROZEN, INFERENCE_BUT_TRAINED]

    def test_what_the_second_phase_knows_of_the_first(self) -> None:
        first, second = rows(
            BACKBONE,
            """
            base.trainable = False
            inputs = keras.Input((32, 32, 3))
            model = keras.Model(inputs, layers.Dense(1)(base(inputs, training=False)))
            model.compile("adam", "mse")
            model.fit(images, labels)
            base.trainable = True
            model.compile(keras.optimizers.Adam(1e-5), "mse")
            model.fit(images, labels)
        """,
        )
        assert (first.frozen, first.frozen_before, first.frozen_by_request) == (True, False, True)
        assert (second.frozen, second.frozen_before, second.shows_intent) == (False, True, True)
        assert (first.training_overridden, second.training_overridden) == (False, True)
        assert second.enabled_by is not None
        assert (second.enabled_by.line, second.enabled_by_assignment) == (11, True)
        assert (first.frozen_at and first.frozen_at.line) == 6
        assert (first.last_fit, second.last_fit) == (False, True)
        assert second.fit is not None
        assert (second.fit.optimizer, second.fit.learning_rate, second.harmful_rate) == ("Adam", 1e-5, False)

    def test_gradual_unfreezing(self) -> None:
        found = phases(
            BACKBONE,
            NESTED,
            """
            base.trainable = False
            for start in (60, 30, 0):
                for layer in base.layers[start:]:
                    layer.trainable = True
                model.compile(keras.optimizers.Adam(1e-5), "mse")
                model.fit(images, labels)
        """,
        )
        trained = [sum(row[1] or 0 for row in fit if row[2:] == TRAINS) for fit in found]
        assert trained == [8, 18, 27]


class TestCopies:
    def test_a_clone_keeps_the_flags_of_its_layers(self) -> None:
        program = """
            model.get_layer("bn_0").trainable = False
            model = keras.models.clone_model(model)
        """
        expected = [("model", 1, *FROZEN), ("model", 2, *TRAINS)]
        assert facts(STACK, program, TRAIN_STACK) == expected
        assert facts(TF_STACK, program, TRAIN_STACK, target="tensorflow==2.15") == expected

    def test_a_clone_has_no_trained_weights(self) -> None:
        (row,) = rows(
            BACKBONE, "    model = keras.Sequential([keras.models.clone_model(base), layers.Dense(1)])", TRAIN
        )
        assert (row.layers, row.pretrained, row.updated) == (27, False, True)

    def test_the_flags_of_a_clone_are_its_own(self) -> None:
        assert phases(
            STACK,
            """
            copy = keras.models.clone_model(model)
            model.trainable = False
            copy.compile("adam", "mse")
            copy.fit(features, labels)
        """,
        ) == [[("copy", 3, *TRAINS)]]

    @pytest.mark.parametrize("path", ["best.keras", "best.h5"])
    def test_saved_and_loaded(self, path: str) -> None:
        program = f"""
            model.get_layer("bn_0").trainable = False
            model.compile("adam", "mean_squared_error")
            model.save("{path}")
            model = keras.models.load_model("{path}", compile=False)
        """
        assert [row[1:] for row in facts(STACK, program, TRAIN_STACK)] == [(1, *FROZEN), (2, *TRAINS)]
        (first, second) = rows(STACK, program, TRAIN_STACK)
        # what the program has saved, it may have trained itself
        assert (first.pretrained, second.pretrained) == (None, None)

    def test_a_nested_flag_is_lost_in_a_file_of_keras_2(self) -> None:
        program = """
            base.trainable = False
            for layer in base.layers:
                layer.trainable = True
            model.save("best.h5")
            model = keras.models.load_model("best.h5", compile=False)
        """
        assert states(TF_BACKBONE, NESTED, program, TRAIN, target="tensorflow==2.15") == [TRAINS]

    def test_a_model_from_a_file_that_the_program_did_not_write(self) -> None:
        (row,) = rows(
            KERAS,
            """
            model = keras.models.load_model("pretrained.keras")
            model.fit(features, labels)
        """,
        )
        assert (row.layers, row.statistics, row.updated, row.gamma_beta_trained) == (None, *UNKNOWN)
        assert row.pretrained

    def test_a_model_from_a_file_frozen_as_a_whole(self) -> None:
        (row,) = rows(
            KERAS,
            """
            base = keras.models.load_model("pretrained.keras")
            base.trainable = False
            model = keras.Sequential([base, layers.Dense(1)])
            model.compile("adam", "mse")
            model.fit(features, labels)
        """,
        )
        assert (row.layers, row.updated, row.gamma_beta_trained) in ((None, False, False), (None, None, None))

    def test_weights_of_the_trained_model_may_be_its_own(self) -> None:
        """A program that goes on with its training loads what it has saved: nothing of other data is in it."""
        (row,) = rows(
            STACK,
            """
            model.save_weights("best.weights.h5")
            model.load_weights("best.weights.h5")
        """,
            TRAIN_STACK,
        )
        assert (row.layers, row.pretrained, row.updated) == (3, None, True)

    @pytest.mark.parametrize(
        ("model", "file"), [("part", "encoder.h5"), ("model", "resnet_imagenet.h5"), ("model", "coco.h5")]
    )
    def test_weights_of_a_part_or_of_other_data_are_pretrained(self, model: str, file: str) -> None:
        (row,) = rows(f"""
            import keras
            from keras import layers

            part = keras.Sequential([keras.Input((4,)), layers.BatchNormalization(), layers.Dense(2)])
            model = keras.Sequential([part, layers.Dense(1)])
            {model}.load_weights("{file}")
            model.compile("sgd", "mse")
            model.fit(features, labels)
        """)
        assert (row.pretrained, row.updated) == (True, True)


class TestCustomTraining:
    STEP = """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers

        model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        optimizer = keras.optimizers.SGD(1e-2)

        @tf.function
        def train_step(x, y):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(x{training}) - y) ** 2)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        train_step(features, labels)
    """

    @pytest.mark.parametrize(
        ("training", "expected"),
        [(", training=True", TRAINS), (", training=False", INFERENCE_BUT_TRAINED), ("", INFERENCE_BUT_TRAINED)],
    )
    def test_the_argument_of_the_step_counts(self, training: str, expected: tuple[str, bool, bool]) -> None:
        program = self.STEP.replace("{training}", training)
        assert facts(program, target="tensorflow==2.15") == [("model", 1, *expected)]
        assert facts(program, target="keras==3.15") == [("model", 1, *expected)]

    def test_a_frozen_layer_in_a_step(self) -> None:
        program = self.STEP.replace("{training}", ", training=True").replace(
            "optimizer =", "model.layers[1].trainable = False\n        optimizer ="
        )
        assert facts(program, target="tensorflow==2.15") == [("model", 1, *FROZEN)]

    def test_a_step_in_a_loop(self) -> None:
        program = """
            import tensorflow as tf
            from tensorflow import keras
            from tensorflow.keras import layers

            image = keras.Input((32, 32, 3))
            model = keras.Sequential([image, layers.BatchNormalization(), layers.Flatten(), layers.Dense(1)])
            optimizer = keras.optimizers.Adam()
            for epoch in range(2):
                for x, y in batches:
                    with tf.GradientTape() as tape:
                        loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
                    optimizer.apply_gradients(
                        zip(tape.gradient(loss, model.trainable_weights), model.trainable_weights)
                    )
        """
        assert states(program, target="tensorflow==2.15") == [TRAINS]
        (row,) = rows(program, target="tensorflow==2.15")[:1]
        assert row.fit is not None
        assert (row.fit.kind, row.fit.optimizer) == ("train_step", "Adam")

    def test_train_on_batch(self) -> None:
        (row,) = rows(
            STACK,
            """
            model.compile("adam", "mse")
            for epoch in range(3):
                for step in range(5):
                    model.train_on_batch(features, labels)
        """,
        )
        assert (row.statistics, row.updated, row.gamma_beta_trained) == TRAINS
        assert row.fit is not None
        assert row.fit.kind == "train_on_batch"

    def test_a_gan(self) -> None:
        """The discriminator is frozen in the combined model only: each was compiled with the flags of its moment."""
        found = phases(
            """
            from tensorflow import keras
            from tensorflow.keras import layers

            discriminator = keras.Sequential([keras.Input((4,)), layers.BatchNormalization(), layers.Dense(1)])
            discriminator.compile("adam", "mse")
            generator = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization()])
            noise = keras.Input((4,))
            discriminator.trainable = False
            combined = keras.Model(noise, discriminator(generator(noise)))
            combined.compile("adam", "mse")
            discriminator.train_on_batch(features, labels)
            combined.train_on_batch(features, labels)
        """,
            target="tensorflow==2.15",
        )
        assert [sorted(row) for row in found] == [
            [("discriminator", 1, *TRAINS)],
            [("discriminator", 1, *FROZEN), ("generator", 1, *TRAINS)],
        ]


class TestPaths:
    SWITCH = """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("mode")
        args = parser.parse_args()
    """

    def test_what_differs_between_paths_is_unknown(self) -> None:
        program = """
            if args.mode == "transfer":
                base.trainable = False
        """
        assert facts(self.SWITCH, BACKBONE, NESTED, program, TRAIN) == [("base (MobileNet)", 27, *UNKNOWN)]

    def test_what_is_the_same_on_all_paths_is_known(self) -> None:
        program = """
            base.trainable = False
            if args.mode == "fast":
                model.compile("sgd", "mse")
            else:
                model.compile("adam", "mse")
            model.fit(images, labels)
        """
        assert facts(self.SWITCH, BACKBONE, NESTED, program) == [("base (MobileNet)", 27, *FROZEN)]

    def test_models_that_differ_between_paths(self) -> None:
        program = """
            if args.mode == "large":
                base = keras.applications.MobileNetV2(weights="imagenet", include_top=False, pooling="avg")
            base.trainable = False
        """
        (row,) = rows(self.SWITCH, BACKBONE, program, NESTED, TRAIN)
        assert row.layers is None
        assert (row.statistics, row.updated, row.gamma_beta_trained) == FROZEN

    def test_a_fit_on_one_path_only(self) -> None:
        program = """
            if args.mode == "transfer":
                base.trainable = False
                model.compile("adam", "mse")
                model.fit(images, labels)
            base.trainable = True
            model.compile("adam", "mse")
            model.fit(images, labels)
        """
        assert states(self.SWITCH, BACKBONE, NESTED, program) == [FROZEN, TRAINS]

    def test_a_default_decides(self) -> None:
        program = """
            import argparse

            parser = argparse.ArgumentParser()
            parser.add_argument("--fine-tune", action="store_true")
            args = parser.parse_args()
            base.trainable = args.fine_tune
        """
        assert states(BACKBONE, NESTED, program, TRAIN) == [FROZEN]

    def test_a_function_with_unknown_arguments(self) -> None:
        """Nothing calls it: it is run as a person would call it, and what hangs on its arguments is unknown."""
        program = """
            def train(freeze, epochs=5):
                base.trainable = not freeze
                model.compile("adam", "mse")
                model.fit(images, labels, epochs=epochs)
        """
        assert states(BACKBONE, NESTED, program) == [UNKNOWN]

    def test_a_function_called_twice(self) -> None:
        program = """
            def train(rate):
                model.compile(keras.optimizers.Adam(rate), "mse")
                model.fit(images, labels)

            base.trainable = False
            train(1e-3)
            base.trainable = True
            train(1e-5)
        """
        assert states(BACKBONE, NESTED, program) == [FROZEN, TRAINS]


class TestFolds:
    def test_a_new_model_for_each_fold(self) -> None:
        (row,) = rows("""
            import keras
            from keras import layers
            from keras.applications import MobileNet
            from sklearn.model_selection import KFold

            def build():
                base = MobileNet(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))
                base.trainable = False
                model = keras.Sequential([base, layers.Dense(1)])
                model.compile("adam", "mse")
                return model

            for train, test in KFold(n_splits=4).split(images):
                model = build()
                model.fit(images[train], labels[train])
        """)[:1]
        assert (row.where, row.layers) == ("base (MobileNet)", 27)
        assert (row.statistics, row.updated, row.gamma_beta_trained) == FROZEN

    def test_one_model_for_all_folds(self) -> None:
        """From the second fold on the layers are those that the first one unfroze."""
        found = states(
            BACKBONE,
            NESTED,
            """
            base.trainable = False
            for fold in range(2):
                model.compile("adam", "mse")
                model.fit(images, labels)
                base.trainable = True
        """,
        )
        assert found == [FROZEN, TRAINS]


class TestNumbers:
    MODEL = """
        import numpy as np
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers
        from tensorflow.keras.datasets import cifar10
        from sklearn.model_selection import train_test_split

        image = keras.Input((32, 32, 3))
        model = keras.Sequential([image, layers.BatchNormalization(), layers.Flatten(), layers.Dense(1)])
        model.compile("adam", "mse")
    """

    @pytest.mark.parametrize(
        ("program", "samples", "batch", "steps", "epochs"),
        [
            ("model.fit(np.zeros((1000, 32, 32, 3)), np.zeros(1000))", 1000, 32, 32, 1),
            ("model.fit(np.zeros((1000, 32, 32, 3)), np.zeros(1000), batch_size=50, epochs=4)", 1000, 50, 20, 4),
            ("model.fit(np.zeros((1000, 32, 32, 3)), np.zeros(1000), 100, 2)", 1000, 100, 10, 2),
            ("model.fit(np.random.rand(640, 32, 32, 3), np.ones(640), validation_split=0.25)", 480, 32, 15, 1),
            ("model.fit(x[:100], y[:100], epochs=10, initial_epoch=4)", 100, 32, 4, 6),
            ("model.fit(x, y, batch_size=100)", 50000, 100, 500, 1),
            ("model.fit(x / 255.0, keras.utils.to_categorical(y), batch_size=100)", 50000, 100, 500, 1),
            ("model.fit(x.astype('float32'), y, batch_size=100, steps_per_epoch=7)", 50000, 100, 7, 1),
            ("a, b, c, d = train_test_split(x, y, test_size=0.2)\nmodel.fit(a, c, batch_size=100)", 40000, 100, 400, 1),
            ("a, b = train_test_split(x, train_size=0.1)\nmodel.fit(a, a)", 5000, 32, 157, 1),
            ("model.fit(unknown, unknown)", None, 32, None, 1),
            ("model.fit(unknown, unknown, batch_size=32, epochs=settings)", None, 32, None, None),
        ],
    )
    def test_arrays(self, program: str, samples: int | None, batch: int, steps: int | None, epochs: int | None) -> None:
        self.check("(x, y), (x_test, y_test) = cifar10.load_data()\n" + program, samples, batch, steps, epochs)

    @pytest.mark.parametrize(
        ("program", "samples", "batch", "steps"),
        [
            ("ds.batch(50)", 1000, 50, 20),
            ("ds.batch(64)", 1000, 64, 16),
            ("ds.batch(64, drop_remainder=True)", 960, 64, 15),
            ("ds.shuffle(100).map(augment).batch(50).prefetch(tf.data.AUTOTUNE)", 1000, 50, 20),
            ("ds.take(500).batch(50)", 500, 50, 10),
            ("ds.skip(900).batch(50)", 100, 50, 2),
            ("ds.batch(50).take(3)", 150, 50, 3),
            ("ds.batch(50).repeat()", None, 50, None),
            ("ds.repeat(2).batch(50)", 2000, 50, 40),
            ("ds.batch(10).unbatch().batch(50)", 1000, 50, 20),
            ("ds.filter(good).batch(50)", None, 50, None),
            ("keras.utils.image_dataset_from_directory('train', batch_size=16)", None, 16, None),
            ("keras.utils.image_dataset_from_directory('train')", None, 32, None),
            ("keras.preprocessing.image.ImageDataGenerator().flow(x, x, batch_size=20)", 1000, 20, 50),
            (
                "keras.preprocessing.image.ImageDataGenerator().flow_from_directory('train', batch_size=20)",
                None,
                20,
                None,
            ),
        ],
    )
    def test_data_sets(self, program: str, samples: int | None, batch: int | None, steps: int | None) -> None:
        self.check(f"""
            x = np.zeros((1000, 32, 32, 3))
            ds = tf.data.Dataset.from_tensor_slices((x, np.zeros(1000)))
            model.fit({program})
        """, samples, batch, steps, 1)  # fmt: skip

    def check(
        self, program: str, samples: int | None, batch: int | None, steps: int | None, epochs: int | None
    ) -> None:
        (row,) = rows(self.MODEL, program, target="tensorflow==2.15")
        fit = row.fit
        assert fit is not None
        assert (fit.samples, fit.batch_size, fit.steps_per_epoch, fit.epochs) == (samples, batch, steps, epochs)

    def test_updates_and_what_they_leave_of_the_old_statistics(self) -> None:
        (row,) = rows(
            self.MODEL,
            """
            model.fit(np.zeros((320, 32, 32, 3)), np.zeros(320), epochs=3, validation_data=(a, b))
        """,
            target="tensorflow==2.15",
        )
        assert row.updates == 30
        assert row.residual == pytest.approx(0.99**30)
        assert row.residual_at_first_validation == pytest.approx(0.99**10)
        assert row.suggested_momentum is None  # 30 updates are too few for any of 0.98, 0.97 and 0.95; 0.9 leaves 4 %

    @pytest.mark.parametrize(
        ("fit", "suggested"),
        [
            ("steps_per_epoch=146, epochs=5", 0.98),
            ("steps_per_epoch=146, epochs=5, validation_data=(a, b)", 0.97),  # 0.98 leaves 5.2 % at the first one
            ("steps_per_epoch=60, epochs=50, validation_data=(a, b)", 0.95),
            ("steps_per_epoch=20, epochs=50, validation_data=(a, b)", None),  # 0.9 leaves 12 %
            ("steps_per_epoch=20, epochs=15, validation_data=(a, b)", 0.98),  # at least at the end
        ],
    )
    def test_the_momentum_that_would_do(self, fit: str, suggested: float | None) -> None:
        (row,) = rows(self.MODEL, f"model.fit(data, {fit})", target="tensorflow==2.15")
        assert row.suggested_momentum == suggested

    def test_updates_add_up_over_fits(self) -> None:
        first, second = rows(
            self.MODEL,
            """
            model.fit(np.zeros((320, 32, 32, 3)), np.zeros(320), epochs=3)
            print("again")
            model.fit(np.zeros((320, 32, 32, 3)), np.zeros(320), epochs=2)
        """,
            target="tensorflow==2.15",
        )
        assert (first.updates, second.updates) == (30, 50)
        assert second.residual == pytest.approx(0.99**50)

    def test_a_frozen_layer_keeps_its_statistics(self) -> None:
        (row,) = rows(
            self.MODEL,
            """
            model.layers[0].trainable = False
            model.compile("adam", "mse")
            model.fit(np.zeros((320, 32, 32, 3)), np.zeros(320), epochs=3)
        """,
            target="tensorflow==2.15",
        )
        assert (row.updates, row.residual) == (0, None)

    def test_the_momentum_of_the_constructor(self) -> None:
        (row,) = rows(
            KERAS,
            """
            model = keras.Sequential([keras.Input((4,)), layers.BatchNormalization(momentum=0.9), layers.Dense(1)])
        """,
            TRAIN_STACK,
        )
        assert row.momentum == 0.9

    def test_the_momentum_of_an_application(self) -> None:
        (row,) = rows(BACKBONE, NESTED, TRAIN)
        assert row.momentum == 0.99
        (row,) = rows(BACKBONE.replace("MobileNet", "MobileNetV2"), NESTED, TRAIN)
        assert row.momentum == 0.999

    def test_figures_from_outside(self) -> None:
        from tests.reading import analyse

        program = "from keras import Sequential, layers\n" \
            "model = Sequential([layers.BatchNormalization(), layers.Dense(1)])\n" \
            'model.compile("adam", "mse")\nmodel.fit(images)\n'  # fmt: skip
        fit = analyse(program, training_samples=1000, batch_size=16).fits[0]
        assert (fit.samples, fit.batch_size, fit.steps_per_epoch) == (1000, 16, 63)
        fit = analyse(program.replace("(images)", "(images, batch_size=50)"), batch_size=16).fits[0]
        assert fit.batch_size == 50


@pytest.mark.parametrize(
    ("target", "optimizer", "rate"),
    [
        ("tensorflow==2.8", "optimizers.Adam(lr=1e-5)", 1e-5),
        ("tensorflow==2.15", "optimizers.Adam(lr=1e-5)", 1e-3),
        ("tensorflow==2.15", "optimizers.SGD(lr=1e-5)", 1e-2),
        ("tensorflow==2.15", "optimizers.legacy.Adam(lr=1e-5)", 1e-5),
        ("tensorflow==2.15", "optimizers.Adam(learning_rate=1e-5)", 1e-5),
        ("keras==2.2.4", "optimizers.Adam(lr=1e-5)", 1e-5),
        ("tf_keras==2.21", "optimizers.Adam(lr=1e-5)", 1e-3),
    ],
)
def test_the_rate_under_its_old_name(target: str, optimizer: str, rate: float) -> None:
    (row,) = rows(
        f"""
        import {"tf_keras as keras" if target.startswith("tf_keras") else "keras"}

        inputs = keras.layers.Input((4,))
        model = keras.models.Model(inputs, keras.layers.BatchNormalization()(inputs))
        model.compile(keras.{optimizer}, "mse")
        model.fit(x, y)
        """,
        target=target,
    )
    assert row.fit is not None
    assert row.fit.learning_rate == rate
