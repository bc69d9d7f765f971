"""People's own rules: ``bnlint test``, ``bnlint new-rule`` and ``bnlint schema``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from bnlint.commands import options as shared
from bnlint.reporters.style import Style, counted, plain
from bnlint.settings import SettingsError, did_you_mean, shorter

SCHEMA_FILE = "bnlint-rule.schema.json"
"""Written beside a new rule, so that editors complete it."""

DEFAULT_FOLDER = "bnlint-rules"


def run(command: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit status."""
    if command == "test":
        return _test(arguments)
    return _new_rule(arguments) if command == "new-rule" else _schema(arguments)


# -------------------------------------------------------------------------------------------------------- bnlint test


def _test(arguments: Sequence[str]) -> int:
    """Run the examples of every rule in the folders; 1 where one fails, 2 where a rule file cannot be used."""
    made = shared.Parser("test", "Run the examples of your own rules.", "bnlint test [options] [FOLDER ...]")
    made.add_argument("folders", nargs="*", metavar="FOLDER", help="folders of rules (default: those of the settings)")
    shared.add_common(made.add_argument_group("others"))
    options = made.parse_args(arguments)
    settings = shared.resolver(options).for_folder(".")
    folders = [os.path.abspath(each) for each in options.folders] or list(settings.rules)
    if not folders:
        raise SettingsError(
            "name a folder of rules, as in `bnlint test my-rules/`, or set `rules` in the configuration"
        )
    style = Style(shared.wants_colour(settings.color))
    failed = number = 0
    for folder in folders:
        rules, wrong = _tested(folder, folders, style, quiet=bool(settings.quiet))
        number += rules
        failed += wrong
    if not settings.quiet:
        done = f"{counted(failed, 'rule')} of {number} failed." if failed else f"{counted(number, 'rule')} passed."
        print(done, file=sys.stderr)
    return int(failed > 0)


def _tested(folder: str, folders: Sequence[str], style: Style, *, quiet: bool) -> tuple[int, int]:
    """How many rules a folder holds, and how many of them fail; each is told of on standard output."""
    from bnlint import rules
    from bnlint.rule_examples import failures

    try:
        own = rules.own(folder)
    except rules.RuleError as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        raise SettingsError(f"{shorter(folder)}: {error.strerror or error}") from None
    if not own:
        raise SettingsError(f"{shorter(folder)}: holds no rule, no file that ends in .yaml")
    failed = 0
    for rule in own:
        said = list(failures(rule, folders))
        failed += bool(said)
        file = shorter(os.path.join(folder, f"{rule.code}-{rule.name}.yaml"))
        for line, what in said:
            print(f"{style.paint(plain(file), 'bold')}:{line or 1}: {plain(what)}")
        if not said and not quiet:
            print(f"{rule.code} {rule.name}: {counted(len(rule.page.examples), 'example')} passed")
    return len(own), failed


# ---------------------------------------------------------------------------------------------------- bnlint new-rule


def _new_rule(arguments: Sequence[str]) -> int:
    """Write a skeleton into a folder, and the schema that editors read beside it."""
    from bnlint.graph.subjects import SUBJECTS
    from bnlint.rules import skeleton

    made = shared.Parser("new-rule", "Write the skeleton of a rule.", "bnlint new-rule [options] CODE NAME")
    made.add_argument("code", metavar="CODE", help="capital letters and three digits: ORG001")
    made.add_argument("name", metavar="NAME", help="the bad pattern, as in backbone-of-the-old-team")
    made.add_argument(
        "--each", metavar="SUBJECT", default=skeleton.WORKING, help=f"what it looks at (default: {skeleton.WORKING})"
    )
    made.add_argument("--folder", metavar="FOLDER", help="where to put it (default: the first folder of the settings)")
    shared.add_common(made.add_argument_group("others"))
    options = made.parse_args(arguments)
    settings = shared.resolver(options).for_folder(".")
    if options.each not in SUBJECTS:
        raise SettingsError(
            f"no subject is called `{options.each}`{did_you_mean(options.each, SUBJECTS)}; there are "
            + ", ".join(SUBJECTS)
        )
    folder = options.folder or (settings.rules[0] if settings.rules else DEFAULT_FOLDER)
    path = os.path.join(folder, f"{options.code}-{options.name}.yaml")
    text = skeleton.skeleton(options.code, options.name, options.each, SCHEMA_FILE)
    _refuse_what_cannot_be(options.code, text, path)
    os.makedirs(folder, exist_ok=True)
    try:
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise SettingsError(f"{shorter(path)}: is there already") from None
    _write_schema(os.path.join(folder, SCHEMA_FILE))
    print(shorter(path))
    if not settings.quiet:
        listed = os.path.abspath(folder) in settings.rules
        hint = "" if listed else f'; name the folder in the settings: rules = ["{shorter(os.path.abspath(folder))}"]'
        print(f"Fill it in, then `bnlint test {shorter(os.path.abspath(folder))}`{hint}", file=sys.stderr)
    return 0


def _refuse_what_cannot_be(code: str, text: str, path: str) -> None:
    """Raise ``SettingsError`` for a code or a name that no rule can have."""
    from bnlint import rules
    from bnlint.rules.validating import compile_rule

    if code.startswith("BN"):
        raise SettingsError(f"{code}: codes that begin with BN are bnlint's own; take letters of yours, as in ORG001")
    try:
        compile_rule(text, path)
    except rules.RuleError as error:
        raise SettingsError(error.message) from None


def _write_schema(path: str) -> None:
    from bnlint.reporters import json
    from bnlint.rules.json_schema import rule_schema

    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(json.dump(rule_schema()) + "\n")


# ------------------------------------------------------------------------------------------------------ bnlint schema


def _schema(arguments: Sequence[str]) -> int:
    """Print the JSON Schema of rule files or of the settings."""
    made = shared.Parser("schema", "Print a JSON Schema for editors.", "bnlint schema [options] {rule,settings}")
    made.add_argument("of", choices=("rule", "settings"), help="of rule files, or of bnlint.toml and [tool.bnlint]")
    made.add_argument("-o", "--output-file", metavar="FILE", help="write it there")
    made.add_argument("-h", "--help", action="help", help="show this and leave")
    options: argparse.Namespace = made.parse_args(arguments)
    if options.of == "rule":
        from bnlint.rules.json_schema import rule_schema as schema
    else:
        from bnlint.settings_schema import settings_schema as schema
    from bnlint.reporters import json

    with shared.destination(options.output_file, sys.stdout) as stream:
        stream.write(json.dump(schema()) + "\n")
    return 0
