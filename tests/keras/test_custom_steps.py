"""Calls of models on data: in custom steps, and outside of them."""

from __future__ import annotations

from typing import Any

import pytest

from bnlint.graph.subjects import CustomStep, EagerCall
from bnlint.keras.api.purposes import is_generator, is_test_file, words_in
from tests.reading import read

MODEL = """
    import tensorflow as tf
    import keras
    from keras import layers

    def build(rate=0.5):
        return keras.Sequential([
            keras.Input((8,)), layers.Dense(8), layers.BatchNormalization(), layers.Dropout(rate), layers.Dense(1),
        ])

    model = build()
    optimizer = keras.optimizers.Adam()
"""
STEP = """
    def train_step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((CALL - y) ** 2)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

    for x, y in train_ds:
        train_step(x, y)
"""


def steps(*program: str, target: str = "keras==3.15") -> tuple[CustomStep, ...]:
    return read(program, target).subjects["custom_step"]


def calls(*program: str, target: str = "keras==3.15") -> tuple[EagerCall, ...]:
    return read(program, target).subjects["eager_call"]


def is_idle(one: CustomStep) -> tuple[bool | None, bool | None]:
    return one.idle_batch_norm, one.idle_dropout


class TestTheArgument:
    @pytest.mark.parametrize(
        ("call", "expected"),
        [
            ("model(x)", "absent"),
            ("model(x, training=None)", "absent"),
            ("model(x, training=False)", "false"),
            ("model(x, training=True)", "true"),
            ("model(x, True)", "true"),
            ("model(x, training=flag)", "other"),
            ("model(x, flag)", "other"),
            ("model(x, **options)", "other"),
        ],
    )
    def test_of_the_call(self, call: str, expected: str) -> None:
        (one,) = steps(MODEL, "flag, options = unknown()\n", STEP.replace("CALL", call))
        assert (one.training, one.updates_model, one.accepts_training, one.mendable) == (expected, True, True, True)
        assert one.place is not None
        assert one.line == one.place.line

    @pytest.mark.parametrize(
        ("parameters", "training", "accepts"),
        [
            ("self, x, training=True", "true", True),
            ("self, x, *, training=True", "true", True),
            ("self, x, training=False", "absent", True),
            ("self, x, training=None", "absent", True),
            ("self, x", "absent", False),
            ("self, x, **kwargs", "absent", False),
        ],
    )
    def test_and_the_default_of_the_models_own_call(self, parameters: str, training: str, accepts: bool) -> None:
        own = f"""
            class Net(keras.Model):
                def __init__(self):
                    super().__init__()
                    self.norm = layers.BatchNormalization()

                def call({parameters}):
                    return self.norm(x)

            model = Net()
        """
        (one,) = steps(MODEL, own, STEP.replace("CALL", "model(x)"))
        assert (one.training, one.accepts_training) == (training, accepts)

    def test_by_the_position_that_the_models_own_call_gives_it(self) -> None:
        own = """
            class Net(keras.Model):
                def __init__(self):
                    super().__init__()
                    self.norm = layers.BatchNormalization()

                def call(self, x, factor, training=None):
                    return self.norm(x * factor, training=training)

            model = Net()
        """
        assert [one.training for one in steps(MODEL, own, STEP.replace("CALL", "model(x, 2, True)"))] == ["true"]
        assert [one.training for one in steps(MODEL, own, STEP.replace("CALL", "model(x, True)"))] == ["absent"]


