"""Where something stands in a source text."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A span of source text.

    Lines and columns count from 1, columns in characters; the end is exclusive, as in an editor's selection.
    In a notebook ``cell`` is the cell, counted from 1 over all cells, and the lines count inside that cell.
    In a saved model ``location`` names the layer (``resnet50/conv1_bn``), and lines and columns are 0.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None
    location: str | None = None


def spot(place: Place) -> tuple[object, ...]:
    """The line, or the layer of a saved model, in which a place lies: what is said of it is said of one thing."""
    return place.path, place.cell, place.line, place.location


def order(place: Place) -> tuple[object, ...]:
    """The sort key by which places follow each other as in the file, a notebook's cell by cell."""
    return place.path, place.cell or 0, place[1:5], place.location or ""
