"""Whether a model has to be compiled before a change of its layers counts in its next ``fit``.

Measured on TensorFlow 2.11 and 2.15, tf-keras 2.21, and Keras 3.0.5 and 3.15.1 on TensorFlow, JAX and PyTorch: see
``docs/remedies.md``. Where a change counts by accident (another size of batch, ``fit`` after ``train_on_batch``) the
answer is still that ``compile`` is needed.
"""

from __future__ import annotations

from typing import Any

from bnlint.measuring.frameworks import Framework

TRACED = ("train_function", "test_function", "predict_function")


def flags_need_it(model: Any, framework: Framework) -> bool:
    """Whether changed ``trainable`` flags count only after another ``compile``."""
    if not is_compiled(model, framework):
        return False
    if framework.generation == 2:  # `compile` takes the flags down
        return True
    if framework.backend == "jax":  # any step takes the variables down by their flags
        return any(getattr(model, name, None) is not None for name in TRACED)
    return attributes_need_it(model, framework)


def attributes_need_it(model: Any, framework: Framework) -> bool:
    """Whether changed numbers (a momentum) count only after another ``compile``: the step was traced with the old."""
    if framework.backend == "torch" or getattr(model, "run_eagerly", False):
        return False
    return getattr(model, "train_function", None) is not None


def is_compiled(model: Any, framework: Framework) -> bool:
    """Whether ``compile`` was called on this model itself; a layer, or a model inside of another one, has none."""
    if framework.generation == 3:
        return bool(getattr(model, "compiled", False))
    return bool(getattr(model, "_is_compiled", False))


def advice(model: Any, framework: Framework, needed: bool) -> str:
    """What to do before the next ``fit``, for the sentence that a person reads."""
    if needed:
        return "call compile before the next fit, which goes by what was before otherwise"
    if is_compiled(model, framework):
        return "the next fit goes by that without another compile"
    return "compile before fit, and again any compiled model that this one is part of"
