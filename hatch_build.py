"""Compiles the catalogue when the package is built, so that an installed bnlint reads one JSON and no YAML."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPILED = "bnlint/rules/catalogue.json"


class CatalogueHook(BuildHookInterface[Any]):
    """Puts the compiled ``rules/`` folder into wheel and sdist; the source tree is left as it is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, unless the build is an editable one: that reads the YAML, which may change under it."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory()
        compiled = Path(self._folder.name, "catalogue.json")
        compiled.write_text(_compile(Path(self.root)), encoding="utf-8")
        build_data["force_include"][str(compiled)] = COMPILED

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary file once it is packed."""
        if version != "editable":
            self._folder.cleanup()


def _compile(root: Path) -> str:
    """The catalogue of the source tree at ``root`` as JSON, compiled by the very code that is being packed."""
    sys.path.insert(0, str(root))
    try:
        from bnlint.rules.compiling import compile_catalogue
    finally:
        sys.path.remove(str(root))
    return compile_catalogue(root / "rules")