class TestWhatIsIdle:
    def test_batch_norm_and_dropout(self) -> None:
        (one,) = steps(MODEL, STEP.replace("CALL", "model(x)"))
        assert (*is_idle(one), one.batch_norm_layers, one.dropout_layers) == (True, True, 1, 1)
        assert (one.idle_own_batch_norm, one.reaches_pretrained) == (True, False)

    def test_a_rate_of_zero_drops_nothing(self) -> None:
        (one,) = steps(MODEL, "model = build(0.0)\n", STEP.replace("CALL", "model(x)"))
        assert is_idle(one) == (True, False)

    def test_a_frozen_layer_is_not(self) -> None:
        (one,) = steps(MODEL, "model.layers[1].trainable = False\n", STEP.replace("CALL", "model(x)"))
        assert is_idle(one) == (False, True)

    @pytest.mark.parametrize(
        ("weights", "own", "pretrained"), [("'imagenet'", False, True), ("None", True, False), ("path", None, True)]
    )
    def test_an_application(self, weights: str, own: bool | None, pretrained: bool) -> None:
        base = f"""
            path = unknown()
            base = keras.applications.ResNet50(include_top=False, weights={weights}, pooling="avg")
            model = keras.Sequential([base, layers.Dense(1)])
        """
        (one,) = steps(MODEL, base, STEP.replace("CALL", "model(x)"))
        assert (one.idle_batch_norm, one.idle_own_batch_norm, one.reaches_pretrained) == (True, own, pretrained)

    def test_what_the_program_calls_with_false_is_not(self) -> None:
        base = """
            base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
            inputs = keras.Input((32, 32, 3))
            model = keras.Model(inputs, layers.Dense(1)(base(inputs, training=False)))
        """
        (one,) = steps(MODEL, base, STEP.replace("CALL", "model(x)"))
        # on Keras 3 the outer argument overrides the inner one
        assert (one.idle_batch_norm, one.reaches_pretrained) == (False, True)
        (one,) = steps(
            MODEL.replace("import keras\n", "from tensorflow import keras\n").replace(
                "from keras import layers", "from tensorflow.keras import layers"
            ),
            base,
            STEP.replace("CALL", "model(x)"),
            target="tensorflow==2.15",
        )
        assert (one.idle_batch_norm, one.reaches_pretrained) == (False, False)

    def test_of_a_model_that_is_not_known(self) -> None:
        found = steps(MODEL, "model = keras.models.load_model(path)\n", STEP.replace("CALL", "model(x)"))
        assert [is_idle(one) for one in found] == [(None, None)]

    def test_layers_called_one_by_one(self) -> None:
        own = """
            class Net(tf.Module):
                def __init__(self):
                    self.norm = layers.BatchNormalization()

                def __call__(self, x):
                    return self.norm(x)

            net = Net()

            def train_step(x, y):
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((net(x) - y) ** 2)
                variables = net.norm.trainable_variables
                optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        """
        (one,) = steps(MODEL, own)
        assert (one.model, one.idle_batch_norm, one.updates_model, one.mendable) == ("self.norm", True, True, False)


class TestWhatIsTrained:
    def test_a_model_around_the_one_whose_variables_change(self) -> None:
        head = """
            head = build()
            model = keras.Sequential([keras.Input((8,)), layers.Dense(8), head])
        """
        step = STEP.replace("variables = model", "variables = head").replace("CALL", "model(x)")
        (one,) = steps(MODEL, head, step)
        assert (one.updates_model, *is_idle(one)) == (True, True, True)

    def test_a_model_that_the_step_only_calls(self) -> None:
        step = STEP.replace("CALL", "model(x, training=True) - teacher(x)")
        by_name = {one.model: one for one in steps(MODEL, "teacher = build()\n", step)}
        assert (by_name["teacher"].updates_model, by_name["model"].updates_model) == (False, True)

    def test_each_tape_has_its_own_calls(self) -> None:
        step = """
            critic = build()

            def train_step(x, y):
                with tf.GradientTape() as critic_tape:
                    critic_loss = tf.reduce_mean(critic(x, training=True) - y)
                with tf.GradientTape() as actor_tape:
                    actor_loss = tf.reduce_mean(critic(model(x, training=True)))
                gradients = critic_tape.gradient(critic_loss, critic.trainable_variables)
                optimizer.apply_gradients(zip(gradients, critic.trainable_variables))
                gradients = actor_tape.gradient(actor_loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        """
        found = [(one.model, one.training, one.updates_model) for one in steps(MODEL, step)]
        assert found == [("critic", "true", True), ("critic", "absent", False), ("model", "true", True)]

    def test_each_part_of_a_models_own_step_has_its_own_calls(self) -> None:
        own = """
            class GAN(keras.Model):
                def __init__(self):
                    super().__init__()
                    self.critic = build()
                    self.actor = build()

                def train_step(self, data):
                    x, y = data
                    with tf.GradientTape() as tape:
                        loss = tf.reduce_mean(self.critic(x, training=True) - y)
                    variables = self.critic.trainable_variables
                    self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
                    with tf.GradientTape() as tape:
                        loss = tf.reduce_mean(self.critic(self.actor(x)))
                    variables = self.actor.trainable_variables
                    self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
                    return {"loss": loss}

            gan = GAN()
            gan.compile("adam")
            gan.fit(x_train, y_train)
        """
        found = {(one.model, one.training): one for one in steps(MODEL, own)}
        assert {key: one.updates_model for key, one in found.items()} == {
            ("self.critic", "true"): True, ("self.critic", "absent"): False, ("self.actor", "absent"): True,
        }  # fmt: skip
        assert {one.kind for one in found.values()} == {"train_step"}
        assert is_idle(found["self.actor", "absent"]) == (True, True)

    def test_another_call_of_the_step_trains(self) -> None:
        found = steps(MODEL, STEP.replace("CALL", "model(x, training=True) + model(x)"))
        assert [(one.training, one.trains_otherwise) for one in found] == [("true", True), ("absent", True)]

    def test_gradients_that_are_no_longer_known_are_those_of_the_last_tape(self) -> None:
        step = STEP.replace("CALL", "model(x)").replace(
            "zip(tape.gradient(loss, variables), variables)", "zip(clip(tape.gradient(loss, variables)), variables)"
        )
        (one,) = steps(MODEL, "from elsewhere import clip\n", step)
        assert (one.updates_model, one.idle_batch_norm) == (True, True)

    @pytest.mark.parametrize(
        "program",
        [
            "with tf.GradientTape() as tape:\n    score = model(image)\ngradient = tape.gradient(score, image)\n",
            "with tf.GradientTape() as tape:\n    loss = model(image)\n"
            "optimizer.apply_gradients([(tape.gradient(loss, image), image)])\n",
        ],
    )
    def test_no_step(self, program: str) -> None:
        assert steps(MODEL, program) == ()


