"""Compares the shipped history of the API with files of ``tools/measure_api.py``.

    python -m tools.compare_api MEASUREMENT.json [...]

Prints each name that was measured otherwise than it is shipped and ends with 1 where there is one. A release that was
not shipped is held against its neighbours: it differs where it agrees with neither. What is shipped as not measured,
or was not measured now, is no difference.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from bnlint.keras.api_history import ANSWERS, BITS, FORMS, UNMEASURED
from tools.compile_api import Table, add_arguments, add_paths, read, version

Tables = dict[str, dict[str, Table]]
PATHS = {letter: " ".join(form for form in BITS if FORMS.index(letter) & BITS[form]) for letter in FORMS}
WORDS: dict[str, Mapping[str, Any]] = {"arguments": ANSWERS, "methods": {"y": "there", "n": "missing"}}


def differences(kind: str, shipped: Tables, found: Tables) -> list[str]:
    """One line for each name that the measured releases do not have as shipped."""
    return [
        line
        for chain, parts in found.items()
        for part, releases in parts.items()
        for release, names in releases.items()
        for line in of_release(f"{chain} {release} {kind}", part, shipped.get(chain, {}).get(part, {}), release, names)
    ]


def of_release(label: str, part: str, known: Table, release: str, names: Mapping[tuple[str, ...], str]) -> list[str]:
    """The lines of one release and one part of the tables."""
    words = WORDS.get(part, PATHS)
    near = {against: measured(known[against]) for against in neighbours(release, known)}
    lines = []
    for name, now in sorted(measured(names).items()):
        shipped = {against: table[name] for against, table in near.items() if name in table}
        if shipped and now not in shipped.values():
            said = {letter: words[letter] or "missing" for letter in (*shipped.values(), now)}
            was = " and ".join(f"{against} was shipped as {said[letter]}" for against, letter in shipped.items())
            lines.append(f"{label} {' '.join(name)}: {was}, measured {said[now]}")
    return lines


def neighbours(release: str, known: Collection[str]) -> list[str]:
    """The release itself where it is known, else the next below and the next above."""
    if release in known:
        return [release]
    below = [other for other in known if version(other) < version(release)]
    above = [other for other in known if version(other) > version(release)]
    return [*sorted(below, key=version)[-1:], *sorted(above, key=version)[:1]]


def measured(table: Mapping[tuple[str, ...], str]) -> dict[tuple[str, ...], str]:
    """The names of a table that have an answer."""
    return {name: letter for name, letter in table.items() if letter != UNMEASURED}


def tables(measurement: Mapping[str, Any]) -> tuple[Tables, Tables]:
    """The paths, and the arguments and methods, of a measurement."""
    paths: Tables = {}
    arguments: Tables = {}
    add_paths(paths, measurement)
    add_arguments(arguments, measurement)
    return paths, arguments


def changed(measurement: Mapping[str, Any]) -> list[str]:
    """Every difference between a measurement and what is shipped."""
    paths, arguments = tables(measurement)
    return [
        *differences("path", read("paths.json", ("histories",)), paths),
        *differences("name", read("arguments.json", ("arguments", "methods")), arguments),
    ]


def main() -> int:
    """Compares each file and prints what differs."""
    count = 0
    for path in sys.argv[1:]:
        measurement = json.loads(Path(path).read_text(encoding="utf-8"))
        found = changed(measurement)
        names = sum(
            len(t)
            for kind in tables(measurement)
            for parts in kind.values()
            for r in parts.values()
            for t in r.values()
        )
        packages = " ".join(f"{package} {number}" for package, number in sorted(measurement["packages"].items()))
        print(*found, sep="\n", end="\n" * bool(found))
        print(f"{packages}: {names} names, {len(found)} differences")
        count += len(found)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
