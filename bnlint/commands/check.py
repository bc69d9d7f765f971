"""``bnlint [check]``: lint, and with ``--fix`` mend."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from bnlint.commands import options as shared
from bnlint.commands import outputs, progress
from bnlint.engine import Task, given_target, guarded, prepare, united
from bnlint.engine import run as lint_files
from bnlint.files.discovery import Found, Missing, find
from bnlint.files.reading import Source, encode
from bnlint.reporters.style import Style
from bnlint.reports import Report
from bnlint.settings import OUTPUT_FORMATS, Resolver, Settings, SettingsError

if TYPE_CHECKING:
    from bnlint.baseline import Sifted

STDIN = "-"


def parser() -> argparse.ArgumentParser:
    """The options of ``check``."""
    made = shared.Parser("check", "Lint Keras training scripts.", "bnlint [check] [options] [PATH ...]")
    made.add_argument(
        "paths", nargs="*", metavar="PATH", help="scripts and folders (default: .); - reads standard input"
    )
    fixes = made.add_argument_group("fixes")
    for name, what in (
        ("fix", "apply the safe fixes"),
        ("unsafe-fixes", "with --fix or --diff, the unsafe ones too"),
        ("fix-only", "apply the fixes and do not report what is left"),
        ("show-fixes", "list what was fixed"),
        ("exit-non-zero-on-fix", "exit with 1 where something was fixed"),
    ):
        key = name.replace("-", "_")
        fixes.add_argument(f"--{name}", dest=key, action="store_true", default=None, help=what)
        if name in ("fix", "unsafe-fixes", "fix-only", "show-fixes"):
            fixes.add_argument(f"--no-{name}", dest=key, action="store_false", help=argparse.SUPPRESS)
    fixes.add_argument(
        "--add-noqa", action="store_true", help="add `# bnlint: ignore[CODE]` for every finding, and report nothing"
    )
    fixes.add_argument("--diff", action="store_true", help="print what --fix would change and change nothing")
    rules = made.add_argument_group("rules")
    rules.add_argument("--select", action="append", metavar="CODES", help="these rules and no others: BN1,BN201 or ALL")
    rules.add_argument("--extend-select", action="append", metavar="CODES", help="these rules too")
    rules.add_argument("--ignore", action="append", metavar="CODES", help="not these rules")
    rules.add_argument("--preview", action="store_true", default=None, help="rules that are still on trial too")
    rules.add_argument("--no-preview", dest="preview", action="store_false", help=argparse.SUPPRESS)
    rules.add_argument("--fixable", action="append", metavar="CODES", help="fix these rules only")
    rules.add_argument("--unfixable", action="append", metavar="CODES", help="do not fix these rules")
    rules.add_argument("--baseline", metavar="FILE", help="do not report the known findings that FILE lists")
    rules.add_argument("--write-baseline", metavar="FILE", help="list all findings in FILE, and report nothing")
    rules.add_argument("--strict", action="store_true", default=None, help="findings of severity info cause exit 1 too")
    shared.add_target(made.add_argument_group("target"))
    output = made.add_argument_group("output")
    output.add_argument(
        "--output-format", "--format", dest="output_format", choices=OUTPUT_FORMATS,
        help=f"full (default; without colour where the output is no terminal), {', '.join(OUTPUT_FORMATS[1:])}",
    )  # fmt: skip
    output.add_argument("-o", "--output-file", metavar="FILE", help="write the results there")
    output.add_argument("--statistics", action="store_true", default=None, help="count the findings by rule")
    output.add_argument("-e", "--exit-zero", action="store_true", default=None, help="exit with 0 despite findings")
    output.add_argument("--show-files", action="store_true", help="list the files that would be linted")
    output.add_argument("--show-settings", action="store_true", help="show the settings that hold for the first file")
    files = made.add_argument_group("files")
    shared.add_selection(files)
    files.add_argument("--stdin-filename", metavar="NAME", help="the name of what comes from standard input")
    files.add_argument("-j", "--jobs", type=shared.jobs, metavar="N", help="processes (default: as fits)")
    shared.add_common(made.add_argument_group("others"))
    return made


def run(command: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit status."""
    options = shared.parse(parser(), arguments)
    resolver = shared.of_one_baseline(options)
    paths: list[str] = options.paths or ["."]
    if STDIN in paths and (options.add_noqa or options.write_baseline):
        raise SettingsError("--add-noqa and --write-baseline need files, not standard input")
    if STDIN in paths:
        if len(paths) > 1:
            raise SettingsError("`-` reads standard input and stands alone")
        return _check_stdin(options, resolver)
    settings = resolver.for_folder(".")
    files = list(find(paths, resolver.for_folder))
    _validate(settings, files)
    if options.show_files or options.show_settings:
        from bnlint.commands.show import show

        return show(options, files, settings)
    if options.add_noqa and (settings.fix or settings.fix_only or options.diff):
        raise SettingsError("--add-noqa silences what --fix would mend: run `bnlint --fix` first, then this")
    task = _task(resolver, settings, options, write=True)
    results: Iterable[Report] = lint_files(files, task, jobs=settings.jobs, watch=progress.bar(settings))
    if options.write_baseline is not None:
        from bnlint.commands import known

        return known.write(list(results), options.write_baseline, settings)
    sifted = _sifted(settings)
    if sifted is not None:
        results = sifted.reports(results)
    if options.add_noqa:
        from bnlint.commands import silencing

        return silencing.add(list(results), settings)
    with shared.destination(options.output_file, sys.stdout) as stream:
        reports = _print(results, settings, options, stream)
    _conclude(reports, settings, options)
    if sifted is not None:
        from bnlint.commands import known

        known.say(sifted, settings)
    return _status(reports, settings, options)


