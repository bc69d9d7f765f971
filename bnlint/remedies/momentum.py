"""Another momentum for the BatchNormalization layers of a model that is there, weights and all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bnlint.measuring import frameworks
from bnlint.measuring.layers import Placed, batch_norms
from bnlint.remedies import compiling


@dataclass(frozen=True, slots=True)
class MomentumSet:
    """What :func:`set_momentum` did."""

    momentum: float
    layers: tuple[Placed, ...] = field(repr=False)
    """Every BatchNormalization layer with its path (``resnet50/conv1_bn``)."""
    momentums: tuple[float, ...] = field(repr=False)
    """The momentums that they had."""
    compile_needed: bool
    """Whether the next ``fit`` of the model goes by the new momentum only after another ``compile``."""
    advice: str

    @property
    def previous(self) -> dict[str, float]:
        """The momentum that each layer had, by its path."""
        return {path: before for (path, _), before in zip(self.layers, self.momentums, strict=True)}

    @property
    def changed(self) -> tuple[str, ...]:
        """The paths of the layers that had another momentum."""
        pairs = zip(self.layers, self.momentums, strict=True)
        return tuple(path for (path, _), before in pairs if before != self.momentum)

    @property
    def frozen(self) -> tuple[str, ...]:
        """The paths of the layers that are frozen: their momentum counts for nothing until they are not."""
        return tuple(path for path, layer in self.layers if not layer.trainable)

    def undo(self) -> None:
        """Give each layer the momentum back that it had. What was said of ``compile`` holds for this as well."""
        for (_, layer), before in zip(self.layers, self.momentums, strict=True):
            layer.momentum = before

    def __str__(self) -> str:
        count = len(self.changed)
        frozen = f" ({len(self.frozen)} of all {len(self.layers)} are frozen and do not use it)" if self.frozen else ""
        what = f"momentum {self.momentum:g} set in {count} BatchNormalization layer{'' if count == 1 else 's'}{frozen}"
        return f"{what}; {self.advice}"


def set_momentum(model: Any, momentum: float) -> MomentumSet:
    """Set the momentum of every BatchNormalization layer, nested, wrapped and shared ones too; nothing else.

    The moving statistics go ``momentum`` of the way on as they were, and ``1 - momentum`` of it to the batch's, in each
    step of training. Of the old ones ``momentum ** steps`` is left.

    Args:
        model: A model (or a layer that holds others) of Keras 2 or 3. To be told whether ``compile`` is needed, give
            the model that is trained, not a backbone inside of it.
        momentum: At least 0 and less than 1; the share that is kept, as Keras counts it. What PyTorch calls 0.1 is 0.9.

    Raises:
        ValueError: The momentum is out of range, or the model has no BatchNormalization layer.
        TypeError: ``model`` is nothing of Keras.
    """
    value = float(momentum)
    if not 0 <= value < 1:
        raise ValueError(f"momentum must be at least 0 and less than 1, not {momentum}: at 1 nothing is ever learned")
    framework = frameworks.of(model)
    layers = tuple(batch_norms(model))
    if not layers:
        raise ValueError(f"{model.name!r} has no BatchNormalization layer")
    momentums = tuple(float(layer.momentum) for _, layer in layers)
    for _, layer in layers:
        layer.momentum = value
    needed = compiling.attributes_need_it(model, framework)
    return MomentumSet(value, layers, momentums, needed, compiling.advice(model, framework, needed))
