"""The options that commands share, and how they become settings."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO

from bnlint.reporters.style import Style, counted, plain
from bnlint.reports import Report
from bnlint.settings import COLORS, Resolver, Settings, SettingsError, did_you_mean

WITH_VALUE = frozenset(
    {
        "--baseline",
        "--batch-size",
        "--color",
        "--compare",
        "--config",
        "--exclude",
        "--extend-exclude",
        "--extend-select",
        "--fixable",
        "--format",
        "--ignore",
        "--jobs",
        "--output-file",
        "--output-format",
        "--select",
        "--stdin-filename",
        "--target",
        "--training-samples",
        "--unfixable",
        "--write-baseline",
        "-j",
        "-o",
    }
)
"""Options that are followed by a word of their own."""


class Parser(argparse.ArgumentParser):
    """Refuses unknown options with the nearest right one."""

    def __init__(self, command: str, description: str, usage: str) -> None:
        super().__init__(
            prog=f"bnlint {command}",
            description=description,
            usage=usage,
            allow_abbrev=False,
            add_help=False,
            formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=30, width=110),
        )

    def error(self, message: str) -> NoReturn:
        """Say what is wrong on standard error and leave with 2."""
        said = message
        prefix = "unrecognized arguments: "
        if message.startswith(prefix):
            word = message.removeprefix(prefix).split()[0].partition("=")[0]
            said = f"unknown option `{word}`" if word.startswith("-") else f"unexpected `{word}`"
            said += did_you_mean(word, [name for name in self._option_string_actions if name.startswith("--")])
        self.exit(2, f"bnlint: error: {said}\nbnlint: `{self.prog} --help` lists the options\n")


def parse(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """Options and paths in any order; everything after ``--`` is a path."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_intermixed_args(arguments[:at])
    options.paths += arguments[at + 1 :]
    return options


def positive(text: str) -> int:
    """The type of options that count something."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"`{text}` is not a whole number above 0")
    return number


def jobs(text: str) -> int:
    """A number of processes; 0 or ``auto`` for as many as fit."""
    return 0 if text in ("auto", "0") else positive(text)


def codes(text: str) -> list[str]:
    """Selectors between commas."""
    return [code for code in text.replace(",", " ").split() if code]


def add_target(group: argparse._ArgumentGroup) -> None:
    """What the code runs on, and the numbers that it does not show."""
    group.add_argument(
        "--target",
        metavar="SPEC",
        help="what the code will run on: keras==3.15, tensorflow==2.10, keras==2.1.2, tf_keras==2.16, keras==3.15+jax",
    )
    group.add_argument(
        "--training-samples", type=positive, metavar="N", help="training examples, where the code does not show them"
    )
    group.add_argument(
        "--batch-size", type=positive, metavar="N", help="examples per update, where the code does not show them"
    )
    group.add_argument(
        "--compare",
        metavar="FILE",
        help="a model file whose moving statistics those of the model files are compared with",
    )


def add_common(group: argparse._ArgumentGroup) -> None:
    """Configuration, colour, help."""
    group.add_argument("--config", metavar="FILE", help="read this bnlint.toml or pyproject.toml and no other")
    group.add_argument("--isolated", action="store_true", help="read no configuration file")
    group.add_argument("--no-cache", action="store_true", help="accepted; this version keeps no results")
    group.add_argument("-q", "--quiet", action="store_true", default=None, help="print results and errors only")
    group.add_argument("--color", choices=COLORS, help="colour: auto (default), always, never")
    group.add_argument("-h", "--help", action="help", help="show this and leave")


def add_selection(group: argparse._ArgumentGroup) -> None:
    """Which files of a folder."""
    group.add_argument("--exclude", action="append", metavar="GLOBS", help="leave these out instead of the usual ones")
    group.add_argument("--extend-exclude", action="append", metavar="GLOBS", help="leave these out too")
    group.add_argument(
        "--force-exclude", action="store_true", default=None, help="leave excluded files out even where they are named"
    )
    group.add_argument(
        "--no-respect-gitignore", dest="respect_gitignore", action="store_false", default=None,
        help="search what .gitignore leaves out too",
    )  # fmt: skip


def of_one_baseline(options: argparse.Namespace) -> Resolver:
    """As ``resolver``; the baseline of the current folder's configuration, or none, holds for all files of the run."""
    if options.write_baseline is not None:
        options.baseline = None
        return resolver(options, baseline=None)
    return resolver(options, baseline=resolver(options).for_folder(".").baseline)


def resolver(options: argparse.Namespace, **fixed: Any) -> Resolver:
    """Settings for each file from the options given and the configuration around it; ``fixed`` ones hold for all."""
    given: dict[str, Any] = {
        key: value for key, value in vars(options).items() if key in Settings._fields and value is not None
    }
    given.pop("config", None)
    for key in ("select", "extend_select", "ignore", "fixable", "unfixable", "exclude", "extend_exclude"):
        if key in given:
            given[key] = tuple(code for text in given[key] for code in codes(text))
    if "target" in given:
        given["target_source"] = "--target"
    if options.config is not None and not os.path.isfile(options.config):
        raise SettingsError(f"--config: no such file: {options.config}")
    return Resolver(given | fixed, config=options.config, isolated=options.isolated)


def wants_colour(choice: str, *, to_file: bool = False, stream: Any = None) -> bool:
    """Whether to colour what goes to a stream (standard output unless given)."""
    if choice != "auto":
        return choice == "always"
    if to_file or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    if os.environ.get("TERM") == "dumb":
        return False
    isatty = getattr(stream or sys.stdout, "isatty", None)
    return bool(isatty and isatty())


def width() -> int:
    """How wide a line may be: the terminal's width, or what is comfortable elsewhere."""
    if not sys.stdout.isatty():
        return 160
    from shutil import get_terminal_size

    return max(get_terminal_size((120, 24)).columns, 40)


@contextmanager
def destination(output_file: str | None, fallback: TextIO) -> Iterator[TextIO]:
    """Where the results go. Raises ``SettingsError`` for a file that cannot be written."""
    if output_file is None:
        yield fallback
        return
    try:
        file = open(output_file, "w", encoding="utf-8", errors="backslashreplace", newline="\n")  # noqa: SIM115
    except OSError as error:
        raise SettingsError(f"--output-file: {output_file}: {error.strerror or error}") from None
    with file:
        yield file


def say_problems(reports: Iterable[Report], style: Style) -> None:
    """What could not be done, and what looks odd, on standard error."""
    for report in reports:
        for message in report.errors:
            print(f"{style.paint('error', 'red')}: {plain(report.path)}: {plain(message)}", file=sys.stderr)
        for message in report.warnings:
            print(f"{style.paint('warning', 'yellow')}: {plain(report.path)}: {plain(message)}", file=sys.stderr)


def say_targets(reports: Iterable[Report]) -> None:
    """Which Keras the results hold for, and who said so, for the files that it mattered for."""
    numbers: dict[str, int] = {}
    for report in reports:
        if report.target is not None:
            hint = "; `--target` sets another" if report.target.source == "default" else ""
            said = plain(f"{report.target.describe()[:-1]}{hint})")
            numbers[said] = numbers.get(said, 0) + 1
    for said, number in numbers.items():
        print(f"Target: {said}" + (f", for {counted(number, 'file')}" if len(numbers) > 1 else ""), file=sys.stderr)
