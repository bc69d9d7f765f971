"""Remedies for a model in memory, on Keras 2 and 3. Nothing here is part of linting."""

from bnlint.remedies.cutting import CannotSplit
from bnlint.remedies.features import Features, StaleFeatures
from bnlint.remedies.freezing import CannotFreeze, Frozen, freeze_batch_norm
from bnlint.remedies.momentum import MomentumSet, set_momentum
from bnlint.remedies.recalibration import Recalibrated, recalibrate
from bnlint.remedies.splitting import Split, split

__all__ = [
    "CannotFreeze",
    "CannotSplit",
    "Features",
    "Frozen",
    "MomentumSet",
    "Recalibrated",
    "Split",
    "StaleFeatures",
    "freeze_batch_norm",
    "recalibrate",
    "set_momentum",
    "split",
]
