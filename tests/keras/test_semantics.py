"""The key cells of the measurements, as programs: text in, what the layer does in the last fit out.

A code says which statistics normalize (**B** batch, **M** moving), whether they are **U**pdated, and whether gamma and
beta **T**rain; ``?`` is unknown, and ``raises`` stands where Keras refuses the program.
"""

from __future__ import annotations

import textwrap

import pytest

from bnlint.graph.subjects import BatchNormAtFit
from bnlint.keras.releases import Target
from bnlint.keras.semantics import Behaviour
from tests.reading import analyse

TARGETS = (
    "keras==2.1.2", "keras==2.2.4", "tensorflow==1.15", "tensorflow==2.0", "tensorflow==2.2", "tensorflow==2.15",
    "keras==3.0", "keras==3.15",
)  # fmt: skip

FLAT = """
    inputs = layers.Input((4,))
    x = layers.Dense(8)(inputs)
    bn = layers.BatchNormalization()
    x = bn(x)
    model = models.Model(inputs, layers.Dense(1)(x))
"""
NESTED = """
    inside = layers.Input((4,))
    bn = layers.BatchNormalization()
    base = models.Model(inside, bn(layers.Dense(8)(inside)))
    inputs = layers.Input((4,))
    model = models.Model(inputs, layers.Dense(1)(base(inputs)))
"""
TRAIN = """
    model.compile("sgd", "mse")
    model.fit(features, labels)
"""
REWIRED = """
    inside = layers.Input((4,))
    bn = layers.BatchNormalization()
    base = models.Model(inside, bn(layers.Dense(8)(inside)))
    base.trainable = False
    model = models.Model(base.input, layers.Dense(1)(base.output))
"""

CELLS = {
    "nothing frozen, flat": (
        FLAT + TRAIN,
        "BUT BUT BUT BUT BUT BUT BUT BUT",
    ),
    "nothing frozen, nested": (
        NESTED + TRAIN,
        "BUT BUT BUT BUT BUT BUT BUT BUT",
    ),
    "layer frozen, flat": (
        FLAT + "    bn.trainable = False" + TRAIN,
        "BU- B-- B-- M-- M-- M-- M-- M--",
    ),
    "layer frozen, nested": (
        NESTED + "    bn.trainable = False" + TRAIN,
        "BU- BU- B-- M-- M-- M-- M-- M--",
    ),
    "base frozen, nested": (
        NESTED + "    base.trainable = False" + TRAIN,
        "BU- B-- B-- M-- M-- M-- M-- M--",
    ),
    "base frozen, then rewired": (
        REWIRED + TRAIN,
        "BUT BUT B-- M-- M-- M-- M-- M--",
    ),
    "base called with training=False": (
        NESTED.replace("base(inputs)", "base(inputs, training=False)") + TRAIN,
        "raises raises M-T M-T M-T M-T BUT BUT",
    ),
    "layer called with training=False": (
        FLAT.replace("bn(x)", "bn(x, training=False)") + TRAIN,
        "M-T M-T M-T M-T M-T M-T BUT BUT",
    ),
    "documented recipe, second fit": (
        NESTED.replace("base(inputs)", "base(inputs, training=False)")
        + "    base.trainable = False" + TRAIN + "    base.trainable = True" + TRAIN,
        "raises raises M-T M-T M-T M-T BUT BUT",
    ),
    "frozen base called with training=True": (
        NESTED.replace("base(inputs)", "base(inputs, training=True)") + "    base.trainable = False" + TRAIN,
        "raises raises B-- M-- M-- M-- M-- M--",
    ),
    "frozen after compile": (
        FLAT + """
    model.compile("sgd", "mse")
    bn.trainable = False
    model.fit(features, labels)
""",
        "BUT B-T BUT BUT BUT BUT M-- M--",
    ),
    "unfrozen after compile": (
        FLAT + """
    bn.trainable = False
    model.compile("sgd", "mse")
    bn.trainable = True
    model.fit(features, labels)
""",
        "BU- BU- B-- M-- M-- M-- BUT BUT",
    ),
    "frozen between two fits": (
        FLAT + TRAIN + """
    bn.trainable = False
    model.fit(features, labels)
""",
        "BUT BUT BUT BUT BUT BUT BUT BUT",
    ),
    "unfrozen between two fits": (
        FLAT + "    bn.trainable = False" + TRAIN + """
    bn.trainable = True
    model.fit(features, labels)
""",
        "BU- B-- B-- M-- M-- M-- M-- M--",
    ),
    "base off, layer on, nested": (
        NESTED + "    base.trainable = False\n    bn.trainable = True" + TRAIN,
        "BU- B-- B-- B-- B-- BU- BUT BUT",
    ),
    "base off, layer on, flat": (
        REWIRED + "    bn.trainable = True" + TRAIN,
        "BUT BUT BUT BUT BUT BUT BUT BUT",
    ),
    "layers off, then base on": (
        NESTED + "    bn.trainable = False\n    base.trainable = True" + TRAIN,
        "BU- BU- BUT BUT BUT BUT M-- M--",
    ),
    "subclass whose call takes no training": (
        """
    class Net(models.Model):
        def __init__(self):
            super().__init__()
            self.bn = layers.BatchNormalization()
            self.head = layers.Dense(1)

        def call(self, x):
            return self.head(self.bn(x))

    model = Net()
""" + TRAIN,
        "??T BUT BUT BUT BUT BUT M-T M-T",
    ),
    "custom loop without training": (
        FLAT + """
    import tensorflow as tf

    optimizer = tf.keras.optimizers.SGD()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(features) - labels))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
""",
        "??T ??T M-T M-T M-T M-T M-T M-T",
    ),
    "custom loop with training, base called with training=False": (
        NESTED.replace("base(inputs)", "base(inputs, training=False)") + """
    import tensorflow as tf

    optimizer = tf.keras.optimizers.SGD()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(features, training=True) - labels))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
""",
        "raises raises M-T M-T M-T M-T BUT BUT",
    ),
    "frozen ResNet50": (
        """
    base = applications.ResNet50(include_top=False, weights=None, pooling="avg", input_shape=(197, 197, 3))
    for layer in base.layers:
        layer.trainable = False
    model = models.Model(base.input, layers.Dense(1)(base.output))
""" + TRAIN,
        "BU- B-- B-- B-- M-- M-- M-- M--",
    ),
}  # fmt: skip


