"""Subject ``batches_at_fit``: who makes the batches of a fit, of which size, in which order."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from bnlint.graph.subjects import BatchesAtFit
from tests.reading import analyse

START = """
import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras.preprocessing.image import ImageDataGenerator

"""
MODEL = """
model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Conv2D(8, 3),
    layers.BatchNormalization(),
    layers.GlobalAveragePooling2D(),
    layers.Dense(1),
])
model.compile("adam", "mse")
"""


def batches(program: str, **numbers: Any) -> BatchesAtFit:
    """The one subject of a program."""
    found = analyse(START + textwrap.dedent(program), "tensorflow==2.15", **numbers).subjects["batches_at_fit"]
    (subject,) = found
    return subject  # type: ignore[no-any-return]


def fed(data: str, **numbers: Any) -> BatchesAtFit:
    """That of a plain network that is fitted on some data."""
    return batches(MODEL + f"\nmodel.fit({data})\n", **numbers)


@pytest.mark.parametrize(
    ("data", "order"),
    [
        ("x, y", "random"),
        ("x, y, shuffle=False", None),
        ("ImageDataGenerator().flow_from_directory('train')", "random"),
        ("ImageDataGenerator().flow_from_directory('train', shuffle=False)", "by_class"),
        ("ImageDataGenerator().flow_from_directory('train', (9, 9), 'rgb', None, 'binary', 32, False)", "by_class"),
        ("ImageDataGenerator().flow_from_directory('train', shuffle=False, class_mode=None)", None),
        ("ImageDataGenerator().flow_from_directory('train', shuffle=shuffle)", None),
        ("ImageDataGenerator().flow_from_dataframe(frame, shuffle=False)", None),
        ("ImageDataGenerator().flow(x, y, shuffle=False)", None),
        ("keras.utils.image_dataset_from_directory('train', shuffle=False)", "by_class"),
        ("keras.utils.image_dataset_from_directory('train', shuffle=False, label_mode=None)", None),
        ("keras.utils.image_dataset_from_directory('train', labels=[2, 1], shuffle=False)", None),
        ("keras.utils.image_dataset_from_directory('train', shuffle=False).unbatch().shuffle(99).batch(8)", "random"),
        ("keras.utils.image_dataset_from_directory('train', shuffle=False).take(9).prefetch(1)", "by_class"),
        ("tf.data.Dataset.from_tensor_slices((x, y)).shuffle(99).batch(8)", "random"),
        ("tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1).batch(8)", None),
        ("tf.data.Dataset.from_tensor_slices((x, y)).batch(1).shuffle(99)", "random"),
        ("tf.data.TFRecordDataset(files).shuffle(99).map(parse).batch(8).shuffle(9)", "random"),
    ],
)
def test_the_order_of_examples(data: str, order: str | None) -> None:
    found = fed(data)
    assert found.order == order
    assert found.batches_shuffled_at is None


@pytest.mark.parametrize(
    "data",
    [
        "tf.data.Dataset.from_tensor_slices((x, y)).batch(8).shuffle(99)",
        "tf.data.TFRecordDataset(files).map(parse).batch(8).shuffle(9)",
        "keras.utils.image_dataset_from_directory('train', shuffle=False).cache().shuffle(9)",
    ],
)
def test_batches_that_are_shuffled_whole(data: str) -> None:
    assert fed(data).batches_shuffled_at is not None


def test_what_is_stored_at_random_stays_so_when_it_is_prepared() -> None:
    found = batches(
        """
        (x, y), _ = keras.datasets.cifar10.load_data()
        x = x.astype("float32") / 255
        data = tf.data.Dataset.from_tensor_slices((x[:1000], y[:1000])).batch(10).shuffle(100)
        """
        + textwrap.indent(MODEL, " " * 8)
        + "\n        model.fit(data)"
    )
    assert (found.order, found.batches_shuffled_at, found.batch_size) == ("random", None, 10)


@pytest.mark.parametrize(
    ("data", "samples", "last"),
    [
        ("x, y, batch_size=32", 65, 1),
        ("x, y, batch_size=32", 64, 32),
        ("x, y, batch_size=32, validation_split=0.5", 66, 2),
        ("x, y, batch_size=32, steps_per_epoch=2, epochs=1", 65, None),
        ("tf.data.Dataset.from_tensor_slices((x, y)).batch(32)", 65, 1),
        ("tf.data.Dataset.from_tensor_slices((x, y)).batch(32, drop_remainder=True)", 65, 32),
        ("tf.data.Dataset.from_tensor_slices((x, y)).repeat().batch(32), steps_per_epoch=3", 65, None),
        ("MySequence(), epochs=2", 65, None),
    ],
)
def test_the_last_batch(data: str, samples: int, last: int | None) -> None:
    assert fed(data, training_samples=samples).last_batch == last


@pytest.mark.parametrize(
    ("batch", "size", "replicated"),
    [
        ("4 * strategy.num_replicas_in_sync", 4, True),
        ("strategy.num_replicas_in_sync * 4", 4, True),
        ("64", 64, False),
        ("len(files) * strategy.num_replicas_in_sync", None, False),
    ],
)
@pytest.mark.parametrize("way", ["x, y, batch_size=BATCH", "tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH)"])
def test_the_batch_of_a_replica(way: str, batch: str, size: int | None, replicated: bool) -> None:
    model = textwrap.indent(MODEL, "    ")
    start = f"strategy = tf.distribute.MirroredStrategy()\nBATCH = {batch}\n"
    found = batches(f"{start}with strategy.scope():\n{model}\nmodel.fit({way})")
    assert (found.batch_size, found.replicated, found.strategy) == (size, replicated, "MirroredStrategy")


def test_devices_that_are_listed_share_the_batch() -> None:
    model = textwrap.indent(MODEL, "    ")
    found = batches(
        f"strategy = tf.distribute.MirroredStrategy(['/gpu:0', '/gpu:1'])\nwith strategy.scope():\n{model}\n"
        "model.fit(x, y, batch_size=32)"
    )
    assert (found.batch_size, found.replicas) == (16, 2)


def test_outside_of_a_scope_there_is_no_strategy() -> None:
    found = batches(
        f"strategy = tf.distribute.MirroredStrategy()\nwith strategy.scope():\n    pass\n{MODEL}\nmodel.fit(x, y)"
    )
    assert (found.strategy, found.batch_size) == (None, 32)


@pytest.mark.parametrize(
    ("before", "flat"),
    [
        ("keras.Input((9,)), layers.Dense(8)", True),
        ("layers.Dense(8, input_shape=(9,))", True),
        ("layers.Dense(8, input_dim=9), layers.Dropout(0.1), layers.ReLU()", True),
        ("layers.Dense(8)", False),
        ("keras.Input((20, 9)), layers.Dense(8)", False),
        ("keras.Input((9, 9, 3)), layers.Conv2D(8, 3)", False),
        ("keras.Input((9, 9, 3)), layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(8)", True),
        ("keras.Input((9, 9, 3)), layers.Conv2D(8, 3), layers.GlobalMaxPooling2D()", True),
        ("keras.Input((20, 9)), layers.LSTM(8)", True),
        ("keras.Input((20, 9)), layers.LSTM(8, return_sequences=True)", False),
        ("keras.applications.ResNet50(weights=None, include_top=False, pooling='avg')", True),
        ("keras.applications.VGG16(weights=None, include_top=False)", False),
    ],
)
def test_one_value_a_channel_and_example(before: str, flat: bool) -> None:
    found = batches(
        f"model = keras.Sequential([{before}, layers.BatchNormalization(), layers.Dense(1)])\n"
        "model.compile('adam', 'mse')\nmodel.fit(x, y, batch_size=2)"
    )
    assert found.flat is flat
    assert found.flat_layers == int(flat)


def test_a_model_of_unknown_content_is_not_said_to_have_such_layers() -> None:
    program = START + "model = keras.models.load_model('model.keras')\nmodel.compile('adam', 'mse')\nmodel.fit(x, y, 2)"
    assert analyse(program, "tensorflow==2.15").subjects["batches_at_fit"] == ()
