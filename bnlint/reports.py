"""What linting one file came to: the object between the engine and the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bnlint.files.writing import Identity
    from bnlint.findings import Finding
    from bnlint.graph.subjects import Program
    from bnlint.keras.releases import Target


class ConfigOf(NamedTuple):
    """The config of a saved model that was mended: the member of the file that holds it, empty for the file itself.

    ``state`` is the file's when it was read.
    """

    member: str
    state: Identity


class Report(NamedTuple):
    """One file's findings, in the order of their places, and what else there is to say about it.

    ``text`` is the program that the places refer to (after mending, where it was mended) and ``original`` the one that
    was read. ``errors`` says what could not be done; ``analysed`` whether the target mattered at all, which it does
    not for a file without Keras, and ``target`` is then the one that it was linted for; ``besides`` is the release
    that the program's own words point to, where they contradict it. ``program`` holds the facts where they were asked
    for. For a notebook ``cells`` has the text of its code cells by number, to which places refer, and the other two
    are the file's own text.

    ``elsewhere`` are findings that the analysis of this file has made in others of its project, ``reads`` the paths
    of those that it has read, and ``texts`` what stands in those with findings. A file that is there only for such
    findings was not ``asked`` for.

    ``contents`` is there for a saved model: what it says of each of its layers, by location. Where its config was
    mended, ``config`` says where that stands, and the texts are the config's.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    text: str = ""
    original: str = ""
    fixed: tuple[Finding, ...] = ()
    withdrawn: tuple[tuple[Finding, str], ...] = ()
    suppressed: int = 0
    analysed: bool = False
    program: Program | None = None
    cells: Mapping[int, str] | None = None
    target: Target | None = None
    besides: Target | None = None
    elsewhere: tuple[Finding, ...] = ()
    reads: tuple[str, ...] = ()
    texts: Mapping[str, str] | None = None
    asked: bool = True
    contents: Mapping[str, str] | None = None
    config: ConfigOf | None = None

    def code(self, cell: int | None) -> str:
        """The text that the places in a cell refer to; that of the whole program where there are no cells."""
        return self.text if self.cells is None else self.cells.get(cell or 0, "")

    @property
    def was_read(self) -> bool:
        """Whether the file was linted, whatever could not be done with it afterwards."""
        return self.asked and (self.analysed or bool(self.findings) or not self.errors)
