"""Whole idioms as people write them, and what real Keras does with them."""

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
TRAIN = """
    model.compile("adam", "mse")
    model.fit(images, labels)
"""


def test_a_trainer_class() -> None:
    assert states("""
        import keras
        from keras.applications import MobileNet

        class Trainer:
            def __init__(self, freeze=True):
                self.base = MobileNet(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))
                self.base.trainable = not freeze
                self.model = keras.Sequential([self.base, keras.layers.Dense(1)])

            def train(self, rate):
                self.model.compile(keras.optimizers.Adam(rate), "mse")
                self.model.fit(images, labels)

            def unfreeze(self):
                self.base.trainable = True

        trainer = Trainer()
        trainer.train(1e-3)
        trainer.unfreeze()
        trainer.train(1e-5)
    """) == [FROZEN, TRAINS]


def test_a_function_that_returns_model_and_base() -> None:
    assert states("""
        import keras
        from keras.applications import MobileNet

        def build():
            base = MobileNet(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))
            base.trainable = False
            inputs = keras.Input((32, 32, 3))
            return keras.Model(inputs, keras.layers.Dense(1)(base(inputs))), base

        model, base = build()
        model.compile("adam", "mse")
        model.fit(images, labels)
        base.trainable = True
        model.compile("adam", "mse")
        model.fit(images, labels)
    """) == [FROZEN, TRAINS]


def test_the_first_layer_of_a_sequential_is_the_backbone() -> None:
    assert states(
        BACKBONE,
        """
        model = keras.Sequential([keras.Input((32, 32, 3)), base, layers.Dense(1)])
        model.layers[0].trainable = False
    """,
        TRAIN,
    ) == [FROZEN]


def test_layers_of_a_backbone_one_by_one_in_a_sequential() -> None:
    assert facts(
        BACKBONE,
        """
        model = keras.Sequential()
        for layer in base.layers:
            model.add(layer)
        model.add(layers.Dense(1))
        for layer in model.layers[:-1]:
            layer.trainable = False
    """,
        TRAIN,
    )[0][1:] == (27, *FROZEN)


def test_a_classifier_without_its_last_layer() -> None:
    assert facts(
        """
        import keras

        base = keras.applications.MobileNetV2(input_shape=(32, 32, 3))
        features_in = base.layers[-2].output
        model = keras.Model(base.input, keras.layers.Dense(1)(features_in))
        for layer in model.layers[:-23]:
            layer.trainable = False
    """,
        TRAIN,
    ) == [("base (MobileNetV2)", 45, *FROZEN), ("base (MobileNetV2)", 7, *TRAINS)]


def test_an_application_on_a_tensor_of_the_program() -> None:
    assert facts(
        """
        import keras
        from keras import layers

        inputs = keras.Input((32, 32, 3))
        x = layers.Rescaling(2.0, offset=-1.0)(inputs)
        base = keras.applications.MobileNet(include_top=False, input_tensor=x, pooling="avg")
        for layer in base.layers:
            layer.trainable = False
        x = layers.BatchNormalization(name="head_bn")(base.output)
        model = keras.Model(inputs, layers.Dense(1)(x))
    """,
        TRAIN,
    ) == [("base (MobileNet)", 27, *FROZEN), ("model", 1, *TRAINS)]


def test_a_class_that_is_a_functional_model() -> None:
    assert facts(
        BACKBONE,
        """
        class Classifier(keras.Model):
            def __init__(self, base):
                inputs = keras.Input((32, 32, 3))
                super().__init__(inputs, layers.Dense(1)(base(inputs)))

        base.trainable = False
        model = Classifier(base)
    """,
        TRAIN,
    )[0][1:] == (27, *FROZEN)


def test_several_outputs() -> None:
    assert facts(
        BACKBONE,
        """
        base.trainable = False
        x = layers.BatchNormalization()(base.output)
        model = keras.Model(base.input, [layers.Dense(1, name="age")(x), layers.Dense(1, name="size")(x)])
        model.compile("adam", loss={"age": "mse", "size": "mse"})
        model.fit(images, {"age": labels, "size": labels})
    """,
    ) == [("base (MobileNet)", 27, *FROZEN), ("model", 1, *TRAINS)]


def test_popping_the_last_layers() -> None:
    assert facts("""
        import keras
        from keras import layers

        model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization(name="kept")])
        model.add(layers.BatchNormalization(name="dropped"))
        model.pop()
        model.add(layers.Dense(1))
        model.compile("adam", "mse")
        model.fit(features, labels)
    """) == [("model", 1, *TRAINS)]


