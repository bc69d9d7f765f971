"""Counts which import paths and keyword arguments of Keras public programs use, to choose what is measured.

    python tools/count_api_uses.py COUNTS_JSON FOLDER ...

COUNTS_JSON is ``{"paths": {dotted name: files}, "arguments": {callable: {keyword: files}}, "methods": {method: {keyword:
files}}}``; a path is followed through the file's own imports and aliases. ``tools/measure_api.py`` measures what at least
``FILES`` files use.
"""

from __future__ import annotations

import ast
import json
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bnlint.files import notebooks

ROOTS = {"keras", "tensorflow", "tf_keras", "keras_applications", "keras_preprocessing", "tensorflow_core"}
FILES = 3
METHODS = set(
    """fit compile evaluate predict fit_generator evaluate_generator predict_generator predict_classes predict_proba
    train_on_batch test_on_batch predict_on_batch save save_weights load_weights summary add pop get_layer to_yaml to_json
    export flow flow_from_directory flow_from_dataframe""".split()
)


class Uses(NamedTuple):
    """What one file uses."""

    paths: set[str]
    arguments: set[tuple[str, str]]
    methods: set[tuple[str, str]]


def programs(folder: Path) -> Iterator[str]:
    """The text of every script and notebook that can be read."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".py":
            yield path.read_text(encoding="utf-8", errors="replace")
        elif path.suffix == ".ipynb":
            try:
                yield notebooks.read(path.read_bytes()).program
            except (notebooks.NoNotebook, ValueError):
                continue


def aliases(tree: ast.AST) -> dict[str, str]:
    """Local names of imported modules and of what is taken from them."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                local = name.asname or name.name.partition(".")[0]
                found[local] = name.name if name.asname else local
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                found[name.asname or name.name] = f"{node.module}.{name.name}"
    return {local: path for local, path in found.items() if path.partition(".")[0] in ROOTS}


def dotted(node: ast.expr, known: dict[str, str]) -> str | None:
    """The full name that an expression stands for."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, known)
        return f"{before}.{node.attr}" if before else None
    return None


def uses(text: str) -> Uses | None:
    """What a program uses; ``None`` where Python cannot read it or it imports no Keras."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    known = aliases(tree)
    if not known:
        return None
    found = Uses(set(), set(), set())
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.paths.update(f"import {n.name}" for n in node.names if n.name.partition(".")[0] in ROOTS)
        elif isinstance(node, ast.ImportFrom):
            root = (node.module or "").partition(".")[0]
            if root in ROOTS and not node.level:
                found.paths.update(f"from {node.module} import {n.name}" for n in node.names)
        elif isinstance(node, ast.Attribute) and id(node) not in inner:
            path = dotted(node, known)
            if path:
                found.paths.add(path)
        elif isinstance(node, ast.Call):
            keywords = [keyword.arg for keyword in node.keywords if keyword.arg]
            path = dotted(node.func, known)
            if path:
                found.arguments.update((path, keyword) for keyword in keywords)
            elif isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
                found.methods.update((node.func.attr, keyword) for keyword in keywords)
    return found


def main() -> None:
    """Counts the files of all folders; copies of one program count once."""
    out, *folders = map(Path, sys.argv[1:])
    paths: Counter[str] = Counter()
    arguments: Counter[tuple[str, str]] = Counter()
    methods: Counter[tuple[str, str]] = Counter()
    seen, files = set(), 0
    for folder in folders:
        for text in programs(folder):
            if text in seen:
                continue
            seen.add(text)
            found = uses(text)
            if found is None:
                continue
            files += 1
            paths.update(found.paths)
            arguments.update(found.arguments)
            methods.update(found.methods)

    def nested(counted: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
        tree: dict[str, dict[str, int]] = {}
        for (name, keyword), count in sorted(counted.items()):
            if count >= FILES:
                tree.setdefault(name, {})[keyword] = count
        return tree

    kept = {path: count for path, count in sorted(paths.items()) if count >= FILES}
    table = {"files": files, "paths": kept, "arguments": nested(arguments), "methods": nested(methods)}
    out.write_text(json.dumps(table, indent=1), encoding="utf-8")
    print(f"{files} files, {len(kept)} paths, {len(table['arguments'])} callables")


if __name__ == "__main__":
    main()
