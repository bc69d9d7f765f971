"""Known findings: a file that lists them, so that only new ones are reported.

A finding is known again by its file, its rule and its message without line numbers, so that lines may shift; the file
counts how often each occurs. Where one occurs more often than it is counted nobody can tell which is the new one, and
all of them are reported.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from bnlint.findings import Finding
from bnlint.reports import Report
from bnlint.settings import SettingsError, shorter

SCHEMA = 1
_NUMBERS = re.compile(r"\b(lines?|cells?) \d+(?:(?:, | and | to |-)\d+)*")


class Entry(NamedTuple):
    """What is the same in all occurrences of a known finding. ``location`` is the layer in a model file, else empty."""

    path: str
    code: str
    message: str
    location: str = ""


class Known(NamedTuple):
    """A baseline: the file it was read from, and how often each finding occurs.

    Paths in it are relative to its folder, with slashes.
    """

    file: str
    counts: Mapping[Entry, int]

    def holds(self, finding: Finding) -> bool:
        """Whether a finding is listed, however often."""
        return entry(finding, self.file) in self.counts


def entry(finding: Finding, file: str) -> Entry:
    """What a finding is listed as in the baseline ``file``."""
    place = finding.place
    said = _NUMBERS.sub(r"\1 …", finding.message)
    return Entry(_relative(place.path, file), finding.code, said, place.location or "")


def _relative(path: str, file: str) -> str:
    folder = os.path.dirname(os.path.realpath(file))
    try:
        return os.path.relpath(os.path.realpath(path), folder).replace(os.sep, "/")
    except ValueError:  # on another drive
        return os.path.realpath(path).replace(os.sep, "/")


# ------------------------------------------------------------------------------------------------ reading and writing


def read(file: str) -> Known:
    """The baseline in a file. Raises ``SettingsError`` with the next step."""
    try:
        status = os.stat(file)
        return _read(file, status.st_mtime_ns, status.st_size)
    except FileNotFoundError:
        said = f"--baseline: no such file: {shorter(file)}; `--write-baseline {shorter(file)}` writes it"
        raise SettingsError(said) from None
    except OSError as error:
        raise SettingsError(f"--baseline: {shorter(file)}: {error.strerror or error}") from None


@lru_cache(maxsize=4)
def _read(file: str, written: int, size: int) -> Known:
    """As ``read``, once for each state of the file."""
    with open(file, "rb") as opened:
        data = opened.read()
    try:
        document = json.loads(data)
        if document["schema"] != SCHEMA:
            raise SettingsError(f"--baseline: {shorter(file)} is of another bnlint; write it again")
        counts = {_entry_of(each): int(each["count"]) for each in document["findings"]}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        said = f"--baseline: {shorter(file)} is no baseline; `--write-baseline {shorter(file)}` writes one"
        raise SettingsError(said) from None
    return Known(file, counts)


def _entry_of(each: Mapping[str, Any]) -> Entry:
    words = (each["path"], each["code"], each["message"], each.get("location", ""))
    if not all(isinstance(word, str) for word in words):
        raise TypeError
    return Entry(*words)


def document(findings: Iterable[Finding], file: str, version: str) -> str:
    """The text of a baseline of these findings: one line each, in an order that does not hang on anything."""
    counts = Counter(entry(finding, file) for finding in findings)
    rows = []
    for listed, count in sorted(counts.items()):
        row: dict[str, Any] = {key: value for key, value in listed._asdict().items() if value or key != "location"}
        rows.append("    " + json.dumps({**row, "count": count}, ensure_ascii=False))
    head = f'{{\n  "schema": {SCHEMA},\n  "tool": {{"name": "bnlint", "version": "{version}"}},\n  "findings": ['
    return head + ("\n" + ",\n".join(rows) + "\n  " if rows else "") + "]\n}\n"


# ------------------------------------------------------------------------------------------------------ applying one


class Sifted:
    """Reports without the findings that are known, and after the last of them what there is to say about these."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._found: Counter[Entry] = Counter()
        self._linted: set[str] = set()
        self.hidden = 0

    def reports(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Each report with its new findings alone."""
        for report in reports:
            yield self._sifted(report)

    def _sifted(self, report: Report) -> Report:
        if report.asked and report.was_read:
            self._linted.add(_relative(report.path, self._known.file))
        listed = [entry(finding, self._known.file) for finding in report.findings]
        counts = Counter(listed)
        self._found += counts
        told = {each for each, count in counts.items() if count > self._known.counts.get(each, 0)}
        kept = tuple(finding for finding, each in zip(report.findings, listed, strict=True) if each in told)
        self.hidden += len(report.findings) - len(kept)
        return report._replace(findings=kept)

    def more_often(self) -> list[tuple[Entry, int, int]]:
        """What occurs more often than it is listed: how often it is listed, and how often it was found."""
        listed = self._known.counts
        return [(each, listed[each], self._found[each]) for each in listed if self._found[each] > listed[each]]

    def gone(self, codes: Collection[str]) -> int:
        """How many listed findings are no more, of the rules ``codes``, in files that were linted or are not there."""
        folder = os.path.dirname(os.path.realpath(self._known.file))
        total = 0
        for each, count in self._known.counts.items():
            looked = each.path in self._linted or not os.path.exists(os.path.join(folder, each.path))
            if looked and each.code in codes:
                total += max(0, count - self._found[each])
        return total
