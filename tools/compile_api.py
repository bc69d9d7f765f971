"""Adds measurements of the API to what bnlint reads.

    python tools/compile_api.py MEASUREMENT_JSON ...

The inputs come from ``tools/measure_api.py``. The outputs, ``bnlint/keras/data/api/paths.json`` and ``arguments.json``,
hold all that was measured, so that one more release is one more file: ``{chain: {"releases": [...], "histories": {runs:
names}}}``, where the runs have one letter a release (``"y3n2"``) and names with one history stand together. What
``bnlint/keras/api_history.py`` says of the chains holds here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from bnlint.keras.api_history import FORMS, UNMEASURED, unfold
from tools.api.names import METHODS, paths

FOLDER = Path(__file__).resolve().parent.parent / "bnlint/keras/data/api"
Table = dict[str, dict[tuple[str, ...], str]]
"""What each release has: a letter for every name."""


def version(text: str) -> tuple[int, ...]:
    """``"2.4.3"`` as numbers."""
    return tuple(int(part) for part in text.split("."))


def placed(path: str, packages: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Chain, release and name of a measured path; ``None`` where it belongs to no chain."""
    root, _, suffix = path.partition(".")
    tensorflow = packages.get("tensorflow", "")
    if path.startswith("tensorflow.keras"):
        if version(tensorflow) < (2, 16):
            return "tf.keras", tensorflow, suffix.partition(".")[2]
        return ("tf.keras 3", packages["keras"], suffix.partition(".")[2]) if "keras" in packages else None
    if root in ("tensorflow", "tensorflow_core"):
        return "tensorflow", tensorflow, path
    return (root, packages[root], suffix) if root in ("keras", "tf_keras") else None


def package_of(api: str, packages: Mapping[str, str]) -> tuple[str, str]:
    """Package and release, as ``bnlint.keras.releases`` counts them, of a Keras that was measured."""
    if api == "tf.keras":
        return api, packages["tensorflow"]
    number = packages[api]
    return ("keras3" if api == "keras" and version(number) >= (3,) else api), number


def read(name: str, parts: tuple[str, ...]) -> dict[str, dict[str, Table]]:
    """``{chain: {part: {release: {names: letter}}}}`` of a file as it is."""
    path = FOLDER / name
    found: dict[str, dict[str, Table]] = {}
    for chain, stored in (json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}).items():
        for part in parts:
            table = found.setdefault(chain, {}).setdefault(part, {release: {} for release in stored["releases"]})
            for runs, names in stored[part].items():
                for key in keys(names):
                    for release, letter in zip(stored["releases"], unfold(runs), strict=True):
                        if letter != UNMEASURED:
                            table[release][key] = letter
    return found


def keys(names: str | dict[str, str]) -> list[tuple[str, ...]]:
    """The names that stand together, as they are stored."""
    if isinstance(names, str):
        return [(name,) for name in names.split()]
    return [(name, keyword) for name, keywords in names.items() for keyword in keywords.split()]


def folded(letters: list[str]) -> str:
    """``y y y n n`` as ``"y3n2"``."""
    counted = [(letter, len(list(run))) for letter, run in groupby(letters)]
    return "".join(letter + (str(count) if count > 1 else "") for letter, count in counted)


def histories(table: Table) -> dict[str, Any]:
    """``{runs: names}`` of one part of a chain."""
    releases = sorted(table, key=version)
    grouped: dict[str, list[tuple[str, ...]]] = {}
    for key in sorted({key for names in table.values() for key in names}):
        runs = folded([table[release].get(key, UNMEASURED) for release in releases])
        grouped.setdefault(runs, []).append(key)
    return {runs: stored(names) for runs, names in sorted(grouped.items())}


def stored(names: list[tuple[str, ...]]) -> Any:
    """Names with one history, as they are stored."""
    if len(names[0]) == 1:
        return " ".join(name for (name,) in names)
    return {name: " ".join(keyword for _, keyword in group) for name, group in groupby(names, key=lambda key: key[0])}


def write(name: str, tables: dict[str, dict[str, Table]]) -> None:
    """One file, a line a history."""
    content: dict[str, Any] = {}
    for chain, parts in sorted(tables.items()):
        releases = sorted({release for table in parts.values() for release in table}, key=version)
        content[chain] = {"releases": releases}
        for part, table in parts.items():
            content[chain][part] = histories({release: table.get(release, {}) for release in releases})
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=0, separators=(",", ":"), ensure_ascii=False)
    (FOLDER / name).write_text(text + "\n", encoding="utf-8")
    print(f"{len(text):7d} {name}")


def add_paths(found: dict[str, dict[str, Table]], measurement: Mapping[str, Any]) -> None:
    """Adds the paths of one measurement; the ``tensorflow_core`` that a TensorFlow does not have is missing there."""
    packages = measurement["packages"]
    without_core = dict.fromkeys((path for path in paths() if path.startswith("tensorflow_core.")), 0)
    if not any(path.startswith("tensorflow.") for path in measurement["paths"]):
        without_core = {}
    for path, forms in {**without_core, **measurement["paths"]}.items():
        place = placed(path, packages)
        if place is not None and place[2]:
            chain, release, name = place
            table = found.setdefault(chain, {}).setdefault("histories", {})
            table.setdefault(release, {})[(name,)] = FORMS[forms]


def add_arguments(found: dict[str, dict[str, Table]], measurement: Mapping[str, Any]) -> None:
    """Adds arguments and methods of one measurement."""
    for api, callables in measurement["arguments"].items():
        package, release = package_of(api, measurement["packages"])
        parts = found.setdefault(package, {"arguments": {}, "methods": {}})
        parts["arguments"][release] = {
            (name, keyword): answer for name, answers in callables.items() for keyword, answer in answers.items()
        }
        parts["methods"][release] = {
            (kind, name): "y" if name in names else "n"
            for kind, names in measurement["methods"][api].items()
            for name in METHODS
        }


def main() -> None:
    """Reads what there is, adds the measurements, writes both files."""
    paths, arguments = read("paths.json", ("histories",)), read("arguments.json", ("arguments", "methods"))
    for file in sys.argv[1:]:
        measurement = json.loads(Path(file).read_text(encoding="utf-8"))
        add_paths(paths, measurement)
        add_arguments(arguments, measurement)
    write("paths.json", paths)
    write("arguments.json", arguments)


if __name__ == "__main__":
    main()
