"""What mends a model where no edit of the text can."""

from bnlint.remedies.cautions import BatchNormWarning
from bnlint.remedies.cloning import CannotRebuild
from bnlint.remedies.monitor import BatchNormMonitor
from bnlint.remedies.observing import Epoch, LayerState
from bnlint.remedies.renorm_layer import batch_renormalization
from bnlint.remedies.renormalization import Ramp, RenormSchedule
from bnlint.remedies.replacing import replace_batch_norm

__all__ = [
    "BatchNormMonitor",
    "BatchNormWarning",
    "CannotRebuild",
    "Epoch",
    "LayerState",
    "Ramp",
    "RenormSchedule",
    "batch_renormalization",
    "replace_batch_norm",
]
