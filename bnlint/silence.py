"""Which findings the comments of a file silence, and BN901 and BN903 for comments that silence nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from bnlint.files.suppressions import WORDS, Comment, Span
from bnlint.findings import Edit, Finding, Fix
from bnlint.graph.places import Place
from bnlint.selection import nearest_rule
from bnlint.settings import did_you_mean

if TYPE_CHECKING:
    from bnlint.rules import Catalogue

UNUSED = "BN901"
UNKNOWN = "BN903"


class Silencer:
    """Applies the suppressions of one file and remembers which of them were needed."""

    def __init__(self, comments: Sequence[Comment], catalogue: Catalogue, enabled: Collection[str], path: str) -> None:
        self._comments = comments
        self._catalogue = catalogue
        self._enabled = enabled
        self._path = path
        self._used: set[tuple[int, str]] = set()
        self.hidden = 0

    def hides(self, finding: Finding) -> bool:
        """Whether a suppression covers this finding; every one that does counts as used."""
        place = finding.place
        hidden = False
        for index, comment in enumerate(self._comments):
            if comment.covers(place.line, place.end_line, place.cell):
                entry = comment.silences(finding.code, finding.name)
                if entry is not None:
                    self._used.add((index, entry))
                    hidden = True
        self.hidden += hidden
        return hidden

    def complaints(self, is_imported: Callable[[], bool] = lambda: False) -> list[Finding]:
        """The findings about the suppressions themselves, as far as they are not silenced in turn.

        In a file that others of its project import, a suppression may silence what is found with one of these.
        """
        found: list[Finding] = []
        decided = [index for index, comment in enumerate(self._comments) if self._unused(index, comment)]
        if decided and is_imported():
            decided = []
        for index, comment in enumerate(self._comments):
            if comment.ours and UNKNOWN in self._enabled:
                found += self._unknown(comment)
            if comment.ours and UNUSED in self._enabled and index in decided:
                found += self._unused(index, comment)
        return [finding for finding in found if not self._asked_for(finding)]

    def _asked_for(self, finding: Finding) -> bool:
        return any(
            comment.covers(finding.place.line, finding.place.line, finding.place.cell)
            and bool(comment.silences(finding.code, finding.name))
            for comment in self._comments
        )

    def _unknown(self, comment: Comment) -> list[Finding]:
        if comment.word not in WORDS:
            near = did_you_mean(comment.word, WORDS)
            return [self._finding(UNKNOWN, comment, f"`bnlint: {comment.word}` means nothing{near}")]
        known = {rule.code for rule in self._catalogue.rules.values()}
        names = {rule.name for rule in self._catalogue.rules.values()}
        unknown = [code for code in comment.codes or () if code.upper() not in known and code.lower() not in names]
        return [
            self._finding(UNKNOWN, comment, f"no rule is called `{code}`{nearest_rule(code, self._catalogue)}")
            for code in unknown
        ]

    def _unused(self, index: int, comment: Comment) -> list[Finding]:
        if comment.word not in ("ignore", "file-ignore"):
            return []
        if comment.codes is None:
            if (index, "") in self._used or not self._everything_is_on():
                return []
            return [
                self._unused_finding(
                    comment, "this suppression silences nothing", Edit(self._at(comment, comment.span), "")
                )
            ]
        unused = [code for code in comment.codes if self._is_enabled(code) and (index, code) not in self._used]
        if not unused:
            return []
        kept = [code for code in comment.codes if code not in unused]
        assert comment.codes_span is not None
        span, content = (comment.codes_span, ", ".join(kept)) if kept else (comment.span, "")
        what = "nothing of " + ", ".join(unused)
        return [
            self._unused_finding(comment, f"this suppression silences {what}", Edit(self._at(comment, span), content))
        ]

    def _is_enabled(self, code: str) -> bool:
        rule = self._catalogue.by_code_or_name(code)
        return rule is not None and rule.match is not None and rule.code in self._enabled

    def _everything_is_on(self) -> bool:
        return all(rule.code in self._enabled for rule in self._catalogue.rules.values() if rule.on_by_default)

    def _unused_finding(self, comment: Comment, message: str, edit: Edit) -> Finding:
        summary = "remove the code" if edit.content else "remove the comment"
        return self._finding(UNUSED, comment, message, Fix("safe", summary, edits=(edit,)))

    def _finding(self, code: str, comment: Comment, message: str, fix: Fix | None = None) -> Finding:
        place = Place(self._path, comment.line, comment.column, comment.line, comment.end_column, comment.cell)
        rule = self._catalogue.rules[code]
        return Finding(code, rule.name, rule.severity, message, place, fix=fix)

    def _at(self, comment: Comment, span: Span) -> Place:
        return Place(self._path, *span, comment.cell)
