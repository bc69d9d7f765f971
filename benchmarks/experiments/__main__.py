"""Run the experiments, or one: ``python -m benchmarks.experiments --only momentum --seeds 5``."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import time
from pathlib import Path

from benchmarks.experiments.records import Experiment, Result, Rows, collected, write

DOCS = Path(__file__).parents[2] / "docs"
NAMES = ("frozen_statistics", "unfreezing", "momentum", "small_batches", "only_batch_norm", "two_parts")


def main(arguments: list[str] | None = None) -> None:
    """Measure, keep the figures as JSON, and make the page and its pictures from all that are kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.experiments", description=__doc__)
    parser.add_argument("--only", choices=NAMES, action="append", help="one experiment; may be repeated")
    parser.add_argument("--seeds", type=int, default=5, help="repetitions (default: 5)")
    parser.add_argument("--output", type=Path, default=DOCS / "experiments", help="folder of the figures and pictures")
    parser.add_argument("--quick", action="store_true", help="few images, one epoch: whether it runs, not what it says")
    parser.add_argument("--page", action="store_true", help="measure nothing, make page and pictures from kept figures")
    given = parser.parse_args(arguments)
    given.output.mkdir(parents=True, exist_ok=True)
    if not given.page:
        measure(given.only or NAMES, range(given.seeds), given.output, given.quick)
    from benchmarks.experiments import page, pictures

    if importlib.util.find_spec("matplotlib"):
        pictures.draw(given.output)
    else:
        print("no pictures: matplotlib is not installed (the extra `experiments`)")
    given.output.with_suffix(".md").write_text(page.page(given.output), encoding="utf-8")


def measure(names: list[str] | tuple[str, ...], seeds: range, output: Path, quick: bool) -> None:
    """Run experiments with each seed, and keep what they give."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"  # what `tf.compat.v1` then has is the layer of TensorFlow 1
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from benchmarks.experiments.common import Seed, namespace

    repetitions = [Seed(number, quick) for number in seeds]
    versions = {name: str(namespace(name).__version__) for name in ("tensorflow", "keras", "tf_keras", "sklearn")}
    for experiment in map(named, names):
        began = time.process_time()
        rows: dict[int, Rows] = {}
        for seed in repetitions:
            _ = seed.pretrained  # its time is the first experiment's
            rows[seed.number] = experiment.run(seed)
            print(f"{experiment.name}, seed {seed.number}: {time.process_time() - began:.0f} s", flush=True)
        result = Result(list(seeds), versions, time.process_time() - began, collected(rows))
        write(result, output / f"{experiment.name}.json")


def named(name: str) -> Experiment:
    """An experiment by its module's name."""
    found: Experiment = importlib.import_module(f"benchmarks.experiments.{name}").EXPERIMENT
    return found


if __name__ == "__main__":
    main()
