"""Mends that are made on a model in memory and not in the text of a program."""

from bnlint.remedies.cloning import CannotRebuild
from bnlint.remedies.renorm_layer import batch_renormalization
from bnlint.remedies.renormalization import Ramp, RenormSchedule
from bnlint.remedies.replacing import replace_batch_norm

__all__ = ["CannotRebuild", "Ramp", "RenormSchedule", "batch_renormalization", "replace_batch_norm"]
