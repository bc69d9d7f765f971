"""An array of numbers in figures."""

from __future__ import annotations

from typing import Any

from bnlint.graph.weights import DEAD_GAMMA, HUGE_VARIANCE, TINY_VARIANCE


def from_bytes(data: bytes, kind: str) -> Any:
    """The numbers that bytes stand for; ``kind`` as NumPy writes types, or ``bfloat16``."""
    import numpy as np

    if kind == "bfloat16":  # the upper half of a float32
        return (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
    return np.frombuffer(data, kind)


def summarize(values: Any, start: float) -> dict[str, Any]:
    """The figures of an array of numbers; ``start`` is the value that Keras starts all of it with."""
    import hashlib

    import numpy as np

    values = values.astype("float64")
    finite = values[np.isfinite(values)]
    exact = (values + 0.0).astype("<f8")  # -0.0 is 0.0
    return {
        "size": int(values.size),
        "minimum": float(finite.min()) if finite.size else None,
        "maximum": float(finite.max()) if finite.size else None,
        "mean": float(finite.mean()) if finite.size else None,
        "nan": int(np.isnan(values).sum()),
        "infinite": int(np.isinf(values).sum()),
        "negative": int((finite < 0).sum()),
        "near_zero": int((np.abs(finite) < DEAD_GAMMA).sum()),
        "tiny": int((finite < TINY_VARIANCE).sum()),
        "huge": int((finite > HUGE_VARIANCE).sum()),
        "at_start": int((values == start).sum()),
        "digest": hashlib.sha256(exact.tobytes()).hexdigest()[:32],
    }
