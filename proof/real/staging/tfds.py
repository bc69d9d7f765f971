"""Stands for TensorFlow Datasets."""

import types

import numpy as np

from proof.real.staging import samples
from proof.real.staging.anything import Anything

SIDE = 48
SHAPES = {
    "mnist": (28, 28, 1, 10),
    "fashion_mnist": (28, 28, 1, 10),
    "emnist": (28, 28, 1, 10),
    "cifar10": (32, 32, 3, 10),
    "cifar100": (32, 32, 3, 100),
    "tf_flowers": (SIDE, SIDE, 3, 5),
    "stl10": (96, 96, 3, 10),
    "rock_paper_scissors": (SIDE, SIDE, 3, 3),
    "stanford_dogs": (SIDE, SIDE, 3, 120),
    "oxford_flowers102": (SIDE, SIDE, 3, 102),
    "food101": (SIDE, SIDE, 3, 101),
    "oxford_iiit_pet": (SIDE, SIDE, 3, 37),
    "eurosat": (64, 64, 3, 10),
    "svhn_cropped": (32, 32, 3, 10),
    "cats_vs_dogs": (SIDE, SIDE, 3, 2),
    "horses_or_humans": (SIDE, SIDE, 3, 2),
    "beans": (SIDE, SIDE, 3, 3),
    "malaria": (SIDE, SIDE, 3, 2),
    "imagenette": (SIDE, SIDE, 3, 10),
    "caltech101": (SIDE, SIDE, 3, 102),
    "patch_camelyon": (SIDE, SIDE, 3, 2),
}
PARTS = ("train", "test", "validation", "unlabeled")


class _Info:
    """What ``with_info=True`` gives."""

    def __init__(self, classes):
        label = types.SimpleNamespace(
            num_classes=classes,
            names=["class-%d" % index for index in range(classes)],
            int2str="class-{}".format,
            str2int=lambda name: 0,
        )
        self.features = {"label": label, "image": types.SimpleNamespace(shape=(None, None, 3))}
        self.splits = {name: types.SimpleNamespace(num_examples=samples.EXAMPLES) for name in PARTS}
        self.name = self.description = "stand-in"


class _Parts(dict):
    """By name; a part that no data set has is made, too."""

    def __init__(self, make):
        super().__init__((name, make()) for name in PARTS[:3])
        self.make = make

    def __missing__(self, name):
        return self.make()


def names(kit, classes):
    """What it holds."""
    tf = kit.tf

    def shape(name):
        return SHAPES.get(str(name).split("/")[0].split(":")[0], (SIDE, SIDE, 3, classes))

    def arrays(name):
        height, width, channels, count = shape(name)
        found = {"image": samples.images((height, width), channels), "label": samples.labels(count)}
        if str(name).startswith("oxford_iiit_pet"):
            found["segmentation_mask"] = samples.labels(3, samples.EXAMPLES * height * width).astype("uint8")
            found["segmentation_mask"] = found["segmentation_mask"].reshape(samples.EXAMPLES, height, width, 1) + 1
        return found

    def load(name, split=None, with_info=False, as_supervised=False, batch_size=None, **named):
        def part():
            found = arrays(name)
            given = (found["image"], found["label"]) if as_supervised else found
            if batch_size == -1:
                return given
            dataset = tf.data.Dataset.from_tensor_slices(given)
            return dataset.batch(min(batch_size, samples.SHOWN)) if batch_size else dataset

        def parts(asked):
            if isinstance(asked, (list, tuple)):
                return type(asked)(parts(each) for each in asked)
            return _Parts(part) if asked is None else part()

        found = parts(split)
        return (found, _Info(shape(name)[3])) if with_info else found

    def builder(name, *arguments, **named):
        return types.SimpleNamespace(
            info=_Info(shape(name)[3]),
            download_and_prepare=Anything(),
            as_dataset=lambda split=None, **more: load(name, split, **more),
        )

    def as_numpy(dataset):
        return dataset.as_numpy_iterator() if hasattr(dataset, "as_numpy_iterator") else np.asarray(dataset)

    return {"load": load, "builder": builder, "as_numpy": as_numpy}
