"""What random programs run on real Keras showed that bnlint had wrong, or did not know."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from bnlint.analysis import analyse
from bnlint.graph.subjects import Fit
from bnlint.keras.releases import Target

KERAS_3, KERAS_2 = "keras==3.15", "tf_keras==2.21"
TRAINS, RESTS = (True, True), (False, False)


def layers(program: str, target: str = KERAS_3) -> list[dict[str, tuple[Any, Any]]]:
    """For each fit what every layer does, by name."""
    return [
        {name: (row.updated, row.gamma_beta_trained) for row in fit.batch_norm for name in row.names}
        for fit in fits(program, target)
    ]


def fits(program: str, target: str = KERAS_3) -> tuple[Fit, ...]:
    """The fits of a program on data of 16 rows."""
    root = "tf_keras" if target == KERAS_2 else "keras"
    head = f"import numpy as np\nimport {root} as keras\nfrom {root} import layers\n"
    head += "x = np.ones((16, 4))\ny = np.ones((16, 1))\n"
    return analyse(head + textwrap.dedent(program), "train.py", Target.parse(target)).fits


BACKBONE = """
    inputs = keras.Input((4,))
    base = keras.Model(inputs, layers.BatchNormalization(name="norm")(layers.Dense(3)(inputs)))
    model = keras.Sequential([base, layers.Dense(1)])
    model.compile("sgd", "mse")
"""


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("model.fit(x, y, batch_size=8)", "model.fit(x, y, batch_size=8)", TRAINS),
        ("model.fit(x, y, batch_size=8)", "model.fit(x, y, batch_size=16)", RESTS),
        ("model.fit(x, y, batch_size=8)", "model.fit(x, y)", RESTS),
        ("model.fit(x, y)", "model.fit(x, y, batch_size=8)", TRAINS),
        ("model.fit(x, y)", "model.train_on_batch(x, y)", RESTS),
        ("model.fit(unknown, y)", "model.fit(unknown, y)", TRAINS),
        ("model.fit(unknown, y)", "model.fit(x, y)", (None, None)),
    ],
)
def test_keras_3_traces_a_step_anew_for_batches_of_another_size(first: str, second: str, expected: Any) -> None:
    program = f"{BACKBONE}\n    {first}\n    base.trainable = False\n    {second}\n"
    assert [fit["norm"] for fit in layers(program)] == [TRAINS, expected]
    assert [fit["norm"] for fit in layers(program, KERAS_2)] == [TRAINS, TRAINS]


def test_the_second_trace_serves_all_sizes() -> None:
    fits = [f"model.fit(x, y, batch_size={size})" for size in (8, 16, 4)]
    program = BACKBONE + "\n    base.trainable = False\n".join(f"    {fit}\n" for fit in fits[:2])
    program += f"    base.trainable = True\n    {fits[2]}\n"
    assert [fit["norm"] for fit in layers(program)] == [TRAINS, RESTS, RESTS]


STAYS = """
    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.BatchNormalization(name="first")
            self.dense = layers.Dense(3)
            self.second = layers.BatchNormalization(name="second")

        def call(self, inputs, training=None):
            return self.second(self.dense(self.first(inputs{first})){second})

    model = Classifier()
    model.compile("sgd", "mse")
    model.fit(x, y)
"""


@pytest.mark.parametrize(
    ("first", "second", "on_keras_3", "on_keras_2"),
    [
        (", training=False", "", False, True),
        (", training=training", "", True, True),
        (", training=False", ", training=training", True, True),
        ("", "", True, True),
    ],
)
def test_a_training_argument_stays_for_later_calls_on_keras_3(
    first: str, second: str, on_keras_3: bool, on_keras_2: bool
) -> None:
    program = STAYS.format(first=first, second=second)
    assert [fit["second"] for fit in layers(program)] == [(on_keras_3, True)]
    assert [fit["second"] for fit in layers(program, KERAS_2)] == [(on_keras_2, True)]


SEQUENTIAL = """
    base = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization(name="norm")])
    model = keras.Model({inputs}, layers.Dense(1)({outputs}))
    {change}
    model.compile("sgd", "mse")
    model.fit(x, y)
