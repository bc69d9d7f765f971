"""From a text to what each BatchNormalization layer does in each fit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bnlint.graph.places import Place
from bnlint.graph.subjects import Program
from bnlint.interpreter.paths import run_paths
from bnlint.interpreter.source import Source
from bnlint.keras.addons import gather_addons
from bnlint.keras.api.library import KerasLibrary
from bnlint.keras.api_changes import gather_api_uses, gather_norm_arguments
from bnlint.keras.gather import gather
from bnlint.keras.graph_norms import gather_graph_norms
from bnlint.keras.releases import Target
from bnlint.modules import ProjectModules


def analyse(
    text: str,
    path: str,
    target: Target,
    *,
    training_samples: int | None = None,
    batch_size: int | None = None,
    cells: Sequence[tuple[int, int]] | None = None,
    modules: ProjectModules | None = None,
) -> Program:
    """Interprets a script on abstract values, or the program of a notebook with the cell and line of each of its lines.

    ``modules`` finds the other files of its project (by default those on the disk).
    ``training_samples`` and ``batch_size`` are used where the code does not show them. Raises SyntaxError where the
    text is no Python for the running interpreter.
    """
    source = Source(text, path, cells=cells)
    libraries: list[KerasLibrary] = []

    def make() -> KerasLibrary:
        library = KerasLibrary(target, training_samples, batch_size)
        libraries.append(library)
        return library

    modules = modules or ProjectModules(path)
    paths = run_paths(source, make, modules=modules)
    if not paths.complete and modules.read:
        # what its project does is too much; of the script by itself more may be known
        libraries.clear()
        paths = run_paths(source, make)
    program = gather(path, paths, libraries[0])
    placed = partial(_placed, path, cells)
    program.subjects["addons_norm"] = gather_addons(text, target, placed)
    graph, contrib = gather_graph_norms(text, target, placed)
    program.subjects.update(graph_training=graph, contrib_norm=contrib)
    program.subjects["api_use"] = gather_api_uses(text, target, placed)
    program.subjects["batch_norm_argument"] = gather_norm_arguments(text, target, placed)
    return program


def _placed(path: str, cells: Sequence[tuple[int, int]] | None, span: Sequence[int]) -> Place:
    """A place of lines and columns of the text, in a notebook of its cell."""
    line, column, end, end_column = span
    if cells is None:
        return Place(path, line, column, end, end_column)
    (cell, first), (_, last) = cells[line - 1], cells[end - 1]
    return Place(path, first, column, last, end_column, cell)
