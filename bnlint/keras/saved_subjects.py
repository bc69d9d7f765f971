"""The subjects that rules are matched on, of one model file."""

from __future__ import annotations

from typing import Any

from bnlint.graph.saved import SavedModel
from bnlint.keras.facts import FitView
from bnlint.keras.masked_norms import saved_masked
from bnlint.keras.norms_over_time import saved_over_time
from bnlint.keras.releases import Release, Target
from bnlint.keras.saved_applications import Applications
from bnlint.keras.saved_arguments import batch_norm_arguments, momentum_sets
from bnlint.keras.saved_connections import saved_connections
from bnlint.keras.saved_fits import backbone_calls, rows_at_fit
from bnlint.keras.saved_forced import forced_trainings
from bnlint.keras.saved_shared import shared_norms
from bnlint.keras.saved_statistics import saved_model_statistics, saved_norms, served_norms


def subjects_of(model: SavedModel, view: FitView, other: SavedModel | None = None) -> dict[str, tuple[Any, ...]]:
    """All subjects of a model; ``other`` is the file that it is compared with."""
    applications = Applications(model, _releases(model, view))
    rows = rows_at_fit(model, view, applications)
    return {
        "batch_norm_argument": batch_norm_arguments(model, view),
        "batch_norm_at_fit": rows,
        "call": backbone_calls(rows),
        "connection": saved_connections(model),
        "forced_training": forced_trainings(model, view),
        "masked_norm": saved_masked(model, view),
        "momentum_set": momentum_sets(model, view, applications),
        "norm_over_time": saved_over_time(model, view),
        "saved_batch_norm": saved_norms(model, view),
        "saved_model": saved_model_statistics(model, view, other),
        "serving_norm": served_norms(model),
        "shared_batch_norm": shared_norms(model, view),
    }


def _releases(model: SavedModel, view: FitView) -> tuple[Release, ...]:
    """Those whose applications may be in the file: the one that has written it, and the target."""
    found = [] if view.behaviour is None else [view.behaviour.release]
    package = model.heap[model.root].package
    if model.keras is not None:
        framework = "keras" if package == "keras" else "tensorflow"
        try:
            writer = Target.parse(f"{framework}=={model.keras.removesuffix('-tf')}", "the file").release(package)
        except ValueError:
            writer = None
        found = [*([writer] if writer is not None else []), *found]
    return tuple(dict.fromkeys(found))