"""


@pytest.mark.parametrize("target", [KERAS_3, KERAS_2])
@pytest.mark.parametrize("outputs", ["base.output", "base.layers[-1].output", "base.get_layer(index=-1).output"])
def test_a_model_on_a_sequential_counts_its_input_layer(outputs: str, target: str) -> None:
    for position, expected in ((1, TRAINS), (2, RESTS)):
        change = f"model.layers[{position}].trainable = False"
        program = SEQUENTIAL.format(inputs="base.input", outputs=outputs, change=change)
        assert [fit["norm"] for fit in layers(program, target)] == [expected]


def test_the_input_of_an_input_layer_is_what_it_gives_on_keras_2() -> None:
    program = """
        inputs = keras.Input((4,))
        base = keras.Model(inputs, layers.BatchNormalization(name="norm")(inputs))
        model = keras.Model(base.layers[0].input, layers.Dense(1)(base.output))
        model.compile("sgd", "mse")
        model.fit(x, y)
    """
    assert layers(program, KERAS_2) == [{"norm": TRAINS}]


OWN_LAYER = """
    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.norm = layers.BatchNormalization(name="norm"{made})

        def call(self, inputs, training=None):
            return self.norm(inputs, training=training)

    def freeze(network):
        for layer in network.layers:
            if hasattr(layer, "layers"):
                freeze(layer)
            elif isinstance(layer, layers.BatchNormalization):
                layer.trainable = False

    inputs = keras.Input((4,))
    block = Block()
    model = keras.Model(inputs, layers.Dense(1)(block(inputs)))
    {change}
    model.compile("sgd", "mse")
    model.fit(x, y)
"""


@pytest.mark.parametrize("target", [KERAS_3, KERAS_2])
def test_a_layer_of_the_program_has_no_list_of_layers(target: str) -> None:
    assert layers(OWN_LAYER.format(made="", change="freeze(model)"), target) == [{"norm": TRAINS}]


def test_what_was_made_frozen_inside_a_layer_may_not_train_after_it_is_opened() -> None:
    change = "block.trainable = False; block.trainable = True"
    assert layers(OWN_LAYER.format(made=", trainable=False", change=change)) == [{"norm": (True, None)}]
    assert layers(OWN_LAYER.format(made="", change=change)) == [{"norm": TRAINS}]


def test_the_own_flag_of_a_clone_of_a_frozen_model_is_not_known() -> None:
    program = (
        BACKBONE
        + """
    model.trainable = False
    model = keras.models.clone_model(model)
    model.compile("sgd", "mse")
    model.fit(x, y)
    model.trainable = True
    model.compile("sgd", "mse")
    model.fit(x, y)
    """
    )
    assert [fit["norm"] for fit in layers(program)] == [RESTS, (None, None)]


SET_LATE = """
    model = keras.Sequential([keras.Input((4,)), layers.BatchNormalization(momentum=0.5, name="norm"), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y)
    model.layers[0].momentum = 1.0
    model.fit(x, y)
    model.compile("sgd", "mse")
    model.fit(x, y)
"""


def test_a_momentum_counts_from_the_next_compile() -> None:
    done = layers(SET_LATE)
    assert [fit["norm"] for fit in done] == [TRAINS, TRAINS, (False, True)]


def test_what_is_left_of_the_statistics_goes_by_the_momentum_in_effect() -> None:
    shown = fits(SET_LATE.replace("1.0", "0.9"))
    assert [row.residual for fit in shown for row in fit.batch_norm] == pytest.approx([0.5, 0.5**2, 0.9**3])


def test_a_train_step_that_sets_no_flag_goes_by_those_of_compile() -> None:
    program = """
        class Custom(keras.Model):
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(tf.square(self(x, training=True) - y))
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
                return {"loss": loss}

        inputs = keras.Input((4,))
        model = Custom(inputs, layers.Dense(1)(layers.BatchNormalization(name="norm")(inputs)))
        model.layers[1].trainable = False
        model.compile("sgd", "mse")
        model.layers[1].trainable = True
        model.fit(x, y)
    """
    assert layers("import tensorflow as tf\n" + textwrap.dedent(program), KERAS_2)[-1]["norm"] == RESTS
