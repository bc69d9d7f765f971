"""The loss of each example: by the model's own loss where it has one, else by that of its task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bnlint.probe.errors import CannotProbe
from bnlint.probe.scores import BINARY, MULTICLASS, Array, task_of

if TYPE_CHECKING:
    from bnlint.measuring.frameworks import Framework

PerExample = Callable[[Array, Array], Array]
TINY = 1e-7


@dataclass(frozen=True, slots=True)
class Objective:
    """What one output is trained for. ``loss`` takes labels (n, ...) and predictions (n, ...) and gives (n,)."""

    output: str
    task: str
    loss: PerExample
    named: str
    logits: bool = False


def objectives(
    model: Any,
    framework: Framework,
    labels: Sequence[Array],
    outputs: Sequence[tuple[str, Array]],
    *,
    loss: str | None = None,
    task: str | None = None,
) -> tuple[Objective, ...]:
    """The objective of each output: by ``loss`` (a name that Keras knows), ``task``, the model's own, or the labels."""
    names = [name for name, _ in outputs]
    own = _by_output(loss if loss is not None else None if task is not None else getattr(model, "loss", None), names)
    return tuple(
        _objective(identifier, framework, name, expected, predicted, task)
        for identifier, (name, predicted), expected in zip(own, outputs, labels, strict=True)
    )


def _by_output(loss: Any, names: Sequence[str]) -> list[Any]:
    if isinstance(loss, dict):
        return [loss.get(name) for name in names]
    if isinstance(loss, (list, tuple)) and len(loss) == len(names):
        return list(loss)
    return [loss] * len(names)


def _objective(
    identifier: Any, framework: Framework, output: str, labels: Array, predicted: Array, task: str | None
) -> Objective:
    task = task or task_of(labels, predicted)
    _check(task, labels, predicted)
    if identifier is None:
        logits = task != "regression" and not _probabilities(predicted, task)
        return Objective(output, task, _of_task(task, logits=logits), _name_of_task(task), logits)
    try:
        found = framework.keras.losses.get(identifier)
    except (ValueError, TypeError) as error:
        raise CannotProbe(f"Keras knows no loss {identifier!r}: {str(error).splitlines()[0][:160]}") from None
    logits = bool(getattr(found, "from_logits", None) or getattr(found, "_fn_kwargs", {}).get("from_logits", False))
    name = str(getattr(found, "name", None) or getattr(found, "__name__", type(found).__name__))
    return Objective(output, task, _of_keras(found, framework), name, logits)


def _check(task: str, labels: Array, predicted: Array) -> None:
    """Raises ``CannotProbe`` where labels are not those of these outputs."""
    if task == MULTICLASS and labels.shape != predicted.shape:
        least, most, classes = int(labels.min()), int(labels.max()), predicted.shape[-1]
        if least < 0 or most >= classes:
            raise CannotProbe(
                f"the labels go from {least} to {most}, and the model has {classes} classes",
                "Number the classes from 0, as in the training.",
            )
        labels = labels[..., None] if labels.ndim < predicted.ndim else labels
        predicted = predicted[..., :1]
    if labels.size != predicted.size:
        given, wanted = labels.size // len(labels), predicted.size // len(predicted)
        raise CannotProbe(f"the sample has {given} labels an example, and the model gives {wanted}")


# ------------------------------------------------------------------------------------------------------- Keras's losses


def _of_keras(found: Any, framework: Framework) -> PerExample:
    call = getattr(found, "call", found)

    def loss(labels: Array, predicted: Array) -> Array:
        expected = _matched(labels, predicted)
        values = np.asarray(framework.array(call(expected, predicted)), dtype=np.float64)
        if values.ndim and values.shape[0] == len(predicted):
            return np.asarray(values.reshape(len(predicted), -1).mean(axis=1))
        return np.array(
            [
                float(np.mean(framework.array(call(expected[row : row + 1], predicted[row : row + 1]))))
                for row in range(len(predicted))
            ]
        )

    return loss


def _matched(labels: Array, predicted: Array) -> Array:
    """Labels in the number of dimensions that Keras gives them before it calls a loss."""
    if predicted.ndim == labels.ndim + 1 and predicted.shape[-1] == 1:
        labels = labels[..., None]
    if labels.ndim == predicted.ndim and labels.shape[-1] == 1 and predicted.shape[-1] > 1:
        labels = labels[..., 0]
    return labels.astype(predicted.dtype) if labels.shape == predicted.shape else labels


# ------------------------------------------------------------------------------------------------------------ our own


def _name_of_task(task: str) -> str:
    return {BINARY: "binary cross-entropy", MULTICLASS: "cross-entropy"}.get(task, "mean squared error")


def _probabilities(predicted: Array, task: str) -> bool:
    inside = bool(np.all((predicted >= 0) & (predicted <= 1)))
    return inside and (task != MULTICLASS or bool(np.allclose(predicted.sum(axis=-1), 1, atol=1e-2)))


def _of_task(task: str, *, logits: bool) -> PerExample:
    def binary(labels: Array, predicted: Array) -> Array:
        p = predicted.reshape(len(predicted), -1).astype(np.float64)
        y = labels.reshape(len(labels), -1).astype(np.float64)
        if logits:
            return np.asarray(np.logaddexp(0, np.where(y > 0.5, -p, p)).mean(axis=1))
        p = np.clip(p, TINY, 1 - TINY)
        return np.asarray(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(axis=1))

    def multiclass(labels: Array, predicted: Array) -> Array:
        p = predicted.astype(np.float64)
        logs = p - np.logaddexp.reduce(p, axis=-1, keepdims=True) if logits else np.log(np.clip(p, TINY, 1))
        if labels.shape != predicted.shape:
            number = labels.reshape(predicted.shape[:-1]).astype(np.int64)
            picked = np.take_along_axis(logs, number[..., None], axis=-1)
        else:
            picked = (labels * logs).sum(axis=-1, keepdims=True)
        return np.asarray(-picked.reshape(len(picked), -1).mean(axis=1))

    def squared(labels: Array, predicted: Array) -> Array:
        difference = predicted.reshape(len(predicted), -1).astype(np.float64) - labels.reshape(len(labels), -1)
        return np.asarray((difference**2).mean(axis=1))

    return {BINARY: binary, MULTICLASS: multiclass}.get(task, squared)


def of_chance(objective: Objective, labels: Array, predicted: Array) -> float:
    """The mean loss of one and the same answer to every example: the scale on which a gap is large or small.

    The answer is the mean of the labels (the shares of the classes); where the model gives logits, in logits.
    """
    if objective.task == MULTICLASS:
        classes = predicted.shape[-1]
        if labels.shape == predicted.shape:
            shares = labels.reshape(-1, classes).mean(axis=0)
        else:
            shares = np.bincount(labels.reshape(-1).astype(np.int64), minlength=classes) / labels.size
        answer = np.log(np.clip(shares, TINY, 1)) if objective.logits else shares
    elif objective.task == BINARY:
        share = np.clip(labels.mean(), TINY, 1 - TINY)
        answer = np.log(share / (1 - share)) if objective.logits else share
    else:
        answer = labels.astype(np.float64).mean(axis=0).reshape(predicted.shape[1:])
    constant = np.broadcast_to(np.asarray(answer, predicted.dtype), predicted.shape).copy()
    return float(np.mean(objective.loss(labels, constant)))
