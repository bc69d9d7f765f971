"""Subjects and their facts: the table that rules are matched on, and the only thing a rule can see.

A fact is three-valued where the program may leave it open: ``None`` means *unknown*, and no condition of a rule holds
on it. Every field's ``doc`` is its documentation; ``docs/subjects.md`` is generated from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bnlint.graph.subjects.calls import Call
from bnlint.graph.subjects.fits import BatchNormAtFit, Fit
from bnlint.graph.subjects.layers import Layer
from bnlint.graph.subjects.parts import Backbone, Because
from bnlint.graph.subjects.trainable_changes import TrainableChange

__all__ = ["SUBJECTS", "Backbone", "BatchNormAtFit", "Because", "Call", "Fit", "Layer", "Program", "TrainableChange"]


@dataclass(frozen=True, slots=True)
class Program:
    """All that is known of one file: its fits, and the subjects that rules are matched on."""

    path: str
    fits: tuple[Fit, ...] = ()
    subjects: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    unknowns: tuple[Because, ...] = ()


SUBJECTS: dict[str, type] = {
    "batch_norm_at_fit": BatchNormAtFit,
    "call": Call,
    "layer": Layer,
    "trainable_change": TrainableChange,
}