def test_a_context_manager_of_the_program() -> None:
    program = """
        from contextlib import contextmanager

        @contextmanager
        def frozen(layer):
            layer.trainable = False
            yield
            layer.trainable = True

        model = keras.Sequential([base, layers.Dense(1)])
        with frozen(base):
            model.compile("adam", "mse")
            model.fit(images, labels)
        model.compile("adam", "mse")
        model.fit(images, labels)
    """
    assert states(BACKBONE, program) == [FROZEN, TRAINS]


def test_enter_and_exit() -> None:
    assert states(
        BACKBONE,
        """
        class Frozen:
            def __init__(self, layer):
                self.layer = layer

            def __enter__(self):
                self.layer.trainable = False
                return self

            def __exit__(self, *error):
                self.layer.trainable = True

        model = keras.Sequential([base, layers.Dense(1)])
        with Frozen(base):
            model.compile("adam", "mse")
            model.fit(images, labels)
        model.compile("adam", "mse")
        model.fit(images, labels)
    """,
    ) == [FROZEN, TRAINS]


def test_a_cached_backbone_is_one_backbone() -> None:
    assert states("""
        import functools
        import keras
        from keras.applications import MobileNet

        @functools.lru_cache
        def backbone():
            return MobileNet(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))

        backbone().trainable = False
        model = keras.Sequential([backbone(), keras.layers.Dense(1)])
        model.compile("adam", "mse")
        model.fit(images, labels)
    """) == [FROZEN]


@pytest.mark.parametrize(("training", "expected"), [("True", TRAINS), ("False", INFERENCE_BUT_TRAINED)])
def test_a_train_step_of_the_program(training: str, expected: tuple[str, bool, bool]) -> None:
    program = f"""
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers

        class Net(keras.Model):
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((self(x, training={training}) - y) ** 2)
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
                return {{"loss": loss}}

        inputs = keras.Input((4,))
        x = layers.BatchNormalization()(layers.Dense(8)(inputs))
        model = Net(inputs, layers.Dense(1)(x))
        model.compile("adam")
        model.fit(features, labels)
    """
    assert [row[1:] for row in facts(program, target="tensorflow==2.15")] == [(1, *expected)]


def test_a_train_step_that_unfreezes_a_part_for_its_turn() -> None:
    program = """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers

        class Gan(keras.Model):
            def __init__(self):
                super().__init__()
                self.critic = keras.Sequential([keras.Input((4,)), layers.BatchNormalization(), layers.Dense(1)])
                self.critic.trainable = False

            def train_step(self, data):
                self.critic.trainable = True
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(self.critic(data, training=True))
                variables = self.critic.trainable_variables
                self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
                self.critic.trainable = False
                return {"loss": loss}

        model = Gan()
        model.compile("sgd")
        model.fit(features)
    """
    # measured on TensorFlow 2.15: gamma, beta and the statistics all move, whatever the flag before `fit` says
    assert [row[1:] for row in facts(program, target="tensorflow==2.15")] == [(1, None, None, None)]
    frozen = program.replace("self.critic.trainable = True", "")
    assert [row[1:] for row in facts(frozen, target="tensorflow==2.15")] == [(1, "moving", False, False)]


def test_a_strategy() -> None:
    assert states(
        """
        import tensorflow as tf
        from tensorflow import keras

        strategy = tf.distribute.get_strategy()
        with strategy.scope():
            base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
            base.trainable = False
            model = keras.Sequential([base, keras.layers.Dense(1)])
            model.compile("adam", "mse")
        model.fit(images, labels)
    """,
        target="tensorflow==2.15",
    ) == [FROZEN]


def test_an_auto_encoder_and_its_encoder() -> None:
    """Training the outer model trains the layers that it shares with the inner one."""
    assert phases("""
        import keras
        from keras import layers

        inputs = keras.Input((4,))
        code = layers.BatchNormalization()(layers.Dense(2)(inputs))
        encoder = keras.Model(inputs, code)
        decoded = layers.Dense(4)(layers.BatchNormalization()(layers.Dense(8)(code)))
        model = keras.Model(inputs, decoded)
        model.compile("adam", "mse")
        model.fit(features, features)
        encoder.trainable = False
        model.compile("adam", "mse")
        model.fit(features, features)
    """) == [[("model", 2, *TRAINS)], [("model", 1, *FROZEN), ("model", 1, *TRAINS)]]


def test_features_computed_once() -> None:
    """The backbone only predicts: no fit reaches it."""
    assert facts(
        BACKBONE,
        """
        vectors = base.predict(images)
        model = keras.Sequential([layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        model.compile("adam", "mse")
        model.fit(vectors, labels)
    """,
    ) == [("model", 1, *TRAINS)]


