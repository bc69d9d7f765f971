"""The Keras that has saved a model file, as a target: what a file runs on where nothing else says so.

Keras 3 loads what earlier releases of it have saved; a file of Keras 2 is loaded by that Keras, by few others, and
means something else on them.
"""

from __future__ import annotations

import re

from bnlint.graph.saved import SavedModel
from bnlint.keras.releases import KERAS_3_IN_TENSORFLOW, MULTI_BACKEND_ENDS, Target

WRITTEN_BY = {"2.3.0-tf": "tensorflow==2.2", "2.4.0": "tensorflow==2.4"}
"""Versions that two releases write: TensorFlow 2.1 and 2.2, 2.3 and 2.4.

What was measured of the two gives the same answers about model files. That of TensorFlow 1.15 and 2.0, which both write
`2.2.4-tf`, does not: it names none.
"""


def saved_with(model: SavedModel) -> Target | None:
    """The Keras 2 that has saved a model; None for one of Keras 3, and where the file does not tell which it was."""
    spec = WRITTEN_BY.get(model.keras or "") or _spec(model)
    if spec is None:
        return None
    try:
        target = Target.parse(spec, f"saved by Keras {model.keras}")
    except ValueError:
        return None
    release = target.release("tf_keras" if target.framework == "tf_keras" else model.heap[model.root].package)
    return target if release is not None and release.columns else None


def _spec(model: SavedModel) -> str | None:
    written = model.keras or ""
    found = re.match(r"([0-9]{1,3})\.([0-9]{1,3})(?![0-9])", written)
    if found is None or model.backend not in (None, "tensorflow"):
        return None
    version = (int(found[1]), int(found[2]))
    if version >= (3,):
        return None
    if version < MULTI_BACKEND_ENDS:
        return None if written.endswith("-tf") else f"keras=={written}"
    package = "tf_keras" if version >= KERAS_3_IN_TENSORFLOW else "tensorflow"
    return f"{package}=={version[0]}.{version[1]}"
