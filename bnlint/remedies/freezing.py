"""Every BatchNormalization layer into inference mode, so that training leaves the moving statistics as they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bnlint.measuring import frameworks
from bnlint.measuring.frameworks import Framework
from bnlint.measuring.layers import Placed, batch_norms
from bnlint.remedies import compiling


class CannotFreeze(ValueError):
    """``trainable = False`` does not put a layer into inference mode here. The message says which, and why."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What :func:`freeze_batch_norm` did."""

    layers: tuple[Placed, ...] = field(repr=False)
    """Every BatchNormalization layer with its path (``resnet50/conv1_bn``)."""
    flags: tuple[bool, ...] = field(repr=False)
    """The flags that they had."""
    compile_needed: bool
    """Whether the next ``fit`` of the model goes by the new flags only after another ``compile``."""
    advice: str

    @property
    def previous(self) -> dict[str, bool]:
        """The flag that each layer had, by its path."""
        return {path: flag for (path, _), flag in zip(self.layers, self.flags, strict=True)}

    @property
    def changed(self) -> tuple[str, ...]:
        """The paths of the layers that were trainable before."""
        return tuple(path for (path, _), flag in zip(self.layers, self.flags, strict=True) if flag)

    def undo(self) -> None:
        """Give each layer the flag back that it had. A model that is compiled needs ``compile`` after it."""
        for (_, layer), flag in zip(self.layers, self.flags, strict=True):
            layer.trainable = flag

    def __str__(self) -> str:
        count, already = len(self.changed), len(self.layers) - len(self.changed)
        more = f" ({already} {'was' if already == 1 else 'were'} frozen before)" if already else ""
        return f"{count} BatchNormalization layer{'' if count == 1 else 's'} frozen{more}; {self.advice}"


def freeze_batch_norm(model: Any) -> Frozen:
    """Set ``trainable = False`` on every BatchNormalization layer, nested, wrapped and shared ones too.

    From TensorFlow 2.0 to Keras 3.15 that is inference mode: in ``fit`` the layer normalizes with the moving statistics
    and changes neither them nor gamma and beta. No other flag is changed.

    Args:
        model: A model (or a layer that holds others) of Keras 2 or 3. To be told whether ``compile`` is needed, give
            the model that is trained, not a backbone inside of it.

    Raises:
        CannotFreeze: A layer normalizes by the batch even when it is frozen: that of ``tf.compat.v1``, and every one in
            graph mode (``disable_v2_behavior``). Nothing was changed then.
        ValueError: The model has no BatchNormalization layer.
        TypeError: ``model`` is nothing of Keras.
    """
    framework = frameworks.of(model)
    layers = tuple(batch_norms(model))
    if not layers:
        raise ValueError(f"{model.name!r} has no BatchNormalization layer")
    _refuse_old(layers, framework)
    flags = tuple(bool(layer.trainable) for _, layer in layers)
    for _, layer in layers:
        layer.trainable = (
            False  # where it is so already, too: Keras 3.0 leaves gamma and beta of a loaded one trainable
        )
    needed = compiling.flags_need_it(model, framework)
    return Frozen(layers, flags, needed, compiling.advice(model, framework, needed))


def _refuse_old(layers: tuple[Placed, ...], framework: Framework) -> None:
    """Raises where a frozen layer still normalizes by the batch (BN104)."""
    if framework.generation == 3:
        return
    import importlib

    if not importlib.import_module("tensorflow").compat.v1.executing_eagerly_outside_functions():
        raise CannotFreeze(
            "in graph mode a layer takes its mode when it is called, so that freezing comes too late: freeze before "
            "the model is built, or leave tf.compat.v1.disable_v2_behavior out"
        )
    old = [path for path, layer in layers if getattr(layer, "_USE_V2_BEHAVIOR", True) is False]
    if old:
        raise CannotFreeze(
            f"{old[0]!r} is the BatchNormalization of tf.compat.v1, which normalizes by the batch when it is frozen "
            "too: make the model with keras.layers.BatchNormalization and load its weights"
        )