def _sifted(settings: Settings) -> Sifted | None:
    """What takes the known findings out of the reports, where a baseline is given."""
    if settings.baseline is None:
        return None
    from bnlint import baseline

    return baseline.Sifted(baseline.read(settings.baseline))


def _check_stdin(options: argparse.Namespace, resolver: Resolver) -> int:
    """Lint standard input; with ``--fix`` the mended program goes to standard output and the findings do not."""
    settings = resolver.for_file(options.stdin_filename or STDIN)
    data = sys.stdin.buffer.read()
    found = Found(options.stdin_filename or STDIN, settings, named=True)
    _validate(settings, [found])
    if options.show_files or options.show_settings:
        from bnlint.commands.show import show

        return show(options, [found], settings)
    task = _task(resolver, settings, options, write=False)
    report, source = guarded(data, found.path, settings, task)
    sifted = _sifted(settings)
    if sifted is not None:
        (report,) = sifted.reports([report])
    if task.mend and not options.diff:
        report, source = _encoded(report, source)
        sys.stdout.buffer.write(encode(report.text, source) if report.text != report.original else data)
        sys.stdout.buffer.flush()
    fallback = sys.stderr if task.mend and not options.diff else sys.stdout
    with shared.destination(options.output_file, fallback) as stream:
        reports = _print(united([found], [report], task._replace(mend=False)), settings, options, stream)
    _conclude(reports, settings, options)
    return _status(reports, settings, options)


def _encoded(report: Report, source: Source) -> tuple[Report, Source]:
    """The report as it is where its mended text fits the encoding of the program, else with an error."""
    try:
        encode(report.text, source)
    except UnicodeEncodeError:
        reason = f"the mended text does not fit its encoding, {source.encoding}"
        return report._replace(text=report.original, errors=(*report.errors, reason)), source
    return report, source


def _task(resolver: Resolver, settings: Settings, options: argparse.Namespace, *, write: bool) -> Task:
    mend = settings.fix or settings.fix_only or options.diff
    shows_fixes = settings.output_format != "concise" and not outputs.counts_only(settings)
    return Task(
        plan=shows_fixes and not options.diff and not settings.fix_only,
        mend=mend,
        write=write and mend and not options.diff,
        settings_for=resolver.for_folder,
    )


