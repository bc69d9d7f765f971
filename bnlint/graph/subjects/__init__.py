"""Subjects and their facts: the table that rules are matched on, and the only thing a rule can see.

A fact is three-valued where the program may leave it open: ``None`` means *unknown*, and no condition of a rule holds
on it. Every field's ``doc`` is its documentation; ``docs/subjects.md`` is generated from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bnlint.graph.subjects.assignments import BatchNormArgument, MomentumSet, TrainableTypo
from bnlint.graph.subjects.backbones import BackboneAtFit
from bnlint.graph.subjects.calls import Call
from bnlint.graph.subjects.connections import Connection
from bnlint.graph.subjects.custom_steps import CustomStep, EagerCall
from bnlint.graph.subjects.fits import BatchNormAtFit, Fit
from bnlint.graph.subjects.forced import ForcedTraining
from bnlint.graph.subjects.layer_lists import LayerList
from bnlint.graph.subjects.layers import Layer
from bnlint.graph.subjects.learning_phases import LearningPhase
from bnlint.graph.subjects.loops import ClassTest, LayerLoop, Slice
from bnlint.graph.subjects.parts import Backbone, Because
from bnlint.graph.subjects.random_weights import RandomWeights
from bnlint.graph.subjects.saved_models import ModelFacts, SavedBatchNorm
from bnlint.graph.subjects.saved_statistics import SavedModelStatistics, SavedNorm, ServedNorm
from bnlint.graph.subjects.shared_norms import SharedNorm
from bnlint.graph.subjects.shuffled_predictions import ShuffledPrediction
from bnlint.graph.subjects.trainable_changes import TrainableChange
from bnlint.graph.subjects.trained_models import TrainedModel
from bnlint.graph.subjects.trained_outputs import TrainedOutput

__all__ = [
    "SUBJECTS",
    "Backbone",
    "BackboneAtFit",
    "BatchNormArgument",
    "BatchNormAtFit",
    "Because",
    "Call",
    "ClassTest",
    "Connection",
    "CustomStep",
    "EagerCall",
    "Fit",
    "ForcedTraining",
    "Layer",
    "LayerList",
    "LayerLoop",
    "LearningPhase",
    "ModelFacts",
    "MomentumSet",
    "Program",
    "RandomWeights",
    "SavedBatchNorm",
    "SavedModelStatistics",
    "SavedNorm",
    "ServedNorm",
    "SharedNorm",
    "ShuffledPrediction",
    "Slice",
    "TrainableChange",
    "TrainableTypo",
    "TrainedModel",
    "TrainedOutput",
]


@dataclass(frozen=True, slots=True)
class Program:
    """All that is known of one file: its fits, or the model that it holds, and the subjects that rules see."""

    path: str
    fits: tuple[Fit, ...] = ()
    subjects: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    unknowns: tuple[Because, ...] = ()
    model: ModelFacts | None = None


SUBJECTS: dict[str, type] = {
    "backbone_at_fit": BackboneAtFit,
    "batch_norm_argument": BatchNormArgument,
    "batch_norm_at_fit": BatchNormAtFit,
    "call": Call,
    "class_test": ClassTest,
    "connection": Connection,
    "custom_step": CustomStep,
    "eager_call": EagerCall,
    "forced_training": ForcedTraining,
    "layer": Layer,
    "layer_list": LayerList,
    "layer_loop": LayerLoop,
    "learning_phase": LearningPhase,
    "momentum_set": MomentumSet,
    "random_weights": RandomWeights,
    "saved_batch_norm": SavedNorm,
    "saved_model": SavedModelStatistics,
    "serving_norm": ServedNorm,
    "shared_batch_norm": SharedNorm,
    "shuffled_prediction": ShuffledPrediction,
    "slice": Slice,
    "trainable_change": TrainableChange,
    "trainable_typo": TrainableTypo,
    "trained_model": TrainedModel,
    "trained_output": TrainedOutput,
}
