"""Compares the shipped truth table with files of ``tools/measure_semantics.py``.

    python -m tools.compare_semantics MEASUREMENT.json [...]

Prints each cell that was measured otherwise than it is shipped and ends with 1 where there is one. A release that is no
column is held against the columns that answer for it: it differs where it agrees with none of them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bnlint.keras.releases import Release, Target
from bnlint.keras.truth import measured
from tools.compile_truth import questions

Cells = dict[str, dict[str, Any]]


def differences(shipped: Cells, found: Cells) -> list[str]:
    """One line for each cell of the questions that were asked which is not as shipped."""
    return [
        f"{question} {case or '(whole question)'}: shipped {text(was)}, measured {text(now)}"
        for question, case, was, now in pairs(shipped, found)
        if was != now
    ]


def pairs(shipped: Cells, found: Cells) -> Iterator[tuple[str, str, Any, Any]]:
    """Every cell of the questions that were asked: question, case, what is shipped, what was measured."""
    for question, cases in found.items():
        for case in sorted({*cases, *shipped.get(question, {})}):
            yield question, case, shipped.get(question, {}).get(case), cases.get(case)


def text(fact: Any) -> str:
    """A fact for people."""
    return "nothing" if fact is None else json.dumps(fact)


def release_of(meta: dict[str, Any]) -> Release:
    """The release that a measurement ran on."""
    keras, tensorflow = meta["keras"], meta["tensorflow"]
    if meta["api"] == "keras" and keras.startswith("2."):
        spec = f"keras=={keras},tensorflow=={tensorflow}"
    elif meta["api"] == "keras":
        spec = f"keras=={keras}+{meta['backend']}"
    else:
        spec = {"tf.keras": f"tensorflow=={tensorflow}", "tf_keras": f"tf_keras=={keras}"}[meta["api"]]
    found = Target.parse(spec).release(meta["api"])
    assert found is not None, spec
    return found


def otherwise(columns: list[Cells], found: Cells) -> Iterator[str]:
    """The cells that were measured otherwise than each of the columns has them; a column may lack a cell."""
    for question, cases in found.items():
        for case, now in sorted(cases.items()):
            if case.startswith("version_"):
                continue  # the release tells itself
            known = [was for column in columns if (was := column.get(question, {}).get(case)) is not None]
            if known and now not in known:
                words = " or ".join(dict.fromkeys(map(text, known)))
                yield f"{question} {case or '(whole question)'}: shipped {words}, measured {text(now)}"


def compare(name: str, answers: dict[str, Any]) -> int:
    """Prints what differs in one measured column, and gives the number of differences."""
    release, found = release_of(answers["meta"]), questions(answers)
    if not release.columns:
        print(f"{name}: nothing is shipped for {release.generation}, nothing is compared")
        return 0
    columns = [measured(column) for column in release.columns]
    lines = list(otherwise(columns, found))
    print(*lines, sep="\n", end="\n" * bool(lines))
    print(f"{name}, held against {' and '.join(release.columns)}: {len(lines)} differences; {counts(columns, found)}")
    return len(lines)


def counts(columns: list[Cells], found: Cells) -> str:
    """How many cells were measured, and how many could not be compared."""
    cells = sum(map(len, found.values()))
    both: Cells = {}
    for column in columns:
        for question, cases in column.items():
            both.setdefault(question, {}).update(cases)
    new = sum(was is None for _, _, was, _ in pairs(both, found))
    lost = sum(now is None for _, _, _, now in pairs(both, found))
    return f"{cells} cells measured, {new} of them are not shipped, {lost} shipped ones were not measured"


def main() -> int:
    """Compares each column of each file."""
    count = 0
    for path in sys.argv[1:]:
        for name, answers in json.loads(Path(path).read_text(encoding="utf-8")).items():
            count += compare(name, answers)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
