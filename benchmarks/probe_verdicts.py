"""Whether the probe's verdicts are right, on models made with and without each fault (``probe_zoo.py``).

    python benchmarks/probe_verdicts.py keras --seeds 4 --details figures.jsonl
    python benchmarks/probe_verdicts.py tf_keras --seeds 4 --details figures.jsonl
    python benchmarks/probe_verdicts.py --table figures.jsonl

needs the packages with TensorFlow. The table, that of docs/probe.md, goes to standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
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
    parser.add_argument("package", nargs="?", choices=("keras", "tf_keras"))
    parser.add_argument("--seeds", type=int, default=4, help="how many")
    parser.add_argument(
        "--first", type=int, default=100, help="the first of them; 0 to 2 were used to choose thresholds"
    )
    parser.add_argument("--kinds", nargs="*", default=[])
    parser.add_argument("--details", metavar="FILE", help="add every figure there, a JSON object a line")
    parser.add_argument("--table", metavar="FILE", help="measure nothing, make the table of these figures")
    options = parser.parse_args()
    if options.table:
        print(table([json.loads(line) for line in Path(options.table).read_text(encoding="utf-8").splitlines()]))
        return
    kinds = [kind for kind in KINDS if kind.only in (None, options.package)]
    kinds = [kind for kind in kinds if not options.kinds or kind.name in options.kinds]
    lines = []
    for seed in range(options.first, options.first + options.seeds):
        bench = Bench(options.package, seed)
        for kind in kinds:
            lines.append(details(kind, bench, one(kind, bench)))
            print(lines[-1], file=sys.stderr)
            if options.details:
                with open(options.details, "a", encoding="utf-8") as file:
                    file.write(json.dumps(lines[-1]) + "\n")
        bench.keras.backend.clear_session()
    print(table(lines))


def one(kind: Kind, bench: Bench) -> Report:
    """The report on one model."""
    bench.keras.utils.set_random_seed(bench.seed)
    made = kind.make(bench)
    return probe(made.model, made.sample, export=False, **made.options)


def is_right(kind: Kind, report: Report) -> bool:
    """Whether the verdict is one of the right ones, and the note that belongs to it is there."""
    return report.verdict in kind.right and (kind.note is None or any(kind.note in note for note in report.notes))


def details(kind: Kind, bench: Bench, report: Report) -> dict[str, Any]:
    """The figures that decide."""
    losses = [(gap.order, gap.loss) for gap in report.gaps]
    return {
        "kind": kind.name,
        "seed": bench.seed,
        "keras": f"{bench.package} {bench.keras.__version__}",
        "right": is_right(kind, report),
        "verdict": report.verdict,
        "suffers": report.suffers,
        "distances": [round(layer.distance, 3) for layer in report.layers],
        "deployed": [round(layer.deployed, 3) for layer in report.layers],
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


def table(lines: list[dict[str, Any]]) -> str:
    """The verdicts by kind, in Markdown."""
    ran = sorted({line["keras"] for line in lines})
    rows = [
        f"| kind | what it is | right verdict | {' | '.join(ran)} |",
        f"| --- | --- | --- | {' | '.join('---:' for _ in ran)} |",
    ]
    for kind in KINDS:
        mine = [line for line in lines if line["kind"] == kind.name]
        if mine:
            says = (kind.make.__doc__ or "").strip().replace("``", "`")
            counts = [_share([line for line in mine if line["keras"] == package]) for package in ran]
            rows.append(f"| {kind.name} | {says} | {' or '.join(kind.right)} | {' | '.join(counts)} |")
    counts = [_share([line for line in lines if line["keras"] == package]) for package in ran]
    rows.append(f"| **all** | | | {' | '.join(counts)} |")
    sound = {kind.name for kind in KINDS if not kind.fault}
    healthy = [line for line in lines if line["kind"] in sound]
    accused = sum(line["suffers"] for line in healthy)
    right = sum(line["right"] for line in lines)
    rows += ["", f"{right} of {len(lines)} are right ({right / len(lines):.1%}), over seeds {_seeds(lines)}."]
    rows += [f"Of {len(healthy)} models without a fault {accused} are accused."]
    return "\n".join(rows)


def _share(lines: list[dict[str, Any]]) -> str:
    return f"{sum(line['right'] for line in lines)} of {len(lines)}" if lines else "-"


def _seeds(lines: list[dict[str, Any]]) -> str:
    seeds = sorted({line["seed"] for line in lines})
    return f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else str(seeds[0])


if __name__ == "__main__":
    main()
