"""The moving statistics of a model estimated anew, as plain averages over data; nothing is trained."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from bnlint.measuring import frameworks
from bnlint.measuring.forward import forward, restore, statistics
from bnlint.measuring.layers import Placed, batch_norms
from bnlint.remedies.batches import Batch, batches, checked, leaves, number
from bnlint.remedies.progress import tracked

if TYPE_CHECKING:
    from bnlint.measuring.distance import Moments


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """What :func:`recalibrate` did."""

    paths: tuple[str, ...]
    """The layers that have new moving statistics (``resnet50/conv1_bn``)."""
    left: tuple[str, ...]
    """The layers that were left as they were: frozen, not asked for, or not met by the data."""
    batches: int
    samples: int
    before: tuple[tuple[Any, Mapping[str, Any]], ...] = field(repr=False)
    """The layers of ``paths`` with the statistics that they had."""

    def undo(self) -> None:
        """Give each layer the moving statistics back that it had."""
        for layer, values in self.before:
            restore(layer, values)

    def __str__(self) -> str:
        left = f"; {len(self.left)} left as they were" if self.left else ""
        layers = f"{len(self.paths)} BatchNormalization layer{'s have' if len(self.paths) != 1 else ' has'}"
        batches = f"{self.batches} batch{'es' if self.batches != 1 else ''}"
        return f"{layers} the statistics of {self.samples} samples in {batches}{left}"


def recalibrate(
    model: Any,
    data: Any,
    steps: int | None = None,
    *,
    batch_size: int = 32,
    layers: Literal["all"] | Iterable[Any] | None = None,
    seed: int = 0,
) -> Recalibrated:
    """Estimate the moving statistics anew: averages over all of ``data`` with equal weights, in place of decaying ones.

    PreciseBN (Wu and Johnson 2021, "Rethinking 'Batch' in BatchNorm", arXiv:2105.07576). Each batch goes through the
    model once with the chosen layers in training mode and everything else in inference mode (Dropout, augmentation).
    The new mean and variance of a layer are those of all values that went into it, as if they had come in one batch:
    the variance is the average of the batches' biased variances, plus the variance of the batches' means. Nothing else
    is changed: no other weight, no flag, no momentum, no seed, no state of an optimizer. No ``compile`` is needed.

    Args:
        model: A built model of Keras 2 or 3 on any backend.
        data: As ``fit`` takes it, labels or none: arrays, a ``tf.data.Dataset``, a PyDataset or Sequence, an iterable
            of batches. Arrays are drawn in an order of chance, so that a batch is a sample of all.
        steps: How many batches; None for all.
        batch_size: For arrays: the one that the model was trained with. The statistics of a layer depend on the batches
            before it.
        layers: None for the layers that are trainable: those that a ``fit`` normalizes by the batch. A frozen layer
            was trained around with the statistics that it has. ``"all"`` for the frozen ones too; else names, paths or
            layers, of which a nested model stands for all of its own.
        seed: Of the order in which arrays are drawn. No other random state is touched.

    Raises:
        ValueError: There is no such layer, no batch in the data, or a statistic that is not finite. Nothing was
            changed.
        TypeError: The model is none of Keras, or the data is none of the above.
    """
    import numpy as np

    framework = frameworks.of(model)
    chosen, left = _chosen(model, layers)
    numbered = [Placed(str(index), layer) for index, (_, layer) in enumerate(chosen)]
    made = checked(batches(data, batch_size, steps, np.random.default_rng(seed)), model)
    sizes, found = _moments(model, tracked(made, number(data, batch_size, steps), "recalibrating"), numbered)
    if not sizes:
        raise ValueError("there is no batch in the data: nothing was changed")
    met = [(placed, found[str(index)]) for index, placed in enumerate(chosen) if _has_values(found.get(str(index)))]
    for placed, moments in met:
        if not (np.isfinite(moments.mean).all() and np.isfinite(moments.variance).all()):
            raise ValueError(f"what goes into {placed.path!r} is not finite on this data: nothing was changed")
    paths = tuple(placed.path for placed, _ in met)
    unmet = [placed.path for placed in chosen if all(placed is not other for other, _ in met)]
    before = tuple((placed.layer, _two(statistics(placed.layer, framework))) for placed, _ in met)
    for placed, moments in met:
        restore(placed.layer, _as_held(moments, placed.layer, framework))
    return Recalibrated(paths, (*left, *unmet), len(sizes), sum(sizes), before)


def _moments(model: Any, made: Iterable[Batch], layers: Sequence[Placed]) -> tuple[list[int], dict[str, Moments]]:
    """The sizes of the batches, and what went into each layer in all of them, by its path."""
    sizes = []
    found: dict[str, Moments] = {}

    def record(path: str, moments: Moments) -> None:
        found[path] = found[path].merged(moments) if path in found else moments

    for batch in made:
        forward(model, batch.inputs, "training", record, layers)
        sizes.append(len(next(leaves(batch.inputs))))
    return sizes, found


def _has_values(moments: Moments | None) -> bool:
    return moments is not None and moments.values > 0


def _two(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("moving_mean", "moving_variance")}


def _as_held(moments: Moments, layer: Any, framework: frameworks.Framework) -> dict[str, Any]:
    """The moments as the layer keeps them, in its type."""
    held = {"moving_mean": moments.mean, "moving_variance": moments.variance}
    return {name: values.astype(framework.array(getattr(layer, name)).dtype) for name, values in held.items()}


def _chosen(model: Any, layers: Literal["all"] | Iterable[Any] | None) -> tuple[list[Placed], list[str]]:
    """The layers that are meant, and the paths of the others."""
    every = batch_norms(model)
    if not every:
        raise ValueError(f"{model.name!r} has no BatchNormalization layer")
    if layers is None:
        chosen = [placed for placed in every if placed.layer.trainable]
        if not chosen:
            raise ValueError(
                f"every BatchNormalization layer of {model.name!r} is frozen, and a frozen one keeps its statistics "
                "unless it is asked for: layers='all', or the names of some"
            )
    elif isinstance(layers, str) and layers == "all":
        chosen = every
    else:
        asked = [layers] if isinstance(layers, str) or not isinstance(layers, Iterable) else list(layers)
        meant = {id(placed.layer) for each in asked for placed in _meant(each, every, model)}
        chosen = [placed for placed in every if id(placed.layer) in meant]
    ids = {id(placed.layer) for placed in chosen}
    return chosen, [placed.path for placed in every if id(placed.layer) not in ids]


def _meant(asked: Any, every: list[Placed], model: Any) -> list[Placed]:
    """The layers behind a name, a path or a layer; those inside of it where it is a model."""
    if isinstance(asked, str):
        parts = [(placed, placed.path.split("/")) for placed in every]
        found = [placed for placed, names in parts if asked in names or f"{placed.path}/".startswith(f"{asked}/")]
    else:
        inside = {id(placed.layer) for placed in batch_norms(asked)}
        found = [placed for placed in every if id(placed.layer) in inside]
    if not found:
        name = asked if isinstance(asked, str) else getattr(asked, "name", asked)
        near = difflib.get_close_matches(str(name), [placed.path for placed in every], 3, 0.4)
        hint = f"; near it: {', '.join(map(repr, near))}" if near else ""
        raise ValueError(f"{model.name!r} has no BatchNormalization layer {name!r}{hint}")
    return found
