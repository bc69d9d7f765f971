"""Whether the probe's verdicts are right, on models made with and without each fault (``probe_zoo.py``).

    python benchmarks/probe_verdicts.py keras --seeds 5
    python benchmarks/probe_verdicts.py tf_keras --seeds 5

needs the package with TensorFlow. The table goes to standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.probe_zoo import KINDS, Bench, Kind
from bnlint.probe.report import Report
from bnlint.probe.running import probe


def main() -> None:
    """Train, probe, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", choices=("keras", "tf_keras"))
    parser.add_argument("--seeds", type=int, default=5, help="how many")
    parser.add_argument("--first", type=int, default=100, help="the first of them")
    parser.add_argument("--kinds", nargs="*", default=[])
    parser.add_argument("--details", metavar="FILE", help="write every figure there, a JSON object a line")
    options = parser.parse_args()
    kinds = [kind for kind in KINDS if kind.only in (None, options.package)]
    kinds = [kind for kind in kinds if not options.kinds or kind.name in options.kinds]
    found: dict[str, list[str]] = {kind.name: [] for kind in kinds}
    start = time.monotonic()
    for seed in range(options.first, options.first + options.seeds):
        bench = Bench(options.package, seed)
        for kind in kinds:
            report = one(kind, bench)
            found[kind.name].append(report.verdict)
            line = details(kind, seed, report)
            if options.details:
                with open(options.details, "a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
            print(line, file=sys.stderr)
        bench.keras.backend.clear_session()
    print(table(kinds, found))
    print(f"\n{options.package} {bench.keras.__version__}, {options.seeds} seeds, {time.monotonic() - start:.0f} s")


def one(kind: Kind, bench: Bench) -> Report:
    """The report on one model."""
    bench.keras.utils.set_random_seed(bench.seed)
    made = kind.make(bench)
    return probe(made.model, made.sample, export=False, **made.options)


def details(kind: Kind, seed: int, report: Report) -> dict[str, Any]:
    """The figures that decide."""
    losses = [(gap.order, gap.loss) for gap in report.gaps]
    return {
        "kind": kind.name,
        "seed": seed,
        "right": report.verdict in kind.right,
        "verdict": report.verdict,
        "distances": [round(layer.distance, 3) for layer in report.layers],
        "gaps": {
            order: [
                round(each, 3)
                for each in (loss.inference.value, loss.training.value, loss.difference.low, loss.difference.high)
            ]
            for order, loss in losses
            if loss is not None
        },
        "notes": report.notes,
        "alone": report.invariance.alone,
        "because": report.because[0] if report.because else "",
    }


def table(kinds: list[Kind], found: dict[str, list[str]]) -> str:
    """The verdicts by kind, in Markdown."""
    lines = ["| kind | what it is | right verdict | right |", "| --- | --- | --- | ---: |"]
    right = total = accused = sound = 0
    for kind in kinds:
        hits = sum(verdict in kind.right for verdict in found[kind.name])
        right, total = right + hits, total + len(found[kind.name])
        if not kind.fault:
            sound += len(found[kind.name])
            accused += len(found[kind.name]) - hits
        says = (kind.make.__doc__ or "").strip()
        lines.append(f"| {kind.name} | {says} | {' or '.join(kind.right)} | {hits} of {len(found[kind.name])} |")
    lines.append(f"| **all** | | | **{right} of {total}** ({right / total:.1%}) |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
