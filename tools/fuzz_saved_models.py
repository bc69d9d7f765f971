"""Feeds the readers of model files damaged ones, made from real ones, and counts what came of them.

    python -m tools.fuzz_saved_models SAMPLES... [--seconds 600 | --inputs 10000] [--seed 0] [--only h5,keras]
                                      [--keep FOLDER] [--results RESULTS.json]

SAMPLES are folders with model files and SavedModel folders. Hypothesis draws the damage, each batch from a seed of its
own, so that the same arguments give the same inputs. An input that breaks a promise (`tools/fuzzing/promises.py`) is
kept in ``--keep`` with the reason beside it. Ends with 1 where there was one. Needs the extras `dev` and `models`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tools.fuzzing import forking, promises, samples

BATCH = 600
SLOW = {"h5": 200, "weights": 200, "keras": 300}
"""Kinds with other batches: each input takes several processes."""


def main() -> int:
    """Runs batches, each in a process of its own, until the time is up or the inputs are done."""
    asked = _arguments()
    if asked.batch:
        print(json.dumps(batch(asked.samples, asked.batch, asked.seed, asked.inputs, asked.keep)))
        return 0
    results: dict[str, Counter[str]] = {}
    kinds = asked.only.split(",") if asked.only else sorted({each.kind for each in _samples(asked.samples)})
    start, turn, done = time.monotonic(), 0, 0
    while (time.monotonic() - start < asked.seconds) if asked.seconds else (done < asked.inputs):
        kind = kinds[turn % len(kinds)]
        size = SLOW.get(kind, BATCH)
        count = size if asked.seconds else min(size, asked.inputs - done)
        counts = results.setdefault(kind, Counter())
        for name, number in _batch(asked, kind, asked.seed + turn, count).items():
            counts[name] = max(counts[name], number) if name.startswith("most ") else counts[name] + number
        turn, done = turn + 1, done + count
        if asked.results:
            asked.results.write_text(json.dumps(results, indent=1, sort_keys=True))
    for kind, counts in sorted(results.items()):
        print(f"{kind:12} " + ", ".join(f"{number} {name}" for name, number in sorted(counts.items())))
    total = sum(counts["inputs"] for counts in results.values())
    broken = sum(counts["broken"] for counts in results.values())
    print(f"{total} inputs, {broken} broke a promise")
    return int(bool(broken))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("samples", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="kinds of files: keras, h5, weights, json, yaml, tfjs, saved_model, export")
    parser.add_argument("--keep", type=Path, default=Path("fuzzed"))
    parser.add_argument("--results", type=Path)
    parser.add_argument("--batch", help=argparse.SUPPRESS)
    return parser.parse_args()


def _samples(folders: list[Path]) -> list[samples.Sample]:
    return samples.with_tensorflow_js(samples.found_in(folders))


def _batch(asked: argparse.Namespace, kind: str, number: int, count: int) -> dict[str, int]:
    """One batch in a process of its own; where that comes to a sudden end, the input at hand is kept."""
    command = [
        sys.executable, "-m", "tools.fuzz_saved_models", *map(str, asked.samples), "--batch", kind, "--seed",
        str(number), "--inputs", str(count), "--keep", str(asked.keep),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        counts: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
        return counts
    asked.keep.mkdir(parents=True, exist_ok=True)
    (asked.keep / f"{kind}-{number}.ended.txt").write_text(f"status {done.returncode}\n{done.stderr[-4000:]}")
    return {"inputs": 0, "broken": 1}


def batch(folders: list[Path], kind: str, number: int, count: int, keep: Path) -> dict[str, int]:
    """Draws so many inputs of a kind, and counts what came of them."""
    return run([each for each in _samples(folders) if each.kind == kind], number, count, keep)


def run(
    found: list[samples.Sample], number: int, count: int, keep: Path | None, tell: Callable[[str], object] = str
) -> dict[str, int]:
    """As ``batch``, from samples of one kind; ``tell`` gets what breaks a promise, each reason once."""
    counts: Counter[str] = Counter()
    told: set[str] = set()

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False))
    def one(random: Random) -> None:
        parts = samples.damaged(random.choice(found), random, random.choice(found))
        with tempfile.TemporaryDirectory() as folder:
            path = samples.put(parts, Path(folder))
            outcome = promises.hold(path)
        _count(counts, outcome)
        reason = "\n".join(outcome.broken)
        if outcome.broken and reason not in told:
            told.add(reason)
            tell(reason)
            if keep is not None:
                _keep(keep / f"{found[0].kind}-{number}-{len(told)}", parts, reason)

    with forking.forked():
        one()
    return dict(counts)


def _count(counts: Counter[str], outcome: promises.Outcome) -> None:
    counts["inputs"] += 1
    counts["refused (BN902)" if outcome.refused else "read"] += 1
    counts["with findings"] += outcome.findings > 0 and not outcome.refused
    counts["mended"] += outcome.fixed
    counts["broken"] += bool(outcome.broken)
    counts["most MB"] = max(counts["most MB"], outcome.memory >> 20)
    counts["most ms"] = max(counts["most ms"], int(outcome.seconds * 1000))


def _keep(folder: Path, parts: dict[str, bytes], reason: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    samples.put(parts, folder)
    (folder / "reason.txt").write_text(reason + "\n")


if __name__ == "__main__":
    sys.exit(main())
