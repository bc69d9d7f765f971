"""Stands for the data sets that Keras downloads and for the folders of images that it reads."""

import numpy as np

from proof.real.staging import samples
from proof.real.staging.replacing import reached, replace_in_keras

DOWNLOADED = {
    "mnist": ((28, 28), 10),
    "fashion_mnist": ((28, 28), 10),
    "cifar10": ((32, 32, 3), 10),
    "cifar100": ((32, 32, 3), 100),
}


def install(kit, classes, full=False):
    """Replaces them in a Keras; where nothing tells how many classes there are, there are ``classes``.

    ``full``: as many examples as the true set has, for a program that counts on it.
    """
    for name, (shape, count) in DOWNLOADED.items():
        replace_in_keras(kit, "datasets.%s.load_data" % name, _pictures(shape, count, name.startswith("cifar"), full))
    for name in ("boston_housing", "california_housing"):
        replace_in_keras(kit, "datasets.%s.load_data" % name, _housing)
    for name in ("imdb", "reuters"):
        replace_in_keras(kit, "datasets.%s.load_data" % name, _sentences)
    if kit.tf is not None and kit.eager:
        _make_batches_small(kit.tf)
    folders = _Folders(kit.tf, classes)
    replace_in_keras(kit, "utils.image_dataset_from_directory", folders.dataset)
    replace_in_keras(kit, "preprocessing.image_dataset_from_directory", folders.dataset)
    for root in (kit.keras, getattr(kit.tf, "keras", None)):  # Keras 3 has the class under tf.keras alone
        generator = None if root is None else reached(root, "preprocessing.image.ImageDataGenerator")
        if generator is not None:
            _Generators(kit, classes).replace_in(generator)


def _make_batches_small(tf):
    """A batch that is larger than the data would be dropped as its remainder."""
    for kind in tf.data.Dataset.__mro__:
        if "batch" in vars(kind):
            kind.batch = _small(kind.batch)


def _small(original):
    def batch(self, batch_size, *arguments, **named):
        if isinstance(batch_size, int):
            batch_size = min(batch_size, samples.SHOWN)
        return original(self, batch_size, *arguments, **named)

    return batch


def _pictures(shape, classes, column, full):
    def load_data(*arguments, **named):
        def part(count):
            numbers = samples.labels(classes, count).astype("uint8")
            pictures = np.resize(samples.images(shape, None), (count, *shape))
            return pictures, numbers[:, None] if column else numbers

        if full:
            return part(50000 if column else 60000), part(10000)
        return part(2 * samples.EXAMPLES), part(samples.EXAMPLES)

    return load_data


def _housing(*arguments, **named):
    def part():
        return np.random.rand(samples.EXAMPLES, 13), np.random.rand(samples.EXAMPLES)

    return part(), part()


def _sentences(*arguments, **named):
    def part():
        rows = np.empty(samples.EXAMPLES, dtype=object)
        rows[:] = [[1, 2, 3, 4, 5]] * samples.EXAMPLES
        return rows, samples.labels(2)

    return part(), part()


class _Folders:
    """Folders with one folder of images a class, read as tf.data."""

    def __init__(self, tf, classes):
        self.tf, self.classes = tf, classes

    def dataset(
        self,
        directory=None,
        labels="inferred",
        label_mode="int",
        class_names=None,
        color_mode="rgb",
        batch_size=32,
        image_size=(256, 256),
        shuffle=True,
        seed=None,
        validation_split=None,
        subset=None,
        *arguments,
        **named,
    ):
        """As ``image_dataset_from_directory``."""
        names = list(class_names or ["class_%d" % index for index in range(self.classes)])

        def part():
            pictures = samples.images(image_size, samples.CHANNELS[color_mode], kind="float32") * 255
            numbers = samples.labels(len(names))
            coded = samples.coded(numbers, len(names), label_mode) if labels is not None else None
            if coded is not None and label_mode == "binary":
                coded = coded[:, None]
            found = self.tf.data.Dataset.from_tensor_slices(pictures if coded is None else (pictures, coded))
            if batch_size is not None:
                found = found.batch(min(batch_size, samples.SHOWN))
            found.class_names = names
            found.file_paths = ["class_0/image_%d.png" % index for index in range(samples.EXAMPLES)]
            return found

        return (part(), part()) if subset == "both" else part()


class _Generators:
    """``ImageDataGenerator``: what it yields, whatever it would have read."""

    def __init__(self, kit, classes):
        self.kit, self.classes = kit, classes
        sequence = reached(kit.keras, "utils.PyDataset") or kit.keras.utils.Sequence
        self.kind = _iterator(sequence)

    def replace_in(self, generator):
        """Gives the class other methods."""
        flow = self

        def flow_from_directory(
            self,
            directory=None,
            target_size=(256, 256),
            color_mode="rgb",
            classes=None,
            class_mode="categorical",
            batch_size=32,
            *arguments,
            **named,
        ):
            return flow.batches(target_size, color_mode, classes, class_mode, batch_size)

        def flow_from_dataframe(self, dataframe=None, directory=None, *arguments, **named):
            names = ("target_size", "color_mode", "classes", "class_mode", "batch_size")
            return flow_from_directory(self, **{name: named[name] for name in names if name in named})

        def flow_arrays(self, x, y=None, batch_size=32, *arguments, **named):
            given = x[0] if isinstance(x, tuple) else x
            return flow.kind(np.asarray(given), y, min(batch_size, samples.SHOWN), flow.classes)

        def fit(self, *arguments, **named):
            return None

        for name, method in (
            ("flow_from_directory", flow_from_directory),
            ("flow_from_dataframe", flow_from_dataframe),
            ("flow", flow_arrays),
            ("fit", fit),
        ):
            setattr(generator, name, method)

    def batches(self, size, color_mode, names, mode, batch_size):
        """An iterator over random images."""
        count = len(names) if names else self.classes
        pictures = samples.images(size, samples.CHANNELS[color_mode], kind="float32")
        numbers = samples.labels(count)
        given = pictures if mode == "input" else samples.coded(numbers, count, mode)
        return self.kind(pictures, given, min(batch_size, samples.SHOWN), count, names)


def _iterator(sequence):
    class Batches(sequence):
        """A Keras iterator over arrays with the attributes that programs ask for."""

        def __init__(self, x, y, batch_size, classes, names=None):
            super().__init__()
            self.x, self.y, self.batch_size = x, None if y is None else np.asarray(y), batch_size
            self.samples = self.n = len(x)
            self.image_shape = x.shape[1:]
            self.num_classes = self.num_class = classes
            self.class_indices = {
                name: index for index, name in enumerate(names or map("class_{}".format, range(classes)))
            }
            self.classes = self.labels = samples.labels(classes, len(x))
            self.filenames = self.filepaths = ["class_0/image_%d.png" % index for index in range(len(x))]
            self.total_batches_seen = self.batch_index = 0

        def __len__(self):
            return (len(self.x) + self.batch_size - 1) // self.batch_size

        def __getitem__(self, index):
            part = slice(index * self.batch_size, (index + 1) * self.batch_size)
            return self.x[part] if self.y is None else (self.x[part], self.y[part])

        def __iter__(self):
            while True:
                yield next(self)

        def __next__(self, *arguments):
            self.batch_index = (self.batch_index + 1) % len(self)
            return self[self.batch_index]

        next = __next__

        def reset(self):
            self.batch_index = 0

        def on_epoch_end(self):
            pass

    return Batches
