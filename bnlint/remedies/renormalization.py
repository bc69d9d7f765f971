"""The schedule of Batch Renormalization, as published, effective while a model is trained.

``renorm_clipping`` holds plain numbers, which Keras bakes into the train function when it traces it: changed later,
they have no effect. The callback lets the layers read their limits from variables, and sets these before each step.
"""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from typing import Any, NamedTuple

from bnlint.measuring import frameworks
from bnlint.measuring.frameworks import Framework
from bnlint.measuring.layers import Placed, batch_norms
from bnlint.remedies.callbacks import OfAnyKeras


class Limits(NamedTuple):
    """What the correction is clipped to: r to [1 / rmax, rmax], d to [-dmax, dmax]."""

    rmax: float
    dmax: float

    @property
    def rmin(self) -> float:
        """The least r."""
        return 1 / self.rmax


@dataclass(frozen=True, slots=True)
class Ramp:
    """When the limits open, in training steps (Ioffe 2017, arXiv 1702.03275, section 4).

    1 and 0 (plain batch normalization) up to step 5,000; from there rmax grows linearly to 3 at step 40,000 and dmax
    to 5 at step 25,000.
    """

    start: int = 5_000
    rmax: float = 3.0
    rmax_at: int = 40_000
    dmax: float = 5.0
    dmax_at: int = 25_000

    def __post_init__(self) -> None:
        if not 0 <= self.start < min(self.rmax_at, self.dmax_at) or self.rmax < 1 or self.dmax < 0:
            raise ValueError(
                "the limits open from 0 <= start < rmax_at, dmax_at on to rmax >= 1 and dmax >= 0, and these are "
                f"start={self.start}, rmax={self.rmax} at {self.rmax_at}, dmax={self.dmax} at {self.dmax_at}"
            )

    def at(self, step: int) -> Limits:
        """The limits for the training step after ``step`` steps."""
        rising = _share(step, self.start, self.rmax_at)
        return Limits(1 + (self.rmax - 1) * rising, self.dmax * _share(step, self.start, self.dmax_at))


def _share(step: int, start: int, end: int) -> float:
    return min(max((step - start) / (end - start), 0.0), 1.0)


class RenormSchedule(OfAnyKeras):
    """A callback for ``fit`` that opens the limits of Batch Renormalization step by step, as published.

    The steps are those of the optimizer (its ``iterations``), so a training that is taken up again goes on where it
    was. The layers' configs keep the limits they were made with, and so does a model that is saved meanwhile.
    In a loop of one's own: ``set_model(model)`` before the step is traced, then ``apply(step)`` before each step.

    Args:
        ramp: When the limits open; default: the published steps, made for a training on ImageNet. For a shorter
            training give a shorter ramp: ``Ramp(500, rmax_at=4_000, dmax_at=2_500)``.
    """

    def __init__(self, ramp: Ramp | None = None) -> None:
        super().__init__()
        self.ramp = ramp or Ramp()
        self.limits: Limits | None = None
        self._live: _Live | None = None
        self._ahead = 0

    def set_model(self, model: Any) -> None:
        """Let the model's renorm layers read their limits from variables. Raises ``ValueError`` where it has none."""
        super().set_model(model)
        framework = frameworks.of(self._model)
        layers = [placed for placed in batch_norms(self._model) if getattr(placed.layer, "renorm", False)]
        if not layers:
            raise ValueError(
                f"the model {self._model.name!r} has no BatchNormalization(renorm=True): "
                'bnlint.remedies.replace_batch_norm(model, "renorm") gives it some'
            )
        if self._live is None or self._live.framework != framework:
            self._live = _Live(framework)
        if self._live.connect(layers):
            self._model.train_function = None  # traced with other limits
            self._model.train_tf_function = None

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the limits for the step that follows."""
        if batch == 0 or self.limits is None:  # read once an epoch: a read waits for the device
            self._ahead = int(frameworks.of(self._model).array(self.model.optimizer.iterations)) - batch
        self.apply(self._ahead + batch)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """An epoch may begin at a step of the optimizer that nothing has been counted to."""
        self.limits = None

    def apply(self, step: int) -> None:
        """Set the limits for the training step after ``step`` steps."""
        limits = self.ramp.at(step)
        if self._live is None:
            raise RuntimeError("call set_model(model) first")
        if limits != self.limits:
            _ = self.model  # on JAX the running state is written back first, and taken up again with the new limits
            self._live.set(limits)
        self.limits = limits


class _Live:
    """The limits as variables of a framework."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        new = framework.keras.Variable if framework.generation == 3 else importlib.import_module("tensorflow").Variable
        more = {"autocast": False} if "autocast" in inspect.signature(new).parameters else {}
        start = Ramp().at(0)
        self.variables = {
            name: new(getattr(start, name), trainable=False, dtype="float32", name=f"renorm_{name}", **more)
            for name in ("rmax", "rmin", "dmax")
        }

    def connect(self, layers: list[Placed]) -> bool:
        """Let layers read the variables; whether one did not do so before."""
        news = [layer for _, layer in layers if getattr(layer.renorm_clipping, "live", None) is not self]
        for layer in news:
            # Past Keras's tracking of attributes, which would make a dict of its own of it.
            layer.__dict__["renorm_clipping"] = _Clipping(layer.renorm_clipping, self)
        if news and self.framework.backend == "jax":
            news[0]._layers.append(self._holder())
        return bool(news)

    def read(self, name: str) -> Any:
        """A limit as a tensor; while a train function is traced, one that is read anew in each step."""
        if self.framework.generation == 3:
            return self.framework.keras.ops.convert_to_tensor(self.variables[name])
        return importlib.import_module("tensorflow").convert_to_tensor(self.variables[name])

    def set(self, limits: Limits) -> None:
        for name, variable in self.variables.items():
            variable.assign(getattr(limits, name))

    def _holder(self) -> Any:
        """A layer that makes the variables part of the state which JAX hands to a compiled step.

        They are no weights of it: neither ``get_weights`` nor a saved file has them.
        """
        live = self

        class Holder(self.framework.keras.layers.Layer):  # type: ignore[misc,name-defined]
            @property
            def variables(self) -> list[Any]:
                return list(live.variables.values())

            @property
            def weights(self) -> list[Any]:
                return []

        return Holder(name="renorm_limits")


class _Clipping(dict[str, Any]):
    """``renorm_clipping`` of a layer: a config sees the numbers it was made with, ``call`` the variables."""

    def __init__(self, fixed: Any, live: _Live) -> None:
        super().__init__(fixed)
        self.live = live

    def get(self, key: str, default: Any = None) -> Any:
        """The limit as it is now."""
        return self.live.read(key) if key in self.live.variables else default

    def __reduce__(self) -> Any:
        """A copy of the layer has plain numbers."""
        return dict, (dict(self),)

    def __deepcopy__(self, memo: Any) -> dict[str, Any]:
        return dict(self)