def _validate(settings: Settings, files: Iterable[Found | Missing]) -> None:
    """Raise ``SettingsError`` for rules and targets that do not exist; without any given nothing is loaded.

    Selectors that have no effect are told on standard error.
    """
    plain_ones = Settings()
    said: dict[str, None] = {}
    for each in dict.fromkeys([settings, *(found.settings for found in files if isinstance(found, Found))]):
        if any(getattr(each, key) != getattr(plain_ones, key) for key in _NAMING_RULES):
            catalogue = prepare(each).catalogue
            if not settings.quiet:
                from bnlint.selection import without_effect

                said.update(dict.fromkeys(without_effect(each, catalogue)))
        elif each.target is not None:
            given_target(each)
    style = Style(shared.wants_colour(settings.color, stream=sys.stderr))
    _say(*(f"{style.paint('warning', 'yellow')}: {line}" for line in said))


_NAMING_RULES = (
    "select",
    "extend_select",
    "ignore",
    "per_file_ignores",
    "fixable",
    "unfixable",
    "extend_safe_fixes",
    "extend_unsafe_fixes",
    "rules",
)


# ---------------------------------------------------------------------------------------------------------- the results


def _print(results: Iterable[Report], settings: Settings, options: argparse.Namespace, stream: TextIO) -> list[Report]:
    """Write the results as they come, and return the reports."""
    reports: list[Report] = []

    def collected() -> Iterator[Report]:
        for report in results:
            shown = report._replace(findings=()) if settings.fix_only or options.diff else report
            reports.append(shown if options.diff else _to_keep(shown))
            yield shown

    colour = shared.wants_colour(settings.color, to_file=options.output_file is not None, stream=stream)
    style = Style(colour, shared.width())
    for piece in outputs.rendered(collected(), reports, settings, style, diff=options.diff):
        stream.write(piece)
    return reports


def _to_keep(report: Report) -> Report:
    """What the last words on a run need of a report that has been written out."""
    return report._replace(text="", original="", cells=None, contents=None, texts=None, program=None)


# ------------------------------------------------------------------------------------------- what else there is to say


def _conclude(
    reports: Sequence[Report],
    settings: Settings,
    options: argparse.Namespace,
) -> None:
    """Errors, and unless ``--quiet`` the summary, on standard error."""
    sys.stdout.flush()
    style = Style(shared.wants_colour(settings.color, stream=sys.stderr))
    shared.say_problems(reports, style)
    if settings.statistics and not outputs.counts_only(settings) and not options.diff:
        from bnlint.reporters import statistics

        _say(*statistics.render(statistics.rows(reports, unsafe=settings.unsafe_fixes), style))
    if settings.quiet:
        return
    if not reports:
        _say("No Python files found.")
        return
    from bnlint.reporters import summary

    if settings.show_fixes:
        _say(*summary.fixed(reports, style))
    _say(*summary.withdrawn(reports))
    if options.diff:
        _say(*summary.would_fix(reports))
    elif settings.output_format not in outputs.SAY_ALL:
        mended = settings.fix or settings.fix_only
        done = [report for report in reports if report.was_read or not report.asked]
        if done and not settings.fix_only:
            _say(*summary.findings(done, unsafe=settings.unsafe_fixes, mended=mended))
    if settings.output_format not in outputs.SAY_ALL or options.diff:
        shared.say_targets(reports)


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _status(reports: Sequence[Report], settings: Settings, options: argparse.Namespace) -> int:
    if any(report.errors for report in reports):
        return 2
    if options.diff:
        return int(any(report.text != report.original for report in reports))
    if settings.exit_zero:
        return 0
    if settings.exit_non_zero_on_fix and any(report.fixed for report in reports):
        return 1
    counted_ones = ("error", "warning", "info") if settings.strict else ("error", "warning")
    return int(any(finding.severity in counted_ones for report in reports for finding in report.findings))
