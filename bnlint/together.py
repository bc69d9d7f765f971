"""What the reports on several files come to: each finding once, in the file where it stands, and mended there, once.

The analysis of a script sees the files of its project that it imports, and what it finds there belongs to them. Each
file is linted for itself, so that its findings do not hang on what else is linted; here they are put together.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bnlint.around import Around
from bnlint.engine import Task, lint_text, of_others, order, plan, unmended
from bnlint.files.discovery import Found, Missing
from bnlint.files.texts import Opened, opened, rewrite
from bnlint.findings import Finding, Related
from bnlint.graph.places import spot
from bnlint.mending import mend
from bnlint.reports import Report

MOST_RELATED = 6
ROUNDS = 3
"""Files are mended in turn; what mending one brings to another is mended in the next round."""
SEVERITIES = ("info", "warning", "error")


def united(files: Sequence[Found | Missing], reports: list[Report], task: Task) -> list[Report]:
    """The reports of a run with every finding in the file where it stands; mended files are written.

    A report on a file that was not asked for follows the one on the file whose analysis found something in it.
    """
    if task.mend:
        for group in _entangled(reports):
            done = _Joint([(files[index], reports[index]) for index in group], task).mended()
            for index, report in zip(group, done, strict=True):
                reports[index] = report
        if task.write:
            changed = [index for index, report in enumerate(reports) if report.text != report.original]
            for index in changed:
                reports[index] = _written(files[index], reports[index], task)
    placed = _placed(reports, task) if any(report.elsewhere for report in reports) else reports
    return [report for report in placed if report.asked or report.findings]


# ---------------------------------------------------------------------------------------------- findings in their files


def unite(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each fault: the gravest of those with one code and place, with the lines that led to the others.

    Of several that say the same the first one stays.
    """
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        place = finding.place
        key = (finding.code, os.path.realpath(place.path), *place[1:3], place.cell, place.location)
        other = kept.get(key)
        kept[key] = finding if other is None else _one(other, finding)
    return sorted(kept.values(), key=lambda finding: (finding.place.path, order(finding)))


def _one(first: Finding, second: Finding) -> Finding:
    better = _weight(second) > _weight(first)
    lead, other = (second, first) if better else (first, second)
    lines = {spot(each.place): each for each in (*other.related, *lead.related)}
    own = {spot(each.place) for each in lead.related}
    more = [each for at, each in lines.items() if at not in own and at != spot(lead.place)]
    return replace(lead, related=tuple([*lead.related, *more][: max(MOST_RELATED, len(lead.related))]))


def _weight(finding: Finding) -> tuple[int, bool, int]:
    """How much a finding says: of two that are as grave, the one with a remedy, then the one with the longer story."""
    return SEVERITIES.index(finding.severity), finding.fix is not None, len(finding.related)


def _placed(reports: list[Report], task: Task) -> list[Report]:
    at = {os.path.realpath(report.path): index for index, report in enumerate(reports) if report.asked}
    landing: dict[str, list[tuple[int, Finding]]] = {}
    for index in sorted(range(len(reports)), key=lambda index: reports[index].path):
        for finding in reports[index].elsewhere:
            landing.setdefault(os.path.realpath(finding.place.path), []).append((index, finding))
    extra: dict[int, list[Report]] = {}
    for target, every in sorted(landing.items()):
        home = reports[at[target]] if target in at else None
        found = every if home is not None else [(index, each) for index, each in every if reports[index].asked]
        if not found or (home is not None and not home.was_read):
            continue
        by = min(index for index, _ in found)
        path = home.path if home is not None else found[0][1].place.path
        text = next((reports[index].texts or {})[each.place.path] for index, each in found)
        theirs = [_at(each, path) for _, each in found]
        if home is None:
            theirs = [_untouched(each) for each in unite(theirs)]
            extra.setdefault(by, []).append(
                Report(path, tuple(theirs), text=text, original=text, analysed=True, asked=False)
            )
            continue
        one = home._replace(findings=tuple(unite([*home.findings, *theirs])), analysed=True)
        if not home.text:
            one = one._replace(text=text, original=text)
        reports[at[target]] = plan(one) if task.plan else one
    return [each for index, report in enumerate(reports) for each in (report, *extra.get(index, ()))]


def _at(finding: Finding, path: str) -> Finding:
    """The finding with its file as the run calls it."""
    if finding.place.path == path:
        return finding
    named = finding.place.path
    related = [
        Related(each.message, each.place._replace(path=path)) if each.place.path == named else each
        for each in finding.related
    ]
    return replace(finding, place=finding.place._replace(path=path), related=tuple(related), fix=None)


def _untouched(finding: Finding) -> Finding:
    """A finding in a file that is not being linted: nothing is changed there, and its fix becomes advice."""
    if finding.fix is None:
        return finding
    advice = finding.advice or finding.fix.summary
    name = os.path.basename(finding.place.path)
    return replace(finding, fix=None, advice=f"{advice} (`--fix` does it where {name} is linted too)")


