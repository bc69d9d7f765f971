"""How far a sample is from the moving statistics, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bnlint.measuring.distance import Distance, Moments, distance
from bnlint.probe.report import LayerDistance
from bnlint.probe.verdict import FAR

if TYPE_CHECKING:
    from bnlint.measuring.frameworks import Framework
    from bnlint.measuring.layers import Placed

ALIKE = 0.8
LEAST_SPREAD = 0.1


class Recorded:
    """Moments of what went into each layer, merged over batches, in the order in which the layers are called."""

    def __init__(self) -> None:
        self.moments: dict[str, Moments] = {}

    def __call__(self, path: str, moments: Moments) -> None:
        """Take in what one call of a layer saw."""
        known = self.moments.get(path)
        self.moments[path] = moments if known is None else known.merged(moments)


def by_layer(
    layers: Sequence[Placed],
    framework: Framework,
    training: Mapping[str, Moments],
    inference: Mapping[str, Moments],
    flags: Mapping[str, bool],
) -> tuple[LayerDistance, ...]:
    """The distances of every layer that was called, in the order of the calls.

    ``training`` are the moments with BatchNormalization in training mode, by which each layer is judged by itself:
    what comes to it is normalized as in training, whatever the moving statistics above it are. ``inference`` are those
    of the model as deployed, where an error goes on from layer to layer.
    """
    placed = {each.path: each.layer for each in layers}
    found = []
    for depth, (path, moments) in enumerate(training.items(), start=1):
        layer = placed[path]
        alone = _distance(layer, framework, moments)
        deployed = _distance(layer, framework, inference[path]) if path in inference else None
        below = joined(deployed) if deployed is not None else float("nan")
        found.append(
            LayerDistance(
                name=path,
                depth=depth,
                channels=len(moments.mean),
                values=moments.values,
                d=alone.far_means,
                r=_factor(alone),
                kl=_mean(alone.divergence),
                distance=joined(alone),
                deployed=below,
                narrow=_narrow(alone),
                frozen=not flags.get(path, True),
                far=joined(alone) > FAR or below > FAR,
                problem=_problem(layer, framework),
            )
        )
    return tuple(found)


def joined(found: Distance) -> float:
    """D and r of a layer as one number: the root mean square over the channels of √(d² + (2 ln r)²).

    For small ones the symmetric divergence is half its square; unlike the divergence it does not run away where one
    channel is dead.
    """
    return float(np.hypot(found.far_means, 2 * found.far_spreads))


def _distance(layer: Any, framework: Framework, moments: Moments) -> Distance:
    mean, variance = framework.array(layer.moving_mean), framework.array(layer.moving_variance)
    return distance(moments, mean, variance, float(layer.epsilon))


def _factor(found: Distance) -> float:
    """The spread of the data over that of the statistics: root mean square of ln r, with the sign of most channels."""
    with np.errstate(divide="ignore", invalid="ignore"):
        direction = 1.0 if _mean(np.sign(np.log(found.r))) >= 0 else -1.0
    return float(np.exp(direction * found.far_spreads))


def _narrow(found: Distance) -> bool:
    """Batches of n values have (n - 1) / n of the variance: in batches of two r is 1.41 in every channel."""
    with np.errstate(divide="ignore", invalid="ignore"):
        spreads = np.log(found.r)
    alike = _mean(spreads) > ALIKE * found.far_spreads
    return bool(found.far_means < found.far_spreads and found.far_spreads > LEAST_SPREAD and alike)


def _mean(values: Any) -> float:
    finite = values[np.isfinite(values)]
    return float(np.mean(finite)) if len(finite) else float("nan")


def _problem(layer: Any, framework: Framework) -> str | None:
    mean, variance = framework.array(layer.moving_mean), framework.array(layer.moving_variance)
    if not np.all(np.isfinite(mean)) or not np.all(np.isfinite(variance)):
        return "moving statistics are NaN or infinite"
    if np.any(variance < 0):
        return "a moving variance is negative"
    return None
