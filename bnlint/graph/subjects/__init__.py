"""Subjects and their facts: the table that rules are matched on, and the only thing a rule can see.

A fact is three-valued where the program may leave it open: ``None`` means *unknown*, and no condition of a rule holds
on it. Every field's ``doc`` is its documentation; ``docs/subjects.md`` is generated from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bnlint.graph.subjects.addons import AddonsNorm
from bnlint.graph.subjects.api_uses import ApiUse
from bnlint.graph.subjects.assignments import BatchNormArgument, MomentumSet, TrainableTypo
from bnlint.graph.subjects.backbones import BackboneAtFit
from bnlint.graph.subjects.batches import BatchesAtFit
from bnlint.graph.subjects.calls import Call
from bnlint.graph.subjects.connections import Connection
from bnlint.graph.subjects.custom_steps import CustomStep, EagerCall
from bnlint.graph.subjects.fits import BatchNormAtFit, Fit
from bnlint.graph.subjects.forced import ForcedTraining
from bnlint.graph.subjects.graph_norms import ContribNorm, GraphTraining
from bnlint.graph.subjects.images import ImageGenerator, ImagesAtFit, OtherImages
from bnlint.graph.subjects.layer_lists import LayerList
from bnlint.graph.subjects.layers import Layer
from bnlint.graph.subjects.learning_phases import LearningPhase
from bnlint.graph.subjects.loops import ClassTest, LayerLoop, Slice
from bnlint.graph.subjects.masks import MaskedNorm
from bnlint.graph.subjects.optimizers import ReusedOptimizer
from bnlint.graph.subjects.parts import Backbone, Because
from bnlint.graph.subjects.random_weights import RandomWeights
from bnlint.graph.subjects.saved_models import ModelFacts, SavedBatchNorm
from bnlint.graph.subjects.saved_statistics import SavedModelStatistics, SavedNorm, ServedNorm
from bnlint.graph.subjects.shared_norms import SharedNorm
from bnlint.graph.subjects.shuffled_predictions import ShuffledPrediction
from bnlint.graph.subjects.time_steps import NormOverTime
from bnlint.graph.subjects.trainable_changes import TrainableChange
from bnlint.graph.subjects.trained_models import TrainedModel
from bnlint.graph.subjects.trained_outputs import TrainedOutput
from bnlint.graph.subjects.weight_files import WeightsLoaded

__all__ = [
    "SUBJECTS",
    "AddonsNorm",
    "ApiUse",
    "Backbone",
    "BackboneAtFit",
    "BatchNormArgument",
    "BatchNormAtFit",
    "BatchesAtFit",
    "Because",
    "Call",
    "ClassTest",
    "Connection",
    "ContribNorm",
    "CustomStep",
    "EagerCall",
    "Fit",
    "ForcedTraining",
    "GraphTraining",
    "ImageGenerator",
    "ImagesAtFit",
    "Layer",
    "LayerList",
    "LayerLoop",
    "LearningPhase",
    "MaskedNorm",
    "ModelFacts",
    "MomentumSet",
    "NormOverTime",
    "OtherImages",
    "Program",
    "RandomWeights",
    "ReusedOptimizer",
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
    "WeightsLoaded",
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
    "addons_norm": AddonsNorm,
    "api_use": ApiUse,
    "backbone_at_fit": BackboneAtFit,
    "batch_norm_argument": BatchNormArgument,
    "batch_norm_at_fit": BatchNormAtFit,
    "batches_at_fit": BatchesAtFit,
    "call": Call,
    "class_test": ClassTest,
    "connection": Connection,
    "contrib_norm": ContribNorm,
    "custom_step": CustomStep,
    "eager_call": EagerCall,
    "forced_training": ForcedTraining,
    "graph_training": GraphTraining,
    "image_generator": ImageGenerator,
    "images_at_fit": ImagesAtFit,
    "layer": Layer,
    "layer_list": LayerList,
    "layer_loop": LayerLoop,
    "learning_phase": LearningPhase,
    "masked_norm": MaskedNorm,
    "momentum_set": MomentumSet,
    "norm_over_time": NormOverTime,
    "other_images": OtherImages,
    "random_weights": RandomWeights,
    "reused_optimizer": ReusedOptimizer,
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
    "weights_loaded": WeightsLoaded,
}
