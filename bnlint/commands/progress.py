"""A bar on the terminal while many files are linted, and nothing at all elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bnlint.engine import Watch
    from bnlint.reports import Report
    from bnlint.settings import Settings

DELAY = 1.0
"""A run that is over within these seconds shows none."""


def bar(settings: Settings) -> Watch | None:
    """What watches a run for a person in front of a terminal; None where there is none, or they want silence."""
    return _watched if wanted(quiet=settings.quiet) else None


def wanted(*, quiet: bool) -> bool:
    """Whether somebody looks on who wants to see how far a run is."""
    if quiet or os.environ.get("CI", "") not in ("", "0", "false") or os.environ.get("TERM") == "dumb":
        return False
    isatty = getattr(sys.stderr, "isatty", None)
    return bool(isatty is not None and isatty())


def _watched(reports: Iterator[Report], number: int) -> Iterator[Report]:
    """The reports, with the bar on standard error from the first one on that comes late; it leaves nothing behind."""
    start = time.monotonic()
    done = 0
    for report in reports:
        done += 1
        yield report
        if done < number and time.monotonic() - start >= DELAY:
            break
    if done < number:
        yield from _shown(reports, done, number)


def _shown(reports: Iterator[Report], done: int, number: int) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("bnlint"), BarColumn(), MofNCompleteColumn(), TextColumn("files"), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", completed=done, total=number)
        for report in reports:
            progress.advance(task)
            yield report
