"""What a monitor says, in words, of what it has seen. Each kind is said once a training."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bnlint.remedies.observing import Epoch, LayerState, Mode

FAR = 0.5
"""Root mean square of d, and of ln r, from which statistics count as far: half a standard deviation."""
MUCH_LEFT = 0.05
"""Share of old statistics that shows: the residual of BN201."""
FACTOR = 1.5
"""How many times the loss in one mode is that in the other where the gap counts."""
LEAST = 0.05
"""And by how much it is larger at least."""


FROZEN_WITH_UPDATES = (
    "moving statistics moved in this epoch in {}, frozen as to gamma and beta: set trainable = False on the "
    "BatchNormalization layers themselves (bnlint.remedies.freeze_batch_norm) and compile again"
)
BATCH_WITHOUT_UPDATES = (
    "training normalises by the batch in {}, and the moving statistics, which predictions use, never move"
)
GAP = (
    "{losses}: what predicts is not what is trained.{whose} Recalibrate them (bnlint.remedies.recalibrate), lower the "
    "momentum (bnlint.remedies.set_momentum), or keep those of a pretrained backbone frozen"
)
BATCH = (
    "{}: batch statistics serve this model worse than moving ones, as they do where batches are small or of one kind"
)
RESIDUAL = (
    "{share:.0f} % of the moving statistics that the training began with is left in {layers} after {updates} updates, "
    "and the data is far from them. Train longer, lower the momentum (bnlint.remedies.set_momentum) or recalibrate "
    "(bnlint.remedies.recalibrate)"
)


class BatchNormWarning(UserWarning):
    """Something about BatchNormalization that a training should not have."""


def of(history: Sequence[Epoch]) -> Iterator[tuple[str, str]]:
    """What the last epoch gives reason to say: a kind and the words."""
    last = history[-1]
    if ill := [path for path, state in last.layers.items() if not state.finite]:
        yield "not finite", f"moving statistics are not finite in {_layers(ill)}: predictions will not be either"
    if drifting := _in_mode(last, "frozen with updates"):
        yield "frozen with updates", FROZEN_WITH_UPDATES.format(_layers(drifting))
    if still := _in_mode(last, "batch without updates"):
        yield "batch without updates", BATCH_WITHOUT_UPDATES.format(_layers(still))
    if len(history) > 1 and all(_more(each.inference_loss, each.training_loss) for each in history[-2:]):
        far = [path for path, state in last.layers.items() if _is_far(state)]
        whose = f" The data is far from the moving statistics of {_layers(far)}." if far else ""
        yield "gap", GAP.format(losses=_losses(last), whose=whose)
    if len(history) > 1 and all(_more(each.training_loss, each.inference_loss) for each in history[-2:]):
        yield "batch", BATCH.format(_losses(last))


def at_the_end(history: Sequence[Epoch]) -> Iterator[tuple[str, str]]:
    """What the end of a training gives reason to say."""
    states = history[-1].layers
    old = [path for path, state in states.items() if state.updates and state.residual > MUCH_LEFT and _is_far(state)]
    if old:
        most, fewest = max(states[path].residual for path in old), min(states[path].updates for path in old)
        yield "residual", RESIDUAL.format(share=100 * most, layers=_layers(old), updates=fewest)


def _in_mode(seen: Epoch, mode: Mode) -> list[str]:
    return [path for path, state in seen.layers.items() if state.mode == mode]


def _is_far(state: LayerState) -> bool:
    return abs(state.d) > FAR or (state.r > 0 and abs(math.log(state.r)) > FAR)


def _more(one: float | None, other: float | None) -> bool:
    if one is None or other is None or not math.isfinite(other):
        return False
    return not math.isfinite(one) or (one > FACTOR * other and one > other + LEAST)


def _losses(seen: Epoch) -> str:
    return (
        f"after epoch {seen.epoch + 1} the loss of the held-out batch is {seen.inference_loss:.3g} in inference mode "
        f"and {seen.training_loss:.3g} with BatchNormalization in training mode"
    )


def _layers(paths: Sequence[str]) -> str:
    if len(paths) == 1:
        return f"the BatchNormalization layer {paths[0]}"
    return f"{len(paths)} BatchNormalization layers ({paths[0]}, …)"
