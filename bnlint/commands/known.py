"""``--write-baseline``, and what ``--baseline`` has to say after a run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bnlint import __version__, baseline, selection
from bnlint.commands import options as shared
from bnlint.engine import prepare
from bnlint.reporters.style import Style, counted, plain
from bnlint.settings import Settings, SettingsError, shorter

if TYPE_CHECKING:
    from bnlint.reports import Report


def write(reports: list[Report], file: str, settings: Settings) -> int:
    """List all findings in a baseline; 2 where a file could not be linted. Raises ``SettingsError``."""
    shared.say_problems(reports, Style(shared.wants_colour(settings.color, stream=sys.stderr)))
    found = [finding for report in reports for finding in report.findings]
    text = baseline.document(found, file, __version__)
    try:
        with open(file, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise SettingsError(f"--write-baseline: {file}: {error.strerror or error}") from None
    if not settings.quiet:
        _say(f"Wrote {counted(len(found), 'finding')} to {file}.")
    return 2 if any(report.errors for report in reports) else 0


def say(sifted: baseline.Sifted, settings: Settings) -> None:
    """What the baseline kept quiet, and where it does not fit any more."""
    if settings.quiet:
        return
    if sifted.hidden:
        _say(f"{counted(sifted.hidden, 'known finding')} not reported (baseline).")
    for each, listed, found in sifted.more_often():
        times = f"{found} times, {listed} of them known: all are reported"
        _say(f"{each.path}: {each.code} was found {times}")
    gone = sifted.gone(selection.enabled(settings, prepare(settings).catalogue, ""))
    if gone:
        said = f"{counted(gone, 'known finding')} of the baseline {'is' if gone == 1 else 'are'} no more"
        _say(f"{said}: `--write-baseline {shorter(settings.baseline or '')}` shrinks it.")


def _say(line: str) -> None:
    print(plain(line), file=sys.stderr)
