"""What a reporter may know of the whole run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from bnlint.keras.releases import Target
    from bnlint.rules import Rule


class Run(NamedTuple):
    """``target`` is that of most files, known once all reports are through; ``rules`` the catalogue.

    ``strict`` says that findings of severity *info* count as faults too.
    """

    target: Callable[[], Target]
    rules: Callable[[], Mapping[str, Rule]]
    strict: bool = False
