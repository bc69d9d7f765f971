"""Jupyter notebooks: from the file to one program, and from the mended program back to the file.

Each code cell is masked and parsed alone; those that Python can read make up the program, in their order. Cells count
from 1 over all cells of the notebook, whatever they hold.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from bnlint.files import cells as cells_of_programs
from bnlint.files import magics, splicing
from bnlint.files.reading import Source, Undecodable, decode


class BadCell(NamedTuple):
    """A code cell that Python cannot read, as it was masked, and why it cannot."""

    number: int
    text: str
    error: SyntaxError | RecursionError | MemoryError


class Notebook(NamedTuple):
    """``source`` is the file, ``cells`` the text of the code cells by number, ``program`` what can be read of them.

    ``late`` is a cell that was last run after one below it, and that one; None where nothing looks like that.
    """

    source: Source
    cells: Mapping[int, str]
    program: str
    bad: tuple[BadCell, ...]
    late: tuple[int, int] | None = None

    def could_become(self, program: str) -> bool:
        """Whether a changed program still has the same cells, each of which Python reads and the file can take."""
        try:
            return all(why_unreadable(masked) is None for masked, _ in self._changed(program).values())
        except splicing.Unspliceable:
            return False

    def mended(self, program: str) -> Notebook:
        """The notebook with its program changed. Raises ``Unspliceable`` where the file cannot take the changes."""
        changed = self._changed(program)
        text = splicing.splice(self.source.text, {number: changes for number, (_, changes) in changed.items()})
        expected = dict(self.cells)
        for number, (_, changes) in changed.items():
            expected[number] = splicing.apply(self.cells[number], changes)
        document = json.loads(text)
        found = {number: _code(cell) for number, _, cell in cell_values(document) if number in expected}
        if found != expected or _without_code(document) != _without_code(json.loads(self.source.text)):
            raise splicing.Unspliceable("the file would not hold what was meant")
        return self._replace(source=self.source._replace(text=text), cells=expected, program=program)

    def _changed(self, program: str) -> dict[int, tuple[str, list[splicing.Change]]]:
        """The masked text of each cell that a changed program changes, and how it does."""
        old, new = cells_of_programs.split(self.program), cells_of_programs.split(program)
        if list(old) != list(new) or cells_of_programs.join(new, cells_of_programs.newline_of(program)) != program:
            raise splicing.Unspliceable("the changes reach over the end of a cell")
        changed = {}
        for number, masked in new.items():
            if masked != old[number]:
                changes = splicing.differences(old[number], masked)
                if magics.mask(splicing.apply(self.cells[number], changes)) != masked:
                    raise splicing.Unspliceable(f"the changes touch a magic in cell {number}")
                changed[number] = (masked, changes)
        return changed


class NoNotebook(Exception):
    """A file that is no notebook of format 3 or 4; ``line`` and ``column`` count from 1 in the file itself."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def read(data: bytes) -> Notebook:
    """The notebook that a file holds. Raises ``NoNotebook``; a notebook in another language has no code cells."""
    source = _text(data)
    try:
        document = json.loads(source.text)
    except json.JSONDecodeError as error:
        raise NoNotebook(f"is no notebook, as it is not JSON: {error.msg}", error.lineno, error.colno) from None
    except RecursionError:
        raise NoNotebook("is no notebook: it is nested too deeply") from None
    except ValueError as error:  # a number of more digits than Python takes
        raise NoNotebook(f"is no notebook that Python can read: {error}") from None
    written = dict(_code_cells(document))
    program, bad = _program(written)
    return Notebook(source, written, program, bad, _run_late(document, program))


def _text(data: bytes) -> Source:
    """A notebook is UTF-8 whatever its first lines seem to declare."""
    bom = data.startswith(b"\xef\xbb\xbf")
    try:
        return Source(data.decode("utf-8-sig"), "utf-8", bom)
    except UnicodeDecodeError:
        pass
    try:
        decode(data)
    except Undecodable as error:
        raise NoNotebook(str(error) if str(error).startswith("is ") else "is no notebook, as it is not UTF-8") from None
    raise NoNotebook("is no notebook, as it is not UTF-8")


