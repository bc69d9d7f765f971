"""What a file is linted among."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bnlint.settings import Settings


class Around(NamedTuple):
    """The settings of other files, and texts that are to stand for files on the disk.

    ``settings_for`` gives the settings for what lies in a folder; without it those of the linted file hold for all.
    ``texts`` are named by their real paths.
    """

    settings_for: Callable[[str], Settings] | None = None
    texts: Mapping[str, str] | None = None

    def settings(self, path: str, otherwise: Settings) -> Settings:
        """The settings of another file."""
        return self.settings_for(os.path.dirname(path) or ".") if self.settings_for is not None else otherwise
