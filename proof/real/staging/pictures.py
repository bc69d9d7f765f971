"""Stands for the packages that read and change pictures: what comes out has the size that was asked for."""

import numpy as np

from proof.real.staging import samples
from proof.real.staging.anything import Anything
from proof.real.staging.replacing import replace_in_keras

SIDE = 64
"""Of a picture of which nobody asked for a size."""


class Picture:
    """An image as PIL has it."""

    def __init__(self, size=(SIDE, SIDE), mode="RGB"):
        self.size, self.mode, self.format = (int(size[0]), int(size[1])), mode, "PNG"
        self.width, self.height = self.size

    def __array__(self, dtype=None, copy=None):
        values = samples.images((self.height, self.width), 1 if self.mode == "L" else 3, count=1)[0]
        values = values[..., 0] if self.mode == "L" else values
        return values if dtype is None else values.astype(dtype)

    def resize(self, size, *arguments, **named):
        """Of another size."""
        return Picture(size, self.mode)

    def thumbnail(self, size, *arguments, **named):
        """Of another size itself."""
        self.__init__(size, self.mode)

    def convert(self, mode="RGB", *arguments, **named):
        """In other colours."""
        return Picture(self.size, mode)

    def crop(self, box=None):
        """A part of it."""
        return self if box is None else Picture((box[2] - box[0], box[3] - box[1]), self.mode)

    def copy(self, *arguments, **named):
        """The same, as after anything that keeps its size."""
        return self

    rotate = transpose = filter = load = copy

    def save(self, *arguments, **named):
        """Goes nowhere."""

    show = close = seek = save

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        return False


def resized(image, size=None, *arguments, **named):
    """As ``cv2.resize``, which takes the width first; scikit-image's takes the height first."""
    given = np.asarray(image)
    width, height = size if size is not None else named.get("dsize") or (given.shape[1], given.shape[0])
    shape = (int(height), int(width), *given.shape[2:])
    return samples.NUMBERS.rand(*shape).astype(given.dtype) * (255 if given.dtype != np.uint8 else 1)


def recoloured(image, code=None, *arguments, **named):
    """As ``cv2.cvtColor``; the names of the codes are the codes."""
    given, wanted = np.asarray(image), str(code)
    if wanted.endswith("GRAY"):
        return given[..., 0] if given.ndim == 3 else given
    if wanted.startswith("COLOR_GRAY"):
        return np.stack([given] * 3, axis=-1) if given.ndim == 2 else given
    return given


def read(path=None, flags=1, *arguments, **named):
    """As ``cv2.imread``."""
    grey = flags == 0 or str(flags).endswith("GRAYSCALE") or named.get("as_gray")
    return samples.images((SIDE, SIDE), None if grey else 3, count=1)[0]


class _Opening:
    """``PIL.Image``, the module."""

    Image = Picture
    LANCZOS = ANTIALIAS = BICUBIC = BILINEAR = NEAREST = 1
    Resampling = Transpose = Anything()

    @staticmethod
    def open(*arguments, **named):
        return Picture()

    @staticmethod
    def new(mode, size, *arguments):
        return Picture(size, mode)

    @staticmethod
    def fromarray(array, *arguments, **named):
        shape = np.asarray(array).shape
        return Picture((shape[1], shape[0]), "RGB" if len(shape) == 3 else "L")


def names(kit, classes):
    """What ``cv2``, ``PIL`` and ``skimage`` hold."""
    codes = "BGR2RGB RGB2BGR BGR2GRAY RGB2GRAY GRAY2RGB GRAY2BGR BGR2HSV RGB2HSV BGR2LAB LAB2BGR".split()
    found = {"COLOR_" + code: "COLOR_" + code for code in codes}
    found.update(
        IMREAD_GRAYSCALE=0, IMREAD_COLOR=1, IMREAD_UNCHANGED=-1, imread=read, resize=resized, cvtColor=recoloured
    )
    found.update(Image=_Opening, open=_Opening.open, new=_Opening.new, fromarray=_Opening.fromarray, imwrite=Anything())
    return found


def install(kit):
    """Replaces what needs PIL or graphviz."""
    for path, stand_in in (
        ("utils.load_img", load_img),
        ("preprocessing.image.load_img", load_img),
        ("utils.array_to_img", array_to_img),
        ("preprocessing.image.array_to_img", array_to_img),
        ("utils.save_img", Anything()),
        ("preprocessing.image.save_img", Anything()),
        ("utils.plot_model", Anything()),
        ("utils.model_to_dot", Anything()),
    ):
        replace_in_keras(kit, path, stand_in)


def array_to_img(array, *arguments, **named):
    """As Keras has it."""
    shape = np.shape(array)
    return Picture((shape[1], shape[0]), "L" if shape[-1] == 1 else "RGB")


def load_img(path=None, grayscale=False, color_mode="rgb", target_size=None, *arguments, **named):
    """As Keras has it; ``target_size`` is height first."""
    height, width = target_size[:2] if target_size else (SIDE, SIDE)
    return Picture((width, height), "L" if grayscale or color_mode == "grayscale" else "RGB")
