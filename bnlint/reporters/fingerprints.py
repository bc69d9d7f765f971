"""What tells a finding from others over several runs, whatever lines come or go above it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

from bnlint.files import lines

if TYPE_CHECKING:
    from bnlint.findings import Finding
    from bnlint.reports import Report


class Fingerprints:
    """A fingerprint for each finding of a run, asked for in their order: no two are the same."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, finding: Finding, path: str, report: Report) -> str:
        """By the rule, the file and the text of the line, or the layer of a model; the n-th of a kind by its number."""
        place = finding.place
        return self.by(finding.code, path, _line(finding, report) if place.location is None else place.location)

    def by(self, *parts: str) -> str:
        """By what is given, in words."""
        said = "\0".join(parts)
        self._seen[said] += 1
        return _digest(f"{said}\0{self._seen[said]}")


def _line(finding: Finding, report: Report) -> str:
    every = lines.split(report.code(finding.place.cell))
    return every[finding.place.line - 1].strip() if 0 < finding.place.line <= len(every) else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


BLOCK, BASE, SIZE = 100, 37, 1 << 64
END = "\uffff"
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


class LineHashes:
    """The hashes that GitHub's code scanning knows lines by (``primaryLocationLineHash``).

    Its upload computes them from the file where a result brings none, and complains about others: a polynomial over
    the 100 characters from the beginning of the line on, blanks left out; and which line with this hash it is.
    """

    def __init__(self, text: str) -> None:
        kept = re.sub("\r\n?", "\n", text).translate({ord(" "): None, ord("\t"): None})
        if not kept.isascii():
            kept = _BEYOND.sub(_as_two, kept)
        self._text = kept + END + "\0" * BLOCK
        self._starts = [0, *(found.end() for found in re.finditer("\n", kept))]

    def of(self, line: int) -> str:
        """The hash of a line, which counts from 1."""
        start = self._starts[min(line, len(self._starts)) - 1]
        block = self._text[start : start + BLOCK]
        value = 0
        for char in block:
            value = (value * BASE + ord(char)) % SIZE
        same = sum(self._text.startswith(block, each) for each in self._starts if each <= start)
        return f"{value:x}:{same}"


def _as_two(found: re.Match[str]) -> str:
    """A character outside the basic plane as JavaScript counts it."""
    code = ord(found[0]) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))
