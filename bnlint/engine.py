"""One file in, findings out: reading, understanding, matching, suppressing, mending; and many files, one after another.

Whatever goes wrong in one file is said about that file, and the others are done.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from bnlint.around import Around
from bnlint.files.discovery import NAMED_MODELS, NOTEBOOK, SCRIPT, Found, Missing, find
from bnlint.files.libraries import is_of_library
from bnlint.files.project import forget, imports_keras, is_imported
from bnlint.files.quick import needs_parsing
from bnlint.files.reading import Source, Undecodable, decode
from bnlint.reports import Report
from bnlint.settings import Settings, SettingsError

if TYPE_CHECKING:
    from bnlint.elsewhere import Others
    from bnlint.files.notebooks import Notebook
    from bnlint.findings import Finding
    from bnlint.graph.subjects import Program
    from bnlint.keras.releases import Target
    from bnlint.modules import ProjectModules
    from bnlint.rules import Catalogue
    from bnlint.silence import Silencer

FILES_WORTH_PROCESSES = 8
"""From this many files on that need parsing, starting processes costs less than it saves."""


ALONE = Around()

Watch = Callable[[Iterator[Report], int], Iterator[Report]]
"""Passes reports on, and is told how many there will be."""


class Task(NamedTuple):
    """What to do with each file.

    ``plan`` asks for the edits of every fix (outputs that show them), ``facts`` for the program's facts,
    ``mend`` for the fixes to be applied, ``write`` for the mended file to be written. ``settings_for`` gives the
    settings for what lies in a folder, for findings in other files than the linted one.
    """

    plan: bool = False
    facts: bool = False
    mend: bool = False
    write: bool = False
    settings_for: Callable[[str], Settings] | None = None


# --------------------------------------------------------------------------------------- what all files of a run share


class Prepared(NamedTuple):
    """What the settings ask for, looked up once: the target, where they name one, and the rules."""

    given: Target | None
    catalogue: Catalogue


@lru_cache(maxsize=64)
def prepare(settings: Settings) -> Prepared:
    """The rules and the target of ``settings``. Raises ``SettingsError`` where one of them does not exist."""
    from bnlint import rules, selection

    try:
        catalogue = rules.load(settings.rules)
    except (rules.RuleError, OSError) as error:
        raise SettingsError(str(error)) from None
    selection.check(settings, catalogue)
    return Prepared(given_target(settings), catalogue)


def given_target(settings: Settings) -> Target | None:
    """The target that an option or the configuration names. Raises ``SettingsError`` for one that cannot be."""
    from bnlint.keras.releases import Target

    if settings.target is None:
        return None
    try:
        return Target.parse(settings.target, settings.target_source)
    except ValueError as error:
        raise SettingsError(f"{settings.target_source}: {error}") from None


# ------------------------------------------------------------------------------------------------------------ one text


def target_of_run(settings: Settings, reports: Iterable[Report]) -> Target:
    """The target that stands for a whole run: that of most of the files for which it mattered."""
    from collections import Counter

    from bnlint.keras.releases import DEFAULT

    counts = Counter(report.target for report in reports if report.target is not None)
    return counts.most_common(1)[0][0] if counts else given_target(settings) or DEFAULT


def lint_text(
    text: str,
    path: str,
    settings: Settings,
    notebook: Notebook | None = None,
    around: Around = ALONE,
    *,
    besides: Target | None = None,
) -> Report:
    """The findings in a program. Fixes carry their actions; :func:`plan` adds the edits.

    ``path`` is for messages, and for finding the project's own modules and its target. A program that Python cannot
    read gives one finding, BN900. ``notebook`` is where the program is the cells of one. ``besides`` is a release on
    which a finding has to hold too, if it is one that differs between releases. Raises what the analysis raises where
    bnlint itself is at fault.
    """
    from bnlint import selection
    from bnlint.files import suppressions
    from bnlint.findings import fixed_in_one_file

    prepared = prepare(settings)
    rules = prepared.catalogue.rules
    enabled = selection.enabled(settings, prepared.catalogue, path)
    names = {rule.name for rule in rules.values()}
    if notebook is None:
        comments, bad = suppressions.read(text, names), []
    else:
        from bnlint import unreadable
        from bnlint.files.cells import split

        comments = suppressions.read_cells(split(text), names)
        bad = [unreadable.cell(each, path) for each in notebook.bad] if "BN900" in enabled else []
    report = Report(path, text=text, original=text)
    if suppressions.skips_file(comments):
        return report
    from bnlint.modules import ProjectModules
    from bnlint.targets.finding import target_for

    target = target_for(path, text, prepared.given, notebook.cells if notebook is not None else None)
    modules = ProjectModules(path, around.texts)
    try:
        program = analyse(text, path, settings, target, in_cells=notebook is not None, modules=modules)
    except (SyntaxError, RecursionError, MemoryError) as error:
        from bnlint.unreadable import unreadable_source

        found = [unreadable_source(error, text, path)] if "BN900" in enabled else []
        return report._replace(findings=tuple(found))
    silencer = None
    if comments:
        from bnlint.silence import Silencer

        silencer = Silencer(comments, prepared.catalogue, enabled, path)
    hides = silencer.hides if silencer is not None else lambda finding: False
    found, others = _matched(program, prepared.catalogue, enabled, silencer, modules, around, settings)
    if found and prepared.given is None and "BN904" in enabled:
        from bnlint import contradiction

        def on(other: Target, codes: Iterable[str]) -> tuple[Program, list[Finding]]:
            facts = analyse(text, path, settings, other, in_cells=notebook is not None, modules=modules)
            wanted = frozenset(codes)
            there, _ = _matched(facts, prepared.catalogue, wanted, None, modules, around, settings)
            return facts, [finding for finding in there if finding.code in wanted]

        judged = contradiction.judge(found, program, text, target, on, besides, in_cells=notebook is not None)
        if judged.finding is None or not hides(judged.finding):
            found, besides = judged.findings, judged.besides
    bad = [finding for finding in bad if not hides(finding)]
    if silencer is not None:
        bad += silencer.complaints(partial(is_imported, path))
    found = [fixed_in_one_file(each) for each in found]
    own = [selection.with_settings(each, settings) for each in (*found, *bad) if each.place.path == path]
    elsewhere = [others.settled(each) for each in found if each.place.path != path] if others is not None else []
    return report._replace(
        findings=tuple(sorted(own, key=order)),
        suppressed=silencer.hidden if silencer is not None else 0,
        analysed=True,
        program=program,
        target=target,
        besides=besides,
        elsewhere=tuple(elsewhere),
        reads=tuple(modules.read),
        texts={each.place.path: modules.text(each.place.path) for each in elsewhere},
    )


def _matched(
    program: Program, catalogue: Catalogue, enabled: frozenset[str], silencer: Silencer | None,
    modules: ProjectModules, around: Around, settings: Settings,
) -> tuple[list[Finding], Others | None]:  # fmt: skip
    """The findings in a program, those in other files of its project among them, which settle what is said of these.

    Where such a file is left out of linting, a line of this one takes the place.
    """
    path = program.path
    if not modules.read:
        return catalogue.match(program, enabled, silencer.hides if silencer is not None else None), None
    from bnlint.elsewhere import Others
    from bnlint.findings import within

    others = Others(modules, around, settings, catalogue)

    def at_home(finding: Finding) -> Finding | None:
        return finding if finding.place.path != path and others.receives(finding) else within(finding, path)

    def hides(finding: Finding) -> bool:
        placed = at_home(finding)
        if placed is None:
            return True
        if placed.place.path != path:
            return others.hides(placed)
        return placed.code not in enabled or (silencer is not None and silencer.hides(placed))

    found = catalogue.match(program, enabled | others.codes, hides)
    placed = (at_home(finding) for finding in found)
    return [finding for finding in placed if finding is not None], others


def analyse(
    text: str, path: str, settings: Settings, target: Target, *, in_cells: bool = False,
    modules: ProjectModules | None = None,
) -> Program:  # fmt: skip
    """The facts of a program, or of the joined cells of a notebook, without Python's own warnings about literals."""
    import warnings

    from bnlint import analysis

    cells = None
    if in_cells:
        from bnlint.files.cells import origins

        cells = origins(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return analysis.analyse(
            text, path, target,
            training_samples=settings.training_samples, batch_size=settings.batch_size, cells=cells, modules=modules,
        )  # fmt: skip


def order(finding: Finding) -> tuple[int, int, int, str, str]:
    """The sort key of a file's findings."""
    place = finding.place
    return place.cell or 0, place.line, place.column, place.location or "", finding.code


def plan(report: Report) -> Report:
    """The report with the edits of every fix; a fix that cannot be made here becomes advice that says why."""
    if not any(finding.fix and finding.fix.actions and not finding.fix.edits for finding in report.findings):
        return report
    planned = [_planned(finding, report.text) for finding in report.findings]
    return report._replace(
        findings=tuple(finding for finding, _ in planned),
        errors=(*report.errors, *(error for _, error in planned if error)),
    )


def _planned(finding: Finding, text: str) -> tuple[Finding, str]:
    """The finding with its edits, or without a fix; and an error of bnlint's own, if there was one."""
    fix = finding.fix
    if fix is None or not fix.actions or fix.edits:
        return finding, ""
    from bnlint import fixes
    from bnlint.rules.messages import where as named

    try:
        return fixes.complete(text, finding), ""
    except Exception as error:
        from dataclasses import replace

        where = f"{finding.code} on {named(finding.place)}: its fix met an "
        return replace(finding, fix=None), where + internal_error(error)


def mend_text(
    text: str, path: str, settings: Settings, notebook: Notebook | None = None, around: Around = ALONE
) -> Report:
    """The report on the mended program: its text, what was fixed, what was withdrawn, and what is left."""
    first = lint_text(text, path, settings, notebook, around)
    if not any(finding.fix for finding in first.findings):
        return first
    from bnlint.mending import mend

    last = first

    def lint(attempt: str) -> list[Finding]:
        nonlocal last
        if notebook is not None and not notebook.could_become(attempt):
            raise SyntaxError("the changes do not fit into the cells")
        last = first if attempt == text else lint_text(attempt, path, settings, notebook, around, besides=first.besides)
        return list(last.findings)

    mended = mend(text, path, lint, unsafe=settings.unsafe_fixes, findings=first.findings)
    if first.besides is not None and mended.text != text:
        # where the old words were mended, the program is one for its target now, and is judged as such
        last = lint_text(mended.text, path, settings, notebook, around)
        mended = mended._replace(left=list(last.findings))
    return last._replace(
        findings=tuple(mended.left),
        text=mended.text,
        original=text,
        fixed=tuple(mended.applied),
        withdrawn=tuple(mended.withdrawn),
    )


# ------------------------------------------------------------------------------------------------------------ one file


def lint_bytes(data: bytes, path: str, settings: Settings, task: Task) -> tuple[Report, Source]:
    """The report on a file's content, and how it was decoded. Nothing is written."""
    if path.lower().endswith(NOTEBOOK):
        return _lint_notebook(data, path, settings, task)
    if b"\0" not in data and (is_of_library(path) or not (needs_parsing(data) or imports_keras(data, path))):
        return Report(path, warnings=_odd_encoding(data)), Source("")
    try:
        source = decode(data)
    except Undecodable as error:
        from bnlint import selection
        from bnlint.unreadable import undecodable

        enabled = "BN900" in selection.enabled(settings, prepare(settings).catalogue, path)
        return Report(path, findings=(undecodable(error, path),) if enabled else ()), Source("")
    report = (mend_text if task.mend else lint_text)(source.text, path, settings, None, Around(task.settings_for))
    if task.plan:
        report = plan(report)
    return report, source


def _lint_notebook(data: bytes, path: str, settings: Settings, task: Task) -> tuple[Report, Source]:
    """As ``lint_bytes``, for a notebook: ``text`` and ``original`` of the report are those of the file."""
    names_keras = needs_parsing(data)
    if not names_keras and b"import " not in data:
        return Report(path), Source("")
    from bnlint.files import notebooks
    from bnlint.files.splicing import Unspliceable

    try:
        notebook = notebooks.read(data)
    except notebooks.NoNotebook as error:
        from bnlint import selection
        from bnlint.unreadable import no_notebook

        enabled = names_keras and "BN900" in selection.enabled(settings, prepare(settings).catalogue, path)
        return Report(path, findings=(no_notebook(error, path),) if enabled else ()), Source("")
    code = "\n".join(notebook.cells.values()).encode("utf-8", "replace")
    if not needs_parsing(code) and not imports_keras(code, path):
        return Report(path), Source("")
    around = Around(task.settings_for)
    report = (mend_text if task.mend else lint_text)(notebook.program, path, settings, notebook, around)
    after = notebook
    if report.text != report.original:
        try:
            after = notebook.mended(report.text)
        except Unspliceable as error:
            report = lint_text(notebook.program, path, settings, notebook, around)
            report = report._replace(errors=(f"was not fixed: {error}",))
    if task.plan:
        report = plan(report)
    if notebook.late and _speaks_of_training(report):
        report = report._replace(warnings=(*report.warnings, _in_another_order(*notebook.late)))
    return report._replace(text=after.source.text, original=notebook.source.text, cells=after.cells), notebook.source


def _speaks_of_training(report: Report) -> bool:
    """Whether there is anything to say of a program beside what concerns bnlint itself."""
    fits = report.program.fits if report.program else ()
    found = (*report.findings, *report.fixed)
    return any(fit.batch_norm for fit in fits) or any(not each.code.startswith("BN9") for each in found)


def _in_another_order(late: int, early: int) -> str:
    return (
        f"cell {late} was last run after cell {early} below it; what bnlint says holds for the cells run from top to "
        "bottom"
    )


def _odd_encoding(data: bytes) -> tuple[str, ...]:
    """A word on a file without Keras that Python could not even decode."""
    if data.isascii():
        return ()
    try:
        decode(data)
    except Undecodable as error:
        return (f"line {error.line}: {error}",)
    return ()


def is_model(path: str) -> bool:
    """Whether a path is to be read as a model: by its name, and without one that says so by its first bytes."""
    lowered = path.lower()
    if lowered.endswith((SCRIPT, NOTEBOOK)):
        return False
    if lowered.endswith(NAMED_MODELS) or os.path.isdir(path):
        return True
    try:
        with open(path, "rb") as file:
            return file.read(8).startswith((b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"))
    except OSError:
        return False


def lint_file(found: Found, task: Task) -> Report:
    """The report on one file, mended on disk where the task says so. Never raises for what the file holds."""
    path = found.path
    if is_model(path):
        from bnlint import saved

        return saved.lint_model(found, task)
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        return Report(path, errors=(f"cannot be read: {error.strerror or error}",))
    report, _ = guarded(data, path, found.settings, task)
    if report.text == report.original and (not report.findings or report.cells is not None):
        # nothing will be shown of it, or the cells alone: notebooks are large, and there may be thousands
        report = report._replace(text="", original="", cells=report.cells if report.findings else None)
    return report if task.facts else report._replace(program=None)


def guarded(data: bytes, path: str, settings: Settings, task: Task) -> tuple[Report, Source]:
    """As ``lint_bytes``, with an error of bnlint's own reported instead of raised."""
    try:
        return lint_bytes(data, path, settings, task)
    except SettingsError:
        raise
    except Exception as error:
        return Report(path, errors=(internal_error(error),)), Source("")


def unmended(found: Found, task: Task, reason: str) -> Report:
    """The report on a file whose mended text could not be written."""
    report = lint_file(found, task._replace(mend=False))
    return report._replace(errors=(*report.errors, reason))


def internal_error(error: BaseException) -> str:
    """What went wrong inside bnlint, and where, in one line for a bug report; a missing dependency is no bug."""
    if isinstance(error, ModuleNotFoundError) and error.name and error.name.split(".")[0] != "bnlint":
        return f"the package {error.name!r} is not installed in this Python: `pip install` bnlint there"
    where = ""
    package = os.path.dirname(os.path.abspath(__file__))
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(package):
            where = f" at bnlint{file[len(package) :].replace(os.sep, '/')}:{trace.tb_lineno}"
        trace = trace.tb_next
    said = " ".join(str(error).split())[:200]
    return f"internal error, please report it: {type(error).__name__}{': ' + said if said else ''}{where}"


# ---------------------------------------------------------------------------------------------------------- many files


def check(
    paths: Iterable[str],
    settings: Settings | Callable[[str], Settings],
    task: Task | None = None,
    *,
    jobs: int = 1,
) -> Iterator[Report]:
    """The reports on all files that ``paths`` name or hold, in their order, whatever ``jobs`` is (0: as fits).

    ``settings`` holds for all of them, or gives the settings for what lies in a folder.
    Raises ``SettingsError`` before anything is linted.
    """
    settings_for = settings if callable(settings) else lambda folder: settings
    task = (task or Task())._replace(settings_for=settings if callable(settings) else None)
    yield from run(list(find(paths, settings_for)), task, jobs=jobs)


def run(files: list[Found | Missing], task: Task, *, jobs: int = 1, watch: Watch | None = None) -> Iterator[Report]:
    """As ``check``, for files that were found already; a file that no one asked about follows where it has findings.

    Scripts of the project that use one of the files are read as well, for what they say of it. Nothing is written
    before all files are read: what one says of another must not hang on which comes first. ``watch`` sees the reports
    pass, and is told how many there will be.
    """
    forget()
    watch = watch or _unwatched
    if task.facts:
        yield from watch(_each(files, task, jobs), len(files))
        return
    every = [*files, *_users(files, task)]
    yield from united(every, list(watch(_each(every, task, jobs), len(every))), task)


def _unwatched(reports: Iterator[Report], number: int) -> Iterator[Report]:
    return reports


def _users(files: Sequence[Found | Missing], task: Task) -> list[Found]:
    """The scripts that use one of the files and are not among them."""
    there = [found for found in files if isinstance(found, Found)]
    if not there:
        return []
    from bnlint.files.importers import importers

    users = importers(there, task.settings_for or (lambda folder: there[0].settings))
    return [found._replace(asked=False) for found in users]


def united(files: Sequence[Found | Missing], reports: list[Report], task: Task) -> list[Report]:
    """The reports of a run with every finding in the file where it stands; mended files are written."""
    if any(report.elsewhere or report.text != report.original for report in reports):
        from bnlint import together

        return together.united(files, reports, task)
    return [report for report in reports if report.asked]


def _each(files: list[Found | Missing], task: Task, jobs: int) -> Iterator[Report]:
    """Every file for itself."""
    wanted = min(jobs or os.cpu_count() or 1, len(files))
    if wanted > 1 and (jobs > 1 or len(files) >= FILES_WORTH_PROCESSES):
        heavy = {index for index, found in enumerate(files) if isinstance(found, Found) and _is_heavy(found)}
        wanted = min(wanted, len(heavy))
        if wanted > 1 and (jobs > 1 or len(heavy) >= FILES_WORTH_PROCESSES):
            from bnlint.processes import lint_in_processes

            yield from lint_in_processes(files, heavy, task, wanted)
            return
    for found in files:
        yield lint_one(found, task)


def lint_one(found: Found | Missing, task: Task) -> Report:
    """The report on one file, or on a path that leads to none."""
    if isinstance(found, Missing):
        return Report(found.path, errors=(found.message,))
    if not found.asked:
        return of_others(lint_file(found, task._replace(mend=False, plan=False)))
    return lint_file(found, task)


def of_others(report: Report) -> Report:
    """What the report on a file that no one asked about says of others."""
    return Report(report.path, elsewhere=report.elsewhere, reads=report.reads, texts=report.texts, asked=False)


def _is_heavy(found: Found) -> bool:
    if is_model(found.path):
        return True
    try:
        with open(found.path, "rb") as file:
            return needs_parsing(file.read()) and not is_of_library(found.path)
    except OSError:
        return False
