"""How many examples, in which batches, in how many steps and epochs: each expectation is what Keras did when it ran.

A number that Keras alone can tell from files that are not there is unknown (None).
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from bnlint.graph.subjects import Fit
from tests.reading import read

GAPS: set[str] = set()
"""Programs that bnlint does not read as it should."""

KERAS_3 = """
    import math

    import keras
    import numpy as np
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Flatten(), layers.BatchNormalization(), layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.zeros((1000, 32, 32, 3))
    y = np.zeros((1000,))
"""
KERAS_2 = """
    import math

    import numpy as np
    import tensorflow as tf
    from tensorflow import keras
    from tensorflow.keras import layers
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    model = keras.Sequential([layers.Flatten(), layers.BatchNormalization(), layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.zeros((1000, 32, 32, 3))
    y = np.zeros((1000,))
"""

SLICES = "ds = tf.data.Dataset.from_tensor_slices((x, y))"
IMPORT_TFDS = "import tensorflow_datasets as tfds"

# batch size, steps an epoch, epochs
Sizes = tuple[int | None, int | None, int | None]

ARRAYS: dict[str, tuple[Sizes, str]] = {
    "the default batch": ((32, 32, 1), "model.fit(x, y)"),
    "numbers in names": ((64, 16, 5), """
        BATCH_SIZE, EPOCHS = 64, 5
        model.fit(x, y, batch_size=BATCH_SIZE, epochs=EPOCHS)
    """),
    "arithmetic on numbers": ((64, 16, 30), """
        BASE = 8
        EPOCHS = 10
        model.fit(x, y, batch_size=BASE * 2**3, epochs=EPOCHS * 3)
    """),
    "a slice of the array": ((32, 25, 1), "model.fit(x[:800], y[:800])"),
    "a slice to a negative index": ((32, 29, 1), "model.fit(x[:-100], y[:-100])"),
    "every tenth example": ((32, 4, 1), "model.fit(x[::10], y[::10])"),
    "a slice by share": ((32, 25, 1), """
        split = int(0.8 * len(x))
        x_train, x_val = x[:split], x[split:]
        model.fit(x_train, y[:split], validation_data=(x_val, y[split:]))
    """),
    "a slice of rows and columns": ((32, 4, 1), "model.fit(x[:100, :16, :16], y[:100])"),
    "a slice of columns": ((32, 32, 1), "model.fit(x[:, :16, :16], y)"),
    "an axis more at the end": ((32, 32, 1), "model.fit(x[..., np.newaxis], y)"),
    "a channel": ((32, 32, 1), "model.fit(x[..., 0], y)"),
    "one example as a batch": ((32, 1, 1), "model.fit(x[0:1], y[0:1])"),
    "one example with an axis": ((32, 1, 1), "model.fit(np.expand_dims(x[0], axis=0), y[:1])"),
    "expand_dims at the end": ((32, 32, 1), "model.fit(np.expand_dims(x, -1), y)"),
    "expand_dims of the first axis": ((32, 1, 1), """
        video = np.expand_dims(x, axis=0)
        model.fit(video, np.zeros((1,)))
    """),
    "newaxis in front": ((32, 1, 1), "model.fit(x[None], np.zeros((1,)))"),
    "concatenate": ((32, 47, 1), """
        more = np.zeros((500, 32, 32, 3))
        model.fit(np.concatenate([x, more]), np.concatenate([y, np.zeros((500,))]))
    """),
    "concatenate along the first axis": ((32, 63, 1), """
        model.fit(np.concatenate((x, x), axis=0), np.concatenate((y, y), axis=0))
    """),
    "concatenate along the channels": ((32, 32, 1), "model.fit(np.concatenate([x, x], axis=-1), y)"),
    "vstack": ((32, 63, 1), "model.fit(np.vstack([x, x]), np.hstack([y, y]))"),
    "stack at the end": ((32, 32, 1), """
        grey = np.zeros((1000, 32, 32))
        model.fit(np.stack([grey] * 3, axis=-1), y)
    """),
    "stack of images": ((32, 1, 1), "model.fit(np.stack([x[0], x[1]]), y[:2])"),
    "repeat of the channels": ((32, 32, 1), "model.fit(np.repeat(x, 3, axis=-1), y)"),
    "repeat of the examples": ((32, 63, 1), "model.fit(np.repeat(x, 2, axis=0), np.repeat(y, 2))"),
    "reshape with a count": ((32, 32, 1), "model.fit(x.reshape(1000, 3072), y)"),
    "reshape with -1": ((32, 32, 1), "model.fit(x.reshape((-1, 3072)), y)"),
    "reshape by shape": ((32, 32, 1), "model.fit(x.reshape(x.shape[0], -1), y)"),
    "reshape to fewer": ((32, 16, 1), "model.fit(x.reshape(500, 64, 32, 3), y[:500])"),
    "np.reshape to more": ((32, 63, 1), "model.fit(np.reshape(x, (2000, 16, 32, 3)), np.zeros((2000,)))"),
    "transpose": ((32, 32, 1), "model.fit(x.transpose(0, 3, 1, 2), y)"),
    "transpose of the first axis": ((32, 1, 1), "model.fit(np.transpose(x, (3, 0, 1, 2)), y[:3])"),
    "the transposed array": ((32, 1, 1), "model.fit(x.T, y[:3])"),
    "random.rand": ((10, 50, 1), "model.fit(np.random.rand(500, 4), np.random.rand(500), batch_size=10)"),
    "a random generator": ((32, 16, 1), """
        rng = np.random.default_rng(0)
        model.fit(rng.random((500, 4)), rng.integers(0, 2, size=500))
    """),
    "random.normal": ((32, 16, 1), "model.fit(np.random.normal(size=(500, 4)), np.random.randint(0, 2, 500))"),
    "a tensor": ((32, 16, 1), "model.fit(tf.random.normal((500, 4)), tf.zeros((500, 1)))"),
    "an array of a list": ((32, 1, 1), "model.fit(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([1.0, 0.0]))"),
    "an array of a comprehension": ((32, 4, 1), """
        data = np.array([np.zeros((8, 8)) for _ in range(100)])
        model.fit(data, np.zeros((100,)))
    """),
    "an array of a list that grew": ((32, 2, 1), """
        images = []
        for _ in range(50):
            images.append(np.zeros((8, 8)))
        model.fit(np.array(images), np.zeros((50,)))
    """),
    "zeros_like": ((32, 32, 1), "model.fit(np.zeros_like(x), np.ones_like(y))"),
    "astype and division": ((32, 32, 1), "model.fit(x.astype('float32') / 255.0, y)"),
    "division in place": ((32, 32, 1), """
        x /= 255.0
        model.fit(x, y)
    """),
    "a permutation": ((32, 32, 1), """
        order = np.random.permutation(len(x))
        model.fit(x[order], y[order])
    """),
    "a part of a permutation": ((32, 25, 1), """
        order = np.random.permutation(1000)
        train, test = order[:800], order[800:]
        model.fit(x[train], y[train])
    """),
    "a mask": ((32, None, 1), """
        labels = np.random.randint(0, 10, 1000)
        model.fit(x[labels == 3], y[labels == 3])
    """),
    "a mask of two classes": ((32, None, 1), """
        (x_train, y_train), _ = keras.datasets.mnist.load_data()
        keep = (y_train == 0) | (y_train == 1)
        model.fit(x_train[keep], y_train[keep])
    """),
    "where": ((32, None, 1), """
        (x_train, y_train), _ = keras.datasets.mnist.load_data()
        keep = np.where(y_train < 5)[0]
        model.fit(x_train[keep], y_train[keep])
    """),
    "several inputs": ((32, 32, 1), """
        a, b = keras.Input((4,)), keras.Input((4,))
        out = layers.Dense(1)(layers.BatchNormalization()(layers.concatenate([a, b])))
        two = keras.Model([a, b], out)
        two.compile("adam", "mse")
        two.fit([np.zeros((1000, 4)), np.zeros((1000, 4))], y)
    """),
    "several inputs by name": ((32, 32, 1), """
        a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
        out = layers.Dense(1)(layers.BatchNormalization()(layers.concatenate([a, b])))
        two = keras.Model({"a": a, "b": b}, out)
        two.compile("adam", "mse")
        two.fit({"a": np.zeros((1000, 4)), "b": np.zeros((1000, 4))}, y)
    """),
    "a validation split": ((32, 25, 1), "model.fit(x, y, validation_split=0.2)"),
    "a validation split that is rounded": ((32, 29, 1), "model.fit(x[:999], y[:999], validation_split=0.1)"),
    "a validation split and data": ((32, 32, 1), """
        model.fit(x, y, validation_split=0.2, validation_data=(x[:100], y[:100]))
    """),
    "train_test_split with a share": ((32, 24, 1), """
        from sklearn.model_selection import train_test_split

        x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=1)
        model.fit(x_train, y_train)
    """),
    "train_test_split with a count": ((32, 29, 1), """
        from sklearn.model_selection import train_test_split

        x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=100)
        model.fit(x_train, y_train)
    """),
    "train_test_split twice": ((32, 20, 1), """
        from sklearn.model_selection import train_test_split

        x_rest, x_test, y_rest, y_test = train_test_split(x, y, test_size=0.2, stratify=y)
        x_train, x_val, y_train, y_val = train_test_split(x_rest, y_rest, test_size=0.2)
        model.fit(x_train, y_train, validation_data=(x_val, y_val))
    """),
    "train_test_split of indices": ((32, 25, 1), """
        from sklearn.model_selection import train_test_split

        train, test = train_test_split(np.arange(1000), test_size=0.2)
        model.fit(x[train], y[train])
    """),
    "train_test_split with both sizes": ((32, 16, 1), """
        from sklearn.model_selection import train_test_split

        x_train, x_test, y_train, y_test = train_test_split(x, y, train_size=0.5, test_size=0.3)
        model.fit(x_train, y_train)
    """),
    "mnist": ((128, 469, 1), """
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
        model.fit(x_train[..., None] / 255.0, y_train, batch_size=128)
    """),
    "cifar10 and one of its batches": ((100, 450, 1), """
        (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
        x_val, y_val = x_train[-5000:], y_train[-5000:]
        x_train, y_train = x_train[:-5000], y_train[:-5000]
        model.fit(x_train, y_train, batch_size=100, validation_data=(x_val, y_val))
    """),
    "only the training part": ((32, 1875, 1), """
        train, test = keras.datasets.fashion_mnist.load_data()
        model.fit(*train)
    """),
    "training and test together": ((32, 2188, 1), """
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
        model.fit(np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test]))
    """),
    "steps as a number decide the batch": ((100, 10, 1), "model.fit(x, y, steps_per_epoch=10)"),
    "fewer steps than batches": ((50, 10, 1), "model.fit(x, y, batch_size=50, steps_per_epoch=10)"),
    "more steps than batches": ((50, 20, 1), "model.fit(x, y, batch_size=50, steps_per_epoch=100)"),
    "steps by floor division": ((50, 20, 1), "model.fit(x, y, batch_size=50, steps_per_epoch=len(x) // 50)"),
    "steps by ceil": ((64, 16, 1), """
        batch_size = 64
        model.fit(x, y, batch_size=batch_size, steps_per_epoch=math.ceil(len(x) / batch_size))
    """),
    "steps by np.ceil": ((64, 16, 1), """
        model.fit(x, y, batch_size=64, steps_per_epoch=int(np.ceil(x.shape[0] / 64)))
    """),
    "an initial epoch": ((32, 32, 6), "model.fit(x, y, epochs=10, initial_epoch=4)"),
    "an initial epoch from a history": ((32, 32, 4), """
        history = model.fit(x, y, epochs=2)
        model.fit(x, y, epochs=5, initial_epoch=history.epoch[-1])
    """),
    "options in a dictionary": ((50, 20, 3), """
        options = {"batch_size": 50, "epochs": 3}
        model.fit(x, y, **options)
    """),
    "options made with dict": ((50, 20, 3), """
        def train(model, **options):
            defaults = dict(batch_size=32, epochs=3, verbose=0)
            defaults.update(options)
            return model.fit(x, y, **defaults)

        train(model, batch_size=50)
    """),
    "arguments in a list": ((50, 20, 3), """
        data = [x, y]
        model.fit(*data, 50, epochs=3)
    """),
    "defaults of argparse": ((64, 16, 7), """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--batch-size", type=int, default=64)
        parser.add_argument("--epochs", type=int, default=7)
        args = parser.parse_args()
        model.fit(x, y, batch_size=args.batch_size, epochs=args.epochs)
    """),
    "a class of settings": ((20, 50, 4), """
        class Config:
            BATCH_SIZE = 20
            EPOCHS = 4

        config = Config()
        model.fit(x, y, batch_size=config.BATCH_SIZE, epochs=config.EPOCHS)
    """),
    "an environment variable": ((16, 63, 2), """
        import os

        model.fit(x, y, batch_size=int(os.environ.get("BATCH", "16")), epochs=int(os.getenv("EPOCHS", 2)))
    """),
    "an argument of the command line": ((None, None, None), """
        import sys

        model.fit(x, y, batch_size=int(sys.argv[1]), epochs=int(sys.argv[2]))
    """),
    "an epoch at a time": ((32, 32, 1), """
        for epoch in range(3):
            model.fit(x, y, epochs=epoch + 1, initial_epoch=epoch)
    """),
    "early stopping": ((32, 32, 50), """
        stop = keras.callbacks.EarlyStopping(monitor="loss", patience=3)
        model.fit(x, y, epochs=50, callbacks=[stop])
    """),
    "five folds": ((32, 25, 1), """
        from sklearn.model_selection import KFold

        for train, test in KFold(n_splits=5).split(x):
            model.fit(x[train], y[train])
    """),
    "a hold-out by hand": ((32, 24, 1), """
        folds, size = 4, len(x) // 4
        for i in range(folds):
            x_train = np.concatenate([x[: i * size], x[(i + 1) * size :]], axis=0)
            y_train = np.concatenate([y[: i * size], y[(i + 1) * size :]], axis=0)
            model.fit(x_train, y_train)
    """),
    "a helper that loads": ((32, 29, 1), """
        def load(limit=None):
            images, labels = np.zeros((1000, 8, 8)), np.zeros((1000,))
            return images[:limit], labels[:limit]

        images, labels = load(900)
        model.fit(images, labels)
    """),
}  # fmt: skip

DATASETS: dict[str, tuple[Sizes, str]] = {
    "batch": ((50, 20, 1), "model.fit(ds.batch(50))"),
    "batch with drop_remainder": ((64, 15, 1), "model.fit(ds.batch(64, drop_remainder=True))"),
    "batch in a name": ((64, 15, 1), """
        BATCH = 64
        ds = ds.shuffle(1000)
        ds = ds.batch(BATCH, True)
        ds = ds.prefetch(tf.data.AUTOTUNE)
        model.fit(ds)
    """),
    "take": ((50, 6, 1), "model.fit(ds.take(300).batch(50))"),
    "take more than there are": ((50, 20, 1), "model.fit(ds.take(5000).batch(50))"),
    "take all": ((50, 20, 1), "model.fit(ds.take(-1).batch(50))"),
    "take batches": ((50, 3, 1), "model.fit(ds.batch(50).take(3))"),
    "take more batches than there are": ((50, 20, 1), "model.fit(ds.batch(50).take(100))"),
    "skip": ((50, 14, 1), "model.fit(ds.skip(300).batch(50))"),
    "skip batches": ((50, 17, 1), "model.fit(ds.batch(50).skip(3))"),
    "a validation part by take and skip": ((32, 26, 1), """
        ds = ds.batch(32)
        val = ds.take(len(ds) // 5)
        train = ds.skip(len(ds) // 5)
        model.fit(train, validation_data=val)
    """),
    "shard": ((50, 5, 1), "model.fit(ds.shard(num_shards=4, index=0).batch(50))"),
    "repeat with a count": ((50, 60, 1), "model.fit(ds.repeat(3).batch(50))"),
    "repeat of batches": ((64, 48, 1), "model.fit(ds.batch(64).repeat(3))"),
    "repeat of dropped batches": ((64, 45, 1), "model.fit(ds.batch(64, drop_remainder=True).repeat(3))"),
    "repeat for ever and steps": ((50, 7, 2), "model.fit(ds.repeat().batch(50), steps_per_epoch=7, epochs=2)"),
    "repeat for ever and take": ((50, 100, 1), "model.fit(ds.repeat().batch(50).take(100))"),
    "repeat for ever and take examples": ((50, 60, 1), "model.fit(ds.repeat().take(3000).batch(50))"),
    "repeat minus one": ((50, 9, 1), "model.fit(ds.batch(50).repeat(-1), steps_per_epoch=9)"),
    "unbatch": ((100, 10, 1), "model.fit(ds.batch(32).unbatch().batch(100))"),
    "unbatch of dropped batches": ((32, 30, 1), """
        model.fit(ds.batch(64, drop_remainder=True).unbatch().batch(32))
    """),
    "rebatch": ((20, 50, 1), "model.fit(ds.batch(50).rebatch(20))"),
    "padded batch": ((50, 20, 1), "model.fit(ds.padded_batch(50))"),
    "map and cache": ((50, 20, 1), """
        def augment(image, label):
            return tf.image.random_flip_left_right(image), label

        model.fit(ds.cache().map(augment, num_parallel_calls=tf.data.AUTOTUNE).batch(50).prefetch(1))
    """),
    "a function applied": ((25, 40, 1), """
        def prepare(dataset, batch=25):
            return dataset.shuffle(100).batch(batch).prefetch(2)

        model.fit(prepare(ds))
    """),
    "apply": ((25, 40, 1), "model.fit(ds.apply(lambda dataset: dataset.batch(25)))"),
    "filter": ((50, None, 1), """
        model.fit(ds.filter(lambda image, label: tf.reduce_sum(image) > 0.5).batch(50))
    """),
    "data sets joined": ((50, 30, 1), "model.fit(ds.concatenate(ds.take(500)).batch(50))"),
    "zip": ((50, 20, 1), """
        images = tf.data.Dataset.from_tensor_slices(x)
        labels = tf.data.Dataset.from_tensor_slices(y)
        model.fit(tf.data.Dataset.zip((images, labels)).batch(50))
    """),
    "zip of different lengths": ((50, 6, 1), """
        images = tf.data.Dataset.from_tensor_slices(x)
        labels = tf.data.Dataset.from_tensor_slices(y[:300])
        model.fit(tf.data.Dataset.zip((images, labels)).batch(50))
    """),
    "zip of batches": ((50, 20, 1), """
        images = tf.data.Dataset.from_tensor_slices(x).batch(50)
        labels = tf.data.Dataset.from_tensor_slices(y).batch(50)
        model.fit(tf.data.Dataset.zip((images, labels)))
    """),
    "slices of one array": ((50, 20, 1), """
        images = tf.data.Dataset.from_tensor_slices(x)
        model.fit(images.map(lambda image: (image, tf.reduce_sum(image))).batch(50))
    """),
    "slices of a dictionary": ((50, 20, 1), """
        rows = tf.data.Dataset.from_tensor_slices({"image": x, "label": y})
        model.fit(rows.map(lambda row: (row["image"], row["label"])).batch(50))
    """),
    "a range": ((10, 10, 1), """
        numbers = tf.data.Dataset.range(100)
        model.fit(numbers.map(lambda n: (tf.zeros((4,)), tf.cast(n, "float32"))).batch(10))
    """),
    "one tensor": ((1000, 1, 1), "model.fit(tf.data.Dataset.from_tensors((x, y)))"),
    "a generator": ((8, 5, 1), """
        def rows():
            while True:
                yield np.zeros((4,)), 0.0

        signature = (tf.TensorSpec((4,), tf.float32), tf.TensorSpec((), tf.float32))
        made = tf.data.Dataset.from_generator(rows, output_signature=signature)
        model.fit(made.batch(8), steps_per_epoch=5)
    """),
    "len of a data set": ((50, 20, 1), """
        train = ds.batch(50)
        model.fit(train, steps_per_epoch=len(train))
    """),
    "cardinality": ((50, 20, 1), """
        train = ds.batch(50)
        model.fit(train, steps_per_epoch=train.cardinality().numpy())
    """),
    "cardinality by tf.data": ((50, 16, 1), """
        train = ds.batch(50)
        count = tf.data.experimental.cardinality(train)
        model.fit(train.skip(count // 5))
    """),
    "fewer steps than there are": ((50, 7, 2), "model.fit(ds.batch(50), steps_per_epoch=7, epochs=2)"),
    "more steps than there are": ((50, 20, 1), "model.fit(ds.batch(50), steps_per_epoch=100)"),
    "a batch in a batch": ((50, 20, 1), "model.fit(ds.batch(10).unbatch().shuffle(10).batch(50))"),
    "mnist slices": ((128, 469, 1), """
        (x_train, y_train), _ = keras.datasets.mnist.load_data()
        train = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(60000).batch(128)
        model.fit(train)
    """),
    "batches by hand": ((50, 1, 1), """
        for images, labels in ds.batch(50):
            model.train_on_batch(images, labels)
    """),
    "the batch size of a fit on a data set": ((50, 20, 3), "model.fit(ds.batch(50), epochs=3)"),
    "split_dataset": ((50, 16, 1), """
        left, right = keras.utils.split_dataset(ds, left_size=0.8)
        model.fit(left.batch(50), validation_data=right.batch(50))
    """),
}  # fmt: skip

TFDS: dict[str, tuple[Sizes, str]] = {
    "one split": ((32, 727, 1), """
        train = tfds.load("cats_vs_dogs", split="train", as_supervised=True)
        model.fit(train.batch(32))
    """),
    "percent of a split": ((32, 582, 1), """
        (train, val), info = tfds.load(
            "cats_vs_dogs", split=["train[:80%]", "train[80%:]"], with_info=True, as_supervised=True
        )
        model.fit(train.batch(32), validation_data=val.batch(32))
    """),
    "three parts": ((32, 291, 1), """
        train, val, test = tfds.load(
            "cats_vs_dogs", split=["train[:40%]", "train[40%:50%]", "train[50%:60%]"], as_supervised=True
        )
        model.fit(train.map(lambda image, label: (image, label)).batch(32))
    """),
    "all splits": ((128, 469, 1), """
        data = tfds.load("mnist", as_supervised=True)
        model.fit(data["train"].batch(128), validation_data=data["test"].batch(128))
    """),
    "all splits with info": ((128, 391, 1), """
        data, info = tfds.load("cifar10", with_info=True, as_supervised=True)
        train, test = data["train"], data["test"]
        model.fit(train.shuffle(1000).batch(128), validation_data=test.batch(128))
    """),
    "the number of examples of the info": ((64, 781, 1), """
        data, info = tfds.load("cifar10", with_info=True, as_supervised=True)
        steps = info.splits["train"].num_examples // 64
        model.fit(data["train"].repeat().batch(64), steps_per_epoch=steps)
    """),
    "a split by position": ((50, 200, 1), """
        test = tfds.load("mnist", split="test", as_supervised=True, shuffle_files=True)
        model.fit(test.batch(50))
    """),
    "absolute numbers": ((50, 20, 1), """
        train = tfds.load("mnist", split="train[:1000]", as_supervised=True)
        model.fit(train.batch(50))
    """),
    "in batches": ((128, 469, 1), """
        train = tfds.load("mnist", split="train", batch_size=128, as_supervised=True)
        model.fit(train)
    """),
    "a text put together": ((32, 655, 1), """
        share = 90
        train = tfds.load("cats_vs_dogs", split=f"train[:{share}%]", as_supervised=True)
        model.fit(train.batch(32))
    """),
    "a builder": ((32, 1563, 1), """
        builder = tfds.builder("cifar10")
        builder.download_and_prepare()
        train = builder.as_dataset(split="train", as_supervised=True)
        model.fit(train.batch(32))
    """),
    "a name that is not known": ((32, None, 1), """
        train = tfds.load("my_own_images", split="train", as_supervised=True)
        model.fit(train.batch(32))
    """),
}  # fmt: skip

DIRECTORIES: dict[str, tuple[Sizes, str]] = {
    "the default batch of a directory": ((32, None, 1), """
        train = keras.utils.image_dataset_from_directory("train", image_size=(32, 32))
        model.fit(train)
    """),
    "a batch given": ((16, None, 2), """
        BATCH = 16
        train = keras.utils.image_dataset_from_directory("train", image_size=(32, 32), batch_size=BATCH)
        model.fit(train.prefetch(1), epochs=2)
    """),
    "a batch by position": ((8, None, 1), """
        train = keras.utils.image_dataset_from_directory("train", "inferred", "int", None, "rgb", 8, (32, 32))
        model.fit(train)
    """),
    "without batches": ((20, None, 1), """
        train = keras.utils.image_dataset_from_directory("train", image_size=(32, 32), batch_size=None)
        model.fit(train.shuffle(100).batch(20))
    """),
    "both subsets": ((64, None, 1), """
        train, val = keras.utils.image_dataset_from_directory(
            "train", validation_split=0.2, subset="both", seed=1, image_size=(32, 32), batch_size=64
        )
        model.fit(train, validation_data=val)
    """),
    "unbatched again": ((50, None, 1), """
        train = keras.utils.image_dataset_from_directory("train", image_size=(32, 32))
        model.fit(train.unbatch().batch(50))
    """),
    "time series": ((32, 29, 1), """
        series = np.zeros((1000, 4))
        windows = keras.utils.timeseries_dataset_from_array(
            series, series[100:, 0], sequence_length=100, batch_size=32
        )
        model.fit(windows)
    """),
}  # fmt: skip

GENERATORS: dict[str, tuple[Sizes, str]] = {
    "flow": ((32, 32, 1), """
        generator = ImageDataGenerator(rotation_range=10)
        model.fit(generator.flow(x, y))
    """),
    "flow with a batch": ((50, 20, 3), """
        generator = ImageDataGenerator(horizontal_flip=True)
        generator.fit(x)
        model.fit(generator.flow(x, y, batch_size=50), epochs=3)
    """),
    "flow by position": ((20, 50, 1), "model.fit(ImageDataGenerator().flow(x, y, 20))"),
    "flow of a tuple": ((20, 50, 1), "model.fit(ImageDataGenerator().flow((x, y), batch_size=20))"),
    "flow of a subset": ((50, 16, 1), """
        generator = ImageDataGenerator(validation_split=0.2)
        train = generator.flow(x, y, batch_size=50, subset="training")
        val = generator.flow(x, y, batch_size=50, subset="validation")
        model.fit(train, validation_data=val)
    """),
    "flow of the validation subset": ((50, 4, 1), """
        generator = ImageDataGenerator(validation_split=0.2)
        model.fit(generator.flow(x, y, batch_size=50, subset="validation"))
    """),
    "steps of len": ((64, 16, 1), """
        train = ImageDataGenerator().flow(x, y, batch_size=64)
        model.fit(train, steps_per_epoch=len(train))
    """),
    "steps of samples": ((64, 15, 1), """
        train = ImageDataGenerator().flow(x, y, batch_size=64)
        model.fit(train, steps_per_epoch=train.n // train.batch_size)
    """),
    "steps of the array": ((64, 15, 1), """
        batch_size = 64
        train = ImageDataGenerator().flow(x, y, batch_size=batch_size)
        model.fit(train, steps_per_epoch=x.shape[0] // batch_size)
    """),
    "steps of samples by ceil": ((64, 16, 1), """
        train = ImageDataGenerator().flow(x, y, batch_size=64)
        model.fit(train, steps_per_epoch=math.ceil(train.n / train.batch_size))
    """),
    "a directory": ((32, None, 1), """
        generator = ImageDataGenerator(rescale=1 / 255, validation_split=0.2)
        train = generator.flow_from_directory("train", target_size=(32, 32), class_mode="binary", subset="training")
        model.fit(train)
    """),
    "a directory by position": ((10, None, 1), """
        train = ImageDataGenerator().flow_from_directory("train", (32, 32), "rgb", None, "binary", 10)
        model.fit(train)
    """),
    "steps of a directory": ((20, None, 1), """
        train = ImageDataGenerator().flow_from_directory("train", target_size=(32, 32), batch_size=20)
        model.fit(train, steps_per_epoch=train.samples // train.batch_size)
    """),
    "steps as a number": ((20, 100, 30), """
        train = ImageDataGenerator().flow_from_directory("train", (32, 32), batch_size=20, class_mode="binary")
        model.fit(train, steps_per_epoch=100, epochs=30)
    """),
    "a data frame": ((32, None, 1), """
        import pandas as pd

        table = pd.read_csv("train.csv")
        train = ImageDataGenerator().flow_from_dataframe(table, directory="images", x_col="file", y_col="label")
        model.fit(train)
    """),
    "a generator function": ((25, 40, 1), """
        def batches(images, labels, size=25):
            while True:
                for start in range(0, len(images), size):
                    yield images[start : start + size], labels[start : start + size]

        model.fit(batches(x, y), steps_per_epoch=len(x) // 25)
    """),
    "a generator function and one batch": ((8, 5, 1), """
        def batches():
            while True:
                yield np.zeros((8, 4)), np.zeros((8,))

        model.fit(batches(), steps_per_epoch=5)
    """),
    "batches of a flow by hand": ((50, 1, 1), """
        flow = ImageDataGenerator().flow(x, y, batch_size=50)
        for images, labels in flow:
            model.train_on_batch(images, labels)
            break
    """),
    "fit_generator": ((50, 20, 2), """
        train = ImageDataGenerator().flow(x, y, batch_size=50)
        model.fit_generator(train, len(x) // 50, 2)
    """),
    "fit_generator without steps": ((50, 20, 2), """
        model.fit_generator(ImageDataGenerator().flow(x, y, batch_size=50), epochs=2)
    """),
}  # fmt: skip

SEQUENCES: dict[str, tuple[Sizes, str]] = {
    "a sequence of a known length": ((25, 40, 1), """
        class Batches(keras.utils.Sequence):
            def __len__(self):
                return 40

            def __getitem__(self, index):
                return np.zeros((25, 4)), np.zeros((25,))

        model.fit(Batches())
    """),
    "a sequence that counts its batches": ((64, 16, 1), """
        class Batches(keras.utils.Sequence):
            def __init__(self, images, labels, batch_size):
                super().__init__()
                self.images, self.labels, self.batch_size = images, labels, batch_size

            def __len__(self):
                return math.ceil(len(self.images) / self.batch_size)

            def __getitem__(self, index):
                part = slice(index * self.batch_size, (index + 1) * self.batch_size)
                return self.images[part], self.labels[part]

        model.fit(Batches(x, y, 64))
    """),
    "steps of a sequence": ((50, 20, 1), """
        class Batches(keras.utils.Sequence):
            batch_size = 50

            def __len__(self):
                return len(x) // self.batch_size

            def __getitem__(self, index):
                start = index * self.batch_size
                return x[start : start + self.batch_size], y[start : start + self.batch_size]

        train = Batches()
        model.fit(train, steps_per_epoch=len(train))
    """),
    "a sequence of files": ((None, None, 3), """
        import glob

        class Batches(keras.utils.Sequence):
            def __init__(self, files, batch_size=16):
                super().__init__()
                self.files, self.batch_size = files, batch_size

            def __len__(self):
                return len(self.files) // self.batch_size

            def __getitem__(self, index):
                files = self.files[index * self.batch_size : (index + 1) * self.batch_size]
                return np.stack([np.load(file) for file in files]), np.zeros((len(files),))

        model.fit(Batches(glob.glob("images/*.npy")), epochs=3)
    """),
}  # fmt: skip


def last_fit(*program: str, target: str) -> Fit:
    return read(tuple(map(textwrap.dedent, program)), target).fits[-1]


def cases(table: Mapping[str, tuple[Sizes, str]]) -> list[object]:
    return [
        pytest.param(*case, id=name, marks=[pytest.mark.xfail(strict=True)] if name in GAPS else [])
        for name, case in table.items()
    ]


@pytest.mark.parametrize(("sizes", "program"), cases(ARRAYS))
def test_arrays(sizes: Sizes, program: str) -> None:
    fit = last_fit(KERAS_3, program, target="keras==3.15")
    assert (fit.batch_size, fit.steps_per_epoch, fit.epochs) == sizes


@pytest.mark.parametrize(("sizes", "program"), cases(DATASETS))
def test_data_sets(sizes: Sizes, program: str) -> None:
    fit = last_fit(KERAS_3, SLICES, program, target="keras==3.15")
    assert (fit.batch_size, fit.steps_per_epoch, fit.epochs) == sizes


@pytest.mark.parametrize(("sizes", "program"), cases(TFDS))
def test_tensorflow_datasets(sizes: Sizes, program: str) -> None:
    fit = last_fit(KERAS_3, IMPORT_TFDS, program, target="keras==3.15")
    assert (fit.batch_size, fit.steps_per_epoch, fit.epochs) == sizes


@pytest.mark.parametrize(("sizes", "program"), cases(DIRECTORIES))
def test_directories(sizes: Sizes, program: str) -> None:
    fit = last_fit(KERAS_3, program, target="keras==3.15")
    assert (fit.batch_size, fit.steps_per_epoch, fit.epochs) == sizes


@pytest.mark.parametrize(("sizes", "program"), cases(GENERATORS))
def test_generators(sizes: Sizes, program: str) -> None:
    fit = last_fit(KERAS_2, program, target="tensorflow==2.15")
    assert (fit.batch_size, fit.steps_per_epoch, fit.epochs) == sizes


@pytest.mark.parametrize(("sizes", "program"), cases(SEQUENCES))
def test_sequences(sizes: Sizes, program: str) -> None:
    fit = last_fit(KERAS_3, program, target="keras==3.15")
    assert (fit.batch_size, fit.steps_per_epoch, fit.epochs) == sizes


# how many examples numpy counts; None where it hangs on values, or on a rank that the program does not show
LENGTHS: dict[str, int | None] = {
    "x[y.astype(bool)]": None,
    "x[~(y == 0)]": None,
    "x[np.where(y > 0)[0]]": None,
    "x[np.any(x > 0, axis=(1, 2, 3))]": None,
    "x[np.ones(1000, dtype=bool)]": None,
    "x[[0, 2, 1]]": 3,
    "x[np.argsort(y)[::-1][:10]]": 10,
    "x[:, :, 0, None]": 1000,
    "x[0, :, [2, 1]]": None,
    "np.dstack([y, y])": 1,
    "np.append(y, y)": 2000,
    "np.tile(y, 3)": 3000,
    "np.tile(x, (1, 1, 1, 3))": 1000,
    "np.moveaxis(x, -1, 0)": 3,
    "np.swapaxes(x, 1, 2)": 1000,
    "np.squeeze(x[:1])": 32,
    "np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)))": 1000,
    "x.reshape(-1, 3)": 1024000,
    "x.mean(axis=(1, 2))": None,
    "x.mean(axis=-1)": 1000,
    "x.mean(axis=0)": 32,
    "x - x.mean(axis=0)": 1000,
    "y[:, None] * np.ones(5)": 1000,
    "np.zeros((len(x),) + x.shape[1:3])": 1000,
    "files.reshape(-1, 3)": None,
    "files.reshape(-1, 32, 32, 3)": 10,
    "files.flatten()": None,
    "np.concatenate([files, files], axis=-1)": None,
}


@pytest.mark.parametrize(("array", "length"), LENGTHS.items())
def test_lengths_of_arrays(array: str, length: int | None) -> None:
    load = "files = np.array([np.load(f'{i}.npy') for i in range(10)])\n"
    assert last_fit(KERAS_3, load, f"model.fit({array}, y)", target="keras==3.15").samples == length


@pytest.mark.parametrize(
    ("target", "samples"), [("keras==3.15", 1000), ("tensorflow==2.15", 800), ("keras==2.2.4", 1000)]
)
def test_validation_data_beside_a_split(target: str, samples: int) -> None:
    """The Keras 2 of TensorFlow takes the split off all the same (read in its `fit`)."""
    program = """
        import numpy as np
        from keras.layers import BatchNormalization
        from keras.models import Sequential

        x, y = np.zeros((1000, 4)), np.zeros((1000,))
        model = Sequential([BatchNormalization(input_shape=(4,))])
        model.compile("adam", "mse")
        model.fit(x, y, validation_split=0.2, validation_data=(x, y))
    """
    program = program.replace("keras.", "tensorflow.keras.") if target.startswith("tensorflow") else program
    assert last_fit(program, target=target).samples == samples


@pytest.mark.parametrize(
    ("target", "fit", "updates"),
    [
        ("keras==3.15", "ds.batch(50), steps_per_epoch=10, epochs=4", 40),
        ("keras==3.15", "ds.batch(50), steps_per_epoch=100, epochs=4", 80),
        ("keras==3.15", "ds.batch(50), steps_per_epoch=15, epochs=4", None),
        ("keras==3.15", "ds.repeat().batch(50), steps_per_epoch=15, epochs=4", 60),
        ("tensorflow==2.15", "ds.batch(50), steps_per_epoch=10, epochs=4", None),
        ("tensorflow==2.15", "ds.batch(50), steps_per_epoch=20, epochs=4", 80),
        ("tensorflow==2.15", "ds.batch(50), steps_per_epoch=5, epochs=4", 20),
        ("tensorflow==2.15", "x, y, batch_size=50, steps_per_epoch=15, epochs=4", 60),
    ],
)
def test_updates_of_data_that_may_not_last(target: str, fit: str, updates: int | None) -> None:
    """Keras 3 begins anew at the end of the data; the Keras 2 of TensorFlow ends the fit there."""
    program = (KERAS_3 if target.startswith("keras") else KERAS_2, SLICES, f"model.fit({fit})")
    assert last_fit(*program, target=target).batch_norm[0].updates == updates


@pytest.mark.parametrize(
    ("made", "is_random"),
    [
        ("np.random.rand(64, 8, 8, 3)", True),
        ("np.random.randint(0, 255, (64, 8, 8, 3)).astype('float32') / 255", True),
        ("np.random.default_rng(0).normal(size=(64, 8, 8, 3))", True),
        ("tf.random.normal((64, 8, 8, 3))", True),
        ("tf.data.Dataset.from_tensor_slices((np.random.rand(64, 8, 8, 3), y)).shuffle(64).batch(8)", True),
        ("np.zeros((64, 8, 8, 3))", False),
        ("x + np.random.normal(size=x.shape)", False),
        ("load() + np.random.normal(size=(64, 8, 8, 3))", False),
        ("np.random.permutation(x)", False),
        ("x[np.random.choice(1000, 64)]", False),
        ("keras.datasets.cifar10.load_data()[0][0]", False),
    ],
)
def test_random_numbers_in_place_of_examples(made: str, is_random: bool) -> None:
    program = read((KERAS_3, "from data import load", f"given = {made}", "model.fit(given, y)"), "keras==3.15")
    assert [fit.random_examples for fit in program.fits] == [is_random]