# ------------------------------------------------------------------------------------------------ mending them together


def _entangled(reports: Sequence[Report]) -> list[list[int]]:
    """Groups of files that cannot be mended one by one: a file that is to be changed, and all that read it."""
    at = {os.path.realpath(report.path): index for index, report in enumerate(reports) if report.asked}
    reads = [{os.path.realpath(path) for path in report.reads} for report in reports]
    changing = {os.path.realpath(report.path) for report in reports if report.text != report.original}
    for report in reports:
        changing.update(os.path.realpath(each.place.path) for each in report.elsewhere if each.fix is not None)
    leader = list(range(len(reports)))

    def find(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    for target in sorted(changing & at.keys()):
        for index, read in enumerate(reads):
            if target in read:
                leader[find(index)] = find(at[target])
    groups: dict[int, list[int]] = {}
    for index in range(len(reports)):
        groups.setdefault(find(index), []).append(index)
    return [group for group in groups.values() if len(group) > 1]


class _Joint:
    """Files of one project that are mended together: each fix is judged by the findings of all that read the file."""

    def __init__(self, members: Sequence[tuple[Found | Missing, Report]], task: Task) -> None:
        self._task = task
        self._before = [report for _, report in members]
        self._settings = {found.path: found.settings for found, _ in members if isinstance(found, Found)}
        self._asked = sorted(found.path for found, _ in members if isinstance(found, Found) and found.asked)
        self._opened: dict[str, Opened] = {path: opened(path) for path in self._settings}
        self._texts = {path: each.text for path, each in self._opened.items()}
        self._reports = {path: self._lint(path, self._texts) for path in sorted(self._texts)}
        self._fixed: dict[str, list[Finding]] = {path: [] for path in self._texts}
        self._withdrawn: dict[str, list[tuple[Finding, str]]] = {path: [] for path in self._texts}

    def mended(self) -> list[Report]:
        """The reports on all of them, in the order in which they were given."""
        for _ in range(ROUNDS):
            done = [self._mend(path) for path in self._asked]
            if not any(done):
                break
        return [self._report(each) if each.asked else of_others(self._reports[each.path]) for each in self._before]

    def _mend(self, path: str) -> bool:
        """Mends one of the files; whether that changed it."""
        found = self._found(self._reports)
        if not any(finding.fix is not None and finding.place.path == path for finding in found):
            return False
        tried = {self._texts[path]: self._reports}
        notebook = self._opened[path].notebook

        def lint(attempt: str) -> list[Finding]:
            if notebook is not None and not notebook.could_become(attempt):
                raise SyntaxError("the changes do not fit into the cells")
            if attempt not in tried:
                texts = {**self._texts, path: attempt}
                tried[attempt] = self._reports | {
                    each: self._lint(each, texts) for each in texts if each == path or self._reads(each, path)
                }
            return self._found(tried[attempt])

        outcome = mend(self._texts[path], path, lint, unsafe=self._settings[path].unsafe_fixes, findings=found)
        self._fixed[path] += outcome.applied
        self._withdrawn[path] = outcome.withdrawn
        changed = outcome.text != self._texts[path]
        self._texts[path] = outcome.text
        self._reports = tried[outcome.text]
        return changed

    def _found(self, reports: Mapping[str, Report]) -> list[Finding]:
        return unite(each for path in sorted(reports) for each in (*reports[path].findings, *reports[path].elsewhere))

    def _reads(self, path: str, other: str) -> bool:
        return os.path.realpath(other) in map(os.path.realpath, self._reports[path].reads)

    def _lint(self, path: str, texts: Mapping[str, str]) -> Report:
        around = Around(
            self._task.settings_for,
            {os.path.realpath(each): text for each, text in texts.items() if self._opened[each].notebook is None},
        )
        return lint_text(texts[path], path, self._settings[path], self._opened[path].notebook, around)

    def _report(self, before: Report) -> Report:
        path = before.path
        report = self._reports[path]._replace(
            original=self._opened[path].text,
            text=self._texts[path],
            fixed=tuple(self._fixed[path]),
            withdrawn=tuple(self._withdrawn[path]),
            errors=before.errors,
            warnings=before.warnings,
            program=None,
        )
        notebook = self._opened[path].notebook
        if notebook is not None:
            after = notebook.mended(report.text)
            report = report._replace(text=after.source.text, original=notebook.source.text, cells=after.cells)
        return plan(report) if self._task.plan else report


# -------------------------------------------------------------------------------------------------------------- writing


def _written(found: Found | Missing, report: Report, task: Task) -> Report:
    """Write the mended text; where that cannot be done, say why and report on the file as it is."""
    assert isinstance(found, Found)
    if report.config is not None:
        from bnlint.saved_fixing import written

        refused = written(report)
    else:
        refused = rewrite(found.path, report.original, report.text)
    return report if refused is None else unmended(found, task, refused)
