"""Writes what the documentation takes from the code: ``docs/subjects.md``, and on request a page for each rule.

``python tools/build_docs.py`` writes ``docs/subjects.md``, which is kept in the repository (a test tells when it is out
of date); ``--rules FOLDER`` writes one Markdown page a rule and an index there, which is not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bnlint.graph.subjects import SUBJECTS, Backbone, Fit  # noqa: E402
from bnlint.rules import load  # noqa: E402
from bnlint.rules.facts import FactType, facts_of  # noqa: E402
from bnlint.rules.pages import page  # noqa: E402

SUBJECTS_FILE = ROOT / "docs" / "subjects.md"
INTRODUCTION = """\
# Subjects and their facts

What a rule can see of a program, and all that it can see. `match.each` of a rule names a subject; its conditions,
messages and fixes name the facts of that subject, a dot leading from one thing to another: `fit.place`,
`backbone.label`. A fact that the program leaves open is *unknown*, and no condition holds on it, not even a negated
one; only `{known: true}` and `{known: false}` ask for that. A place reads as *line 12* in a message.

Written by `python tools/build_docs.py` from `bnlint/graph/subjects/`.
"""


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


def write_rules(folder: Path) -> None:
    """One page a rule, and an index of them."""
    folder.mkdir(parents=True, exist_ok=True)
    rules = load().rules.values()
    for rule in rules:
        (folder / f"{rule.code}.md").write_text(page(rule), encoding="utf-8")
    rows = [
        f"| [{rule.code}]({rule.code}.md) | {rule.name} | {', '.join(rule.severities)} | {rule.summary} |"
        for rule in rules
    ]
    index = ["# Rules", "", "| code | name | severity | |", "| --- | --- | --- | --- |", *rows]
    (folder / "index.md").write_text("\n".join(index) + "\n", encoding="utf-8")


def main() -> None:
    """Write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=Path, metavar="FOLDER", help="write a page for each rule there")
    options = parser.parse_args()
    if options.rules:
        write_rules(options.rules)
    else:
        SUBJECTS_FILE.write_text(subjects_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
