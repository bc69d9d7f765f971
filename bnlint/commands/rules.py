"""``bnlint rules`` and ``bnlint rule CODE``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bnlint import selection
from bnlint.commands import options as shared
from bnlint.engine import prepare
from bnlint.reporters import catalogue as pages
from bnlint.reporters.style import Style
from bnlint.rules.pages import page
from bnlint.settings import SettingsError


def parser(command: str) -> argparse.ArgumentParser:
    """The options of ``rule`` and ``rules``."""
    if command == "rule":
        made = shared.Parser("rule", "Show a rule's page.", "bnlint rule [options] CODE")
        made.add_argument("rule", metavar="CODE", help="a code or a name: BN102, unfreezing-updates-statistics")
    else:
        made = shared.Parser("rules", "List the rules.", "bnlint rules [options]")
    output = made.add_argument_group("output")
    output.add_argument(
        "--output-format", "--format", dest="format", choices=("text", "json"), help="text (default), json"
    )
    output.add_argument("-o", "--output-file", metavar="FILE", help="write it there")
    shared.add_common(made.add_argument_group("others"))
    return made


def run(command: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit status."""
    options = parser(command).parse_args(arguments)
    settings = shared.resolver(options).for_folder(".")
    catalogue = prepare(settings).catalogue
    colour = shared.wants_colour(settings.color, to_file=options.output_file is not None)
    if command == "rules":
        rules = list(catalogue.rules.values())
        if options.format == "json":
            text = _json(pages.list_document(rules))
        else:
            text = "".join(line + "\n" for line in pages.listed(rules, Style(colour)))
    else:
        rule = catalogue.by_code_or_name(options.rule)
        if rule is None:
            near = selection.nearest_rule(options.rule, catalogue)
            raise SettingsError(f"no rule is called `{options.rule}`{near}; `bnlint rules` lists them")
        if options.format == "json":
            text = _json(pages.page_document(rule))
        elif colour:
            pages.print_page(page(rule), shared.width())
            return 0
        else:
            text = page(rule)
    with shared.destination(options.output_file, sys.stdout) as stream:
        stream.write(text)
    return 0


def _json(document: object) -> str:
    from bnlint.reporters import json

    return json.dump(document) + "\n"
