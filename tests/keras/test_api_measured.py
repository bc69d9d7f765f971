"""The history of the API that is shipped, against the Keras of the test environment: measured anew, name by name."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bnlint.keras.api_history import ANSWERS, BITS, FORMS, UNMEASURED
from tools.compile_api import Table, add_arguments, add_paths, read, version

TOOLS = Path(__file__).resolve().parents[2] / "tools"
Tables = dict[str, dict[str, Table]]
WORDS = {"paths": {letter: " ".join(form for form in BITS if FORMS.index(letter) & BITS[form]) for letter in FORMS}}
WORDS["arguments"] = {**ANSWERS}
WORDS["methods"] = {"y": "there", "n": "missing"}


def differences(kind: str, shipped: Tables, found: Tables) -> list[str]:
    """One line for each name that the measured releases do not have as shipped."""
    lines = []
    for chain, parts in found.items():
        for part, releases in parts.items():
            for release, names in releases.items():
                known = shipped.get(chain, {}).get(part, {})
                against = release if release in known else max(known, key=version, default="")
                words = WORDS.get(part, WORDS["paths"])
                was = known.get(against, {})
                lines += [
                    f"{chain} {release} {kind} {' '.join(name)}: "
                    f"{against} was shipped as {text(words, was.get(name))}, measured {text(words, names.get(name))}"
                    for name in sorted({*was, *names})
                    if was.get(name) != names.get(name)
                ]
    return lines


def text(words: dict[str, Any], letter: str | None) -> str:
    return "not measured" if letter in (None, UNMEASURED) else words[letter] or "missing"


@pytest.mark.tensorflow
def test_the_installed_packages_have_what_the_history_says(tmp_path: Path) -> None:
    if importlib.util.find_spec("keras") is None:
        pytest.skip("keras is not installed")
    out = tmp_path / "measured.json"
    script = [sys.executable, str(TOOLS / "measure_api.py"), str(out)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=2400)
    assert done.returncode == 0, done.stderr[-4000:]
    measurement = json.loads(out.read_text(encoding="utf-8"))
    paths: Tables = {}
    arguments: Tables = {}
    add_paths(paths, measurement)
    add_arguments(arguments, measurement)
    assert paths and arguments
    changed = [
        *differences("path", read("paths.json", ("histories",)), paths),
        *differences("name", read("arguments.json", ("arguments", "methods")), arguments),
    ]
    assert not changed, "\n".join(
        ["The installed packages are not what the history of the API says:", *changed, "See tools/README.md."]
    )


def test_a_removed_argument_is_a_readable_difference() -> None:
    shipped: Tables = {"keras3": {"arguments": {"3.15.1": {("layers.BatchNormalization", "renorm"): "y"}}}}
    found: Tables = {"keras3": {"arguments": {"3.16.0": {("layers.BatchNormalization", "renorm"): "n"}}}}
    assert differences("name", shipped, found) == [
        "keras3 3.16.0 name layers.BatchNormalization renorm: 3.15.1 was shipped as taken, measured refused"
    ]


def test_a_removed_path_is_a_readable_difference() -> None:
    shipped: Tables = {"keras": {"histories": {"3.15.1": {("layers.Dense",): "d"}}}}
    found: Tables = {"keras": {"histories": {"3.15.1": {("layers.Dense",): "c"}}}}
    assert differences("path", shipped, found) == [
        "keras 3.15.1 path layers.Dense: 3.15.1 was shipped as from attribute, measured attribute"
    ]
    found["keras"]["histories"]["3.15.1"] = {("layers.Dense",): "a"}
    assert differences("path", shipped, found)[0].endswith("measured missing")
