"""How the time of `bnlint facts` grows with the length of a program, for programs of several shapes.

    python benchmarks/growth.py [--lines 100 1000 10000 100000] [--runs 3]

Prints processor time in milliseconds (of the whole process, less that of an empty program) and, from one length to the
next, how many times as much. Ten times the lines should cost about ten times as much, or less.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

HEAD = """import keras
from keras import layers
import settings

model = keras.Sequential([keras.Input((8,)), layers.BatchNormalization(), layers.Dense(1)])
"""
NESTED = (("a", "settings.a"), ("b", "a"), ("c", "b"), ("d", "c"))
FIT = """model.compile("sgd", "mse")
model.fit(features, labels)
"""


def plain(lines: int) -> str:
    """Assignments."""
    return HEAD + "".join(f"value_{n} = [{n}, {n + 1}]\n" for n in range(lines)) + FIT


def layers(lines: int) -> str:
    """One model with a layer a line, all flags set in a loop."""
    made = "".join("model.add(layers.Dense(8))\n" for _ in range(lines))
    return HEAD + made + "for layer in model.layers:\n    layer.trainable = True\n" + FIT


def branches(lines: int) -> str:
    """Conditions that cannot be decided."""
    return HEAD + "".join(f"if settings.flag_{n}:\n    rate_{n} = {n}\n" for n in range(lines // 2)) + FIT


def functions(lines: int) -> str:
    """Functions that call one another."""
    first = "def step_0(value):\n    return value\n\n"
    rest = "".join(f"def step_{n}(value):\n    return step_{n - 1}(value) + 1\n\n" for n in range(1, lines // 3))
    return HEAD + first + rest + f"step_{max(lines // 3 - 1, 0)}(1)\n" + FIT


def loops(lines: int) -> str:
    """Loops of unknown length, four deep."""
    heads = "".join(f"{'    ' * depth}for {inner} in {outer}:\n" for depth, (inner, outer) in enumerate(NESTED))
    one = heads + "    " * len(NESTED) + "total = d\n"
    return HEAD + one * (lines // 5) + FIT


def models(lines: int) -> str:
    """Many small models, each trained."""
    one = "net = keras.Sequential([layers.BatchNormalization(), layers.Dense(1)])\n" + FIT.replace("model", "net")
    return HEAD + one * (lines // 3)


def classes(lines: int) -> str:
    """Classes that nothing uses, each of which builds and trains."""
    one = (
        "class Trainer_{0}:\n"
        "    def build(self):\n"
        "        self.model = keras.Sequential([layers.BatchNormalization(), layers.Dense(1)])\n"
        '        self.model.compile("sgd", "mse")\n'
        "    def train(self):\n"
        "        self.model.fit(features, labels)\n"
    )
    return HEAD + "".join(one.format(n) for n in range(lines // 6))


SHAPES: tuple[Callable[[int], str], ...] = (plain, layers, branches, functions, loops, models, classes)


def milliseconds(text: str, runs: int) -> float:
    """Processor time of `bnlint facts` on a program, the median of several runs."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.py"
        path.write_text(text)
        command = [
            sys.executable,
            "-m",
            "bnlint",
            "facts",
            "--isolated",
            "--quiet",
            "--output-format",
            "json",
            str(path),
        ]
        for _ in range(runs):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(found) * 1000


def main() -> int:
    """Measures every shape at every length and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=[100, 1_000, 10_000, 100_000])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    start = milliseconds(HEAD + FIT, options.runs)
    print(f"start: {start:.0f} ms\n")
    print("| shape | " + " | ".join(f"{lines:,} lines" for lines in options.lines) + " |")
    print("| --- |" + " ---: |" * len(options.lines))
    for shape in SHAPES:
        cells, before = [], None
        for lines in options.lines:
            time = max(milliseconds(shape(lines), options.runs) - start, 0.1)
            cells.append(f"{time:,.0f}" + (f" (× {time / before:.1f})" if before is not None else ""))
            before = time
        print(f"| {shape.__name__} | " + " | ".join(cells) + " |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
