"""The verdict: a table over what was seen, and how the figures become what was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from bnlint.probe.report import Compared

FEW = 32
"""Below this number of examples nothing is said of a gap."""
OF_CHANCE = 0.02
"""A gap is one where the loss differs by more than this share of the loss of a constant answer …"""
OF_LOSS = 0.15
"""… and by more than this share of the loss in inference mode."""
SKILL = 0.95
"""A model that loses more than this share of the loss of a constant answer in both modes shows no skill."""
FAR = 0.25
"""The distance of a layer (root of d² + (2 ln r)², by channel, beyond noise) from which on it is far."""

WORSE, SAME, UNCLEAR, UNKNOWN = "worse", "same", "unclear", "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the table is asked about.

    ``large`` compares the loss in inference mode with that in training mode in large shuffled batches: worse, same,
    unclear (the interval is too wide) or unknown (no labels). ``small`` does so with batches of the training's size in
    the order of the data, and is worse only where those also do much better than the large ones.
    ``skilled`` is whether either mode does better than a constant answer. ``statistics`` are
    near, far, narrow (the means are right, the variances too small by one factor) or broken.
    """

    layers: bool = True
    steady: bool = True
    statistics: str = "near"
    enough: bool = True
    skilled: bool = True
    large: str = SAME
    small: str = SAME


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table. ``when`` names the values of ``Seen`` that it holds for; what it leaves out is not asked."""

    verdict: str
    suffers: bool
    said: str
    instead: tuple[str, ...] = ()
    when: Mapping[str, tuple[object, ...]] = field(default_factory=dict)


HEALTHY = "healthy"
STALE = "stale or foreign statistics"
SHIFT = "domain shift, consistent"
BATCHES = "small batches or leakage"
DEPENDS = "the answer depends on the batch"
BROKEN = "broken statistics"
NONE = "no BatchNormalization"
OPEN = "cannot be told"

ROWS = (
    Row(
        NONE, False, "The model has no BatchNormalization layer.",
        ("If training and inference differ, look at the data, Dropout and augmentation.",), {"layers": (False,)},
    ),
    Row(
        BROKEN, True,
        "Moving statistics are NaN, infinite or negative variances, or the predictions are no finite numbers.",
        (
            "Find the layer that the report names. A checkpoint before the loss became NaN is the safest way back.",
            "If only moving statistics are broken: `bnlint.remedies.recalibrate(model, data, steps)`.",
        ), {"statistics": ("broken",)},
    ),
    Row(
        DEPENDS, True,
        "In inference mode an example gets another answer in other company: batch statistics are in use.",
        (
            "Look for `training=True` on a call of BatchNormalization or of the backbone, and take it out.",
            "Then probe again: the moving statistics may never have been used.",
        ), {"steady": (False,)},
    ),
    Row(
        OPEN, False, f"Fewer than {FEW} examples: noise is larger than any gap.",
        ("Give 256 examples or more.",), {"enough": (False,)},
    ),
    Row(
        OPEN, False, "The data is far from the moving statistics; whether that does harm only labels tell.",
        ("Give labels with the sample.",), {"large": (UNKNOWN,), "statistics": ("far", "narrow")},
    ),
    Row(
        OPEN, False, "The data is near the moving statistics, a good sign; labels would tell more.",
        ("Give labels with the sample.",), {"large": (UNKNOWN,)},
    ),
    Row(
        BATCHES, True,
        "In batches of the training's size, in the order of the data, the model does much better than in inference "
        "mode and than in large shuffled batches: it reads something out of its batches.",
        (
            "Shuffle the training data, and look for batches that are put together by class, source or person.",
            "Train with larger batches, or from scratch with `bnlint.remedies.replace_batch_norm` (group, renorm).",
        ), {"small": (WORSE,)},
    ),
    Row(
        STALE, True, "With the statistics of this data the model does much better than with its own moving ones.",
        (
            "Check first that the sample is prepared exactly as the training data was (scale, colour order, mean).",
            "`bnlint.remedies.recalibrate(model, data, steps)` estimates them anew from training data.",
            "Or `bnlint.remedies.freeze_batch_norm(model)`, compile, and train the head again.",
            "For the next training: `bnlint.remedies.set_momentum(model, 0.9)`, or more steps.",
        ), {"large": (WORSE,), "statistics": ("far", "narrow")},
    ),
    Row(
        BATCHES, True,
        "The model does much better when it sees a batch at once, and its moving statistics are not to blame.",
        (
            "Shuffle the training data, and look for batches that are put together by class, source or person.",
            "Train with larger batches, or from scratch with `bnlint.remedies.replace_batch_norm` (group, renorm).",
        ), {"large": (WORSE,), "statistics": ("near",)},
    ),
    Row(
        OPEN, False, "Neither mode does better than a constant answer: there is nothing to be harmed.",
        (
            "Check that the labels belong to the examples, and that the sample is prepared as the training data was.",
        ), {"skilled": (False,), "statistics": ("far", "narrow")},
    ),
    Row(
        OPEN, False, "The gap between the modes is too small beside its noise to be judged.",
        ("Give more examples: `--samples`.",), {"large": (UNCLEAR,)},
    ),
    Row(
        BATCHES, False,
        "The moving variances are too small by one factor in all channels, as after training in very small batches; "
        "inference is not worse for it.",
        (
            "Train with larger batches, or from scratch with `bnlint.remedies.replace_batch_norm` (group, renorm).",
            "If the training batches were not small: the sample has more contrast than the training data.",
        ), {"large": (SAME,), "statistics": ("narrow",)},
    ),
    Row(
        SHIFT, False,
        "The data is far from the moving statistics, and inference is not worse for it: the model was trained with "
        "them as they are, or they matter little.",
        (
            "Where BatchNormalization was frozen, leave it so: recalibrating or unfreezing it asks for a new head.",
        ), {"large": (SAME,), "statistics": ("far",)},
    ),
    Row(HEALTHY, False, "Both modes do equally well, and the moving statistics are those of the data.", (), {}),
)  # fmt: skip
"""The first row whose conditions all hold."""


def judged(seen: Seen) -> Row:
    """The row of the table that holds for what was seen."""
    return next(row for row in ROWS if all(getattr(seen, key) in values for key, values in row.when.items()))


def gap(loss: Compared | None, chance: float) -> str:
    """What a comparison of the losses says: worse, same, unclear or unknown. ``chance`` is the loss of a constant."""
    if loss is None:
        return UNKNOWN
    least = max(OF_CHANCE * chance if isfinite(chance) else 0.0, OF_LOSS * loss.inference.value)
    if loss.difference.low > least:
        return WORSE
    if loss.difference.value > least or not isfinite(loss.difference.low):
        return UNCLEAR
    return SAME


def skilled(loss: Compared | None, chance: float) -> bool:
    """Whether one of the modes does better than a constant answer; without labels it is not denied."""
    if loss is None or not isfinite(chance):
        return True
    return min(loss.inference.value, loss.training.value) < SKILL * chance


def company(inference: Compared | None, training: Compared | None, chance: float) -> str:
    """What batches as given say: ``inference`` and ``training`` (large batches) compared with them."""
    if inference is None or training is None:
        return UNKNOWN
    found = {gap(inference, chance), gap(training, chance)}
    return SAME if SAME in found else UNCLEAR if UNCLEAR in found else WORSE


def table() -> str:
    """The table in Markdown, as the documentation has it, and what each row means."""
    lines = [
        "| | steady | statistics | examples | skill | large batches | as given | verdict | exit |",
        "| ---: | --- | --- | --- | --- | --- | --- | --- | ---: |",
    ]
    for number, row in enumerate(ROWS, start=1):
        few, skill = _cell(row, "enough", {False: f"below {FEW}"}), _cell(row, "skilled", {False: "none"})
        lines.append(
            f"| {number} | {_cell(row, 'steady', {False: 'no'})} | {_cell(row, 'statistics', {})} | {few} | {skill} "
            f"| {_cell(row, 'large', {})} | {_cell(row, 'small', {})} | **{row.verdict}** | {int(row.suffers)} |"
        )
    lines.append("")
    for number, row in enumerate(ROWS, start=1):
        lines.append(f"{number}. **{row.verdict}**: {row.said}")
        lines += [f"   - {step}" for step in row.instead]
    return "\n".join(lines) + "\n"


def _cell(row: Row, key: str, words: Mapping[object, str]) -> str:
    if not row.when.get("layers", (True,))[0] and key == "statistics":
        return "no layers"
    values: Sequence[object] = row.when.get(key, ())
    return ", ".join(words.get(value, str(value)) for value in values)