def cell_values(document: object) -> Iterator[tuple[int, tuple[str | int, ...], dict[str, Any]]]:
    """Every cell of a notebook: its number, the way down to it from the top, and the cell itself.

    Raises ``NoNotebook`` where the document has no list of cells.
    """
    if not isinstance(document, dict):
        raise NoNotebook("is no notebook: it holds no cells")
    lists: list[tuple[tuple[str | int, ...], Any]]
    if "worksheets" in document:
        sheets = document["worksheets"]
        if not isinstance(sheets, list) or not all(isinstance(sheet, dict) for sheet in sheets):
            raise NoNotebook("is no notebook: its worksheets are no list")
        lists = [(("worksheets", index, "cells"), sheet.get("cells", [])) for index, sheet in enumerate(sheets)]
    else:
        lists = [(("cells",), document.get("cells"))]
    number = 0
    for way, listed in lists:
        if not isinstance(listed, list):
            raise NoNotebook("is no notebook: it holds no cells")
        for index, cell in enumerate(listed):
            number += 1
            if isinstance(cell, dict):
                yield number, (*way, index), cell


def source_key(cell: Mapping[str, Any]) -> str:
    """Where a code cell has its text: ``source`` since format 4, ``input`` before."""
    return "source" if "source" in cell else "input"


def joined_lines(value: object, key: str) -> str:
    """The text of a cell, written as one string or as a list of lines. Raises ``NoNotebook`` for anything else."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return line_glue(value, key).join(value)
    raise NoNotebook("is no notebook: a cell's source is no text")


def line_glue(value: list[str], key: str) -> str:
    """What stands between the lines of a list: nothing, except where format 3 left the line ends out."""
    return "" if key == "source" or value[:1] == [] or value[0].endswith(("\n", "\r")) else "\n"


def _code(cell: Mapping[str, Any]) -> str:
    key = source_key(cell)
    return joined_lines(cell.get(key), key)


def _without_code(document: dict[str, Any]) -> dict[str, Any]:
    """All that a notebook holds beside the text of its cells; the document is used up."""
    for _, _, cell in cell_values(document):
        if cell.get("cell_type") == "code":
            cell[source_key(cell)] = None
    return document


def _code_cells(document: object) -> Iterator[tuple[int, str]]:
    every = list(cell_values(document))
    if not isinstance(document, dict) or not _is_python(_language(document.get("metadata"))):
        return
    for number, _, cell in every:
        if cell.get("cell_type") != "code" or not _is_python(cell.get("language")):
            continue
        editor = cell["metadata"].get("vscode") if isinstance(cell.get("metadata"), dict) else None
        if isinstance(editor, dict) and not _is_python(editor.get("languageId")):
            continue
        yield number, _code(cell)


def _language(metadata: object) -> object:
    if not isinstance(metadata, dict):
        return None
    info, kernel = metadata.get("language_info"), metadata.get("kernelspec")
    found = info.get("name") if isinstance(info, dict) else None
    return found or (kernel.get("language") if isinstance(kernel, dict) else None)


def _is_python(language: object) -> bool:
    return not isinstance(language, str) or language.lower().startswith(("python", "ipython")) or not language


def _program(written: Mapping[int, str]) -> tuple[str, tuple[BadCell, ...]]:
    good: dict[int, str] = {}
    bad: list[BadCell] = []
    for number, text in written.items():
        masked = magics.mask(text)
        if masked is None:
            continue
        error = why_unreadable(masked)
        if error is None:
            good[number] = masked
        else:
            bad.append(BadCell(number, masked, error))
    return cells_of_programs.join(good), tuple(bad)


def _run_late(document: object, program: str) -> tuple[int, int] | None:
    """The first cell of a program that was last run after the next one that has a number of a run; and that one.

    A cell that only imports may be run again at any time.
    """
    counts = {
        number: cell.get("execution_count", cell.get("prompt_number")) for number, _, cell in cell_values(document)
    }
    run = [
        (number, count)
        for number, text in cells_of_programs.split(program).items()
        if isinstance(count := counts[number], int) and count > 0 and not _only_imports(text)
    ]
    return next(((one, next_) for (one, was), (next_, then) in pairwise(run) if was > then), None)


def _only_imports(text: str) -> bool:
    return all(
        isinstance(node, (ast.Import, ast.ImportFrom))
        or (isinstance(node, ast.Expr) and isinstance(node.value, (ast.Constant, ast.Name)))
        for node in ast.parse(text + "\n").body
    )


def why_unreadable(masked: str) -> SyntaxError | RecursionError | MemoryError | None:
    """What Python has against a masked cell; None where it reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(masked + "\n")
        except (SyntaxError, RecursionError, MemoryError) as error:
            return error
        except ValueError as error:  # null bytes, in older Pythons
            return SyntaxError(str(error))
    return None
