"""Writes what the documentation takes from the code: ``subjects.md``, ``rules.md``, a page for each rule, verdicts.

All of it is kept in ``docs/``; a test tells when it is out of date.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bnlint.fixes.registry import REWRITES  # noqa: E402
from bnlint.graph.subjects import SUBJECTS, Backbone, Fit  # noqa: E402
from bnlint.probe.verdict import table as verdict_table  # noqa: E402
from bnlint.rules import Rule, load  # noqa: E402
from bnlint.rules.facts import FactType, facts_of  # noqa: E402
from bnlint.rules.json_schema import DOCS as DOCS_OF_KEYS  # noqa: E402
from bnlint.rules.pages import page  # noqa: E402
from bnlint.rules.validating import RULE_KEYS  # noqa: E402
from bnlint.rules.wording import JOINED, OPERATORS  # noqa: E402

DOCS = ROOT / "docs"
PACKAGES = {"keras": "Keras", "tensorflow": "TensorFlow"}
RULES_INTRODUCTION = """\
# Rules

One row for each rule of the catalogue. *By default* says whether it runs where nobody has chosen: an *off* rule has to
be selected, one in *preview* needs `--preview` ([settings.md](settings.md)). *Evidence* are the releases on which real
Keras was asked whether the rule's claims hold, and threads of people who met the fault. `bnlint rule CODE` prints the
same pages.

Written by `python tools/build_docs.py` from `rules/*.yaml`.
"""
INTRODUCTION = """\
# Subjects and their facts

What a rule can see of a program, and all that it can see. `match.each` of a rule names a subject; its conditions,
messages and fixes name the facts of that subject, a dot leading from one thing to another: `fit.place`,
`backbone.label`. A fact that the program leaves open is *unknown*, and no condition holds on it, not even a negated
one; only `{known: true}` and `{known: false}` ask for that. A place reads as *line 12* in a message.

Written by `python tools/build_docs.py` from `bnlint/graph/subjects/`.
"""


LANGUAGE_INTRODUCTION = """\
# The language of rules

What a rule file may say, as bnlint reads it; [writing-rules.md](writing-rules.md) is the guide, with examples, and
[subjects.md](subjects.md) lists the subjects with their facts. `bnlint schema rule` prints the same as JSON Schema.

