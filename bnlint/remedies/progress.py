"""A bar on standard error while batches run, where a person looks at a terminal; nothing elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def tracked(items: Iterable[Item], total: int | None, what: str) -> Iterator[Item]:
    """The items, with a bar that counts them; without ``total`` it shows that something goes on."""
    if not _is_looked_at():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield from bar.track(items, total=total, description=what)


def _is_looked_at() -> bool:
    if os.environ.get("CI", "") not in ("", "0", "false") or os.environ.get("TERM") == "dumb":
        return False
    isatty = getattr(sys.stderr, "isatty", None)
    return callable(isatty) and bool(isatty())
