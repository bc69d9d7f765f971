"""Measures under which other paths the very same layers, models and applications stand (Python 3.6 and newer).

    python tools/measure_successors.py OUT.json
    python tools/measure_successors.py --compile OUT.json ...

OUT.json is ``{release: {path: {other path: whether it is the same object}}}``, for the paths of ``tools/api/names.py``
on the TensorFlow and the Keras that are installed here; the two versions of BatchNormalization count as the same. With
``--compile`` such files become ``bnlint/keras/data/api/successors.json``: ``{path: other paths}``, those that were the
same object on each release that has both, at least one. Of ``tensorflow.python.keras`` the releases count in which it
is the Keras of TensorFlow.
"""

import importlib
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import measuring
from api import names

AREAS = ("layers", "applications", "engine", "models")
PRIVATE = "tensorflow.python.keras."
NORM = "BatchNormalization"
OUT = os.path.join(os.path.dirname(__file__), "..", "bnlint", "keras", "data", "api", "successors.json")


def candidates(path):
    """The places, below the root of Keras, at which what a path names may stand as well; the plainest first."""
    suffix = path[len(PRIVATE) :] if path.startswith(PRIVATE) else path
    name = suffix.rpartition(".")[2]
    found = [suffix] if suffix != path else []
    found += [area + "." + name for area in ("layers", "models", "applications", "utils")]
    return [each for each in dict.fromkeys(found) if each != path]


def asked():
    """The paths below the roots of Keras, and those of the copy inside TensorFlow."""
    found = set()
    for path in names.paths():
        if path.startswith(PRIVATE):
            found.add(path)
        elif path.startswith("keras."):
            suffix = path[len("keras.") :]
            if suffix.count(".") and (suffix.startswith(AREAS)):
                found.add(suffix)
    return sorted(found)


def reached(root, path):
    """What a path leads to; None where there is nothing."""
    module, _, name = (root + "." + path).rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except Exception:
        pass
    try:
        value = importlib.import_module(root.partition(".")[0])
        for part in (root + "." + path).split(".")[1:]:
            value = getattr(value, part)
    except Exception:
        return None
    return value


def are_versions(one, other):
    """Whether two classes are the first and the second version of BatchNormalization."""
    bases = [{each for each in getattr(value, "__mro__", ()) if NORM in each.__name__} for value in (one, other)]
    return bool(bases[0] & bases[1]) and all(NORM in value.__name__ for value in (one, other))


def measured(root):
    """``{path: {other path: whether it is the same}}`` below one root of Keras."""
    found = {}
    for path in asked():
        if path.startswith(PRIVATE):
            value = reached("tensorflow", path[len("tensorflow.") :]) if root == "tensorflow.keras" else None
        else:
            value = reached(root, path)
        if value is None or isinstance(value, type(os)):
            continue
        for other in candidates(path):
            there = reached(root, other)
            if there is not None:
                found.setdefault(path, {})[other] = there is value or are_versions(there, value)
    return found


def is_copy(release):
    """Whether ``tensorflow.python.keras`` is a second Keras in a TensorFlow: since 2.6, in which Keras left it."""
    major, minor = release.rpartition(" ")[2].split(".")[:2]
    return (int(major), int(minor)) >= (2, 6)


def compiled(files):
    """``{path: other paths}`` of all measurements."""
    seen = {}
    for file in files:
        with open(file) as stream:
            for release, paths in json.load(stream).items():
                for path, others in paths.items():
                    if path.startswith(PRIVATE) and is_copy(release):
                        continue
                    for other, same in others.items():
                        seen.setdefault(path, {}).setdefault(other, []).append(same)
    found = {}
    for path, others in sorted(seen.items()):
        same = [other for other in candidates(path) if all(others.get(other, [False]))]
        if same:
            found[path] = " ".join(same)
    return found


def all_measured():
    """What each Keras that is installed here answers."""
    found = {}
    for root in ("tensorflow.keras", "keras", "tf_keras"):
        try:
            module = importlib.import_module(root.partition(".")[0])
        except ImportError:
            continue
        found[root + " " + module.__version__] = measured(root)
    return found


if __name__ == "__main__":
    measuring.measure_or_compile(__doc__, all_measured, compiled, OUT, indent=0, separators=(",", ":"))