Written by `python tools/build_docs.py` from `bnlint/rules/` and `bnlint/fixes/registry.py`."""
COMPARING = """\
`fact: value` holds where the fact has this value, `fact: [value, value]` where it has one of them. A fact that the
program leaves open is *unknown*: nothing but `known: false` holds on it."""
REWRITING = """\
A fix names them under `do`, each with its arguments: `- add_argument: {call: called_at, name: {literal: training},
value: {literal: false}}`. A plain word is a fact; a constant stands under `literal`."""


def subjects_page() -> str:
    """The table of all subjects with their facts."""
    parts = [INTRODUCTION]
    for name, owner in SUBJECTS.items():
        parts.append(_section(f"`{name}`", owner, facts_of(name)))
    for prefix, owner in (("fit", Fit), ("backbone", Backbone)):
        facts = {fact.removeprefix(f"{prefix}."): kind for fact, kind in facts_of("batch_norm_at_fit").items()}
        parts.append(_section(f"Behind `{prefix}.`", owner, facts))
    return "\n".join(parts)


def _section(title: str, owner: type[Any], facts: dict[str, FactType]) -> str:
    about = " ".join((owner.__doc__ or "").split()).partition(": ")
    lines = [f"## {title}", "", about[2][:1].upper() + about[2][1:] if about[1] else about[0], ""]
    lines += ["| fact | is | meaning |", "| --- | --- | --- |"]
    return "\n".join([*lines, *_rows(owner, facts)]) + "\n"


def _rows(owner: type[Any], facts: dict[str, FactType]) -> Iterator[str]:
    for name in owner.__dataclass_fields__:
        if name in facts:
            yield f"| `{name}` | {facts[name].name} | {facts[name].doc.replace('|', chr(92) + '|')} |"


# --- the language of rules --------------------------------------------------------------------------------------------


def language_page() -> str:
    """The keys of a rule file, the conditions, and the rewrites that a fix may name."""
    keys = [f"| `{key}` | {DOCS_OF_KEYS[key]} |" for key in RULE_KEYS]
    operators = [f"| `{{{name}: …}}` | {said} |" for name, said in OPERATORS.items()]
    joined = [f"| `{name}` | {said} |" for name, said in JOINED.items()]
    parts = [LANGUAGE_INTRODUCTION, "## The keys of a rule file", _table("key", "meaning", keys)]
    parts += ["## Comparing a fact", COMPARING, _table("written", "holds where", operators)]
    parts += ["## Joining conditions", _table("written", "holds where", joined)]
    parts += ["## Rewrites", REWRITING]
    for name, rewrite in REWRITES.items():
        rows = [
            f"| `{key}` | {argument.kind}{', may be left out' if argument.optional else ''} | {argument.doc} |"
            for key, argument in rewrite.arguments.items()
        ]
        parts += [
            f"### `{name}`",
            f"{rewrite.doc[0].upper()}{rewrite.doc[1:]}.",
            _table("argument", "is", rows, "meaning"),
        ]
    return "\n\n".join(parts) + "\n"


def _table(first: str, second: str, rows: Sequence[str], *more: str) -> str:
    heads = (first, second, *more)
    return "\n".join([f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *rows])


# --- rules ------------------------------------------------------------------------------------------------------------


def rules_page() -> str:
    """The table of all rules."""
    every = list(load().rules.values())
    matched = [rule for rule in every if rule.match is not None]
    counts = [
        f"{len(every)} rules, {sum(rule.status == 'stable' for rule in every)} of them stable",
        f"{sum(rule.on_by_default for rule in every)} on by default",
        f"{sum(len(rule.page.examples) for rule in every)} examples",
        f"{sum(bool(rule.page.evidence.measured) for rule in matched)} of the {len(matched)} that look at programs and "
        "models measured on real Keras",
    ]
    head = ["rule", "severity", "fix", "by default", "targets of its examples", "examples", "evidence"]
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |", *map(_rule_row, every)]
    return "\n".join([RULES_INTRODUCTION, "; ".join(counts) + ".", "", *lines]) + "\n"


def _rule_row(rule: Rule) -> str:
    cells = [
        f"[{rule.code}](rules/{rule.code}.md) {rule.name}",
        ", ".join(rule.severities),
        ", ".join(rule.fix_safeties) or "advice",
        _default(rule),
        _targets(rule),
        str(len(rule.page.examples)),
        _evidence(rule),
    ]
    return f"| {' | '.join(cells)} |"


def _default(rule: Rule) -> str:
    said = ["preview"] if rule.status == "preview" else []
    return ", ".join([*said, "off"] if rule.opt_in else said or ["on"])


def _targets(rule: Rule) -> str:
    """The releases of the examples, by package; and whether some of them are model files."""
    found: dict[str, set[str]] = {}
    for example in rule.page.examples:
        package, _, release = example.target.partition("==")
        found.setdefault(package, set()).add(release)
    found.pop("default", None)
    said = [f"{PACKAGES.get(name, name)} {', '.join(_ordered(found[name]))}" for name in sorted(found)]
    return "; ".join(said + (["model files"] if any(each.model for each in rule.page.examples) else []))


def _evidence(rule: Rule) -> str:
    """The releases that were measured, and the threads as links."""
    measured, threads = rule.page.evidence
    found: dict[str, set[str]] = {}
    for spec in measured:
        package, _, release = spec.partition("==")
        found.setdefault(package, set()).add(release)
    said = [f"{PACKAGES.get(name, name)} {', '.join(_ordered(found[name]))}" for name in sorted(found)]
    links = [f"[{number}](<{thread}>)" for number, thread in enumerate(threads, 1)]
    return "; ".join(said + ([f"threads {' '.join(links)}"] if links else []))


def _ordered(releases: Iterable[str]) -> list[str]:
    """Releases from old to new; ``3.15.1+jax`` behind ``3.15.1``."""
    return sorted(releases, key=lambda each: ([int(part) for part in re.findall(r"\d+", each)], each))


def rule_pages() -> dict[str, str]:
    """Every rule's page, by the name of its file."""
    return {f"{code}.md": page(rule) for code, rule in load().rules.items()}


MARKS = "<!-- verdicts: written by tools/build_docs.py -->\n", "<!-- end of verdicts -->\n"


def probe_page() -> str:
    """The page on the probe, with the verdicts of the code."""
    before, _, rest = (DOCS / "probe.md").read_text(encoding="utf-8").partition(MARKS[0])
    return before + MARKS[0] + verdict_table() + MARKS[1] + rest.partition(MARKS[1])[2]


def write(docs: Path) -> None:
    """Write everything into a folder, and remove the pages of rules that are no more."""
    folder = docs / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    (docs / "subjects.md").write_text(subjects_page(), encoding="utf-8")
    (docs / "rules.md").write_text(rules_page(), encoding="utf-8")
    (docs / "rule-language.md").write_text(language_page(), encoding="utf-8")
    (docs / "probe.md").write_text(probe_page(), encoding="utf-8")
    pages = rule_pages()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()


def main() -> None:
    """Write the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=DOCS, metavar="FOLDER", help="another folder than docs/")
    write(parser.parse_args().into)


if __name__ == "__main__":
    main()
