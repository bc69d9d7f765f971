"""What mends a model where no edit of the text can: for models in memory, of Keras 2 and 3."""

from bnlint.remedies.cautions import BatchNormWarning
from bnlint.remedies.cloning import CannotRebuild
from bnlint.remedies.cutting import CannotSplit
from bnlint.remedies.features import Features, StaleFeatures
from bnlint.remedies.freezing import CannotFreeze, Frozen, freeze_batch_norm
from bnlint.remedies.momentum import MomentumSet, set_momentum
from bnlint.remedies.monitor import BatchNormMonitor
from bnlint.remedies.observing import Epoch, LayerState
from bnlint.remedies.recalibration import Recalibrated, recalibrate
from bnlint.remedies.renorm_layer import batch_renormalization
from bnlint.remedies.renormalization import Ramp, RenormSchedule
from bnlint.remedies.replacing import replace_batch_norm
from bnlint.remedies.splitting import Split, split

__all__ = [
    "BatchNormMonitor",
    "BatchNormWarning",
    "CannotFreeze",
    "CannotRebuild",
    "CannotSplit",
    "Epoch",
    "Features",
    "Frozen",
    "LayerState",
    "MomentumSet",
    "Ramp",
    "Recalibrated",
    "RenormSchedule",
    "Split",
    "StaleFeatures",
    "batch_renormalization",
    "freeze_batch_norm",
    "recalibrate",
    "replace_batch_norm",
    "set_momentum",
    "split",
]
