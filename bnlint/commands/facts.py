"""``bnlint facts``: what bnlint understood."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bnlint.commands import options as shared
from bnlint.commands import progress
from bnlint.engine import Task, given_target, guarded, target_of_run
from bnlint.engine import run as read_files
from bnlint.files.discovery import find
from bnlint.reporters.style import Style, counted, plain
from bnlint.reports import Report
from bnlint.settings import Settings, SettingsError

STDIN = "-"


def parser() -> argparse.ArgumentParser:
    """The options of ``facts``."""
    made = shared.Parser(
        "facts",
        "Show what each BatchNormalization layer does in each fit, and those of saved models.",
        "bnlint facts [options] [PATH ...]",
    )
    made.add_argument(
        "paths", nargs="*", metavar="PATH", help="scripts and folders (default: .); - reads standard input"
    )
    shared.add_target(made.add_argument_group("target"))
    output = made.add_argument_group("output")
    output.add_argument(
        "--output-format", "--format", dest="format", choices=("text", "json"), help="text (default), json"
    )
    output.add_argument("-o", "--output-file", metavar="FILE", help="write the facts there")
    files = made.add_argument_group("files")
    shared.add_selection(files)
    files.add_argument("--stdin-filename", metavar="NAME", help="the name of what comes from standard input")
    files.add_argument("-j", "--jobs", type=shared.jobs, metavar="N", help="processes (default: as fits)")
    shared.add_common(made.add_argument_group("others"))
    return made


def run(command: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit status: 2 where a file could not be read, else 0."""
    options = shared.parse(parser(), arguments)
    resolver = shared.resolver(options)
    paths: list[str] = options.paths or ["."]
    task = Task(facts=True)
    if STDIN in paths:
        if len(paths) > 1:
            raise SettingsError("`-` reads standard input and stands alone")
        settings = resolver.for_file(options.stdin_filename or STDIN)
        report, _ = guarded(sys.stdin.buffer.read(), options.stdin_filename or STDIN, settings, task)
        reports = [report]
    else:
        settings = resolver.for_folder(".")
        files = list(find(paths, resolver.for_folder))
        given_target(settings)
        reports = list(read_files(files, task, jobs=settings.jobs, watch=progress.bar(settings)))
    with shared.destination(options.output_file, sys.stdout) as stream:
        colour = shared.wants_colour(settings.color, to_file=options.output_file is not None, stream=stream)
        stream.write(_rendered(reports, settings, options, Style(colour, shared.width())))
    return _conclude(reports, settings)


def _rendered(reports: Sequence[Report], settings: Settings, options: argparse.Namespace, style: Style) -> str:
    from bnlint.reporters import facts

    if options.format == "json":
        from bnlint.reporters import json

        return json.dump(facts.document(reports, target_of_run(settings, reports))) + "\n"
    shown = [report for report in reports if len(reports) == 1 or _has_facts(report)]
    return "".join(line + "\n" for report in shown if not _problem(report) for line in facts.render(report, style))


def _has_facts(report: Report) -> bool:
    return report.program is not None and bool(report.program.fits or report.program.model)


def _problem(report: Report) -> str | None:
    """Why there are no facts of a file."""
    if report.errors:
        return report.errors[0]
    if report.analysed:
        return None
    unreadable = next((finding for finding in report.findings if finding.code in ("BN900", "BN902")), None)
    if unreadable is None:
        return None
    if unreadable.place.location is not None:
        return " ".join(part for part in (f"{unreadable.message}.", unreadable.advice) if part)
    return f"line {unreadable.place.line}: {unreadable.message}"


def _conclude(reports: Sequence[Report], settings: Settings) -> int:
    sys.stdout.flush()
    style = Style(shared.wants_colour(settings.color, stream=sys.stderr))
    problems = [(report.path, problem) for report in reports if (problem := _problem(report))]
    for path, problem in problems:
        print(f"{style.paint('error', 'red')}: {plain(path)}: {plain(problem)}", file=sys.stderr)
    for report in reports if not settings.quiet else ():
        left_out = [str(each.place.cell) for each in report.findings if each.code == "BN900" and report.analysed]
        if left_out:
            which = f"cell{'s' * (len(left_out) > 1)} {', '.join(left_out)}"
            print(f"{plain(report.path)}: read without {which}, which Python cannot read.", file=sys.stderr)
    if not settings.quiet:
        without = len(reports) - len(problems) - sum(_has_facts(report) for report in reports)
        if without and len(reports) > 1:
            print(f"{counted(without, 'file')} without a fit.", file=sys.stderr)
        if not reports:
            print("No Python files found.", file=sys.stderr)
        shared.say_targets(reports)
    return 2 if problems else 0
