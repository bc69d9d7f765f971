"""The layer for Batch Renormalization: Keras's own where it takes ``renorm``, one of bnlint's for Keras 3.0 to 3.13.

Ours has the weights of Keras 3.14's in the same order, so weights that were trained here load there into
``BatchNormalization(renorm=True)``. A saved model needs its class to load: ``batch_renormalization()`` gives it, and
registers it as ``bnlint>BatchRenormalization``.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

from bnlint.measuring import frameworks
from bnlint.measuring.frameworks import Framework

KEYS = frozenset({"rmax", "rmin", "dmax"})


def of(framework: Framework) -> Any:
    """The class that takes ``renorm``, ``renorm_clipping`` and ``renorm_momentum``."""
    own = framework.keras.layers.BatchNormalization
    if "renorm" in inspect.signature(own.__init__).parameters or framework.generation == 2:
        return own
    return _our_own(framework.package)


def batch_renormalization(package: str = "keras") -> Any:
    """The layer class for Batch Renormalization of a Keras package, registered for loading where it is bnlint's own."""
    return of(frameworks.named(package))


@cache
def _our_own(package: str) -> Any:
    """A class for one package: its base is known only when the program runs."""
    keras = frameworks.named(package).keras
    ops = keras.ops

    @keras.saving.register_keras_serializable(package="bnlint", name="BatchRenormalization")
    class BatchRenormalization(keras.layers.BatchNormalization):  # type: ignore[misc,name-defined]
        """Batch Renormalization (Ioffe 2017, arXiv 1702.03275), as Keras 3.14 has it: ``renorm=True``."""

        def __init__(
            self,
            *arguments: Any,
            renorm: bool = True,
            renorm_clipping: dict[str, float] | None = None,
            renorm_momentum: float = 0.99,
            **named: Any,
        ) -> None:
            if not renorm:
                raise ValueError("renorm=False: use BatchNormalization")
            if unknown := set(renorm_clipping or {}) - KEYS:
                raise ValueError(f"renorm_clipping has unknown keys {sorted(unknown)}: it takes {sorted(KEYS)}")
            super().__init__(*arguments, **named)
            self.renorm = True
            self.renorm_clipping = renorm_clipping or {}
            self.renorm_momentum = renorm_momentum

        def build(self, input_shape: Any) -> None:
            super().build(input_shape)
            channels = (input_shape[self.axis],)
            for name, start in (("moving_stddev", "ones"), ("renorm_mean", "zeros"), ("renorm_stddev", "ones")):
                if getattr(self, name, None) is None:  # Keras 3.14 has made them already
                    setattr(self, name, self.add_weight(shape=channels, initializer=start, trainable=False, name=name))

        def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
            if not (training and self.trainable):
                return super().call(inputs, training=training, mask=mask)
            wide = ops.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))
            mean, variance = self._moments(wide, mask)
            scale, offset = self._corrected(mean, variance)
            outputs = ops.batch_normalization(
                wide, mean, variance, self.axis, offset=offset, scale=scale, epsilon=self.epsilon
            )
            self._update(mean, ops.sqrt(variance + self.epsilon))
            return ops.cast(outputs, self.compute_dtype)

        def _corrected(self, mean: Any, variance: Any) -> tuple[Any, Any]:
            """Gamma and beta with the correction in them: (x * r + d) * gamma + beta; no gradient through r and d."""
            clipping = self.renorm_clipping
            stddev = ops.maximum(self.renorm_stddev, self.epsilon**0.5)
            r = ops.sqrt(variance + self.epsilon) / stddev
            d = (mean - self.renorm_mean) / stddev
            lowest, highest, furthest = (clipping.get(key) for key in ("rmin", "rmax", "dmax"))
            r = r if lowest is None else ops.maximum(r, lowest)
            r = r if highest is None else ops.minimum(r, highest)
            d = d if furthest is None else ops.maximum(ops.minimum(d, furthest), -furthest)
            scale, offset = ops.stop_gradient(r), ops.stop_gradient(d)
            if self.scale:
                scale, offset = scale * self.gamma, offset * self.gamma
            return scale, offset + self.beta if self.center else offset

        def _update(self, mean: Any, stddev: Any) -> None:
            for weight, value, momentum in (
                (self.renorm_mean, mean, self.renorm_momentum),
                (self.renorm_stddev, stddev, self.renorm_momentum),
                (self.moving_mean, mean, self.momentum),
                (self.moving_stddev, stddev, self.momentum),
            ):
                weight.assign(weight * momentum + value * (1 - momentum))
            self.moving_variance.assign(ops.relu(ops.square(self.moving_stddev) - self.epsilon))

        def get_config(self) -> dict[str, Any]:
            clipping = dict(self.renorm_clipping)
            own = {"renorm": True, "renorm_clipping": clipping, "renorm_momentum": self.renorm_momentum}
            return {**super().get_config(), **own}

    return BatchRenormalization
