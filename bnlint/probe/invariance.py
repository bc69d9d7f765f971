"""What must not change an answer in inference mode: company, order, export. And that the probe changes nothing."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from bnlint.probe.scores import Array

if TYPE_CHECKING:
    from bnlint.measuring.frameworks import Framework

EXAMPLES = 16
TOLERANCE = 1e-3
"""For float32: rounding differs by the size of a batch, up to some 1e-5 of the spread in deep networks."""
HALF_TOLERANCE = 5e-2
"""For mixed precision."""

Answer = Callable[[Any], list[Array]]
"""From rows (indices of examples) to the model's outputs in inference mode."""


def digest(model: Any, framework: Framework) -> str:
    """SHA-256 over the values of every weight and statistic of a model, in its order."""
    found = hashlib.sha256()
    for values in weights(model, framework).values():
        found.update(np.ascontiguousarray(values).tobytes())
    return found.hexdigest()


def weights(model: Any, framework: Framework) -> dict[str, Array]:
    """Every weight and statistic of a model by its place and path, copied."""
    return {
        f"{at}:{getattr(each, 'path', each.name)}": np.array(framework.array(each))
        for at, each in enumerate(model.weights)
    }


def changed(model: Any, framework: Framework, before: dict[str, Array]) -> tuple[str, ...]:
    """The names of weights that are no longer as they were, which are put back."""
    found = []
    for (name, old), variable in zip(before.items(), model.weights, strict=True):
        if not np.array_equal(old, framework.array(variable), equal_nan=old.dtype.kind == "f"):
            variable.assign(old)
            found.append(name.partition(":")[2])
    return tuple(found)


def tolerance(model: Any) -> float:
    """Which difference rounding explains, over the spread of the predictions."""
    policies = {str(getattr(layer, "compute_dtype", "float32")) for layer in getattr(model, "layers", ())}
    return HALF_TOLERANCE if policies & {"float16", "bfloat16"} else TOLERANCE


def difference(first: Iterable[Array], second: Iterable[Array], spread: Iterable[float]) -> float:
    """The largest difference of two answers over the spread of the predictions; NaN counts as no difference."""
    found = [
        float(np.nanmax(np.abs(one.astype(np.float64) - other), initial=0.0)) / scale
        for one, other, scale in zip(first, second, spread, strict=True)
    ]
    return max(found, default=0.0)


def spreads(outputs: Iterable[Array]) -> list[float]:
    """The root mean square of each output: differences are told as shares of it."""
    squares = [np.square(each[np.isfinite(each)], dtype=np.float64) for each in outputs]
    return [max(float(np.sqrt(np.mean(each))) if each.size else 0.0, 1e-6) for each in squares]


def alone(answer: Answer, rows: Array) -> list[Array]:
    """The answers to some examples in batches of one."""
    parts = [answer(rows[at : at + 1]) for at in range(len(rows))]
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


def shuffled(answer: Answer, rows: Array, others: Array) -> list[Array]:
    """The answers to some examples in other company and another order, put back into theirs."""
    mixed = np.random.default_rng(0).permutation(len(rows))
    found = answer(np.concatenate([rows[mixed], others]))
    back = np.argsort(mixed)
    return [each[: len(rows)][back] for each in found]


def exported(model: Any, framework: Framework, inputs: Any) -> tuple[list[Array] | None, str]:
    """What an exported SavedModel of the model answers; None and the reason where Keras cannot export it here."""
    if framework.backend != "tensorflow":
        return None, f"not exported: on {framework.backend} Keras needs more packages for that"
    if not callable(getattr(model, "export", None)):
        return None, f"not exported: Keras {framework.version} has no `model.export`"
    import importlib

    tensorflow = importlib.import_module("tensorflow")
    try:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            place = os.path.join(folder, "exported")
            model.export(place)
            restored = tensorflow.saved_model.load(place)  # held: with it go its variables
            answered = restored.serve(inputs)
            return [np.asarray(each) for each in _flat(answered)], ""
    except Exception as error:
        return None, f"not exported: {type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else ''}"


def _flat(answered: Any) -> list[Any]:
    if isinstance(answered, dict):
        return list(answered.values())
    return list(answered) if isinstance(answered, (list, tuple)) else [answered]
