"""``BatchNormMonitor``: what each BatchNormalization layer does in each epoch, told while a model is trained."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from bnlint.measuring import frameworks
from bnlint.measuring.distance import Distance, Moments, distance
from bnlint.measuring.forward import forward, statistics
from bnlint.measuring.frameworks import Framework
from bnlint.measuring.layers import Placed, batch_norms
from bnlint.remedies import cautions, observing
from bnlint.remedies.callbacks import OfAnyKeras
from bnlint.remedies.observing import Epoch, LayerState
from bnlint.remedies.replacing import is_trained
from bnlint.remedies.summaries import Write, writer


class BatchNormMonitor(OfAnyKeras):
    """A callback for ``fit`` that looks at each BatchNormalization layer at the end of each epoch.

    It notes each layer's mode, how much of the moving statistics of the beginning is left, how far the held-out batch
    is from the moving statistics, and the loss of the held-out batch in inference mode and with BatchNormalization
    alone in training mode. What should not be is said once a training, as a :class:`BatchNormWarning`. The training is
    not changed: the weights are those that it gives without.

    ``history`` has an :class:`Epoch` for each epoch.

    Args:
        held_out: One batch that is not trained on, ``(inputs, targets)`` as ``fit`` takes them, or inputs alone (then
            there is no loss). Large enough to be a fair sample: below 32 the noise floor hides much.
        log_dir: A folder for TensorBoard's scalars; default: none are written. Tags: ``batch_norm/gap``,
            ``batch_norm/inference_loss``, ``batch_norm/training_loss`` and for each layer
            ``batch_norm/<path>/residual``, ``d``, ``r``, ``moving`` (1 where its statistics moved in the epoch).
    """

    def __init__(self, held_out: Any, log_dir: str | None = None) -> None:
        super().__init__()
        pair = isinstance(held_out, tuple) and len(held_out) == 2
        self.inputs: Any = held_out[0] if pair else held_out
        self.targets: Any = held_out[1] if pair else None
        self.history: list[Epoch] = []
        self._log_dir = None if log_dir is None else str(log_dir)
        self._write: Write | None = None
        self._said: set[str] = set()

    def on_train_begin(self, logs: Any = None) -> None:
        """A training begins: nothing is known of it."""
        self.history = []
        self._said = set()
        self._updates: dict[str, int] = {}
        self._calls: dict[str, int] = {}
        self._asked: dict[str, tuple[bool, bool]] = {}
        self._moving: dict[str, bool] = {}
        if self._log_dir is not None and self._write is None:
            self._write = writer(self._log_dir)
            if self._write is None:
                self._say(
                    "no writer", "log_dir needs TensorFlow, PyTorch with TensorBoard, or tensorboardX to write to"
                )

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Keep the moving statistics that the epoch begins with."""
        framework = frameworks.of(self.model)
        self._before = observing.snapshot(batch_norms(self.model), framework)
        self._steps = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count the steps."""
        known = (self.params or {}).get("steps")
        # With `steps_per_execution` Keras 3 counts the last, incomplete execution as a whole one.
        self._steps = batch + 1 if known is None else min(batch + 1, known)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Look at each layer."""
        model = self.model
        framework = frameworks.of(model)
        layers = batch_norms(model)
        if not layers:
            self._say("none", f"the model {model.name!r} has no BatchNormalization layer to watch")
            return
        distances, losses = self._held_out(model, layers, framework)
        trained = {id(weight) for weight in model.trainable_weights}
        seen = Epoch(epoch, {each.path: self._state(each, distances, trained, framework) for each in layers}, *losses)
        self.history.append(seen)
        for kind, text in cautions.of(self.history):
            self._say(kind, text)
        if self._write is not None:
            self._write(scalars(seen), epoch)

    def on_train_end(self, logs: Any = None) -> None:
        """Say what only the end shows."""
        if self.history:
            for kind, text in cautions.at_the_end(self.history):
                self._say(kind, text)

    def _held_out(
        self, model: Any, layers: list[Placed], framework: Framework
    ) -> tuple[dict[str, Distance], tuple[float | None, float | None]]:
        """The distances of the layers, and the loss in inference mode and in training mode."""
        moments: dict[str, Moments] = {}
        calls: dict[str, int] = {}

        def record(path: str, found: Moments) -> None:
            calls[path] = calls.get(path, 0) + 1
            moments[path] = moments[path].merged(found) if path in moments else found

        inference = forward(model, self.inputs, "inference", record, layers)
        self._calls = calls
        held = {path: (statistics(layer, framework), layer.epsilon) for path, layer in layers if path in moments}
        distances = {
            path: distance(moments[path], values["moving_mean"], values["moving_variance"], epsilon)
            for path, (values, epsilon) in held.items()
        }
        if self.targets is None:
            return distances, (None, None)
        training = forward(model, self.inputs, "training", None, layers)
        first, second = (
            observing.loss_of(model, self.targets, outputs, framework) for outputs in (inference, training)
        )
        return distances, (first, second)

    def _state(
        self, placed: Placed, distances: dict[str, Distance], trained: set[int], framework: Framework
    ) -> LayerState:
        path, layer = placed
        after = dict(statistics(layer, framework))
        has_moved = self._has_moved(placed, after, framework)
        if has_moved:
            self._updates[path] = self._updates.get(path, 0) + self._steps * self._calls.get(path, 1)
        own = [weight for weight in (getattr(layer, "gamma", None), getattr(layer, "beta", None)) if weight is not None]
        updates = self._updates.get(path, 0)
        far = distances.get(path)
        return LayerState(
            mode=observing.mode_of(
                has_moved,
                trained=bool(layer.trainable) and all(id(weight) in trained for weight in own),
                by_batch=not has_moved and self._by_batch(placed, framework),
            ),
            updates=updates,
            residual=float(layer.momentum) ** updates,
            d=math.nan if far is None else far.far_means,
            r=math.nan if far is None else math.exp(far.far_spreads),
            finite=all(bool(np.isfinite(value).all()) for value in after.values()),
        )

    def _has_moved(self, placed: Placed, after: dict[str, Any], framework: Framework) -> bool:
        """Whether an epoch has updated a layer's statistics.

        They may come to rest though they are updated: where each epoch has the same batches in the same order, it ends
        where it began. So a layer that moved once moves on as long as its flag is the same.
        """
        path, layer = placed
        begun = self._before.get(path)  # None: the layer was built in this epoch
        if is_trained(layer, framework) if begun is None else observing.moved(begun, after):
            self._moving[path] = bool(layer.trainable)
        return self._moving.get(path) is bool(layer.trainable)

    def _by_batch(self, placed: Placed, framework: Framework) -> bool:
        """Whether a layer with still statistics normalises by the batch nevertheless; asked again when it is frozen."""
        path, layer = placed
        known = self._asked.get(path)
        if known is None or known[0] != bool(layer.trainable):
            known = (bool(layer.trainable), observing.normalises_by_batch_and_keeps(layer, framework))
            self._asked[path] = known
        return known[1]

    def _say(self, kind: str, text: str) -> None:
        if kind not in self._said:
            self._said.add(kind)
            warnings.warn(text, cautions.BatchNormWarning, stacklevel=2)


def scalars(seen: Epoch) -> dict[str, float]:
    """The numbers of an epoch by their tags."""
    found = {
        "batch_norm/inference_loss": seen.inference_loss,
        "batch_norm/training_loss": seen.training_loss,
        "batch_norm/gap": seen.gap,
    }
    for path, state in seen.layers.items():
        about = {"residual": state.residual, "d": state.d, "r": state.r}
        found |= {f"batch_norm/{path}/{name}": value for name, value in about.items()}
        found[f"batch_norm/{path}/moving"] = float(state.mode in ("training", "frozen with updates"))
    return {tag: number for tag, number in found.items() if number is not None}
