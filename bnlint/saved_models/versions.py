"""Which Keras wrote a file, and how the model in it was compiled."""

from __future__ import annotations

from typing import Any

from bnlint.graph.saved import Training
from bnlint.saved_models.layers import clean, number


def package_of(version: str | None) -> str:
    """The import root of the Keras that wrote a version into a file: ``keras`` or ``tf.keras``."""
    if version is None:
        return "keras"
    if version.endswith("-tf"):
        return "tf.keras"
    return "tf.keras" if (2, 4) <= numbers(version) < (3,) else "keras"


def numbers(version: str) -> tuple[int, ...]:
    """The first numbers of a version: ``2.15.0`` is (2, 15)."""
    found: list[int] = []
    for part in version.split(".")[:2]:
        if not (part.isascii() and part.isdigit() and len(part) < 6):
            break
        found.append(int(part))
    return tuple(found)


def compiled(config: Any) -> Training | None:
    """How a model was compiled, in the words of Keras 2 and 3."""
    if not isinstance(config, dict) or not config:
        return None
    optimizer = config.get("optimizer", config.get("optimizer_config"))
    name, rate = (optimizer, None) if isinstance(optimizer, str) else (None, None)
    if isinstance(optimizer, dict):
        name = optimizer.get("class_name")
        own = optimizer.get("config")
        if isinstance(own, dict):
            rate = own.get("learning_rate", own.get("lr"))
    loss = config.get("loss")
    if isinstance(loss, dict):
        inner = loss.get("config")
        loss = inner if isinstance(inner, str) else loss.get("class_name")
    name = name.rpartition(">")[2] if isinstance(name, str) else None
    return Training(text(name), number(rate), text(loss), config)


def text(value: Any) -> str | None:
    """A text, as any output can write it; None for what is none."""
    return clean(value) if isinstance(value, str) else None
