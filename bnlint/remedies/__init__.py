"""What mends a model where no edit of the text can: for models in memory, of Keras 2 and 3."""

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