def last_row(program: str, target: str) -> BatchNormAtFit:
    keras = "keras" if target.startswith("keras") else "tensorflow.keras"
    text = f"from {keras} import applications, layers, models\n" + textwrap.dedent(program)
    (row,) = analyse(text, target).fits[-1].batch_norm
    return row


def code(row: BatchNormAtFit) -> str:
    used = {"batch": "B", "moving": "M", None: "?"}[row.statistics]
    updated = {True: "U", False: "-", None: "?"}[row.updated]
    return used + updated + {True: "T", False: "-", None: "?"}[row.gamma_beta_trained]


@pytest.mark.parametrize(
    ("program", "target", "expected"),
    [
        pytest.param(program, target, expected, id=f"{name}-{target}")
        for name, (program, line) in CELLS.items()
        for target, expected in zip(TARGETS, line.split(), strict=True)
        if expected != "raises"
    ],
)
def test_key_cells(program: str, target: str, expected: str) -> None:
    assert code(last_row(program, target)) == expected


@pytest.mark.parametrize(
    ("program", "target"),
    [
        pytest.param(program, target, id=f"{name}-{target}")
        for name, (program, line) in CELLS.items()
        for target, expected in zip(TARGETS, line.split(), strict=True)
        if expected == "raises"
    ],
)
def test_a_refused_argument_protects_nothing(program: str, target: str) -> None:
    assert last_row(program, target).statistics != "moving"


LEARNING_PHASE = "    from {keras} import backend as K\n    K.set_learning_phase(0)" + FLAT + TRAIN


@pytest.mark.parametrize("target", ["tensorflow==2.0", "tensorflow==2.2", "tensorflow==2.15"])
def test_fit_of_tensorflow_2_ignores_the_learning_phase(target: str) -> None:
    assert code(last_row(LEARNING_PHASE.format(keras="tensorflow.keras"), target)) == "BUT"


@pytest.mark.parametrize("target", ["keras==2.1.2", "keras==2.2.4", "tensorflow==1.15"])
def test_where_the_learning_phase_counts_ordinary_training_is_not_claimed(target: str) -> None:
    keras = "keras" if target.startswith("keras") else "tensorflow.keras"
    row = last_row(LEARNING_PHASE.format(keras=keras), target)
    assert row.statistics in (None, "moving")
    assert row.gamma_beta_trained in (None, True)


