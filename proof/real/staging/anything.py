"""A value that answers whatever it is asked: what stands for a package's result that no layer depends on."""

import dis
import sys

import numpy as np

LENGTH = 4


class _Members(type):
    """The class answers for its attributes as its objects do."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()


class Anything(metaclass=_Members):
    """Can be called, indexed, iterated, counted with, and read as an array; nothing of it means anything."""

    def __init__(self, *arguments, **named):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __call__(self, *arguments, **named):
        """What works on an array gives one back: filters and augmentations keep the shape."""
        arrays = [each for each in arguments if isinstance(each, np.ndarray) and each.ndim > 1]
        return arrays[0] if arrays else Anything()

    def __getitem__(self, key):
        return Anything()

    def __setitem__(self, key, value):
        pass

    def __delitem__(self, key):
        pass

    def __contains__(self, item):
        return True

    def __iter__(self):
        return iter([Anything() for _ in range(_asked_for(sys._getframe(1)))])

    def __len__(self):
        return LENGTH

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        return False

    def __bool__(self):
        return True

    def __int__(self):
        return 1

    __index__ = __int__

    def __float__(self):
        return 1.0

    def __str__(self):
        return "anything"

    __fspath__ = __repr__ = __str__

    def __format__(self, form):
        return "anything"

    def __hash__(self):
        return id(self)

    def __array__(self, dtype=None, copy=None):
        return np.zeros(LENGTH, dtype or "float32")


def _asked_for(frame):
    """How many values the statement that iterates unpacks; some where it takes as many as there are."""
    code, at = frame.f_code.co_code, frame.f_lasti
    return code[at + 1] if code[at] == dis.opmap["UNPACK_SEQUENCE"] else LENGTH


def _answer(self, *arguments):
    return Anything()


for _name in "add sub mul truediv floordiv mod pow and or xor lt le gt ge eq ne neg pos abs invert round".split():
    setattr(Anything, "__%s__" % _name, _answer)
    if _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor"):
        setattr(Anything, "__r%s__" % _name, _answer)
