"""Counts which import paths and keyword arguments of Keras public programs use, to choose what is measured.

    python tools/count_api_uses.py COUNTS_JSON FOLDER ...

COUNTS_JSON is ``{"paths": [dotted name], "arguments": {callable: keywords}}``, of what at least ``FILES`` programs use;
a path is followed through a program's own imports and aliases. ``tools/measure_api.py`` measures these names.
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
OF_TENSORFLOW = {"keras", "python", "contrib", "layers", "estimator"}
FILES = 3
METHODS = set(
    """fit compile evaluate predict fit_generator evaluate_generator predict_generator train_on_batch save_weights
    load_weights summary""".split()
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
            found.paths.update(n.name for n in node.names if n.name.partition(".")[0] in ROOTS)
        elif isinstance(node, ast.ImportFrom):
            root = (node.module or "").partition(".")[0]
            if root in ROOTS and not node.level:
                found.paths.update(f"{node.module}.{n.name}" for n in node.names)
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


def counts(path: str) -> bool:
    """Whether a path is one to measure: Keras's own, and of TensorFlow what its Keras programs name besides."""
    parts = path.split(".")
    if "*" in parts or any(part.startswith("__") for part in parts) or path.startswith("keras.backend.tf."):
        return False
    if parts[0] != "tensorflow" or len(parts) < 3 or parts[1] in OF_TENSORFLOW:
        return True
    if parts[1] == "compat":
        return len(parts) > 3 and parts[3] in OF_TENSORFLOW
    return (parts[1] == "train" and path.endswith("Optimizer")) or (parts[1] == "nn" and "norm" in path)


def short(path: str) -> str:
    """A callable's name as it is measured: ``layers.Conv2D``."""
    parts = path.split(".")
    while parts[0] in ("keras", "tensorflow", "tf_keras", "python"):
        parts = parts[1:]
        if not parts:
            return ""
    if parts[-1] in ("Model", "Sequential"):
        return parts[-1]
    if parts[0] == "layers" and parts[1:2] != ["experimental"]:
        return "layers." + parts[-1]
    if parts[0] == "applications":
        return "applications." + parts[-1] if parts[-1][0].isupper() else path_in(parts)
    return "layers.Input" if parts == ["Input"] else path_in(parts)


def path_in(parts: list[str]) -> str:
    """The dotted name."""
    return ".".join(parts)


def of_keras(path: str) -> bool:
    """Whether a callable is Keras's."""
    return path.startswith(("keras.", "tf_keras.", "tensorflow.keras.", "tensorflow.python.keras."))


def main() -> None:
    """Counts the files of all folders; copies of one program count once."""
    out, *folders = map(Path, sys.argv[1:])
    paths: Counter[str] = Counter()
    arguments: Counter[tuple[str, str]] = Counter()
    seen = set()
    for folder in folders:
        for text in programs(folder):
            found = None if text in seen else uses(text)
            seen.add(text)
            if found is not None:
                paths.update(found.paths)
                arguments.update({(short(path), keyword) for path, keyword in found.arguments if of_keras(path)})
                arguments.update(("Model." + method, keyword) for method, keyword in found.methods)
    by_callable: dict[str, list[str]] = {}
    for (name, keyword), count in sorted(arguments.items()):
        if count >= FILES and name:
            by_callable.setdefault(name, []).append(keyword)
    kept = sorted(path for path, count in paths.items() if count >= FILES and counts(path))
    table = {"paths": kept, "arguments": {name: " ".join(keywords) for name, keywords in by_callable.items()}}
    out.write_text(json.dumps(table, indent=0) + "\n", encoding="utf-8")
    print(f"{len(seen)} programs, {len(kept)} paths, {len(by_callable)} callables")


if __name__ == "__main__":
    main()