def test_a_model_in_a_model_in_a_model() -> None:
    program = """
        inner = keras.Sequential([base, layers.Dense(8), layers.BatchNormalization()])
        inputs = keras.Input((32, 32, 3))
        model = keras.Model(inputs, layers.Dense(1)(inner(inputs)))
        inner.trainable = False
    """
    assert [row[2:] for row in facts(BACKBONE, program, TRAIN)] == [FROZEN, FROZEN]
    assert sum(row[1] or 0 for row in facts(BACKBONE, program, TRAIN)) == 28
    reopened = program + "    base.trainable = True\n"
    assert {row[2:]: row[1] for row in facts(BACKBONE, reopened, TRAIN)} == {TRAINS: 27, FROZEN: 1}
    assert {row[2:]: row[1] for row in facts(TF_BACKBONE, reopened, TRAIN, target="tensorflow==2.15")} == {
        ("batch", True, False): 27,
        FROZEN: 1,
    }


def test_a_layer_that_a_subclass_makes_but_never_calls() -> None:
    found = facts("""
        import keras
        from keras import layers

        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.used = layers.BatchNormalization()
                self.unused = layers.BatchNormalization()
                self.head = layers.Dense(1)

            def call(self, x, training=None):
                return self.head(self.used(x, training=training))

        model = Net()
        model.compile("adam", "mse")
        model.fit(features, labels)
    """)
    assert ("model", 1, *TRAINS) in found
    assert all(row[3] is not True for row in found if row != ("model", 1, *TRAINS))


def test_a_lambda_around_the_backbone_trains_nothing() -> None:
    """Measured: the statistics drift, gamma and beta never train. Nothing else may be claimed."""
    found = facts(
        BACKBONE,
        """
        inputs = keras.Input((32, 32, 3))
        x = layers.Lambda(lambda x: base(x))(inputs)
        model = keras.Model(inputs, layers.Dense(1)(x))
    """,
        TRAIN,
    )
    assert [row[0] for row in found] == ["base (MobileNet)"]
    assert all(row[3] is not False and row[4] is not True for row in found)


def test_sorted_by_name() -> None:
    assert facts(
        BACKBONE,
        """
        for layer in sorted(base.layers, key=lambda layer: layer.name):
            layer.trainable = False
        model = keras.Sequential([base, layers.Dense(1)])
    """,
        TRAIN,
    )[0][2:] in (FROZEN, (None, None, None))


def test_weights_from_a_list_of_candidates() -> None:
    assert states("""
        import keras

        for name in ("MobileNet", "MobileNetV2"):
            application = getattr(keras.applications, name)
            base = application(include_top=False, pooling="avg", input_shape=(32, 32, 3))
            base.trainable = False
            model = keras.Sequential([base, keras.layers.Dense(1)])
            model.compile("adam", "mse")
            model.fit(images, labels)
    """) == [FROZEN, FROZEN]


def test_a_dictionary_of_applications() -> None:
    assert facts(
        """
        import keras
        from keras import applications

        BACKBONES = {"small": applications.MobileNet, "large": applications.ResNet50}
        config = {"backbone": "small", "freeze": True}
        base = BACKBONES[config["backbone"]](include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = not config["freeze"]
        model = keras.Sequential([base, keras.layers.Dense(1)])
    """,
        TRAIN,
    ) == [("base (MobileNet)", 27, *FROZEN)]


def test_batch_norm_without_momentum_left_out_of_the_freeze() -> None:
    assert facts(
        BACKBONE,
        """
        model = keras.Sequential([base, layers.BatchNormalization(name="head_bn"), layers.Dense(1)])
        for layer in model.layers:
            if layer.name != "head_bn":
                layer.trainable = False
    """,
        TRAIN,
    ) == [("base (MobileNet)", 27, *FROZEN), ("model", 1, *TRAINS)]


@pytest.mark.parametrize("root", ["keras", "tensorflow.keras"])
@pytest.mark.parametrize(
    "areas",
    [("layers", "models", "optimizers", "callbacks"), ("optimizers", "callbacks", "models", "layers"), ("models",)],
)
def test_star_imports_bring_what_their_module_has_in_any_order(root: str, areas: tuple[str, ...]) -> None:
    stars = "".join(f"from {root}.{area} import *\n" for area in areas)
    missing = "" if "layers" in areas else f"from {root}.layers import BatchNormalization, Conv2D, Input\n"
    assert states(
        stars + missing,
        """
        inputs = Input((8, 8, 3))
        model = Model(inputs, BatchNormalization()(Conv2D(4, 3)(inputs)))
        model.compile("sgd", "mse")
        model.fit(images, labels)
        """,
    ) == [TRAINS]


