"""The subjects that rules are matched on, of one model file."""

from __future__ import annotations

from typing import Any

from bnlint.graph.saved import SavedModel
from bnlint.keras.facts import FitView
from bnlint.keras.saved_connections import saved_connections
from bnlint.keras.saved_statistics import saved_model_statistics, saved_norms, served_norms


def subjects_of(model: SavedModel, view: FitView, other: SavedModel | None = None) -> dict[str, tuple[Any, ...]]:
    """All subjects of a model; ``other`` is the file that it is compared with."""
    return {
        "connection": saved_connections(model),
        "saved_batch_norm": saved_norms(model, view),
        "saved_model": saved_model_statistics(model, view, other),
        "serving_norm": served_norms(model),
    }
