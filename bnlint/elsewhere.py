"""Findings in another file of the project than the linted one: what that file's settings and comments say to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnlint import selection
from bnlint.files import suppressions
from bnlint.files.discovery import is_inside_excluded

if TYPE_CHECKING:
    from bnlint.around import Around
    from bnlint.findings import Finding
    from bnlint.modules import ProjectModules
    from bnlint.rules import Catalogue
    from bnlint.settings import Settings
    from bnlint.silence import Silencer


class Others:
    """The other files that the analysis of one file has read."""

    def __init__(self, modules: ProjectModules, around: Around, settings: Settings, catalogue: Catalogue) -> None:
        self._modules = modules
        self._catalogue = catalogue
        self._settings = {path: around.settings(path, settings) for path in modules.read}
        self._enabled = {path: selection.enabled(each, catalogue, path) for path, each in self._settings.items()}
        self._comments: dict[str, list[suppressions.Comment]] = {}
        self._silencers: dict[str, Silencer] = {}

    @property
    def codes(self) -> frozenset[str]:
        """The rules that are on in any of them."""
        return frozenset().union(*self._enabled.values())

    def receives(self, finding: Finding) -> bool:
        """Whether a finding can be reported where it stands: the file is none that is left out of linting."""
        path = finding.place.path
        if path not in self._settings or is_inside_excluded(path, self._settings[path]):
            return False
        return not suppressions.skips_file(self._comments_of(path))

    def hides(self, finding: Finding) -> bool:
        """Whether the settings or the comments of the file where a finding stands keep it quiet."""
        path = finding.place.path
        if finding.code not in self._enabled[path]:
            return True
        silencer = self._silencer(path)
        return silencer is not None and silencer.hides(finding)

    def settled(self, finding: Finding) -> Finding:
        """The finding with its fix as the settings of its file want it."""
        return selection.with_settings(finding, self._settings[finding.place.path])

    def text(self, path: str) -> str:
        """The text that places in a file refer to."""
        return self._modules.text(path)

    def _comments_of(self, path: str) -> list[suppressions.Comment]:
        if path not in self._comments:
            names = {rule.name for rule in self._catalogue.rules.values()}
            self._comments[path] = suppressions.read(self.text(path), names)
        return self._comments[path]

    def _silencer(self, path: str) -> Silencer | None:
        comments = self._comments_of(path)
        if comments and path not in self._silencers:
            from bnlint.silence import Silencer

            self._silencers[path] = Silencer(comments, self._catalogue, self._enabled[path], path)
        return self._silencers.get(path)