def test_builtins_outlive_a_star_import() -> None:
    assert states("""
        from keras_applications import *
        from keras.layers import *
        from keras.models import *

        inputs = Input((8,), name="in" + str(1))
        model = Model(inputs, BatchNormalization(name="bn" + str(2))(inputs))
        model.get_layer("bn2").trainable = False
        model.compile("sgd", "mse")
        model.fit(images, labels)
    """) == [FROZEN]


@pytest.mark.parametrize(
    ("loop", "updates"),
    [
        ("for _ in range(1):", 1),
        ("for _ in range(10):", 10),
        ("for _ in range(100):", 100),
        ("for _ in range(100_000):", 100_000),
        ("for _ in range(turns):", None),
        ("while not finished():", None),
        ("for images, labels in batches:", None),
    ],
)
def test_the_statistics_after_a_loop_of_batches_are_those_of_its_last_turn(loop: str, updates: int | None) -> None:
    body = f"""
        model = base
        model.compile("sgd", "mse")
        {loop}
            model.train_on_batch(images, labels)
    """
    (row, *more) = rows(BACKBONE, body)
    assert not more
    assert row.updates == updates
    assert row.residual == (None if updates is None else pytest.approx(0.99**updates))


@pytest.mark.parametrize("loop", ["for _ in range(depth):", "for width in widths():"])
def test_a_stack_of_unknown_depth_is_known_but_for_its_number(loop: str) -> None:
    body = f"""
        import keras
        from keras import layers

        inputs = keras.Input((32, 32, 3))
        x = layers.Conv2D(16, 3)(inputs)
        turns = 0
        {loop}
            turns += 1
            x = layers.BatchNormalization()(layers.Conv2D(16, 3, padding="same")(x))
        model = keras.Model(inputs, layers.Dense(1)(x))
        model.compile("sgd", "mse")
        model.fit(images, labels)
    """
    assert facts(body) == [("model", None, *TRAINS)]


def test_one_of_two_layers_in_a_model() -> None:
    """The layers of both branches may be there; those before and behind are there on either."""
    assert facts("""
        import keras
        from keras import layers

        inputs = keras.Input((8,))
        x = layers.BatchNormalization()(inputs)
        for width in widths():
            if width > 8:
                x = layers.Dense(8)(x)
            else:
                x = layers.BatchNormalization(trainable=False)(x)
        model = keras.Model(inputs, layers.BatchNormalization()(x))
        model.compile("sgd", "mse")
        model.fit(features, labels)
    """) == [("model", 2, *TRAINS), ("model", None, *FROZEN)]


def test_a_layer_called_in_one_of_two_ways() -> None:
    assert facts("""
        import keras
        from keras import layers

        norm = layers.BatchNormalization()
        inputs = keras.Input((8,))
        for flag in flags():
            if flag:
                x = norm(inputs)
            else:
                x = layers.Dense(8)(inputs)
        model = keras.Model(inputs, layers.Dense(1)(x))
        model.compile("sgd", "mse")
        model.fit(features, labels)
    """) == [("model", None, *TRAINS)]


def test_a_program_that_only_says_how_it_is_used_is_run_with_arguments() -> None:
    """What is promised is for a program without arguments; this one does nothing then."""
    assert states("""
        import sys
        import keras

        if len(sys.argv) < 2:
            sys.exit("usage: train.py WHAT")
        model = keras.Sequential([keras.layers.BatchNormalization(), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        if sys.argv[1] == "train":
            model.fit(features, labels)
    """) == [TRAINS]


def test_an_entry_point_that_is_too_large_hides_no_other() -> None:
    loops = "".join(f"{'    ' * (depth + 1)}for a{depth} in values:\n" for depth in range(12))
    large = f"def plot(values):\n{loops}{'    ' * 13}show(a1)\n"
    assert states(
        large,
        """
        import keras

        def train(features, labels):
            model = keras.Sequential([keras.layers.BatchNormalization(), keras.layers.Dense(1)])
            model.compile("sgd", "mse")
            model.fit(features, labels)
        """,
    ) == [TRAINS]


def test_what_unknown_code_makes_of_an_input_may_be_a_model() -> None:
    assert states("""
        import keras
        from networks import get_unet

        model = get_unet(keras.Input((64, 64, 3)))
        model.compile("sgd", "mse")
        model.fit(features, labels, epochs=3)
    """) == [UNKNOWN]
