"""Verifies the fixes of every rule on the Kerases that are there, writes a JSON file and prints a table.

    python -m proof.fixing --environments FOLDER --output docs/proof/fixes.json

Runs in an environment that has bnlint; which Python has which Keras is told in ``proof/environments.py``.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from proof.environments import ENVIRONMENTS, add_options, found
from proof.fixing.cases import Case, claims, load
from proof.fixing.examples import runnable, verify_examples
from proof.fixing.mending import fix
from proof.fixing.reporting import table
from proof.fixing.running import EXAMPLE, Outcome, verify


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs everything that is asked for; 1 where a fix was not verified."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--rules", nargs="+", help="programs of these rules alone")
    parser.add_argument("--programs", nargs="+", help="programs of these names alone")
    parser.add_argument("--examples", action="store_true", help="run the catalogue's examples in place of the programs")
    parser.add_argument("--dry", action="store_true", help="run nothing, print what the fixes do to the programs")
    parser.add_argument("--output", type=Path, help="the JSON file; what it has of other environments stays")
    options = parser.parse_args(arguments)
    cases = [case for case in load() if not options.rules or case.rule in options.rules]
    cases = [case for case in cases if not options.programs or case.name in options.programs]
    if options.dry:
        return _dry(cases, options.only or list(ENVIRONMENTS))
    outcomes: list[Outcome] = []
    pythons = found(options)
    for name in ENVIRONMENTS:
        if name not in pythons:
            print(f"{name}: not here", file=sys.stderr)
            continue
        wanted = set(options.rules) if options.rules else None
        run = verify_examples(name, pythons[name], wanted) if options.examples else verify(cases, name, pythons[name])
        for outcome in run:
            outcomes.append(outcome)
            for fault in outcome.faults:
                print(f"{name} | {outcome.rule} {outcome.program}: {fault}", file=sys.stderr, flush=True)
        if options.output:  # what one environment told is not lost with the next
            _write(options.output, [outcome._asdict() for outcome in outcomes])
    print(table(_read(options.output) if options.output else outcomes))
    return 0 if all(outcome.verified for outcome in outcomes) else 1


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    """Puts the new rows into the file; those of other programs and environments stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    outcomes = _merged(path, rows)
    text = json.dumps({"claims": claims(), "outcomes": outcomes}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _read(path: Path) -> list[Outcome]:
    """The outcomes of the file."""
    rows = json.loads(path.read_text(encoding="utf-8"))["outcomes"]
    return [Outcome(**{**row, "faults": tuple(row["faults"])}) for row in rows]


def _dry(cases: list[Case], names: list[str]) -> int:
    """Prints each fix as a difference, once where several environments get the same, with the faults of it."""
    seen = set()
    for case in cases:
        for name in names:
            if name in case.under:
                fixed = fix(case, ENVIRONMENTS[name])
                lines = difflib.unified_diff(fixed.before.split("\n"), fixed.after.split("\n"), lineterm="", n=1)
                text = "\n".join([*lines][2:] + [f"FAULT: {fault}" for fault in fixed.faults])
                if (case.key, text) not in seen:
                    print(f"--- {name} | {case.key}\n{text}")
                seen.add((case.key, text))
    return 0


def _merged(path: Path, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The new rows, and of an older file those of other programs and environments that there still are."""
    old = json.loads(path.read_text(encoding="utf-8"))["outcomes"] if path.exists() else []
    new = {_key(row) for row in rows}
    order = list(ENVIRONMENTS)
    there = {(case.rule, case.name, name) for case in load() for name in case.under}
    there |= {(each.rule.code, EXAMPLE + each.example.title, each.environment.name) for each in runnable()}
    kept = [row for row in old if _key(row) not in new and _key(row) in there]
    return sorted(kept + rows, key=lambda row: (row["rule"], row["program"], order.index(str(row["environment"]))))


def _key(row: dict[str, object]) -> tuple[object, ...]:
    return row["rule"], row["program"], row["environment"]


if __name__ == "__main__":
    raise SystemExit(main())
