"""What stands before and behind a BatchNormalization layer, in the words of the subject `connection`."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from immutables import Map

from bnlint.graph.places import Place
from bnlint.graph.records import Layer, Model
from bnlint.graph.subjects import Connection
from bnlint.keras.connections import models_in
from tests.reading import analyse

HEAD = """\
import sys
import keras
from keras import layers
"""


def connections(program: str, target: str = "keras==3.15", head: str = HEAD) -> tuple[Connection, ...]:
    found: tuple[Connection, ...] = analyse(head + textwrap.dedent(program), target).subjects["connection"]
    return found


def only(program: str, **given: Any) -> Connection:
    (found,) = connections(program, **given)
    return found


def test_the_layer_before() -> None:
    found = only("""
        inputs = keras.Input((32, 32, 3))
        x = layers.Conv2D(8, 3, activation="relu", use_bias=False)(inputs)
        model = keras.Model(inputs, layers.BatchNormalization()(x))
    """)
    assert (found.producer, found.use_bias, found.activation) == ("Conv2D", False, "relu")
    assert (found.axis, found.rank, found.data_format, found.on_channels) == (-1, 4, "channels_last", True)
    assert found.producer_at is not None and found.producer_at.line == 6


def test_layers_added_one_by_one() -> None:
    found = only("""
        model = keras.Sequential()
        model.add(layers.Conv2D(8, 3))
        model.add(layers.BatchNormalization(axis=1))
    """)
    assert (found.producer, found.on_channels) == ("Conv2D", False)


@pytest.mark.parametrize(
    ("made", "producer"),
    [
        ("keras.Sequential([layers.Conv2D(8, 3), layers.BatchNormalization()])", "Conv2D"),
        ("keras.Sequential([chosen, layers.Conv2D(8, 3), layers.BatchNormalization()])", "Conv2D"),
        ("keras.Sequential([layers.Conv2D(8, 3), chosen, layers.BatchNormalization()])", None),
        ("keras.Sequential([layers.Conv2D(8, 3), *more, layers.BatchNormalization()])", None),
    ],
)
def test_layers_that_are_not_known_may_stand_between(made: str, producer: str | None) -> None:
    assert {each.producer for each in connections(f"model = {made}")} <= {producer}


def test_a_file_without_batch_norm_has_none() -> None:
    assert connections("model = keras.Sequential([layers.Dense(3)])") == ()


def test_the_input_is_no_layer_that_says_where_the_channels_are() -> None:
    found = only("model = keras.Sequential([keras.Input((32, 32, 3)), layers.BatchNormalization(axis=1)])")
    assert (found.producer, found.data_format, found.on_channels) == (None, None, None)


@pytest.mark.parametrize(
    ("between", "known"),
    [
        ("layers.ReLU()(x)", True),
        ("layers.Add()([x, x])", True),
        ("x + x", True),
        ("keras.ops.relu(x)", True),
        ("layers.BatchNormalization()(x)", True),
        ("layers.MaxPooling2D()(x)", True),
        ("layers.ZeroPadding2D(data_format='channels_first')(x)", False),
        ("layers.UpSampling2D(data_format=sys.argv[1])(x)", False),
        ("layers.Permute((3, 1, 2))(x)", False),
        ("layers.Lambda(lambda t: t)(x)", False),
        ("keras.ops.transpose(x)", False),
        ("layers.Flatten()(x)", False),
        ("unknown(x)", False),
    ],
)
def test_what_may_lie_between(between: str, known: bool) -> None:
    *_, found = connections(f"""
        inputs = keras.Input((32, 32, 3))
        x = layers.Conv2D(8, 3)(inputs)
        x = {between}
        model = keras.Model(inputs, layers.BatchNormalization(axis=1)(x))
    """)
    assert found.on_channels is (False if known else None)


@pytest.mark.parametrize(
    ("layer", "axis", "expected"),
    [
        ("Conv2D(8, 3)", "3", True),
        ("Conv2D(8, 3)", "[3]", True),
        ("Conv2D(8, 3)", "[1, 2, 3]", None),
        ("Conv2D(8, 3)", "2", False),
        ("Conv2D(8, 3)", "0", None),
        ("Conv2D(8, 3)", "4", None),
        ("Conv2D(8, 3)", "int(sys.argv[1])", None),
        ("Conv2D(8, (3, 3), (1, 1), 'same', 'channels_first')", "-1", False),
        ("Conv2D(8, (3, 3), (1, 1), 'same', 'channels_first')", "1", True),
        ("Conv2D(8, 3, **options)", "1", None),
        ("Conv2DTranspose(8, 3)", "1", False),
        ("Conv3D(8, 3)", "4", True),
        ("Conv3D(8, 3)", "1", False),
        ("Conv1D(8, 3)", "2", True),
        ("Conv1D(8, 3)", "1", False),
        ("MaxPooling2D()", "1", None),
        ("Dense(8)", "-1", True),
        ("Dense(8)", "1", None),
        ("GlobalAveragePooling2D()", "1", None),
    ],
)
def test_the_axis(layer: str, axis: str, expected: bool | None) -> None:
    found = only(f"model = keras.Sequential([layers.{layer}, layers.BatchNormalization(axis={axis})])")
    assert found.on_channels is expected


SETTERS = [
    ("import keras\nfrom keras import layers\n", 'keras.config.set_image_data_format("{}")', "keras==3.15"),
    ("import keras\nfrom keras import layers\n", 'keras.backend.set_image_data_format("{}")', "keras==3.15"),
    (
        "import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n",
        'tf.keras.backend.set_image_data_format("{}")',
        "tensorflow==2.15",
    ),
    (
        "import keras\nfrom keras import layers, backend as K\n",
        'K.set_image_data_format("{}")',
        "keras==2.2.4",
    ),
]


@pytest.mark.parametrize(("head", "setter", "target"), SETTERS)
def test_the_format_that_holds_for_all_layers(head: str, setter: str, target: str) -> None:
    program = """
        {}
        model = keras.models.Sequential([layers.Conv2D(8, 3), layers.BatchNormalization()])
        {}
        model = keras.models.Sequential([layers.Conv2D(8, 3), layers.BatchNormalization()])
    """.format(setter.format("channels_first"), setter.format("channels_last"))
    found = connections(program, head=head, target=target)
    assert [(each.data_format, each.on_channels) for each in found] == [
        ("channels_first", False),
        ("channels_last", True),
    ]


def test_a_format_that_one_branch_sets_is_not_known() -> None:
    found = only("""
        if len(open("config").read()) > 3:
            keras.config.set_image_data_format("channels_first")
        model = keras.Sequential([layers.Conv2D(8, 3), layers.BatchNormalization()])
    """)
    assert (found.data_format, found.on_channels) == (None, None)


def test_branches_of_a_graph_that_disagree() -> None:
    found = only("""
        inputs = keras.Input((8, 8, 8))
        a = layers.Conv2D(8, 1)(inputs)
        b = layers.Conv2D(8, 1, data_format="channels_first")(inputs)
        model = keras.Model(inputs, layers.BatchNormalization(axis=1)(layers.Add()([a, b])))
    """)
    assert found.on_channels is None


@pytest.mark.parametrize(
    ("program", "alike"),
    [
        ("x = unit(inputs, 8); x = unit(x, 8)", True),
        ("x = unit(inputs, 8); x = layers.Add()([x, conv(inputs, 8)])", False),
        ("x = unit(inputs, 8); y = conv(inputs, 8); x = layers.Add()([y, layers.BatchNormalization()(y)])", False),
    ],
)
def test_one_constructor_call_for_several_layers(program: str, alike: bool) -> None:
    found = connections(f"""
        def conv(x, filters):
            return layers.Conv2D(filters, 3, padding="same")(x)

        def unit(x, filters):
            return layers.BatchNormalization()(conv(x, filters))

        inputs = keras.Input((8, 8, 8))
        {program}
        model = keras.Model(inputs, x)
    """)
    assert {each.alike for each in found} == {alike}


def test_what_paths_disagree_about_is_left_out() -> None:
    found = connections("""
        axis = 1 if "--first" in sys.argv else 3
        model = keras.Sequential([layers.Conv2D(8, 3), layers.BatchNormalization(axis=axis)])
    """)
    assert [each.on_channels for each in found] in ([], [None])


def test_dropout_on_the_way() -> None:
    *_, found = connections("""
        inputs = keras.Input((16,))
        x = layers.Dropout(0.3)(inputs)
        x = layers.ReLU()(layers.Dense(8)(x))
        model = keras.Model(inputs, layers.BatchNormalization()(x))
    """)
    assert (found.dropout, found.dropout_rate) == ("Dropout", 0.3)


@pytest.mark.parametrize("between", ["layers.BatchNormalization()(x)", "layers.Add()([x, inputs])", "unknown(x)"])
def test_dropout_that_something_hides(between: str) -> None:
    *_, found = connections(f"""
        inputs = keras.Input((16,))
        x = layers.Dropout(0.3)(inputs)
        x = {between}
        model = keras.Model(inputs, layers.BatchNormalization()(x))
    """)
    assert found.dropout is None


@pytest.mark.parametrize(
    ("fitted", "expected"),
    [
        ("keras.Model(inputs, normed)", (True, "model")),
        ("keras.Model(inputs, [normed, layers.ReLU()(normed)])", (True, "model")),
        ("keras.Model(inputs, layers.ReLU()(keras.Model(inputs, normed)(inputs)))", (None, None)),
    ],
)
def test_an_output_counts_where_its_model_is_fitted(fitted: str, expected: tuple[bool | None, str | None]) -> None:
    found = only(f"""
        inputs = keras.Input((16,))
        normed = layers.BatchNormalization()(layers.Dense(8)(inputs))
        model = {fitted}
        model.compile("adam", "mse")
        model.fit(a, b)
    """)
    assert (found.on_output, found.output_of) == expected


def test_an_output_through_models() -> None:
    found = only("""
        head = keras.Sequential([layers.Dense(8), layers.BatchNormalization()])
        model = keras.Sequential([layers.Flatten(), head])
        model.compile("adam", "mse")
        model.fit(a, b)
    """)
    assert (found.on_output, found.output_of) == (True, "model")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", (False, False)),
        ("gamma_regularizer='l2'", (True, False)),
        ("beta_regularizer=keras.regularizers.L1(1e-3)", (False, True)),
        ("gamma_regularizer=None", (False, False)),
        ("gamma_regularizer=chosen", (None, None)),
        ("**options", (None, None)),
    ],
)
def test_regularizers(given: str, expected: tuple[bool | None, bool | None]) -> None:
    found = only(f"model = keras.Sequential([layers.Dense(8), layers.BatchNormalization({given})])")
    assert (found.gamma_regularized, found.beta_regularized) == expected


@pytest.mark.parametrize(
    ("optimizer", "decay"),
    [
        ("keras.optimizers.AdamW(1e-3)", 0.004),
        ("keras.optimizers.AdamW(1e-3, 0.01)", 0.01),
        ("keras.optimizers.SGD(0.1, weight_decay=5e-4)", 5e-4),
        ("'adamw'", 0.004),
        ("keras.optimizers.AdamW(weight_decay=0.0)", None),
        ("keras.optimizers.AdamW(weight_decay=chosen)", None),
        ("keras.optimizers.Adam(1e-3)", None),
        ("'sgd'", None),
        ("make_optimizer()", None),
    ],
)
def test_weight_decay(optimizer: str, decay: float | None) -> None:
    found = only(f"""
        model = keras.Sequential([layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        model.compile({optimizer}, "mse")
        model.fit(a, b)
    """)
    assert found.decay == decay


def test_weight_decay_with_an_exclusion() -> None:
    found = only("""
        model = keras.Sequential([layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)])
        optimizer = keras.optimizers.AdamW(1e-3)
        optimizer.exclude_from_weight_decay(var_names=["gamma", "beta"])
        model.compile(optimizer, "mse")
        model.fit(a, b)
    """)
    assert found.decay is None


def test_weight_decay_of_layers_that_do_not_train() -> None:
    found = connections("""
        base = keras.applications.ResNet50(include_top=False, pooling="avg")
        base.trainable = False
        model = keras.Sequential([base, layers.Dense(1)])
        model.compile("adamw", "mse")
        model.fit(a, b)
    """)
    assert found == ()


def test_a_layer_of_an_application_is_there_where_its_gamma_decays() -> None:
    found = connections("""
        base = keras.applications.ResNet50(include_top=False, pooling="avg")
        model = keras.Sequential([base, layers.Dense(1)])
        model.compile("adamw", "mse")
        model.fit(a, b)
    """)
    assert len(found) == 53
    assert {(each.application, each.decay, each.producer) for each in found} == {("ResNet50", 0.004, None)}


def test_models_that_share_layers_are_one_graph() -> None:
    found = connections("""
        inputs = keras.Input((8,))
        code = layers.BatchNormalization(name="a")(layers.Dense(4)(inputs))
        encoder = keras.Model(inputs, code)
        decoder = keras.Sequential([layers.Dense(8), layers.BatchNormalization(name="b")])
        model = keras.Model(inputs, decoder(encoder(inputs)))
        other = keras.Sequential([layers.Dense(8), layers.BatchNormalization(name="c")])
    """)
    graphs = {each.name: each.graph for each in found}
    assert graphs["a"] == graphs["b"] != graphs["c"]


def test_what_a_function_makes_twice_is_there_once() -> None:
    found = connections("""
        def build(depth):
            model = keras.Sequential([keras.Input((8,))])
            for _ in range(depth):
                model.add(layers.Dense(4))
                model.add(layers.BatchNormalization())
            return model

        shallow, deep, again = build(1), build(3), build(3)
    """)
    assert len(found) == 3
    assert len({each.graph for each in found}) == 1


def test_a_model_that_one_path_makes_more_changes_nothing() -> None:
    found = connections("""
        model = keras.Sequential([layers.Dense(8), layers.BatchNormalization()])
        if len(sys.argv) > 1:
            model = keras.Sequential([model, layers.Dense(1)])
    """)
    assert len(found) == 1


def test_models_come_in_the_order_of_their_lines() -> None:
    """A persistent map has an order of its own, by the hash of its keys, which for strings differs from run to run."""
    records = {
        ("Call", line, 4, "layer", f"train_{line}.py", (), 0): Layer(
            type="Model",
            package="keras",
            site=Place("train.py", line, 5, line, 9),
            name=None,
            model=Model("functional"),
        )
        for line in range(1, 120, 7)
    }
    heap: Any = Map(records)
    assert list(heap) != list(records)  # else the next line shows nothing
    assert models_in(heap) == list(records)
