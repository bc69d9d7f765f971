"""Places as systems take them that see a repository's files: paths from its root, and lines of the file itself."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bnlint.files.physical import Physical, Span
    from bnlint.findings import Edit
    from bnlint.graph.places import Place
    from bnlint.reports import Report


class Located(NamedTuple):
    """A place of a finding. ``span`` is None in a saved model; in a notebook it counts the lines of the JSON file.

    ``words`` tells people where in the file it is, if the lines of the file do not: ``cell 3, line 2``.
    """

    place: Place
    span: Span | None
    words: str = ""


class Root:
    """The folder that paths count from: that of the repository around the current folder, else the current one."""

    def __init__(self) -> None:
        here = os.getcwd()
        self.folder = next((folder for folder in _upwards(here) if os.path.exists(os.path.join(folder, ".git"))), here)

    def path(self, path: str) -> str:
        """A file's path with ``/``, from the root; of one outside of it the absolute path."""
        full = os.path.abspath(path)
        inside = full.startswith(self.folder.rstrip(os.sep) + os.sep)
        return (os.path.relpath(full, self.folder) if inside else full).replace(os.sep, "/")


def _upwards(folder: str) -> Sequence[str]:
    found = [folder]
    while (parent := os.path.dirname(found[-1])) != found[-1]:
        found.append(parent)
    return found


class Locator:
    """The places of one report's findings in their files."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def __call__(self, place: Place) -> Located:
        """A place as one of its file."""
        if place.location is not None:
            return Located(place, None, f"layer {place.location}" if place.location else "")
        line, column = max(place.line, 1), max(place.column, 1)
        span = line, column, *max((place.end_line, place.end_column), (line, column))
        if place.cell is None:
            return Located(place, span)
        words = f"cell {place.cell}, line {line}"
        if place.path != self._report.path or self._file is None:
            return Located(place, (1, 1, 1, 1), words)
        return Located(place, self._file.span(place.cell, span), words)

    def edits(self, edits: Sequence[Edit]) -> list[tuple[Span, str]]:
        """The edits of a fix as replacements in the file, in order; none where the file cannot take them."""
        ordered = sorted(edits, key=lambda edit: (edit.place.cell or 0, *edit.place[1:5]))
        if any(edit.place.line < 1 for edit in ordered):
            return []
        if self._report.cells is None:
            return [(edit.place[1:5], edit.content) for edit in ordered]
        if self._file is None:
            return []
        from bnlint.files.splicing import Unspliceable

        try:
            return list(self._file.edits((each.place.cell or 0, each.place[1:5], each.content) for each in ordered))
        except Unspliceable:
            return []

    @cached_property
    def text(self) -> str:
        """The text of the file; of a notebook, which a report keeps by its cells, it is read anew."""
        if self._report.text or not self._report.cells:
            return self._report.text
        from bnlint.files.notebooks import NoNotebook, read

        try:
            with open(self._report.path, "rb") as file:
                notebook = read(file.read())
        except (OSError, NoNotebook):
            return ""
        return notebook.source.text if notebook.cells == self._report.cells else ""

    @cached_property
    def _file(self) -> Physical | None:
        """The notebook's file; None where it is not what was linted any more."""
        if not self.text:
            return None
        from bnlint.files.physical import Physical

        return Physical(self.text, self._report.cells or {})
