"""How often bnlint does not know what a fit does, over public scripts, and why.

    python benchmarks/unknown.py FOLDER_OR_LIST… [--bnlint "python -m bnlint"] [--verbose]

A *site* is a line that trains: one that `bnlint facts` shows, or a call that looks like Keras training in the text of a
file that imports Keras. It is *known* where bnlint says what every BatchNormalization layer does in every fit there,
*in part* where it says so of some layers, *unknown* where of none, *not reached* where it shows no fit on that line.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import shlex
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

KEYWORDS = frozenset(
    {"epochs", "nb_epoch", "batch_size", "validation_data", "validation_split", "steps_per_epoch", "samples_per_epoch"}
)
METHODS = frozenset({"fit_generator", "train_on_batch"})
KERAS = re.compile(rb"^\s*(from|import)\s+(tensorflow|keras|tf_keras)\b", re.MULTILINE)
OUTCOMES = ("known", "in part", "unknown", "not reached")
Site = tuple[str, int]


def scripts(given: list[str]) -> Iterator[Path]:
    """Scripts that import Keras in folders, and those named in list files."""
    for each in given:
        path = Path(each)
        if path.is_dir():
            found = sorted(path.rglob("*.py"))
        else:
            found = [Path(line) for line in path.read_text().splitlines() if line.strip()]
        yield from (one for one in found if one.is_file() and KERAS.search(one.read_bytes()))


class Training(ast.NodeVisitor):
    """Calls that look like Keras training, and what they stand in."""

    def __init__(self) -> None:
        self.found: dict[int, str] = {}
        self._inside: list[str] = []

    def _enter(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        self._inside.append(f"class {node.name}" if isinstance(node, ast.ClassDef) else node.name)
        self.generic_visit(node)
        self._inside.pop()

    visit_FunctionDef = visit_ClassDef = _enter

    def visit_Call(self, node: ast.Call) -> None:
        """Notes a training call."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        given = {keyword.arg for keyword in node.keywords}
        own_step = "train_step" in self._inside and any(each.startswith("class ") for each in self._inside)
        if name in METHODS or (name == "fit" and given & KEYWORDS) or (name == "apply_gradients" and not own_step):
            where = "a method" if any(each.startswith("class ") for each in self._inside) else "a function"
            self.found[node.lineno] = where if self._inside else "the module"
        self.generic_visit(node)


def textual(path: Path) -> dict[int, str] | None:
    """Lines that train, as far as a script's text shows; None where it is no Python 3."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return None
    visitor = Training()
    visitor.visit(tree)
    return visitor.found


def facts(command: list[str], target: str | None, path: Path) -> dict[str, Any] | str:
    """What `bnlint facts` says of a script, or how it failed."""
    options = ["--target", target] if target else []
    try:
        run = subprocess.run(
            [*command, "facts", "--isolated", "--quiet", *options, "--output-format", "json", str(path)],
            capture_output=True,
            text=True,
            timeout=300,
        )
        return json.loads(run.stdout) if run.returncode == 0 else run.stderr.strip()[-200:]
    except subprocess.TimeoutExpired:
        return "timeout"


def outcome(fits: list[dict[str, Any]]) -> str:
    """What is known of the fits of one line."""
    rows = [row for fit in fits for row in fit["batch_norm"]]
    certain = [row["updated"] is not None and row["gamma_beta_trained"] is not None for row in rows]
    return "known" if all(certain) else "in part" if any(certain) else "unknown"


def reasons(fits: list[dict[str, Any]]) -> set[str]:
    """Why a line's layers are not known."""
    found = set()
    for fit in fits:
        for row in fit["batch_norm"]:
            for each in row["because"]:
                if each["fact"].startswith("not known: "):
                    found.add(re.sub(r" in \S+\.py$", "", each["fact"].removeprefix("not known: ")))
    return found


def main() -> int:
    """Prints the shares and the most frequent reasons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scripts", nargs="+", help="folders, or text files with one path a line")
    parser.add_argument("--bnlint", default=f"{sys.executable} -m bnlint")
    parser.add_argument("--target")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--verbose", action="store_true", help="print each site that is not known")
    options = parser.parse_args()
    command = shlex.split(options.bnlint)
    paths = list(dict.fromkeys(path.resolve() for path in scripts(options.scripts)))
    texts = {path: textual(path) for path in paths}
    paths = [path for path in paths if texts[path]]
    with ThreadPoolExecutor(options.jobs) as pool:
        documents = list(pool.map(lambda path: facts(command, options.target, path), paths))

    sites: dict[Site, list[dict[str, Any]]] = defaultdict(list)
    failed: list[str] = []
    for path, document in zip(paths, documents, strict=True):
        if isinstance(document, str):
            failed.append(f"{path}: {document}")
            continue
        for file in document["files"]:
            for fit in file["fits"]:
                sites[str(Path(file["path"]).resolve()), fit["line"]].append(fit)
    counts: Counter[str] = Counter()
    why: Counter[str] = Counter()
    for site, fits in sites.items():
        found = outcome(fits)
        counts[found] += 1
        if found != "known":
            why.update(reasons(fits) or {"no reason given"})
            if options.verbose:
                print(f"{found:12} {site[0]}:{site[1]}  {'; '.join(sorted(reasons(fits)))}")
    for path in paths:
        for line, where in (texts[path] or {}).items():
            if (str(path), line) not in sites:
                counts["not reached"] += 1
                why[f"not reached, in {where}"] += 1
                if options.verbose:
                    print(f"{'not reached':12} {path}:{line}  in {where}")
    total = sum(counts.values())
    print(f"{len(paths)} scripts, {total} training calls; {len(failed)} scripts failed")
    for each in OUTCOMES:
        print(f"  {each:12} {counts[each]:5}  {counts[each] / max(total, 1):6.1%}")
    print("reasons, by training calls:")
    for reason, count in why.most_common(25):
        print(f"  {count:5}  {reason}")
    for each in failed:
        print("failed", each)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
