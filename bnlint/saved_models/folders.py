"""SavedModel folders."""

from __future__ import annotations

from bnlint.graph.saved import SavedModel
from bnlint.saved_models.errors import Unreadable


def read(path: str, *, weights: bool = True) -> SavedModel:
    """Reads the folder of a SavedModel."""
    raise Unreadable("SavedModel folders are not read by this version")
