"""The report in `docs/`: how far bnlint and real Keras agree, from the figures that the commands of `proof` leave."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from proof.flips import Teeth
from proof.judging import Tally

Figures = dict[str, Any]
HEAD = """# How bnlint is proven

bnlint claims to know what each BatchNormalization layer does in each `fit`. Here is the evidence: programs that were
run on real Keras, layer by layer compared with `bnlint facts`. The page is generated (`python -m proof report`)
from the figures in `docs/proof/`.

An *event* is one `fit`, `train_on_batch` or custom step that ran. It is *exact* where every layer's moving statistics
and its gamma and beta did what bnlint says, *unknown* where bnlint leaves something open and contradicts nothing,
*wrong* where it is contradicted. Events at one line with the same outcome, as in a loop, are judged once.
"""
RUN = """
    python -m proof run --dialect keras-3.15 --python PYTHON --fits 5000 FOLDER   # resumable; also tf_keras-2.21, …
    python -m proof judge FOLDER                                                 # compares with the bnlint of today
    python -m proof report FOLDER                                                # writes this page
    python -m proof.fixing --environments FOLDER --output docs/proof/fixes.json
    python -m proof.real SOURCES --list proof/real/programs.json
"""


def figures(found: Tally, teeth: Teeth | None) -> Figures:
    """What the report needs of one dialect."""
    return {
        "programs": found.programs,
        "ran": found.ran,
        "raised": found.raised,
        "broken": found.broken,
        "layers": found.layers,
        "by_name": found.by_name,
        "idle": found.idle,
        "verdicts": dict(found.verdicts),
        "predictions": dict(found.predictions),
        "reasons": dict(found.reasons.most_common(12)),
        "shapes": {shape: dict(verdicts) for shape, verdicts in sorted(found.shapes.items())},
        "flips": None if teeth is None else {
            "noticed": len(teeth.noticed), "missed": [" ".join(cell).strip() for cell in teeth.missed],
        },
    }  # fmt: skip


def page(dialects: dict[str, Figures], fixes: Figures, real: Figures) -> str:
    """The whole page."""
    parts = [HEAD, "## Random programs", *_random(dialects), "## Teeth", *_teeth(dialects), "## Fixes", *_fixes(fixes),
             "## Public programs", *_real(real), "## Run it again", RUN]  # fmt: skip
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _random(dialects: dict[str, Figures]) -> Iterator[str]:
    yield (
        "Hypothesis draws the programs: a backbone, how it is put into a model, how its flags are set, how it is "
        "compiled and trained, in which functions, classes, loops and branches, weighted as in public scripts. Each "
        "is run in a process of its own, with data of 16 rows."
    )
    rows = []
    for name, each in dialects.items():
        verdicts = each["verdicts"]
        events = sum(verdicts.values())
        wrong = verdicts.get("wrong", 0) + verdicts.get("missing", 0)
        unknown = verdicts.get("unknown", 0)
        share = f"{100 * unknown / max(1, events):.1f} %"
        counts = [each[part] for part in ("programs", "raised", "ran")]
        rows.append([name, *counts, events, each["layers"], verdicts.get("exact", 0), unknown, share, wrong])
    heads = [
        "Keras",
        "programs",
        "of them raise",
        "fits that ran",
        "judged",
        "layers",
        "exact",
        "unknown",
        "share",
        "wrong",
    ]
    yield _table(heads, rows)
    yield "Why something is unknown, by programs:"
    reasons = [[name, reason, number] for name, each in dialects.items() for reason, number in each["reasons"].items()]
    yield _table(["Keras", "what was not understood", "programs"], reasons)
    yield "Unknown by shape, where there is any:"
    shapes = []
    for name, each in dialects.items():
        for shape, verdicts in each["shapes"].items():
            if verdicts.get("unknown", 0):
                shapes.append([name, shape, sum(verdicts.values()), verdicts["unknown"]])
    yield _table(["Keras", "shape", "judged", "unknown"], shapes)


def _teeth(dialects: dict[str, Figures]) -> Iterator[str]:
    yield (
        "Each cell of the truth table that the analysis of some program reads is turned round in turn (`BUT` becomes "
        "`M--`, or an error), and the programs of the fixed sample (`proof/kept`, chosen from those that were "
        "observed) are judged again: the cell is noticed where one of them is contradicted, or no longer exact. Cells "
        "that no event can contradict, of weights in files and of momenta in traces, are left out (`apart` in "
        "`proof/flips.py` says why). "
        "`tests/keras/test_truth_programs.py` compares bnlint with every cell about training, read or not, and "
        "`tests/keras/test_truth_measured.py` measures all cells anew."
    )
    rows = []
    for name, each in dialects.items():
        if each["flips"]:
            missed = each["flips"]["missed"]
            total = each["flips"]["noticed"] + len(missed)
            rows.append([name, total, each["flips"]["noticed"], ", ".join(missed)])
    yield _table(["Keras", "cells read", "noticed", "not noticed"], rows)


def _fixes(fixes: Figures) -> Iterator[str]:
    yield (
        "Programs with the fault are fixed by bnlint and run again; the claim of each rule is checked, and that all "
        "else about the run is the same: trainable weights, output shapes, the first loss with the same seed."
    )
    rows: dict[str, list[Any]] = {}
    for each in fixes["outcomes"]:
        row = rows.setdefault(each["rule"], [each["rule"], set(), 0, 0])
        row[1].add(each["environment"])
        row[2] += 1
        row[3] += not each["faults"]
    table = [[rule, len(on), number, good] for rule, on, number, good in sorted(rows.values(), key=lambda row: row[0])]
    yield _table(["rule", "Kerases", "pairs of runs", "verified"], table)


def _real(real: Figures) -> Iterator[str]:
    yield (
        "Public scripts and notebooks run as they are, with random weights in place of downloads and small made-up "
        "data; none is in this repository, `proof/real/programs.json` names each with its commit and outcome."
    )
    outcomes: dict[str, list[int]] = {}
    for program in real["programs"]:
        for run in program["runs"].values():
            row = outcomes.setdefault(run["outcome"], [0, 0, 0])
            row[0] += 1
            row[1] += sum(run.get("events", {}).values())
            row[2] += run.get("layers", 0)
    yield _table(["outcome", "runs", "events", "layers"], [[name, *row] for name, row in sorted(outcomes.items())])


def _table(heads: list[str], rows: Iterable[list[Any]]) -> str:
    lines = [heads, ["---"] * len(heads), *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write(docs: Path, dialects: dict[str, Figures], real: Path) -> None:
    """Writes the figures and the page into the folder of the documentation."""
    folder = docs / "proof"
    folder.mkdir(exist_ok=True)
    known: dict[str, Figures] = {}
    if (folder / "random.json").exists():
        known = json.loads((folder / "random.json").read_text(encoding="utf-8"))
    known.update(dialects)
    (folder / "random.json").write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    fixes = json.loads((folder / "fixes.json").read_text(encoding="utf-8"))
    text = page(known, fixes, json.loads(real.read_text(encoding="utf-8")))
    (docs / "proof.md").write_text(text, encoding="utf-8")