class TestWhereItCanBeMended:
    def test_a_helper_is_no_step(self) -> None:
        helper = "def predict(x):\n    return model(x)\n"
        (one,) = steps(MODEL, helper, STEP.replace("CALL", "predict(x)"))
        assert (one.mendable, one.shared) == (False, False)
        (one,) = steps(MODEL, helper, STEP.replace("CALL", "predict(x)"), "predict(x_test)\n")
        assert (one.mendable, one.shared) == (False, True)

    def test_a_function_that_is_handed_the_model_is_no_call_of_it(self) -> None:
        (one,) = steps(MODEL, STEP.replace("CALL", "sum(map(model, [x]))"))
        assert one.mendable is False

    def test_the_loss_given_to_minimize(self) -> None:
        program = """
            def loss():
                return tf.reduce_mean(model(x) - y)

            optimizer.minimize(loss, model.trainable_variables)
        """
        (one,) = steps(MODEL, program)
        assert (one.mendable, one.training) == (True, "absent")

    def test_a_learning_phase(self) -> None:
        (one,) = steps(MODEL, "keras.backend.set_learning_phase(1)\n", STEP.replace("CALL", "model(x)"))
        assert one.learning_phase_set


class TestPaths:
    def test_what_differs_between_paths_is_unknown(self) -> None:
        choice = """
            if input("freeze? ") == "y":
                model.layers[1].trainable = False
        """
        (one,) = steps(MODEL, choice, STEP.replace("CALL", "model(x)"))
        assert is_idle(one) == (None, True)