@pytest.mark.parametrize(
    ("target", "momentum"),
    [
        ("keras==2.1.2", 0.99), ("keras==2.3.1", 0.99), ("tensorflow==1.15", 0.99), ("tensorflow==2.0", 0.5),
        ("tensorflow==2.15", 0.5), ("keras==3.15", 0.5),
        ("keras==2.2.4", None),  # not to be seen where the first update replaces the statistics
    ],
)  # fmt: skip
def test_a_changed_momentum(target: str, momentum: float | None) -> None:
    assert last_row(FLAT + "    bn.momentum = 0.5" + TRAIN, target).momentum == momentum


@pytest.mark.parametrize(
    ("target", "left"),
    [
        ("keras==2.1.2", 0.99**4), ("keras==2.2.4", 0.0), ("keras==2.3.1", 0.99**4), ("tensorflow==1.15", 0.99**4),
        ("tensorflow==2.15", 0.99**4), ("keras==3.15", 0.99**4),
    ],
)  # fmt: skip
def test_what_four_steps_leave_of_the_moving_statistics(target: str, left: float) -> None:
    train = TRAIN.replace("features, labels", "features, labels, steps_per_epoch=4")
    assert last_row(FLAT + train, target).residual == pytest.approx(left)


def behaviour(target: str, root: str = "keras") -> Behaviour:
    release = Target.parse(target).release(root)
    assert release is not None
    return Behaviour(release)


@pytest.mark.parametrize(
    ("target", "reaches", "ignores"),
    [
        ("keras==2.1.2", False, False), ("keras==2.2.4", False, False), ("tensorflow==1.15", True, False),
        ("tensorflow==2.0", True, False), ("tensorflow==2.15", True, False), ("keras==3.0", True, True),
        ("keras==3.15", True, True), ("keras==3.15+jax", True, False),
    ],
)  # fmt: skip
def test_what_a_models_flag_reaches(target: str, reaches: bool, ignores: bool) -> None:
    found = behaviour(target, "tf.keras" if target.startswith("tensorflow") else "keras")
    assert (found.setter_reaches_children, found.setter_ignores_equal) == (reaches, ignores)


@pytest.mark.parametrize(
    ("target", "model", "layer", "holds"),
    [
        ("keras==2.1.2", False, True, None), ("keras==2.2.4", False, True, None),
        ("tensorflow==1.15", True, True, True),
        ("tensorflow==2.15", True, True, True), ("keras==3.0", True, True, False), ("keras==3.15", True, True, False),
        ("keras==3.15+jax", True, True, False),
    ],
)  # fmt: skip
def test_training_on_a_call(target: str, model: bool, layer: bool, holds: bool | None) -> None:
    found = behaviour(target, "tf.keras" if target.startswith("tensorflow") else "keras")
    assert (found.call_accepts_training(False), found.call_accepts_training(True)) == (model, layer)
    assert found.argument_holds() is holds


@pytest.mark.parametrize(
    ("target", "updates", "weights"),
    [
        ("keras==2.1.2", "compile", "compile"), ("keras==2.2.4", "first_fit", "compile"),
        ("tensorflow==1.15", "compile", "compile"), ("tensorflow==2.15", "compile", "compile"),
        ("keras==3.15", "first_fit", "first_fit"),
    ],
)  # fmt: skip
def test_when_a_flag_is_read(target: str, updates: str, weights: str) -> None:
    found = behaviour(target, "tf.keras" if target.startswith("tensorflow") else "keras")
    assert (found.updates_read_at, found.weights_read_at) == (updates, weights)


@pytest.mark.parametrize("target", ["tensorflow==1.15", "tensorflow==2.0", "tensorflow==2.15"])
def test_the_v1_class_normalizes_by_the_batch_when_frozen(target: str) -> None:
    program = FLAT.replace("layers.BatchNormalization", "tf.compat.v1.keras.layers.BatchNormalization")
    frozen = "    import tensorflow as tf\n" + program + "    bn.trainable = False" + TRAIN
    assert code(last_row(frozen, target)) == "B--"


def test_keras_3_0_trains_gamma_of_a_layer_made_with_trainable_false() -> None:
    program = FLAT.replace("BatchNormalization()", "BatchNormalization(trainable=False)") + TRAIN
    assert code(last_row(program, "keras==3.0")) == "M-T"


@pytest.mark.parametrize("target", ["keras==3.3", "keras==3.15", "tensorflow==2.15"])
def test_a_layer_made_with_trainable_false(target: str) -> None:
    program = FLAT.replace("BatchNormalization()", "BatchNormalization(trainable=False)") + TRAIN
    assert code(last_row(program, target)) == "M--"
