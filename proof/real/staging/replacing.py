"""Puts a stand-in in the place of a function, under every name that holds it."""

import sys

ROOTS = ("keras", "tensorflow", "tf_keras", "keras_applications", "keras_preprocessing")


def everywhere(original, stand_in, roots=ROOTS):
    """Each attribute of a loaded module of Keras or TensorFlow that is ``original`` becomes ``stand_in``."""
    for name, module in list(sys.modules.items()):
        if module is None or name.split(".")[0] not in roots:
            continue
        for attribute, value in list(getattr(module, "__dict__", {}).items()):
            if value is original:
                setattr(module, attribute, stand_in)


def reached(root, path):
    """What stands at a dotted path below a module; None where this release has no such thing."""
    for name in path.split("."):
        try:
            root = getattr(root, name)
        except (AttributeError, ImportError):
            return None
    return root


def replace_in_keras(kit, path, stand_in):
    """The same for a dotted path below Keras, and below ``tf.keras`` where that is another one."""
    for root in (kit.keras, getattr(kit.tf, "keras", None)):
        original = None if root is None else reached(root, path)
        if original is not None and original is not stand_in:
            everywhere(original, stand_in)
            holder, _, name = path.rpartition(".")
            setattr(reached(root, holder), name, stand_in)