class TestCallsOutsideOfSteps:
    @pytest.mark.parametrize(
        ("program", "purpose", "evidence"),
        [
            ("def test_step(x):\n    return model(x, training=True)\n", "evaluation", "test_step()"),
            ("def evaluateModel(x):\n    return model(x, training=True)\n", "evaluation", "evaluateModel()"),
            ("for x, y in val_ds.take(3):\n    model(x, training=True)\n", "evaluation", "val_ds.take(3)"),
            ("[model(x, training=True) for x in testLoader]\n", "evaluation", "testLoader"),
            ("def train(x):\n    return model(x, training=True)\n", "training", "train()"),
            ("def train():\n    for x in val_ds:\n        model(x, training=True)\n", "evaluation", "val_ds"),
            ("def generate_images(x):\n    return model(x, training=True)\n", "sampling", "generate_images()"),
            ("def mc_predict(x):\n    return model(x, training=True)\n", "sampling", "mc_predict()"),
            ("def run(x):\n    return model(x, training=True)\n", None, None),
            ("model(x, training=True)\n", None, None),
        ],
    )
    def test_purpose(self, program: str, purpose: str | None, evidence: str | None) -> None:
        (one,) = calls(MODEL, program)
        assert (one.purpose, one.evidence) == (purpose, evidence)

    def test_a_helper_is_for_what_calls_it(self) -> None:
        helper = "def loss_of(x):\n    return model(x, training=True)\n"
        (one,) = calls(MODEL, helper, "def validate(x):\n    return loss_of(x)\n\n\nvalidate(x_test)\n")
        assert (one.purpose, one.evidence, one.shared) == ("evaluation", "validate()", False)
        (one,) = calls(
            MODEL, helper, "def validate(x):\n    return loss_of(x)\n", STEP.replace("CALL", "loss_of(x)"),
            "validate(x_test)\n",
        )  # fmt: skip
        assert one.shared

    @pytest.mark.parametrize("call", ["model(x)", "model(x, training=False)", "model(x, training=flag)"])
    def test_other_calls_are_no_subject(self, call: str) -> None:
        assert calls(MODEL, f"def evaluate(x, flag):\n    return {call}\n") == ()

    def test_what_the_layers_do(self) -> None:
        (one,) = calls(MODEL, "model(x, training=True)\n")
        assert (one.uses_batch, one.batch_norm_layers, one.updates_statistics, one.active_dropout) == (
            True, 1, True, True,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ("model.trainable = False\n", False),
            ("model = keras.Sequential([keras.Input((8,)), layers.Dense(8)])\n", False),
            ("model = keras.models.load_model(path)\n", None),
        ],
    )
    def test_models_without_batch_norm_that_trains(self, change: str, expected: bool | None) -> None:
        (one,) = calls(MODEL, change, "model(x, training=True)\n")
        assert one.uses_batch is expected

    @pytest.mark.parametrize(
        ("data", "expected"), [("tf.zeros((1, 8))", True), ("np.random.rand(2, 8)", True), ("x_test", False)]
    )
    def test_data_made_up(self, data: str, expected: bool) -> None:
        (one,) = calls(MODEL, f"sample = {data}\nmodel(sample, training=True)\n")
        assert one.made_up is expected

    def test_repetition(self) -> None:
        (one,) = calls(MODEL, "def predict(x):\n    return [model(x, training=True) for _ in range(50)]\n")
        assert one.repeated

    def test_a_models_own_test_step(self) -> None:
        own = """
            class Net(keras.Sequential):
                def test_step(self, data):
                    x, y = data
                    return {"loss": tf.reduce_mean(self(x, training=True) - y)}

            model = Net([keras.Input((8,)), layers.BatchNormalization()])
            model.compile("adam", "mse")
        """
        for use in ("model.fit(x, y)\n", "model.evaluate(x, y)\n"):
            (one,) = calls(MODEL, own, use)
            assert (one.purpose, one.uses_batch, one.literal) == ("evaluation", True, True)

    def test_a_value_that_is_not_written_on_the_call(self) -> None:
        (one,) = calls(MODEL, "flag = True\nmodel(x, training=flag)\n")
        assert one.literal is False


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test_step", {"test", "step"}),
        ("testStep", {"test", "step"}),
        ("evalONNXModel", {"eval", "onnx", "model"}),
        ("latest", {"latest"}),
        ("x_val2", {"x", "val", "2"}),
    ],
)
def test_words(name: str, expected: set[str]) -> None:
    assert words_in(name) == expected


@pytest.mark.parametrize(
    ("function", "name", "expected"),
    [
        (is_generator, "self.generator", True),
        (is_generator, "netG", True),
        (is_generator, "generator_g", True),
        (is_generator, "model", False),
        (is_generator, "generator.backbone", False),
        (is_test_file, "tests/test_model.py", True),
        (is_test_file, "model_test.py", True),
        (is_test_file, "testing/train.py", False),
    ],
)
def test_names(function: Any, name: str, expected: bool) -> None:
    assert function(name) is expected
