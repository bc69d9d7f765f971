"""The command line: which command, with which settings, and the exit status.

0: nothing left to report; 1: findings left; 2: something could not be done. Every command's own module is imported when
it is asked for, and nothing else is.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence

COMMANDS = {
    "check": "lint scripts; with --fix mend them (the default command)",
    "facts": "what each BatchNormalization layer does in each fit",
    "rule": "one rule's page",
    "rules": "the catalogue of rules",
    "test": "run the examples of your own rules",
    "new-rule": "write the skeleton of a rule",
    "schema": "JSON Schema of rule files and of the settings, for editors",
}

USAGE = """\
bnlint tells what each BatchNormalization layer of a Keras training script really does in each `fit`.

usage: bnlint [check] [options] [PATH ...]
       bnlint COMMAND [options] ...

commands:
{commands}

`bnlint COMMAND --help` lists the options of a command; `bnlint --version` tells the version.
A first word that is a command is a command: a folder called rules is `./rules`.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line ``argv`` (default: the process's own) and return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _collect_seldom()
    _write_utf8()
    try:
        status = _run(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader has seen enough, as in `bnlint | head`
        _silence_stdout()
        return 141
    except KeyboardInterrupt:
        _silence_stdout()
        return 130
    except Exception as error:
        from bnlint.engine import internal_error

        print(f"bnlint: {internal_error(error)}", file=sys.stderr)
        return 2


def _run(arguments: list[str]) -> int:
    from bnlint.settings import SettingsError

    command, rest = _command_of(arguments)
    if command is None:
        _show_top_level(rest[0])
        return 0
    try:
        return _command(command)(command, rest)
    except SettingsError as error:
        print(f"bnlint: error: {error}", file=sys.stderr)
        return 2
    except SystemExit as leaving:  # argparse: 0 after --help, 2 after a mistake
        return leaving.code if isinstance(leaving.code, int) else 2


def _command(name: str) -> Callable[[str, Sequence[str]], int]:
    if name == "check":
        from bnlint.commands.check import run
    elif name == "facts":
        from bnlint.commands.facts import run
    elif name in ("rule", "rules"):
        from bnlint.commands.rules import run
    else:
        from bnlint.commands.own_rules import run
    return run


def _command_of(arguments: list[str]) -> tuple[str | None, list[str]]:
    """The command and its arguments; ``None`` for what is answered without one."""
    for at, word in enumerate(arguments):
        if word in ("--version", "-V") or (word in ("--help", "-h") and at == 0):
            return None, [word]
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            if word in COMMANDS and not (at and _takes_value(arguments[at - 1])):
                return word, arguments[:at] + arguments[at + 1 :]
            if not (at and _takes_value(arguments[at - 1])):
                break
    return "check", arguments


def _takes_value(word: str) -> bool:
    """Whether an option is followed by a word of its own."""
    from bnlint.commands.options import WITH_VALUE

    return word in WITH_VALUE


def _show_top_level(word: str) -> None:
    if word in ("--version", "-V"):
        from bnlint import __version__

        print(f"bnlint {__version__}")
    else:
        commands = "\n".join(f"  {name:<8} {what}" for name, what in COMMANDS.items())
        print(USAGE.format(commands=commands), end="")


def _collect_seldom() -> None:
    """Look for garbage in cycles a hundred times less often: the start makes none, and it was a third of its time."""
    gc.set_threshold(100_000, 20, 100)


def _write_utf8() -> None:
    """UTF-8 on both outputs whatever the locale says, unless a person chose another encoding for Python."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            if os.environ.get("PYTHONIOENCODING"):
                reconfigure(errors="backslashreplace")
            else:
                reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _silence_stdout() -> None:
    """Let the interpreter's last flush go nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
