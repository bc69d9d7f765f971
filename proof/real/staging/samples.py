"""The random data that stands for all data: a few examples, of the shapes that the program asks for."""

import numpy as np

EXAMPLES = 64
"""How many a set holds: a batch as most programs make them, and three sets after two splits."""
SHOWN = 16
"""The largest batch: programs show nine images of one."""
BATCH = 2
"""What a step of a fit gets of it."""
CHANNELS = {"rgb": 3, "grayscale": 1, "rgba": 4, None: 3}
NUMBERS = np.random.RandomState(0)


def images(size, channels=3, count=EXAMPLES, kind="uint8"):
    """``count`` images as 0 to 255, or as 0 to 1 where they are of floating point."""
    values = NUMBERS.rand(count, *(tuple(size) + ((channels,) if channels else ())))
    return values.astype(kind) if kind.startswith("float") else (values * 255).astype(kind)


def labels(classes, count=EXAMPLES):
    """Every class in turn."""
    return np.arange(count) % max(classes, 1)


def coded(numbers, classes, mode):
    """Labels as ``class_mode`` and ``label_mode`` name them; None for none."""
    if mode in ("int", "sparse"):
        return numbers.astype("int64" if mode == "int" else "float32")
    if mode == "binary":
        return (numbers % 2).astype("float32")
    if mode in ("categorical", "raw", "other", "multi_output"):
        return np.eye(classes, dtype="float32")[numbers]
    return None
